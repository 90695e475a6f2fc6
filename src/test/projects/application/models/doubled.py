df = ref("orders")
df["id"] = df["id"] * 2
write_to_model(df)
