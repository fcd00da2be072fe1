# SPDX-License-Identifier: MIT
"""A rename that moves bindings waits for the disk. Other requests go on meanwhile, and each that reaches the renamed files finds
the same jobs."""

import os
import subprocess
import sys

import pytest

import samples
import stalls
import tools


@pytest.fixture
def disk(tmp_path):
    yield from stalls.disk(tmp_path)


@pytest.fixture
def space(make_space, disk, src):
    """A space with slow/, whose syncs disk.hold() holds up. slow/ has a job file, and a directory d with two."""
    space = make_space(env=disk.env)
    os.makedirs(space.at("slow/d/sub"))
    for name in ("slow/a.yaml", "slow/d/x.yaml", "slow/d/sub/y.yaml"):
        tools.run("cp", samples.file(src, "job.yaml", os.path.basename(name)[0]), space.at(name)).ok()
    return space


def renames(space, *names):
    return tools.popen("python3", "-c", "import os, sys; os.rename(*sys.argv[1:])", *map(space.at, names))


def ids(space):
    """Returns the job ID of each bound file, by its path in the space."""
    return {os.path.relpath(os.path.join(folder, name), space.path)[:-3]:
                tools.read(os.path.join(folder, name)).decode().strip()
            for folder, _, files in os.walk(space.path) for name in files if name.endswith(".id")}


def moved(bound, old, new):
    return {path.replace(old, new, 1) if path.startswith(old) else path: job for path, job in bound.items()}


def test_others_are_served_while_a_rename_waits_for_the_disk(space, disk, src):
    bound = ids(space)
    disk.hold()
    process = renames(space, "slow/a.yaml", "slow/b.yaml")
    disk.wait_held("fsync")
    stalls.others_are_served(space, src)
    # this rename moves a binding, too, and has nothing to do with the first
    tools.run("mv", space.at("other.yaml"), space.at("renamed.yaml")).ok()
    assert process.poll() is None
    other = space.id("renamed.yaml")
    disk.let_go()
    tools.finish(process).ok()
    assert ids(space) == {**moved(bound, "slow/a", "slow/b"), "renamed.yaml": other}


def test_a_close_meanwhile_is_an_update_of_the_same_job(space, disk):
    """The file is open when it is renamed. Its last close comes while the ledger still has the old name."""
    bound, jobs = ids(space), len(space.jobs())
    writer = tools.popen(sys.executable, "-c", """import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)
os.write(fd, os.fsencode(sys.argv[2]))
print('open', flush=True)
sys.stdin.readline()
os.close(fd)""", space.at("slow/a.yaml"), samples.document("a", ["second"]), stdin=subprocess.PIPE)
    assert writer.stdout.readline() == b"open\n"
    disk.hold()
    process = renames(space, "slow/a.yaml", "slow/b.yaml")
    disk.wait_held("fsync")
    tools.finish(writer, given=b"\n").ok()
    assert process.poll() is None and len(space.updates()) == 1
    disk.let_go()
    tools.finish(process).ok()
    assert ids(space) == moved(bound, "slow/a", "slow/b") and len(space.jobs()) == jobs
    assert space.fact("slow/b.yaml", "version") == "v2"
    assert "second" in space.job(space.id("slow/b.yaml"))["content"]


def test_what_is_below_a_directory_keeps_its_jobs_meanwhile(space, disk, src):
    """Until the rename is answered, the kernel finds the directory under its old name."""
    bound, jobs = ids(space), len(space.jobs())
    disk.hold()
    process = renames(space, "slow/d", "slow/e")
    disk.wait_held("fsync")
    assert {name: space.id(name) for name in ("slow/d/x.yaml", "slow/d/sub/y.yaml")}.items() <= bound.items()
    assert sorted(os.listdir(space.at("slow/d"))) == ["sub", "x.yaml", "x.yaml.id"]
    tools.run("cp", samples.file(src, "x.yaml", "x", ["second"]), space.at("slow/d/x.yaml")).ok()
    tools.run("cp", samples.file(src, "new.yaml", "new"), space.at("slow/d/sub/new.yaml")).ok()
    new = space.id("slow/d/sub/new.yaml")
    assert process.poll() is None
    disk.let_go()
    tools.finish(process).ok()
    assert ids(space) == {**moved(bound, "slow/d/", "slow/e/"), "slow/e/sub/new.yaml": new}
    assert len(space.jobs()) == jobs + 1 and len(space.updates()) == 1
    assert space.fact("slow/e/x.yaml", "version") == "v2"


@pytest.mark.parametrize("ends", [("slow/d/x.yaml", "slow/d/z.yaml", "slow/e/x", "slow/e/z"),
                                  ("slow/d/sub", "slow/d/below", "slow/e/sub", "slow/e/below")],
                         ids=["a file below", "a directory below"])
def test_a_rename_below_waits_for_the_one_above(space, disk, ends):
    bound = moved(ids(space), "slow/d/", "slow/e/")
    disk.hold()
    first = renames(space, "slow/d", "slow/e")
    disk.wait_held("fsync")
    second = renames(space, *ends[:2])
    stalls.others_wait(space, second)
    assert first.poll() is None and second.poll() is None and disk.held() == ["fsync"]
    disk.let_go()
    tools.finish(first).ok()
    tools.finish(second).ok()
    assert ids(space) == moved(bound, *ends[2:])


def test_a_rename_above_waits_for_the_one_below(space, disk):
    bound = moved(ids(space), "slow/a", "slow/b")
    disk.hold()
    first = renames(space, "slow/a.yaml", "slow/b.yaml")
    disk.wait_held("fsync")
    second = renames(space, "slow", "fast")
    stalls.others_wait(space, second)
    assert first.poll() is None and second.poll() is None
    disk.let_go()
    tools.finish(first).ok()
    tools.finish(second).ok()
    assert ids(space) == moved(bound, "slow/", "fast/")


def test_an_exchange_keeps_both_jobs_meanwhile(space, disk, src):
    tools.run("cp", samples.file(src, "c.yaml", "c"), space.at("slow/c.yaml")).ok()
    bound, jobs = ids(space), len(space.jobs())
    writer = tools.popen(sys.executable, "-c", """import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC)
os.write(fd, os.fsencode(sys.argv[2]))
print('open', flush=True)
sys.stdin.readline()
os.close(fd)""", space.at("slow/a.yaml"), samples.document("a", ["second"]), stdin=subprocess.PIPE)
    assert writer.stdout.readline() == b"open\n"
    disk.hold()
    process = stalls.exchange(space, "slow/a.yaml", "slow/c.yaml")
    disk.wait_held("fsync")
    tools.finish(writer, given=b"\n").ok()
    assert process.poll() is None
    disk.let_go()
    tools.finish(process).ok()
    assert ids(space) == {**bound, "slow/a.yaml": bound["slow/c.yaml"], "slow/c.yaml": bound["slow/a.yaml"]}
    assert len(space.jobs()) == jobs and space.fact("slow/c.yaml", "version") == "v2"


@pytest.mark.parametrize("how", ["SIGKILL", "SIGTERM"])
def test_the_end_of_the_mount_meanwhile_loses_no_binding(space, disk, how):
    bound = ids(space)
    disk.hold()
    process = renames(space, "slow/d", "slow/e")
    disk.wait_held("fsync")
    if how == "SIGKILL":
        space.kill()
    else:
        space.process.terminate()
    disk.let_go()
    result = tools.finish(process)
    if how == "SIGTERM":
        result.ok()
        assert space.bury(30) == 0
    space.mount()
    assert ids(space) == moved(bound, "slow/d/", "slow/e/")
