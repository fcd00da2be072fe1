# SPDX-License-Identifier: MIT
"""Random operations on a tree of files. Drawing draws them from a seed; Tree makes them in a directory.

An operation is a tuple of its name and plain values, so a list of operations can be printed, shortened by hand and played again. An
operation does not need the earlier ones: if it finds nothing to work on, its result is "skipped". A slot is a number for a file
that an operation has opened.
"""

import fcntl
import mmap
import os
import random
import stat

import calls
import scene

FOLDERS = ["", "", "d", "d/e", "ü d", ".h", "d/e/f/g/h"]
SCRATCH = ["a", "b", "c d", "tab\tnew\nline", "☕", "-x", "n" * 255]
JOBS = ["a.yaml", "b.yml", "重启 c.yaml", "a.yaml", "b.yml"]
RESERVED = ["a.yaml.id", "b.yml.error", "重启 c.yaml.id"]
WRONG = ["n" * 256, "none/a", "a/", "a/x", "d/../a", ".", "dangling/x"]
SLOTS = 6
OPEN_FLAGS = {"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR, "c": os.O_CREAT, "x": os.O_EXCL, "t": os.O_TRUNC,
              "a": os.O_APPEND, "s": os.O_SYNC, "nf": os.O_NOFOLLOW, "dir": os.O_DIRECTORY}
OPENINGS = ["r", "w", "rw", "rw", "w c", "rw c", "w c t", "rw c t", "w c x", "w a", "rw c a", "w t", "rw c s", "r nf", "r dir"]
KEEP, PUNCH, ZERO, COLLAPSE = calls.KEEP_SIZE, calls.PUNCH_HOLE | calls.KEEP_SIZE, calls.ZERO_RANGE, calls.COLLAPSE_RANGE
ATTRIBUTES = ["user.a", "user.b", "user.long" + "g" * 200]
DESCRIPTION = "user.coc.description"
SIZES = [0, 1, 2, 100, 4095, 4096, 4097, 10000, 20000]
EXTENT = 50000  # bytes: no file grows beyond this size, so that none is too big for a job
OLD = 10 ** 18  # nanoseconds: a time before this was set by an operation, and is compared; a later one is a time of the run


