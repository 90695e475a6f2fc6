write_to_model(ref(__import__("json").loads('"modle_a"')))
