# Two inputs at a time, one of them given up early.
first = next(ref("many", frame="batches", batch_size=10))
rest = ref("many", frame="batches")
assert len(first) == 10 and sum(map(len, rest)) == 2_000_000
write_to_model(first)
