for _ in range(2):
    write_to_model(ref("model_a"))
