import subprocess

subprocess.Popen(["sleep", "600"])
write_to_model(ref("model_a"))
