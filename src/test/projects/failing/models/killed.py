import os

print("last words", flush=True)
os.kill(os.getpid(), 9)
write_to_model(ref("model_a"))
