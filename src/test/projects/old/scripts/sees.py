"""What context tells."""

model = context.current_model
print("names", model.name, model.alias, model.unique_id, model.schema)
print("status", model.status, model.is_incremental, model.meta, sorted(model.columns))
print("tests", [(test.name, test.model_name, test.modelname, test.column, test.status) for test in model.tests])
response = model.adapter_response
print("response", response and (response.message, response.code, response.rows_affected))
target = context.target
print("target", target.profile_name, target.name, target.threads, target.type, target.database, target.schema)
print("path", context.config.target_path, context.config.target_path.is_absolute())
