"""A global script: what became of every model."""

from fal.typing import *

models = list_models()
for model in sorted(models, key=lambda model: model.name):
    print(f"{model.name}: {model.status}")
print(f"{sum(model.status == 'success' for model in models)} of {len(models)} models are built")
