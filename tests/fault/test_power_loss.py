# SPDX-License-Identifier: MIT
"""The power fails at random moments: synced data is there, of the rest a part or nothing.

The state directory is on ext4, on a disk whose cache is lost (disk.c). As on any file system, a file that was not synced may be
gone then. Jobs and bindings may not be lost or doubled. COCFS_POWER_ROUNDS and COCFS_KILL_SEED are as in
test_random_kills.py.
"""

import os

import pytest

import chaos
import front as f
import power
import promises
import samples
import tools

ROUNDS = int(os.environ.get("COCFS_POWER_ROUNDS", "10"))
FIRST_SEED = int(os.environ.get("COCFS_KILL_SEED", "1"))
BATCH = 10  # rounds of one test, at most


@pytest.fixture
def machine(tmp_path):
    power.need_power()
    machine = power.Machine(tmp_path / "machine")
    try:
        yield machine.on()
    finally:
        machine.off()


def put(path, synced):
    with open(path, "w", encoding="ascii") as file:
        file.write("x" * 5000)
        file.flush()
        if synced:
            os.fsync(file.fileno())


def test_the_disk_forgets_what_was_not_synced(machine):
    put(os.path.join(machine.path, "synced"), True)
    put(os.path.join(machine.path, "lost"), False)
    machine.cut(0)
    machine.on()
    assert sorted(os.listdir(machine.path)) == ["lost+found", "synced"]
    assert os.path.getsize(os.path.join(machine.path, "synced")) == 5000


@pytest.mark.timeout(400)
@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("seed", range(FIRST_SEED, FIRST_SEED + max(1, ROUNDS // BATCH)))
def test_no_job_is_lost_or_doubled(machine, make_space, src, seed, mode, exhibit):
    space = make_space(timeout="2", submit=promises.submit(mode), state_dir=os.path.join(machine.path, "s"))
    os.mkdir(space.at("d"))
    os.sync()  # makes the writers' directory durable
    arena = chaos.Arena(space, src, seed, mode, files_survive=False)
    exhibit("account", arena.story)

    def restore():
        space.bury()
        machine.cut(arena.random.getrandbits(30))
        machine.on()
        space.mount()

    try:
        for _ in range(min(BATCH, ROUNDS)):
            arena.round(lambda: chaos.kill(space), restore)
        arena.settle()
        arena.write_all_again()
        print(arena.story())
    finally:
        space.destroy()


def fill_log(space, src):
    """Writes until the ledger's log is written from its beginning again, and so grows no more. Then a sync of the log makes
    nothing else of the file system durable."""
    log, sizes = os.path.join(space.state, "ledger.db-wal"), []
    while len(sizes) < 4 or len(set(sizes[-4:])) > 1:
        assert len(sizes) < 300, sizes
        steps = [f"step-{len(sizes)}-{n}" for n in range(600)]
        tools.run("cp", samples.file(src, "fill.yaml", "fill", steps), space.path).ok()
        sizes.append(os.path.getsize(log))


def test_a_job_that_its_writer_was_told_of_does_not_become_its_twins(machine, make_space, src):
    """a.yaml and b.yaml have one content. The request for a.yaml never reached the service, and b.yaml got a job, whose ID its
    writer has read. After a loss of power b.yaml must have this job, and not a.yaml."""
    space = make_space(state_dir=os.path.join(machine.path, "s"), timeout="20")
    try:
        fill_log(space, src)
        gate = space.front.gate()
        space.front.rule(f.Fault(gate=gate), "POST")
        twin = samples.file(src, "twin.yaml", "twin")
        first = tools.popen("cp", twin, space.at("a.yaml"))
        assert gate.wait_held()
        tools.run("cp", twin, space.at("b.yaml")).ok()
        told = space.id("b.yaml")
        chaos.kill(space)
        tools.finish(first).fails()
        space.bury()
        machine.cut(0)
        machine.on()
        space.mount()
        tools.eventually(lambda: not promises.unfinished(space), "what is in doubt to be settled", 60)
        assert space.id("b.yaml") == told
    finally:
        space.destroy()


@pytest.mark.parametrize("mode, beside", [("sync", False), ("sync", True), ("queue", False)])
def test_a_sync_that_failed_is_made_up_for(machine, make_space, src, mode, beside):
    """The kernel drops what it could not write, and calls the next sync a success. Later records in the ledger's log would be
    behind a gap. beside: another writer waits for the service, so that a thread makes the syncs."""
    space = make_space(state_dir=os.path.join(machine.path, "s"), submit=promises.submit(mode), timeout="5")
    try:
        fill_log(space, src)
        if beside:
            gate = space.front.gate()
            space.front.rule(f.Fault(gate=gate), "POST", times=1)
            tools.popen("cp", samples.file(src, "held.yaml", "held"), space.path)
            assert gate.wait_held()
        os.sync()
        machine.fail(True)
        tools.run("cp", samples.file(src, "first.yaml", "first"), space.path).fails(tools.message("EIO"))
        machine.fail(False)
        tools.run("cp", samples.file(src, "second.yaml", "second"), space.path).ok()
        told = tools.eventually(lambda: space.id("second.yaml"), "the ID")
        chaos.kill(space)
        space.bury()
        machine.cut(0)
        machine.on()
        space.mount()
        promises.settle(space)
        assert space.id("second.yaml") == told
        assert [job["name"] for job in space.jobs()].count("second") == 1
    finally:
        space.destroy()


@pytest.mark.parametrize("gesture", ["move", "move-directory"])
def test_a_file_that_was_renamed_keeps_its_job(machine, make_space, src, gesture):
    space = make_space(state_dir=os.path.join(machine.path, "s"))
    try:
        fill_log(space, src)
        os.mkdir(space.at("d"))
        tools.run("cp", samples.file(src, "a.yaml"), space.at("d/a.yaml")).ok()
        job = space.id("d/a.yaml")
        os.sync()
        if gesture == "move":
            tools.run("mv", space.at("d/a.yaml"), space.at("d/b.yaml")).ok()
        else:
            tools.run("mv", space.at("d"), space.at("e")).ok()
        tools.run("cp", samples.file(src, "other.yaml", "other"), space.path).ok()
        chaos.kill(space)
        space.bury()
        machine.cut(0)
        machine.on()
        space.mount()
        there, = [path for path in ("d/a.yaml", "d/b.yaml", "e/a.yaml") if os.path.exists(space.at(path))]
        assert space.id(there) == job, f"the file is {there}, the bindings are {promises.bindings(space)}"
    finally:
        space.destroy()
