# SPDX-License-Identifier: MIT
"""Shared by the tests of the queue: reading the files in the directory .coc, and writing rows into a ledger with SQL."""

import os
import re
import sqlite3
from dataclasses import dataclass

import samples
import tools

FAR_MS = 4102444800000  # 2100-01-01 as milliseconds since the epoch: the time of a next try that never comes


@dataclass
class Line:
    state: str
    attempts: int
    next_try: str
    path: str
    error: str


def unescape(field):
    return re.sub(rb"\\([0-3][0-7]{2})", lambda m: bytes([int(m[1], 8)]), field.encode()).decode()


def text(space):
    return tools.read(os.path.join(space.root, ".coc", "queue")).decode()


def lines(space):
    """Returns the lines of .coc/queue, unescaped, without the last line that counts the submissions that are not shown."""
    found = []
    for line in text(space).splitlines():
        if "\t" in line:
            state, attempts, next_try, path, error = line.split("\t")
            found.append(Line(state, int(attempts), next_try, unescape(path), unescape(error)))
    return found


def states(space):
    """Returns {path: state} of the submissions in .coc/queue."""
    return {line.path: line.state for line in lines(space)}


def drained(space, seconds=60):
    tools.eventually(lambda: not text(space), "the queue to be empty", seconds)


def metrics(space):
    """Returns {name with labels: number} of all samples in .coc/metrics. No name may be there twice."""
    found = {}
    for line in tools.read(space.at(".coc", "metrics")).decode().splitlines():
        if not line.startswith("#"):
            name, value = line.rsplit(" ", 1)
            assert name not in found, name
            found[name] = float(value)
    return found


def cut_off(make_space):
    """Returns a space with submit=queue that was mounted while the service was away. So it has no open connection, and no request
    can be sent and lost."""
    space = make_space(submit="queue", mounted=False)
    space.front.refuse()
    return space.mount()


def wait(*paths, timeout=60, **kwargs):
    return tools.run(tools.COCFS_WAIT, "--timeout", timeout, *paths, **kwargs)


def put(space, src, name, *args, **kwargs):
    """Copies a document to a file of the space with cp. args and kwargs: for samples.document(). Without args, meta.name is the
    file name without its suffix."""
    stem = os.path.splitext(os.path.basename(name))[0]
    tools.run("cp", samples.file(src, "put.yaml", *(args or [stem]), **kwargs), space.at(name)).ok()


def fill_ledger(space, count):
    """Puts `count` queued submissions into the ledger of an unmounted space. Their next try is at FAR_MS, so none is ever sent."""
    with sqlite3.connect(os.path.join(space.state, "ledger.db")) as db:
        first = db.execute("SELECT coalesce(max(id), 0) + 1 FROM job").fetchone()[0]
        rows = range(first, first + count)
        db.executemany("INSERT INTO job (id, dir, name, state, changed_ms) VALUES (?, 'old', ?, 1, 0)",
                       ((row, f"{row}.yaml") for row in rows))
        db.executemany("INSERT INTO submission (job, kind, state, queued, next_try_ms, started_ms, digest, content)"
                       f" VALUES (?, 0, 1, 1, {FAR_MS}, 0, zeroblob(32), 'x')", ((row,) for row in rows))
    db.close()


def job_paths(space):
    """Returns the paths that have a row in the ledger of an unmounted space, sorted."""
    with sqlite3.connect(os.path.join(space.state, "ledger.db")) as db:
        return [row[0] for row in db.execute("SELECT iif(dir = '', name, dir || '/' || name) FROM job ORDER BY 1")]
