names = ["model", "a"]
df = ref("_".join(names))
write_to_model(df)
