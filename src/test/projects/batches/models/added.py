write_to_model(ref("many", frame="batches"), mode="append")
