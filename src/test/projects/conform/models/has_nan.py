import pyarrow as pa

write_to_model(pa.table({"id": [0, 1, 2], "x": [1.5, None, float("nan")]}))
