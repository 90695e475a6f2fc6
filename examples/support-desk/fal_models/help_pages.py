"""The page of the help centre that each ticket is about: its subject as the page's link has it."""

import slugify
from fal.typing import *

tickets = ref("stg_tickets")
tickets["page"] = tickets["subject"].map(slugify.slugify)
print(f"{tickets['page'].nunique()} pages, by python-slugify {slugify.__version__}")

write_to_model(tickets[["ticket_id", "page"]])
