"""The line magic ``%init_fal``; see ``fal.dbt.integration.magics``."""

from fal.dbt.integration.magics import init_fal, load_ipython_extension

__all__ = ["init_fal", "load_ipython_extension"]
