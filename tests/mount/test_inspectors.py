# SPDX-License-Identifier: MIT
"""To find out which processes can still write to a file, cocfs looks at other processes. These must not be able to stop cocfs."""

import os
import signal
import subprocess
import sys

import pytest

import janitor
import mounting
import samples
import tools
from samples import HALF1, HALF2, WHOLE

MUTE = os.path.join(os.path.dirname(__file__), "mute_fuse.py")


@pytest.fixture
def words(src):
    return [tools.write(src / name, text) for name, text in (("half1", HALF1), ("half2", HALF2), ("whole", WHOLE))]


# WRITER opens the target, and writes the whole content. Its wait() prints a line, and returns after tell(). CLOSE then closes.
WRITER = """
def wait():
    print('ready', flush=True); sys.stdin.readline()
fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); os.write(fd, load(args[2]))
"""
CLOSE = WRITER + "wait(); attempt(os.close, fd); print('closed')"


def start(script, *words):
    process = tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, *words, stdin=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    return process


def tell(process):
    process.stdin.write(b"\n")
    process.stdin.flush()


# Scripts that run after the writer has opened the file. Each defines child(), which each forked child runs, and n, the number of
# children. cocfs has to look at these children, because they have the open file too, and needs long for each.
LONG = {
    "many descriptors": """
null = os.open('/dev/null', os.O_RDONLY)
try:
    for _ in range(6000): os.dup(null)
except OSError: pass
def child(): signal.pause()
n = 10
""",
    "many watches": """
import ctypes, tempfile
libc = ctypes.CDLL(None)
def child():
    notify = libc.inotify_init()
    with tempfile.TemporaryDirectory() as folder:
        for i in range(5000):
            open(f'{folder}/{i}', 'w').close()
            libc.inotify_add_watch(notify, f'{folder}/{i}'.encode(), 2)
        os.write(w, b'x'); signal.pause()
n = 2
""",
    "many polled": """
import select
pipe = os.pipe()
def child():
    epoll = select.epoll()
    try:
        for _ in range(900): epoll.register(os.dup(pipe[0]))
    except OSError: pass
    os.write(w, b'x'); signal.pause()
n = 8
""",
    "forks": """
def child():
    while True:
        if not os.fork(): os._exit(0)
        os.wait()
n = 2
""",
}
# The children close their descriptors of the file before the parent does. A child that is killed within its close would be another
# case: then the last close is that of a killed process.
WITH_CHILDREN = """
import signal
r, w = os.pipe()
closed = os.pipe()
""" + WRITER + """
exec(args[3])
pids = []
for _ in range(n):
    pid = os.fork()
    if not pid:
        os.close(fd); os.write(closed[1], b'x'); child()
    pids.append(pid)
for pid in pids: os.read(closed[0], 1)
wait(); attempt(os.close, fd)
for pid in pids: os.kill(pid, signal.SIGKILL)
print('closed')
"""


@pytest.mark.parametrize("attack", LONG)
def test_what_takes_long_holds_up_nobody(space, words, attack):
    """Other processes do not wait meanwhile. The writer's close returns, and its file is submitted, while its children live."""
    writer = start(WITH_CHILDREN, space.at("job.yaml"), *words, LONG[attack])
    tell(writer)
    tools.run("cp", samples.file(os.path.dirname(words[0]), "other.yaml", "other"), space.at("other.yaml")).ok()
    tools.run("ls", "-la", space.path).ok()
    assert tools.finish(writer).ok().stdout == "closed\n"
    # on a busy machine the mount sees too late that this close was the last one: then the job comes right after it
    wanted = sorted([WHOLE, samples.document("other")])
    tools.eventually(lambda: sorted(job["content"] for job in space.jobs()) == wanted, "both jobs")
    tools.eventually(lambda: space.id("job.yaml"), "the ID")
    assert space.sent() == (2, 0)


