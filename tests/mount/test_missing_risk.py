# SPDX-License-Identifier: MIT
"""No job becomes LOW by accident: without a risk level nothing is sent, and cocfs says what to do."""

import os

import pytest

import front as f
import samples
import tools

NAMES = ["restart.yaml", "name with spaces.yaml", "it's $HOME.yaml", "sub/重启.yml"]


@pytest.fixture
def unset(make_space):
    return make_space(risk_level=None)


def refuse_one(space, src, name):
    """A cp that fails because there is no risk level. Returns the source."""
    os.makedirs(os.path.dirname(space.at(name)), exist_ok=True)
    source = samples.file(src, "source.yaml")
    tools.run("cp", source, space.at(name)).fails(tools.message("ENODATA"))
    return source


def mending_command(space, name):
    """Returns the command in .error, as a person would copy it."""
    lines = [line for line in space.error(name).splitlines() if "setfattr " in line]
    assert lines, f"no command in {space.error(name)!r}"
    return lines[-1][lines[-1].index("setfattr "):]


@pytest.mark.parametrize("name", NAMES)
def test_draft_and_error_are_there_and_nothing_was_sent(unset, src, name):
    source = refuse_one(unset, src, name)
    assert tools.read(unset.at(name)) == tools.read(source)
    assert unset.id(name) is None
    assert "ENODATA" in unset.error(name) and "risk" in unset.error(name)
    assert unset.sent() == (0, 0)


@pytest.mark.parametrize("name", NAMES)
def test_the_command_that_it_names_submits(unset, src, name):
    source = refuse_one(unset, src, name)
    tools.need("setfattr")
    tools.sh(mending_command(unset, name), cwd=unset.path).ok()
    job = unset.only_job()
    assert job["content"].encode() == tools.read(source)
    assert unset.id(name) == job["document_id"]
    assert unset.error(name) is None
    assert unset.sent() == (1, 0)


def test_the_exit_status_of_the_command_is_the_outcome(unset, src):
    refuse_one(unset, src, "a.yaml")
    command = mending_command(unset, "a.yaml")
    unset.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "POST")
    tools.need("setfattr")
    tools.sh(command, cwd=unset.path).fails(tools.message("EINVAL"))
    assert "COC.00010002" in unset.error("a.yaml")
    tools.sh(command, cwd=unset.path).ok()
    assert unset.id("a.yaml") == unset.only_job()["document_id"]


def test_an_attribute_before_the_content_serves(unset, src):
    tools.run("touch", unset.at("a.yaml")).ok()
    tools.setfattr(unset.at("a.yaml"), "user.coc.risk_level", "MEDIUM").ok()
    assert unset.sent() == (0, 0)
    tools.run("cp", samples.file(src, "a.yaml"), unset.path).ok()
    assert unset.only_job()["risk_level"] == "MEDIUM"
