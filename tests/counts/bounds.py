# SPDX-License-Identifier: MIT
"""The bounds of the counts. bounds.txt is the table, and says how to read it."""

import os
import re
from dataclasses import dataclass

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bounds.txt")


@dataclass(frozen=True)
class Bound:
    name: str
    kernel: tuple       # the bound holds from this version of Linux on
    must_equal: bool
    value: float
    tolerance: float    # a part of the value: 0.05 for ±5%
    goal: float | None

    def judge(self, count):
        """Returns whether the count is within the bound, and a remark that says what is wrong with the count or the bound; "": nothing."""
        if self.must_equal:
            return count == self.value, "" if count == self.value else "MORE" if count > self.value else "TIGHTEN THE BOUND"
        if count > self.value * (1 + self.tolerance):
            return False, "MORE"
        return True, "tighten the bound" if count < self.value * (1 - self.tolerance) else ""

    def __str__(self):
        tolerance = f" ±{self.tolerance:.0%}" if self.tolerance else ""
        return f"{'=' if self.must_equal else '<='} {self.value:g}{tolerance}"


def version(text):
    """Returns (6, 18) for "6.18.44-something"."""
    return tuple(int(number) for number in re.match(r"\d+(?:\.\d+)?", text)[0].split("."))


def parse(text):
    """Returns the bounds of a table (the text of bounds.txt), in its order. A line of another form fails an assertion."""
    bounds = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith(("#", "count ")):
            continue
        fields = re.split(r"\s{2,}", line.strip())
        found = re.fullmatch(r"(=|<=) ([\d.]+)(?: ±([\d.]+)%)?", fields[2]) if len(fields) in (3, 4) else None
        assert found, f"line {number} is no count: {line}"
        bounds.append(Bound(fields[0], version(fields[1]), found[1] == "=", float(found[2]), float(found[3] or 0) / 100,
                            float(fields[3]) if len(fields) == 4 else None))
    return bounds


def read():
    with open(TABLE, encoding="utf-8") as file:
        return parse(file.read())


def find(bounds, name, release):
    """Returns the bound of a count on a release of Linux: of those that hold there, the one from the newest kernel."""
    holding = [bound for bound in bounds if bound.name == name and bound.kernel <= version(release)]
    assert holding, f"no bound for {name!r} on Linux {release} in {TABLE}"
    return max(holding, key=lambda bound: bound.kernel)
