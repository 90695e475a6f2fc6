import pandas as pd

write_to_model(pd.DataFrame({"id": [1], "ID": [2]}))
