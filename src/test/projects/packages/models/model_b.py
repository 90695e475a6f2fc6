df = ref("words")
df["length"] = df["word"].str.len()
write_to_model(df)
