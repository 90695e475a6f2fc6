df = ref("m0")
df["a"] = df["id"] + 1
write_to_model(df)
