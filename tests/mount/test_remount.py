# SPDX-License-Identifier: MIT
"""After an unmount, a kill or a crash the mount knows what was submitted. A state directory has one mount at a time."""

import os
import subprocess

import pytest

import front as f
import janitor
import mounting
import samples
import tools


@pytest.fixture
def space(own_space):
    """Each test has a mount of its own, because it ends the mount."""
    return own_space


ENDS = ["unmount", "kill"]


def again(space, how):
    space.unmount() if how == "unmount" else space.kill()
    return space.mount()


def filled(space, src):
    """Submits two jobs, one of them in a directory, with attributes. Leaves a draft, a refused file, a scratch file and a link.
    Returns the space."""
    os.mkdir(space.at("d"))
    tools.setfattr(space.at("d"), "user.coc.risk_level", "HIGH").ok()
    for name in ("a.yaml", "d/b.yaml"):
        tools.run("cp", samples.file(src, "x.yaml", name.replace("/", "-")), space.at(name)).ok()
    tools.setfattr(space.at("a.yaml"), "user.coc.description", "kept").ok()
    tools.run("touch", space.at("draft.yaml")).ok()
    tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.path).fails(tools.message("EINVAL"))
    tools.sh('echo note > note.txt; ln -s note.txt l; chmod 640 note.txt', cwd=space.path).ok()
    return space


def picture(space):
    """Returns {path: (mode, time, content, user attributes)} of all files, with the time 0 for siblings; and four files' facts."""
    seen = {}
    for folder, _, files in os.walk(space.path):
        for name in files:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            seen[os.path.relpath(path, space.path)] = (
                status.st_mode, status.st_mtime_ns if not name.endswith((".id", ".error")) else 0, tools.read(path),
                {key: os.getxattr(path, key) for key in os.listxattr(path) if key.startswith("user.")})
    for name in ("a.yaml", "d/b.yaml", "draft.yaml", "bad.yaml"):
        seen["facts of " + name] = {fact: space.fact(name, fact) for fact in (
            "job_id", "state", "version", "request_id", "error", "warnings")}
    return seen


@pytest.mark.parametrize("how", ENDS)
def test_ids_and_attributes_are_there_again(space, src, how):
    filled(space, src)
    before = picture(space)
    assert before["facts of a.yaml"]["version"] == "v2"
    again(space, how)
    assert picture(space) == before


@pytest.mark.parametrize("how", ENDS)
def test_the_same_content_sends_nothing_and_other_content_is_an_update(space, src, how):
    filled(space, src)
    sent = space.sent()
    again(space, how)
    tools.run("cp", samples.file(src, "x.yaml", "d-b.yaml"), space.at("d/b.yaml")).ok()
    assert space.sent() == sent
    tools.run("cp", samples.file(src, "x.yaml", "other"), space.at("d/b.yaml")).ok()
    assert space.sent() == (sent[0], sent[1] + 1)
    assert space.fact("d/b.yaml", "version") == "v2"


def test_a_removed_jobs_binding_is_remembered(space, src):
    tools.run("cp", samples.file(src, "a.yaml", "one"), space.path).ok()
    tools.run("rm", space.at("a.yaml")).ok()
    space.remount()
    tools.run("cp", samples.file(src, "a.yaml", "two"), space.path).ok()
    assert space.only_job()["version"] == "v2"


def test_killed_while_a_commit_waits(make_space, src):
    space = make_space(timeout="30")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", "/v1/documents")
    writer = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    assert gate.wait_held()
    space.kill()
    assert tools.finish(writer).status != 0
    gate.open()
    assert space.front.wait(lambda: len(space.creates()) == 1 and space.creates()[0].service_status)
    space.mount()
    assert tools.read(space.at("a.yaml")) == tools.read(src / "a.yaml")
    tools.eventually(lambda: space.id("a.yaml"), "the space to learn of the job", 60)
    assert space.id("a.yaml") == space.only_job()["document_id"]


def second(space, tmp_path, mounts, source=None):
    """Mounts the same state directory a second time, elsewhere, which must fail. source: another SOURCE; None: the same. Returns
    the log of the second cocfs."""
    (tmp_path / "other").mkdir()
    other = mounts(mounting.Mount(source or space.source, tmp_path / "other", env=space.env, state_dir=space.state))
    with pytest.raises(mounting.MountFailed) as failed:
        other.mount()
    assert failed.value.status > 0
    return failed.value.log


def test_a_second_mount_on_the_same_state_is_refused(space, tmp_path, mounts, src):
    said = second(space, tmp_path, mounts)
    assert space.state in said
    assert "mounted" in said or "in use" in said or "already" in said
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()


def test_the_state_of_another_source_is_refused(space, tmp_path, mounts, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    space.unmount()
    said = second(space, tmp_path, mounts, source="http://127.0.0.1:1")
    assert space.source in said
    space.mount()
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_a_broken_ledger_is_reported_and_not_overwritten(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    space.unmount()
    ledger = os.path.join(space.state, "ledger.db")
    broken = b"this was a ledger" * 100
    tools.write(ledger, broken)
    for tail in ("-wal", "-shm"):
        if os.path.exists(ledger + tail):
            os.unlink(ledger + tail)
    with pytest.raises(mounting.MountFailed) as failed:
        space.mount()
    assert "ledger" in failed.value.log
    assert tools.read(ledger) == broken


def test_a_damaged_page_is_reported_and_not_overwritten(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    space.unmount()
    ledger = os.path.join(space.state, "ledger.db")
    content = bytearray(tools.read(ledger))
    content[8192:8200] = b"\xff" * 8  # the head of the third page, which is one of a table
    tools.write(ledger, bytes(content))
    with pytest.raises(mounting.MountFailed) as failed:
        space.mount()
    assert "is damaged" in failed.value.log and "what_to_do" in failed.value.log
    assert tools.read(ledger) == content


def test_the_embedded_service_keeps_its_jobs_and_keys(local, src):
    tools.run("cp", samples.file(src, "a.yaml"), local.path).ok()
    keys = tools.read(os.path.join(local.state, "service.keys"))
    before = local.jobs()
    for how in ENDS:
        again(local, how)
        assert local.jobs() == before and local.id("a.yaml") == before[0]["document_id"]
        assert tools.read(os.path.join(local.state, "service.keys")) == keys


@tools.needs_root
def test_a_mount_namespace_that_was_made_meanwhile_keeps_the_mount(make_space, src):
    """The namespace has a copy of the mount. cocfs serves that copy until it is gone, and keeps the state directory."""
    space = make_space()
    tools.need("unshare")
    if tools.run("unshare", "--mount", "true").status:
        pytest.skip("no mount namespace can be made")
    script = 'echo; read line; cp "$1" "$2" && cat "$2/a.yaml.id"; read line'
    other = tools.popen("unshare", "--mount", "sh", "-c", script, "sh", samples.file(src, "a.yaml"), space.path,
                        stdin=subprocess.PIPE)
    assert other.stdout.readline() == b"\n"
    assert janitor.unmount(space.path) == "" and not janitor.mounted(space.path)
    assert janitor.holders(space.path)
    other.stdin.write(b"\n")
    other.stdin.flush()
    assert other.stdout.readline().decode().strip() == space.only_job()["document_id"]
    assert space.process.poll() is None
    assert tools.finish(other, given=b"\n").status == 0
    assert space.process.wait(mounting.END_SECONDS) == 0 and not janitor.holders(space.path)
    space.process = None
