def frames():
    for number, df in enumerate(ref("many", frame="batches"), 1):
        if number == 4:
            raise ValueError("the fourth is one too many")
        yield df


write_to_model(frames())
