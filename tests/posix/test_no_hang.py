# SPDX-License-Identifier: MIT
"""Each wait in the mount ends, even if a process is killed or stops answering: a program, cocfs or the service. At worst a user
needs kill -9 and an unmount.

Each tool that a test runs has a bound. If a tool cannot even be killed, the test fails (tools.finish()).
"""

import os
import signal
import subprocess
import sys

import pytest

import front as f
import janitor
import samples
import tools

TIMEOUT = 5  # seconds from a commit to its answer, if the service never answers

# Programs that use the mount when cocfs is killed. Each calls ready() before that (tools.PRELUDE): it prints a line, waits for a
# line, and then makes the calls behind ready(), which must fail.
BESIDE = {
    "a reader": "fd = os.open(target + '/big', os.O_RDONLY); ready(); os.pread(fd, 4096, 1 << 20)",
    "a writer": "fd = os.open(target + '/w', os.O_WRONLY | os.O_CREAT); ready(); os.write(fd, b'x'); os.close(fd)",
    "a job's writer": "fd = os.open(target + '/j.yaml', os.O_WRONLY | os.O_CREAT); os.write(fd, b'x'); ready(); os.close(fd)",
    "a lister": "fd = os.open(target, os.O_RDONLY); ready(); os.listdir(fd)",
    "a directory's visitor": "os.chdir(target + '/d'); ready(); os.listdir('.')",
    "a maker": "ready(); os.mkdir(target + '/new')",
}


def beside(space, name):
    return tools.begin_python(BESIDE[name], space.path)


def held(space, src, name):
    """Starts a cp of a new job file, whose create waits at a gate of the front, the proxy before the service. Returns the gate
    and the process."""
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", "/v1/documents")
    writer = tools.popen_bare("cp", samples.file(src, name), space.path)
    assert gate.wait_held()
    return gate, writer


def hears(writer):
    """Fails the test unless a cp, whose commit gets no answer, ends with an error within 40 seconds."""
    result = tools.finish(writer, 40)
    assert result.status == 1, result


def works(space, src):
    """Fails the test unless a file can be submitted and the mount be listed."""
    tools.run("cp", samples.file(src, "works.yaml"), space.path).ok()
    assert space.id("works.yaml")
    tools.run("ls", "-laR", space.path).ok()


def test_killing_cocfs_lets_everybody_go(make_space, src):
    space = make_space(timeout="60")
    os.mkdir(space.at("d"))
    tools.write(space.at("big"), b"x" * (2 << 20))
    gate, waiting = held(space, src, "a.yaml")
    processes = {name: beside(space, name) for name in BESIDE}
    space.process.kill()
    assert tools.finish(waiting).status != 0
    for name, process in processes.items():
        assert tools.finish(process, given=b"\n").status == 1, name
    assert janitor.mounted(space.path)
    assert janitor.unmount(space.path) == ""  # all programs have ended, so a plain unmount succeeds
    space.process.wait(10)
    gate.open()
    space.mount()
    works(space, src)


def test_killing_cocfs_leaves_a_mount_that_can_be_left(make_space, src):
    """The working directory of a process is in the dead mount. A new mount can take its place, and the process gets an error."""
    space = make_space()
    os.mkdir(space.at("d"))
    visitor = beside(space, "a directory's visitor")
    space.process.kill()
    space.bury()
    space.mount()
    works(space, src)
    assert tools.finish(visitor, given=b"\n").status == 1


@pytest.mark.parametrize("moment", ["commit", "open", "mapped", "stopped"])
def test_killing_a_writer_leaves_nothing_behind(make_space, src, moment):
    space = make_space(timeout="60")
    if moment == "commit":
        gate, writer = held(space, src, "a.yaml")
        gate.open()
    else:
        mapped = "import mmap; m = mmap.mmap(fd, 4096); m[0:1] = b'y'; " if moment == "mapped" else ""
        script = ("fd = os.open(target + '/a.yaml', os.O_RDWR | os.O_CREAT); os.write(fd, b'x' * 4096); " + mapped
                  + "print('ready', flush=True); sys.stdin.readline()")
        writer = tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.path, stdin=subprocess.PIPE)
        assert writer.stdout.readline() == b"ready\n"
        if moment == "stopped":
            writer.send_signal(signal.SIGSTOP)
    works(space, src)
    writer.kill()
    tools.finish(writer, 20)
    works(space, src)
    assert space.unmount() == 0


