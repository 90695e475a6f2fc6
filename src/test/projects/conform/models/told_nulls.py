import pandas as pd

columns = ["declared", "twice_told", "previous", "untold"]
write_to_model(pd.DataFrame({"id": [1], **dict.fromkeys(columns, [None])}))
