write_to_model(source("raw", "filled", frame="polars"))
