import sys

sys.exit(3)
write_to_model(ref("model_a"))
