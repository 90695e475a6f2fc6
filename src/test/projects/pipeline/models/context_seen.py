import pandas as pd

model = context.current_model
seen = {
    "name": model.name,
    "alias": model.alias,
    "schema": model.schema,
    "meta": model.meta,
    "columns": list(model.columns),
    "target": context.target.name,
    "target schema": context.target.schema,
    "country": context.vars["country"],
    "year": context.vars["year"],
    "enabled": context.config["enabled"],
    "__name__": __name__,
    "__file__": __file__,
}
write_to_model(pd.DataFrame({"key": list(seen), "value": [str(value) for value in seen.values()]}))
