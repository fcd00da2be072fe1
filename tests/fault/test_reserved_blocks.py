# SPDX-License-Identifier: MIT
"""A file system keeps some blocks for root. A mount by root must not give them to its users: the ledger needs room when users have
filled the disk."""

import os

import pytest

import power
import samples
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

pytestmark = tools.needs_root

SIZE, RESERVED = 12 << 20, 25  # per cent
CID = 54003


@pytest.fixture
def disk(tmp_path):
    """Mounts an ext4 that keeps RESERVED per cent of its blocks for root. Yields its path."""
    path, image = tmp_path / "small", tmp_path / "small.img"
    path.mkdir()
    with open(image, "wb") as file:
        file.truncate(SIZE)
    power.call("mkfs.ext4", "-q", "-m", str(RESERVED), "-N", "9000", "-O", "^has_journal", str(image))
    power.call("mount", "-o", "loop", str(image), str(path))
    yield str(path)
    power.call("umount", str(path))


@pytest.fixture
def space(disk, make_space, request):
    space = make_space(state_dir=os.path.join(disk, "s"), allow_other=True)
    request.addfinalizer(space.destroy)  # ends before the disk is unmounted
    os.chmod(space.path, 0o1777)
    return space


def reserved_left(disk):
    """Returns the free blocks as a part of root's reserved blocks: 1 or more if users have taken none of these."""
    st = os.statvfs(disk)
    return st.f_bfree * st.f_frsize / (SIZE * RESERVED / 100)


PRELUDE = """
import ctypes, itertools, mmap, os, sys
os.setgroups([]); os.setgid(54003); os.setuid(54003)
os.chdir(sys.argv[1])
def until_full(step):
    for number in itertools.count():
        try:
            step(number)
        except OSError as error:
            assert error.errno in (28, 122), error
            return number
def new(name="big"):
    return os.open(name, os.O_RDWR | os.O_CREAT, 0o644)
def fallocate(fd, mode, offset, length):
    if ctypes.CDLL(None, use_errno=True).fallocate64(fd, mode, ctypes.c_int64(offset), ctypes.c_int64(length)):
        raise OSError(ctypes.get_errno(), "fallocate")
"""

# How a user fills the disk: Python code that runs behind PRELUDE.
FILLS = {
    "large writes": "fd = new(); assert until_full(lambda n: os.pwrite(fd, bytes(1 << 20), n << 20)) > 2",
    "short writes": """
fds = [new(f"f{n}") for n in range(50)]
def step(n):
    os.pwrite(fds[n % 50], bytes(4096), n // 50 * 4096)
assert until_full(step) > 2""",
    "many small files": """
def step(n):
    with open(f"f{n}", "wb", buffering=0) as file:
        file.write(bytes(30000))
assert until_full(step) > 2""",
    "a mapping": """
room = os.statvfs(".")
os.posix_fallocate(new("rest"), 0, room.f_bavail * room.f_frsize - (1 << 20))  # pages are written slowly
fd = new()
os.truncate(fd, 1 << 24)
def step(n):
    if os.fork() == 0:
        part = mmap.mmap(fd, 1 << 20, offset=n << 20)
        for at in range(0, 1 << 20, 4096):
            part[at] = 1
        part.flush()
        os._exit(0)
    if os.wait()[1]:
        raise OSError(28, "a page could not be written")
until_full(step)""",
    "allocations": "fd = new(); assert until_full(lambda n: fallocate(fd, 0, n << 20, 1 << 20)) > 2",
    "allocations beyond the end": "fd = new(); assert until_full(lambda n: fallocate(fd, 1, n << 20, 1 << 20)) > 2",
    "directories": "assert until_full(lambda n: os.mkdir(f'd{n}')) > 2",
    "attributes": """
def step(n):
    os.close(new(f"f{n}"))
    os.setxattr(f"f{n}", "user.x", os.urandom(900))
assert until_full(step) > 2""",
}


@pytest.mark.parametrize("how", FILLS)
def test_users_leave_root_what_is_roots(space, disk, src, how):
    source = samples.file(src, "a.yaml")
    result = tools.run("python3", "-c", PRELUDE + FILLS[how], space.path)
    assert result.status == 0, result
    tools.run("sync", "-f", disk).ok()
    assert reserved_left(disk) > 0.95
    tools.run("cp", source, space.path).ok()
    assert space.id("a.yaml") == space.only_job()["document_id"]


@pytest.mark.parametrize("mode", [0, 1])
@pytest.mark.parametrize("who", [CID, 0])
def test_what_cannot_fit_is_refused_before_it_is_begun(space, disk, who, mode):
    """posix_fallocate() of more than there is: otherwise the disk would be full when the call fails."""
    before = os.statvfs(disk).f_bfree
    script = PRELUDE.replace("54003", str(who)) + f"""
try:
    fallocate(new(), {mode}, 0, 2 << 40)
except OSError as error:
    print(error.errno)"""
    assert tools.run("python3", "-c", script, space.path).ok().stdout == "28\n"
    assert before - os.statvfs(disk).f_bfree < 100
    assert os.path.getsize(space.at("big")) == 0


@pytest.mark.parametrize("mode", [0, 1])
def test_a_job_file_is_allocated_little_more_than_a_job_may_have(space, mode):
    script = PRELUDE + f"""
fd = new("a.yaml")
fallocate(fd, {mode}, 0, 65536)
for length in (1 << 17, 1 << 20):
    try:
        fallocate(fd, {mode}, 0, length)
    except OSError as error:
        print(error.errno)"""
    assert tools.run("python3", "-c", script, space.path).stdout == "27\n27\n"
    assert os.stat(space.at("a.yaml")).st_blocks <= 160


def test_a_file_that_is_allocated_can_be_again(space, disk):
    """The first call takes all blocks that are not root's, apart from a MiB. The second, of the same range, needs no block, so it
    must succeed. So must a hole (mode 3)."""
    script = PRELUDE + """
fd = new()
st = os.statvfs(sys.argv[1])
fallocate(fd, 0, 0, st.f_bavail * st.f_frsize - (1 << 20))
fallocate(fd, 0, 0, st.f_bavail * st.f_frsize - (1 << 20))
fallocate(fd, 3, 0, 1 << 20)
"""
    tools.run("python3", "-c", script, space.path).ok()
    assert reserved_left(disk) > 0.95
