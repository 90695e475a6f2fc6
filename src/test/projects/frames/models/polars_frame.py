import polars

df = ref("model_a", frame="polars")
assert isinstance(df, polars.DataFrame), type(df)
write_to_model(df.with_columns(twice=polars.col("price") * 2))
