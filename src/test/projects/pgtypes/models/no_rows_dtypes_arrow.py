write_to_model(ref("no_rows", dtypes="arrow"))
