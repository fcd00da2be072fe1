# SPDX-License-Identifier: MIT
"""A state directory that was copied, moved or restored: what the mount may send, and what -o rebind makes of it."""

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
    """twin_of(space, state=DIR, option=value, …): a space with the options of another space, not mounted yet. Its state directory
    does not exist: copy(space, twin) makes it."""
    def make(space, state=None, **options):
        base = tmp_path / "twin"
        base.mkdir(exist_ok=True)
        options = {**space.options, "state_dir": str(state or base / "s"), **options}
        return mounts(mounting.Space(cocd, front, base, **options))
    return make


def copy(space, twin, how="cp -a"):
    run(COPIES[how], space.state, twin.state)


def beyond_keys(mount):
    """Returns the calls, except those for the first page of all jobs: with such a call a mount checks its keys."""
    return [call for call in mount.front.calls() if (call.method, call.path, sorted(call.query)) !=
            ("GET", "/v1/documents", [("limit", "100"), ("offset", "0")])]


def refused(mount):
    """Tries to mount. cocfs must refuse because of the copy, and send nothing but the check of the keys. Returns its log."""
    before = len(beyond_keys(mount))
    with pytest.raises(mounting.MountFailed) as failed:
        mount.mount()
    assert failed.value.status == 32 and len(beyond_keys(mount)) == before
    assert "is a copy of another state directory" in failed.value.log and "-o rebind" in failed.value.log
    return failed.value.log


def rebind(mount):
    """Mounts a copy with -o rebind. Returns it."""
    mount.options["rebind"] = True
    mount.mount()
    del mount.options["rebind"]
    return mount


def queued(space, src, **texts):
    """Writes files ({name: step}) while the service is away, and unmounts: the files are in the queue."""
    space.front.refuse()
    for name, step in texts.items():
        tools.run("cp", samples.file(src, f"{name}.yaml", name, [step]), space.path).ok()
    assert space.unmount() == 0
    space.front.accept()


@pytest.fixture
def space(make_space):
    return make_space(submit="queue")


# ---- what counts as a copy ----

@pytest.mark.parametrize("how", COPIES)
def test_a_copy_sends_nothing(space, twin_of, src, how):
    queued(space, src, a="one")
    twin = twin_of(space)
    copy(space, twin, how)
    refused(twin)
    refused(twin)  # a second try gives the same result
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
    """cocfs refuses to mount with an old ledger as with a copied one, even if the files keep their inodes."""
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


@pytest.mark.parametrize("how", ["moved", "copied", "restored"])
def test_a_removed_import_stays_away(make_space, twin_of, tmp_path, how):
    """The ledger in the state directory has the record that the user removed the import. So the record moves along."""
    space = make_space(refresh="0")
    client = space.cocd.client()
    for name in ("one", "two"):
        client.create(name=name, content="x", enterprise_project_id="0", risk_level="LOW")
    assert {"one.yaml", "two.yaml"} <= set(os.listdir(space.path))
    os.unlink(space.at("one.yaml"))
    space.unmount()
    twin = twin_of(space, state=space.state if how == "restored" else None)
    if how == "moved":
        os.rename(space.state, twin.state)
    elif how == "copied":
        copy(space, twin)
    else:
        run('cp -a "$1" "$2" && rm -r "$1" && cp -a "$2" "$1"', space.state, tmp_path / "saved")
    if how == "moved":
        twin.mount()
    else:
        rebind(twin)
    for _ in range(2):
        assert {name for name in os.listdir(twin.path) if name.endswith(".yaml")} == {"two.yaml"}


# ---- a queue in two copies ----

def pair(space, twin_of, src, **texts):
    """Writes files into the queue of a space ({name: step}), and copies the space. Neither is mounted then. Returns the copy."""
    queued(space, src, **texts)
    twin = twin_of(space)
    copy(space, twin)
    return twin


def bound_pair(space, twin_of, src):
    """Gives a space and its copy an update of a.yaml in the queue. The job of a.yaml has v1. Returns the copy."""
    tools.run("cp", samples.file(src, "a.yaml", "a", ["one"]), space.path).ok()
    space.settle()
    return pair(space, twin_of, src, a="two")


def send(mount):
    """Mounts until the queue is empty, and unmounts."""
    mount.mount().settle()
    assert mount.unmount() == 0