def test_two_halves_are_one_job_beside_a_fork_storm(space, words):
    storm = tools.popen(sys.executable, "-c", "import os\nwhile True:\n    if not os.fork(): os._exit(0)\n    os.wait()")
    try:
        for n in range(5):  # nothing may be sent during the sleep between the halves
            tools.sh('(cat "$1"; sleep 0.05; cat "$2") > "$3"', *words[:2], space.at(f"{n}.yaml")).ok()
            assert space.fact(f"{n}.yaml", "version") == "v1"
    finally:
        storm.kill()
    assert [job["content"] for job in space.jobs()] == [WHOLE] * 5


# ---- processes that cannot be looked at without getting stuck ----

class Mute:
    """A file system that never answers a POLL. poison() starts a process that waits for the answer and holds the lock of an epoll.
    A program that looks at the descriptors of that process waits, too."""

    def __init__(self, folder):
        self.path = str(folder)
        janitor.watch_mount(self.path)
        self.server = tools.popen_bare(sys.executable, MUTE, self.path)
        assert self.server.stdout.readline() == b"mounted\n", self.server.stderr.read()
        janitor.watch_process(self.server.pid)

    def poison(self):
        script = "import os, select, sys; e = select.epoll(); e.register(os.open(sys.argv[1], os.O_RDWR))"
        process = tools.popen_bare(sys.executable, "-c", script, os.path.join(self.path, "x"))
        assert self.server.stdout.readline() == b"polled\n"
        return process

    def end(self):
        self.server.kill()
        self.server.wait()
        if janitor.mounted(self.path):
            janitor.unmount(self.path, lazy=True)


@pytest.fixture
def mute(tmp_path):
    if not tools.IS_ROOT:
        pytest.skip("needs root, to mount without fusermount3")
    os.mkdir(tmp_path / "mute")
    server = Mute(tmp_path / "mute")
    yield server
    server.end()


def stuck_writer(space, mute, words, name="job.yaml", script=CLOSE):
    """Starts a writer, and lets it close. The thread of cocfs that looks for other writers gets stuck at a process of
    mute.poison(). Returns the writer."""
    writer = start(script, space.at(name), *words)
    mute.poison()
    tell(writer)
    return writer


@pytest.fixture
def poisoned(own_space, mute):
    """A space for this test alone, because its threads get stuck. They are freed before it is unmounted."""
    yield own_space
    mute.end()


def test_who_cannot_be_looked_at_stops_nobody(poisoned, mute, words):
    space = poisoned
    writer = stuck_writer(space, mute, words)
    tools.run("ls", "-la", space.path).ok()
    assert tools.finish(writer).ok().stdout == "closed\n"  # as far as the mount can see, the opener's own close is the last one
    assert space.only_job()["content"] == WHOLE
    tools.eventually(lambda: "blocks a look" in space.log(), "the log to tell of it")
    # the next close skips the process that cannot be looked at
    later = start(CLOSE, space.at("later.yaml"), *words)
    mute.poison()
    tell(later)
    assert tools.finish(later).ok().stdout == "closed\n"
    for n in range(6):  # by now all threads that the mount may have for looks are stuck
        tools.run("cp", words[2], space.at(f"{n}.yaml")).ok()
    assert space.sent() == (8, 0)


def test_threads_that_were_stuck_serve_again(poisoned, mute, words):
    for n in range(3):
        tools.finish(stuck_writer(poisoned, mute, words, f"{n}.yaml")).ok()
    mute.end()
    script = WRITER + """
if not os.fork():
    os.close(fd); os._exit(0)
os.wait(); attempt(os.close, fd); print('closed')
"""
    tools.python(script, poisoned.at("job.yaml"), *words).ok()
    poisoned.settle()
    assert poisoned.sent() == (4, 0)


def test_ctrl_c_lets_the_writer_go_while_it_is_judged(poisoned, mute, words):
    """The file was closed, so it is submitted; no process gets the result."""
    writer = stuck_writer(poisoned, mute, words, script=WRITER + """
wait()
try: os.close(fd)
except KeyboardInterrupt: print('interrupted')
except OSError as e: print(errno.errorcode[e.errno])
""")
    tools.eventually(lambda: in_close(writer), "the close")
    writer.send_signal(signal.SIGINT)
    assert tools.finish(writer).stdout in ("interrupted\n", "EINTR\n")
    tools.eventually(poisoned.jobs, "the job")
    assert poisoned.sent() == (1, 0)


