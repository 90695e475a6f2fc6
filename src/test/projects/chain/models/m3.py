df = ref("m2")
df["c"] = df["b"] / 2
write_to_model(df)
