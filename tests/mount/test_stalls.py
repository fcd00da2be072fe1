# SPDX-License-Identifier: MIT
"""No caller delays the others: the work of a call is done a piece at a time, or in a thread beside the loop.

No test here asserts a time. A call that may take long is held up (fault/slow.c) until the test has seen that others are
answered meanwhile. The histogram of .coc/metrics is printed (-rP).
"""

import errno
import os
import re
import subprocess
import sys

import pytest

import queues
import samples
import stalls
import tools

BOUNDS = ["0.001", "0.002", "0.005", "0.01", "0.02", "0.05", "0.1", "0.5", "1", "+Inf"]
ENTRIES = 400   # of 200 bytes each: a directory that fs/space/disk.h does not call short
LONG = 1 << 20  # bytes: more than fs/space/disk.h calls short
GREEDY = {"user": 54001, "group": 54001, "extra_groups": []}


def histogram(space, name):
    """Returns the counts of a histogram's buckets as they are written: each includes those below it."""
    return histograms(space, name)[0]


def histograms(space, *names):
    """Returns several histograms of the same moment: for each {upper bound: count}."""
    text = tools.read(space.at(".coc", "metrics")).decode()
    return [read_histogram(text, name) for name in names]


def read_histogram(text, name):
    pairs = re.findall(rf'^cocfs_{name}_bucket{{le="(.+)"}} (\d+)$', text, re.M)
    return {bound: int(count) for bound, count in pairs}


def show(space, what):
    """Prints what an attack did to the loop. Returns how many pieces of work were counted."""
    held, work = histograms(space, "loop_stall_seconds", "loop_work_seconds")
    print(f"{what}: {held['+Inf']} pieces, of them above 10 ms: {held['+Inf'] - held['0.01']} by the clock, "
          f"{work['+Inf'] - work['0.01']} of work; {held}; {work}")
    return held["+Inf"]


def test_the_histograms_count_the_work_of_the_loop(own_space, src):
    before = histogram(own_space, "loop_stall_seconds")
    assert list(before) == BOUNDS and list(histogram(own_space, "ledger_wait_seconds")) == BOUNDS
    waits = queues.metrics(own_space)["cocfs_ledger_wait_seconds_count"]
    tools.run("cp", samples.file(src, "a.yaml"), own_space.path).ok()
    after, work = histograms(own_space, "loop_stall_seconds", "loop_work_seconds")
    counts = [after[bound] for bound in BOUNDS]
    assert counts == sorted(counts)
    # a piece takes at least as long by the clock as it works
    assert work["+Inf"] == after["+Inf"] and all(work[bound] >= after[bound] for bound in BOUNDS)
    # cp alone makes more requests than that
    assert after["+Inf"] - before["+Inf"] > 5
    # the submission waits twice for the ledger: for its intent, and for its outcome
    assert queues.metrics(own_space)["cocfs_ledger_wait_seconds_count"] - waits >= 2
    show(own_space, "one cp")


@pytest.fixture
def disk(tmp_path):
    yield from stalls.disk(tmp_path)


@pytest.fixture
def space(make_space, disk):
    space = make_space(env=disk.env, allow_other=True if tools.IS_ROOT else None)
    os.mkdir(space.at("slow"))
    os.mkdir(space.at("slow/slow-big"))
    for n in range(ENTRIES):
        os.mknod(space.at("slow/slow-big", f"{n:0200}"))
    tools.write(space.at("slow-file"), b"x" * LONG)
    return space


