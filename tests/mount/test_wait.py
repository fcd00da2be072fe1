# SPDX-License-Identifier: MIT
"""cocfs-wait returns when no submission is unfinished. Its exit status says whether all was submitted."""

import os
import pty
import signal
import subprocess

import pytest

import front as f
import queues
import samples
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401


@pytest.fixture
def space(make_space):
    return make_space(submit="queue")


@pytest.fixture
def cut_off(make_space):
    return queues.cut_off(make_space)


def held(space, times=None):
    """Returns a gate that holds the next creates on their way to the service, until its open(). times: how many (None: all)."""
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", "/v1/documents", times=times)
    return gate


def still_waits(process, seconds=1):
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return True
    return False


@pytest.mark.parametrize("what", ["file", "directory", "root", "relative", "link"])
def test_it_waits_until_all_is_submitted(space, src, what):
    gate = held(space)
    os.mkdir(space.at("d"))
    queues.put(space, src, "d/a.yaml")
    os.symlink(space.at("d"), src / "link")
    path = {"file": space.at("d", "a.yaml"), "directory": space.at("d"), "root": space.path, "relative": "d/../d/",
            "link": src / "link"}[what]
    process = tools.popen(tools.COCFS_WAIT, path, cwd=space.path)
    assert gate.wait_held()
    assert still_waits(process)
    gate.open()
    result = tools.finish(process).ok()
    assert result.stdout == result.stderr == ""
    assert space.id("d/a.yaml") == space.only_job()["document_id"]


def test_what_others_have_made_is_passed_over_until_an_edit_is_refused(own_space, src):
    own_space.cocd.client().create(name="theirs", content=samples.document("theirs"))
    tools.run("cp", samples.file(src, "mine.yaml", "mine"), own_space.root).ok()
    assert "theirs.yaml" in os.listdir(own_space.root)
    theirs = os.path.join(own_space.root, "theirs.yaml")
    assert tools.getfattr(theirs, "coc.state") == "imported"
    for path in own_space.root, theirs:
        tools.run(tools.COCFS_WAIT, path).ok()
    tools.run("sed", "-i", "s/name/label/", theirs)
    result = tools.run(tools.COCFS_WAIT, own_space.root)
    assert result.status == 1 and "theirs.yaml" in result.stderr and "read-only here" in result.stderr
    os.unlink(theirs + ".error")
    tools.run(tools.COCFS_WAIT, own_space.root).ok()


def test_others_jobs_are_not_asked_for(own_space, src):
    for number in range(5):
        own_space.cocd.client().create(name=f"theirs{number}", content=samples.document("theirs"))
    tools.run("cp", samples.file(src, "mine.yaml", "mine"), own_space.root).ok()
    theirs = os.path.join(own_space.root, "theirs3.yaml")
    os.listdir(own_space.root)
    asked = len(own_space.calls("GET"))
    for paths in [own_space.root], [own_space.root, theirs], [theirs, own_space.at("mine.yaml")]:
        tools.run(tools.COCFS_WAIT, *paths).ok()
    assert len(own_space.calls("GET")) == asked
    own_space.front.refuse()
    for path in own_space.root, theirs:
        tools.run(tools.COCFS_WAIT, path).ok()


# root may search each directory, so another user looks then
FOR_OTHER, BY_OTHER = ({"allow_other": True}, tools.AS_USER) if tools.IS_ROOT else ({}, [])


def held_list(space):
    """A gate that holds the next list of jobs. The listing of the root waits for it."""
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "GET", "/v1/documents", times=1)
    return gate


def refused_in(space, *names):
    """Writes bad job files: each keeps its story."""
    for name in names:
        os.makedirs(os.path.dirname(space.at(name)), exist_ok=True)
        tools.run("cp", tools.write(os.path.join(space.base, "bad"), "x: [\n"), space.at(name)).fails()


def test_a_directory_that_is_made_meanwhile_hides_no_other(make_space):
    space = make_space(refresh="0")
    refused_in(space, "old/bad.yaml")
    gate = held_list(space)
    process = tools.popen(tools.COCFS_WAIT, space.path)
    assert gate.wait_held()
    os.mkdir(space.at("new"))
    gate.open()
    result = tools.finish(process)
    assert result.status == 1 and "old/bad.yaml" in result.stderr


