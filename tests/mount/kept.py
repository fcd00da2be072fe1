# SPDX-License-Identifier: MIT
"""What the kernel's cache has of siblings: counts the requests that reach cocfs, and compares the cache with cocfs's answers."""

import os
import sys

import pytest

import tools

sys.path.append(os.path.join(tools.ROOT, "tests", "counts"))

import counted  # noqa: E402


class Requests:
    """Counts the requests to one cocfs. Start that cocfs with the environment .env, which preloads the counting library."""

    def __init__(self, path):
        self.path = str(path)
        tools.write(self.path, bytes(counted.COUNTS.size))
        asan = os.environ.get("ASAN_OPTIONS", "")
        self.env = {"LD_PRELOAD": counted.COUNT, "COCFS_COUNT_CONTROL": self.path,
                    "ASAN_OPTIONS": ":".join(filter(None, [asan, "verify_asan_link_order=0"]))}

    def counts(self):
        return counted.COUNTS.unpack(tools.read(self.path))[counted.REQUESTS:]

    def during(self, act):
        """Calls act(). Returns the requests that it caused as {kind: count}, and their sum. Requests without an answer, such as
        FORGET, are left out."""
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
    """Returns the lines of stat(1) about the paths, sorted. cached: "default" takes what the kernel has, "never" asks cocfs."""
    told = tools.run("stat", f"--cached={cached}", "-c", "%n size=%s mode=%a owner=%u:%g links=%h time=%y", *paths,
                     env=tools.environment(LC_ALL="C"))
    return sorted(told.stdout.splitlines() + told.stderr.splitlines())


def shown(*paths):
    """Returns the lines of stat(1) about the paths from the kernel's cache. Fails the test unless cocfs itself answers the same."""
    kept = stats(paths, "default")
    assert kept == stats(paths, "never"), kept
    return kept
