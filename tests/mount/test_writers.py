# SPDX-License-Identifier: MIT
"""When is a file complete? Ways to write, each with the calls that it must cause. tests/tools has whole tools, and
the errors that they get.

Every row writes WHOLE, in one piece or as HALF1 and HALF2. HALF1 is a sound document by itself: a commit that comes too early
shows as one version too many. Scripts get the target, then the files that hold HALF1, HALF2 and WHOLE.
"""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

import samples
import tools
from samples import HALF1, HALF2, WHOLE


@dataclass(frozen=True)
class Row:
    script: str
    creates: int = 1      # that must reach the service (None: one or more calls)
    updates: int = 0
    content: str = WHOLE  # of the job in the end ("": there is no job; None: there is no file either)


# During a pause in a script cocfs must not take the first half for the whole.
ECHO = 'A=$(cat "$2"); B=$(cat "$3"); '
ALONE = "/usr/bin/tail -f -s 0.02 --pid=$P /dev/null"   # a process that ends when the shell that started it has ended
SHELL_ROWS = {
    "append-twice": Row('cat "$2" > "$1"; cat "$3" >> "$1"', updates=1),
    "subshell-builtins": Row(ECHO + '(echo "$A"; printf "%s" "$B") > "$1"'),
    "group-with-pause": Row('{ cat "$2"; sleep 0.2; cat "$3"; } > "$1"'),
    "exec3": Row(ECHO + 'exec 3> "$1"; echo "$A" >&3; sleep 0.1; printf "%s" "$B" >&3; exec 3>&-'),
    "exec3-left-open": Row('exec 3> "$1"; cat "$2" >&3; cat "$3" >&3'),
    "for-loop": Row('for f in "$2" "$3"; do cat "$f"; done > "$1"'),
    "while-read": Row('while IFS= read -r l; do printf "%s\n" "$l"; done < "$2" > "$1"', content=HALF1),
    "noclobber": Row('set -C; cat "$4" > "$1"'),
    "truncate-only": Row(': > "$1"', creates=0, content=""),
    "background": Row(f'P=$$; (cat "$2"; {ALONE}; cat "$3") > "$1" &'),
    "nohup": Row(f'P=$$ nohup sh -c \'cat "$1"; {ALONE}; cat "$2"\' x "$2" "$3" > "$1" 2> /dev/null < /dev/null &'),
    "setsid": Row(f'P=$$ setsid sh -c \'cat "$1"; {ALONE}; cat "$2"\' x "$2" "$3" > "$1" < /dev/null &'),
    "child-outlives": Row(f'P=$$; exec 3> "$1"; cat "$2" >&3; ({ALONE}; cat "$3" >&3) > /dev/null 2>&1 & exec 3>&-'),
    "leak-to-daemon": Row(f'P=$$; exec 3> "$1"; cat "$4" >&3; {ALONE} > /dev/null 2>&1 & exec 3>&-'),
    "xargs": Row('printf "%s\\n" "$2" "$3" | xargs -n 1 cat > "$1"'),
    "sh-c": Row('sh -c \'cat "$1"\' x "$4" > "$1"'),
    "slow": Row('{ cat "$2"; for i in 1 2 3; do sleep 0.1; done; cat "$3"; } > "$1"'),
    "reader-meanwhile": Row('{ cat "$2"; cat "$1" > /dev/null; cat "$3"; } > "$1"'),
    "removed-while-open": Row('exec 3> "$1"; cat "$2" >&3; rm "$1"; cat "$3" >&3; exec 3>&-', creates=0, content=None),
}
SHELLS = {"bash": "bash", "dash": "dash", "zsh": "zsh", "busybox": "busybox sh"}

TOOL_ROWS = {
    "cp-sparse": Row('cp --sparse=always "$4" "$1"'),
    "base64": Row('base64 "$4" | base64 -d > "$1"'),
    "gzip": Row('gzip < "$4" | gzip -d > "$1"'),
    "openssl": Row('openssl base64 -in "$4" | openssl base64 -d -out "$1"'),
    "patch": Row('cd "$5"; git init -q .; cp "$4" job.yaml; git add job.yaml; git diff --cached > d; cd "$(dirname "$1")"; patch -s -p1 < "$5/d"'),
}
NEEDS = {"cp-sparse": ["cp"], "base64": ["base64"], "gzip": ["gzip"], "openssl": ["openssl"], "patch": ["git", "patch"]}

