# SPDX-License-Identifier: MIT
"""A state directory that was copied, moved or restored: what it may send, and what -o rebind makes of it."""

import contextlib
import os
import shutil
import sqlite3

import pytest

import front as fronts
import mounting
import samples
import tools

COPIES = {
    "cp -a": 'cp -a "$1" "$2"',
    "rsync -aX": 'rsync -aX "$1/" "$2"',
    "tar": 'mkdir -m 700 "$2" && tar -C "$1" --xattrs -cf - . | tar -C "$2" --xattrs -xf -',
}


def run(script, *words):
    return tools.run("sh", "-euc", script, "sh", *map(str, words)).ok()


@pytest.fixture
def twin_of(cocd, front, mounts, tmp_path):
    """twin_of(space, state=DIR, option=value, …): a mount of a copy, which has yet to be mounted."""
    def make(space, state=None, **options):
        base = tmp_path / "twin"
        base.mkdir(exist_ok=True)
        options = {**space.options, "state_dir": str(state or base / "s"), **options}
        return mounts(mounting.Space(cocd, front, base, **options))
    return make


def copy(space, twin, how="cp -a"):
    run(COPIES[how], space.state, twin.state)


def refused(mount):
    """The mount is refused, and nothing is asked of the service or sent."""
    before = len(mount.front.calls())
    with pytest.raises(mounting.MountFailed) as failed:
        mount.mount()
    assert failed.value.status == 32 and len(mount.front.calls()) == before
    assert "is a copy of another state directory" in failed.value.log and "-o rebind" in failed.value.log
    return failed.value.log


def rebind(mount):
    """Mounts a copy that lives on."""
    mount.options["rebind"] = True
    mount.mount()
    del mount.options["rebind"]
    return mount


def queued(space, src, **texts):
    """Writes files while the service is away, and unmounts: they are in the queue."""
    space.front.refuse()
    for name, step in texts.items():
        tools.run("cp", samples.file(src, f"{name}.yaml", name, [step]), space.path).ok()
    assert space.unmount() == 0
    space.front.accept()


@pytest.fixture
def space(make_space):
    return make_space(submit="queue")


# ---- what is a copy ----

@pytest.mark.parametrize("how", COPIES)
def test_a_copy_sends_nothing(space, twin_of, src, how):
    queued(space, src, a="one")
    twin = twin_of(space)
    copy(space, twin, how)
    refused(twin)
    refused(twin)  # to try again does not change it
    space.mount().settle()
    assert space.only_job()["document_id"] == space.id("a.yaml")


def test_a_move_to_another_disk_is_a_copy(space, twin_of, src, other_fs):
    queued(space, src, a="one")
    twin = twin_of(space, state=os.path.join(other_fs, "s"))
    shutil.move(space.state, twin.state)
    refused(twin)
    rebind(twin).settle()
    assert twin.only_job()["document_id"] == twin.id("a.yaml")


def test_a_move_within_the_file_system_is_none(space, twin_of, src):
    queued(space, src, a="one")
    twin = twin_of(space)
    os.rename(space.state, twin.state)
    twin.mount().settle()
    twin.remount()
    twin.kill()
    twin.mount()
    assert twin.only_job()["document_id"] == twin.id("a.yaml")


def test_the_original_is_none_when_it_was_copied(space, twin_of, src):
    copy(space, twin_of(space))
    for step in ("one", "two"):
        tools.run("cp", samples.file(src, "a.yaml", "a", [step]), space.path).ok()
        space.settle()
        space.remount()
    assert space.only_job()["version"] == "v2"


@pytest.mark.parametrize("over", ["cp -a", "cp", "rsync --inplace", "rsync", "tar"])
def test_an_old_ledger_in_the_place_of_the_new_one_is_a_copy(space, src, tmp_path, over):
    """Also when the files keep their inodes."""
    queued(space, src, a="one")
    saved = tmp_path / "saved"
    run(COPIES["cp -a"], space.state, saved)
    space.mount().settle()
    space.unmount()
    run({"cp -a": 'cp -a "$1/." "$2"', "cp": 'cp "$1/ledger.db" "$2/ledger.db"',
         "rsync --inplace": 'rsync -aXI --inplace "$1/" "$2"', "rsync": 'rsync -aXI --delete "$1/" "$2"',
         "tar": 'tar -C "$1" -cf - . | tar -C "$2" -xf -'}[over], saved, space.state)
    refused(space)
    rebind(space).settle()
    assert space.only_job()["document_id"] == space.id("a.yaml") and space.sent() == (1, 0)


def test_a_directory_without_its_instance_file_is_a_copy(space):
    space.unmount()
    os.unlink(os.path.join(space.state, "instance"))
    refused(space)
    rebind(space)


def test_nothing_of_a_copy_is_changed_when_it_is_refused(space, twin_of, src):
    queued(space, src, a="one")
    twin = twin_of(space)
    copy(space, twin)
    before = {name: tools.read(os.path.join(twin.state, name)) for name in ("ledger.db", "instance")}
    refused(twin)
    assert before == {name: tools.read(os.path.join(twin.state, name)) for name in before}
    assert not os.path.exists(os.path.join(twin.state, "ledger.db-wal"))


def instance(mount):
    with contextlib.closing(sqlite3.connect(f"file:{mount.state}/ledger.db?mode=ro", uri=True)) as db:
        return db.execute("SELECT instance FROM space").fetchone()[0]


def test_a_copy_that_lives_on_has_an_instance_of_its_own(space, twin_of):
    space.unmount()
    twin = twin_of(space)
    copy(space, twin)
    assert instance(twin) == instance(space)
    rebind(twin).unmount()
    assert instance(twin) != instance(space) and len(instance(twin)) == 32
    twin.mount()
    space.mount()


# ---- a queue in two copies ----

def pair(space, twin_of, src, **texts):
    queued(space, src, **texts)
    twin = twin_of(space)
    copy(space, twin)
    return twin


def test_what_the_original_has_sent_is_not_made_twice(space, twin_of, src):
    twin = pair(space, twin_of, src, a="one", b="two")
    space.mount().settle()
    made = {name: space.id(f"{name}.yaml") for name in "ab"}
    space.unmount()
    rebind(twin).settle()
    assert {name: twin.id(f"{name}.yaml") for name in "ab"} == made
    assert space.sent() == (2, 0) and len(space.jobs()) == 2


def test_what_the_original_has_not_sent_is_sent_once(space, twin_of, src):
    twin = pair(space, twin_of, src, a="one", b="two")
    rebind(twin).settle()
    assert twin.sent() == (2, 0)
    assert sorted(job["document_id"] for job in twin.jobs()) == sorted(twin.id(f"{n}.yaml") for n in "ab")
