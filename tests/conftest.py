# SPDX-License-Identifier: MIT
"""Puts lib/ on Python's path: several suites share its modules."""

import itertools
import math
import os
import sys

import pytest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

# Files whose tests wait long and need no processor meanwhile. They are spread over the run, each file evenly, so that tests which
# need a processor run beside them. None of them begins near the end of the run.
WAITING = ("test_copies", "test_schedules", "test_list_proofs", "test_lost_creates", "test_lost_answers", "test_bases",
           "test_refresh", "test_calls", "test_owners_walk", "test_stalls", "test_queue", "test_submissions_memory",
           "test_mounting", "test_sibling_changes", "test_big", "test_growth", "test_ansible", "test_no_hang", "test_load",
           "test_crash_points", "test_allocations", "test_full_disk", "test_power_loss", "test_random_kills")


SPREAD = 0.7  # this part of the other tests has begun when the last of the waiting tests begins


def evenly(items):
    """Spreads the tests of each file over the whole list."""
    place = {}
    for _, tests in itertools.groupby(items, key=lambda item: item.path):
        tests = list(tests)
        place.update((item, (i + 0.5) / len(tests)) for i, item in enumerate(tests))
    return sorted(items, key=place.get)


def pytest_collection_modifyitems(items):
    """Puts some of the waiting tests before each file of the others. The tests of a file stay together, because they share
    fixtures."""
    waiting = evenly([item for item in items if item.path.stem in WAITING])
    others = [item for item in items if item.path.stem not in WAITING]
    ordered = []
    for _, tests in itertools.groupby(others, key=lambda item: item.path):
        tests = list(tests)
        ordered += tests
        begun = sum(item.path.stem not in WAITING for item in ordered)
        due = math.ceil(len(waiting) * min(1, begun / (SPREAD * len(others))))
        placed = len(ordered) - begun
        ordered[len(ordered) - len(tests):len(ordered) - len(tests)] = waiting[placed:due]
    items[:] = ordered + waiting[len(ordered) - len(others):]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Gives a worker its next test when the worker begins its last one. xdist by itself gives each worker a block of consecutive
    tests, and so gives all the waiting ones to the first worker."""
    from xdist.scheduler import LoadScheduling

    class OneByOne(LoadScheduling):
        AHEAD = 2  # the running test and the next one, which decides what fixtures stay

        def _send_tests(self, node, num):
            super()._send_tests(node, max(0, min(num, self.AHEAD - len(self.node2pending[node]))))

    return OneByOne(config, log)