OPEN = "half1, half2, whole = map(load, args[:3])\nfd = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)\n"
# For writers with threads: in most of them /proc/PID/fd does not show the descriptor of the file.
THREADS = """
import ctypes, platform, threading, time
libc = ctypes.CDLL(None)
half1, half2 = map(load, args[:2])
def state(pid):
    with open(f'/proc/{pid}/stat') as file: return file.read().rpartition(')')[2].split()[0]
def many_are_born():
    for _ in range(80):
        if not os.fork(): os._exit(0)
        os.wait()
def end_this_thread():
    libc.syscall({'x86_64': 60}.get(platform.machine(), 93), 0)
"""
PYTHON_ROWS = {
    "fsync-close": Row(OPEN + "os.write(fd, half1); os.fsync(fd); os.write(fd, half2); attempt(os.close, fd)"),
    "dup-close": Row(OPEN + "other = os.dup(fd); os.write(fd, half1); os.close(fd); os.write(other, half2); attempt(os.close, other)"),
    "dup2-stdout": Row(OPEN + "os.write(fd, half1); os.dup2(fd, 1); os.close(fd); os.write(1, half2); os.close(1)"),
    "two-handles": Row(OPEN + "other = os.open(target, os.O_WRONLY | os.O_APPEND); os.write(fd, half1); os.close(fd); os.write(other, half2); attempt(os.close, other)"),
    "fork-child-writes": Row(OPEN + """
os.write(fd, half1)
r, w = os.pipe()
if os.fork():
    os.close(fd)
else:
    os.close(w); os.read(r, 1); os.write(fd, half2); os.close(fd); os._exit(0)
"""),
    "child-exits-first": Row(OPEN + """
os.write(fd, half1)
if not os.fork():
    os._exit(0)
os.wait(); os.write(fd, half2); attempt(os.close, fd)
"""),
    "grandchild-in-new-session": Row(OPEN + """
os.write(fd, half1)
r, w = os.pipe()
if not os.fork():
    os.setsid()
    if not os.fork():
        os.close(w); os.read(r, 1); os.write(fd, half2); os._exit(0)
    os._exit(0)
os.wait(); os.close(fd)
"""),
    "subprocess-stdout": Row("import subprocess\nwith open(target, 'wb') as out: subprocess.run(['cat', args[2]], stdout=out, check=True)"),
    "header-then-subprocess": Row("""
import subprocess
with open(target, 'wb') as out:
    out.write(load(args[0])); out.flush()
    subprocess.run(['sh', '-c', 'true; cat /dev/null'], stdout=out, check=True)
    out.write(load(args[1]))
"""),
    "popen-parent-closes": Row("""
import subprocess
out = open(target, 'wb'); out.write(load(args[0])); out.flush()
child = subprocess.Popen(['sh', '-c', 'read line; cat "$0"', args[1]], stdin=subprocess.PIPE, stdout=out)
out.close(); child.communicate()
"""),
    "multiprocessing": Row("""
import multiprocessing
file = open(target, 'wb'); file.write(load(args[0])); file.flush()
p = multiprocessing.get_context('fork').Process(target=int); p.start(); p.join()
file.write(load(args[1])); file.close()
"""),
    "threads": Row(OPEN + """
import threading
for part in (half1, half2):
    t = threading.Thread(target=os.write, args=(fd, part)); t.start(); t.join()
t = threading.Thread(target=os.close, args=(fd,)); t.start(); t.join()
"""),
    "other-thread-opened": Row("""
import threading
t = threading.Thread(target=lambda: globals().update(file=open(target, 'wb'))); t.start(); t.join()
file.write(load(args[2])); file.close()
"""),
    "opening-thread-has-ended": Row("""
import threading
t = threading.Thread(target=lambda: globals().update(fd=os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))); t.start(); t.join()
os.write(fd, load(args[0]))
if not os.fork():
    os.close(fd); os._exit(0)
os.wait(); os.write(fd, load(args[1])); attempt(os.close, fd)
"""),
    "first-thread-has-ended": Row(THREADS + """
def rest():
    while state(os.getpid()) != 'Z': pass
    os.write(fd, half1)
    if not os.fork():
        os.close(fd); os._exit(0)
    os.wait(); os.write(fd, half2); os.close(fd); os._exit(0)
fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); many_are_born()
threading.Thread(target=rest).start(); end_this_thread()
"""),
    "first-thread-of-a-child-has-ended": Row(THREADS + """
def rest():
    while state(os.getpid()) != 'Z': pass
    os.write(w, b'x'); os.read(r2, 1); os.write(fd, half2); os.close(fd); os._exit(0)
fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); r, w = os.pipe(); r2, w2 = os.pipe()
os.write(fd, half1); many_are_born()
if not os.fork():
    threading.Thread(target=rest).start(); end_this_thread()
os.read(r, 1); os.close(fd); os.write(w2, b'x'); os.wait()
"""),
    "thread-with-a-table-of-its-own": Row(THREADS + """
def work():
    assert libc.unshare(0x400) == 0
    fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); os.write(fd, half1)
    if not os.fork():
        os.close(fd); os._exit(0)
    os.wait(); os.write(fd, half2); os.close(fd)
t = threading.Thread(target=work); t.start(); t.join()
"""),
    "thread-that-takes-the-table-along": Row(THREADS + """
def work():
    assert libc.unshare(0x400) == 0
    own.set(); closed.wait(); os.write(fd, half2); os.close(fd)
own, closed = threading.Event(), threading.Event()
fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); os.write(fd, half1); many_are_born()
t = threading.Thread(target=work); t.start(); own.wait(); os.close(fd); closed.set(); t.join()
"""),
    "exec-by-another-thread": Row(THREADS + """
fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o644); os.write(fd, half1); os.dup2(fd, 1)
threading.Thread(target=os.execvp, args=('cat', ['cat', args[1]])).start(); time.sleep(30)  # the exec ends it
"""),
    "spawned-child-closes": Row(OPEN + """
os.write(fd, half1); os.set_inheritable(fd, True)
child = os.posix_spawnp('true', ['true'], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, fd)])
os.waitpid(child, 0); os.write(fd, half2); attempt(os.close, fd)
"""),
    "spawned-child-inherits": Row(OPEN + """
child = os.posix_spawnp('cat', ['cat', args[0]], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, fd, 1)])
os.waitpid(child, 0); os.write(fd, half2); attempt(os.close, fd)
"""),
    "rename-while-open": Row("""
file = open(target + '.tmp', 'wb'); file.write(load(args[0])); file.flush()
os.rename(target + '.tmp', target)
file.write(load(args[1])); file.close()
"""),
    "mkstemp-yaml-replace": Row("""
import tempfile
fd, path = tempfile.mkstemp(suffix='.yaml', dir=os.path.dirname(target))
os.write(fd, load(args[2])); os.close(fd); os.replace(path, target)
"""),
    "seek-rewrite": Row("""
with open(target, 'wb') as file: file.write(load(args[2]))
with open(target, 'r+b') as file: file.seek(0); file.write(load(args[0])); file.truncate()
""", updates=1, content=HALF1),
    "mmap-before-close": Row("""
import mmap
whole = load(args[2])
fd = os.open(target, os.O_CREAT | os.O_RDWR, 0o644); os.ftruncate(fd, len(whole))
m = mmap.mmap(fd, len(whole)); m[:] = whole; m.flush(); m.close(); attempt(os.close, fd)
"""),
    "not-dumpable": Row("import ctypes\nctypes.CDLL(None).prctl(4, 0)\n" + OPEN
                        + "other = os.dup(fd); os.write(fd, half1); os.close(fd); os.write(other, half2); os.close(other)",
                        # a cocfs that may not look into the process takes the opener's first close for the last
                        updates=0 if tools.IS_ROOT else 1),
    "renamed-comm": Row("open('/proc/self/comm', 'w').write(') R 1 (x')\n" + OPEN + "os.write(fd, whole); attempt(os.close, fd)"),
    # cocfs looks for holders among the opener and its later children. The receiver was forked before the open, so it is not looked at.
    # So the first half may become a version, too: the calls are not counted here.
    "scm-rights": Row("""
import socket
a, b = socket.socketpair(socket.AF_UNIX)
if os.fork() == 0:
    got = socket.recv_fds(b, 1, 1)[1][0]; b.recv(1)
    os.write(got, load(args[1])); os.close(got); os._exit(0)
""" + OPEN + "os.write(fd, half1); socket.send_fds(a, [b'x'], [fd]); os.close(fd); a.send(b'x'); os.wait()",
                      creates=None, updates=None),
    "writer-holds-reader-too": Row(OPEN + "r = os.open(target, os.O_RDONLY); os.write(fd, whole); attempt(os.close, fd); os.close(r)"),
}


