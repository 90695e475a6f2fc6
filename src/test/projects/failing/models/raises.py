def deep(df):
    raise ValueError("no such luck")


deep(ref("model_a"))
write_to_model(None)
