# SPDX-License-Identifier: MIT
"""Several writers, a service that lies and is sometimes killed, cocfs killed at random moments: nothing is lost, and nothing
doubled.

Also with two mounts of one account that write jobs of the same names: neither takes a job of the other. The service's clock moves
then, and is wrong by up to an hour. COCFS_KILL_ROUNDS is the number of rounds in each mode. They run in batches, each with a seed
and a space of its own. COCFS_KILL_SEED is the seed of the first batch; a failure prints the seed of its batch. A batch ends with
10 seconds of waiting until absence is believed, so it is not short. Rounds with two mounts are fewer: for each kind of
credentials, one in the place of SHARE other rounds. In each of these rounds each mount is killed.
"""

import concurrent.futures
import contextlib
import os
import re
import threading

import pytest

import chaos
import front as fronts
import mounting
import promises
import tools

ROUNDS = int(os.environ.get("COCFS_KILL_ROUNDS", "130"))
FIRST_SEED = int(os.environ.get("COCFS_KILL_SEED", "1"))
BATCH = 39  # rounds at most: each create asks for all jobs of its name, and an account gets more and more of them
SHARE = 24
ROUNDS_OF_TWO = max(4, ROUNDS // SHARE)
BATCH_OF_TWO = 26


@pytest.mark.timeout(1200)
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


class Account:
    """The service as one of several mounts sees it: only the jobs that have the mount's name in their content."""

    lock = threading.Lock()

    def __init__(self, cocd, name):
        self.cocd, self.name, self.keys_file = cocd, name, cocd.keys_file

    def rows(self, query):
        rows = self.cocd.rows(query)
        mine = {job for job, content in rows if re.search(rf"\b{self.name}(r\d+w|again)", content)}
        return [row for row in rows if row[0] in mine]

    def kill(self):
        with self.lock:
            if self.cocd.process is not None:
                self.cocd.kill()

    def start(self):
        with self.lock:
            if self.cocd.process is None:
                self.cocd.start()
        return self

    @property
    def address(self):
        return lambda: self.cocd.address


def together(function, arenas):
    with concurrent.futures.ThreadPoolExecutor(len(arenas)) as pool:
        for future in [pool.submit(function, arena) for arena in arenas]:
            future.result()


def play(arena, rounds):
    def restore():
        arena.space.bury()
        arena.space.mount()

    for _ in range(rounds):
        arena.round(lambda: chaos.kill(arena.space), restore)


def use_token(cocd, folder):
    """Has the service accept a token. Returns the environment with the token."""
    tokens = tools.write(folder / "tokens", "[carol]\ntoken = token-of-carol\n")
    os.chmod(tokens, 0o600)
    cocd.more = ["--tokens", tokens]
    cocd.stop()
    cocd.start()
    return {"HUAWEICLOUD_SDK_X_AUTH_TOKEN": "token-of-carol", "HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/dev/null"}


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("credentials", ["keys", "token"])
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + max(1, ROUNDS_OF_TWO // BATCH_OF_TWO)))
def test_two_mounts_on_one_account_and_a_clock_that_moves(cocd, mounts, tmp_path, exhibit, record_property, seed,
                                                          credentials):
    env, clock, arenas = {}, fronts.ServiceClock(), []
    if credentials == "token":
        env = use_token(cocd, tmp_path)
    with contextlib.ExitStack() as stack:
        for name, mode in zip(["left", "right"], promises.MODES):
            source = tmp_path / name / "src"
            source.mkdir(parents=True)
            account = Account(cocd, name)
            front = stack.enter_context(fronts.Front(account.address))
            front.clock = clock
            space = mounts(mounting.Space(account, front, tmp_path / name, timeout="2", env=env,
                                          submit=promises.submit(mode)))
            space.mount()
            os.mkdir(space.at("d"))
            arenas.append(chaos.Arena(space, source, f"{seed}{name}{credentials}", mode, name=name))
            exhibit(f"front of {name}", front.story)
            exhibit(f"account of {name}", arenas[-1].story)
        together(lambda arena: play(arena, min(BATCH_OF_TWO, ROUNDS_OF_TWO)), arenas)
        arenas[0].revive()
        together(lambda arena: arena.settle(), arenas)
        together(lambda arena: arena.write_all_again(10), arenas)
        held = [promises.held(arena.space.cocd) for arena in arenas]
        assert not held[0].keys() & held[1].keys()
        assert cocd.rows("SELECT count(*) FROM documents") == [(len(held[0]) + len(held[1]),)], "jobs that nobody wrote"
        stories = [f"{credentials}, {arena.name}: {arena.story()}" for arena in arenas]
        for arena in arenas:
            assert arena.space.unmount() == 0
    record_property("story", "\n".join(stories))
    print("\n".join(stories))
