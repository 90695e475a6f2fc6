"""The project's classes; see ``fal.dbt.integration.project``."""

from fal.dbt.integration.project import (
    CurrentAdapterResponse,
    CurrentModel,
    DbtGenericTest,
    DbtModel,
    DbtSingularTest,
    DbtSource,
    DbtTest,
    FalDbt,
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
