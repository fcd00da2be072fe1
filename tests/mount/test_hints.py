# SPDX-License-Identifier: MIT
"""Mistakes that people and tools make without noticing: coc.error, or the log, says what was meant."""

import os

import pytest

import queues
import samples
import tools

RISK = "user.coc.risk_level"


# ---- a refused attribute of a directory ----

def story(space, name="d"):
    return tools.getfattr(space.at(name), "coc.error")


def test_a_refused_attribute_of_a_directory_has_a_story(make_space, src):
    space = make_space()
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d")).ok()
    tools.setfattr(space.at("d"), RISK, "SEVERE").fails(tools.message("EINVAL"))
    told = story(space)
    assert "risk_level" in told and "SEVERE" in told and "errno: EINVAL" in told.splitlines()
    for path in (space.at("d"), space.path):
        result = queues.wait(path)
        assert result.status == 1 and "d: an attribute was refused: " in result.stderr and "SEVERE" in result.stderr
    queues.wait(space.at("d/a.yaml")).ok()
    space.remount()
    assert story(space) == told
    os.rename(space.at("d"), space.at("e"))
    assert story(space, "e") == told
    assert os.listxattr(space.at("e")) == []
    tools.setfattr(space.at("e"), RISK, "HIGH").ok()
    assert story(space, "e") is None and os.listxattr(space.at("e")) == [RISK]
    queues.wait(space.path).ok()


def test_each_attribute_has_its_own(space):
    os.mkdir(space.at("d"))
    for name, value in ((RISK, "SEVERE"), ("user.coc.tags", "no pair"), ("user.coc.risk", "HIGH")):
        tools.setfattr(space.at("d"), name, value).fails(tools.message("EINVAL"))
    assert story(space).count("errno: EINVAL") == 3
    tools.setfattr(space.at("d"), RISK, "LOW").ok()  # this also ends the refusal of user.coc.risk, which is no attribute
    assert story(space).count("errno: EINVAL") == 1 and "tags" in story(space)
    tools.run("setfattr", "-x", "user.coc.tags", space.at("d")).ok()
    assert story(space) is None
    tools.run("setfattr", "-x", "user.coc.tags", space.at("d")).fails("No such attribute")


def test_the_root_and_a_tool_that_carries_attributes_too(make_space, src):
    tools.need("rsync")
    space = make_space()
    os.mkdir(src / "tree")
    os.setxattr(src / "tree", RISK, b"SEVERE")
    tools.run("rsync", "-aX", f"{src}/tree", space.path).fails()
    assert "SEVERE" in story(space, "tree")
    assert queues.wait(space.path).status == 1
    os.rmdir(space.at("tree"))
    queues.wait(space.path).ok()
    tools.setfattr(space.path, RISK, "SEVERE").fails(tools.message("EINVAL"))
    assert "SEVERE" in story(space, ".") and queues.wait(space.path).status == 1


def test_nobody_sees_or_makes_what_the_mount_keeps(space, src):
    os.mkdir(space.at("d"))
    tools.setfattr(space.at("d"), RISK, "SEVERE").fails()
    tools.run("cp", "-a", space.at("d"), src / "out").ok()
    assert os.listxattr(src / "out") == []
    for path in (space.at("d"), tools.write(space.at("note"), "x")):
        tools.setfattr(path, "user.cocfs.refused", "x").fails(tools.message("EOPNOTSUPP"))
        tools.run("getfattr", "-n", "user.cocfs.refused", path).fails(tools.message("EOPNOTSUPP"))


# ---- coc.risk_level for user.coc.risk_level ----

@pytest.mark.parametrize("attribute, value", [("risk_level", "HIGH"), ("name", "x"), ("description", "x"), ("tags", "a=b"),
                                              ("enterprise_project_id", "7")])
def test_the_name_that_was_meant_is_told(space, src, attribute, value):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    os.mkdir(space.at("d"))
    tools.write(space.at("note"), "x")
    for name in ("a.yaml", "d", "note"):
        tools.setfattr(space.at(name), "coc." + attribute, value).fails(tools.message("EINVAL"))
        assert f"user.coc.{attribute} is meant" in story(space, name), name
        assert f"what_to_do: setfattr -n user.coc.{attribute} -v VALUE FILE" in story(space, name)
    assert f"user.coc.{attribute} is meant" in space.error("a.yaml")
    assert space.log().count(f"user.coc.{attribute} is meant") == 3
    assert queues.wait(space.at("a.yaml")).status == 1
    if attribute == "risk_level":
        tools.setfattr(space.at("a.yaml"), RISK, "HIGH").ok()
        assert space.error("a.yaml") is None and space.only_job()["risk_level"] == "HIGH"
        queues.wait(space.at("a.yaml")).ok()


@pytest.mark.parametrize("name", ["coc.state", "coc.nothing", "coc.", "coc." + "n" * 200])
def test_what_is_no_attribute_of_a_job_cannot_be_set_at_all(space, src, name):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    tools.setfattr(space.at("a.yaml"), name, "x").fails(tools.message("EPERM"))
    assert space.error("a.yaml") is None and space.fact("a.yaml", "state") == "submitted"


def test_a_sibling_is_not_asked(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    # for an ordinary user the kernel looks at the mode first, and refuses without a request
    tools.setfattr(space.at("a.yaml.id"), "coc.risk_level", "HIGH").fails(tools.message("EPERM" if tools.IS_ROOT else "EACCES"))


# ---- names that are not submitted ----

@pytest.mark.parametrize("make, name, reason", [
    ('cp "$1" job.YAML; cp "$1" job.YAML', "job.YAML", "small letters"),
    ('cp "$1" job.Yml', "job.Yml", "small letters"),
    ('cp "$1" .x; mv .x job.YAML; cp "$1" .x; mv .x job.YAML', "job.YAML", "small letters"),
    ('cp "$1" .x; ln .x job.YAML', "job.YAML", "small letters"),
    ('ln -s "$1" job.yaml; cat job.yaml', "job.yaml", "symbolic link"),
    ('ln -s "$1" x; mv x job.yaml', "job.yaml", "symbolic link"),
    ('mkfifo job.yml', "job.yml", "pipe")])
def test_what_looks_like_a_job_file_is_logged_once(space, src, make, name, reason):
    tools.sh(make, samples.file(src, "a.yaml"), cwd=space.path).ok()
    lines = [line for line in space.log().splitlines() if "is not submitted" in line]
    assert len(lines) == 1 and f"{name} is not submitted" in lines[0] and reason in lines[0]
    assert "warning" in lines[0] and space.sent() == (0, 0)


def test_what_does_not_is_not(space, src):
    tools.sh('cp "$1" a.yaml; cp "$1" .a.YAML; cp "$1" yaml.txt; mkdir d.yaml d.YAML .h; cp "$1" .h/a.YAML; ln -s a .h/a.yaml;'
             'ln -s a note; mkfifo pipe', samples.file(src, "a.yaml"), cwd=space.path).ok()
    assert "is not submitted" not in space.log()
