# SPDX-License-Identifier: MIT
"""cocfs is killed while a newer text replaces a file's text. The file has one text or the other, the base is never newer than what
was read, and nobody is overwritten."""

import os
import signal

import pytest

import samples
import test_crash_points as crashes
import tools
from two_writers import MINE, THEIRS, console, save, submit

THIRD = samples.document("job", ["third"])
POINTS = ["incoming-written", "incoming-renamed", "refresh-recorded"]


@pytest.fixture(name="died")
def died_fixture(make_space, src):
    """died(point): a space whose mount was killed at a point of a refresh from v1 to v2, and the ID of its job."""
    def die(point):
        crashes.need_points()
        space = make_space(mounted=False, program=crashes.CRASH, refresh="0")
        space.mount()
        job = submit(space, src)
        assert space.unmount() == 0
        console(space, job)
        crashes.die_at(space, point)
        space.mount()
        tools.run("stat", space.at("a.yaml"), seconds=40)
        assert space.bury(40) == -signal.SIGKILL
        del space.env["COCFS_CRASH_AT"]
        return space, job
    return die


@pytest.mark.parametrize("point", POINTS)
def test_the_next_look_ends_it(died, src, point):
    space, job = died(point)
    assert tools.read(os.path.join(space.state, "spool", "a.yaml")).decode() == (MINE if point == POINTS[0] else THEIRS)
    space.mount()
    assert os.listdir(os.path.join(space.state, "incoming")) == []
    assert os.stat(space.at("a.yaml")).st_size == len(THEIRS)
    assert space.fact("a.yaml", "base") == "v1" and space.fact("a.yaml", "version") == "v2"
    assert tools.run("cat", space.at("a.yaml")).ok().stdout == THEIRS
    assert space.fact("a.yaml", "base") == "v2" and space.fact("a.yaml", "state") == "submitted"
    save(space, src, "more").ok()
    assert space.job(job)["version"] == "v3" and space.fact("a.yaml", "base") == "v3"


@pytest.mark.parametrize("point", POINTS)
def test_nobody_is_overwritten(died, src, point):
    """A third version is written while the mount is down, and a user writes without a look."""
    space, job = died(point)
    console(space, job, THIRD)
    space.mount()
    save(space, src, "more").fails(tools.message("ESTALE"))
    assert space.job(job)["content"] == THIRD and len(space.updates()) == 0
    assert space.fact("a.yaml", "base") == "v1" and space.fact("a.yaml", "version") == "v3"
