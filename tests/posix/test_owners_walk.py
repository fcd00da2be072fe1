# SPDX-License-Identifier: MIT
"""Three users and root do random things in one mount: no user sees or gets what is another's (owners_walk.py).

COCFS_OWNERS_STEPS is the number of steps, COCFS_OWNERS_SEED the seed (0 or unset: a random one). A failure prints the seed and the
last acts.
"""

import os
import random
import signal

import pytest

import mounting
import owners_walk
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

STEPS = int(os.environ.get("COCFS_OWNERS_STEPS", "5000"))
SEED = int(os.environ.get("COCFS_OWNERS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 32)
REMOUNTS = 4  # how often a walk unmounts and mounts again
SHOWN = 60  # so many of the last acts are in the message of a failure


def walked(walk, steps, remounts):
    """Makes the steps of a walk, with so many remounts. If the model disagrees, fails the test with the last acts."""
    print(f"COCFS_OWNERS_SEED={SEED} COCFS_OWNERS_STEPS={STEPS}")
    walk.begin()
    number = 0
    try:
        for number in range(steps):
            walk.step()
            if remounts and number % (steps // remounts) == steps // remounts - 1:
                walk.remount()
    except owners_walk.Leak as leak:
        pytest.fail("\n".join([*walk.done[-SHOWN:], f"step {number} of seed {SEED}: {leak}"]), pytrace=False)
    finally:
        walk.end()
    print(f"{len(walk.done)} calls, {len(walk.model.jobs)} jobs, "
          f"{sum(map(len, walk.model.aside.values()))} set aside at the end")


@tools.needs_root
@pytest.mark.timeout(600)
def test_nobody_gets_what_is_anothers(tmp_path, cocd, mounts):
    mount = mounts(mounting.Mount(f"http://{cocd.address[0]}:{cocd.address[1]}", tmp_path, allow_other=True,
                                  loglevel="warning", env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file})).mount()
    walk = owners_walk.Walk(mount, os.path.join(mount.state, "spool"), cocd.client(), SEED)
    walked(walk, STEPS, REMOUNTS)
    assert len(walk.model.jobs) > STEPS // 50 and any(walk.model.aside.values())


@tools.needs_root
@pytest.mark.timeout(600)
def test_nobody_is_shown_what_another_has_queued(tmp_path, cocd, front, make_space):
    """The service is away, and commits are queued. When the service is back, it gets for each name the content that was committed
    last, and nothing else."""
    space = make_space(allow_other=True, submit="queue", loglevel="warning")
    front.refuse()
    walk = owners_walk.Walk(space, os.path.join(space.state, "spool"), cocd.client(), SEED, is_away=True)
    walked(walk, STEPS // 5, 0)
    front.accept()
    space.process.send_signal(signal.SIGHUP)
    space.settle()
    queued = [record.sent for records in [walk.model.records.values(), *walk.model.aside.values()] for record in records
              if record.queued]
    assert sorted(job["content"] for job in space.jobs()) == sorted(queued) and len(queued) > 10
