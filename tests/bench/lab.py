# SPDX-License-Identifier: MIT
"""Where a row of the results is measured: a new directory, services and mounts. The services and mounts end after the row.

The files stay until the end of the run. ext4 skips the inodes of files that were removed a short while ago, one by one, so the
files of the next row would cost more.
"""

import contextlib
import os
import time

import floors
import mounting
import samples
import sdk
import servers
import tools

STEP_SECONDS = 600    # no single measurement takes longer, unless it hangs
NAME_WIDTH = 40       # room for a job's name in the document that is written often
ROW_SECONDS = 3600    # all rounds of a row take no longer
TIMEOUT_SECONDS = 60  # the longest time that a commit in the mount may take


class Failed(Exception):
    """A contender failed: its measurement means nothing."""


class Bench:
    """What all rows of a run share: the directory, the options, the sizes, a certificate with its key, and the Node SDK."""

    def __init__(self, place, options, sizes):
        self.place, self.options, self.sizes = place, options, sizes
        self.pair = servers.make_pair(place)
        self._sdk = None

    def sdk(self):
        """Returns the client with the Node SDK. The first call installs it."""
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
    """The directory `place` of one row, and the services and mounts that the row starts. close() ends these; the files stay."""

    def __init__(self, bench, place):
        self.bench, self.sizes, self.place = bench, bench.sizes, place
        self._ends = contextlib.ExitStack()
        self._count = 0
        os.mkdir(place)

    def close(self):
        tools.end_started()
        self._ends.close()

    def fresh(self, name):
        """Makes a new directory, and returns its path. Names are short, because paths of sockets must be short."""
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
        """Mounts a job space over a server; None: over the embedded service. Returns the mount."""
        env = {}
        if server is not None:
            env["HUAWEICLOUD_SDK_CREDENTIALS_FILE"] = server.keys_file
            options["cacert"] = server.cacert
        return self._mount(mounting.Mount(server.url if server else "local", self.fresh("m"), env=env,
                                          loglevel="warning", timeout=str(TIMEOUT_SECONDS), **options))

    def floor(self):
        """Mounts floor_fuse, the FUSE file system that does the least. Returns the mount."""
        return self.other([servers.program("floor_fuse")])

    def other(self, argv):
        """Mounts a file system that is not cocfs. argv: its command line without the mount point. Returns the mount."""
        return self._mount(floors.Other(self.fresh("other"), argv))

    def documents(self, count):
        """Makes a directory of count small job files outside every mount. Returns its path."""
        folder = self.fresh("documents")
        for number in range(count):
            samples.file(folder, f"job-{number:05}.yaml", f"job-{number}")
        return folder

    def document(self):
        """Makes a small job file that `write` writes under many names. Returns its path. `write` replaces the many N by the file's
        name, so that each job has another name: a create asks the service for the jobs of its name."""
        return samples.file(self.fresh("document"), "job.yaml", "N" * NAME_WIDTH)

    # ---- measurements ----

    def run(self, *argv, env=None, stdout=None):
        """Runs a contender to its end. Returns its output. Raises Failed if its exit status is not 0."""
        done = tools.run(*argv, seconds=STEP_SECONDS, env=tools.environment(**(env or {})))
        if done.status:
            raise Failed(str(done))
        return done.stdout

    def timed(self, *argv, **kwargs):
        """Returns the seconds of a contender from its start to its end."""
        start = time.monotonic()
        self.run(*argv, **kwargs)
        return time.monotonic() - start

    def own(self, name, *argv):
        """Returns the seconds that a program of tests/bench has measured."""
        return float(self.run(servers.program(name), *argv))

    def write(self, folder, prefix, document, writers, count):
        """Returns the seconds in which `writers` processes write `count` files in all, side by side."""
        return self.own("write", folder, prefix, document, writers, max(count // writers, 1))

    def commit(self, count, rest_seconds=0):
        """Returns the seconds of count durable commits on the ledger's disk. A rest before each is not counted."""
        database = os.path.join(self.place, "floor.db")
        return self.own("commit", database, count, *([int(rest_seconds * 1e6)] if rest_seconds else []))

    def post(self, server, document, count, *flags, rest_seconds=0, lists=0):
        """Returns the seconds of count signed creates by libcurl alone, each after `lists` lists of its name. A rest before each
        is not counted."""
        flags += ("--rest", int(rest_seconds * 1e6)) if rest_seconds else ()
        flags += ("--lists", lists) if lists else ()
        at = (["--unix", server.socket] if server.socket else []) + (["--cacert", server.cacert] if server.cacert else [])
        return self.own("post", *at, *flags, server.url, server.keys_file, document, count)
