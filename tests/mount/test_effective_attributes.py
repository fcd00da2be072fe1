# SPDX-License-Identifier: MIT
"""coc.risk_level and the other virtual attributes show what the service holds.

The rule of updates: an attribute that was changed here since it was sent last is sent. Any other keeps the service's present
value.
"""

import os

import pytest

import front as fronts
import queues
import samples
import tools
from tools import getfattr, setfattr

FULL = {"risk_level": "HIGH", "enterprise_project_id": "ep-17", "name": "nightly restart",
        "description": "Restarts all, at night", "tags": "team=ops,stage="}
SUBMIT = ["sync", "queue"]


def said(step, **values):
    """Returns a document whose comments set attributes."""
    return "".join(f"# coc.{name}: {value}\n" for name, value in values.items()) + samples.document("job", [step])


def save(space, src, content, name="a.yaml"):
    """Writes a file with cp; then waits for the queue, if there is one. Returns the result of cp."""
    result = tools.run("cp", tools.write(src / "source.yaml", content), space.at(name))
    queues.drained(space)
    return result


def set_attribute(space, where, name, value):
    setfattr(space.at(where), "user.coc." + name, value).ok()
    queues.drained(space)


def console(space, **fields):
    """Another user changes attributes of the only job at the console; the content stays."""
    job = space.only_job()
    body = {"name": job["name"], "content": job["content"], "risk_level": job["risk_level"],
            "description": job["description"] or "", **fields}
    cocd = getattr(space, "space", space).cocd
    cocd.client().ask("PUT", f"/v1/documents/{job['document_id']}", body=body)


def held(space, name="a.yaml"):
    return {attribute: space.fact(name, attribute) for attribute in FULL}


def risks(space, name="a.yaml"):
    """Returns the risk level that the service holds, and the one that the file shows."""
    return space.only_job()["risk_level"], space.fact(name, "risk_level")


# ---- reading ----

def test_they_show_what_the_service_holds(make_space, src):
    space = make_space(risk_level=None)
    os.mkdir(space.at("d"))
    for name, value in FULL.items():
        setfattr(space.at("d"), "user.coc." + name, value).ok()
    save(space, src, samples.document(), "d/a.yaml").ok()
    assert held(space, "d/a.yaml") == FULL
    assert [getfattr(space.at("d/a.yaml"), "user.coc." + name) for name in FULL] == [None] * len(FULL)


def test_they_show_what_comments_the_document_and_the_mount_said(space, src):
    save(space, src, "# coc.tags: a=1\n" + samples.document("of meta", description="said by meta")).ok()
    assert held(space) == {"risk_level": "LOW", "enterprise_project_id": "0", "name": "of meta",
                           "description": "said by meta", "tags": "a=1"}


def test_no_tool_lists_or_copies_them(space, src):
    save(space, src, samples.document()).ok()
    assert os.listxattr(space.at("a.yaml")) == []
    tools.run("cp", "-a", space.at("a.yaml"), src / "out.yaml").ok()
    assert os.listxattr(src / "out.yaml") == []


def test_without_a_job_there_are_none(space, src):
    save(space, src, "- no document\n").fails()
    tools.write(space.at("scratch"), "x")
    os.mkdir(space.at("d"))
    for name in ("a.yaml", "scratch", "d"):
        assert held(space, name) == dict.fromkeys(FULL)
    save(space, src, samples.document(), "b.yaml").ok()
    tools.run("setfattr", "-x", "coc.job_id", space.at("b.yaml")).ok()
    assert held(space, "b.yaml") == dict.fromkeys(FULL)


@pytest.mark.parametrize("name", FULL)
def test_they_cannot_be_set_and_the_story_says_what_is_meant(space, src, name):
    save(space, src, samples.document()).ok()
    setfattr(space.at("a.yaml"), "coc." + name, FULL[name]).fails(tools.message("EINVAL"))
    assert f"user.coc.{name} is meant" in space.error("a.yaml")


def test_a_colleagues_change_shows_after_an_update(make_space, src):
    space = make_space()
    save(space, src, samples.document("job", ["one"])).ok()
    console(space, risk_level="HIGH", name="renamed", description="of the console")
    save(space, src, samples.document("job", ["two"])).ok()
    assert held(space) == {"risk_level": "HIGH", "enterprise_project_id": "0", "name": "renamed",
                           "description": "of the console", "tags": None}
    space.remount()
    assert space.fact("a.yaml", "risk_level") == "HIGH"


