import pandas as pd

write_to_model(pd.DataFrame(columns=["declared", "twice_told", "previous", "untold"]))
