write_to_model(df.rename(columns={"late": "later"}) if df["late"].notna().any() else df for df in ref("many", frame="batches"))
