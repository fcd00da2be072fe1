# SPDX-License-Identifier: MIT
"""A file system for one run: an ext4 in a file, made for the run and removed after it.

On a file system in use, the cost of a file depends on earlier removals. ext4 skips the inodes of files that were removed a
short while ago, one by one. On a new ext4 the cost is the same for every contender.
"""

import contextlib
import os
import shutil
import subprocess

SIZE = 12 << 30  # sparse: twice what a whole run writes
BYTES_PER_INODE = 4096  # less than the default: the row of a million jobs needs more inodes


@contextlib.contextmanager
def own(place):
    """Yields the directory of a new ext4 below place, and a text that says what it is. If no ext4 can be made, yields place
    itself, and a text with the reason."""
    reason = _missing()
    if reason:
        yield place, f"the disk of {place} ({reason})"
        return
    image, folder = os.path.join(place, "ext4"), os.path.join(place, "disk")
    os.mkdir(folder)
    with open(image, "xb") as file:
        file.truncate(SIZE)
    _run("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", "-i", str(BYTES_PER_INODE), image)
    _run("mount", "-o", "loop", image, folder)
    try:
        yield folder, "an ext4 of its own"
    finally:
        _run("umount", folder)
        os.unlink(image)


def _missing():
    if os.geteuid() != 0:
        return "only root can mount another"
    for program in "mkfs.ext4", "mount":
        if not shutil.which(program):
            return f"there is no {program}"
    return None if os.path.exists("/dev/loop-control") else "there are no loop devices"


def _run(*argv):
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
