write_to_model(ref("typed", dtypes="arrow"))
