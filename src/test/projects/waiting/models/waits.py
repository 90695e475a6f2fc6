import subprocess

df = ref("model_a")
helper = subprocess.Popen(["sh", "-c", "echo ready; sleep 600; :"], stdout=subprocess.PIPE)
helper.stdout.readline()
print("waiting", flush=True)
with open("gate") as gate:
    gate.read()
write_to_model(df)