@pytest.fixture
def parts(src):
    folder = src / "scratch"
    folder.mkdir()
    return [*(tools.write(src / name, text) for name, text in
              (("half1", HALF1), ("half2", HALF2), ("whole", WHOLE))), str(folder)]


def check(space, row, name="job.yaml"):
    """Waits for the calls and the content that a row must cause. Fails the test at a call too many, or unless the file, its job and
    its ID are as the row says (Row)."""
    expected = (row.creates, row.updates)
    at_least_one = row.creates is None
    if row.content:
        def done():
            jobs = space.jobs() if at_least_one or space.sent() >= expected else []
            return jobs and jobs[0]["content"] == row.content
        tools.eventually(done, f"{expected} calls and the whole content; so far {space.sent()}", 15)
    space.settle()
    if not at_least_one:
        assert space.sent() == expected
    if row.content is None:
        assert not os.path.exists(space.at(name)) and space.jobs() == []
    elif row.creates == 0:
        assert space.jobs() == [] and space.id(name) is None
    else:
        job = space.only_job()
        assert job["content"] == row.content == tools.read(space.at(name)).decode()
        tools.eventually(lambda: space.id(name) == job["document_id"], "the ID")


@pytest.mark.parametrize("row", SHELL_ROWS)
@pytest.mark.parametrize("shell", SHELLS)
def test_shell(space, parts, shell, row):
    tools.need(SHELLS[shell].split()[0])
    if row in ("nohup", "setsid", "xargs"):
        tools.need(row)
    tools.sh(SHELL_ROWS[row].script, space.at("job.yaml"), *parts, shell=SHELLS[shell]).ok()
    check(space, SHELL_ROWS[row])


