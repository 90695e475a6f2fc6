df = ref("priced", version=1)
df["currency"] = "EUR"
write_to_model(df)
