# SPDX-License-Identifier: MIT
"""Which times of files does each call set? Makes each call in a directory of a mount and in a plain one: times.py MOUNTED PLAIN

Each call is made in a new scene (scene.py), in which all files have old times. Prints a line for each file whose atime, mtime or
ctime is set in one of the two directories only, and for each call with another result.
"""

import mmap
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import calls
import scene
from calls import opening

OLD_NS = 1_000_000_000_123_456_789
NEW_NS = 1_111_111_111_987_654_321


def map_write(fd):
    with mmap.mmap(fd, 1) as mapping:
        mapping[0:1] = b"y"
        mapping.flush()


def copy_range(path):
    opening(os.O_RDONLY, lambda source: opening(os.O_WRONLY, lambda fd: os.copy_file_range(source, fd, 1))("twin"))(path)


BOTH, OUT = os.O_RDWR, os.O_WRONLY
PUNCH = calls.PUNCH_HOLE | calls.KEEP_SIZE

CALLS = {
    "read": lambda: opening(os.O_RDONLY, lambda fd: os.read(fd, 10))("file"),
    "read-nothing": lambda: opening(os.O_RDONLY, lambda fd: os.pread(fd, 10, 100))("file"),
    "read-again": lambda: opening(os.O_RDONLY, lambda fd: (os.pread(fd, 10, 0), age("file"), os.pread(fd, 1, 0)))("file"),
    "readlink": lambda: os.readlink("link"),
    "through-a-link": lambda: os.stat("dirlink/.").st_size,
    "list": lambda: os.listdir("full"),
    "list-nothing": lambda: os.listdir("dir"),
    "write": lambda: opening(OUT, lambda fd: os.write(fd, b"y"))("file"),
    "write-nothing": lambda: opening(OUT, lambda fd: os.write(fd, b""))("file"),
    "append": lambda: opening(OUT | os.O_APPEND, lambda fd: os.write(fd, b"y"))("file"),
    "write-synced": lambda: opening(OUT | os.O_SYNC, lambda fd: os.write(fd, b"y"))("file"),
    "write-beyond": lambda: opening(OUT, lambda fd: os.pwrite(fd, b"y", 9999))("file"),
    "write-direct-map": lambda: opening(BOTH, map_write)("file"),
    "copy-range": lambda: copy_range("file"),
    "fsync": lambda: opening(OUT, os.fsync)("file"),
    "lseek": lambda: opening(OUT, lambda fd: os.lseek(fd, 0, os.SEEK_DATA))("file"),
    "open-create-new": lambda: opening(OUT | os.O_CREAT)("dir/new"),
    "open-create-there": lambda: opening(OUT | os.O_CREAT)("full/x"),
    "open-truncate": lambda: opening(OUT | os.O_TRUNC)("file"),
    "open-truncate-empty": lambda: (os.truncate("file", 0), age("file"), opening(OUT | os.O_TRUNC)("file")),
    "open-exclusive-fails": lambda: scene.outcome(opening(OUT | os.O_CREAT | os.O_EXCL), "full/x"),
    "truncate": lambda: os.truncate("twin", 1),
    "truncate-same": lambda: os.truncate("twin", 2),
    "truncate-longer": lambda: os.truncate("twin", 99),
    "ftruncate": lambda: opening(OUT, lambda fd: os.ftruncate(fd, 1))("twin"),
    "ftruncate-same": lambda: opening(OUT, lambda fd: os.ftruncate(fd, 2))("twin"),
    "fallocate": lambda: opening(OUT, lambda fd: calls.fallocate(fd, 0, 0, 9000))("file"),
    "fallocate-keep-size": lambda: opening(OUT, lambda fd: calls.fallocate(fd, calls.KEEP_SIZE, 0, 9000))("file"),
    "punch-hole": lambda: opening(OUT, lambda fd: calls.fallocate(fd, PUNCH, 0, 4096))("set-id"),
    "zero-range": lambda: opening(OUT, lambda fd: calls.fallocate(fd, calls.ZERO_RANGE, 0, 4096))("set-id"),
    "mkdir": lambda: os.mkdir("dir/new"),
    "mkdir-fails": lambda: scene.outcome(os.mkdir, "full/x"),
    "rmdir": lambda: os.rmdir("sticky/dir"),
    "rmdir-fails": lambda: scene.outcome(os.rmdir, "full"),
    "symlink": lambda: os.symlink("x", "dir/new"),
    "mkfifo": lambda: os.mkfifo("dir/new"),
    "mknod": lambda: os.mknod("dir/new", stat.S_IFREG | 0o644),
    "link": lambda: os.link("file", "dir/new"),
    "link-fails": lambda: scene.outcome(os.link, "file", "full/x"),
    "unlink": lambda: os.unlink("full/x"),
    "unlink-one-of-two": lambda: os.unlink("twin2"),
    "unlink-open": lambda: opening(os.O_RDONLY, lambda fd: (os.unlink("full/x"), moved(os.fstat(fd))))("full/x"),
    "unlink-fails": lambda: scene.outcome(os.unlink, "dir"),
    "rename": lambda: os.rename("full/x", "full/y"),
    "rename-away": lambda: os.rename("full/x", "wide/y"),
    "rename-over": lambda: os.rename("full/x", "wide/f"),
    "rename-over-one-of-two": lambda: os.rename("file", "twin"),
    "rename-same-file": lambda: os.rename("twin", "twin2"),
    "rename-directory": lambda: os.rename("full", "wide/y"),
    "rename-over-directory": lambda: os.rename("full", "dir"),
    "rename-link": lambda: os.rename("link", "dir/new"),
    "rename-noreplace": lambda: calls.rename2(calls.NOREPLACE, "file", "dir/new"),
    "rename-exchange": lambda: calls.rename2(calls.EXCHANGE, "full/x", "wide/f"),
    "rename-exchange-directories": lambda: calls.rename2(calls.EXCHANGE, "full", "sticky/dir"),
    "rename-fails": lambda: scene.outcome(os.rename, "file", "dir"),
    "chmod": lambda: os.chmod("file", 0o600),
    "chmod-same": lambda: os.chmod("file", 0o644),
    "fchmod": lambda: opening(os.O_RDONLY, lambda fd: os.fchmod(fd, 0o600))("file"),
    "chown-same": lambda: os.chown("file", os.geteuid(), os.getegid()),
    "chown-nothing": lambda: os.chown("file", -1, -1),
    "lchown": lambda: os.lchown("link", os.geteuid(), os.getegid()),
    "setxattr": lambda: os.setxattr("file", "user.color", b"blue"),
    "setxattr-directory": lambda: os.setxattr("dir", "user.color", b"blue"),
    "removexattr": lambda: os.removexattr("file", "user.color"),
    "getxattr": lambda: os.getxattr("file", "user.color"),
    "utimes": lambda: os.utime("file", ns=(NEW_NS, NEW_NS + 7)),
    "utimes-now": lambda: os.utime("file"),
    "utimes-directory": lambda: os.utime("full", ns=(NEW_NS, NEW_NS + 7)),
    "utimes-link": lambda: os.utime("link", ns=(NEW_NS, NEW_NS + 7), follow_symlinks=False),
    "utimes-before-1970": lambda: os.utime("file", ns=(-1_500_000_000, -1)),
    "utimes-after-2038": lambda: os.utime("file", ns=(5_000_000_000_000_000_001, 5_000_000_000_000_000_002)),
    "futimes-after-a-write": lambda: opening(OUT, lambda fd: (os.write(fd, b"y"), os.utime(fd, ns=(NEW_NS, NEW_NS))))("file"),
    "access": lambda: os.access("file", os.R_OK),
}


