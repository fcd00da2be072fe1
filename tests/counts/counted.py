# SPDX-License-Identifier: MIT
"""A mount that is counted: count.c is preloaded into cocfs, and its counts are read here."""

import itertools
import mmap
import os
import struct

import pytest

import tools

COUNT = os.path.abspath(os.environ.get("COCFS_COUNT", os.path.join(tools.ROOT, "build", "tests", "count.so")))

COUNTS = struct.Struct("=5Q64Q")  # the layout of struct counts in count.c
WANTED, SAMPLED, MEMORY, SYNCS, LOG_WRITES, REQUESTS = range(6)  # the indexes of these members in COUNTS

NAMES = {1: "LOOKUP", 3: "GETATTR", 4: "SETATTR", 8: "MKNOD", 9: "MKDIR", 14: "OPEN", 15: "READ", 16: "WRITE", 17: "STATFS",
         18: "RELEASE", 22: "GETXATTR", 23: "LISTXATTR", 25: "FLUSH", 26: "INIT", 27: "OPENDIR", 28: "READDIR", 29: "RELEASEDIR",
         34: "ACCESS", 35: "CREATE", 44: "READDIRPLUS", 46: "LSEEK"}
UNANSWERED = {2, 36, 42}  # FORGET, INTERRUPT, BATCH_FORGET: they have no answers, and the kernel sends them at any time


class Counts:
    """The counts up to a moment. The difference of two is what was done between them."""

    def __init__(self, syncs, log_writes, requests):
        self.syncs, self.log_writes, self.by_operation = syncs, log_writes, requests

    @property
    def requests(self):
        return sum(count for operation, count in self.by_operation.items() if operation not in UNANSWERED)

    def __sub__(self, other):
        return Counts(self.syncs - other.syncs, self.log_writes - other.log_writes,
                      {op: count - other.by_operation[op] for op, count in self.by_operation.items()})

    def __str__(self):
        shown = ", ".join(f"{count} {NAMES.get(op, op)}" for op, count in self.by_operation.items() if count)
        return f"{shown or 'no requests'}; {self.syncs} syncs, {self.log_writes} writes to the log"


class Counter:
    """The counts of one mount. Give env to the mount, then call watch(space)."""

    def __init__(self, path):
        if not os.access(COUNT, os.R_OK):
            pytest.skip(f"no library that counts at {COUNT}")
        if tools.sanitized(tools.COCFS):
            pytest.skip("a build with sanitizers costs what it likes")
        tools.write(path, bytes(COUNTS.size))
        with open(path, "r+b") as file:
            self._control = mmap.mmap(file.fileno(), COUNTS.size)
        self.env = {"LD_PRELOAD": COUNT, "COCFS_COUNT_CONTROL": str(path)}
        self._space = None
        self._names = itertools.count()

    def watch(self, space):
        self._space = space
        return space

    def _read(self):
        return COUNTS.unpack_from(self._control)

    def _ask(self):
        """Sends a LOOKUP of a new name. cocfs takes requests in their order, so when it is answered all earlier requests are
        counted."""
        assert not os.path.exists(self._space.at(f".nothing-{next(self._names)}"))

    def now(self):
        self._ask()
        seen = self._read()
        return Counts(seen[SYNCS], seen[LOG_WRITES], dict(enumerate(seen[REQUESTS:])))

    def memory(self):
        """Returns the bytes that cocfs has in use, as the C library counts them, when the last act has ended."""
        samples = [self._sample(), self._sample()]
        tools.eventually(lambda: samples[-1] == samples[-2] or samples.append(self._sample()), "the memory to stay as it is")
        return samples[-1]

    def _sample(self):
        wanted = self._read()[WANTED] + 1
        struct.pack_into("=Q", self._control, 0, wanted)
        tools.eventually(lambda: self._ask() or self._read()[SAMPLED] == wanted, "the sample of the memory")
        return self._read()[MEMORY]

    def each(self, act, few, many):
        """act(numbers) must do one thing for each number of the list; no number comes twice, so they can be used in names. Returns
        what the mount does for one thing, as Each: (what it does for `many` - what it does for `few`) / (many - few). So what it does
        once in each call of act() is not counted."""
        numbers = itertools.count()

        def done(count):
            before = self.now()
            act(list(itertools.islice(numbers, count)))
            return self.now() - before

        done(few)  # what is done only once is done now
        less, more = done(few), done(many)
        print(f"for {many}: {more}\nfor {few}: {less}")
        return Each(more - less, many - few)


class Each:
    """The counts of many equal acts, divided by their number."""

    def __init__(self, counts, number):
        self.requests, self.syncs, self.log_writes = (value / number for value in (counts.requests, counts.syncs, counts.log_writes))
