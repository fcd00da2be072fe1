# SPDX-License-Identifier: MIT
"""Sequences that went wrong once, each with what must hold."""

import os
import signal

import pytest

import front as f
import samples
import tools


def test_a_file_written_while_its_removal_waits_is_a_new_job(make_space, src):
    """The deletion goes on after Ctrl-C. The new content of a.yaml must be sent after the deletion, as a create."""
    space = make_space(delete="service", timeout="20")
    for name in ("a.yaml", "z.yaml"):
        tools.run("cp", samples.file(src, name, name[0]), space.at(name)).ok()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "DELETE")
    rm = tools.popen_bare("rm", space.at("a.yaml"))
    assert gate.wait_held()
    rm.send_signal(signal.SIGINT)
    tools.finish(rm, 10)
    writer = tools.popen("cp", samples.file(src, "new.yaml", "new"), space.at("a.yaml"))
    gate.open()
    tools.finish(writer).ok()
    tools.run("cp", samples.file(src, "other.yaml", "other"), space.at("other.yaml")).ok()
    tools.run("mv", space.at("z.yaml"), space.at("zz.yaml")).ok()
    tools.run("cp", samples.file(src, "zz.yaml", "zz"), space.at("zz.yaml")).ok()
    assert sorted(job["name"] for job in space.jobs()) == ["new", "other", "zz"]
    assert len({space.id(name) for name in ("a.yaml", "other.yaml", "zz.yaml")}) == 3


RENAME_WHILE_OPEN = """
fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
os.write(fd, load(args[1]))
os.rename(target, args[0])
attempt(os.close, fd)
"""


@pytest.mark.parametrize("source_is_bound", [True, False])
def test_a_rename_over_a_job_while_its_source_is_open_keeps_the_job(space, src, source_is_bound):
    tools.run("cp", samples.file(src, "b.yaml", "b"), space.at("b.yaml")).ok()
    before = space.id("b.yaml")
    if source_is_bound:
        tools.run("cp", samples.file(src, "a.yaml", "a"), space.at("a.yaml")).ok()
    tools.python(RENAME_WHILE_OPEN, space.at("a.yaml"), space.at("b.yaml"), samples.file(src, "n.yaml", "n")).ok()
    assert space.id("b.yaml") == before
    assert [job["name"] for job in space.jobs() if job["document_id"] == before] == ["n"]
    assert len(space.jobs()) == 1 + source_is_bound


def test_the_old_content_of_a_job_that_is_gone_is_no_success(space, src):
    old = samples.file(src, "old.yaml", "old")
    tools.run("cp", old, space.at("a.yaml")).ok()
    gone = f.refuses(400, "COC.00042101", "The document does not exist")
    space.front.rule(gone, None, f"/v1/documents/{space.id('a.yaml')}", times=None)
    tools.run("cp", samples.file(src, "new.yaml", "new"), space.at("a.yaml")).fails(tools.message("ESTALE"))
    tools.run("cp", old, space.at("a.yaml")).fails(tools.message("ESTALE"))


def test_a_refusal_in_between_is_not_told_after_the_same_content_again(make_space, src):
    space = make_space(timeout="60")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    good = samples.file(src, "good.yaml", "good")
    first = tools.popen_bare("cp", good, space.at("a.yaml"))
    assert gate.wait_held()
    first.send_signal(signal.SIGINT)
    tools.finish(first, 10)
    tools.run("cp", tools.write(src / "bad.yaml", "steps: [\n"), space.at("a.yaml")).fails(tools.message("EINVAL"))
    again = tools.popen_bare("cp", good, space.at("a.yaml"))
    tools.eventually(lambda: tools.waits_in_close(again.pid), "the copy to wait for its answer")
    gate.open()
    tools.finish(again).ok()
    assert space.error("a.yaml") is None and space.fact("a.yaml", "state") == "submitted"
    assert space.sent() == (1, 0)


SET_WHILE_OPEN = """
fd = os.open(target, os.O_RDWR)
os.setxattr(fd, "user.coc.risk_level", b"HIGH")
attempt(os.close, fd)
"""


def test_an_attribute_set_while_open_is_submitted_at_the_close(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.at("a.yaml")).ok()
    tools.python(SET_WHILE_OPEN, space.at("a.yaml")).ok()
    assert space.only_job()["risk_level"] == "HIGH"


KILL_ITSELF = """
import signal
fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
os.write(fd, load(args[0]))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_half_a_file_does_not_become_a_job_by_its_rename(space, src):
    tools.run("cp", samples.file(src, "bound.yaml", "bound"), space.at("bound.yaml")).ok()
    tools.python(KILL_ITSELF, space.at("half.yaml"), samples.file(src, "half.yaml", "half"))
    tools.eventually(lambda: space.error("half.yaml"), "the .error of a killed writer")
    tools.run("mv", space.at("half.yaml"), space.at("bound.yaml")).fails(tools.message("EINTR"))
    assert space.sent() == (1, 0) and space.only_job()["name"] == "bound"


DEEP = """
def chain(name):
    fd = os.open(target, os.O_RDONLY)
    for _ in range(150):
        os.mkdir(name, dir_fd=fd)
        inner = os.open(name, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = inner
    return fd
p, q = chain("p"), chain("q")
os.close(os.open("f.txt", os.O_CREAT | os.O_WRONLY, 0o644, dir_fd=p))
os.rename("f.txt", "g.txt", src_dir_fd=p, dst_dir_fd=q)
print(os.listdir(p), os.listdir(q))
"""


def test_a_rename_between_deep_directories_goes_where_it_should(space):
    assert tools.python(DEEP, space.path).stdout.strip() == "[] ['g.txt']"


def test_a_tree_that_was_hidden_can_be_removed(space, src):
    os.mkdir(space.at(".x"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".x")).ok()
    tools.write(space.at(".x/a.yaml.id"), "mine\n")
    tools.run("mv", space.at(".x"), space.at("x")).ok()
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "LOW", space.at("x/a.yaml")).ok()
    assert sorted(os.listdir(space.at("x"))) == ["a.yaml", "a.yaml.id"]
    assert space.id("x/a.yaml") == space.only_job()["document_id"]
    tools.run("rm", "-r", space.at("x")).ok()


def test_an_id_that_was_not_there_while_its_directory_was_hidden(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d")).ok()
    document_id = space.id("d/a.yaml")
    tools.run("mv", space.at("d"), space.at(".d")).ok()
    assert space.id(".d/a.yaml") is None
    tools.run("mv", space.at(".d"), space.at("d")).ok()
    assert space.id("d/a.yaml") == document_id


def test_siblings_are_as_private_as_their_job_file(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.at("a.yaml")).ok()
    tools.run("chmod", "600", space.at("a.yaml")).ok()
    assert os.stat(space.at("a.yaml.id")).st_mode & 0o777 == 0o400
    assert os.stat(space.at("a.yaml.id")).st_uid == os.stat(space.at("a.yaml")).st_uid


def test_a_forgotten_job_is_not_taken_for_a_new_one(make_space, src):
    space = make_space(timeout="2")
    tools.run("cp", samples.file(src, "a.yaml"), space.at("a.yaml")).ok()
    forgotten = space.id("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    space.front.rule(f.lies(500), "POST")
    tools.run("cp", samples.file(src, "a.yaml"), space.at("a.yaml")).fails(tools.message("EIO"))
    tools.eventually(lambda: space.id("a.yaml"), "the ID of the job that was made", 30)
    assert space.id("a.yaml") != forgotten and len(space.jobs()) == 2
