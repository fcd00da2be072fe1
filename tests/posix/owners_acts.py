# SPDX-License-Identifier: MIT
"""What a user of a shared mount does and sees. owners_users.py starts this program twice for each user: owners_acts.py FOLDER
act|look UID GID [GROUP…]. It reads requests from standard input and writes the answers to standard output, with pickle.

Each act runs in a process of its own. This file does not import subprocess: with it each fork would cost 140 page faults.
"""

import os
import pickle
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import calls  # noqa: E402
import scene  # noqa: E402

READ_AT_ONCE = 1 << 13  # bytes for one read(2): more than any text has that is read, apart from a long .coc/queue

# ---- acts: each makes the calls of one act of a user, up to the first that fails ----


def put(path, text):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), "w") as file:
        file.write(text)


def create(path, text, mode):
    """Makes a file with this text and exactly this mode."""
    os.umask(0o777 & ~mode)
    put(path, text)


def mknod(path, text, mode):
    os.umask(0)
    os.mknod(path, mode | 0o100000)
    if text:
        write(path, text)


def write(path, text):
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_TRUNC), "w") as file:
        file.write(text)


def make_scratch(path, text, mode):
    os.umask(0o777 & ~mode)
    put(path, text)


def exchange(path, other):
    calls.rename2(calls.EXCHANGE, path, other)


def set_attribute(path, name, value):
    os.setxattr(path, name, value.encode())


def mkdir(path, mode):
    os.umask(0)
    os.mkdir(path, mode)
    os.chmod(path, mode)


ACTS = {function.__name__: function for function in (create, mknod, write, make_scratch, exchange, set_attribute, mkdir)}
ACTS |= {name: getattr(os, name) for name in ("unlink", "rename", "link", "symlink", "mkfifo", "chmod", "chown", "rmdir",
                                               "removexattr")}


def read(path):
    """Returns the text of a file. It uses few calls, because open() would send the mount more requests; so it takes a short read
    for the last one."""
    file, text = os.open(path, os.O_RDONLY), b""
    try:
        while True:
            more = os.read(file, READ_AT_ONCE)
            text += more
            if len(more) < READ_AT_ONCE:
                return text.decode()
    finally:
        os.close(file)


def look(questions):
    """Returns what the user sees: an answer or the name of an errno for each question. questions: a list of ("read", path) and
    ("attribute", path, name)."""
    def answer(kind, path, *args):
        if kind == "read":
            return read(path)
        return os.getxattr(path, *args, follow_symlinks=False).decode()
    return [scene.outcome(answer, *question) for question in questions]


def in_a_process(name, args):
    """Makes an act in a process that does nothing else, so that no two acts come from one process. Returns "ok" or the name of the
    errno."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = scene.outcome(ACTS[name], *args)
        os.write(writer, (said if scene.is_errno(said) else "ok").encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        said = file.read()
    os.waitpid(child, 0)
    return said


def main(folder, how, uid, gid, *groups):
    scene.become(scene.Who("", int(uid), int(gid), tuple(map(int, groups))))
    os.chdir(folder)
    while True:
        try:
            name, *args = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(in_a_process(name, args) if how == "act" else look(*args), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
