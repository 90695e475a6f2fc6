write_to_model(ref("model_a"), dtype={"id": "INTEGRE"})
