def model(dbt, session):
    return dbt.ref("of_fal").df().assign(dbt=2)
