df = source("raw", "names")
write_to_model(df[df.columns[::-1]])
