# SPDX-License-Identifier: MIT
"""A space whose ledger was made by an older cocfs: it can be mounted, and still has its jobs (tests/ledgers/README.md)."""

import contextlib
import os
import sqlite3

import pytest

import mounting
import samples
import tools

LEDGERS = os.path.join(tools.ROOT, "tests", "ledgers")
NAMES = sorted(name[:-4] for name in os.listdir(LEDGERS) if name.endswith(".sql"))
UNFINISHED = (1, 2, 5)  # fs/job/state.h: queued, submitting, in doubt


def put_back(ledger, space):
    """Makes the state directory that an older cocfs has left, with its spool. Returns the rows of the table job: {path: row}."""
    os.makedirs(space.state, mode=0o700)
    with contextlib.closing(sqlite3.connect(os.path.join(space.state, "ledger.db"))) as db:
        db.executescript(tools.read(os.path.join(LEDGERS, ledger + ".sql")).decode())
        db.row_factory = sqlite3.Row
        jobs = {os.path.join(row["dir"], row["name"]): row for row in db.execute("SELECT * FROM job")}
    for path in jobs:
        if path != "removed.yaml":
            file = os.path.join(space.state, "spool", path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            tools.write(file, samples.document(os.path.basename(path)[:-5]))
    return jobs


@pytest.fixture
def space(mounts, tmp_path):
    return mounts(mounting.Mount("local", tmp_path, timeout="30"))


@pytest.mark.parametrize("ledger", NAMES)
def test_a_ledger_of_an_older_cocfs_keeps_its_bindings(ledger, space):
    jobs = put_back(ledger, space)
    assert len([path for path, job in jobs.items() if job["job_id"]]) == 3 and "refused.yaml" in jobs
    space.mount()
    for path, job in jobs.items():
        if job["job_id"]:
            assert space.id(path) == job["job_id"], path
        elif job["state"] not in UNFINISHED:
            assert space.id(path) is None, path
    assert space.error("refused.yaml").startswith(jobs["refused.yaml"]["error"].splitlines()[0])
    assert space.fact("a.yaml", "version") == "v2"
    # the queued update goes on and ends: the embedded service is new and has no such job
    tools.eventually(lambda: b"sub/b.yaml" not in tools.read(space.at(".coc", "queue")), "the queue to go on")
    tools.run("cp", tools.write(os.path.join(space.base, "new.yaml"), samples.document("new")), space.path).ok()
    assert space.id("new.yaml")
    space.remount()
    assert space.id("a.yaml") == jobs["a.yaml"]["job_id"]


def test_an_upgrade_that_fails_says_which_ledger_and_changes_nothing(space):
    put_back("v2-own", space)
    ledger = os.path.join(space.state, "ledger.db")
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        db.execute("CREATE TABLE submission_queued (in_the_way)")
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        before = list(db.iterdump())
    with pytest.raises(mounting.MountFailed) as failed:
        space.mount()
    assert f"cannot upgrade the ledger {ledger} from version 2" in failed.value.log
    assert "what_to_do: the ledger is what it was before" in failed.value.log
    with contextlib.closing(sqlite3.connect(ledger)) as db:
        assert list(db.iterdump()) == before
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
