from lib.base import BASE


def weight(df):
    return df["id"] * BASE
