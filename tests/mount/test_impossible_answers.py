# SPDX-License-Identifier: MIT
"""Answers that the API cannot have sent: nothing is concluded from them, and the service is asked again."""

import os

import pytest

import front as f
import samples
import tools

# Bodies of a 200 that answer an update, and do not say that it was done. ID stands for the ID of the job, OTHER for another job's.
UPDATES = {
    "null": b'{"data":null}',
    "false": b'{"data":false}',
    "number": b'{"data":1}',
    "object": b'{"data":{}}',
    "list": b'{"data":["ID"]}',
    "no-data": b"{}",
    "array": b"[]",
    "true": b"true",
    "empty": b"",
    "empty-string": b'""',
    "text": b'"please log in"',
    "html": b"<html>please log in</html>",
    "other": b'{"data":"OTHER"}',
    "other-bare": b'"OTHER"',
    "half": b'{"data":"ID"',
    "cut": b'{"data":"ID\xff"}',
    "longer": b'{"data":"IDx"}',
    "code-and-id": b'{"data":"ID","error_code":"COC.00010002"}',
    "words-and-id": b'{"data":"ID","error_msg":"the version could not be stored"}',
    "twice": b'{"data":"ID","data":"ID"}',
    "id-and-other": b'{"data":"ID","data":"OTHER"}',
}

# Texts that are no job ID. The answer to a create gives them as the ID of the new job.
IDS = {
    "cut": b"DM123\xff456",
    "no-text": b"\xff",
    "path": b"a/../b",
    "slash": b"/",
    "dot": b".",
    "dots": b"..",
    "space": b"DM 1",
    "control": b"DM\\u001b[31m",
    "c1": b"DM\\u009b31m",
    "turned": b"DM\\u202e1",
    "nul": b"DM\\u0000x",
    "empty": b"",
    "long": b"D" * 129,
}


@pytest.fixture
def other(space, src):
    """Submits other.yaml. Returns the ID of its job."""
    tools.run("cp", samples.file(src, "other.yaml", "other"), space.path).ok()
    return space.id("other.yaml")


@pytest.fixture
def bound(space, src):
    """Submits a.yaml. Returns the ID of its job."""
    tools.run("cp", samples.file(src, "a.yaml", "one"), space.path).ok()
    return space.id("a.yaml")


def filled(shape, bound, other):
    return shape.replace(b"ID", bound.encode()).replace(b"OTHER", other.encode())


@pytest.mark.parametrize("shape", UPDATES)
def test_an_update_that_was_done_is_found(space, src, bound, other, shape):
    space.front.rule(f.lies(200, filled(UPDATES[shape], bound, other)), "PUT")
    assert tools.store(samples.file(src, "a.yaml", "two"), space.at("a.yaml")) == "close EIO"
    tools.eventually(lambda: space.fact("a.yaml", "state") == "submitted", "the service to be asked")
    assert space.id("a.yaml") == bound and space.fact("a.yaml", "version") == "v2"
    assert space.job(bound)["content"] == samples.document("two")
    assert space.calls("GET", f"/v1/documents/{bound}")


@pytest.mark.parametrize("shape", UPDATES)
def test_an_update_that_was_not_done_is_not_taken_for_done(space, src, bound, other, shape):
    space.front.rule(f.says(200, filled(UPDATES[shape], bound, other)), "PUT")
    assert tools.store(samples.file(src, "a.yaml", "two"), space.at("a.yaml")) == "close EIO"
    assert space.fact("a.yaml", "state") == "in-doubt"
    assert "errno: EIO" in space.error("a.yaml")
    assert space.fact("a.yaml", "version") == "v1"


@pytest.mark.parametrize("body", [b'{"data":"ID"}', b'"ID"', b'"0b6f1b1e-8d0c-4f1e-9d35-3f9c7a1d2e4b"'],
                         ids=["page", "bare", "uuid"])
def test_an_update_as_the_api_describes_it_is_done(space, src, bound, body):
    space.front.rule(f.lies(200, filled(body, bound, "")), "PUT")
    tools.run("cp", samples.file(src, "a.yaml", "two"), space.path).ok()
    assert space.fact("a.yaml", "version") == "v2"


# The API answers 200. A server before the API may answer one of these: a cache, a queue, a part of an answer.
STATUSES = [201, 202, 203, 204, 205, 206, 226]


@pytest.mark.parametrize("status", STATUSES)
def test_only_the_documented_status_says_that_an_update_was_done(space, src, bound, status):
    space.front.rule(f.says(status, {"data": bound}), "PUT")
    assert tools.store(samples.file(src, "a.yaml", "two"), space.at("a.yaml")) == "close EIO"
    assert space.fact("a.yaml", "state") == "in-doubt" and space.fact("a.yaml", "version") == "v1"


@pytest.mark.parametrize("status", STATUSES)
def test_and_that_a_deletion_was(deleting, status):
    job_id = deleting.id("a.yaml")
    deleting.front.rule(f.says(status, {"data": job_id}), "DELETE")
    tools.run("rm", deleting.at("a.yaml")).fails(tools.message("EIO"))
    assert deleting.id("a.yaml") == job_id and "still has the job" in deleting.error("a.yaml")


