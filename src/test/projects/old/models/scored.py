import time

df = ref("orders")
time.sleep(0.5)
write_to_model(df)
