write_to_model(ref("from_seed"))
