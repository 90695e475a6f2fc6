import subprocess

df = ref("model_a")
helper = subprocess.Popen(["sleep", "600"])
print("waiting", flush=True)
with open("gate") as gate:
    gate.read()
helper.kill()
write_to_model(df)
