# SPDX-License-Identifier: MIT
"""The four promises of the design, held against what the service and the ledger say.

Every commit that a test makes is a Commit: the content, and what its writer was told. check() wants,
with nothing unfinished: for each content as many jobs as commits of it that returned 0, and no more
than there were commits of it; no content twice in one job; every job bound to one path; every ID
where a user looks for it; and every file as it was written.
"""

import collections
import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass

import tools

MODES = ["sync"]  # the values of -o submit= that every proof is made with


def submit(mode):
    """The value of the mount option: nothing for the default."""
    return None if mode == "sync" else mode


@dataclass
class Commit:
    """Content that was written for a path. well: True, the writer was told 0; False, an error."""
    path: str
    content: str
    well: bool


def held(cocd):
    """What the service holds: for each job ID its contents, oldest version first."""
    jobs = collections.defaultdict(list)
    store = f"file:{os.path.join(cocd.data, 'service.db')}?mode=ro"
    with contextlib.closing(sqlite3.connect(store, uri=True, timeout=20)) as db:
        for job, content in db.execute("SELECT document_id, content FROM documents JOIN versions"
                                       " ON document = number ORDER BY document, versions.version"):
            jobs[job].append(content)
    return dict(jobs)


def _picture(ledger):
    """The ledger and its log as they are together: a log that begins anew, or that was taken over into
    the ledger meanwhile, does not fit."""
    log = ledger + "-wal"
    while True:
        before = os.stat(ledger).st_mtime_ns
        tail = tools.read(log) if os.path.exists(log) else b""
        body = tools.read(ledger)
        head = tools.read(log)[:32] if os.path.exists(log) else b""
        if (before, tail[:32]) == (os.stat(ledger).st_mtime_ns, head):
            return body, tail


def _ledger(space, query):
    """Asks a copy of the ledger: cocfs keeps it locked."""
    body, tail = _picture(os.path.join(space.state, "ledger.db"))
    with tempfile.TemporaryDirectory() as folder:
        copy = tools.write(os.path.join(folder, "ledger.db"), body)
        tools.write(copy + "-wal", tail)
        with contextlib.closing(sqlite3.connect(copy)) as db:
            return db.execute(query).fetchall()


def bindings(space):
    """The paths that the ledger has bound, with their job IDs."""
    return _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name), job_id FROM job"
                          " WHERE job_id IS NOT NULL")


def unfinished(space):
    """What the ledger has not brought to an end."""
    return _ledger(space, "SELECT 'submission', job FROM submission"
                          " UNION ALL SELECT 'rename', id FROM rename_intent")


def settle(space, seconds=60):
    """Waits until nothing is in doubt or under way any more."""
    tools.eventually(lambda: not unfinished(space), "everything to be settled", seconds,
                     give_up=lambda: space.process.poll() is not None and "cocfs is dead")


def broken(space, commits):
    """What of the promises does not hold, as words for people."""
    jobs, bound = held(space.cocd), bindings(space)
    holders = collections.defaultdict(list)
    for job, contents in jobs.items():
        for content in contents:
            holders[content].append(job)
    made, told = collections.Counter(), collections.Counter()
    for commit in commits:
        made[commit.content] += 1
        told[commit.content] += commit.well
    for content, count in made.items():
        found = holders.get(content, [])
        if len(set(found)) != len(found):
            yield f"twice in one job {found}: {content!r}"
        if len(found) < told[content]:
            yield f"lost: {told[content]} commits returned 0, {len(found)} jobs have {content!r}"
        if len(found) > count:
            yield f"doubled: {count} commits, {len(found)} jobs have {content!r}"
    for content in holders.keys() - made.keys():
        yield f"a job {holders[content]} that nobody wrote: {content!r}"
    owners = collections.Counter(job for _, job in bound)
    for job in jobs.keys() - owners.keys():
        yield f"an orphan: no path is bound to {job}, {jobs[job]!r}"
    for job, count in owners.items():
        if count > 1:
            yield f"{job} is bound to {count} paths"
        if job not in jobs:
            yield f"{job} is bound and does not exist"
    for path, job in bound:
        if space.id(path) != job:
            yield f"{path}.id says {space.id(path)}, the ledger {job}"


def check(space, commits):
    """Fails the test unless the promises hold."""
    assert list(broken(space, commits)) == []
