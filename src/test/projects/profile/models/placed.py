orders = source("elsewhere", "orders")
labels = source("files", "labels")
made = source("made", "rows")

write_to_model(orders.merge(labels, on="id").merge(made, on="id"))