@pytest.mark.parametrize("how", ["killed", "frozen"])
def test_a_service_that_dies_in_a_request(make_space, src, how):
    """The writer gets an error in time. When the service is back, the next cp of the file succeeds, and the file has one job."""
    space = make_space(timeout=str(TIMEOUT))
    works(space, src)
    if how == "killed":
        gate, writer = held(space, src, "a.yaml")
        space.cocd.kill()
        gate.open()
    else:
        space.cocd.process.send_signal(signal.SIGSTOP)
        writer = tools.popen_bare("cp", samples.file(src, "a.yaml"), space.path)
    hears(writer)
    assert "errno: " in space.error("a.yaml")
    tools.run("ls", "-la", space.path).ok()
    if how == "killed":
        space.front.upstream = space.cocd.start().address
    else:
        space.cocd.process.send_signal(signal.SIGCONT)
    # cp may fail more than once: on a busy machine an answer may come too late again
    tools.eventually(lambda: tools.run("cp", src / "a.yaml", space.path).status == 0, "cp to succeed", 70)
    assert [job["name"] for job in space.jobs()].count("restart") == 2, space.front.story()


def test_many_waits_on_a_silent_service_all_end(make_space, src):
    """Closes, renames, links, truncations and new attributes wait for the service; ls goes on. Each wait ends with an error."""
    space = make_space(timeout=str(TIMEOUT))
    works(space, src)
    for name in ("draft.txt", "linked.txt", "described.yaml"):
        tools.run("cp", samples.file(src, "draft.txt", "draft"), space.at(name)).ok()
    space.front.rule(f.silence(), times=None)
    waits = [tools.popen("cp", samples.file(src, f"{n}.yaml"), space.path) for n in range(10)]
    waits += [tools.popen("mv", space.at("draft.txt"), space.at("moved.yaml")),
              tools.popen("ln", space.at("linked.txt"), space.at("linked.yaml")),
              tools.popen("truncate", "-s", "20", space.at("works.yaml")),
              tools.popen("setfattr", "-n", "user.coc.description", "-v", "x", space.at("described.yaml"))]
    tools.run("ls", "-la", space.path).ok()
    results = [tools.finish(process, 40) for process in waits]
    assert [str(result) for result in results if result.status != 1] == []
    assert space.unmount() == 0


@pytest.mark.parametrize("lazy", [False, True], ids=["fusermount3 -u", "fusermount3 -uz"])
def test_unmounting_while_a_commit_waits(make_space, src, lazy):
    """The writer has its file open. So a plain unmount fails with "busy", and a lazy one ends the mount for new programs. Neither
    waits. In both cases the writer gets its result, and cocfs ends with status 0."""
    space = make_space(timeout="60")
    gate, writer = held(space, src, "a.yaml")
    said = janitor.unmount(space.path, lazy=lazy)
    assert janitor.mounted(space.path) != lazy
    assert ("busy" in said) != lazy
    gate.open()
    tools.finish(writer).ok()
    if lazy:
        assert space.process.wait(30) == 0
        space.process = None
    else:
        assert space.unmount() == 0
    space.mount()
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_ending_cocfs_while_a_commit_waits(make_space, src):
    """After SIGTERM a writer without an answer gets an error in time. After the next mount its text is there, and has one job."""
    space = make_space(timeout=str(TIMEOUT))
    gate, writer = held(space, src, "a.yaml")
    space.process.terminate()
    assert tools.finish(writer, 30).status == 1
    assert space.bury(30) == 0
    gate.open()
    space.mount()
    assert tools.read(space.at("a.yaml")) == tools.read(src / "a.yaml")
    tools.eventually(lambda: space.id("a.yaml"), "the space to learn of the job", 60)
    assert space.id("a.yaml") == space.only_job()["document_id"]
