# SPDX-License-Identifier: MIT
"""Runs tools, waits with a bound, and does small things with files."""

import errno
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
COCFS = os.path.abspath(os.environ.get("COCFS", os.path.join(ROOT, "build", "fs", "cocfs")))
COCD = os.path.abspath(os.environ.get("COCD", os.path.join(ROOT, "build", "fs", "cocd")))
COCFS_CHECK = os.path.abspath(os.environ.get("COCFS_CHECK", os.path.join(ROOT, "build", "fs", "cocfs-check")))
COCFS_WAIT = os.path.abspath(os.environ.get("COCFS_WAIT", os.path.join(ROOT, "build", "fs", "cocfs-wait")))
CORPUS = os.path.join(ROOT, "tests", "corpus")

TOOL_SECONDS = 60  # the bound for each tool: if it takes longer, it hangs, and timeout(1) ends it
COMMAND_SHOWN = 300  # a message shows at most so many characters of a command
STARTED = []       # the tools that this test has started; end_started() ends them, so that none keeps a mount busy
SANITIZER = re.compile(r"ERROR: (Address|Leak|Thread|Memory)Sanitizer|runtime error:|SUMMARY: \w+Sanitizer")
IS_ROOT = os.geteuid() == 0
needs_root = pytest.mark.skipif(not IS_ROOT, reason="needs root")
AS_USER = ["setpriv", "--reuid=4711", "--regid=4711", "--clear-groups"]  # root puts this before a command: another user runs it


@dataclass
class Result:
    """How a tool has ended. status: its exit status, or minus the number of the signal that has ended it;
    124 or 137 if timeout(1) has ended it."""
    status: int
    stdout: str
    stderr: str
    command: str

    def ok(self):
        assert self.status == 0, f"{self}"
        return self

    def fails(self, *words):
        """Fails the test unless the tool has failed within its time, and its stderr has these words. Returns self."""
        assert self.status not in (0, 124, 137), f"{self}"
        for word in words:
            assert word in self.stderr, f"no {word!r} in: {self}"
        return self

    def __str__(self):
        return f"{self.command}: exit status {self.status}\n{self.stderr}{self.stdout}"


def environment(**extra):
    """Returns the environment for a tool: this process's, with messages in English, without HUAWEICLOUD_*, and with extra."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("HUAWEICLOUD_")}
    env.update(LC_ALL="C.UTF-8", PYTHONDONTWRITEBYTECODE="1")
    env.update(extra)
    return env


class Group(subprocess.Popen):
    """A tool that timeout(1) has started. kill() kills both: if only timeout were killed, the tool would run on without a bound."""

    def kill(self):
        if self.poll() is None:
            os.killpg(self.pid, signal.SIGKILL)


def popen(*argv, seconds=TOOL_SECONDS, **kwargs):
    """Starts a tool, which timeout(1) ends after so many seconds. Returns the process."""
    return popen_bare("timeout", "-k", "5", seconds, *argv, made=Group, **kwargs)


def popen_bare(*argv, made=subprocess.Popen, **kwargs):
    """Starts a tool without timeout(1), for a test that needs its pid, or its ending by a signal. The caller bounds the wait.
    Returns the process."""
    kwargs.setdefault("env", environment())
    kwargs.setdefault("stdin", subprocess.DEVNULL)
    process = made([str(a) for a in argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                   start_new_session=True, **kwargs)
    STARTED.append(process)
    return process


def end_started():
    """Kills the tools that a failed test has left running."""
    for process in STARTED:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    STARTED.clear()


def finish(process, seconds=TOOL_SECONDS + 10, given=None):
    """Waits for a tool, and kills its process group if it does not end in time. given: bytes for its standard input. Returns a
    Result. Fails the test if the tool cannot even be killed."""
    try:
        out, err = process.communicate(given, timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        try:
            out, err = process.communicate(timeout=10)
        except subprocess.TimeoutExpired:
            pytest.fail(f"{shlex.join(process.args)[:COMMAND_SHOWN]} cannot even be killed: the mount hangs")
        err += b"\n(did not end in time)"
    return Result(process.returncode, out.decode(errors="replace"), err.decode(errors="replace"),
                  shlex.join(process.args)[:COMMAND_SHOWN])


def run(*argv, seconds=TOOL_SECONDS, given=None, **kwargs):
    """Runs a tool to its end, for so many seconds at most. given: bytes for its standard input. Returns a Result."""
    if given is not None:
        kwargs["stdin"] = subprocess.PIPE
    return finish(popen(*argv, seconds=seconds, **kwargs), seconds + 10, given)


def sh(script, *args, shell="bash", **kwargs):
    """Runs a shell script. args are its $1, $2, …. Returns a Result."""
    return run(*shlex.split(shell), "-c", script, "sh", *args, **kwargs)


PRELUDE = """
import errno, os, sys
def attempt(function, *args, **kwargs):
    '''Calls; on an OSError prints the call and the name of its errno, and exits 1.'''
    try:
        return function(*args, **kwargs)
    except OSError as e:
        print(function.__name__, errno.errorcode[e.errno], flush=True)
        sys.exit(1)
