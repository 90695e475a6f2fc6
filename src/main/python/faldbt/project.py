"""The project's classes; see ``fal.dbt.integration.project``."""

from fal.dbt.integration.project import *  # noqa: F403
from fal.dbt.integration.project import __all__ as __all__
