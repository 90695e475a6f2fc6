"""Modules that the old tool had in this place."""
