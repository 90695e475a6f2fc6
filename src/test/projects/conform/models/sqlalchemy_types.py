import pandas as pd
from sqlalchemy import Numeric, SmallInteger, String

df = pd.DataFrame({"id": [1], "code": ["a"], "price": [1.5], "n": [7]})
write_to_model(df, dtype={"code": String(9), "price": Numeric(12, 2), "n": SmallInteger})