def test_a_colleagues_change_shows_when_the_file_is_looked_at(make_space, src):
    """A look at a file that was not checked within refresh asks the service. getfattr is such a look."""
    space = make_space(refresh="0")
    save(space, src, samples.document("job", ["one"])).ok()
    for level in ("HIGH", "MEDIUM"):
        console(space, risk_level=level, description=level + " of the console")
        assert space.fact("a.yaml", "risk_level") == level
        assert space.fact("a.yaml", "description") == level + " of the console"
    console(space, risk_level="HIGH", content=samples.document("job", ["theirs"]))
    assert space.fact("a.yaml", "risk_level") == "HIGH" and b"theirs" in tools.read(space.at("a.yaml"))


def test_a_conflict_shows_them_too(space, src):
    save(space, src, samples.document("job", ["one"])).ok()
    console(space, content=samples.document("job", ["theirs"]), risk_level="MEDIUM")
    save(space, src, samples.document("job", ["two"])).fails(tools.message("ESTALE"))
    assert risks(space) == ("MEDIUM", "MEDIUM")


def test_what_the_service_holds_outlives_another_version_of_the_file(space, src):
    """A refused text changes nothing that is shown."""
    save(space, src, samples.document("job", ["one"], description="held")).ok()
    save(space, src, "- no document\n").fails()
    assert space.fact("a.yaml", "description") == "held" and space.fact("a.yaml", "risk_level") == "LOW"


# ---- the rule per attribute ----

@pytest.mark.parametrize("submit", SUBMIT)
def test_a_colleagues_changes_survive_an_update_of_the_content(make_space, src, submit):
    space = make_space(submit=submit)
    save(space, src, samples.document("job", ["one"], description="of meta")).ok()
    theirs = {"risk_level": "HIGH", "name": "renamed", "description": "of the console"}
    console(space, **theirs)
    for step in ("two", "three"):
        save(space, src, samples.document("job", [step], description="of meta")).ok()
        job = space.only_job()
        assert {name: job[name] for name in theirs} == theirs and step in job["content"]


@pytest.mark.parametrize("submit", SUBMIT)
def test_a_new_value_here_wins(make_space, src, submit):
    space = make_space(submit=submit)
    save(space, src, samples.document("job", ["one"], description="of meta")).ok()
    console(space, risk_level="HIGH", name="renamed", description="of the console")
    save(space, src, samples.document("other", ["two"], description="of meta")).ok()
    job = space.only_job()
    assert (job["name"], job["description"], job["risk_level"]) == ("other", "of the console", "HIGH")
    save(space, src, said("three", risk_level="MEDIUM", description="of a comment")).ok()
    job = space.only_job()
    assert (job["name"], job["description"], job["risk_level"]) == ("job", "of a comment", "MEDIUM")


def test_a_value_that_a_user_sets_again_by_hand_wins(space, src):
    """The file said LOW before, too. But now a person has set it."""
    save(space, src, samples.document("job", ["one"])).ok()
    set_attribute(space, "a.yaml", "risk_level", "LOW")
    console(space, risk_level="HIGH")
    save(space, src, samples.document("job", ["two"])).ok()
    assert risks(space) == ("HIGH", "HIGH")
    set_attribute(space, "a.yaml", "risk_level", "LOW")
    assert risks(space) == ("LOW", "LOW")
    sent = space.sent()
    set_attribute(space, "a.yaml", "risk_level", "LOW")
    assert space.sent() == sent


def test_what_a_user_has_set_stays_set_when_newer_content_takes_its_place(make_space, src):
    """The value that the user has set is still in the queue when newer content arrives."""
    space = make_space(submit="queue")
    save(space, src, samples.document("job", ["one"])).ok()
    set_attribute(space, "a.yaml", "risk_level", "LOW")
    console(space, risk_level="HIGH")
    save(space, src, samples.document("job", ["two"])).ok()
    assert risks(space) == ("HIGH", "HIGH")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "PUT")
    tools.run("cp", tools.write(src / "three.yaml", samples.document("job", ["three"])), space.at("a.yaml")).ok()
    gate.wait_held()
    setfattr(space.at("a.yaml"), "user.coc.risk_level", "LOW").ok()
    tools.run("cp", tools.write(src / "four.yaml", samples.document("job", ["four"])), space.at("a.yaml")).ok()
    gate.open()
    queues.drained(space)
    assert risks(space) == ("LOW", "LOW") and "four" in space.only_job()["content"]


def test_a_tool_that_copies_the_same_attribute_again_is_no_user_who_sets_it(space, src):
    tools.need("rsync")
    source = tools.write(src / "a.yaml", samples.document("job", ["one"]))
    setfattr(source, "user.coc.risk_level", "LOW").ok()
    tools.run("cp", "-a", source, space.path).ok()
    console(space, risk_level="HIGH")
    for step, tool in (("two", ["cp", "-a"]), ("six", ["rsync", "-aXI"])):
        tools.write(source, samples.document("job", [step]))
        tools.run(*tool, source, space.at("a.yaml")).ok()
        assert risks(space) == ("HIGH", "HIGH") and step in space.only_job()["content"]