# What a user does in the mount, and the call in the spool that takes long because of it.
ATTACKS = {
    "a sync of a file": ("os.fsync(os.open('slow-file', os.O_RDWR))", "fsync"),
    "a sync of data": ("os.fdatasync(os.open('slow-file', os.O_RDWR))", "fdatasync"),
    "a sync of a directory": ("os.fsync(os.open('slow', os.O_RDONLY))", "fsync"),
    "a truncation by name": ("os.truncate('slow-file', 5)", "truncate"),
    "a truncation by descriptor": ("os.truncate(os.open('slow-file', os.O_RDWR), 5)", "truncate"),
    "an open that empties": ("os.open('slow-file', os.O_WRONLY | os.O_TRUNC)", "truncate"),
    "an open for reading that empties": ("os.open('slow-file', os.O_RDONLY | os.O_TRUNC)", "truncate"),
    "an allocation": ("os.posix_fallocate(os.open('slow-file', os.O_RDWR), 0, 1 << 21)", "fallocate"),
    "a search for holes": ("os.lseek(os.open('slow-file', os.O_RDONLY), 0, os.SEEK_HOLE)", "lseek"),
    "a write": ("os.pwrite(os.open('slow-file', os.O_RDWR), b'y', 1 << 20)", "pwrite"),
    "a read from the disk": ("os.posix_fadvise(fd := os.open('slow-file', os.O_RDONLY), 0, 0, os.POSIX_FADV_DONTNEED); "
                             "print(len(os.read(fd, 1 << 20)), flush=True)", "pread"),
    "a listing of a big directory": (f"assert len(os.listdir('slow/slow-big')) == {ENTRIES}", "getdents"),
    "the removal of a directory that was big": ("[os.unlink(f'slow/slow-big/{n:0200}') for n in range(" + f"{ENTRIES})]; "
                                                "os.rmdir('slow/slow-big')", "rmdir"),
}
# What ends a file. Nobody waits for the close in the spool that gives the blocks back: the user has the answer before.
REMOVALS = {
    "a removal": "os.unlink('slow-file')",
    "a removal of an open file": "fd = os.open('slow-file', os.O_RDONLY); os.unlink('slow-file'); os.close(fd)",
    "a rename over it": "os.mknod('new'); os.rename('new', 'slow-file')",
}


JOBS = 60       # jobs of the service that this space has not made
GONE = 20       # how many of JOBS are deleted at the console
NAMES_MS = 20   # ms that the disk takes for each name: all JOBS names take longer than many requests


def test_jobs_of_others_are_made_and_removed_beside_requests(make_space, disk):
    """The disk takes long for each name. Requests are answered between two names, not after all."""
    space = make_space(mounted=False, refresh="0", env={**disk.env, "COCFS_SLOW_NAMES_MS": str(NAMES_MS)})
    client, spool = space.cocd.client(), os.path.join(space.state, "spool")
    made = [client.create(name=f"theirs {n}", content=samples.document(f"theirs {n}")) for n in range(JOBS)]
    space.mount()

    def placed():
        return sum(name.startswith("theirs") for name in os.listdir(spool))

    def asked_while(is_under_way):
        """Returns how often .coc/metrics was read while is_under_way(). The kernel caches nothing of .coc: each reading is a request."""
        tools.eventually(is_under_way, "the names")
        asked = 0
        while is_under_way():
            tools.read(space.at(".coc/metrics"))
            asked += 1
        return asked

    listing = tools.popen("ls", space.path)
    assert asked_while(lambda: 0 < placed() < JOBS) > 2
    assert tools.finish(listing).ok().stdout.count(".id\n") == JOBS
    for job in made[:GONE]:
        client.delete(job)
    listing = tools.popen("ls", space.path)
    assert asked_while(lambda: JOBS - GONE < placed() < JOBS) > 2
    tools.finish(listing).ok()
    assert len(os.listdir(space.path)) == 2 * (JOBS - GONE)


