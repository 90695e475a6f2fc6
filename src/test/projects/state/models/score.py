from lib.weights import weight

df = ref("orders")
df["score"] = weight(df)
write_to_model(df)