class Drawing:
    """Draws operations. jobs: most file names are those of job files."""

    def __init__(self, seed, jobs):
        self.random, self.jobs = random.Random(seed), jobs
        names = "open write pwrite append read pread truncate ftruncate fallocate seek close rename rename2 link symlink " \
                "readlink unlink mkdir rmdir list chmod chown utime setxattr getxattr listxattr removexattr access flock " \
                "lock map tmpfile fsync mknod stat"
        heavy = {"open": 8, "write": 4, "close": 6, "rename": 5, "unlink": 2, "mkdir": 3, "rename2": 2, "link": 2, "truncate": 2}
        if jobs:
            names += " describe forget reserved"
        self.names = [name for name in names.split() for _ in range(heavy.get(name, 1))]

    def leaf(self, scratch):
        if self.jobs and not scratch and self.random.random() < 0.7:
            return self.random.choice(JOBS)
        return self.random.choice(SCRATCH[:4] if self.jobs else SCRATCH)

    def path(self, scratch=False):
        draw = self.random
        if draw.random() < 0.04:
            return draw.choice(WRONG)
        return os.path.join(draw.choice(FOLDERS[:-1] if self.jobs else FOLDERS), self.leaf(scratch))

    def folder(self):
        return self.random.choice(FOLDERS[2:]) if self.random.random() < 0.8 else self.path(scratch=True)

    def anything(self):
        return self.folder() if self.random.random() < 0.2 else self.path()

    def slot(self):
        return self.random.randrange(SLOTS)

    def text(self):
        """Returns the arguments of letters(), which makes the content to write: a letter and a length."""
        return self.random.choice("abcdefgh"), self.random.choice(SIZES[1:])

    def offset(self):
        # for jobs mostly 0: an offset beyond the end makes a hole, and NULs are no text of a job
        return 0 if self.jobs and self.random.random() < 0.7 else self.random.choice(SIZES)

    def mode(self):
        return self.random.choice([0o600, 0o640, 0o755, 0o4711, 0o2755, 0o1777] + ([] if self.jobs else [0o444, 0, 0o311]))

    def operations(self, count):
        """Yields operations that make some folders, then `count` random ones; before some of these, three that write a file."""
        yield from (("mkdir", path, 0o755) for path in ("d", "d/e", "ü d", ".h", "d/e/f", "d/e/f/g", "d/e/f/g/h"))
        for _ in range(count):
            if self.random.random() < 0.15:
                slot = self.slot()
                yield "open", slot, self.path(), "w c t", 0o644
                yield "write", slot, *self.text()
                yield "close", slot
            name = self.random.choice(self.names)
            yield (name, *getattr(self, "draw_" + name, self.draw_slot)())

    def draw_slot(self):
        return (self.slot(),)

    def draw_path(self):
        return (self.anything(),)

    draw_readlink = draw_unlink = draw_list = draw_listxattr = draw_stat = draw_path

    def draw_open(self):
        return self.slot(), self.path(), self.random.choice(OPENINGS), self.mode() & 0o777

    def draw_write(self):
        return self.slot(), *self.text()

    draw_append = draw_write

    def draw_pwrite(self):
        return self.slot(), *self.text(), self.offset()

    draw_map = draw_pwrite

    def draw_pread(self):
        return self.slot(), self.random.choice(SIZES), self.offset()

    def draw_read(self):
        return self.slot(), self.random.choice(SIZES)

    def draw_truncate(self):
        return self.path(), self.offset()

    def draw_ftruncate(self):
        return self.slot(), self.offset()

    def draw_fallocate(self):
        return self.slot(), self.random.choice([0, KEEP, PUNCH, ZERO, ZERO | KEEP, COLLAPSE]), self.offset(), self.random.choice(SIZES)

    def draw_seek(self):
        return self.slot(), self.offset(), self.random.choice([os.SEEK_SET, os.SEEK_CUR, os.SEEK_END, os.SEEK_DATA, os.SEEK_HOLE])

    def draw_rename(self):
        if self.random.random() < 0.25:
            visible = [path for path in FOLDERS[2:] if not path.startswith(".")] + (["d2", "d/e2"])
            return self.random.choice(visible), self.random.choice(visible)
        return self.path(), self.path()

    def draw_rename2(self):
        return *self.draw_rename(), self.random.choice([calls.NOREPLACE, calls.EXCHANGE, calls.EXCHANGE, calls.WHITEOUT | 8])

    def draw_link(self):
        return self.path(), self.path()

    def draw_symlink(self):
        # no link may lead out of its folder: other operations follow links
        return self.random.choice(["a", "d", "nothing", "./e/f", "x" * 300]), self.path(scratch=True)

    def draw_mkdir(self):
        return self.folder(), self.mode() | 0o700

    def draw_rmdir(self):
        return (self.folder(),)

    def draw_mknod(self):
        kind = self.random.choice([stat.S_IFREG, stat.S_IFIFO, stat.S_IFSOCK])
        return self.path(scratch=kind != stat.S_IFREG), kind | self.mode()

    def draw_chmod(self):
        return self.path(), self.mode()

    def draw_chown(self):
        return self.anything(), self.random.choice([-1, 0, 1001]), self.random.choice([-1, 0, 2001])

    def draw_utime(self):
        return self.anything(), self.random.choice([(1, 2), (OLD - 1, OLD // 2 + 7), None]), self.random.choice([True, False])

    def draw_setxattr(self):
        return (self.anything(), self.random.choice(ATTRIBUTES), self.random.choice([b"", b"1", b"v" * 3000]),
                self.random.choice([0, 0, os.XATTR_CREATE, os.XATTR_REPLACE]))

    def draw_getxattr(self):
        return self.anything(), self.random.choice(ATTRIBUTES)

    draw_removexattr = draw_getxattr

    def draw_access(self):
        return self.anything(), self.random.choice([os.F_OK, os.R_OK, os.W_OK, os.X_OK])

    def draw_flock(self):
        return self.slot(), self.random.choice([fcntl.LOCK_EX, fcntl.LOCK_SH, fcntl.LOCK_UN])

    def draw_lock(self):
        return *self.draw_flock(), self.offset()

    def draw_tmpfile(self):
        return self.random.choice(FOLDERS[2:]), self.path()

    def draw_describe(self):
        return self.path(), self.random.choice("pqr")

    def draw_forget(self):
        return (self.path(),)

    def draw_reserved(self):
        return (self.random.choice(["make", "mkdir", "rename-to", "rename-from", "link", "symlink", "unlink"]),
                os.path.join(self.random.choice(["", "d", "ü d"]), self.random.choice(RESERVED)), self.path())


def in_another_process(function, *args):
    """Calls function(*args) in a child process; raises its OSError. For the removal of a sibling: the process that has removed it
    does not see it for a second."""
    child = os.fork()
    if not child:
        try:
            function(*args)
        except OSError as e:
            os._exit(e.errno)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        raise OSError(status, os.strerror(status))


def letters(letter, length):
    """Returns `length` bytes whose every part differs from the others: "a0000000a0000001…"."""
    return "".join(f"{letter}{number:07}" for number in range(length // 8 + 1)).encode()[:length]


class Tree:
    """A directory in which operations are made. .open: {slot: descriptor}."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        self.open = {}

    def at(self, path):
        return os.path.join(self.root, path)

    def make(self, operation):
        """Makes an operation. Returns its result, the name of its errno, or "skipped"."""
        name, *args = operation
        if name in ON_SLOTS and args[0] not in self.open:
            return "skipped"
        if name in ("append", "seek") and not stat.S_ISREG(os.fstat(self.open[args[0]]).st_mode):
            return "skipped"  # what else is open has no position that can be compared
        return scene.outcome(getattr(self, "do_" + name), *args)

    def do_open(self, slot, path, flags, mode):
        if slot in self.open:
            return "skipped"
        wanted = os.O_NONBLOCK
        for flag in flags.split():
            wanted |= OPEN_FLAGS[flag]
        self.open[slot] = os.open(self.at(path), wanted, mode)
        return "open"

    def do_close(self, slot):
        os.close(self.open.pop(slot))

    def size(self, slot):
        return os.fstat(self.open[slot]).st_size

    def do_write(self, slot, letter, length):
        at = os.lseek(self.open[slot], 0, os.SEEK_CUR)
        flags = fcntl.fcntl(self.open[slot], fcntl.F_GETFL)
        at = self.size(slot) if flags & os.O_APPEND else at
        return "skipped" if at + length > EXTENT else os.write(self.open[slot], letters(letter, length))

    def do_append(self, slot, letter, length):
        os.lseek(self.open[slot], 0, os.SEEK_END)
        return self.do_write(slot, letter, length)

    def do_pwrite(self, slot, letter, length, offset):
        if max(self.size(slot), offset) + length > EXTENT:
            return "skipped"
        return os.pwrite(self.open[slot], letters(letter, length), offset)

    def do_read(self, slot, length):
        return os.read(self.open[slot], length)

    def do_pread(self, slot, length, offset):
        return os.pread(self.open[slot], length, offset)

    def do_truncate(self, path, size):
        os.truncate(self.at(path), size)

    def do_ftruncate(self, slot, size):
        os.ftruncate(self.open[slot], size)

    def do_fallocate(self, slot, mode, offset, length):
        calls.fallocate(self.open[slot], mode, offset, length)

    def do_seek(self, slot, offset, whence):
        return os.lseek(self.open[slot], offset, whence)

    def do_fsync(self, slot):
        os.fsync(self.open[slot])

    def do_flock(self, slot, kind):
        fcntl.flock(self.open[slot], kind | fcntl.LOCK_NB)

    def do_lock(self, slot, kind, offset):
        fcntl.lockf(self.open[slot], kind | (0 if kind == fcntl.LOCK_UN else fcntl.LOCK_NB), 10, offset)

    def do_map(self, slot, letter, length, offset):
        """Reads a file through a shared mapping; writes through it too, if the slot is open for both. Returns what was read."""
        size = self.size(slot)
        if not size or not stat.S_ISREG(os.fstat(self.open[slot]).st_mode):
            return "skipped"
        may_write = fcntl.fcntl(self.open[slot], fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDWR
        with mmap.mmap(self.open[slot], size, prot=mmap.PROT_READ | (mmap.PROT_WRITE if may_write else 0)) as mapping:
            found = mapping[:]
            if may_write:
                text = letters(letter, length)[:max(0, size - offset)]
                mapping[offset:offset + len(text)] = text
                mapping.flush()
        return found

    def do_rename(self, source, target):
        os.rename(self.at(source), self.at(target))

    def do_rename2(self, source, target, flags):
        calls.rename2(flags, self.at(source), self.at(target))

    def do_link(self, source, target):
        os.link(self.at(source), self.at(target), follow_symlinks=False)

    def do_symlink(self, target, path):
        os.symlink(target, self.at(path))

    def do_readlink(self, path):
        return os.readlink(self.at(path))

    def do_unlink(self, path):
        os.unlink(self.at(path))

    def do_mkdir(self, path, mode):
        os.mkdir(self.at(path), mode)

    def do_rmdir(self, path):
        os.rmdir(self.at(path))

    def do_mknod(self, path, mode):
        os.mknod(self.at(path), mode)

    def do_list(self, path):
        return self.names(path)

    def do_stat(self, path):
        return scene.look(self.at(path))

    def do_chmod(self, path, mode):
        os.chmod(self.at(path), mode)

    def do_chown(self, path, uid, gid):
        os.lchown(self.at(path), uid, gid)

    def do_utime(self, path, times, follow):
        os.utime(self.at(path), ns=times, follow_symlinks=follow) if times else os.utime(self.at(path))

    def do_setxattr(self, path, name, value, flags):
        os.setxattr(self.at(path), name, value, flags)

    def do_getxattr(self, path, name):
        return os.getxattr(self.at(path), name)

    def do_listxattr(self, path):
        return sorted(name for name in os.listxattr(self.at(path)) if name.startswith("user."))

    def do_removexattr(self, path, name):
        os.removexattr(self.at(path), name)

    def do_access(self, path, mode):
        return os.access(self.at(path), mode)

    def do_tmpfile(self, folder, target):
        """Makes a file without a name in folder, and gives it the name target."""
        fd = os.open(self.at(folder), os.O_TMPFILE | os.O_WRONLY, 0o600)
        try:
            os.write(fd, b"no name")
            calls.link_followed(f"/proc/self/fd/{fd}", self.at(target))
        finally:
            os.close(fd)

    def do_describe(self, path, value):
        os.setxattr(self.at(path), DESCRIPTION, value.encode())

    def do_forget(self, path):
        os.removexattr(self.at(path), "coc.job_id")

    def do_reserved(self, how, path, other):
        path, other = self.at(path), self.at(other)
        made = {"make": lambda: os.mknod(path), "mkdir": lambda: os.mkdir(path), "symlink": lambda: os.symlink("a", path),
                "rename-to": lambda: os.rename(other, path), "rename-from": lambda: os.rename(path, other),
                "link": lambda: os.link(other, path), "unlink": lambda: in_another_process(os.unlink, path)}
        made[how]()

    # ---- what can be seen of the tree ----

    def names(self, path):
        """Returns the names that a folder lists, sorted, without siblings: a plain directory has none."""
        return sorted(name for name in os.listdir(self.at(path)) if not is_reserved(path, name))

    def siblings(self, path):
        return {name for name in os.listdir(self.at(path)) if is_reserved(path, name)}

    def may(self, path, how):
        return os.access(self.at(path), how)

    def walk(self, path=""):
        """Yields each path below a folder that this user may see, without siblings."""
        for name in os.listdir(self.at(path)) if self.may(path, os.R_OK) else []:
            below = os.path.join(path, name)
            if is_reserved(path, name):
                continue
            yield below
            if self.may(path, os.X_OK) and stat.S_ISDIR(os.lstat(self.at(below)).st_mode):
                yield from self.walk(below)

    def look(self, path):
        """Returns what lstat(2) shows of a path (scene.look()), and the time of its last change; "of the run" if no operation has
        set that time."""
        st = os.lstat(self.at(path))
        return *scene.look(self.at(path)), st.st_mtime_ns if st.st_mtime_ns < OLD else "of the run"

    def picture(self, contents):
        """Returns {path: (look(), content)} of the whole tree. contents False: None in place of the content."""
        return {path: (scene.outcome(self.look, path), scene.outcome(scene.content, self.at(path)) if contents else None)
                for path in self.walk()}

    def close_all(self):
        for slot in list(self.open):
            scene.outcome(self.do_close, slot)


ON_SLOTS = {"close", "write", "append", "pwrite", "read", "pread", "ftruncate", "fallocate", "seek", "fsync", "flock", "lock", "map"}


def is_hidden(folder):
    return any(part.startswith(".") for part in os.path.normpath(folder or "/").split("/") if part != ".")


def is_job_name(path):
    """Is a regular file with this path a job file?"""
    folder, name = os.path.split(path)
    return name.endswith((".yaml", ".yml")) and not name.startswith(".") and not is_hidden(folder)


def is_reserved(folder, name):
    """Is this name in this folder the name of a sibling?"""
    stem, dot, suffix = name.rpartition(".")
    return suffix in ("id", "error") and is_job_name(os.path.join(folder, stem))
