import pandas as pd

df = pd.DataFrame({"id": [1], "code": ["a"], "price": [1.5], "n": [7]})
write_to_model(df, dtype={"code": "varchar(9)", "price": "decimal(12,2)", "n": "smallint"})
