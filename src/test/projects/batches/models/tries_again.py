def frames(fails):
    for number, df in enumerate(ref("many", frame="batches"), 1):
        if fails and number == 3:
            raise ValueError
        yield df if fails else df[["id"]]


for fails in (True, False):
    try:
        write_to_model(frames(fails))
    except ValueError:
        pass
