write_to_model(ref("placed").merge(ref("after_placed")[["id", "relation"]], on="id"))