@pytest.mark.parametrize("row", TOOL_ROWS)
def test_tool(space, parts, row):
    tools.need(*NEEDS[row])
    tools.sh(TOOL_ROWS[row].script, space.at("job.yaml"), *parts).ok()
    check(space, TOOL_ROWS[row])


@pytest.mark.parametrize("row", PYTHON_ROWS)
def test_python(space, parts, row):
    tools.python(PYTHON_ROWS[row].script, space.at("job.yaml"), *parts).ok()
    check(space, PYTHON_ROWS[row])


# Writers that die.

DIE = OPEN + "os.write(fd, half1); os.kill(os.getpid(), int(args[4]))\nimport time; time.sleep(60)"  # the signal ends the sleep
DEATHS = [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV, signal.SIGABRT, signal.SIGHUP]


def check_killed(space, number):
    story = tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    assert "kill" in story and (signal.Signals(number).name in story or f"signal {number}" in story), story
    assert tools.read(space.at("job.yaml")).decode() == HALF1
    assert space.fact("job.yaml", "state") == "draft"
    space.settle()
    assert space.sent() == (0, 0) and space.id("job.yaml") is None


@pytest.mark.parametrize("number", DEATHS, ids=lambda n: n.name)
def test_half_a_file_is_never_a_job(space, parts, number):
    process = tools.popen_bare(sys.executable, "-c", tools.PRELUDE + DIE, space.at("job.yaml"), *parts, int(number),
                               preexec_fn=no_core)
    assert tools.finish(process, 30).status == -number
    check_killed(space, number)
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    assert space.only_job()["content"] == WHOLE and space.error("job.yaml") is None


def no_core():
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: n.name)
@pytest.mark.parametrize("writer", [["cat"], ["dash", "-c", "exec cat"], ["dd", "bs=512", "status=none"], ["tee"]], ids=lambda w: w[0])
def test_tool_killed_half_way(space, parts, writer, number):
    tools.need(writer[0])
    target = space.at("job.yaml")
    if writer == ["tee"]:
        argv = ["tee", target]
    else:
        argv = ["bash", "-c", f'exec "${{@:2}}" > "$1"', "sh", target, *writer]
    process = tools.popen_bare(*argv, stdin=subprocess.PIPE)
    process.stdin.write(HALF1.encode())
    process.stdin.flush()
    tools.eventually(lambda: os.path.exists(target) and os.stat(target).st_size == len(HALF1), "half the file")
    process.send_signal(number)
    process.wait(30)
    process.communicate()
    check_killed(space, number)


