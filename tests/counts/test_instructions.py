# SPDX-License-Identifier: MIT
"""How many instructions of its own cocfs takes for a job, compared with the floors of a job.

valgrind counts them, so neither the machine nor its load matters. The kernel and the service are not counted. Each program runs
twice, with few jobs and with many: the difference is the cost of jobs, without the start. cocfs has one processor, so that it
never looks for the next event before it sleeps. Such a look would take more instructions, the later the event comes
(fs/loop/spin.c). With count.c it sees no process that is born meanwhile.
"""

import os
import re

import pytest

import counted
import floors
import mounting
import samples
import servers
import tools

FEW, MANY = 20, 100
DEPTH = 150
SECONDS = 100


class Valgrind:
    """Counts the instructions of programs."""

    def __init__(self, log):
        self.log = str(log)
        cpu = max(os.sched_getaffinity(0))
        self.argv = ["taskset", "-c", str(cpu), "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null",
                     f"--log-file={self.log}"]

    def counted(self):
        """Returns the instructions of the program that has ended."""
        return int(re.search(r"I +refs: +([\d,]+)", tools.read(self.log).decode())[1].replace(",", ""))


class Lab:
    """Measures one program after the other. cocfs() and floors() return the instructions for one job."""

    def __init__(self, tmp_path, mounts):
        self.tmp_path, self.mounts = tmp_path, mounts
        self.valgrind = Valgrind(tmp_path / "valgrind.log")
        self.document = samples.file(str(tmp_path), "job.yaml")
        self.server = servers.Server(str(tmp_path / "service"), "bare", "http", (None, None))
        self.bases = 0

    def base(self):
        self.bases += 1
        path = self.tmp_path / f"m{self.bases}"
        path.mkdir()
        return path

    def each(self, run):
        """Returns the instructions of run(count) for each job: the difference between many jobs and few."""
        counted = []
        for count in FEW, MANY:
            run(count)
            counted.append(self.valgrind.counted())
        return (counted[1] - counted[0]) / (MANY - FEW)

    def write(self, mount, count, depth):
        """Writes count files in a new mount, depth directories deep, and ends the mount."""
        mount.mount()
        folder = mount.at(*["d"] * depth)
        os.makedirs(folder, exist_ok=True)
        tools.run(servers.program("write"), folder, "job", self.document, 1, count).ok()
        assert mount.unmount() == 0

    def cocfs(self, depth, **options):
        valgrind, env = self.valgrind, {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": self.server.keys_file,
                                       "LD_PRELOAD": counted.COUNT, "COCFS_COUNT_QUIET": "1"}

        class Counted(mounting.Mount):
            def argv(self, *flags):
                return [*valgrind.argv, *super().argv(*flags)]

        def run(count):
            options_now = {"loglevel": "warning", "timeout": "60", "refresh": "3600", **options}
            self.write(self.mounts(Counted(self.server.url, self.base(), env=env, **options_now)), count, depth)
        return self.each(run)

    def floors(self, lists):
        """Returns the instructions of the floors of one job, as a list: a FUSE round, the signed calls, a durable commit."""
        def mount(count):
            self.write(self.mounts(floors.Other(self.base(), [*self.valgrind.argv, servers.program("floor_fuse")])), count, 0)

        def post(count):
            tools.run(*self.valgrind.argv, servers.program("post"), "--lists", lists, self.server.url, self.server.keys_file,
                      self.document, count).ok()

        def commit(count):
            tools.run(*self.valgrind.argv, servers.program("commit"), self.base() / "floor.db", count).ok()
        parts = [self.each(part) for part in (mount, post, commit)]
        print("the floors:", *map(round, parts))
        return parts


@pytest.fixture
def lab(tmp_path, mounts):
    tools.need("valgrind", "taskset")
    if tools.sanitized(tools.COCFS):
        pytest.skip("valgrind cannot run a build with sanitizers")
    if not os.access(servers.program("post"), os.X_OK):
        pytest.skip(f"the programs of tests/bench are not built: there is no {servers.program('post')}")
    lab = Lab(tmp_path, mounts)
    lab.server.start()
    yield lab
    lab.server.stop()


@pytest.mark.timeout(SECONDS)
def test_a_create_against_its_floors_and_in_depth(lab, check):
    """Before a create and after it the service is asked for the jobs of its name."""
    flat, deep, below = lab.cocfs(depth=1), lab.cocfs(depth=DEPTH), lab.floors(lists=2)
    print(f"at depth 1: {flat:.0f}, at depth {DEPTH}: {deep:.0f}")
    check("instructions per create, against the floors", flat / sum(below))
    check("instructions per create, against a durable commit of SQLite", flat / below[2])
    check("instructions per create at depth 150, against depth 1", deep / flat)


@pytest.mark.timeout(SECONDS)
def test_a_create_that_asks_once_against_its_floors(lab, check):
    job, below = lab.cocfs(depth=1, adopt="never", conflict="overwrite"), lab.floors(lists=1)
    print(f"a job: {job:.0f}")
    check("instructions per create, adopt=never, against the floors", job / sum(below))
