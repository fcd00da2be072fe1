# SPDX-License-Identifier: MIT
"""Holds up calls of cocfs to the disk (fault/slow.c), and does other work in the mount meanwhile."""

import os
import sys

import pytest

import samples
import tools

SLOW = os.path.abspath(os.environ.get("COCFS_SLOW", os.path.join(tools.ROOT, "build", "tests", "slow.so")))

EXCHANGE = """import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, os.fsencode(sys.argv[1]), -100, os.fsencode(sys.argv[2]), 2):
    sys.exit(os.strerror(ctypes.get_errno()))
"""


class Disk:
    """Between hold() and let_go(), calls that may wait for the disk do not return: those on files and directories of the spool
    whose names begin with "slow". Each syncfs() and the check of the ledger are held up, too.

    Start cocfs with the environment .env.
    """

    def __init__(self, control):
        self.control = str(control)
        asan = os.environ.get("ASAN_OPTIONS", "")
        self.env = {"LD_PRELOAD": SLOW, "COCFS_SLOW_CONTROL": self.control,
                    "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"]))}

    def hold(self):
        tools.write(self.control, b"")

    def held(self):
        """Returns the names of the calls that were held up since hold(), in their order."""
        return tools.read(self.control).decode().split()

    def wait_held(self, call, count=1):
        tools.eventually(lambda: self.held().count(call) >= count, f"{count} {call} to be held up")

    def let_go(self):
        os.unlink(self.control)


def disk(tmp_path):
    """The body of a fixture: yields a Disk, and lets go what is held up at the end. Skips the test if slow.so was not built."""
    if not os.access(SLOW, os.R_OK):
        pytest.skip(f"no library that holds a disk up at {SLOW}")
    made = Disk(tmp_path / "held-up")
    yield made
    if os.path.exists(made.control):
        made.let_go()


def others_are_served(space, src, name="other.yaml"):
    """Does what other processes may want: a job, an update, a listing, a removal, a sync. Each must succeed."""
    tools.run("cp", samples.file(src, name), space.at(name)).ok()
    tools.sh('ls -la . && cat "$1.id" && touch scratch && mv scratch moved && rm moved && mkdir d && rmdir d && '
             'echo x > synced && sync synced && rm synced', name, cwd=space.path).ok()
    assert space.id(name)


def others_wait(space, process):
    """Returns as soon as a tool of tools.popen() waits in the kernel for an answer of the mount, or has ended."""
    def waits():
        with open(f"/proc/{child(process)}/wchan", encoding="ascii") as file:
            return "request_wait_answer" in file.read() or process.poll() is not None
    tools.eventually(waits, "a process to wait for the mount")


def child(process):
    """Returns the pid of the tool that tools.popen() runs below timeout(1), as a text."""
    def find():
        with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as file:
            return file.read().split()
    return (tools.eventually(find, "the tool to be started") or [process.pid])[0]


def exchange(space, one, other):
    return tools.popen(sys.executable, "-c", EXCHANGE, space.at(one), space.at(other))