# Each row has: where the level MEDIUM comes from, what of it is removed here, and the level that the console sets before that
# (None: none). Then the level after the next update: in a mount with risk_level=LOW, and in one without the option.
OWN, COMMENT, DIRECTORY, NOTHING = "own", "comment", "directory", "nothing"
REMOVALS = [
    # was, taken, other, with_low, without (None: the update is refused)
    (OWN, OWN, None, "LOW", None),
    (OWN, OWN, "HIGH", "LOW", None),
    (COMMENT, COMMENT, None, "LOW", None),
    (COMMENT, COMMENT, "HIGH", "LOW", None),
    (DIRECTORY, DIRECTORY, None, "LOW", None),
    (DIRECTORY, DIRECTORY, "HIGH", "LOW", None),
    (OWN, NOTHING, "HIGH", "HIGH", "HIGH"),
    (COMMENT, NOTHING, "HIGH", "HIGH", "HIGH"),
    (DIRECTORY, NOTHING, "HIGH", "HIGH", "HIGH"),
]


@pytest.mark.parametrize("option", ["LOW", None])
@pytest.mark.parametrize("was, taken, other, with_low, without", REMOVALS)
def test_what_counts_when_an_attribute_is_removed(make_space, src, was, taken, other, with_low, without, option):
    space = make_space(risk_level=option)
    os.mkdir(space.at("d"))
    comments = {"risk_level": "MEDIUM"} if was == COMMENT else {}
    if was == DIRECTORY:
        setfattr(space.at("d"), "user.coc.risk_level", "MEDIUM").ok()
    source = tools.write(src / "a.yaml", said("one", **comments))
    if was == OWN:
        setfattr(source, "user.coc.risk_level", "MEDIUM").ok()
    tools.run("cp", "-a", source, space.at("d/a.yaml")).ok()
    assert risks(space, "d/a.yaml") == ("MEDIUM", "MEDIUM")
    if other:
        console(space, risk_level=other)
    level = with_low if option else without
    if taken == OWN:
        result = tools.run("setfattr", "-x", "user.coc.risk_level", space.at("d/a.yaml"))
        assert (result.status == 0) == (level is not None)
    elif taken == DIRECTORY:
        tools.run("setfattr", "-x", "user.coc.risk_level", space.at("d")).ok()
    result = save(space, src, said("two", **({} if taken == COMMENT else comments)), "d/a.yaml")
    if level is None:
        result.fails(tools.message("ENODATA"))
        assert space.only_job()["risk_level"] == (other or "MEDIUM") and space.updates() == []
        save(space, src, said("two", risk_level="LOW"), "d/a.yaml").ok()
        level = "LOW"
    assert risks(space, "d/a.yaml") == (level, level)
    assert "two" in space.only_job()["content"] and space.sent()[0] == 1


def test_a_description_that_is_removed_is_the_documents_again_or_none(space, src):
    save(space, src, samples.document("job", ["one"], description="of meta")).ok()
    set_attribute(space, "a.yaml", "description", "own")
    tools.run("setfattr", "-x", "user.coc.description", space.at("a.yaml")).ok()
    assert space.only_job()["description"] == "of meta" == space.fact("a.yaml", "description")
    save(space, src, said("two", description="of a comment")).ok()
    save(space, src, samples.document("job", ["six"])).ok()
    assert not space.only_job()["description"] and space.fact("a.yaml", "description") is None


# ---- the options of a mount are defaults ----

def remount(space, **options):
    space.unmount()
    space.options.update(options)
    space.mount()


@pytest.mark.parametrize("first, then", [("HIGH", "LOW"), ("LOW", "HIGH"), ("HIGH", None)])
def test_an_update_through_a_mount_with_another_option_changes_no_level(make_space, src, first, then):
    space = make_space(risk_level=first)
    save(space, src, said("one")).ok()
    remount(space, risk_level=then)
    save(space, src, said("two")).ok()
    assert risks(space) == (first, first)
    set_attribute(space, ".", "risk_level", "MEDIUM")  # unlike the option, an attribute of a directory counts
    save(space, src, said("ten")).ok()
    assert risks(space) == ("MEDIUM", "MEDIUM")


def test_a_new_job_gets_the_option(make_space, src):
    space = make_space(risk_level="HIGH")
    save(space, src, said("one")).ok()
    remount(space, risk_level="LOW")
    save(space, src, said("two"), "b.yaml").ok()
    assert space.fact("a.yaml", "risk_level") == "HIGH" and space.fact("b.yaml", "risk_level") == "LOW"


