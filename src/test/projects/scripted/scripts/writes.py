"""After first: writes a source, reads it back, asks for everything."""

import pandas as pd

write_to_source(pd.DataFrame({"id": [7]}), "raw", "totals", mode="overwrite")
print("rows", len(source("raw", "totals")))
write_to_source(pd.DataFrame({"id": [8]}), "raw", "totals")
print("rows", len(source("raw", "totals")))

print("own", ref("first")["id"].tolist())
print("ephemeral", sorted(ref("shifted")["id"]))
print("sql", execute_sql("select {{ doubled('max(id)') }} as m from {{ ref('first') }};")["m"].tolist())
execute_sql("create table if not exists made (id integer) -- no rows")
print("made", len(execute_sql("select * from made")))

model = context.current_model
print("model", model.name, model.alias, model.meta, model.columns["id"].description)
print("tests", sorted((test.name, test.status) for test in model.tests))
print("target", context.target.name, context.target.type, context.config.target_path.name)
print("models", sorted((each.name, each.status) for each in list_models()))
print("sources", [(each.name, each.table_name, each.meta, len(each.tests)) for each in list_sources()])
