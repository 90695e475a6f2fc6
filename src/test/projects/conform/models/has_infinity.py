import pyarrow as pa

write_to_model(pa.table({"id": [0, 1], "x": [1.5, float("inf")]}))