def test_who_is_killed_while_it_closes_has_closed(poisoned, mute, words):
    writer = stuck_writer(poisoned, mute, words)
    tools.eventually(lambda: in_close(writer), "the close")
    writer.kill()
    tools.finish(writer)
    tools.eventually(poisoned.jobs, "the job")
    assert poisoned.only_job()["content"] == WHOLE


def in_close(process):
    with open(f"/proc/{process.pid}/syscall", encoding="ascii") as file:
        return file.read().split()[0] in ("3", "57")  # close(2) of x86-64, and of arm64


HELD = WRITER + """
import threading
exec(args[3])
wait()
thread = threading.Thread(target=attempt, args=(os.close, fd)); thread.start()
sys.stdin.readline(); after()
thread.join(); print('closed')
"""
# What happens to job.yaml while a thread of cocfs looks for its writers, and the file that is submitted then (None: no file).
MEANWHILE = {
    "renamed": ("def after(): os.rename(target, target + '.txt')", None),
    "renamed to another job": ("def after(): os.rename(target, target + '.yaml')", "job.yaml.yaml"),
    "removed": ("def after(): os.remove(target)", None),
    "truncated": ("def after(): os.truncate(target, 0)", None),
    "opened by another": ("def after():\n other = os.open(target, os.O_WRONLY); os.pwrite(other, b'm', 0); thread.join(); os.close(other)", "job.yaml"),
}


@pytest.mark.parametrize("what", MEANWHILE)
def test_what_happens_meanwhile_counts(poisoned, mute, words, what):
    script, job = MEANWHILE[what]
    writer = start(HELD, poisoned.at("job.yaml"), *words, script)
    mute.poison()
    tell(writer)
    tools.eventually(lambda: any(name == "cocfs-inspector" for name in thread_names(poisoned)), "a thread that judges")
    tell(writer)
    assert tools.finish(writer).ok().stdout == "closed\n"
    poisoned.settle()
    assert poisoned.sent() == ((1 if job else 0), 0)
    if job:
        assert poisoned.id(job) == poisoned.only_job()["document_id"]


def thread_names(space):
    tasks = f"/proc/{space.process.pid}/task"
    return [tools.read(f"{tasks}/{task}/comm").decode().strip() for task in os.listdir(tasks)]


def test_sigterm_while_a_close_is_judged(own_space, mute, words):
    writer = stuck_writer(own_space, mute, words)
    tools.eventually(lambda: in_close(writer), "the close")
    own_space.process.send_signal(signal.SIGTERM)
    assert tools.finish(writer).ok().stdout == "closed\n"
    tools.eventually(lambda: not janitor.mounted(own_space.path), "the unmount")
    mute.end()  # a stuck thread keeps the process, but not the mount
    assert own_space.bury() == 0
    own_space.mount()
    assert own_space.sent() == (1, 0) and own_space.id("job.yaml")


@pytest.mark.parametrize("end", ["unmount", "kill"])
def test_a_stuck_thread_keeps_neither_mount_nor_state(own_space, mute, mounts, words, end):
    space = own_space
    tools.finish(stuck_writer(space, mute, words)).ok()
    if end == "kill":
        space.process.kill()
    assert janitor.unmount(space.path, lazy=end == "kill") == ""
    again = mounting.Space(space.cocd, space.front, space.base, log_name="again.log")
    tools.eventually(lambda: mounts_again(again), "the state directory to be free")
    mounts(again)
    assert again.id("job.yaml")
    mute.end()
    space.process.wait(20)
    space.process = None


def mounts_again(space):
    try:
        return space.mount()
    except mounting.MountFailed:
        return None


def test_no_thread_is_there_before_somebody_writes(own_space):
    tools.run("ls", own_space.path).ok()
    assert "cocfs-inspector" not in thread_names(own_space)
