# SPDX-License-Identifier: MIT
"""Fills a job space with very many submitted jobs in seconds: puts files into its spool and rows into its ledger. The space must
not be mounted meanwhile."""

import os
import sqlite3

import samples

CONTENT = samples.document("filled").encode()
SUBMITTED = 3  # the number of the state submitted: fs/job/state.h


def folders(count, per_folder):
    """Yields the directories of a tree of count files with per_folder files in each, relative to its top: "00/00", "00/01", …"""
    for number in range((count + per_folder - 1) // per_folder):
        yield f"{number // 100:02}/{number % 100:02}"


def fill(state, top, count, per_folder=None):
    """Makes `count` submitted job files below the directory top of the space with the state directory state. All are in top; with
    per_folder they are in a tree below top, at most per_folder in each directory. The files are holes without blocks on the disk: a
    program that reads one gets NULs, which are no document."""
    places = [top] if per_folder is None else [f"{top}/{folder}" for folder in folders(count, per_folder)]
    with sqlite3.connect(os.path.join(state, "ledger.db")) as db:
        for number, place in enumerate(places):
            first = number * (per_folder or count)
            numbers = range(first, min(first + (per_folder or count), count))
            _make_files(os.path.join(state, "spool", place), numbers)
            db.executemany(
                "INSERT INTO job (dir, name, state, job_id, version, digest, risk_level, enterprise_project_id,"
                " job_name, request_id, changed_ms) VALUES (?, ?, ?, ?, 1, randomblob(32), 'LOW', '0', 'filled',"
                " 'a-request', 1750000000000)",
                ((place, name(n), SUBMITTED, f"DM20250701180239{n:08}") for n in numbers))
    db.close()


def name(number):
    return f"job-{number:07}.yaml"


def _make_files(folder, numbers):
    os.makedirs(folder, exist_ok=True)
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    for number in numbers:
        fd = os.open(name(number), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=at)
        os.ftruncate(fd, len(CONTENT))
        os.close(fd)
    os.close(at)
