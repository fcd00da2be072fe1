# SPDX-License-Identifier: MIT
"""Where a row is measured: a directory of its own, services and mounts, all ended after it.

What it wrote stays until the end of the run: ext4 passes over the inodes of files that were removed a short
while ago, one by one, and whoever makes files in the next row would pay for those of this one."""

import contextlib
import os
import time

import floors
import mounting
import samples
import sdk
import servers
import tools

STEP_SECONDS = 600    # no single measurement takes longer, unless something hangs
NAME_WIDTH = 40       # of the place for a job's name in the document that is written often
ROW_SECONDS = 3600    # nor all rounds of a row
TIMEOUT_SECONDS = 60  # of a commit in the mount


class Failed(Exception):
    """A contender went wrong: what it measured is worth nothing."""


class Bench:
    """What all rows of a run share."""

    def __init__(self, place, options, sizes):
        self.place, self.options, self.sizes = place, options, sizes
        self.pair = servers.make_pair(place)
        self._sdk = None

    def sdk(self):
        """The Node SDK, installed once."""
        if self._sdk is None:
            self._sdk = sdk.Sdk(os.path.join(self.place, "sdk"))
        return self._sdk

    @contextlib.contextmanager
    def stage(self, name):
        stage = Stage(self, os.path.join(self.place, name))
        try:
            yield stage
        finally:
            stage.close()


class Stage:
    """What one row has started and written."""

    def __init__(self, bench, place):
        self.bench, self.sizes, self.place = bench, bench.sizes, place
        self._ends = contextlib.ExitStack()
        self._count = 0
        os.mkdir(place)

    def close(self):
        tools.end_started()
        self._ends.close()

    def fresh(self, name):
        """A new directory; names are short, because paths of sockets must be."""
        self._count += 1
        path = os.path.join(self.place, f"{name}{self._count}")
        os.mkdir(path)
        return path

    def server(self, scheme, latency_ms=0, kind=None, lists_at_once=False):
        server = servers.Server(self.fresh("service"), kind or self.bench.options.server, scheme, self.bench.pair,
                                latency_ms, lists_at_once)
        self._ends.callback(server.stop)
        return server.start()

    def _mount(self, mount):
        mount.bound(ROW_SECONDS)
        self._ends.callback(mount.destroy)
        return mount.mount()

    def space(self, server, **options):
        """A mounted job space over a server, or over the embedded one for None."""
        env = {}
        if server is not None:
            env["HUAWEICLOUD_SDK_CREDENTIALS_FILE"] = server.keys_file
            options["cacert"] = server.cacert
        return self._mount(mounting.Mount(server.url if server else "local", self.fresh("m"), env=env,
                                          loglevel="warning", timeout=str(TIMEOUT_SECONDS), **options))

    def floor(self):
        """A mounted floor."""
        return self.other([servers.program("floor_fuse")])

    def other(self, argv):
        """A mounted file system that is not cocfs."""
        return self._mount(floors.Other(self.fresh("other"), argv))

    def documents(self, count):
        """A directory of small job files outside every mount."""
        folder = self.fresh("documents")
        for number in range(count):
            samples.file(folder, f"job-{number:05}.yaml", f"job-{number}")
        return folder

    def document(self):
        """A small job file that `write` writes under many names. `write` puts the file's name in the place of the
        many N, so that each job has a name of its own: a create asks the service for the jobs of its name."""
        return samples.file(self.fresh("document"), "job.yaml", "N" * NAME_WIDTH)

    # ---- measurements ----

    def run(self, *argv, env=None, stdout=None):
        """Runs a contender to its end. Returns what it printed."""
        done = tools.run(*argv, seconds=STEP_SECONDS, env=tools.environment(**(env or {})))
        if done.status:
            raise Failed(str(done))
        return done.stdout

    def timed(self, *argv, **kwargs):
        """The seconds of a contender from its start to its end."""
        start = time.monotonic()
        self.run(*argv, **kwargs)
        return time.monotonic() - start

    def own(self, name, *argv):
        """The seconds that a program of tests/bench has measured."""
        return float(self.run(servers.program(name), *argv))

    def write(self, folder, prefix, document, writers, count):
        """Seconds of each of `writers` processes that write `count` files in all, side by side."""
        return self.own("write", folder, prefix, document, writers, max(count // writers, 1))

    def commit(self, count, rest_seconds=0):
        """Seconds of so many durable commits on the ledger's disk, with a rest before each that is not counted."""
        database = os.path.join(self.place, "floor.db")
        return self.own("commit", database, count, *([int(rest_seconds * 1e6)] if rest_seconds else []))

    def post(self, server, document, count, *flags, rest_seconds=0, lists=0):
        """Seconds of so many signed creates by libcurl alone, each after so many lists of its name, with a rest before each
        that is not counted."""
        flags += ("--rest", int(rest_seconds * 1e6)) if rest_seconds else ()
        flags += ("--lists", lists) if lists else ()
        at = (["--unix", server.socket] if server.socket else []) + (["--cacert", server.cacert] if server.cacert else [])
        return self.own("post", *at, *flags, server.url, server.keys_file, document, count)
