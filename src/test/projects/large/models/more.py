df = ref("many")
df["sum"] = df["id"] + df["twice"]
write_to_model(df)
