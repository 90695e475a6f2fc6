raise RuntimeError("a model that was not selected was run")
write_to_model(ref("model_a"))
