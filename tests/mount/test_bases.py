# SPDX-License-Identifier: MIT
"""coc.base: the version whose content was read or written here, and what it is for: nobody is overwritten."""

import pytest

import samples
import tools


@pytest.fixture
def bound(space, src):
    """The ID of the job of a.yaml, which was submitted."""
    tools.run("cp", samples.file(src, "a.yaml", "job", ["mine"]), space.path).ok()
    return space.id("a.yaml")


def test_the_base_is_the_version_that_was_written(space, src, bound):
    assert space.fact("a.yaml", "base") == "v1" == space.fact("a.yaml", "version")
    tools.run("cp", samples.file(src, "a.yaml", "job", ["more"]), space.path).ok()
    assert space.fact("a.yaml", "base") == "v2" == space.fact("a.yaml", "version")


def test_what_has_no_job_has_no_base(space):
    tools.write(space.at("draft.yaml"), b"")
    tools.write(space.at("scratch"), b"x")
    assert space.fact("draft.yaml", "base") is None and space.fact("scratch", "base") is None


def test_no_tool_lists_or_copies_it(space, src, bound):
    assert "base" not in tools.run("getfattr", "-d", "-m", "-", space.at("a.yaml")).ok().stdout
    tools.run("cp", "-a", space.at("a.yaml"), space.at("b.txt")).ok()
    assert space.fact("b.txt", "base") is None