def steps(mount, name="a.yaml"):
    """Returns (the text of a file's job, how many jobs there are)."""
    return mount.job(mount.id(name))["content"], len(mount.jobs())


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


@pytest.mark.parametrize("first", ["original", "copy"])
def test_an_update_is_made_once(space, twin_of, src, first):
    twin = bound_pair(space, twin_of, src)
    if first == "original":
        send(space)
    rebind(twin).settle()
    if first == "copy":
        twin.unmount()
        space.mount().settle()
    last = twin if first == "original" else space
    assert last.sent() == (1, 1) and last.fact("a.yaml", "version") == last.fact("a.yaml", "base") == "v2"
    assert steps(last) == (samples.document("a", ["two"]), 1) and last.error("a.yaml") is None


def test_the_text_of_the_original_is_found_below_a_colleagues(space, twin_of, src):
    """The original has sent the text, and another user has written since. The update counts as done, and the file says which
    version is newer."""
    twin = bound_pair(space, twin_of, src)
    send(space)
    job, = twin.jobs()
    body = {"name": "a", "content": samples.document("a", ["theirs"]), "risk_level": "LOW"}
    space.cocd.client().ask("PUT", f"/v1/documents/{job['document_id']}", body=body)
    rebind(twin).settle()
    assert twin.fact("a.yaml", "base") == "v2" and twin.fact("a.yaml", "version") == "v3"
    assert "v3" in twin.fact("a.yaml", "warnings") and twin.sent() == (1, 1)


def test_a_colleagues_version_is_not_overwritten(space, twin_of, src):
    """The text was not sent, and another user has written since: a conflict, as always."""
    twin = bound_pair(space, twin_of, src)
    job, = twin.jobs()
    body = {"name": "a", "content": samples.document("a", ["theirs"]), "risk_level": "LOW"}
    space.cocd.client().ask("PUT", f"/v1/documents/{job['document_id']}", body=body)
    rebind(twin).settle()
    assert twin.fact("a.yaml", "state") == "failed" and "base: v1\n" in twin.error("a.yaml")
    assert steps(twin)[0] == samples.document("a", ["theirs"])


@pytest.mark.parametrize("end", ["done", "late", "never"])
def test_a_request_of_the_original_that_is_under_way(space, twin_of, src, end):
    """The original is killed while its create is under way. The create is done without an answer, done later, or never done."""
    twin = pair(space, twin_of, src, a="one")
    gate = space.front.gate()
    fault = {"done": fronts.cuts(fronts.FORWARDED), "late": fronts.Fault(gate=gate), "never": fronts.cuts(fronts.REQUEST)}[end]
    rule = space.front.rule(fault, "POST")
    space.mount()
    assert space.front.wait(lambda: rule.hits and (end != "late" or gate.held))
    space.kill()
    space.front.clear()
    rebind(twin)
    if end == "late":
        assert space.front.wait(lambda: [call for call in space.calls("GET") if call.query and call.number > rule.hits][2:])
        tools.eventually(lambda: twin.fact("a.yaml", "state") == "in-doubt", "the doubt")
        gate.open()
    twin.settle()
    assert steps(twin) == (samples.document("a", ["one"]), 1)


def test_a_create_of_sync_that_was_under_way(make_space, twin_of, src):
    space = make_space()
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "POST")
    writer = tools.popen("cp", samples.file(src, "a.yaml", "a", ["one"]), space.path)
    assert gate.wait_held()
    twin = twin_of(space)
    run('cp -a "$1" "$2"', space.state, twin.state)
    gate.open()
    space.settle()
    made = space.id("a.yaml")
    rebind(twin).settle()
    assert twin.id("a.yaml") == made and len(twin.jobs()) == 1 and tools.finish(writer).status == 0


def test_new_content_comes_after_what_is_in_doubt(space, twin_of, src):
    """The new content becomes an update of the job that the original has made, and no second job."""
    twin = pair(space, twin_of, src, a="one")
    send(space)
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", times=None)
    rebind(twin)
    tools.run("cp", samples.file(src, "a.yaml", "a", ["later"]), twin.path).ok()
    gate.open()
    space.front.clear()
    twin.settle()
    assert steps(twin) == (samples.document("a", ["later"]), 1) and twin.fact("a.yaml", "version") == "v2"


