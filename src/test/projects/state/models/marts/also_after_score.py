df = ref("score")
write_to_model(df)
