df = ref("of_dbt")
df["again"] = df["fal"] + df["dbt"]
write_to_model(df)
