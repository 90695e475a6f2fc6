write_to_model(ref("recent"))
