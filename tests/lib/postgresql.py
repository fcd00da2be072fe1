# SPDX-License-Identifier: MIT
"""A PostgreSQL server for one test session. It listens on a Unix socket, and has its own data; only the installed programs are
shared."""

import contextlib
import glob
import itertools
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse

import pytest

import janitor

USER = 65534  # root starts the server as this user: the server refuses to run as root
SECONDS = 60  # the bound for each thing that the server does: if it takes longer, the server hangs


def programs():
    """Returns the directory of the programs of the newest PostgreSQL that is installed; None if none is."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[-3]))
    return os.path.dirname(found[-1]) if found else None


def sql(uri, statements, *values):
    """Runs SQL statements with psql. values: for each ? in its order, or for ?1, ?2, …. Returns the rows of all answers, each a
    list of texts."""
    literals = [str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'" for value in values]
    following = iter(literals)
    statements = re.sub(r"\?(\d*)", lambda place: literals[int(place[1]) - 1] if place[1] else next(following), statements)
    done = subprocess.run([os.path.join(programs(), "psql"), "-XAtqF", "\x1f", "-v", "ON_ERROR_STOP=1", uri], input=statements,
                          capture_output=True, timeout=SECONDS, text=True)
    assert done.returncode == 0, done.stderr
    return [line.split("\x1f") for line in done.stdout.splitlines()]


class Server:
    """A server that runs until close(). safe: it writes each transaction to the disk before it is committed (fsync). folder: the
    server makes a directory for its files there; None: in the directory for temporary files. Skips the test if PostgreSQL is not
    installed."""

    def __init__(self, safe=False, folder=None):
        self.programs = programs()
        if self.programs is None:
            pytest.skip("postgresql is not installed")
        self.base = tempfile.mkdtemp(prefix="cocd-pg-", dir=folder)  # short, because the path of a socket has 107 bytes at most
        janitor.watch_directory(self.base)
        self.data = os.path.join(self.base, "data")
        self.safe, self.process = safe, None
        self.numbers = itertools.count()  # for the names of new schemas
        if os.geteuid() == 0:
            os.chown(self.base, USER, USER)
        subprocess.run(self._argv("initdb", "-D", self.data, "-U", "cocd", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                                  "--no-sync", "--no-instructions"),
                       check=True, capture_output=True, timeout=SECONDS, cwd=self.base)
        with open(os.path.join(self.data, "pg_hba.conf"), "w", encoding="utf-8") as file:
            file.write("local all locked scram-sha-256\nlocal all all trust\n")
        self.start()

    def _argv(self, program, *args):
        who = ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups"] if os.geteuid() == 0 else []
        return [*who, os.path.join(self.programs, program), *args]

    def start(self):
        safe = "on" if self.safe else "off"
        with open(os.path.join(self.base, "log"), "ab") as log:
            self.process = subprocess.Popen(
                self._argv("postgres", "-D", self.data, "-k", self.base, "-c", "listen_addresses=", "-c", f"fsync={safe}",
                           "-c", f"full_page_writes={safe}", "-c", "max_connections=60", "-c", "shared_buffers=16MB",
                           "-c", "autovacuum=off", "-c", "logging_collector=off"),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, cwd=self.base)
        janitor.watch_process(self.process.pid)
        deadline = time.monotonic() + SECONDS
        while not self._is_ready():
            assert self.process.poll() is None and time.monotonic() < deadline, self.log()
            time.sleep(0.02)
        return self

    def _is_ready(self):
        """Does the server accept connections? It writes its state into the last line of postmaster.pid."""
        try:
            with open(os.path.join(self.data, "postmaster.pid"), encoding="utf-8") as file:
                lines = file.read().splitlines()
        except OSError:
            return False
        return lines and lines[0] == str(self.process.pid) and lines[-1].strip() == "ready"

    def log(self):
        with open(os.path.join(self.base, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-5000:]

    def kill(self):
        """Ends the server and its sessions at once (an immediate shutdown). It writes nothing more to its files."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(SECONDS)

    def close(self):
        if self.process.poll() is None:
            self.kill()  # its files are removed, so it need not write them
        shutil.rmtree(self.base, ignore_errors=True)

    def uri(self, database="postgres", user="cocd", **parameters):
        query = urllib.parse.urlencode({"host": self.base, **parameters}, quote_via=urllib.parse.quote)
        return f"postgresql://{user}@/{database}?{query}"

    def new(self):
        """Makes a new, empty schema for a test. Returns its URI. A schema and no database: a database takes 7 MB."""
        name = f"t{next(self.numbers)}"
        uri = self.uri(options=f"-csearch_path={name}")
        sql(uri, f"CREATE SCHEMA {name}")
        return uri


    def position(self):
        """Returns the position (LSN) where the write-ahead log ends now, for commits()."""
        return sql(self.uri(), "SELECT pg_current_wal_insert_lsn()")[0][0]

    def commits(self, since):
        """Returns how many transactions with changes were committed since a position()."""
        sql(self.uri(), "CREATE EXTENSION IF NOT EXISTS pg_walinspect")
        # this message is a transaction itself: its commit brings the log to the disk, and is not counted below
        sql(self.uri(), "SELECT pg_logical_emit_message(true, '', '')")
        # PostgreSQL 15 refuses an end that is not on the disk yet
        count = "SELECT count(*) FROM pg_get_wal_records_info(?, pg_current_wal_flush_lsn())"
        return int(sql(self.uri(), f"{count} WHERE resource_manager = 'Transaction' AND record_type = 'COMMIT'", since)[0][0]) - 1


@contextlib.contextmanager
def serving(**options):
    server = Server(**options)
    try:
        yield server
    finally:
        server.close()
