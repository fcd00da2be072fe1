# SPDX-License-Identifier: MIT
"""The disk cannot make the ledger durable: nothing is sent, waiting writers get the error, and the mount goes on. Tried with a
sync in the loop, and with one in the thread because several writers wait."""

import os

import pytest

import front as f
import promises
import samples
import tools

SYNC = os.path.abspath(os.environ.get("COCFS_SYNC", os.path.join(tools.ROOT, "build", "tests", "sync.so")))
LOOP, THREAD = b"L", b"T"
WRITERS = 5


class Disk:
    def __init__(self, control):
        self.control = str(control)
        asan = os.environ.get("ASAN_OPTIONS", "")
        self.env = {"LD_PRELOAD": SYNC, "COCFS_SYNC_CONTROL": self.control,
                    "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"]))}

    def fail(self):
        tools.write(self.control, b"")

    def mend(self):
        """Lets syncs succeed again. Returns a byte for each sync that failed: LOOP or THREAD, which asked for it."""
        who = tools.read(self.control)
        os.unlink(self.control)
        return who


@pytest.fixture(params=promises.MODES)
def mode(request):
    return request.param


@pytest.fixture
def disk(tmp_path):
    if not os.access(SYNC, os.R_OK):
        pytest.skip(f"no library that makes syncs fail at {SYNC}")
    return Disk(tmp_path / "sync-fails")


@pytest.fixture
def space(disk, make_space, mode, src):
    space = make_space(env=disk.env, submit=promises.submit(mode))
    tools.run("cp", samples.file(src, "first.yaml", "first"), space.path).ok()
    promises.settle(space)
    return space


def is_made_once_when_written_again(space, names, src):
    for name in names:
        tools.run("cp", samples.file(src, name, name), space.path).ok()
    promises.settle(space)
    made = sorted(job["name"] for job in space.jobs())
    assert made == sorted([*names, "first"])
    for name in names:
        assert space.job(space.id(name))["name"] == name and not space.error(name)


def test_one_writer_is_told(space, disk, src):
    sent = space.sent()
    disk.fail()
    tools.run("cp", samples.file(src, "a.yaml", "a.yaml"), space.path).fails(tools.message("EIO"))
    assert space.sent() == sent and len(space.jobs()) == 1
    assert LOOP in disk.mend()
    is_made_once_when_written_again(space, ["a.yaml"], src)


def test_writers_beside_others_are_told(space, disk, mode, src):
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", "/v1/documents")
    held = tools.popen("cp", samples.file(src, "held.yaml", "held.yaml"), space.path)
    assert gate.wait_held()
    disk.fail()
    names = [f"{n}.yaml" for n in range(WRITERS)]
    sources = [samples.file(src, name, name) for name in names]
    writers = [tools.popen("cp", source, space.path) for source in sources]
    for writer in writers:
        tools.finish(writer).fails(tools.message("EIO"))
    who = disk.mend()
    if mode == "sync":  # with the queue no writer waits for held submissions
        assert THREAD in who
    gate.open()
    tools.finish(held).ok()
    promises.settle(space)
    if mode == "sync":  # with the queue, a submission that was queued but not made durable may be sent, once
        assert sorted(job["name"] for job in space.jobs()) == ["first", "held.yaml"]
    is_made_once_when_written_again(space, ["held.yaml", *names], src)
