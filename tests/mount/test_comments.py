# SPDX-License-Identifier: MIT
"""Comments of a job file that say its attributes: "# coc.risk_level: HIGH" before the document."""

import os

import pytest

import samples
import tools
from tools import getfattr, setfattr

ALL = {"risk_level": "HIGH", "enterprise_project_id": "ep-17", "name": "nightly restart",
       "description": "Restarts all, at night", "tags": "team=ops,stage="}


def said(document=None, **values):
    """Returns a document whose comments set attributes."""
    return "".join(f"# coc.{name}: {value}\n" for name, value in values.items()) + (document or samples.document())


def put(space, src, content, name="a.yaml"):
    return tools.run("cp", tools.write(src / "source.yaml", content), space.at(name))


@pytest.fixture
def unset(make_space):
    return make_space(risk_level=None)


@pytest.mark.parametrize("validate", ["none", "yaml", "dsl", "strict"])
def test_each_attribute_is_sent_and_the_bytes_are_those_that_were_written(make_space, src, validate):
    space = make_space(risk_level=None, validate=validate)
    content = said(samples.document("a"), **ALL)
    put(space, src, content).ok()
    body = space.creates()[0].json()
    assert {name: body[name] for name in ALL if name != "tags"} == {name: ALL[name] for name in ALL if name != "tags"}
    assert body["tags"] == [{"key": "team", "value": "ops"}, {"key": "stage", "value": ""}]
    assert body["content"] == content and tools.read(space.at("a.yaml")).decode() == content


def test_comments_never_become_extended_attributes(unset, src):
    put(unset, src, said(**ALL)).ok()
    assert os.listxattr(unset.at("a.yaml")) == []
    tools.run("cp", "-a", unset.at("a.yaml"), src / "out.yaml").ok()
    assert os.listxattr(src / "out.yaml") == []


SPELLINGS = {
    "after a mark": b"\xef\xbb\xbf# coc.risk_level: HIGH\n",
    "with CR LF": b"\r\n# coc.risk_level: HIGH\r\n",
    "with tabs": b"#\tcoc.risk_level:\tHIGH\t\n",
    "indented": b"  # coc.risk_level: HIGH\n",
    "in quotes": b"# coc.risk_level: \"HIGH\"\n",
    "without blanks": b"#coc.risk_level:HIGH\n",
    "after remarks": b"# coc. is a service, coc.example.com:443\n\n# coc.risk_level: HIGH\n",
    "after a directive": b"%YAML 1.1\n# coc.risk_level: HIGH\n---\n",
    "after the start": b"---\n# coc.risk_level: HIGH\n",
    "behind the start": b"--- # coc.risk_level: HIGH\n",
}


@pytest.mark.parametrize("before", SPELLINGS.values(), ids=SPELLINGS)
def test_it_may_be_spelled_as_people_write(space, src, before):
    content = before + samples.document().encode()
    put(space, src, content).ok()
    job = space.only_job()
    assert job["risk_level"] == "HIGH" and job["content"].encode() == content


REFUSED = {
    "unknown": ("# coc.risk: HIGH\n", "1:3", "coc.risk is not an attribute"),
    "misspelt": ("\n  # coc.Risk_level: HIGH\n", "2:5", "coc.Risk_level is not an attribute"),
    "bad value": ("# coc.risk_level: HIHG\n", "1:19", '"HIHG" is neither'),
    "no value": ("# coc.risk_level:\n", "1:18", "neither"),
    "said twice": ("# coc.risk_level: HIGH\n# coc.risk_level: LOW\n", "2:3", "said twice"),
    "with user.": ("# user.coc.risk_level: HIGH\n", "1:3", "without user."),
    "too long": ("# coc.name: " + "x" * 129 + "\n", "1:13", "too long"),
    "open quote": ("# coc.name: 'x\n", "1:13", "does not end"),
}


@pytest.mark.parametrize("validate", ["none", "dsl"])
@pytest.mark.parametrize("before, place, words", REFUSED.values(), ids=REFUSED)
def test_what_is_wrong_is_refused_with_its_place(make_space, src, before, place, words, validate):
    space = make_space(validate=validate)
    put(space, src, before + samples.document()).fails(tools.message("EINVAL"))
    story = space.error("a.yaml")
    line, column = place.split(":")
    assert story.startswith(f"{place}: ") and words in story.splitlines()[0]
    assert f"\nline: {line}\n" in story and f"\ncolumn: {column}\n" in story and "\nwhat_to_do: " in story
    assert space.sent() == (0, 0) and space.fact("a.yaml", "state") == "failed"
    put(space, src, said(risk_level="MEDIUM")).ok()
    assert space.only_job()["risk_level"] == "MEDIUM"


@pytest.mark.parametrize("validate", ["none", "strict"])
def test_a_comment_within_the_document_is_a_comment(make_space, src, validate):
    """If the comment looks like an attribute, the file gets a warning."""
    space = make_space(validate=validate)
    content = samples.document("a") + "# coc.risk_level: HIGH\n# coc.whatever: x\n"
    put(space, src, content).ok()
    assert space.only_job()["risk_level"] == "LOW"
    line = content.count("\n") - 1
    assert f"{line}:1: the comment coc.risk_level does not count" in space.fact("a.yaml", "warnings")
    put(space, src, samples.document("a")).ok()
    assert space.fact("a.yaml", "warnings") is None


