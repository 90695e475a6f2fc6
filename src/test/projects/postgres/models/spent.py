orders = ref("orders")
spent = orders.groupby("customer", as_index=False).agg(n=("id", "size"), total=("price", "sum"))
write_to_model(spent)
