# SPDX-License-Identifier: MIT
"""Shared by the tests of counts: a counter for a mount, the bounds, and the table at the end. ../lib/fixtures.py has the fixtures
of all mounted tests."""

import os
import sys

import pytest

from fixtures import *  # noqa: F401, F403

import tools

sys.path.append(os.path.join(tools.ROOT, "tests", "bench"))  # the floors, and the service that does nothing
os.environ.setdefault("COCFS_BENCH", os.path.join(tools.ROOT, "build", "tests", "bench"))

import bounds  # noqa: E402
import counted  # noqa: E402

COUNT = "count"  # marks the counts among a test's properties


@pytest.fixture
def check(record_property):
    """check(name, count) compares a count with its bound, and shows both at the end of the run."""
    table, failures = bounds.read(), []

    def check(name, count):
        bound = bounds.find(table, name, bounds.versions())
        count = round(count, 2)
        ok, remark = bound.judge(count)
        goal = "" if bound.goal is None or bound.goal == bound.value else f"{bound.goal:g}"
        record_property(COUNT, (name, f"{count:g}", str(bound), goal, remark))
        if not ok:
            failures.append(f"{name}: {count:g}, and the bound is {bound} (tests/counts/bounds.txt)")

    yield check
    assert not failures, "\n".join(failures)


@pytest.fixture
def counter(tmp_path):
    """Counts what a mount does. Give counter.env to the mount, then call counter.watch(mount)."""
    return counted.Counter(tmp_path / "counts")


@pytest.fixture
def make_counted(make_space, counter):
    """make_counted(option=value, …): a counted mount whose calls pass a proxy, the front (../lib/front.py). Lists of jobs stay valid
    for an hour, so that no refresh is counted."""
    return lambda **options: counter.watch(make_space(env=counter.env, refresh="3600", **options))


def pytest_terminal_summary(terminalreporter):
    """At the end of the run, prints each count beside its bound."""
    rows = [value for reports in terminalreporter.stats.values() for report in reports
            if getattr(report, "when", "") == "teardown"
            for name, value in report.user_properties if name == COUNT]
    if not rows:
        return
    head = ("count", "is", "bound", "goal", "")
    order = [bound.name for bound in bounds.read()]
    rows = [head] + sorted(map(tuple, rows), key=lambda row: order.index(row[0]))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    terminalreporter.section("counts")
    for row in rows:
        terminalreporter.line("  ".join(field.ljust(width) for field, width in zip(row, widths)).rstrip())
