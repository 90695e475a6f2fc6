"""``from fal.typing import *`` tells editors and type checkers what the globals of a script are.

At run time it defines nothing: the globals that fal gives a script, and those of the same names that the script has
made itself, stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fal import *  # noqa: F403
    from fal import Context as Context
    from fal import CurrentModel as CurrentModel
    from fal import DbtModel as DbtModel
    from fal import DbtSource as DbtSource
    from fal import DbtTest as DbtTest
    from fal import Feature as Feature
else:
    __all__ = []

    def __getattr__(name: str) -> Any:
        import fal

        return getattr(fal, name)
