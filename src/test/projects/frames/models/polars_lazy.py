import polars

lazy = ref("polars_frame", frame="polars").lazy()
write_to_model(lazy.filter(polars.col("id") == 1).select("id", "label", polars.col("day").dt.year().alias("year")))