def test_the_nearest_counts(make_space, src):
    """The order is: the file's own attribute, its comment, its directories, the mount."""
    space = make_space(risk_level="LOW", description="of the mount")
    os.mkdir(space.at("d"))
    setfattr(space.at("d"), "user.coc.risk_level", "MEDIUM").ok()
    put(space, src, said(samples.document("a"), risk_level="HIGH"), "d/a.yaml").ok()
    source = tools.write(src / "own.yaml", said(samples.document("b"), risk_level="HIGH", description="of the comment"))
    setfattr(source, "user.coc.risk_level", "LOW").ok()
    tools.run("cp", "-a", source, space.at("d/b.yaml")).ok()
    put(space, src, samples.document("c"), "d/c.yaml").ok()
    seen = {job["name"]: (job["risk_level"], job["description"]) for job in space.jobs()}
    assert seen == {"a": ("HIGH", "of the mount"), "b": ("LOW", "of the comment"), "c": ("MEDIUM", "of the mount")}


def test_a_name_and_a_description_count_before_those_of_the_document(space, src):
    put(space, src, said(samples.document("from-meta", description="from meta"), name="from comment", description="''")).ok()
    job = space.only_job()
    assert (job["name"], job["description"] or "") == ("from comment", "")


def test_another_value_is_an_update_of_the_same_job(space, src):
    put(space, src, said(risk_level="LOW")).ok()
    first = space.id("a.yaml")
    tools.run("sed", "-i", "s/coc.risk_level: LOW/coc.risk_level: HIGH/", space.at("a.yaml")).ok()
    assert space.sent() == (1, 1) and space.id("a.yaml") == first
    assert space.only_job()["risk_level"] == "HIGH" and getfattr(space.at("a.yaml"), "user.coc.risk_level") is None


@pytest.mark.parametrize("name, was, other", [("enterprise_project_id", "ep-1", "ep-2"), ("tags", "a=1", "a=2")])
def test_a_project_and_tags_cannot_change(space, src, name, was, other):
    put(space, src, said(**{name: was})).ok()
    put(space, src, said(samples.document(steps=["wait"]), **{name: was})).ok()
    put(space, src, said(**{name: other})).fails(tools.message("EPERM"))
    assert space.error("a.yaml").startswith(f"1:{len(name) + 9}: {name} cannot change once a job exists")
    assert space.sent() == (1, 1)


def test_max_risk_holds_for_a_comment(make_space, src):
    space = make_space(max_risk="MEDIUM")
    put(space, src, said(risk_level="HIGH")).fails(tools.message("EPERM"))
    assert space.sent() == (0, 0) and "max_risk=HIGH" in space.error("a.yaml")


def test_the_story_of_a_missing_risk_level_names_the_comment(unset, src):
    """The line that .error shows mends the file when it is put at the top."""
    put(unset, src, samples.document()).fails(tools.message("ENODATA"))
    line = next(line for line in unset.error("a.yaml").splitlines() if line.startswith("or: "))
    comment = line[line.index("#"):line.index(" on the first line")]
    put(unset, src, comment + "\n" + samples.document()).ok()
    assert unset.only_job()["risk_level"] == "HIGH"


@pytest.mark.parametrize("submit", ["sync", "queue"])
def test_it_counts_for_every_way_to_commit(make_space, src, submit):
    space = make_space(risk_level=None, submit=submit)
    steps = ("stop", "wait", "pause")
    ways = ('cat "$1" > a.yaml', 'cp "$1" .t && mv .t a.yaml', 'cp "$1" .t && ln -f .t a.yaml && rm .t')
    for step, way in zip(steps, ways):
        source = tools.write(src / f"{step}.yaml", said(samples.document("job", [step]), risk_level="MEDIUM"))
        tools.sh(way, source, cwd=space.path).ok()
        tools.eventually(lambda: [job["content"] for job in space.jobs()] == [tools.read(source).decode()], "the job to have it")
    assert space.only_job()["risk_level"] == "MEDIUM"
    assert {call.json()["risk_level"] for call in space.creates() + space.updates()} == {"MEDIUM"}


def test_a_clone_of_a_repository_gets_the_risk_levels_of_its_files(unset, src):
    """git keeps no extended attributes."""
    tools.need("git")
    levels = {"low": "LOW", "medium": "MEDIUM", "high": "HIGH"}
    upstream = str(src / "upstream")
    os.mkdir(upstream)
    for name, level in levels.items():
        tools.write(os.path.join(upstream, name + ".yaml"), said(samples.document(name), risk_level=level))
    who = '-c user.name=a -c user.email=a@b -c safe.directory=*'
    tools.sh(f'git init -q . && git add . && git {who} commit -qm 1', cwd=upstream).ok()
    tools.sh(f'git {who} clone -q "$1" repo', upstream, cwd=unset.path).ok()
    assert {job["name"]: job["risk_level"] for job in unset.jobs()} == levels
    assert unset.sent() == (3, 0)
    tools.write(os.path.join(upstream, "low.yaml"), said(samples.document("low"), risk_level="HIGH"))
    tools.sh(f'git {who} commit -qam 2', cwd=upstream).ok()
    tools.sh(f'git {who} pull -q', cwd=unset.at("repo")).ok()
    assert {job["name"]: job["risk_level"] for job in unset.jobs()} == {**levels, "low": "HIGH"}
    assert unset.sent() == (3, 1)
