write_to_model(ref("numbers_or_texts"))
