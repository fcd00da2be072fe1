# SPDX-License-Identifier: MIT
"""stress-ng and fio, programs that try to break file systems, run on the mount. They get no error, and the mount works
afterwards."""

import os
import sys

import pytest

import tools

SECONDS = int(os.environ.get("COCFS_LOAD_SECONDS", "2"))  # how long each run of stress-ng takes
# Groups of stressors of stress-ng that work on files in a folder; with --verify they check what they read.
STRESSORS = {
    "names": ["dir", "filename", "link", "symlink", "rename", "getdent"],
    "content": ["hdd", "fallocate", "seek", "revio", "readahead", "sendfile", "iomix"],
    "attributes": ["chmod", "chown", "utime", "xattr", "fstat", "access", "touch", "flock"],
    "open files": ["open", "lockf", "fcntl", "dup", "mmap", "sync-file", "tee"],
}


def stress(where, stressors):
    """Runs stress-ng with all these stressors at the same time, each in a process. Returns a tools.Result."""
    argv = [word for name in stressors for word in ("--" + name, "1")]
    return tools.run("stress-ng", "--timeout", f"{SECONDS}s", "--verify", "--no-rand-seed",
                     "--temp-path", where, "--hdd-bytes", "1m", "--fallocate-bytes", "1m", "--iomix-bytes", "1m",
                     "--mmap-bytes", "1m", "--sync-file-bytes", "1m", "--seek-size", "1m",
                     "--revio-bytes", "1m", "--readahead-bytes", "1m", *argv, seconds=60 + SECONDS)


@pytest.mark.parametrize("group", STRESSORS)
def test_stress_ng(make_space, group):
    tools.need("stress-ng")
    space = make_space(validate="none")
    os.mkdir(space.at("here"), 0o777)
    result = stress(space.at("here"), STRESSORS[group]).ok()
    said = result.stdout + result.stderr  # newer ones print to standard output
    assert "successful run" in said and "fail:" not in said, f"{result}"
    assert os.listdir(space.at("here")) == []
    assert space.sent() == (0, 0)


FIO = """
[global]
directory={}
size=1m
verify=crc32c
verify_fatal=1
time_based=0
loops=2
group_reporting=1
[random]
rw=randrw
bs=1k-16k
[mapped]
ioengine=mmap
rw=randrw
bs=4k
[direct]
direct=1
rw=write
bs=64k
[appended]
rw=write
bs=3000
fsync=16
[holes]
rw=randwrite
bs=4k
randrepeat=1
fallocate=keep
"""


def test_fio_reads_what_it_wrote(make_space, src):
    tools.need("fio")
    space = make_space(validate="none")
    os.mkdir(space.at("here"))
    jobs = tools.write(src / "load.fio", FIO.format(space.at("here")))
    result = tools.run("fio", "--output-format=terse", jobs, cwd=src).ok()
    assert "verify" not in result.stderr, f"{result}"
    files = sorted(os.listdir(space.at("here")))
    seen = {name: tools.read(space.at("here", name)) for name in files}
    assert len(seen) == 5 and all(len(content) == 1 << 20 for content in seen.values())
    assert space.unmount() == 0
    beneath = os.path.join(space.state, "spool", "here")
    assert {name: tools.read(os.path.join(beneath, name)) for name in files} == seen


WRITE_ALL = """
import random
which = random.Random(args[0])
for number in range(int(args[1])):
    name = os.path.join(target, f"{args[0]}-{which.randrange(8)}.yaml")
    fd = attempt(os.open, name + ".tmp" if number % 3 == 0 else name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    attempt(os.write, fd, f"{args[0]} wrote {number}\\n".encode() * which.randrange(1, 2000))
    attempt(os.close, fd)
    if number % 3 == 0:
        attempt(os.rename, name + ".tmp", name)
"""


def test_job_files_by_many_writers_beside_a_load(make_space):
    """Four writers write job files while stress-ng keeps the mount busy. Then each file has one job, which has the last content of
    the file."""
    tools.need("stress-ng")
    space = make_space(validate="none", timeout="60")
    os.mkdir(space.at("here"))
    writers = [tools.popen(sys.executable, "-c", tools.PRELUDE + WRITE_ALL, space.path, f"w{n}", 30)
               for n in range(4)]
    stress(space.at("here"), ["rename", "hdd", "link"]).ok()
    for writer in writers:
        tools.finish(writer).ok()
    jobs = {job["document_id"]: job["content"] for job in space.jobs()}
    names = [name for name in os.listdir(space.path) if name.endswith(".yaml")]
    assert {name: jobs[space.id(name)] for name in names} == {name: tools.read(space.at(name)).decode() for name in names}
    assert len(jobs) == len(names) > 8
