write_to_model([{"id": 1}])
