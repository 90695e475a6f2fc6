"""Generates Python model with forecast data

For fal to pick up these dependencies:
- ref('model_a')
- source('database_b', 'table_b')
"""

import pandas as pd
from fal import ref, source, write_to_model
from prophet import Prophet


def some_calc(df: pd.DataFrame) -> pd.DataFrame:
    model = Prophet(holidays=ref('model_a'), weekly_seasonality=True, yearly_seasonality=True)
    model.fit(df)
    days = source('database_b', 'table_b')[['date']].rename(columns={'date': 'ds'})
    predicted: pd.DataFrame = model.predict(days)
    return predicted[['ds', 'yhat', 'yhat_lower', 'yhat_upper', 'holidays']]


# fal will pick up this dependency
df_c = ref('model_c')

# calculate dataframe
df = some_calc(df_c)

# write to data warehouse
write_to_model(df)
