"""Every way a piece of code may go, one after the other.

What is asked for may depend on the turn of a loop, the branch of a condition, the caller of a function. A world
is one choice of all of these, so two names that change together never come apart.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager

_MOST_WORLDS = 1_000
_MOST_STEPS = 10_000  # for one question
_MOST_STEPS_IN_ALL = 20_000  # for one file, after which each question gets a few
_FEW_STEPS = 100


class UnknownError(Exception):
    """Only the run knows."""


class ImpossibleError(Exception):
    """No run comes here in this world."""


class World:
    """Answers each question the same way for as long as it lasts."""

    def __init__(self, script: list[int], budget: list[int]) -> None:
        self._script = script
        self._budget = budget
        self._chosen: dict[Hashable, int] = {}
        self.counts: list[int] = []
        self.finished: set[Hashable] = set()
        self.asked_callers = False
        self.asked_again = False

    @property
    def script(self) -> list[int]:
        return (self._script + [0] * len(self.counts))[: len(self.counts)]

    def choose(self, question: Hashable, count: int) -> int:
        """One of ``count`` answers, the same as before when it was asked before."""
        if question in self._chosen:
            self.asked_again = True
            return self._chosen[question]
        if count == 0:
            raise ImpossibleError
        position = len(self.counts)
        answer = self._script[position] if position < len(self._script) else 0
        self.counts.append(count)
        self._chosen[question] = answer
        return answer

    @contextmanager
    def given(self, question: Hashable, answer: int) -> Iterator[None]:
        """Has a question answered for a while, outside of the world's own choices."""
        self._chosen[question] = answer
        try:
            yield
        finally:
            del self._chosen[question]

    def has_chosen(self, question: Hashable) -> bool:
        return question in self._chosen

    def step(self) -> None:
        self._budget[0] -= 1
        if self._budget[0] < 0:
            raise UnknownError


class Patience:
    """The steps that are left for one file."""

    def __init__(self) -> None:
        self.steps = _MOST_STEPS_IN_ALL


def worlds(patience: Patience) -> Iterator[World]:
    """All of them; once there are too many, a last one that knows nothing."""
    steps = min(_MOST_STEPS, max(_FEW_STEPS, patience.steps))
    budget = [steps]
    script: list[int] = []
    for _ in range(_MOST_WORLDS):
        world = World(script, budget)
        yield world
        patience.steps -= steps - budget[0]
        steps = budget[0]
        script = world.script
        while script and script[-1] + 1 == world.counts[len(script) - 1]:
            script.pop()
        if not script:
            return
        script[-1] += 1
    budget[0] = 0
    yield World([], budget)
