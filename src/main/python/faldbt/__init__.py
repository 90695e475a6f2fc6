"""The old name of what is in ``fal.dbt`` now."""
