# SPDX-License-Identifier: MIT
"""A file system whose power can be taken away: ext4 on a loop device on disk.c."""

import os
import shutil
import subprocess

import pytest

import janitor
import tools

DISK = os.path.abspath(os.environ.get("COCFS_DISK", os.path.join(tools.ROOT, "build", "tests", "disk")))
SIZE = 32 << 20


def need_power():
    """Skips the test if this machine cannot make a file system whose power can be taken away."""
    if not tools.IS_ROOT:
        pytest.skip("a loop device needs root")
    for tool in ("losetup", "mkfs.ext4", "mount", "umount"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    if not os.access(DISK, os.X_OK):
        pytest.skip(f"no {DISK}")
    if not os.path.exists("/dev/loop-control"):
        pytest.skip("there are no loop devices")


def call(*argv):
    done = subprocess.run([str(a) for a in argv], capture_output=True, timeout=60)
    assert done.returncode == 0, f"{argv}: {done.stderr.decode(errors='replace')}"
    return done.stdout.decode().strip()


def tell(*argv):
    """Runs a tool. Returns its standard error if the tool fails, else ''."""
    done = subprocess.run([str(a) for a in argv], capture_output=True, timeout=60)
    return done.stderr.decode(errors="replace") if done.returncode else ""


class Machine:
    """The machine that has the state directory. While the power is on, its file system is mounted at .path."""

    def __init__(self, base):
        self.base = str(base)
        self.image, self.fuse, self.path = (os.path.join(self.base, n) for n in ("image", "fuse", "disk"))
        for folder in (self.base, self.fuse, self.path):
            os.makedirs(folder, exist_ok=True)
        with open(self.image, "wb") as image:
            image.truncate(SIZE)
        call("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)
        self.process = self.loop = None

    def on(self):
        janitor.watch_mount(self.fuse)
        self.process = subprocess.Popen([DISK, self.image, self.fuse], stdin=subprocess.DEVNULL)
        janitor.watch_process(self.process.pid)
        tools.eventually(lambda: janitor.mounted(self.fuse), "the disk",
                         give_up=lambda: self.process.poll() is not None and "it ended")
        self.loop = call("losetup", "-f", "--show", os.path.join(self.fuse, "disk"))
        janitor.watch_mount(self.path)
        call("mount", "-t", "ext4", "-o", "noatime", self.loop, self.path)
        return self

    def cut(self, seed):
        """Takes the power away. All processes that use the file system must be dead. With the seed 0 nothing that was not synced
        survives."""
        with open(os.path.join(self.fuse, "cut"), "w", encoding="ascii") as cut:
            cut.write(str(seed))
        self.off()

    def fail(self, fails):
        """Lets every write to the disk fail if fails is true, else none."""
        tools.write(os.path.join(self.fuse, "fail"), str(int(fails)))

    def off(self):
        """Unmounts and ends everything that on() has set up, also if only a part of it is there."""
        if janitor.mounted(self.path):
            # a program that looks around for a moment (find, updatedb) keeps the file system busy
            tools.eventually(lambda: not tell("umount", self.path), f"{self.path} to be unmounted")
        if self.loop:
            call("losetup", "-d", self.loop)
            self.loop = None
        if janitor.mounted(self.fuse):
            tools.eventually(lambda: not janitor.unmount(self.fuse), "the disk to be let go")
        if self.process:
            self.process.wait(20)
            self.process = None
