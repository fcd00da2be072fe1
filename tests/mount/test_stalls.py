# SPDX-License-Identifier: MIT
"""Nobody keeps the others waiting: what one caller asks for is done a piece at a time, or beside the loop.

No test here asserts a time. What was asked for is answered in an order that shows it, and the histogram of
.coc/metrics is printed (-rP).
"""

import re

import queues
import samples
import tools

BOUNDS = ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "1", "+Inf"]


def histogram(space, name):
    """The counts of the buckets of a histogram, as they are written: each with those below it."""
    text = tools.read(space.at(".coc", "metrics")).decode()
    pairs = re.findall(rf'^cocfs_{name}_bucket{{le="(.+)"}} (\d+)$', text, re.M)
    return {bound: int(count) for bound, count in pairs}


def show(space, what):
    """Prints what an attack did to the loop; returns how many pieces of work it counted."""
    held = histogram(space, "loop_stall_seconds")
    print(f"{what}: {held['+Inf']} pieces, of them above 10 ms: {held['+Inf'] - held['0.01']}; {held}")
    return held["+Inf"]


def test_the_histograms_count_the_work_of_the_loop(own_space, src):
    before = histogram(own_space, "loop_stall_seconds")
    assert list(before) == BOUNDS and list(histogram(own_space, "ledger_wait_seconds")) == BOUNDS
    waits = queues.metrics(own_space)["cocfs_ledger_wait_seconds_count"]
    tools.run("cp", samples.file(src, "a.yaml"), own_space.path).ok()
    after = histogram(own_space, "loop_stall_seconds")
    counts = [after[bound] for bound in BOUNDS]
    assert counts == sorted(counts)
    # cp alone makes more requests than that
    assert after["+Inf"] - before["+Inf"] > 5
    # its intent, and its outcome
    assert queues.metrics(own_space)["cocfs_ledger_wait_seconds_count"] - waits >= 2
    show(own_space, "one cp")
