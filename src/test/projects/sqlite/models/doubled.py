import pandas as pd

df = ref("orders").merge(ref("orders_view"), on="id")
df["day"] = pd.to_datetime(df["day"])
df["late"] = df["day"].notna()
write_to_model(df)
