from fal import ref


def doubled(name):
    """Reads a model on behalf of the model that calls."""
    df = ref(name)
    df["amount"] = df["amount"] * 2
    return df
