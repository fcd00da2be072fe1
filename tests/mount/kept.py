# SPDX-License-Identifier: MIT
"""What the kernel keeps of siblings: counts the requests that it sends, and checks that what it shows without a request is true."""

import os
import sys

import pytest

import tools

sys.path.append(os.path.join(tools.ROOT, "tests", "counts"))

import counted  # noqa: E402


class Requests:
    """The requests of a mount that has the option .env."""

    def __init__(self, path):
        self.path = str(path)
        tools.write(self.path, bytes(counted.COUNTS.size))
        asan = os.environ.get("ASAN_OPTIONS", "")
        self.env = {"LD_PRELOAD": counted.COUNT, "COCFS_COUNT_CONTROL": self.path,
                    "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"]))}

    def counts(self):
        return counted.COUNTS.unpack(tools.read(self.path))[counted.REQUESTS:]

    def during(self, act):
        """Runs act. Returns how many requests of each kind it caused, and how many in all."""
        before = self.counts()
        act()
        caused = {counted.NAMES.get(kind, kind): after - count for kind, (count, after) in enumerate(zip(before, self.counts()))
                  if after != count and kind not in counted.UNANSWERED}
        return caused, sum(caused.values())


def requests(tmp_path):
    """Returns a new Requests. Skips the test if the counting library is missing."""
    if not os.access(counted.COUNT, os.R_OK):
        pytest.skip(f"no library that counts at {counted.COUNT}")
    return Requests(tmp_path / "requests")


def stats(paths, cached):
    """Returns what stat(1) says of each path: as the kernel has it, or (cached="never") as cocfs says now."""
    told = tools.run("stat", f"--cached={cached}", "-c", "%n size=%s mode=%a owner=%u:%g links=%h time=%y", *paths,
                     env=tools.environment(LC_ALL="C"))
    return sorted(told.stdout.splitlines() + told.stderr.splitlines())


def shown(*paths):
    """Returns what the kernel shows of paths, and fails the test unless cocfs says the same."""
    kept = stats(paths, "default")
    assert kept == stats(paths, "never"), kept
    return kept
