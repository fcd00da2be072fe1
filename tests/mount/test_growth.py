# SPDX-License-Identifier: MIT
"""Work that is done leaves nothing behind: no memory, and no room in the ledger apart from the binding."""

import os
import re

import pytest

import queues
import samples
import tools

BYTES_PER_JOB = 1024       # of the ledger, for a binding and for what was sent
LEDGER_SLACK = 8 << 20     # bytes: free pages that the ledger keeps, and the warnings about large files
MEMORY_SLACK = 1 << 20     # the heap varies a little


def memory(space):
    """Returns the bytes of anonymous memory that cocfs has, as the kernel counts them."""
    status = tools.read(f"/proc/{space.process.pid}/status").decode()
    return int(re.search(r"RssAnon:\s+(\d+) kB", status)[1]) * 1024


def ledger_size(space):
    return os.path.getsize(os.path.join(space.state, "ledger.db"))


def submit(space, rounds, files=20, steps=("STEP",)):
    """Writes the same files again and again, each time with other content."""
    for number in rounds:
        for file in range(files):
            content = samples.document(f"grow-{file}", [f"{step}-{number}-{file}" for step in steps])
            with open(space.at(f"{file}.yaml"), "w", encoding="ascii") as target:
                target.write(content)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("mode", [None, "queue"], ids=["sync", "queue"])
def test_memory_does_not_grow_with_submissions(make_space, mode):
    if tools.sanitized(tools.COCFS):
        pytest.skip("a sanitizer keeps freed memory")
    space = make_space(submit=mode)
    submit(space, range(20))
    if mode:
        queues.drained(space)
    before, done = memory(space), sum(space.sent())
    submit(space, range(20, 60))
    if mode:
        queues.drained(space)
    assert sum(space.sent()) - done >= 40
    assert memory(space) - before < MEMORY_SLACK


def test_the_ledger_grows_by_bindings_alone(make_space, src):
    space = make_space()
    submit(space, range(2))
    space.remount()
    before = ledger_size(space)
    submit(space, range(2, 12), steps=["x" * 100] * 300)
    space.remount()
    assert ledger_size(space) - before < LEDGER_SLACK
    before = ledger_size(space)
    for number in range(500):
        samples.file(src, f"{number}.yaml", f"job-{number}")
    tools.run("cp", "-r", src, space.at("many"), seconds=120).ok()
    space.remount()
    assert len(space.jobs()) == 520
    grown = ledger_size(space) - before
    print(f"the ledger has grown by {grown / 500:.0f} bytes per job")
    assert grown < 500 * BYTES_PER_JOB


def test_the_room_of_a_long_queue_is_given_back(make_space, src):
    space = queues.cut_off(make_space)
    (src / "many").mkdir()
    for number in range(300):
        samples.file(src / "many", f"{number}.yaml", f"job-{number}", ["x" * 100] * 350)
    tools.run("cp", "-r", src / "many", space.path, seconds=120).ok()
    space.kill()
    space.mount()
    space.unmount()
    assert ledger_size(space) > 2 * LEDGER_SLACK
    space.front.accept()
    space.mount()
    queues.wait(space.path).ok()
    space.remount()
    tools.eventually(lambda: ledger_size(space) < LEDGER_SLACK, "the room to be given back")
