# SPDX-License-Identifier: MIT
"""Two mounts over two replicas of the service on one PostgreSQL. cocfs, the replicas and the database are killed at random
moments, and nothing is lost or doubled.

Each mount has a front, which lies as in the other random tests and sends each request to one of the replicas, dead or alive. So
each replica must know what the other was asked.
"""

import concurrent.futures
import contextlib
import os
import random
import re
import threading

import pytest

import chaos
import fixtures
import front as fronts
import mounting
import postgresql
import promises
import service

ROUNDS = int(os.environ.get("COCFS_REPLICA_ROUNDS", "8"))
SEED = int(os.environ.get("COCFS_KILL_SEED", "1"))
NAMES = ["left", "right"]  # the names of the two mounts


class Cluster:
    """A database and its replicas. kill() kills a random one of these three, or none if it is dead. start() starts the dead ones."""

    def __init__(self, folder, server):
        self.server, self.uri = server, server.new()
        self.random, self.lock = random.Random(SEED), threading.Lock()
        self.replicas = [Replica(str(folder / f"replica-{n}"), str(folder / f"replica-{n}.log"), self) for n in range(2)]
        self.kills = []

    def kill(self):
        with self.lock:
            victim = self.random.choice([self.server, *self.replicas])
            if victim.process is not None and victim.process.poll() is None:
                victim.kill()
                self.kills.append(type(victim).__name__)

    def start(self):
        with self.lock:
            if self.server.process.poll() is not None:
                self.server.start()
            for replica in self.replicas:
                if replica.process is None:
                    replica.start()

    def pick(self):
        return self.random.choice(self.replicas).address


class Replica(service.Cocd):
    def __init__(self, data, log, cluster):
        super().__init__(data, log)
        self.cluster = cluster

    @property
    def keys_file(self):
        return os.path.join(os.path.dirname(self.data), "service.keys")

    def store(self):
        return ["--data", self.cluster.uri, "--credentials", self.keys_file]


class Part:
    """The cluster as one mount sees it: only the jobs that have the mount's name in their content."""

    def __init__(self, cluster, name):
        self.cluster, self.name, self.keys_file = cluster, name, cluster.replicas[0].keys_file

    def rows(self, query):
        text = f"SELECT document_id, encode(convert_to(content, 'UTF8'), 'hex') FROM ({query}) AS jobs"
        rows = [(job, bytes.fromhex(code).decode()) for job, code in postgresql.sql(self.cluster.uri, text)]
        mine = {job for job, content in rows if re.search(rf"\b{self.name}(r\d+w|again)", content)}
        return [row for row in rows if row[0] in mine]

    def kill(self):
        self.cluster.kill()

    def start(self):
        self.cluster.start()
        return self

    @property
    def address(self):
        return self.cluster.pick


@pytest.fixture
def cluster(tmp_path, exhibit):
    service.write_keys(str(tmp_path / "service.keys"), "A" * 20, "s" * 40)
    with postgresql.serving(safe=True) as server:
        cluster = Cluster(tmp_path, server)
        exhibit("PostgreSQL", server.log)
        for replica in cluster.replicas:
            exhibit(replica.log_path, replica.log)
        try:
            cluster.start()
            yield cluster
        finally:
            for replica in cluster.replicas:
                replica.stop()
    for replica in cluster.replicas:
        fixtures.assert_no_sanitizer_report("cocd", replica.log())


def both(function, arenas):
    """Calls function for each arena, for all at the same time."""
    with concurrent.futures.ThreadPoolExecutor(len(arenas)) as pool:
        for future in [pool.submit(function, arena) for arena in arenas]:
            future.result()


def play(arena):
    def restore():
        arena.space.bury()
        arena.space.mount()

    for _ in range(ROUNDS):
        arena.round(lambda: chaos.kill(arena.space), restore)


def finish(arena):
    arena.settle()
    arena.write_all_again(5)


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_doubled_by_two_mounts_over_two_replicas(cluster, mounts, tmp_path, exhibit, record_property):
    arenas = []
    with contextlib.ExitStack() as stack:
        for name, mode in zip(NAMES, promises.MODES):
            (tmp_path / name).mkdir()
            (tmp_path / name / "src").mkdir()
            front = stack.enter_context(fronts.Front(cluster.pick))
            space = mounts(mounting.Space(Part(cluster, name), front, tmp_path / name, timeout="2", submit=promises.submit(mode)))
            space.mount()
            os.mkdir(space.at("d"))
            arenas.append(chaos.Arena(space, tmp_path / name / "src", SEED, mode, name=name))
            exhibit(f"front of {name}, seed {SEED}", front.story)
            exhibit(f"account of {name}", arenas[-1].story)
        both(play, arenas)
        cluster.start()
        both(finish, arenas)
        jobs = [promises.held(arena.space.cocd) for arena in arenas]
        assert not jobs[0].keys() & jobs[1].keys()
        ((total,),) = postgresql.sql(cluster.uri, "SELECT count(*) FROM documents")
        assert int(total) == len(jobs[0]) + len(jobs[1]), "there are jobs that nobody wrote"
        stories = [arena.story() for arena in arenas] + [f"killed: {cluster.kills}"]
        for space in [arena.space for arena in arenas]:
            assert space.unmount() == 0
    record_property("story", "\n".join(stories))
    print("\n".join(stories))
