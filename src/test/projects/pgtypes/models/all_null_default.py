write_to_model(ref("all_null"))