def test_a_mount_that_goes_away_during_the_look_is_no_success(make_space):
    space = make_space(refresh="0")
    refused_in(space, "old/bad.yaml")
    gate = held_list(space)
    process = tools.popen(tools.COCFS_WAIT, space.path)
    assert gate.wait_held()
    tools.run("fusermount3", "-uz", space.path).ok()
    gate.open()
    result = tools.finish(process)
    assert result.status == 1 and result.stderr


def test_an_import_whose_text_could_not_be_fetched_is_no_failure(own_space):
    own_space.cocd.client().create(name="theirs", content=samples.document("theirs"))
    os.listdir(own_space.root)
    theirs = own_space.at("theirs.yaml")
    own_space.front.refuse()
    tools.run("ls", "-l", theirs).fails()
    assert "cannot be fetched" in own_space.error("theirs.yaml")
    own_space.front.accept()
    for path in own_space.root, theirs:
        tools.run(tools.COCFS_WAIT, path).ok()


@tools.needs_root
def test_another_user_does_not_fail_by_an_edit_that_this_user_may_not_see(make_space):
    space = make_space(allow_other=True)
    space.cocd.client().create(name="theirs", content=samples.document("theirs"))
    assert "theirs.yaml" in os.listdir(space.path)
    tools.run("sed", "-i", "s/name/label/", space.at("theirs.yaml")).fails()
    tools.run(tools.COCFS_WAIT, space.path).fails("read-only here")
    tools.run(*tools.AS_USER, tools.COCFS_WAIT, space.path).ok()


def test_what_has_failed_is_named_with_an_error(make_space):
    """Another file cannot be looked at. What was found before is printed all the same."""
    space = make_space(**FOR_OTHER)
    refused_in(space, "a/bad.yaml")
    refused_in(space, "d/worse.yaml")
    os.chmod(space.at("a", "bad.yaml"), 0o644)
    os.chmod(space.at("d"), 0o644)
    result = tools.run(*BY_OTHER, tools.COCFS_WAIT, space.at("a"), space.at("d"))
    os.chmod(space.at("d"), 0o755)
    assert result.status == 1 and "a/bad.yaml" in result.stderr and "d/worse.yaml: Permission denied" in result.stderr


def test_a_file_that_cannot_be_looked_at_is_no_success(make_space, src):
    """The directory can be listed and not searched: nothing is known of its files. root may search all."""
    space = make_space(**FOR_OTHER)
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml", "a"), space.at("d")).ok()
    os.chmod(space.at("d"), 0o644)
    result = tools.run(*BY_OTHER, tools.COCFS_WAIT, space.path)
    os.chmod(space.at("d"), 0o755)
    assert result.status == 1 and "d/a.yaml: Permission denied" in result.stderr


def test_what_was_not_named_is_not_waited_for(space, src):
    gate = held(space, times=1)
    for name in ("d", "dd"):
        os.mkdir(space.at(name))
    queues.put(space, src, "dd/slow.yaml")
    assert gate.wait_held()
    queues.put(space, src, "d/a.yaml")
    queues.put(space, src, "b.yaml")
    queues.wait(space.at("d"), space.at("b.yaml")).ok()
    assert queues.wait(space.path, timeout=0).status == 124
    gate.open()
    queues.wait(space.path).ok()


def test_what_failed_is_named_with_the_reason(space, src):
    space.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "POST")
    queues.put(space, src, "bad.yaml")
    queues.drained(space)
    queues.put(space, src, "good.yaml")
    result = queues.wait(space.path)
    assert result.status == 1
    assert result.stderr.strip() == f"cocfs-wait: {space.at('bad.yaml')}: failed: " + space.error("bad.yaml").split("\n")[0]
    queues.wait(space.at("good.yaml")).ok()


def test_a_draft_is_named_and_an_empty_one_is_passed_over(space, src):
    tools.run("touch", space.at("empty.yaml")).ok()
    queues.wait(space.path).ok()
    queues.wait(space.at("empty.yaml")).ok()
    os.mkdir(space.at(".stage"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".stage")).ok()
    tools.run("cp", samples.file(src, "notes.txt"), space.path).ok()
    queues.wait(space.path).ok()
    tools.run("mv", space.at(".stage"), space.at("stage")).ok()
    result = queues.wait(space.path)
    assert result.status == 1 and f"{space.at('stage', 'a.yaml')}: draft" in result.stderr


