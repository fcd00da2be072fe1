# SPDX-License-Identifier: MIT
"""A job with two writers: the mount, and somebody at the console, who writes past it."""

import itertools

import pytest

import samples
import tools

MINE, THEIRS = samples.document("job", ["mine"]), samples.document("job", ["theirs"])

LONG = "3600"  # a refresh that no test outlasts


@pytest.fixture
def space(make_space):
    """A space whose files are checked at each look."""
    return make_space(refresh="0")


@pytest.fixture
def bound(space, src):
    """The ID of the job of a.yaml, which was submitted."""
    return submit(space, src)


def text(space, name="a.yaml"):
    return tools.run("cat", space.at(name)).ok().stdout


def save(space, src, step, name="a.yaml"):
    """Copies a document to a file of the space."""
    return tools.run("cp", samples.file(src, "saved.yaml", "job", [step]), space.at(name))


def submit(space, src, name="a.yaml", step="mine"):
    """The same; returns the ID of the job that the file has."""
    save(space, src, step, name).ok()
    return space.id(name)


def console(space, document_id, content=THEIRS, **fields):
    """Somebody else writes a version of a job, past the front."""
    space.cocd.client().update(document_id, **{"name": "job", "content": content, **fields})


def versions(space, name="a.yaml"):
    """The base of a file, and the newest version that is known of its job."""
    return space.fact(name, "base"), space.fact(name, "version")


def hurry(space, document_id):
    """From now on somebody else writes a version as soon as a check has been answered: each check finds a newer one. Until
    .end() of what is returned."""
    numbers = itertools.count(1)

    def write(exchange, answer):
        if exchange.path == f"/v1/documents/{document_id}" and not dict(exchange.query).get("version"):
            console(space, document_id, samples.document("job", [f"hurry{next(numbers)}"]))
        return answer

    console(space, document_id)
    return space.front.change_answers(write)