@pytest.mark.parametrize("shape", ["other", "no-id"])
def test_nothing_is_concluded_from_a_show_that_is_none(space, src, bound, other, shape):
    details = {"document_id": bound, "name": "two", "risk_level": "LOW", "content": samples.document("two"), "version": "v2"}
    details["document_id"] = {"other": other, "no-id": None}[shape]
    space.front.rule(f.cuts(f.REQUEST), "PUT")
    lie = space.front.rule(f.says(200, {"data": details}), "GET", f"/v1/documents/{bound}", times=None, when=space.updates)
    tools.run("cp", samples.file(src, "a.yaml", "two"), space.path).fails()
    assert space.front.wait(lambda: lie.hits >= 2)
    assert space.fact("a.yaml", "state") == "in-doubt" and space.id("a.yaml") == bound


@pytest.mark.parametrize("shape", IDS)
def test_a_job_whose_id_is_none_is_looked_for(space, src, shape):
    space.front.rule(f.lies(200, b'{"data":"' + IDS[shape] + b'"}'), "POST", "/v1/documents")
    assert tools.store(samples.file(src, "a.yaml", f"id-{shape}"), space.at("a.yaml")) == "close EIO"
    tools.eventually(lambda: space.id("a.yaml"), "the job to be found")
    job = space.only_job()
    assert space.id("a.yaml") == job["document_id"]
    assert space.fact("a.yaml", "state") == "submitted"
    tools.run("cp", samples.file(src, "a.yaml", f"id-{shape}", ["wait"]), space.path).ok()
    assert space.only_job()["version"] == "v2"


def test_a_create_that_is_answered_with_another_files_job_takes_its_own(space, src, other):
    space.front.rule(f.lies(200, {"data": other}), "POST", "/v1/documents")
    assert tools.store(samples.file(src, "a.yaml", "mine"), space.at("a.yaml")) == "close EIO"
    assert other in space.error("a.yaml")
    tools.eventually(lambda: space.id("a.yaml"), "the job to be found")
    assert space.job(space.id("a.yaml"))["name"] == "mine"
    assert space.id("other.yaml") == other != space.id("a.yaml")


# ---- deletions ----

DELETES = ["null", "object", "no-data", "empty", "text", "other", "longer", "cut", "words-and-id", "twice"]


@pytest.fixture
def deleting(make_space, src):
    space = make_space(delete="service")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    return space


def put_in_place(shape, job_id):
    return filled(UPDATES[shape], job_id, "DMOTHER")


@pytest.mark.parametrize("shape", DELETES)
def test_a_deletion_that_was_done_is_found_to_be(deleting, shape):
    job_id = deleting.id("a.yaml")
    deleting.front.rule(f.lies(200, put_in_place(shape, job_id)), "DELETE")
    tools.run("rm", deleting.at("a.yaml")).ok()
    assert len(deleting.calls("GET", f"/v1/documents/{job_id}")) == 2  # before the deletion, and after it to see its result
    assert os.listdir(deleting.path) == [] and deleting.jobs() == []


@pytest.mark.parametrize("shape", DELETES)
def test_a_deletion_that_was_not_done_keeps_file_and_binding(deleting, shape):
    job_id = deleting.id("a.yaml")
    deleting.front.rule(f.says(200, put_in_place(shape, job_id)), "DELETE")
    tools.run("rm", deleting.at("a.yaml")).fails(tools.message("EIO"))
    assert deleting.id("a.yaml") == job_id
    assert "asked: the service still has the job" in deleting.error("a.yaml")
    tools.run("rm", deleting.at("a.yaml")).ok()
    assert deleting.jobs() == []


@pytest.mark.parametrize("answer", [f.cuts(f.REQUEST), f.says(502, b"late"), f.says(200, {"data": {"document_id": "DMOTHER"}})],
                         ids=["cut", "502", "other"])
def test_a_deletion_nobody_can_be_asked_about_keeps_file_and_binding(deleting, answer):
    job_id = deleting.id("a.yaml")
    deleting.front.rule(f.lies(200, b'{"data":"DMOTHER"}'), "DELETE")
    deleting.front.rule(answer, "GET", f"/v1/documents/{job_id}", times=99, when=lambda: deleting.calls("DELETE"))
    tools.run("rm", deleting.at("a.yaml")).fails(tools.message("EIO"))
    assert deleting.id("a.yaml") == job_id
    deleting.front.clear()
    tools.run("rm", deleting.at("a.yaml")).ok()  # the job is gone: that is the wanted result
    assert os.listdir(deleting.path) == []


def test_a_lost_answer_of_a_deletion_is_found_out(deleting):
    deleting.front.rule(f.cuts(f.FORWARDED), "DELETE")
    tools.run("rm", deleting.at("a.yaml")).ok()
    assert deleting.jobs() == [] and os.listdir(deleting.path) == []
