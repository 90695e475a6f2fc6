write_to_model(ref("model_a"))
raise RuntimeError("a disabled model was run")
