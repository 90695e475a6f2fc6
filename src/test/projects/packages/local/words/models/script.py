write_to_model(ref("words"))
