"""The page of the help centre that each ticket is about: its subject as the page's link has it."""

from importlib.metadata import version

from fal.typing import *
from slugify import slugify

tickets = ref("stg_tickets")
tickets["page"] = tickets["subject"].map(slugify)
print(f"{tickets['page'].nunique()} pages, by python-slugify {version('python-slugify')}")

write_to_model(tickets[["ticket_id", "page"]])
