from noting import note

note("global", context.current_model, __name__)
