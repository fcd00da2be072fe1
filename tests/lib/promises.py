# SPDX-License-Identifier: MIT
"""Checks the four promises of the design against what the service and the ledger have.

A test gives check() a Commit for each content that it has written, in their order. It writes no content for a path twice, and calls
check() when nothing is unfinished. Then these must hold. For each path: each content whose writer got 0 is a version of its job.
(With submit=queue, a newer content may have replaced it before it was sent; then the newer one is there.) The versions follow the
order of the commits, and no content is there twice. A content whose writer got an error may be there, or not. For all jobs: no
content is in more jobs than there are paths for which it was written. Each job is bound to one path, and NAME.id has its ID.
"""

import collections
import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass

import tools

MODES = ["sync", "queue"]  # with submit=sync, the default, and with submit=queue: tests of the promises run in each mode


def submit(mode):
    """Returns the value of the mount option submit for a mode; None: the default."""
    return None if mode == "sync" else mode


@dataclass
class Commit:
    """A content that was written for a path. well: True if its writer got 0, False if an error."""
    path: str       # the path that the file has now, not the path when it was written
    content: str
    well: bool


def held(cocd):
    """Returns {job ID: contents} of all jobs that the service holds; contents: those of its versions, the oldest first."""
    jobs = collections.defaultdict(list)
    for job, content in cocd.rows("SELECT document_id, content FROM documents JOIN versions"
                                  " ON document = number ORDER BY document, versions.version"):
        jobs[job].append(content)
    return dict(jobs)


def _read_log(path):
    """Reads a write-ahead log of SQLite: its header and its frames, without the unused space behind them. (There the page number,
    the first four bytes of a frame, is 0.) No file: nothing."""
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as log:
        parts = [log.read(32)]
        while any((frame := log.read(24 + 4096))[:4]):
            parts.append(frame)
    return b"".join(parts)


def _picture(ledger):
    """Returns the bytes of the ledger and of its write-ahead log, at one moment. Reads again if meanwhile the log has begun anew,
    or was written into the ledger."""
    log = ledger + "-wal"
    while True:
        before = os.stat(ledger).st_mtime_ns
        tail = _read_log(log)
        body = tools.read(ledger)
        head = _read_log(log)[:32]
        if (before, tail[:32]) == (os.stat(ledger).st_mtime_ns, head):
            return body, tail


def _ledger(space, query):
    """Returns the rows of a query. It reads a copy of the ledger, because cocfs keeps the ledger locked."""
    body, tail = _picture(os.path.join(space.state, "ledger.db"))
    with tempfile.TemporaryDirectory() as folder:
        copy = tools.write(os.path.join(folder, "ledger.db"), body)
        tools.write(copy + "-wal", tail)
        with contextlib.closing(sqlite3.connect(copy)) as db:
            return db.execute(query).fetchall()


def bindings(space):
    """Returns [(path, job ID), …] of the bound paths in the ledger."""
    return _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name), job_id FROM job"
                          " WHERE job_id IS NOT NULL")


def owners(space):
    """Returns the set of paths in the ledger that have a job, or an unfinished submission."""
    return {path for path, in _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name) FROM job"
                                             " WHERE job_id IS NOT NULL"
                                             " OR id IN (SELECT job FROM submission)")}


def unfinished(space):
    """Returns a row for each submission and each rename in the ledger that has not ended."""
    return _ledger(space, "SELECT 'submission', job FROM submission"
                          " UNION ALL SELECT 'rename', id FROM rename_intent")


def settle(space, seconds=60):
    """Waits until the ledger has no unfinished submission or rename. Fails the test if cocfs ends before, or if the time is
    over."""
    tools.eventually(lambda: not unfinished(space), "everything to be settled", seconds,
                     give_up=lambda: space.process.poll() is not None and "cocfs is dead")


def broken(space, commits, mode="sync"):
    """Yields a text for each promise that does not hold. commits, mode: as for check()."""
    jobs, bound = held(space.cocd), bindings(space)
    yield from _counted_wrong(jobs, commits)
    yield from _bound_wrong(space, jobs, bound)
    history = collections.defaultdict(list)
    for commit in commits:
        history[commit.path].append(commit)
    job_of = dict(bound)
    for path in history.keys() | job_of.keys():
        yield from _path_wrong(path, history[path], jobs.get(job_of.get(path), []), mode)


def _counted_wrong(jobs, commits):
    holders, paths = collections.defaultdict(list), collections.defaultdict(set)
    for job, contents in jobs.items():
        for content in contents:
            holders[content].append(job)
    for commit in commits:
        paths[commit.content].add(commit.path)
    for content, found in holders.items():
        if content not in paths:
            yield f"a job {found} that nobody wrote: {content!r}"
        elif len(set(found)) != len(found):
            yield f"twice in one job {found}: {content!r}"
        elif len(found) > len(paths[content]):
            yield f"doubled: written for {paths[content]}, {found} have {content!r}"


def _bound_wrong(space, jobs, bound):
    owned = collections.Counter(job for _, job in bound)
    for job in jobs.keys() - owned.keys():
        yield f"an orphan: no path is bound to {job}, {jobs[job]!r}"
    for job, count in owned.items():
        if count > 1:
            yield f"{job} is bound to {count} paths"
        if job not in jobs:
            yield f"{job} is bound and does not exist"
    for path, job in bound:
        if space.id(path) != job:
            yield f"{path}.id says {space.id(path)}, the ledger {job}"


def _path_wrong(path, commits, versions, mode):
    """Yields a text for each promise that does not hold for one path. commits: those of the path; versions: the contents of its
    job."""
    place = {commit.content: number for number, commit in enumerate(commits)}
    sent = [place.get(content) for content in versions]
    if None in sent:
        yield f"{path} has a version that was not written for it: {versions[sent.index(None)]!r}"
        return
    if sent != sorted(sent):
        yield f"out of order: the versions of {path} are its commits {sent}"
    newest = max(sent, default=-1)
    for number, commit in enumerate(commits):
        replaced = mode == "queue" and number < newest
        if commit.well and number not in sent and not replaced:
            yield f"lost: {path}, commit {number} of {len(commits)} returned 0: {commit.content!r}"


def check(space, commits, mode="sync"):
    """Fails the test unless the promises (at the top) hold. commits: a Commit for each content that was written, in order. mode: one
    of MODES, that of the mount."""
    assert list(broken(space, commits, mode)) == []
