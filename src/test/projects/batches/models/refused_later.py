def frames():
    for df in ref("many", frame="batches"):
        df["id"] *= 10_000
        yield df


write_to_model(frames(), dtype={"id": "integer"})
