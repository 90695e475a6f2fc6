"""- ref('model_a')"""

import logging

from beside import doubled
from fal import write_to_model
from rooted import halve

print("reading")
logging.warning("and saying so")
df = doubled("model_a")
df["half"] = halve(df["id"])
write_to_model(df)