def age(path):
    os.utime(path, ns=(OLD_NS, OLD_NS), follow_symlinks=False)


def moved(st, before=None):
    """Returns atime and mtime of a file as words: "old" if it is OLD_NS, "now" if the call has set it to the present, otherwise the
    number. With before, its stat before the call: also "c" if the ctime has changed, otherwise "-"."""
    words = {"a": st.st_atime_ns, "m": st.st_mtime_ns}
    shown = [f"{key}={'old' if value == OLD_NS else value if abs(value) < 1.5e18 or value > 3e18 else 'now'}"
             for key, value in words.items()]
    return " ".join(shown + ([] if before is None else ["c" if st.st_ctime_ns != before.st_ctime_ns else "-"]))


def stats(paths):
    return {path: os.lstat(path) for path in paths if os.path.lexists(path)}


def wait_for_the_clock(scratch, after):
    """Waits until the clock of the file system has moved beyond `after`: it stands still for some ms at a time."""
    while True:
        os.utime(scratch)
        if os.stat(scratch).st_ctime_ns > after:
            return


def run(folder, scratch, call):
    """Makes the call in a new scene. Returns its result, and {path: moved()} of all files after it."""
    scene.build(folder, False)
    paths = [".", *scene.paths_below(".")]
    for path in paths:
        age(path)
    before = stats(paths)
    wait_for_the_clock(scratch, max(st.st_ctime_ns for st in before.values()))
    result = scene.outcome(call)
    after = stats(paths + ["dir/new", "full/y", "wide/y"])
    seen = {path: moved(st, before.get(path)) for path, st in after.items()}
    return result, seen


def main(mounted, plain):
    folders = [os.path.abspath(path) for path in (mounted, plain)]
    scratch = os.path.join(folders[1], "clock")
    os.close(os.open(scratch, os.O_CREAT | os.O_WRONLY))
    for name, call in CALLS.items():
        (result, seen), (expected, plain_seen) = (
            run(os.path.join(folder, name), scratch, call) for folder in folders)
        if result != expected:
            print(f"{name}: {result} in the mount, {expected} in a plain directory")
        for path in sorted(seen.keys() | plain_seen.keys()):
            if seen.get(path) != plain_seen.get(path):
                print(f"{name}: {path}: {seen.get(path)} in the mount, {plain_seen.get(path)} in a plain directory")


if __name__ == "__main__":
    main(*sys.argv[1:])
