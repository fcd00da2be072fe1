# SPDX-License-Identifier: MIT
"""The results as text: a table for each row, the goals, and the same goals for a page."""

import os
import platform
import statistics
from dataclasses import dataclass, field


@dataclass
class Results:
    """The results of a row. rounds: for each round {contender: value}. failed: why the row failed; None: it did not."""
    row: object
    rounds: list = field(default_factory=list)
    failed: str | None = None

    def add(self, values):
        self.rounds.append(values)

    def contenders(self):
        """Yields name, unit, median, least and most of each measured contender."""
        for name in self.rounds[0] if self.rounds else ():
            values = [values[name] for values in self.rounds]
            yield name, self.row.units.get(name, self.row.unit), statistics.median(values), min(values), max(values)

    def verdicts(self):
        """Yields each goal with its number by the medians, and the least and most of single rounds. The numbers are None if
        something was not measured."""
        for goal in self.row.goals:
            try:
                each = [goal.of(values) for values in self.rounds]
                yield goal, goal.of(self._medians()), min(each), max(each)
            except (KeyError, ValueError):
                yield goal, None, None, None

    def at_floors(self, goal):
        """Returns the goal's number at the floors, by the medians; None if they were not measured."""
        try:
            return goal.at_floors(self._medians()) if goal.at_floors else None
        except KeyError:
            return None

    def as_dict(self):
        """Returns all results as a dict for JSON: the contenders, the goals, what was not measured, and why the row failed."""
        contenders = [dict(zip(("name", "unit", "median", "least", "most"), values)) for values in self.contenders()]
        goals = [{"what": goal.what, "bound": goal.bound, "at_least": goal.at_least, "value": value, "least": least,
                  "most": most, "at_floors": self.at_floors(goal)} for goal, value, least, most in self.verdicts()]
        return {"name": self.row.name, "title": self.row.title, "contenders": contenders, "goals": goals,
                "not_measured": self.row.missing, "failed": self.failed}

    def _medians(self):
        return {name: median for name, _, median, _, _ in self.contenders()}


def number(value):
    if value and abs(value) < 10:
        return f"{value:.2f}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.1f}"


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
    return names[0] if names else platform.machine()


def print_conditions(options, rounds, disk):
    print(f"{os.cpu_count()} processors ({processor()}), Linux {platform.release()}, load {os.getloadavg()[0]:.1f}; "
          f"{rounds} round{'s' * (rounds > 1)}; service: {options.server}; on {disk}{'; quick' * options.quick}", flush=True)


def print_row(results):
    row = results.row
    print(f"\n{row.name}: {row.title}")
    for name, unit, *values in results.contenders():
        median, least, most = map(number, values)
        print(f"  {name:40} {median:>10} {unit:10} ({least} to {most})")
    for name, reason in row.missing.items():
        print(f"  {name:40} not measured: {reason}")
    if results.failed:
        print(f"  failed: {results.failed}")
    print(end="", flush=True)


def _words(goal, ratio, least, most):
    """Returns a goal's number, its spread, its bound and the verdict."""
    unit = f" {goal.unit}".rstrip()
    bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:,g}{unit}"
    if ratio is None:
        return "not measured", "", bound, "not measured"
    return (f"{number(ratio)}{unit}", f"{number(least)} to {number(most)}", bound,
            "met" if goal.met(ratio) else "not met")


def print_goals(measured):
    print("\ngoals: ratios of medians, and the spread of single rounds")
    for results in measured:
        for goal, *numbers in results.verdicts():
            ratio, spread, bound, verdict = _words(goal, *numbers)
            floors = results.at_floors(goal)
            print(f"  {results.row.name:12} {goal.what:58} {ratio:>14} ({spread}), goal {bound}: {verdict}"
                  + (f"; at its floors {number(floors)}" if floors else ""))


def print_markdown(measured):
    print("\n| work | measured | spread | at its floors | goal | |\n| --- | --- | --- | --- | --- | --- |")
    for results in measured:
        for goal, *numbers in results.verdicts():
            ratio, spread, bound, verdict = _words(goal, *numbers)
            floors = results.at_floors(goal)
            print(f"| {results.row.title}: {goal.what} | {ratio} | {spread} | {number(floors) if floors else ''} | "
                  f"{bound} | {verdict} |")
