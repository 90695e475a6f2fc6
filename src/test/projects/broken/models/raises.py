df = ref("orders")
raise ValueError("boom")
write_to_model(df)
