df = ref("model_a")
write_to_model(df)
