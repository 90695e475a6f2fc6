df = ref("model_a")
df["fal"] = 1
write_to_model(df)
