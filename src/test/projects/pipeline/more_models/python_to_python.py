df = ref("shop", "model_b")
df["twice"] = df["amount"] * 2
write_to_model(df)
