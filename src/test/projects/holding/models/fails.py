1 / 0
write_to_model(ref("orders"))
