# SPDX-License-Identifier: MIT
"""The four promises of the design, held against what the service and the ledger say.

Every commit that a test makes is a Commit: the content, and what its writer was told. They are given
in the order of the commits, and no content is written for a path twice. check() wants, with nothing
unfinished, of each path: that its job holds what was written last and returned 0, or what was
written later and got an error; in the order of the commits, and nothing twice. What returned 0 before
that is there too; with submit=queue newer content may have taken its place before it was sent, and that
is there then. Of all: no content in more jobs than paths it was written for; every job bound to one
path; and every ID where a user looks for it.
"""

import collections
import contextlib
import os
import sqlite3
import tempfile
from dataclasses import dataclass

import tools

MODES = ["sync", "queue"]  # the values of -o submit= that every proof is made with


def submit(mode):
    """The value of the mount option: nothing for the default."""
    return None if mode == "sync" else mode


@dataclass
class Commit:
    """Content that was written for a path. well: True, the writer was told 0; False, an error."""
    path: str       # that the file has now, whatever it was then
    content: str
    well: bool


def held(cocd):
    """What the service holds: for each job ID its contents, oldest version first."""
    jobs = collections.defaultdict(list)
    for job, content in cocd.rows("SELECT document_id, content FROM documents JOIN versions"
                                  " ON document = number ORDER BY document, versions.version"):
        jobs[job].append(content)
    return dict(jobs)


def _read_log(path):
    """What a log has of frames, without the room that it has for more (a frame's page has a number)."""
    if not os.path.exists(path):
        return b""
    with open(path, "rb") as log:
        parts = [log.read(32)]
        while any((frame := log.read(24 + 4096))[:4]):
            parts.append(frame)
    return b"".join(parts)


def _picture(ledger):
    """The ledger and its log as they are together: a log that begins anew, or that was taken over into
    the ledger meanwhile, does not fit."""
    log = ledger + "-wal"
    while True:
        before = os.stat(ledger).st_mtime_ns
        tail = _read_log(log)
        body = tools.read(ledger)
        head = _read_log(log)[:32]
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


def owners(space):
    """The paths that something is bound to, or under way for."""
    return {path for path, in _ledger(space, "SELECT iif(dir = '', name, dir || '/' || name) FROM job"
                                             " WHERE job_id IS NOT NULL"
                                             " OR id IN (SELECT job FROM submission)")}


def unfinished(space):
    """What the ledger has not brought to an end."""
    return _ledger(space, "SELECT 'submission', job FROM submission"
                          " UNION ALL SELECT 'rename', id FROM rename_intent")


def settle(space, seconds=60):
    """Waits until nothing is in doubt or under way any more."""
    tools.eventually(lambda: not unfinished(space), "everything to be settled", seconds,
                     give_up=lambda: space.process.poll() is not None and "cocfs is dead")


def broken(space, commits, mode="sync"):
    """What of the promises does not hold, as words for people."""
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
    """Of one path: its commits, and the versions of the job that it is bound to."""
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
