df = ref("doubled")
print(df.dtypes.to_dict())
write_to_model(df, mode="append")
