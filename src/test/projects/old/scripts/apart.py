print("apart", context.current_model, "write_to_model" in globals(), len(list_models()))
