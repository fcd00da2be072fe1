# SPDX-License-Identifier: MIT
"""Several writers, a service that lies and is killed too, cocfs killed at random moments: nothing lost,
nothing doubled.

COCFS_KILL_ROUNDS is how many rounds are run in each mode (in batches, each with a seed and a space of
its own); COCFS_KILL_SEED is the seed of the first batch, which a failure prints. A batch ends with 10
seconds of waiting until absence is believed, so it is not a short one.
"""

import os

import pytest

import chaos
import promises

ROUNDS = int(os.environ.get("COCFS_KILL_ROUNDS", "130"))
FIRST_SEED = int(os.environ.get("COCFS_KILL_SEED", "1"))
BATCH = 78  # rounds at most


@pytest.mark.timeout(600)
@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + max(1, ROUNDS // BATCH)))
def test_nothing_is_lost_or_doubled(make_space, src, seed, mode, exhibit, record_property):
    space = make_space(timeout="2", submit=promises.submit(mode))
    os.mkdir(space.at("d"))
    arena = chaos.Arena(space, src, seed, mode)
    exhibit("account", arena.story)

    def restore():
        space.bury()
        space.mount()

    for _ in range(min(BATCH, ROUNDS)):
        arena.round(lambda: chaos.kill(space), restore)
    arena.settle()
    arena.write_all_again()
    record_property("story", arena.story())
    print(arena.story())
