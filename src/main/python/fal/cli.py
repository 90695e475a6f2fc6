"""``cli(["flow", "run"])``: the ``fal`` program, run from Python."""

from fal._executable import run as cli

__all__ = ["cli"]
