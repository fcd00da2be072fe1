# SPDX-License-Identifier: MIT
"""Random schedules of two mounts and a third client: schedule.py says what must hold. There are few here, because each takes 3 to
20 seconds."""

import os
import sys

import pytest

import tools

SCHEDULE = os.path.join(os.path.dirname(__file__), "schedule.py")
COUNT = int(os.environ.get("COCFS_SCHEDULES", "6"))
SEED = int(os.environ.get("COCFS_SCHEDULE_SEED", "1"))
AT_ONCE = 6         # schedules that run at the same time: they wait more than they work
SECONDS = 180       # the time for one schedule


def begin(seed, folder, *options):
    folder.mkdir()
    env = tools.environment(COCFS=tools.COCFS, COCD=tools.COCD)
    return tools.popen(sys.executable, SCHEDULE, seed, folder, *options, seconds=SECONDS, env=env)


@pytest.mark.timeout(SECONDS * 2 * (COUNT // AT_ONCE + 1))
def test_schedules(tmp_path):
    """The message begins with the seeds that fail: schedule.py SEED FOLDER runs one again."""
    seeds = iter(range(SEED, SEED + COUNT))
    running, failed = {}, []
    for seed in seeds:
        running[seed] = begin(seed, tmp_path / str(seed))
        if len(running) == AT_ONCE:
            failed += end(running)
    while running:
        failed += end(running)
    assert not failed, "\n".join(failed)


def test_the_model_notices_what_is_overwritten(tmp_path):
    """With conflict=overwrite hosts do overwrite each other, and the schedules must say so."""
    running = {seed: begin(seed, tmp_path / str(seed), "conflict=overwrite") for seed in range(1, 6)}
    assert "overwrites" in "".join(text for _ in range(5) for text in end(running))


def end(running):
    """Waits for the oldest schedule. Returns a list: with the schedule's story if it failed, else empty."""
    seed = next(iter(running))
    result = tools.finish(running.pop(seed), SECONDS + 20)
    print(f"seed {seed}: {result.status}")
    return [] if result.status == 0 else [f"seed {seed}\n{result.stdout[-30000:]}\n{result.stderr}"]
