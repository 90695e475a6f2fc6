import pandas as pd

df = pd.DataFrame([[1, 2, 3]], columns=["id", "id", 7])

write_to_model(df)
