write_to_model(ref("after_fails"))
