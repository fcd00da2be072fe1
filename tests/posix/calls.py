# SPDX-License-Identifier: MIT
"""System calls by name. Each is a function of one path or of two, whose result or errno can be compared between two trees."""

import ctypes
import os
import stat

import scene

LIBC = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
NOREPLACE, EXCHANGE, WHITEOUT = 1, 2, 4
KEEP_SIZE, PUNCH_HOLE, COLLAPSE_RANGE, ZERO_RANGE = 1, 2, 8, 16


def _checked(result):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def rename2(flags, source, target):
    _checked(LIBC.renameat2(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), flags))


def fallocate(fd, mode, offset, length):
    _checked(LIBC.fallocate(fd, mode, ctypes.c_long(offset), ctypes.c_long(length)))


def opening(flags, then=None):
    """Returns a function of a path. It opens the path with these flags, and returns then(fd); without then, the file type (S_IFMT
    bits) of what was opened. The open never waits for the other end of a FIFO."""
    def call(path):
        fd = os.open(path, flags | os.O_NONBLOCK, 0o6751)
        try:
            return then(fd) if then else stat.S_IFMT(os.fstat(fd).st_mode)
        finally:
            os.close(fd)
    return call


def nothing_said(function, *args, **kwargs):
    """Returns a function of a path. It calls function(path, …) and returns None: so only the errno is compared."""
    def call(path):
        function(path, *args, **kwargs)
    return call


def link_followed(source, target):
    _checked(LIBC.linkat(AT_FDCWD, os.fsencode(source), AT_FDCWD, os.fsencode(target), 0x400))


WRITE = os.O_WRONLY
MINE, SHARED = scene.OWNER, scene.SHARED_GROUP
OLD = (1_000_000_001, 2_000_000_002)  # access time and time of the last change, in nanoseconds since the epoch

ONE_PATH = {
    "open-read": opening(os.O_RDONLY),
    "open-write": opening(WRITE),
    "open-append": opening(WRITE | os.O_APPEND, lambda fd: os.write(fd, b"more")),
    "open-truncate": opening(WRITE | os.O_TRUNC),
    "open-read-truncate": opening(os.O_RDONLY | os.O_TRUNC),
    "open-create": opening(WRITE | os.O_CREAT),
    "open-exclusive": opening(WRITE | os.O_CREAT | os.O_EXCL),
    "open-create-truncate": opening(os.O_RDWR | os.O_CREAT | os.O_TRUNC),
    "open-directory": opening(os.O_RDONLY | os.O_DIRECTORY),
    "open-no-follow": opening(os.O_RDONLY | os.O_NOFOLLOW),
    "open-path": opening(os.O_PATH),
    "write": opening(WRITE, lambda fd: os.write(fd, b"HE")),
    "ftruncate": opening(WRITE, lambda fd: os.ftruncate(fd, 3)),
    "fallocate": opening(WRITE, lambda fd: fallocate(fd, 0, 0, 100)),
    "fchmod": opening(os.O_RDONLY, lambda fd: os.fchmod(fd, 0o2712)),
    "read": opening(os.O_RDONLY, lambda fd: os.read(fd, 9)),
    "mkdir": nothing_said(os.mkdir, 0o2751),
    "rmdir": os.rmdir,
    "unlink": os.unlink,
    "symlink": lambda path: os.symlink("file", path),
    "readlink": os.readlink,
    "mkfifo": nothing_said(os.mkfifo, 0o4751),
    "mknod": nothing_said(os.mknod, stat.S_IFREG | 0o6711),
    "mknod-socket": nothing_said(os.mknod, stat.S_IFSOCK | 0o711),
    "mknod-character": nothing_said(os.mknod, stat.S_IFCHR | 0o644, os.makedev(1, 3)),
    "chmod": nothing_said(os.chmod, 0o7531),
    "chmod-plain": nothing_said(os.chmod, 0o640),
    "chown-owner": nothing_said(os.chown, MINE.uid, -1),
    "chown-group": nothing_said(os.chown, -1, SHARED),
    "chown-nothing": nothing_said(os.chown, -1, -1),
    "lchown": nothing_said(os.lchown, 77, 88),
    "truncate": nothing_said(os.truncate, 2),
    "truncate-longer": nothing_said(os.truncate, 5000),
    "truncate-to-nothing": nothing_said(os.truncate, 0),
    "truncate-negative": nothing_said(os.truncate, -1),
    "stat": lambda path: scene.look(os.path.realpath(path)) if os.stat(path) else None,
    "lstat": scene.look,
    "may-read": nothing_said(lambda path: _checked(LIBC.euidaccess(os.fsencode(path), os.R_OK))),
    "may-write": nothing_said(lambda path: _checked(LIBC.euidaccess(os.fsencode(path), os.W_OK))),
    "may-execute": nothing_said(lambda path: _checked(LIBC.euidaccess(os.fsencode(path), os.X_OK))),
    "utimes-now": nothing_said(os.utime),
    "utimes": nothing_said(os.utime, ns=OLD),
    "lutimes": nothing_said(os.utime, ns=OLD, follow_symlinks=False),
    "listdir": lambda path: sorted(os.listdir(path)),
    "getxattr": lambda path: os.getxattr(path, "user.color"),
    "setxattr": nothing_said(os.setxattr, "user.color", b"blue"),
    "setxattr-create": nothing_said(os.setxattr, "user.color", b"blue", os.XATTR_CREATE),
    "setxattr-replace": nothing_said(os.setxattr, "user.color", b"blue", os.XATTR_REPLACE),
    "setxattr-trusted": nothing_said(os.setxattr, "trusted.color", b"blue"),
    "removexattr": nothing_said(os.removexattr, "user.color"),
    "chdir": os.chdir,
}

TWO_PATHS = {
    "rename": os.rename,
    "rename-noreplace": lambda source, target: rename2(NOREPLACE, source, target),
    "rename-exchange": lambda source, target: rename2(EXCHANGE, source, target),
    "link": lambda source, target: os.link(source, target, follow_symlinks=False),
    "link-followed": link_followed,
}

# The calls after which the tree need not be compared, because they change nothing in it.
LOOKING = {"open-read", "open-write", "open-directory", "open-no-follow", "open-path", "read", "readlink",
           "chown-nothing", "stat", "lstat", "may-read", "may-write", "may-execute", "listdir", "getxattr", "chdir"}
