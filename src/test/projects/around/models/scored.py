df = ref("orders")
df["score"] = df["id"] * 10
write_to_model(df)
