# SPDX-License-Identifier: MIT
"""Builds a directory (the scene) with one file of each kind, owner and mode; and takes pictures of a directory, for comparison."""

import errno
import os
import socket
import stat
from dataclasses import dataclass


@dataclass(frozen=True)
class Who:
    """A user who makes calls. groups: the supplementary groups."""
    name: str
    uid: int
    gid: int
    groups: tuple = ()


ROOT = Who("root", 0, 0)
OWNER = Who("owner", 1001, 2001)
MEMBER = Who("member", 1002, 2002, (2003,))  # in SHARED_GROUP, which a part of the scene belongs to
SHARED_GROUP = 2003
ERRNOS = set(errno.errorcode.values())


def become(who):
    """Makes this process a process of the user, for good. Call this function in a process of its own."""
    os.setgroups(who.groups)
    os.setresgid(who.gid, who.gid, who.gid)
    os.setresuid(who.uid, who.uid, who.uid)


def make_file(path, size, mode=0o644):
    """Makes a file. Give each file of the scene another size, so that a listing shows which file is which."""
    os.mknod(path, stat.S_IFREG | mode | 0o600)
    os.truncate(path, size)
    if mode & 0o600 != 0o600:
        os.chmod(path, mode)


def build(folder, owner):
    """Makes the scene in a new directory, and changes into it. owner: true if files get OWNER and SHARED_GROUP, which needs root;
    false: all files are this user's."""
    def own(path, uid, gid):
        if owner:
            os.lchown(path, uid, gid)

    os.mkdir(folder)
    os.chmod(folder, 0o777)
    os.chdir(folder)
    make_file("file", 1)
    make_file("twin", 2)
    os.link("twin", "twin2")
    for name in ("dir", "full", "locked", "shut", "sticky", "wide", "grouped"):
        os.mkdir(name)
    for number, name in enumerate(("full/x", "locked/f", "shut/f", "sticky/f", "sticky/mine", "wide/f", "grouped/f")):
        make_file(name, 10 + number)
    os.mkdir("sticky/dir")
    for name, mode in (("locked", 0o700), ("shut", 0o555), ("sticky", 0o1777), ("wide", 0o777), ("grouped/f", 0o664),
                       ("sticky/f", 0o666)):
        os.chmod(name, mode)
    for name, target in (("link", "file"), ("dirlink", "dir"), ("dangling", "nothing"), ("loop", "loop")):
        os.symlink(target, name)
    os.mkfifo("fifo")
    with socket.socket(socket.AF_UNIX) as sock:
        sock.bind("socket")
    make_file("none-may", 20, 0)
    make_file("group-may", 21, 0o060)
    make_file("set-id", 22)
    os.setxattr("file", "user.color", b"red")
    for name in ("file", "twin", "dir", "full", "full/x", "link", "fifo", "wide/f", "sticky/mine", "none-may", "set-id"):
        own(name, OWNER.uid, OWNER.gid)
    for name in ("group-may", "grouped", "grouped/f"):
        own(name, OWNER.uid, SHARED_GROUP)
    # set these bits last: a change of the owner clears them
    os.chmod("set-id", 0o6755)
    os.chmod("grouped", 0o2775)


def paths_below(folder):
    """Returns the paths of all files and directories below a folder, relative to it and sorted. Below a directory that this user
    may not read there are none."""
    found = []
    for path, folders, files in os.walk(folder):
        found += [os.path.relpath(os.path.join(path, name), folder) for name in folders + files]
    return sorted(found)


def look(path, dirfd=None):
    """Returns what lstat(2) shows of a path, without times, device and inode number, so that two trees can be compared."""
    st = os.lstat(path, dir_fd=dirfd)
    size = 0 if stat.S_ISDIR(st.st_mode) else st.st_size
    return (oct(st.st_mode), st.st_nlink, st.st_uid, st.st_gid, size, st.st_rdev)


def content(path):
    """Returns (content, user.* attributes) of a regular file, the target of a symbolic link, or None for another type."""
    mode = os.lstat(path).st_mode
    if stat.S_ISLNK(mode):
        return os.readlink(path)
    if not stat.S_ISREG(mode):
        return None
    with open(path, "rb") as file:
        return file.read(), {name: os.getxattr(path, name) for name in os.listxattr(path) if "user." in name}


def snapshot(folder, more=()):
    """Returns what can be seen of a tree: {path: look()} for each path, and {(path, "content"): content()} for the paths in
    more."""
    seen = {path: outcome(look, os.path.join(folder, path)) for path in [".", *paths_below(folder)]}
    return seen | {(path, "content"): outcome(content, os.path.join(folder, path)) for path in more}


def outcome(function, *args):
    """Returns the result of function(*args), or the name of its errno, such as "EPERM"."""
    try:
        return function(*args)
    except OSError as error:
        return errno.errorcode[error.errno]


def is_errno(result):
    return isinstance(result, str) and result in ERRNOS
