df = ref("orders")
df["price"] = 1.0
write_to_model(df)
