"""Before stg_tickets: loads the source that it reads."""

import pandas as pd
from fal.typing import *

tickets = pd.read_csv("data/tickets.csv")
write_to_source(tickets, "helpdesk", "tickets", mode="overwrite")
print(f"{len(tickets)} tickets loaded")