def test_a_name_is_the_users_who_makes_it_while_files_of_others_are_made(make_space, disk):
    """Jobs of others have got names, and making their files takes long. A user who makes a file of such a name has it. When the
    name is free again the job gets it back, and no empty file is left there."""
    space = make_space(mounted=False, refresh="0", env={**disk.env, "COCFS_SLOW_NAMES_MS": str(NAMES_MS)})
    client, spool = space.cocd.client(), os.path.join(space.state, "spool")
    made = [client.create(name=f"theirs {n}", content=samples.document(f"theirs {n}")) for n in range(JOBS)]
    taken, tried = (f"theirs {n}.yaml" for n in (JOBS - 1, JOBS - 2))
    mine = samples.document("mine")
    space.mount()
    listing = tools.popen("ls", space.path)
    tools.eventually(lambda: 0 < sum(name.startswith("theirs") for name in os.listdir(spool)) < JOBS // 2, "some files")
    os.mkdir(space.at(tried))
    os.rmdir(space.at(tried))
    tools.write(space.at(taken), mine)
    assert tried not in os.listdir(spool)  # otherwise the test came too late
    tools.finish(listing).ok()
    tools.run("ls", space.path).ok()
    texts = {name: tools.read(space.at(name)).decode() for name in os.listdir(space.path) if name.endswith(".yaml")}
    assert texts == {**{f"theirs {n}.yaml": samples.document(f"theirs {n}") for n in range(JOBS - 1)}, taken: mine,
                     f"theirs {JOBS - 1}-{made[-1]}.yaml": samples.document(f"theirs {JOBS - 1}")}


def attacker(space, script):
    return tools.popen(sys.executable, "-c", "import os; " + script, cwd=space.path)


@pytest.mark.parametrize("what", ATTACKS)
def test_others_are_served_while_a_call_waits_for_the_disk(space, disk, src, what):
    script, call = ATTACKS[what]
    disk.hold()
    process = attacker(space, script)
    disk.wait_held(call)
    stalls.others_are_served(space, src)
    assert process.poll() is None and set(disk.held()) == {call}
    disk.let_go()
    tools.finish(process).ok()
    show(space, what)


@pytest.mark.parametrize("what", REMOVALS)
def test_others_are_served_while_the_blocks_of_a_file_are_given_back(space, disk, src, what):
    disk.hold()
    tools.finish(attacker(space, REMOVALS[what])).ok()
    disk.wait_held("close")
    stalls.others_are_served(space, src)
    assert set(disk.held()) == {"close"}
    disk.let_go()
    show(space, what)


# The size of slow-file after some of ATTACKS.
RESULTS = {
    "a truncation by name": 5, "a truncation by descriptor": 5, "an open that empties": 0,
    "an open for reading that empties": 0, "an allocation": 1 << 21, "a write": LONG + 1,
}


@pytest.mark.parametrize("what", RESULTS)
def test_what_a_thread_does_is_what_was_asked_for(space, what):
    """Makes a call of ATTACKS while nothing is held up. The file must have the length and the content that the call asks for."""
    tools.finish(attacker(space, ATTACKS[what][0])).ok()
    assert os.stat(space.at("slow-file")).st_size == RESULTS[what]
    content = tools.read(space.at("slow-file"))
    assert content == (b"x" * min(LONG, RESULTS[what])
                       + (b"y" if what == "a write" else b"\0" * (RESULTS[what] - LONG)))[:RESULTS[what]]


def test_threads_write_and_read_what_belongs_where(own_space):
    """Several threads, each with a long file, write at the same time, by pwrite() and through a mapping. No write gets lost."""
    script = """import mmap, random, threading
rng = random.Random(int(args[0]))
def work(name):
    data = bytearray(3 << 20)
    fd = os.open(os.path.join(target, name), os.O_RDWR | os.O_CREAT)
    os.ftruncate(fd, len(data))
    view = mmap.mmap(fd, len(data))
    for _ in range(60):
        size = rng.choice((1, 4096, 100000, 1 << 20))
        at = rng.randrange(len(data) - size)
        piece = rng.randbytes(size)
        data[at:at + size] = piece
        if rng.random() < 0.5:
            os.pwrite(fd, piece, at)
        else:
            view[at:at + size] = piece
        if rng.random() < 0.1:
            os.fsync(fd)
    view.flush()
    view.close()
    os.close(fd)
    assert load(os.path.join(target, name)) == data, name
threads = [threading.Thread(target=work, args=(f'f{n}',)) for n in range(4)]
[t.start() for t in threads]
[t.join() for t in threads]
"""
    tools.python(script, own_space.path, 1).ok()
    own_space.remount()
    assert sorted(os.listdir(own_space.path)) == ["f0", "f1", "f2", "f3"]


@tools.needs_root
def test_a_user_whose_calls_all_wait_leaves_threads_for_others(space, disk, src):
    """A hundred syncs of one user wait. Another user's sync and removal are done meanwhile."""
    os.chmod(space.path, 0o777)
    disk.hold()
    script = """import os, threading
for n in range(100):
    os.close(os.open(f'slow-{n}', os.O_WRONLY | os.O_CREAT))
threads = [threading.Thread(target=lambda n=n: os.fsync(os.open(f'slow-{n}', os.O_RDWR))) for n in range(100)]
[t.start() for t in threads]
[t.join() for t in threads]
"""
    process = tools.popen(sys.executable, "-c", script, cwd=space.path, **GREEDY)
    disk.wait_held("fsync", 4)
    stalls.others_are_served(space, src)
    assert process.poll() is None and disk.held() == ["fsync"] * 4
    disk.let_go()
    tools.finish(process).ok()


@pytest.mark.parametrize("how", ["fusermount3 -uz", "SIGTERM"])
def test_the_end_of_a_mount_waits_for_what_is_under_way(space, disk, how):
    """The work of a thread is finished, and its caller gets the answer."""
    disk.hold()
    process = attacker(space, ATTACKS["a truncation by name"][0])
    disk.wait_held("truncate")
    if how == "SIGTERM":
        space.process.terminate()
    else:
        tools.run("fusermount3", "-uz", space.path).ok()
    with pytest.raises(subprocess.TimeoutExpired):
        space.process.wait(1)
    disk.let_go()
    tools.finish(process).ok()
    assert space.bury(30) == 0
    assert os.stat(os.path.join(space.state, "spool", "slow-file")).st_size == 5


QUEUED = 30000


@pytest.fixture
def long_queue(make_space):
    """A space whose queue has more than .coc/queue lists, for all users."""
    space = make_space(submit="queue", allow_other=True if tools.IS_ROOT else None)
    space.unmount()
    queues.fill_ledger(space, QUEUED)
    return space.mount()


def test_a_long_queue_is_told_in_slices(long_queue, src):
    """Several readers of the queue and of the counters, and a writer beside them."""
    files = [long_queue.at(".coc", name) for name in ("queue", "metrics")]
    readers = [tools.popen("cat", path) for path in files * 5]
    queues.put(long_queue, src, "beside.yaml")
    for reader in readers:
        text = tools.finish(reader).ok().stdout
        queued = re.search(r"^cocfs_queued (\d+)$", text, re.M)
        if queued:
            assert int(queued[1]) - QUEUED in (0, 1)
        else:
            assert re.fullmatch(r"and (\d+) more", text.splitlines()[-1])
            assert text.count("\t\n") == 0 and text.count("\n") == 10001
    show(long_queue, "readers of a long queue")


@tools.needs_root
def test_a_user_who_opens_long_texts_is_refused_alone(long_queue):
    """An open text is held in memory, and each user has a share of it."""
    script = """import os, sys
held = []
try:
    while True:
        held.append(os.open('.coc/queue', os.O_RDONLY))
except OSError as e:
    print(e.errno, len(held), flush=True)
sys.stdin.readline()
"""
    os.chmod(long_queue.path, 0o755)
    process = tools.popen(sys.executable, "-c", "import resource; h = resource.getrlimit(resource.RLIMIT_NOFILE)[1]; "
                          "resource.setrlimit(resource.RLIMIT_NOFILE, (h, h))\n" + script, cwd=long_queue.path,
                          stdin=subprocess.PIPE)
    number, held = map(int, process.stdout.readline().split())
    assert number == errno.EMFILE and held > 50
    tools.run("cat", ".coc/metrics", cwd=long_queue.path, user=54002, group=54002, extra_groups=[]).ok()
    tools.finish(process, given=b"\n")
    tools.run("cat", long_queue.at(".coc", "queue")).ok()
