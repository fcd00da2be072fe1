# SPDX-License-Identifier: MIT
"""A job with two writers: the mount, and a user at the console, who writes without the mount."""

import itertools

import pytest

import samples
import tools

MINE, THEIRS = samples.document("job", ["mine"]), samples.document("job", ["theirs"])

LONG = "3600"  # a refresh interval that no test outlasts


@pytest.fixture
def space(make_space):
    """A space with refresh=0: each look at a file asks the service for its newest version."""
    return make_space(refresh="0")


@pytest.fixture
def bound(space, src):
    """Submits MINE as a.yaml. Returns the ID of its job."""
    return submit(space, src)


def text(space, name="a.yaml"):
    return tools.run("cat", space.at(name)).ok().stdout


def save(space, src, step, name="a.yaml"):
    """Copies a document with this step to a file of the space. Returns the Result of cp."""
    return tools.run("cp", samples.file(src, "saved.yaml", "job", [step]), space.at(name))


def submit(space, src, name="a.yaml", step="mine"):
    """Copies a document with this step to a file of the space, and cp must succeed. Returns the ID of the file's job."""
    save(space, src, step, name).ok()
    return space.id(name)


def console(space, document_id, content=THEIRS, **fields):
    """Makes a new version of a job as another user at the console does: without the mount, and past the front."""
    space.cocd.client().update(document_id, **{"name": "job", "content": content, **fields})


def versions(space, name="a.yaml"):
    """Returns (coc.base, coc.version) of a file: the version that its text is based on, and the newest known version of its job."""
    return space.fact(name, "base"), space.fact(name, "version")


def hurry(space, document_id):
    """From now on another user writes a new version of the job each time the service has answered a check. So each check finds a
    newer version. Call .end() of the returned object to stop."""
    numbers = itertools.count(1)

    def write(exchange, answer):
        if exchange.path == f"/v1/documents/{document_id}" and not dict(exchange.query).get("version"):
            console(space, document_id, samples.document("job", [f"hurry{next(numbers)}"]))
        return answer

    console(space, document_id)
    return space.front.change_answers(write)
