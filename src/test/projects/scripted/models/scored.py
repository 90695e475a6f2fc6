df = ref("second")
df["score"] = df["twice"] + 0.5
write_to_model(df)
