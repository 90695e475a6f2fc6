write_to_model(ref("scored"))
