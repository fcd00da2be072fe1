# SPDX-License-Identifier: MIT
"""The disk of the state directory is full: the error is clear, nothing is lost, and the mount goes on."""

import contextlib
import errno
import os
import random

import pytest

import chaos
import front as f
import power
import promises
import queues
import samples
import tools

SIZE = 6 << 20
LARGE = [f"step-{n}" for n in range(600)]  # gives a document of about 60 KB


@contextlib.contextmanager
def mounted(kind, base):
    """Mounts a small file system ("tmpfs" or "ext4") below base, and yields its path."""
    path, image = os.path.join(base, "small"), os.path.join(base, "small.img")
    os.makedirs(path)
    if kind == "tmpfs":
        power.call("mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=700", "none", path)
    else:
        with open(image, "wb") as file:
            file.truncate(SIZE)
        power.call("mkfs.ext4", "-q", "-m", "0", "-O", "^has_journal", image)
        power.call("mount", "-o", "loop", image, path)
    try:
        yield path
    finally:
        power.call("umount", path)


class Disk:
    def __init__(self, path):
        self.path, self.filler = path, os.path.join(path, "filler")

    def fill(self):
        """Fills the disk to the last byte."""
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"x" * size)
        assert os.statvfs(self.path).f_bavail == 0

    def make_room(self):
        os.unlink(self.filler)


@pytest.fixture(params=["tmpfs", "ext4"])
def disk(request, tmp_path):
    if not tools.IS_ROOT:
        pytest.skip("mounting a small file system needs root")
    with mounted(request.param, str(tmp_path)) as path:
        if request.param == "tmpfs":
            try:
                os.setxattr(path, "user.probe", b"1")
            except OSError as error:
                assert error.errno == errno.ENOTSUP
                pytest.skip("this kernel's tmpfs has no user attributes")
        yield Disk(path)


@pytest.fixture(params=promises.MODES)
def mode(request):
    return request.param


@pytest.fixture
def small(disk, make_space, request, mode):
    """A mounted job space whose state directory is on the small disk."""
    space = make_space(state_dir=os.path.join(disk.path, "s"), submit=promises.submit(mode))
    request.addfinalizer(space.destroy)  # ends before the disk is unmounted
    return space


@pytest.fixture
def first(small, src):
    """Submits a job. Returns its ID."""
    tools.run("cp", samples.file(src, "first.yaml", "first"), small.path).ok()
    promises.settle(small)
    return small.id("first.yaml")


def goes_on(space, first):
    """Fails unless the mount answers, and still has first.yaml with its job (first: the ID) and its content."""
    assert space.process.poll() is None
    tools.run("ls", "-la", space.path).ok()
    assert space.id("first.yaml") == first and space.fact("first.yaml", "state") == "submitted"
    assert tools.read(space.at("first.yaml")).decode() == samples.document("first")


def test_no_room_for_the_file(small, disk, first, src):
    source = samples.file(src, "a.yaml", "large", LARGE)
    disk.fill()
    sent = small.sent()
    tools.run("cp", source, small.path).fails(tools.message("ENOSPC"))
    assert small.sent() == sent
    goes_on(small, first)
    disk.make_room()
    tools.run("cp", source, small.path).ok()
    promises.settle(small)
    assert len(small.jobs()) == 2 and not small.error("a.yaml")


@pytest.mark.parametrize("name", ["a.yaml", "first.yaml"])
def test_a_file_that_a_copy_has_emptied_for_want_of_room_is_told(small, disk, first, src, name):
    """The ledger has no room either: cocfs-wait shows the reason all the same, and .error has it when there is room."""
    source = samples.file(src, "large.yaml", "large", LARGE)
    disk.fill()
    tools.run("cp", source, small.at(name)).fails(tools.message("ENOSPC"))
    for path in (small.path, small.at(name)):
        told = tools.run(tools.COCFS_WAIT, "--timeout", 30, path)
        assert told.status == 1 and f"{name}: draft: a write to the spool failed" in told.stderr
    disk.make_room()
    tools.eventually(lambda: small.error(name), "the story to be recorded")
    assert small.error(name).startswith("a write to the spool failed")
    assert tools.run(tools.COCFS_WAIT, small.path).status == 1
    tools.run("cp", source, small.at(name)).ok()
    promises.settle(small)
    tools.run(tools.COCFS_WAIT, small.path).ok()
    assert not small.error(name)


@pytest.mark.parametrize("target", ["a.yaml", "first.yaml"])
def test_no_room_for_the_ledger(small, disk, first, src, target):
    tools.run("cp", samples.file(src, "draft.txt", "large", LARGE), small.path).ok()
    disk.fill()
    sent = small.sent()
    tools.run("mv", small.at("draft.txt"), small.at(target)).fails(tools.message("ENOSPC"))
    assert small.sent() == sent
    assert tools.read(small.at("draft.txt")) == tools.read(src / "draft.txt")
    goes_on(small, first)
    disk.make_room()
    tools.run("mv", small.at("draft.txt"), small.at(target)).ok()
    promises.settle(small)
    assert len(small.jobs()) == (1 if target == "first.yaml" else 2)
    assert small.job(small.id(target))["content"] == tools.read(src / "draft.txt").decode()


