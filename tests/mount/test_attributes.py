# SPDX-License-Identifier: MIT
"""Attributes: where they come from, how they travel, what a bound file lets be changed."""

import os

import pytest

import front as f
import samples
import tools
from tools import getfattr, setfattr

FULL = {"risk_level": "HIGH", "enterprise_project_id": "ep-17", "name": "nightly restart",
        "description": "Restarts all, at night", "tags": "team=ops,stage="}
TAGS = [{"key": "team", "value": "ops"}, {"key": "stage", "value": ""}]
COPIES = [["--preserve=xattr"], ["-a"]]


def sent_attributes(exchange):
    body = exchange.json()
    return {key: body.get(key) for key in ("risk_level", "enterprise_project_id", "name",
                                           "description", "tags")}


def decorate(path, **values):
    for name, value in values.items():
        setfattr(path, "user.coc." + name, value).ok()
    return path


@pytest.fixture
def bound(space, src):
    """A space with one submitted job, a.yaml."""
    tools.run("cp", samples.file(src, "a.yaml", "a"), space.path).ok()
    return space


@pytest.mark.parametrize("flags", COPIES, ids=" ".join)
def test_travel_with_a_copy_in_one_create(make_space, src, flags):
    space = make_space(risk_level=None)
    source = decorate(samples.file(src, "a.yaml"), **FULL)
    tools.run("cp", *flags, source, space.path).ok()
    assert space.sent() == (1, 0)
    assert sent_attributes(space.creates()[0]) == {**FULL, "tags": TAGS}
    job = space.only_job()
    assert {key: job[key] for key in FULL if key != "tags"} == {
        key: value for key, value in FULL.items() if key != "tags"}


def test_copied_out_and_in_again_makes_a_job_with_the_same_attributes(space, src):
    source = decorate(samples.file(src, "a.yaml"), **FULL)
    tools.run("cp", "-a", source, space.path).ok()
    tools.run("cp", "-a", space.at("a.yaml"), src / "out.yaml").ok()
    assert sorted(os.listxattr(src / "out.yaml")) == sorted("user.coc." + name for name in FULL)
    tools.run("cp", "-a", src / "out.yaml", space.at("b.yaml")).ok()
    first, second = space.creates()
    assert sent_attributes(first) == sent_attributes(second)
    assert space.id("a.yaml") != space.id("b.yaml")


def test_nearest_wins(make_space, src):
    space = make_space(risk_level="LOW", enterprise_project_id="ep-mount")
    os.makedirs(space.at("d/e"))
    decorate(space.at("d"), risk_level="MEDIUM", tags="from=d")
    decorate(space.at("d/e"), tags="from=e")
    plain, own = samples.file(src, "plain.yaml"), samples.file(src, "own.yaml")
    decorate(own, risk_level="HIGH")
    for where in ("", "d", "d/e"):
        tools.run("cp", plain, space.at(where)).ok()
    tools.run("cp", "-a", own, space.at("d/e")).ok()
    seen = [(a["risk_level"], a["enterprise_project_id"], a["tags"] and a["tags"][0]["value"])
            for a in map(sent_attributes, space.creates())]
    assert seen == [("LOW", "ep-mount", None), ("MEDIUM", "ep-mount", "d"),
                    ("MEDIUM", "ep-mount", "e"), ("HIGH", "ep-mount", "e")]


def test_directory_attribute_set_on_the_mount_root(make_space, src):
    space = make_space(risk_level=None)
    decorate(space.path, risk_level="MEDIUM")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.only_job()["risk_level"] == "MEDIUM"


def test_name_and_description_of_the_file_win_over_meta(space, src):
    source = decorate(samples.file(src, "a.yaml", "from-meta", description="from meta"),
                      name="from attribute", description="")
    tools.run("cp", "-a", source, space.path).ok()
    job = space.only_job()
    assert (job["name"], job["description"] or "") == ("from attribute", "")


def test_listing_shows_only_what_can_be_copied(bound):
    decorate(bound.at("a.yaml"), description="listed")
    tools.need("getfattr")
    listed = tools.run("getfattr", "-d", "-m", "-", "--absolute-names", bound.at("a.yaml")).ok().stdout
    names = [line.partition("=")[0] for line in listed.splitlines() if "=" in line]
    assert names == ["user.coc.description"]


def test_facts_of_a_submitted_job(bound):
    job = bound.only_job()
    assert bound.fact("a.yaml", "job_id") == job["document_id"]
    assert bound.fact("a.yaml", "state") == "submitted"
    assert bound.fact("a.yaml", "version") == "v1"
    assert bound.fact("a.yaml", "request_id")
    assert not bound.fact("a.yaml", "error")


def test_facts_of_a_refused_job(space, src):
    space.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "POST")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails(tools.message("EINVAL"))
    assert space.fact("a.yaml", "state") == "failed"
    assert space.fact("a.yaml", "request_id") == f.REQUEST_ID
    assert space.fact("a.yaml", "job_id") is None
    first_line = space.error("a.yaml").splitlines()[0]
    assert first_line in space.fact("a.yaml", "error")


def test_facts_of_a_draft(space):
    tools.run("touch", space.at("a.yaml")).ok()
    assert space.fact("a.yaml", "state") == "draft"
    assert space.fact("a.yaml", "job_id") is None


def test_warnings_are_told_with_their_place(space):
    content = samples.document().replace("inputs: {}\n", "inputs: {unused: {type: string}}\n", 1)
    tools.write(space.at("a.yaml"), content)
    assert "4:" in space.fact("a.yaml", "warnings") and "unused" in space.fact("a.yaml", "warnings")
    assert "unused" in space.log()


