# SPDX-License-Identifier: MIT
"""Memory of cocfs that runs short: alloc.c is preloaded into cocfs, and gets its orders here."""

import mmap
import os
import struct

import pytest

import tools

ALLOC = os.path.abspath(os.environ.get(
    "COCFS_ALLOC", os.path.join(tools.ROOT, "build", "tests", "alloc.so")))

OFF, NTH, CHANCE = range(3)
CONTROL = struct.Struct("=7Q")  # the layout of struct control in alloc.c
COUNTED, FAILED = 5, 6          # the indexes of counted and failed in CONTROL


class Memory:
    """Orders which allocations of cocfs fail. At first, and after off(), none fails. scope: "program": those of its own code;
    "libraries": also those of SQLite, curl, cJSON, libyaml and OpenSSL."""

    def __init__(self, path, scope):
        if not os.access(ALLOC, os.R_OK):
            pytest.skip(f"no library that makes allocations fail at {ALLOC}")
        self.scope = scope
        self.path = tools.write(path, bytes(CONTROL.size))
        with open(self.path, "r+b") as file:
            self.control = mmap.mmap(file.fileno(), CONTROL.size)
        # OpenSSL leaks when it runs out of memory; this project cannot mend that
        leaks = tools.write(str(path) + ".leaks", "leak:libcrypto\n")
        asan = os.environ.get("ASAN_OPTIONS", "")
        self.env = {"LD_PRELOAD": ALLOC, "COCFS_ALLOC_CONTROL": self.path,
                    "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"])),
                    "LSAN_OPTIONS": f"suppressions={leaks}:print_suppressions=0"}

    def _set(self, mode, nth=0, per_mille=0, seed=1):
        self.off()
        CONTROL.pack_into(self.control, 0, mode, self.scope == "libraries", nth, per_mille, seed, 0, 0)

    def fail_nth(self, nth):
        """The nth allocation from now on fails, and no other."""
        self._set(NTH, nth=nth)

    def fail_by_chance(self, per_mille, seed):
        self._set(CHANCE, per_mille=per_mille, seed=seed)

    def off(self):
        """No allocation fails any more. counted() and failed() keep their numbers."""
        struct.pack_into("=Q", self.control, 0, OFF)

    def counted(self):
        return CONTROL.unpack_from(self.control)[COUNTED]

    def failed(self):
        """Returns how many allocations have failed since the last fail_…()."""
        return CONTROL.unpack_from(self.control)[FAILED]
