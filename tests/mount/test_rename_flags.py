# SPDX-License-Identifier: MIT
"""renameat2(2) with its flags, for each pair of what a name can be."""

import os

import pytest

import queues
import samples
import tools

NOREPLACE, EXCHANGE = 1, 2
BAD = "just: yaml\n"

RENAMEAT2 = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
done = libc.renameat2(-100, target.encode(), -100, args[0].encode(), int(args[1]))
print(errno.errorcode[ctypes.get_errno()] if done else 'ok')
"""


def renameat2(space, old, new, flags):
    """Calls renameat2(2) in another process. Returns 'ok', or the name of the errno."""
    return tools.python(RENAMEAT2, space.at(old), space.at(new), flags).ok().stdout.strip()


@pytest.fixture
def mixed(make_space, src):
    """A space with some of each: jobs, a refused draft, scratch files, directories with a job in each, and the hidden directory .h
    with a scratch file."""
    space = make_space()
    for folder in ("d", "e", ".h", "d.yaml"):
        os.mkdir(space.at(folder))
    for name in ("a.yaml", "b.yaml", "d/in.yaml", "e/in.yaml", "d.yaml/in.yaml"):
        tools.run("cp", samples.file(src, "x.yaml", name.replace("/", "-")), space.at(name)).ok()
    for name in ("x.txt", "y.txt", ".h/in.yaml"):
        tools.write(space.at(name), name)
    tools.run("cp", tools.write(src / "bad.yaml", BAD), space.at("bad.yaml")).fails()
    assert space.sent() == (5, 0)
    return space


def picture(space):
    """Returns the content of each file, siblings included, by its path in the space."""
    return {os.path.relpath(os.path.join(folder, name), space.path): tools.read(os.path.join(folder, name))
            for folder, _, names in os.walk(space.path) for name in names}


def exchanged(before, one, other):
    """Returns what picture() shows after the exchange of two names. before: what it shows now. What is below and beside a name goes
    along."""
    def moved(path):
        for old, new in ((one, other), (other, one)):
            if path in (old, old + ".id", old + ".error") or path.startswith(old + "/"):
                return new + path[len(old):]
        return path
    return {moved(path): content for path, content in before.items()}


@pytest.mark.parametrize("one, other", [
    ("a.yaml", "b.yaml"), ("a.yaml", "d/in.yaml"), ("a.yaml", "bad.yaml"), ("bad.yaml", "e/in.yaml"), ("x.txt", "d"), ("d", "x.txt"),
    ("x.txt", "y.txt"), ("d", "e"), ("d.yaml", "d"), ("a.yaml", "d.yaml"), ("x.txt", ".h/in.yaml")])
def test_an_exchange_takes_the_bindings_along(mixed, src, one, other):
    before = picture(mixed)
    assert renameat2(mixed, one, other, EXCHANGE) == "ok"
    assert picture(mixed) == exchanged(before, one, other)
    assert mixed.sent() == (5, 0)
    # The ledger has each job at its new path. So a write of the same content there sends nothing.
    for path, content in picture(mixed).items():
        if path.endswith(".yaml") and path != ".h/in.yaml" and content.startswith(b"meta:"):
            tools.run("cp", tools.write(src / "same.yaml", content), mixed.at(path)).ok()
    assert mixed.sent() == (5, 0)


REFUSED_EXCHANGES = [
    ("a.yaml", "x.txt", "EINVAL"), ("x.txt", "a.yaml", "EINVAL"), ("a.yaml", ".h/in.yaml", "EINVAL"),
    ("a.yaml", "d", "EINVAL"), ("d", "a.yaml", "EINVAL"), ("bad.yaml", "x.txt", "EINVAL"),
    ("a.yaml.id", "b.yaml.id", "EPERM"), ("a.yaml", "b.yaml.id", "EPERM"), ("bad.yaml.error", "x.txt", "EPERM"),
    ("d", "a.yaml.id", "EPERM"), ("x.txt", "bad.yaml.error", "EPERM"), ("d", ".coc", "EPERM"),
    ("a.yaml", "nothing.yaml", "ENOENT"), ("x.txt", "nothing.txt", "ENOENT"), ("d", "d/in.yaml", "EINVAL"),
]


def test_an_exchange_that_would_mix_kinds_changes_nothing(mixed):
    before = picture(mixed)
    for one, other, errno in REFUSED_EXCHANGES:
        assert (one, other, renameat2(mixed, one, other, EXCHANGE)) == (one, other, errno)
    assert picture(mixed) == before
    assert mixed.sent() == (5, 0)


def test_noreplace_leaves_what_is_there(mixed):
    before = picture(mixed)
    for one in ("a.yaml", "x.txt", "d", "bad.yaml"):
        for other in ("b.yaml", "y.txt", "e", "b.yaml.id", "bad.yaml.error"):
            assert (one, other, renameat2(mixed, one, other, NOREPLACE)) == (one, other, "EEXIST")
        for other in ("free.yaml.id", "free.yml.error"):
            assert (one, other, renameat2(mixed, one, other, NOREPLACE)) == (one, other, "EPERM")
    assert picture(mixed) == before
    assert mixed.sent() == (5, 0)


@pytest.mark.parametrize("one, other", [
    ("a.yaml", "new.yaml"), ("a.yaml", "d/new.yml"), ("x.txt", "new.txt"), ("d", "new"), ("d.yaml", "new"),
    ("d", "new.yaml"), ("bad.yaml", "new.yaml")])
def test_noreplace_onto_a_free_name_is_a_rename(mixed, one, other):
    before = picture(mixed)
    assert renameat2(mixed, one, other, NOREPLACE) == "ok"
    assert picture(mixed) == exchanged(before, one, other)
    assert mixed.sent() == (5, 0)


def test_noreplace_of_a_scratch_file_onto_a_free_job_name_is_a_commit(mixed):
    tools.write(mixed.at("x.txt"), samples.document("x"))
    assert renameat2(mixed, "x.txt", "new.yaml", NOREPLACE) == "ok"
    assert mixed.sent() == (6, 0) and mixed.id("new.yaml")
    assert renameat2(mixed, "y.txt", "other.yaml", NOREPLACE) == "EINVAL"
    assert not os.path.exists(mixed.at("other.yaml")) and os.path.exists(mixed.at("y.txt"))
    assert "EINVAL" in mixed.error("other.yaml")


def test_an_exchange_of_what_is_queued_keeps_each_content_with_its_job(make_space, src):
    space = queues.cut_off(make_space)
    os.mkdir(space.at("d"))
    os.mkdir(space.at("e"))
    for name in ("a.yaml", "b.yaml", "d/in.yaml", "e/in.yaml"):
        queues.put(space, src, name, name.replace("/", "-"))
    assert renameat2(space, "a.yaml", "b.yaml", EXCHANGE) == "ok"
    assert renameat2(space, "d", "e", EXCHANGE) == "ok"
    space.front.accept()
    queues.wait(space.path).ok()
    jobs = {job["document_id"]: job["content"].encode() for job in space.jobs()}
    assert len(jobs) == 4
    for name in ("a.yaml", "b.yaml", "d/in.yaml", "e/in.yaml"):
        assert jobs.pop(space.id(name)) == tools.read(space.at(name))


SPECIAL = {"fifo": "os.mkfifo(target)", "symlink": "os.symlink('nothing', target)"}


@pytest.mark.parametrize("kind", SPECIAL)
def test_an_exchange_of_what_is_no_file_leaves_the_names_their_jobs(mixed, src, kind):
    """The exchange of two FIFOs, or of two symbolic links, must not carry away a job that a name remembers."""
    kept = mixed.id("a.yaml")
    os.unlink(mixed.at("a.yaml"))
    for name in ("a.yaml", "e/other.yaml"):
        tools.python(SPECIAL[kind], mixed.at(name)).ok()
    assert renameat2(mixed, "a.yaml", "e/other.yaml", EXCHANGE) == "ok"
    for name in ("a.yaml", "e/other.yaml"):
        os.unlink(mixed.at(name))
        tools.run("cp", samples.file(src, "y.yaml", "anew", ["wait"]), mixed.at(name)).ok()
    assert mixed.id("a.yaml") == kept and mixed.id("e/other.yaml") != kept
    assert mixed.sent() == (6, 1)


@pytest.mark.parametrize("kind", SPECIAL)
def test_an_exchange_of_a_directory_and_what_is_no_file_under_job_names(mixed, kind):
    tools.python(SPECIAL[kind], mixed.at("f.yaml")).ok()
    assert renameat2(mixed, "d.yaml", "f.yaml", EXCHANGE) == "EINVAL"
    assert renameat2(mixed, "f.yaml", "d.yaml", EXCHANGE) == "EINVAL"
    assert not os.path.isdir(mixed.at("f.yaml")) and os.path.isdir(mixed.at("d.yaml"))


def test_an_exchange_of_a_file_and_a_directory_whose_name_keeps_a_job(mixed, src):
    """The exchange is refused: the job that the directory's name remembers could go nowhere, and would be in the way of later
    exchanges."""
    kept = mixed.id("b.yaml")
    os.unlink(mixed.at("b.yaml"))
    os.mkdir(mixed.at("b.yaml"))
    assert renameat2(mixed, "a.yaml", "b.yaml", EXCHANGE) == "EINVAL"
    os.rmdir(mixed.at("b.yaml"))
    tools.run("cp", samples.file(src, "y.yaml", "anew", ["wait"]), mixed.at("b.yaml")).ok()
    assert mixed.id("b.yaml") == kept
    one, other = mixed.id("d/in.yaml"), mixed.id("e/in.yaml")
    assert renameat2(mixed, "d/in.yaml", "e/in.yaml", EXCHANGE) == "ok"
    assert (mixed.id("d/in.yaml"), mixed.id("e/in.yaml")) == (other, one)
