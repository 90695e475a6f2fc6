import pandas as pd

df = ref("model_a")
df["target"] = context.target.name
df["threads"] = context.target.threads
df["of_python"] = context.vars.get("country", "none")
write_to_model(df)
