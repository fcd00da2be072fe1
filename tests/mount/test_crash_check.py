# SPDX-License-Identifier: MIT
"""After a crash a large ledger is checked while the mount is in use. Nothing is sent before the check has ended."""

import errno
import os
import sqlite3

import pytest

import mounting
import queues
import samples
import stalls
import tools

ROWS, TEXT = 180, 60000  # rows, and bytes in each: more than a mount checks before it serves (CHECK_AT_ONCE_MAX)
PAGE = 4096


@pytest.fixture
def disk(tmp_path):
    yield from stalls.disk(tmp_path)


def grow(space):
    """Fills the ledger of an unmounted space with rows that are not needed."""
    with sqlite3.connect(os.path.join(space.state, "ledger.db")) as db:
        db.executemany("INSERT INTO job (dir, name, changed_ms, error) VALUES ('large', ?, 0, ?)",
                       ((f"{n}.yaml", "x" * TEXT) for n in range(ROWS)))
    db.close()


def large(space, src):
    """Makes the ledger of a mounted space large, and ends the mount well. Mounts again, and submits old.yaml."""
    space.unmount()
    grow(space)
    space.mount()
    space.unmount()
    space.mount()
    tools.run("cp", samples.file(src, "old.yaml"), space.path).ok()
    space.settle()


@pytest.fixture
def space(make_space, disk, src):
    space = make_space(env=disk.env)
    large(space, src)
    return space


@pytest.fixture
def held(space, disk):
    """The space, mounted again after a crash. The check of its ledger is held up until disk.let_go()."""
    space.kill()
    disk.hold()
    space.mount()
    disk.wait_held("check")
    return space


# value: 0 the ledger is sound, 1 the ledger is being checked, 2 the ledger is damaged
def check_is(space, value):
    return queues.metrics(space)["cocfs_ledger_check"] == value


def test_a_write_is_held_until_the_check_has_ended(held, disk, src):
    space, sent = held, held.sent()
    process = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    stalls.others_wait(space, process)
    assert check_is(space, 1) and space.sent() == sent
    # everything that sends nothing goes on
    tools.sh('ls -la . && cat old.yaml old.yaml.id .coc/queue && mkdir d && mv old.yaml d && mv d/old.yaml . && echo x > scratch',
             cwd=space.path).ok()
    assert process.poll() is None and space.sent() == sent
    disk.let_go()
    tools.finish(process).ok()
    assert space.id("a.yaml") and space.sent() == (sent[0] + 1, sent[1]) and check_is(space, 0)


def test_a_write_waits_no_longer_than_its_time(space, disk, src):
    space.kill()
    disk.hold()
    space.options["timeout"] = "1"
    space.mount()
    sent = space.sent()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails("Connection timed out")
    assert "still being checked after a crash" in space.error("a.yaml") and space.sent() == sent
    assert tools.read(space.at("a.yaml")) == samples.document().encode()
    disk.let_go()
    tools.eventually(lambda: check_is(space, 0), "the check to end")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()


def test_the_queue_waits_for_the_check(space, disk, src):
    space.remount(submit="queue")
    space.kill()
    disk.hold()
    space.mount()
    sent = space.sent()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert queues.states(space) == {"a.yaml": "queued"} and space.sent() == sent
    space.kill()  # what was written meanwhile outlives the next crash
    space.mount()
    disk.wait_held("check", 2)
    assert queues.states(space) == {"a.yaml": "queued"} and space.sent() == sent
    disk.let_go()
    queues.drained(space)
    assert space.id("a.yaml") and space.sent() == (sent[0] + 1, sent[1])


def named_in_log(space):
    """Returns the numbers of the pages in ledger.db-wal: SQLite reads these pages from there, not from ledger.db."""
    log = tools.read(os.path.join(space.state, "ledger.db-wal"))
    return {int.from_bytes(log[at:at + 4], "big") for at in range(32, len(log), PAGE + 24)}


def damage(space):
    """Damages ledger.db: overwrites 8 bytes of a page that its log (-wal) does not have. Returns the path of ledger.db."""
    ledger = os.path.join(space.state, "ledger.db")
    pages, named = os.path.getsize(ledger) // PAGE, named_in_log(space)
    number = next(number for number in range(pages // 2, pages) if number not in named)
    with open(ledger, "r+b") as file:
        file.seek((number - 1) * PAGE)
        file.write(b"\xff" * 8)
    return ledger


@pytest.mark.parametrize("submit", ["sync", "queue"])
def test_a_ledger_that_is_found_damaged_later_sends_nothing(space, src, submit):
    space.remount(submit=submit)
    space.kill()
    ledger = damage(space)
    space.mount()
    tools.eventually(lambda: check_is(space, 2), "the damage to be found")
    sent = space.sent()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails(os.strerror(errno.EUCLEAN))
    error = space.error("a.yaml")
    assert f"the ledger {ledger} is damaged: nothing is sent" in error.splitlines()[0]
    assert "errno: EUCLEAN" in error and "what_to_do: unmount, then restore it from a backup" in error
    assert f"{ledger} is damaged" in space.log() and "what_to_do: unmount" in space.log()
    assert tools.read(space.at("a.yaml")) == samples.document().encode()
    assert space.id("old.yaml") and tools.read(space.at("old.yaml"))
    assert space.sent() == sent
    assert space.unmount() == 0
    with pytest.raises(mounting.MountFailed) as failed:
        space.mount()
    assert "is damaged" in failed.value.log and "nothing is mounted" in failed.value.log


def test_a_ledger_that_is_found_damaged_keeps_who_waits_from_sending(space, disk, src):
    space.kill()
    damage(space)
    disk.hold()
    space.mount()
    sent = space.sent()
    process = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    stalls.others_wait(space, process)
    disk.let_go()
    tools.finish(process).fails(os.strerror(errno.EUCLEAN))
    assert space.sent() == sent


def test_a_clean_end_during_the_check_leaves_it_to_the_next_mount(held, disk):
    space = held
    tools.run("fusermount3", "-u", space.path).ok()
    disk.let_go()  # the held read of the check returns: only then can the mount end
    space.bury()
    disk.hold()
    space.mount()
    disk.wait_held("check")
    disk.let_go()
    tools.eventually(lambda: check_is(space, 0), "the check to end")
    assert space.unmount() == 0
    disk.hold()
    space.mount()
    assert check_is(space, 0)
