orders = ref("orders")
orders["twice"] = orders["id"] * 2
print(f"{len(orders)} orders")
write_to_model(orders)