def load(path):
    with open(path, 'rb') as file:
        return file.read()
def ready():
    '''Says how far it has come, and waits until it is told to go on.'''
    print("ready", flush=True)
    sys.stdin.readline()
target, *args = sys.argv[1:]
"""


def python(script, target, *args, **kwargs):
    """Runs a Python script in a process of its own, so that none of its descriptors is open in this process. PRELUDE says what the
    script may use. Returns a Result."""
    return run(sys.executable, "-c", PRELUDE + script, target, *args, **kwargs)


def begin_python(script, target, *args, **kwargs):
    """Starts a Python script as python() does, and returns the process when the script has called ready(). finish(process,
    given=b"\n") lets it go on."""
    process = popen(sys.executable, "-c", PRELUDE + script, target, *args, stdin=subprocess.PIPE, **kwargs)
    assert process.stdout.readline() == b"ready\n"
    return process


STORE = """
fd = attempt(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
attempt(os.write, fd, load(args[0]))
attempt(os.close, fd)
print('ok')
"""


def store(source, target, **kwargs):
    """Copies source to target with open, one write and close. Returns 'ok', or the call that failed and its errno: 'close
    EINVAL'."""
    return python(STORE, target, source, **kwargs).stdout.strip()


def message(name):
    """Returns a tool's text for an errno: message("EINVAL") is "Invalid argument"."""
    return os.strerror(getattr(errno, name))


_CLOSE = {"x86_64": 3, "aarch64": 57}.get(os.uname().machine)


def waits_in_close(thread):
    """Does a thread wait in close(2), and so for an answer of cocfs? None: /proc does not tell, or the thread has ended."""
    try:
        number = read(f"/proc/{thread}/syscall").split()[0]
    except OSError:
        return None
    return number == str(_CLOSE).encode()


def eventually(question, what, seconds=20, give_up=None):
    """Calls question() again and again until its answer is true, and returns the answer. Fails the test if it does not become true
    within the seconds, or if give_up() returns a reason. what: the thing that is waited for, for the message."""
    deadline = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        reason = give_up() if give_up else None
        if reason:
            pytest.fail(f"waited for {what}, but: {reason}")
        if time.monotonic() > deadline:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.02)


def end(process, seconds=15):
    """Ends a daemon that a test has started: by SIGTERM, and if it does not end in time, by SIGKILL. Returns its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
    return process.returncode


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    return str(path)


def read_log(path):
    try:
        return read(path).decode(errors="replace")
    except FileNotFoundError:
        return ""


def need(*tools):
    """Skips the test when a tool is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")


def sanitized(program):
    """Was the program built with a sanitizer?"""
    return b"__asan" in read(program)


def getfattr(path, name):
    """Returns the value of an extended attribute as getfattr(1) shows it; None if the file has no such attribute."""
    need("getfattr")
    result = run("getfattr", "-n", name, "--only-values", "--absolute-names", path)
    if result.status and "No such attribute" in result.stderr:
        return None
    return result.ok().stdout


def setfattr(path, name, value):
    need("setfattr")
    return run("setfattr", "-n", name, "-v", value, path)