def test_new_content_of_sync_comes_after_it_too(space, twin_of, src):
    twin = pair(space, twin_of, src, a="one", b="two")
    send(space)
    twin.options["submit"] = "sync"
    rebind(twin)
    for name in "ab":
        tools.run("cp", samples.file(src, f"{name}.yaml", name, ["later"]), twin.path).ok()
        assert steps(twin, f"{name}.yaml") == (samples.document(name, ["later"]), 2)


def test_the_doubt_outlives_kills(space, twin_of, src):
    twin = pair(space, twin_of, src, **{f"job{n}": "one" for n in range(40)})
    space.options["max_inflight"] = "1"
    space.mount()
    assert space.front.wait(lambda: len(space.creates()) >= 15)
    space.kill()
    rebind(twin)
    for n in range(3):
        before = len(space.calls("GET"))
        space.front.wait(lambda: len(space.calls("GET")) > before + 5, 5)
        twin.kill()
        twin.mount()
    twin.settle()
    assert sorted(twin.id(f"job{n}.yaml") for n in range(40)) == sorted(job["document_id"] for job in twin.jobs())


def test_a_rename_that_the_original_has_not_ended(space, twin_of, src):
    """The ledger has the unfinished rename with the inode number of the original's file. In the copy the file has another inode, so
    cocfs sees from the names that the rename was done."""
    tools.run("cp", samples.file(src, "a.yaml", "a", ["one"]), space.path).ok()
    space.settle()
    made = space.id("a.yaml")
    space.unmount()
    spool = os.path.join(space.state, "spool")
    with contextlib.closing(sqlite3.connect(f"{space.state}/ledger.db")) as db, db:
        db.execute("INSERT INTO rename_intent (from_path, to_path, ino, exchange) VALUES ('a.yaml', 'b.yaml', ?, 0)",
                   (os.stat(f"{spool}/a.yaml").st_ino,))
    os.rename(f"{spool}/a.yaml", f"{spool}/b.yaml")
    twin = twin_of(space)
    copy(space, twin)
    rebind(twin)
    assert twin.id("b.yaml") == made and twin.id("a.yaml") is None
    tools.run("cp", samples.file(src, "b.yaml", "a", ["two"]), twin.path).ok()
    twin.settle()
    assert steps(twin, "b.yaml") == (samples.document("a", ["two"]), 1)


def test_a_clone_that_cocfs_cannot_see_is_bound_anew(space, src):
    """After going back to a snapshot of the disk cocfs sees no difference. -o rebind works all the same."""
    queued(space, src, a="one")
    before = instance(space)
    rebind(space).settle()
    space.unmount()
    assert instance(space) != before and len(space.jobs()) == 1


@pytest.mark.parametrize("first", ["original", "copy"])
@pytest.mark.parametrize("killed", [False, True], ids=["", "killed"])
def test_a_create_is_made_once_in_either_order(space, twin_of, src, first, killed):
    """The original and its copy are used, one after the other: the second takes the jobs that the first has made."""
    twin = pair(space, twin_of, src, a="one", b="two")
    if first == "original":
        space.mount()
    else:
        rebind(twin)
    one, other = (space, twin) if first == "original" else (twin, space)
    if killed:
        assert one.front.wait(lambda: one.creates())
        one.kill()
        one.mount()
    one.settle()
    one.kill()
    if first == "original":
        rebind(twin)
    else:
        space.mount()
    other.settle()
    assert len(other.jobs()) == 2
    assert sorted(other.id(f"{name}.yaml") for name in "ab") == sorted(job["document_id"] for job in other.jobs())


@pytest.mark.parametrize("adopt", ["same", "never"])
def test_both_at_once(space, twin_of, src, adopt):
    """The original and its copy send the same queue at the same time. The original makes the jobs, and the copy takes them, also
    with adopt=never."""
    twin = pair(space, twin_of, src, a="one", b="two")
    space.options["adopt"] = twin.options["adopt"] = adopt
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "POST", times=2)
    space.mount()
    assert gate.wait_held(2)
    rebind(twin)
    gate.open()
    space.settle()
    twin.settle()
    assert len(twin.jobs()) == 2 and twin.sent() == (2, 0)
    assert {twin.id(f"{name}.yaml") for name in "ab"} == {space.id(f"{name}.yaml") for name in "ab"}
