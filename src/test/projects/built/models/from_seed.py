df = ref("countries")
df["length"] = df["name"].str.len()
write_to_model(df)
