write_to_model(ref("huge", frame="arrow"))
