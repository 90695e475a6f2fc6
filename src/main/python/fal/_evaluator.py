"""What an expression is worth in one world, as far as that can be told without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import ClassVar

from fal._attributes import Attributes
from fal._evaluation import Work
from fal._expressions import Expressions
from fal._names import Names
from fal._results import Results


class Evaluator(Names, Attributes, Results, Expressions):
    """All rooms together, and which of them knows what kind of expression."""

    WORK: ClassVar[Mapping[type[ast.expr], Work]] = {
        **Names.WORK,
        **Attributes.WORK,
        **Results.WORK,
        **Expressions.WORK,
    }
