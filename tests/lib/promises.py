# SPDX-License-Identifier: MIT
"""Holds the four promises of the design against what the service and the ledger have.

Every commit that a test makes is a Commit: the content, and the result that its writer got. Commits are given in their order,
and no content is written for a path twice. With nothing unfinished, check() asks of each path: its job holds the last content
that returned 0, or a later content that got an error. The versions follow the order of the commits, and no content is there
twice. Every earlier content that returned 0 is there, too. With submit=queue, newer content may have replaced it before it was
sent; then the newer content is there. Of all jobs check() asks: No content is in more jobs than paths it was written for. Every
job is bound to one path. Every job ID is where a user looks for it.
"""

import collections
import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass

import tools

MODES = ["sync", "queue"]  # the values of -o submit= that every proof is run with


def submit(mode):
    """The value of the mount option; None for the default."""
    return None if mode == "sync" else mode


@dataclass
class Commit:
    """A content that was written for a path. well: True: the writer got 0; False: an error."""
    path: str       # the path that the file has now, not the path when it was written
    content: str
    well: bool


def held(cocd):
    """Returns what the service holds: for each job ID its contents, the oldest version first."""
    jobs = collections.defaultdict(list)
    for job, content in cocd.rows("SELECT document_id, content FROM documents JOIN versions"
                                  " ON document = number ORDER BY document, versions.version"):
        jobs[job].append(content)
    return dict(jobs)


def _read_log(path):
    """Reads the frames of a log, without the space that it holds for more. (The page number of a frame is never 0.)"""
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as log:
        parts = [log.read(32)]
        while any((frame := log.read(24 + 4096))[:4]):
            parts.append(frame)
    return b"".join(parts)


def _picture(ledger):
    """Reads the ledger and its log as they belong together. Tries again if the log began anew, or was written into the ledger,
    meanwhile."""
    log = ledger + "-wal"
    while True:
        before = os.stat(ledger).st_mtime_ns
        tail = _read_log(log)
        body = tools.read(ledger)
        head = _read_log(log)[:32]
        if (before, tail[:32]) == (os.stat(ledger).st_mtime_ns, head):
            return body, tail


def _ledger(space, query):
    """Queries a copy of the ledger, because cocfs keeps the ledger locked."""
    body, tail = _picture(os.path.join(space.state, "ledger.db"))
    with tempfile.TemporaryDirectory() as folder:
        copy = tools.write(os.path.join(folder, "ledger.db"), body)
        tools.write(copy + "-wal", tail)
        with contextlib.closing(sqlite3.connect(copy)) as db:
            return db.execute(query).fetchall()


def bindings(space):
    """Returns the bound paths of the ledger, with their job IDs."""
    return _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name), job_id FROM job"
                          " WHERE job_id IS NOT NULL")


def owners(space):
    """Returns the paths that have a job, or a submission under way."""
    return {path for path, in _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name) FROM job"
                                             " WHERE job_id IS NOT NULL"
                                             " OR id IN (SELECT job FROM submission)")}


def unfinished(space):
    """Returns the submissions of the ledger that have not ended."""
    return _ledger(space, "SELECT 'submission', job FROM submission"
                          " UNION ALL SELECT 'rename', id FROM rename_intent")


def settle(space, seconds=60):
    """Waits until no submission is in doubt or under way."""
    tools.eventually(lambda: not unfinished(space), "everything to be settled", seconds,
                     give_up=lambda: space.process.poll() is not None and "cocfs is dead")


def broken(space, commits, mode="sync"):
    """Returns the promises that do not hold, as words for people."""
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
    """Returns what does not hold for one path, from its commits and the versions of its job."""
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
    """Fails the test unless the promises hold."""
    assert list(broken(space, commits, mode)) == []
