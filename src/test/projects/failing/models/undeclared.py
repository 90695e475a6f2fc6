names = __import__("json").loads('["model", "a"]')
df = ref("_".join(names))
write_to_model(df)
