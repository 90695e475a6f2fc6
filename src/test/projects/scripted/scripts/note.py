from noting import note

model = context.current_model
note(model.name, model.status)
