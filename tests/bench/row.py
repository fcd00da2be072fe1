# SPDX-License-Identifier: MIT
"""What a row is: contenders that are measured in turn, and goals between their medians."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """A number made from the values of a round (or from the medians), and its bound. at_floors: the number if cocfs did only what
    the floors do."""
    what: str
    of: Callable      # makes the number from {contender: value}
    bound: float
    at_least: bool = True
    unit: str = "×"
    at_floors: Callable | None = None

    def met(self, number):
        return number >= self.bound if self.at_least else number <= self.bound

    def better(self, number):
        """Returns how many times better than the bound the number is, at most 100; 1 is just met, less is not met."""
        best = 100
        if self.at_least:
            return min(number / self.bound, best)
        return best if number <= 0 else min(self.bound / number, best) if self.bound else 1 / best


@dataclass(frozen=True, eq=False)
class Line:
    """One way to mount, and the calls of its floor: of a client that does only what a create needs (post.c)."""
    suffix: str     # the end of the names of its contenders
    options: dict   # the options of the mount
    lists: int      # how many lists of the jobs of a name the floor asks for before each create; the mount may ask more

    def named(self, name):
        return name + self.suffix


# by default a create asks for jobs of its name, before and after; a user without colleagues mounts as in the second line
LINES = (Line("", {}, 2), Line(", adopt=never", {"adopt": "never", "conflict": "overwrite"}, 0))


class Row:
    """set_up() once, then round() any number of times: it returns {contender: value}. unit is for all values, apart from those in
    units. missing has the contenders that cannot be measured, with the reason."""

    name = title = unit = ""
    goals = ()

    def __init__(self, stage):
        self.stage, self.sizes = stage, stage.sizes
        self.units, self.missing = {}, {}
        self.rounds = 0

    def set_up(self):
        """Prepares what all rounds share."""

    def next_round(self):
        """Begins a round. Returns a word that no other round has, for the names of its files."""
        self.rounds += 1
        return f"round-{self.rounds}"

    def round(self):
        raise NotImplementedError
