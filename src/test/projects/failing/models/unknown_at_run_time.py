write_to_model(ref("_".join(["modle", "a"])))
