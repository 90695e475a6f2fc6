df = ref("model_a")
if len(df) > 100:
    write_to_model(df)
