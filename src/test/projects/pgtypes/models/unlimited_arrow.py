write_to_model(ref("unlimited", frame="arrow"))