def test_what_is_in_doubt_is_waited_for(space, src):
    space.front.rule(f.cuts(f.FORWARDED), "POST")
    queues.put(space, src, "a.yaml")
    tools.eventually(lambda: queues.states(space).get("a.yaml") != "queued", "it to be sent")
    queues.wait(space.path).ok()
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_sync_mode_can_be_waited_for_too(make_space, src):
    space = make_space()
    gate = held(space)
    writer = tools.popen_bare("cp", samples.file(src, "a.yaml"), space.path)
    assert gate.wait_held()
    os.kill(writer.pid, signal.SIGINT)
    writer.wait(10)
    waiter = tools.popen(tools.COCFS_WAIT, space.path)
    assert still_waits(waiter)
    gate.open()
    tools.finish(waiter).ok()
    assert space.fact("a.yaml", "state") == "submitted"


def test_the_time_can_be_up(cut_off, src):
    for number in range(25):
        queues.put(cut_off, src, f"{number}.yaml")
    result = queues.wait(cut_off.path, timeout=0.5)
    assert result.status == 124
    assert "the time is up" in result.stderr and "0.yaml: " in result.stderr and "and 5 more" in result.stderr
    cut_off.front.accept()
    queues.wait(cut_off.path).ok()
    assert len(cut_off.jobs()) == 25


def test_a_list_that_is_cut_hides_nothing(space, src):
    space.unmount()
    queues.fill_ledger(space, 10001)
    space.mount()
    queues.put(space, src, "first.yaml")
    queues.wait(space.at("first.yaml")).ok()
    gate = held(space)
    queues.put(space, src, "a.yaml")
    assert gate.wait_held() and "a.yaml" not in queues.states(space)
    process = tools.popen(tools.COCFS_WAIT, space.at("a.yaml"))
    assert still_waits(process)
    gate.open()
    tools.finish(process).ok()


def test_what_is_not_on_a_cocfs_mount_is_an_error(space, src):
    (src / "a.yaml").touch()
    for path in (src, src / "a.yaml", "/proc"):
        assert "is not on a cocfs mount" in queues.wait(space.path, path).fails().stderr
    assert "No such file" in queues.wait(space.at("none.yaml")).fails().stderr
    tools.write(space.at("notes.txt"), "x")
    assert "not a job file" in queues.wait(space.at("notes.txt")).fails().stderr


def test_the_mount_can_go_away(cut_off, src):
    queues.put(cut_off, src, "a.yaml")
    process = tools.popen(tools.COCFS_WAIT, cut_off.path)
    assert still_waits(process, 0.5)
    cut_off.unmount()
    result = tools.finish(process)
    assert result.status == 1 and "queue" in result.stderr
    cut_off.front.accept()


@pytest.mark.parametrize("argv", [[], ["--timeout"], ["--timeout", "soon", "."], ["--timeout", "-1", "."], ["--what", "."]])
def test_a_wrong_command_line(argv):
    result = tools.run(tools.COCFS_WAIT, *argv)
    assert result.status == 2 and result.stderr.startswith("cocfs-wait: ")


def test_it_knows_itself():
    assert "--timeout" in tools.run(tools.COCFS_WAIT, "--help").ok().stdout
    assert tools.run(tools.COCFS_WAIT, "--version").ok().stdout.startswith("cocfs-wait ")


def test_a_terminal_gets_a_bar(space, src):
    gate = held(space)
    for number in range(4):
        queues.put(space, src, f"{number}.yaml")
    master, slave = pty.openpty()
    process = subprocess.Popen([tools.COCFS_WAIT, space.path], stdin=subprocess.DEVNULL, stdout=slave, stderr=slave)
    os.close(slave)
    seen = b""
    while b"of 4 submitted" not in seen:
        seen += os.read(master, 4096)
    assert b"[------------------------------] 0 of 4 submitted" in seen
    gate.open()
    assert process.wait(30) == 0
    os.close(master)


def wakings(pid):
    """Returns how often a process has slept and woken up."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("voluntary_ctxt_switches")).split()[1])


def test_it_sleeps_while_it_waits(space, src):
    gate = held(space)
    queues.put(space, src, "a.yaml")
    process = tools.popen_bare(tools.COCFS_WAIT, space.path)
    tools.eventually(lambda: wakings(process.pid) >= 5, "it to have looked a few times")
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        ticks = sum(int(word) for word in file.read().rpartition(")")[2].split()[11:13])
    assert ticks <= os.sysconf("SC_CLK_TCK") // 2
    gate.open()
    assert tools.finish(process).ok()
