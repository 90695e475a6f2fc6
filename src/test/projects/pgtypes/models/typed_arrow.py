write_to_model(ref("typed", frame="arrow"))