@pytest.mark.parametrize("option", ["LOW", None])
def test_with_conflict_overwrite_what_was_not_changed_here_is_not_sent(make_space, src, option):
    space = make_space(conflict="overwrite", risk_level=option)
    save(space, src, said("one") if option else said("one", risk_level="LOW")).ok()
    console(space, risk_level="HIGH", description="of the console", content=said("theirs"))
    save(space, src, said("two") if option else said("two", risk_level="LOW")).ok()
    job = space.only_job()
    assert (job["risk_level"], job["description"]) == ("HIGH", "of the console") and "two" in job["content"]
    body = space.updates()[0].json()
    assert "risk_level" not in body and "description" not in body and body["name"] == "job"
    assert space.fact("a.yaml", "risk_level") == "HIGH"
    set_attribute(space, "a.yaml", "risk_level", "MEDIUM")
    assert risks(space) == ("MEDIUM", "MEDIUM")


# ---- max_risk ----

@pytest.mark.parametrize("submit", SUBMIT)
def test_max_risk_holds_for_a_level_that_stays_as_the_service_has_it(make_space, src, submit):
    space = make_space(max_risk="MEDIUM", submit=submit)
    save(space, src, said("one")).ok()
    console(space, risk_level="HIGH")
    result = save(space, src, said("two"))
    if submit == "sync":
        result.fails(tools.message("EPERM"))
    story = space.error("a.yaml")
    assert "EPERM" in story and "HIGH" in story and "max_risk=HIGH" in story and "setfattr" in story
    assert space.updates() == [] and space.fact("a.yaml", "state") == "failed"
    assert risks(space) == ("HIGH", "HIGH") and space.fact("a.yaml", "version") == "v2"
    set_attribute(space, "a.yaml", "risk_level", "MEDIUM")
    assert risks(space) == ("MEDIUM", "MEDIUM") and "two" in space.only_job()["content"]
    assert space.error("a.yaml") is None


def test_max_risk_holds_without_a_check_too(make_space, src):
    """With conflict=overwrite no check is made: the level that was seen last counts."""
    space = make_space(max_risk="MEDIUM", conflict="overwrite")
    save(space, src, said("one")).ok()
    console(space, risk_level="HIGH")
    save(space, src, said("two")).ok()  # the console's change was not seen yet
    save(space, src, said("six")).fails(tools.message("EPERM"))
    assert len(space.updates()) == 1 and "max_risk=HIGH" in space.error("a.yaml")


def test_max_risk_of_another_mount_holds_for_what_is_queued(make_space, src):
    space = make_space(submit="queue")
    space.front.refuse()
    for name in ("a.yaml", "b.yaml"):
        comments = {"risk_level": "HIGH"} if name == "a.yaml" else {}
        tools.run("cp", tools.write(src / "source.yaml", said("one", **comments)), space.at(name)).ok()
    remount(space, max_risk="MEDIUM")
    space.front.accept()
    queues.drained(space)
    assert [job["risk_level"] for job in space.jobs()] == ["LOW"] and space.id("b.yaml")
    assert space.fact("a.yaml", "state") == "failed" and "max_risk=HIGH" in space.error("a.yaml")


def test_a_job_that_was_lowered_at_the_console_is_within_it_again(make_space, src):
    """The file's own HIGH is not the level of the job."""
    space = make_space()
    source = tools.write(src / "a.yaml", said("one"))
    setfattr(source, "user.coc.risk_level", "HIGH").ok()
    tools.run("cp", "-a", source, space.path).ok()
    console(space, risk_level="LOW")
    remount(space, max_risk="MEDIUM")
    save(space, src, said("two")).ok()
    assert risks(space) == ("LOW", "LOW")


# ---- a colleague changes the level while an update is lost or queued ----

def test_a_lost_answer_of_an_update_keeps_a_colleagues_level(make_space, src):
    space = make_space()
    save(space, src, said("one")).ok()
    console(space, risk_level="HIGH")
    space.front.rule(fronts.lies(500), "PUT", times=1)
    save(space, src, said("two"))
    tools.eventually(lambda: space.fact("a.yaml", "state") == "submitted", "the answer to be found")
    assert risks(space) == ("HIGH", "HIGH") and "two" in space.only_job()["content"]


def test_what_is_queued_is_judged_when_it_is_sent(make_space, src):
    """A colleague changes the level while the update is queued, over a remount."""
    space = make_space(submit="queue")
    save(space, src, said("one")).ok()
    space.front.refuse()
    tools.run("cp", tools.write(src / "two.yaml", said("two")), space.at("a.yaml")).ok()
    tools.eventually(lambda: space.fact("a.yaml", "state") == "queued", "the update to be queued")
    space.kill()
    console(space, risk_level="HIGH")
    space.mount()
    space.front.accept()
    queues.drained(space)
    assert risks(space) == ("HIGH", "HIGH") and "two" in space.only_job()["content"]
