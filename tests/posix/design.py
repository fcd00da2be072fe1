# SPDX-License-Identifier: MIT
"""A model of what a job space does differently from a plain directory. The random walk compares the mount with it (walk.py).

A plain directory, in which the walk makes the same operations, says which files there must be. The model says which operations a
job space must refuse, which ones commit, what each commit answers, and which job each path has then.
"""

import os
import stat
from dataclasses import dataclass, field

import calls
from operations import DESCRIPTION, is_job_name


@dataclass(eq=False)
class Job:
    content: bytes
    described: bytes | None = None  # the value of the file's attribute DESCRIPTION; None: it has none
    id: str = ""  # the service's ID, from the moment when the walk has seen it


@dataclass
class Session:
    """What is known of an open file. readers, writers: the slots (operations.Tree) that have it open. dirty: there is something to
    commit."""
    readers: set = field(default_factory=set)
    writers: set = field(default_factory=set)
    dirty: bool = False


class Design:
    """The model beside one walk. plain: the plain directory (operations.Tree), which the methods look at. For each operation the walk
    calls refuses() and before(), makes the operation, and calls after()."""

    def __init__(self, plain):
        self.plain = plain
        self.jobs, self.bound = [], {}  # all jobs that were made; {path: the job that it is bound to}
        self.sessions, self.slots = {}, {}  # {inode number: Session}; {slot: inode number}

    # ---- looking at the plain directory ----

    def stat(self, path):
        try:
            return os.lstat(self.plain.at(path))
        except OSError:
            return None

    def real(self, path):
        """Returns the path, from the root, of the file that a path leads to: symbolic links are followed."""
        return os.path.relpath(os.path.realpath(self.plain.at(path)), self.plain.root)

    def place(self, path):
        """Returns a path from the root, without "..", and without symbolic links in its directory. Its last part stays as it is."""
        folder, name = os.path.split(path.rstrip("/"))
        return os.path.normpath(os.path.join(self.real(folder), name))

    def is_job(self, path, st):
        return st is not None and stat.S_ISREG(st.st_mode) and is_job_name(self.place(path))

    def job_name_of(self, inode):
        """Returns the path under which an inode is a job file; None if it is none."""
        named = (path for path in self.plain.walk() if is_job_name(path))
        return next((path for path in named if self.stat(path).st_ino == inode), None)

    def is_written(self, st):
        return bool(self.sessions.get(st.st_ino, Session()).writers)

    def content(self, path):
        with open(self.plain.at(path), "rb") as file:
            return file.read()

    # ---- commits ----

    def refusal(self, content):
        return "EINVAL" if b"\0" in content else None

    def commit(self, path, content):
        """Records a commit of content for the path of a job file. Returns the errno that it answers; None: it succeeds,
        or the content is empty, so that nothing is committed."""
        if not content:
            return None
        refused = self.refusal(content)
        if refused:
            return refused
        if path not in self.bound:
            self.bound[path] = Job(content)
            self.jobs.append(self.bound[path])
        self.bound[path].content = content
        self.keep_description(path)
        return None

    def keep_description(self, path):
        """After a commit: the description that the file has stays with the job, or the file gets the one that the job has."""
        job, file = self.bound[path], self.plain.at(path)
        if DESCRIPTION in os.listxattr(file):
            job.described = os.getxattr(file, DESCRIPTION)
        elif job.described is not None:
            os.setxattr(file, DESCRIPTION, job.described)

    def commits_under_name(self, source, target):
        """Does a rename of source to target commit the content of source first?"""
        st, there = self.stat(source), self.stat(target)
        if st is None or not stat.S_ISREG(st.st_mode) or not is_job_name(self.place(target)) or self.is_written(st):
            return False
        if there is not None and (stat.S_ISDIR(there.st_mode) or there.st_ino == st.st_ino):
            return False
        if self.is_job(source, st):
            return self.place(target) in self.bound
        return st.st_size > 0

    # refuses(): the errno with which the mount must refuse an operation that a plain directory would make; None: it must not. The
    # walk calls it before the operation; a function refuses_NAME has the rule for the operation NAME.

    def refuses(self, operation):
        name, *args = operation
        return getattr(self, "refuses_" + name, lambda *args: None)(*args)

    def refuses_tmpfile(self, folder, target):
        return "ENOTSUP"

    def refuses_fallocate(self, slot, mode, offset, length):
        return "ENOTSUP" if mode == calls.COLLAPSE_RANGE else None

    def refuses_link(self, source, target):
        st = self.stat(source)
        if st is None or self.stat(target) is not None or not stat.S_ISREG(st.st_mode):
            return None
        if self.job_name_of(st.st_ino) or (is_job_name(self.place(target)) and st.st_nlink > 1):
            return "EPERM"
        if is_job_name(self.place(target)) and not self.is_written(st):
            return self.refusal(self.content(source))
        return None

    def refuses_rename(self, source, target, flags=0):
        st, there = self.stat(source), self.stat(target)
        if st is None or (flags & calls.NOREPLACE and there is not None):
            return None
        exchanged = flags & calls.EXCHANGE
        from_job, to_job = is_job_name(self.place(source)), is_job_name(self.place(target))
        if there is not None and there.st_ino == st.st_ino:
            return None
        if to_job and not from_job and stat.S_ISREG(st.st_mode) and self.job_name_of(st.st_ino):
            return "EPERM"
        if exchanged:
            regular = there is not None and (stat.S_ISREG(st.st_mode) or stat.S_ISREG(there.st_mode))
            return "EINVAL" if regular and from_job != to_job else None
        if self.commits_under_name(source, target):
            return self.refusal(self.content(source))
        return None

    refuses_rename2 = refuses_rename

    # after(): records an operation that has succeeded in the plain directory; a function after_NAME does so for the operation NAME.
    # Returns the errno that the mount must answer although it has made the operation: that of a refused commit; None: it must
    # succeed.

    def after(self, operation, before):
        name, *args = operation
        return getattr(self, "after_" + name, lambda before, *args: None)(before, *args)

    def before(self, operation):
        """Returns what after() needs to know of the files before the operation; None, except for renames and links. The walk calls
        this function before the operation."""
        name, *args = operation
        if name in ("rename", "rename2", "link"):
            source, target = args[:2]
            st = self.stat(source)
            commits = self.commits_under_name(source, target) and not (name == "rename2" and args[2] & calls.EXCHANGE)
            content = self.content(source) if commits else None
            return self.place(source), self.place(target), st, self.stat(target), content
        return None

    def after_open(self, before, slot, path, flags, mode):
        st = os.fstat(self.plain.open[slot])
        session = self.sessions.setdefault(st.st_ino, Session())
        self.slots[slot] = st.st_ino
        words = flags.split()
        (session.readers if words[0] == "r" else session.writers).add(slot)
        if "t" in words:
            session.dirty = True

    def touched(self, before, slot, *args):
        self.sessions[self.slots[slot]].dirty = True

    after_write = after_append = after_pwrite = after_ftruncate = after_fallocate = touched

    def after_map(self, before, slot, letter, length, offset):
        size = os.fstat(self.plain.open[slot]).st_size
        if slot in self.sessions[self.slots[slot]].writers and offset < size:
            self.sessions[self.slots[slot]].dirty = True

    def after_close(self, before, slot):
        inode = self.slots.pop(slot)
        session = self.sessions[inode]
        answer = None
        if slot in session.writers and session.writers == {slot} and session.dirty:
            path = self.job_name_of(inode)
            if path and self.stat(path).st_size:
                session.dirty = False
                answer = self.commit(path, self.content(path))
        session.readers.discard(slot)
        session.writers.discard(slot)
        if not session.readers and not session.writers:
            del self.sessions[inode]
        return answer

    def commit_closed(self, path):
        """Records a change of a file by its path: it commits a job file, unless that is open for writing. Returns the errno of a
        refused commit, else None."""
        st = os.stat(self.plain.at(path))
        job = self.job_name_of(st.st_ino) if stat.S_ISREG(st.st_mode) else None
        return self.commit(job, self.content(job)) if job and not self.is_written(st) else None

    def after_truncate(self, before, path, size):
        st = os.stat(self.plain.at(path))
        if st.st_ino in self.sessions:
            self.sessions[st.st_ino].dirty = True
        return self.commit_closed(path) if size else None

    def after_describe(self, before, path, value):
        st = os.stat(self.plain.at(path))
        if st.st_ino in self.sessions and self.is_written(st):
            self.sessions[st.st_ino].dirty = True
        return self.commit_closed(path)

    def after_link(self, before, source, target):
        _, to, _, _, content = before
        if content is not None:
            self.commit(to, content)

    def after_rename(self, before, source, target, flags=0):
        source, target, st, there, content = before
        if there is not None and there.st_ino == st.st_ino:
            return
        if content is not None:
            self.commit(target, content)
        elif stat.S_ISDIR(st.st_mode) or (is_job_name(source) and is_job_name(target)):
            self.move({source: target, **({target: source} if flags & calls.EXCHANGE else {})}, stat.S_ISDIR(st.st_mode))

    after_rename2 = after_rename

    def move(self, ways, is_folder):
        """Moves bindings. ways: {old path: new path} of what was renamed: job files, or (is_folder) folders, with which the
        bindings of all paths below move. A binding stays where it is if the new path is bound already. The binding that a folder's
        own path may remember from a job file stays, too."""
        moved, left = {}, {}
        for path, job in self.bound.items():
            way = next((old for old in ways if (path.startswith(old + "/") if is_folder else path == old)), None)
            if way is None:
                left[path] = job
            else:
                moved[path] = (ways[way] + path[len(way):], job)
        for path, (to, job) in moved.items():
            left[path if to in left else to] = job
        self.bound = left

    # ---- operations that a plain directory does not have ----

    def forget(self, path):
        """Ends the binding of the job file at path. Returns True if it had one."""
        st = self.stat(self.real(path))
        job = self.job_name_of(st.st_ino) if st and stat.S_ISREG(st.st_mode) else None
        return self.bound.pop(job, None) is not None