@pytest.mark.parametrize("how", ['cat "$1" > "$2"', 'cp "$1" "$2"', 'dd conv=notrunc status=none bs=1M if="$1" of="$2"'])
def test_an_update_that_the_ledger_has_no_room_for_is_told(small, disk, first, src, how):
    """The file took the text, and nothing is sent. The reason is shown all the same, and recorded when there is room."""
    tools.run("cp", samples.file(src, "one.yaml", "large", LARGE), small.at("first.yaml")).ok()
    promises.settle(small)
    source = samples.file(src, "two.yaml", "large", [step.replace("step", "done") for step in LARGE])
    disk.fill()
    sent = small.sent()
    tools.sh(how, source, small.at("first.yaml"))
    assert small.sent() == sent and small.fact("first.yaml", "state") == "draft"
    for path in (small.path, small.at("first.yaml")):
        told = tools.run(tools.COCFS_WAIT, "--timeout", 30, path)
        assert told.status == 1 and "first.yaml: draft: the ledger cannot " in told.stderr, told
    disk.make_room()
    tools.eventually(lambda: small.error("first.yaml"), "the story to be recorded")
    assert small.error("first.yaml").startswith("the ledger cannot ")
    tools.run("cp", samples.file(src, "three.yaml", "third"), small.at("first.yaml")).ok()
    promises.settle(small)
    tools.run(tools.COCFS_WAIT, small.path).ok()
    assert not small.error("first.yaml")


@pytest.mark.parametrize("end", ["room", "kill", "kill-and-room"])
def test_no_room_for_an_outcome(small, disk, first, src, end):
    gate = small.front.gate()
    small.front.rule(f.Fault(gate=gate), "POST", "/v1/documents")
    writer = tools.popen("cp", samples.file(src, "a.yaml", "large", LARGE), small.path)
    assert gate.wait_held()
    disk.fill()
    gate.open()
    tools.finish(writer).ok()
    goes_on(small, first)
    if end != "room":
        small.kill()
    if end != "kill":
        disk.make_room()
    if end != "room":
        small.mount()
    if end == "kill":
        goes_on(small, first)
        disk.make_room()
    tools.eventually(lambda: small.id("a.yaml"), "the space to learn of the job", 30)
    assert {job["document_id"] for job in small.jobs()} == {first, small.id("a.yaml")}


@pytest.mark.parametrize("mode", ["queue"], indirect=True)
@pytest.mark.parametrize("end", ["room", "kill"])
def test_no_room_leaves_what_is_queued(small, disk, first, src, end):
    """An acknowledged content is sent, even if newer content finds no room, and if the disk has no room while it is sent."""
    small.unmount()
    small.front.refuse()
    small.mount()
    names = [f"{number}.yaml" for number in range(5)]
    for name in names:
        queues.put(small, src, name)
    tools.run("cp", samples.file(src, "draft.txt", "large", LARGE), small.path).ok()
    disk.fill()
    tools.run("mv", small.at("draft.txt"), small.at(names[0])).fails(tools.message("ENOSPC"))
    small.front.accept()
    goes_on(small, first)
    if end == "kill":
        small.kill()
        small.mount()
        goes_on(small, first)
    disk.make_room()
    promises.settle(small)
    for name in names:
        assert small.job(small.id(name))["content"] == tools.read(small.at(name)).decode()
    assert len(small.jobs()) == 1 + len(names)


def test_room_comes_and_goes(small, disk, first, src, mode):
    seed = int(os.environ.get("COCFS_KILL_SEED", "1"))
    rng, commits, full = random.Random(seed), [], False
    commits.append(promises.Commit("first.yaml", samples.document("first"), True))
    for number in range(60):
        if rng.random() < 0.4:
            disk.make_room() if full else disk.fill()
            full = not full
        name = f"{rng.randrange(12)}.yaml"
        steps = [f"{number}-{step}" for step in range(rng.choice([1, 50, 300]))]
        source = samples.file(src, "x.yaml", "job", steps)
        result = tools.run("cp", source, small.at(name))
        assert result.status == 0 or (full and tools.message("ENOSPC") in result.stderr), f"{result}"
        commits.append(promises.Commit(name, samples.document("job", steps), result.status == 0))
        if rng.random() < 0.1:
            chaos.kill(small)
            small.bury()
            small.mount()
    if full:
        disk.make_room()
    promises.settle(small)
    promises.check(small, commits, mode)
    print(f"seed {seed}, {mode}: {sum(c.well for c in commits)} of {len(commits)} commits returned 0")


def test_a_rename_that_the_mount_has_settled_outlives_a_full_disk(disk, make_space, request, mode, src):
    """The process died after the rename of the file and before that of its row. The next mount repairs that, and its first commit
    has no room."""
    crash = os.environ.get("COCFS_CRASH", os.path.join(tools.ROOT, "build-crash", "fs", "cocfs"))
    if not os.access(crash, os.X_OK):
        pytest.skip(f"no build with crash points at {crash}")
    space = make_space(program=crash, state_dir=os.path.join(disk.path, "s"), submit=promises.submit(mode))
    request.addfinalizer(space.destroy)
    tools.run("cp", samples.file(src, "a.yaml", "one"), space.path).ok()
    promises.settle(space)
    job = space.id("a.yaml")
    space.kill()
    space.env["COCFS_CRASH_AT"] = "spool-renamed"
    space.mount()
    tools.run("mv", space.at("a.yaml"), space.at("b.yaml"))
    assert space.bury(30) == -9
    space.env.pop("COCFS_CRASH_AT")
    space.mount()
    disk.fill()
    tools.run("cp", samples.file(src, "c.yaml", "other"), space.path).fails(tools.message("ENOSPC"))
    disk.make_room()
    tools.run("cp", samples.file(src, "two.yaml", "two"), space.at("b.yaml")).ok()
    promises.settle(space)
    assert space.id("b.yaml") == job and len(space.jobs()) == 1