@pytest.mark.parametrize("fact", ["job_id", "state", "version", "request_id", "error", "warnings"])
def test_facts_cannot_be_written(bound, fact):
    assert setfattr(bound.at("a.yaml"), "coc." + fact, "x").status != 0
    assert bound.sent() == (1, 0)


BAD_VALUES = [
    ("risk_level", "low"), ("risk_level", "CRITICAL"), ("risk_level", "LOW "), ("risk_level", ""),
    ("name", ""), ("name", "x" * 129), ("name", "名" * 129), ("description", "x" * 129),
    ("enterprise_project_id", ""), ("enterprise_project_id", "x" * 129),
    ("tags", "novalue"), ("tags", "=x"), ("tags", "a=1,a=2"), ("tags", "a=1,,b=2")]


@pytest.mark.parametrize("where", ["draft.yaml", "notes.txt", "folder", "a.yaml"])
def test_bad_values_are_refused(bound, where):
    tools.run("mkdir", bound.at("folder")).ok()
    tools.run("touch", bound.at("draft.yaml"), bound.at("notes.txt")).ok()
    for name, value in BAD_VALUES:
        setfattr(bound.at(where), "user.coc." + name, value).fails(tools.message("EINVAL"))
    assert bound.sent() == (1, 0)


@pytest.mark.parametrize("name, value", [
    ("name", "名" * 128), ("description", "x" * 128), ("tags", "a=1,b="), ("risk_level", "HIGH")])
def test_good_values_are_kept(space, name, value):
    tools.run("touch", space.at("draft.yaml")).ok()
    decorate(space.at("draft.yaml"), **{name: value})
    assert getfattr(space.at("draft.yaml"), "user.coc." + name) == value
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("name, value", [("enterprise_project_id", "ep-2"), ("tags", "a=2")])
def test_project_and_tags_of_a_job_cannot_change(space, src, name, value):
    source = decorate(samples.file(src, "a.yaml"), enterprise_project_id="ep-1", tags="a=1")
    tools.run("cp", "-a", source, space.path).ok()
    setfattr(space.at("a.yaml"), "user.coc." + name, value).fails(tools.message("EPERM"))
    kept = {"enterprise_project_id": "ep-1", "tags": "a=1"}[name]
    setfattr(space.at("a.yaml"), "user.coc." + name, kept).ok()
    assert space.sent() == (1, 0)


@pytest.mark.parametrize("name, value", [
    ("risk_level", "HIGH"), ("name", "another name"), ("description", "said later")])
def test_setting_one_on_a_job_is_an_update(bound, name, value):
    document_id = bound.id("a.yaml")
    decorate(bound.at("a.yaml"), **{name: value})
    assert bound.sent() == (1, 1)
    job = bound.only_job()
    assert (job["document_id"], job["version"], job[name]) == (document_id, "v2", value)
    decorate(bound.at("a.yaml"), **{name: value})
    assert bound.sent() == (1, 1)


def test_setfattr_tells_that_the_update_was_refused(bound):
    bound.front.rule(f.refuses(403, "APIGW.0302", "no"), "PUT")
    setfattr(bound.at("a.yaml"), "user.coc.risk_level", "HIGH").fails(tools.message("EPERM"))
    assert "APIGW.0302" in bound.error("a.yaml")
    assert bound.only_job()["risk_level"] == "LOW"


def test_the_binding_is_forgotten_only_on_request(bound, src):
    first = bound.id("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", bound.at("a.yaml")).ok()
    assert bound.id("a.yaml") is None and bound.fact("a.yaml", "job_id") is None
    tools.run("cp", src / "a.yaml", bound.path).ok()
    assert bound.id("a.yaml") not in (None, first)
    assert bound.sent() == (2, 0)


WRITE_WITH_A_BAD_VALUE = """
fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
os.write(fd, load(args[0]))
try:
    os.setxattr(target, "user.coc.risk_level", b"SEVERE")
except OSError as error:
    print(errno.errorcode[error.errno])
if args[1:]:
    os.setxattr(target, "user.coc.risk_level", args[1].encode())
attempt(os.close, fd)
"""


def test_a_copy_whose_attribute_was_refused_is_no_job(space, src):
    """cp -a goes on after a refused attribute: a SEVERE job must not be made a LOW one by the mount's default."""
    result = tools.python(WRITE_WITH_A_BAD_VALUE, space.at("a.yaml"), samples.file(src, "a.yaml"))
    assert result.stdout.split("\n")[:2] == ["EINVAL", "close EINVAL"]
    assert space.sent() == (0, 0) and "SEVERE" in space.error("a.yaml")


def test_a_good_value_takes_the_refusal_back(space, src):
    tools.python(WRITE_WITH_A_BAD_VALUE, space.at("a.yaml"), samples.file(src, "a.yaml"), "HIGH").ok()
    assert space.only_job()["risk_level"] == "HIGH"


def test_a_scratch_file_whose_attribute_was_refused_becomes_no_job(space, src):
    """rsync -X sets attributes on a temporary name, goes on after a refusal, and renames."""
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".a.tmp")).ok()
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "SEVERE", space.at(".a.tmp")).fails("Invalid argument")
    result = tools.python("attempt(os.rename, target, args[0])", space.at(".a.tmp"), space.at("a.yaml"))
    assert result.stdout.strip() == "rename EINVAL"
    assert space.sent() == (0, 0) and "SEVERE" in space.error("a.yaml")
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "MEDIUM", space.at(".a.tmp")).ok()
    tools.run("mv", space.at(".a.tmp"), space.at("a.yaml")).ok()
    assert space.only_job()["risk_level"] == "MEDIUM"
