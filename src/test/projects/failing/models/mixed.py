import pandas as pd

write_to_model(pd.DataFrame({"code": ["a", "b", 3]}))
