# SPDX-License-Identifier: MIT
"""A job with two writers: the mount, and somebody at the console, who writes past it."""

import samples
import tools

MINE, THEIRS = samples.document("job", ["mine"]), samples.document("job", ["theirs"])


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
