"""The project's classes: ``FalDbt``, and what its lists hold."""

from fal._context import CurrentAdapterResponse, CurrentModel
from fal._faldbt import FalDbt
from fal._nodes import (
    DbtGenericTest,
    DbtModel,
    DbtSingularTest,
    DbtSource,
    DbtTest,
    Feature,
    NodeStatus,
)

__all__ = [
    "CurrentAdapterResponse",
    "CurrentModel",
    "DbtGenericTest",
    "DbtModel",
    "DbtSingularTest",
    "DbtSource",
    "DbtTest",
    "FalDbt",
    "Feature",
    "NodeStatus",
]