# A writer is killed while other processes hold its descriptor. They close it normally, and still it is half a file. A process that
# only held the descriptor does not count. timeout(1) has the file open, too, and exits normally; SIGALRM tells it that the time is
# up.
UNDER_TIMEOUT = """
import subprocess, time
process = subprocess.Popen(['sh', '-c', f"exec timeout 60 COMMAND > {target}"])
while not os.path.exists(target) or os.stat(target).st_size < len(load(args[0])): time.sleep(0.02)
process.send_signal(14); process.wait()
"""
WRITE_AND_DIE = "os.write(fd, half1); os.kill(os.getpid(), 9)"
SHARED = {
    "a child": OPEN + f"if not os.fork(): {WRITE_AND_DIE}\nos.wait(); attempt(os.close, fd)",
    "a child, its parent goes on": OPEN + f"if not os.fork(): {WRITE_AND_DIE}\nos.wait(); os.write(fd, half2); attempt(os.close, fd)",
    "a parent": OPEN + f"""
r, w = os.pipe()
if os.fork(): {WRITE_AND_DIE}
os.close(w); os.read(r, 1); attempt(os.close, fd)
""",
    "another open": OPEN + f"""
other = os.open(target, os.O_WRONLY | os.O_APPEND)
if not os.fork():
    os.close(other); {WRITE_AND_DIE}
os.close(fd); os.wait(); attempt(os.close, other)
""",
    "a program under timeout": UNDER_TIMEOUT.replace("COMMAND", "tail -f {args[0]}"),
    # the signal of timeout ends the sleep
    "a shell under timeout": UNDER_TIMEOUT.replace("COMMAND", "sh -c 'cat {args[0]}; sleep 30; cat {args[1]}'"),
}


@pytest.mark.parametrize("writer", SHARED)
def test_half_a_file_is_no_job_when_others_hold_it_too(space, parts, writer):
    tools.python(SHARED[writer], space.at("job.yaml"), *parts)
    story = tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    assert "killed by signal" in story and space.fact("job.yaml", "state") == "draft"
    space.settle()
    assert space.sent() == (0, 0)
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    assert space.only_job()["content"] == WHOLE and space.error("job.yaml") is None


def test_who_did_not_write_may_be_killed(space, parts):
    """The workers of a pool have all its descriptors, and a signal ends them."""
    script = OPEN + """
import multiprocessing
with multiprocessing.get_context('fork').Pool(2) as pool:
    os.write(fd, half1)
    pool.map(abs, [1, 2])
    os.write(fd, half2)
attempt(os.close, fd)
"""
    tools.python(script, space.at("job.yaml"), *parts).ok()
    check(space, Row(script))


def test_a_killed_update_leaves_the_job_as_it_is(space, parts):
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + DIE, space.at("job.yaml"), *parts, 9), 30)
    tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    space.settle()
    assert space.sent() == (1, 0)
    assert space.id("job.yaml") == space.only_job()["document_id"]


def test_the_old_content_after_a_killed_update_agrees_with_the_service(space, parts):
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + DIE, space.at("job.yaml"), *parts, 9), 30)
    tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    assert space.error("job.yaml") is None and space.fact("job.yaml", "state") == "submitted"
    assert space.sent() == (1, 0)


def test_an_attribute_does_not_submit_half_a_file(space, parts):
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + DIE, space.at("job.yaml"), *parts, 9), 30)
    tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "HIGH", space.at("job.yaml")).ok()
    space.settle()
    assert space.sent() == (0, 0) and space.error("job.yaml")


