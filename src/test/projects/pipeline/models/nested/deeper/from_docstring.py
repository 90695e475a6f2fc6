"""Reads what only this docstring tells.

For fal to pick up these dependencies:
- ref('after_b')
- source('raw', 'orders')
"""

names = {"model": "after_b", "table": "orders"}
totals = ref(names["model"])
orders = source("raw", names["table"])
write_to_model(totals.merge(orders, on="id"))
