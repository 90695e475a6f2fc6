def model(dbt, session):
    return dbt.ref("words").df().apply(lambda word: word.str.upper())