# A file that is never in a descriptor table is closed without a FLUSH. cocfs knows only whether the opener still lives.
URING = """
import ctypes, mmap, struct
libc = ctypes.CDLL(None, use_errno=True)
params = ctypes.create_string_buffer(120)
ring = libc.syscall(425, 8, params)  # io_uring_setup
if ring < 0: print('no io_uring'); sys.exit()
sq, cq = struct.unpack_from('<8I', params.raw, 40), struct.unpack_from('<8I', params.raw, 80)
rings = mmap.mmap(ring, 4096, offset=0); entries = mmap.mmap(ring, 4096, offset=0x10000000)
libc.syscall(427, ring, 2, (ctypes.c_int * 1)(-1), 1)  # a table of one file, empty
def submit(opcode, fd=0, flags=0, data=None, size=0, rw_flags=0, slot=0):
    address = ctypes.addressof(data) if data is not None else 0
    struct.pack_into('<BBHiQQIIQHHI', entries, 0, opcode, flags, 0, fd, 0, address, size, rw_flags, 0, 0, 0, slot)
    tail, = struct.unpack_from('<I', rings, sq[1])
    struct.pack_into('<I', rings, sq[6] + 4 * (tail & 7), 0); struct.pack_into('<I', rings, sq[1], tail + 1)
    assert libc.syscall(426, ring, 1, 1, 1, None, 0) == 1
    head, = struct.unpack_from('<I', rings, cq[0])
    result, = struct.unpack_from('<i', rings, cq[5] + 16 * (head & 15) + 8)
    struct.pack_into('<I', rings, cq[0], head + 1)
    return result
text = load(args[int(args[5])]); path, content = (ctypes.create_string_buffer(b) for b in (target.encode(), text))
assert submit(18, -100, 0, path, 0o644, os.O_WRONLY | os.O_CREAT, 1) == 0
assert submit(23, 0, 1, content, len(text)) == len(text)
"""


def uring(space, parts, which, end):
    said = tools.python(URING + end, space.at("job.yaml"), *parts, "-", which).stdout
    if "no io_uring" in said:
        pytest.skip("no io_uring here")


def test_a_writer_without_a_descriptor_that_is_killed_leaves_a_draft(space, parts):
    uring(space, parts, 0, "os.kill(os.getpid(), 9)")
    assert "may not know how" in tools.eventually(lambda: space.error("job.yaml"), "the story")
    assert space.fact("job.yaml", "state") == "draft" and space.sent() == (0, 0)


def test_a_writer_without_a_descriptor_that_lives_on_has_closed(space, parts):
    uring(space, parts, 2, """
assert submit(19, 0, 0, slot=1) == 0
import time
while not os.path.exists(target + '.id'): time.sleep(0.02)
""")
    check(space, Row(""))


# A process in execve waits for the FLUSH of its close-on-exec files, with its credentials locked. A program that looks at it in the
# wrong way hangs, and the mount with it.

EXEC = OPEN + "os.set_inheritable(fd, False); os.write(fd, whole); os.execv('/bin/true', ['true'])"
EXEC_THREADS = OPEN + """
os.set_inheritable(fd, False); os.write(fd, whole)
import threading, time
for _ in range(4):
    threading.Thread(target=time.sleep, args=(30,), daemon=True).start()  # the exec ends it
os.execv('/bin/true', ['true'])
"""


@pytest.mark.parametrize("script", [EXEC, EXEC_THREADS], ids=["single-threaded", "multi-threaded"])
def test_execve_that_closes_the_file_does_not_hang(space, parts, script):
    tools.python(script, space.at("job.yaml"), *parts, seconds=30).ok()
    tools.run("ls", "-la", space.path, seconds=10).ok()
    check(space, Row(script))


def test_many_at_once_in_execve(space, parts):
    processes = [tools.popen(sys.executable, "-c", tools.PRELUDE + EXEC, space.at(f"{n}.yaml"), *parts)
                 for n in range(16)]
    for process in processes:
        tools.finish(process).ok()
    tools.run("ls", "-la", space.path, seconds=10).ok()
    tools.eventually(lambda: len(space.jobs()) == 16, "all jobs")
    assert space.sent() == (16, 0)


def test_failed_exec_with_the_file_open(space, parts):
    script = OPEN + """
os.set_inheritable(fd, False); os.write(fd, half1)
try:
    os.execv('/nonexistent', ['x'])
except FileNotFoundError:
    os.write(fd, half2); attempt(os.close, fd)
"""
    tools.python(script, space.at("job.yaml"), *parts).ok()
    check(space, Row(script))
