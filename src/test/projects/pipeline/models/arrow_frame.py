table = ref("model_a", frame="arrow")
write_to_model(table.slice(1))
