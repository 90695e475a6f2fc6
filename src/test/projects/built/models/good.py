write_to_model(ref("countries").drop_duplicates("code"))
