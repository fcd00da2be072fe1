# SPDX-License-Identifier: MIT
"""The service has done it and its answer is lost: never two jobs for one commit, and no orphan."""

import os
import signal

import pytest

import front as f
import samples
import tools

LOST = {
    "cut-forwarded": f.cuts(f.FORWARDED),
    "cut-answer": f.cuts(f.ANSWER),
    "500-after": f.lies(500, b"{}"),
    "504-after": f.lies(504, b"<html>late</html>"),
    "garbage-after": f.lies(200, b"not json"),
    "silence-after": f.silence(forward=True),
}


@pytest.fixture
def hasty(make_space):
    return make_space(timeout="2")


@pytest.fixture
def warmed(hasty, src):
    """A space with warm connections. A client that takes a cut on one for a stale connection, and
    sends the request again on its own account, makes a second job."""
    tools.run("cp", samples.file(src, "warm.yaml", "warm"), hasty.path).ok()
    return hasty


def jobs_named(space, name):
    return [job for job in space.jobs() if job["name"] == name]


@pytest.mark.parametrize("lost", LOST)
def test_create(warmed, src, lost):
    warmed.front.rule(LOST[lost], "POST", "/v1/documents")
    tools.run("cp", samples.file(src, "a.yaml", "lost"), warmed.path, seconds=30)
    tools.eventually(lambda: warmed.id("a.yaml"), "the space to learn of the job", 30)
    found, = jobs_named(warmed, "lost")
    assert warmed.id("a.yaml") == found["document_id"]
    assert not os.path.exists(warmed.at("a.yaml.error"))
    tools.run("cp", src / "a.yaml", warmed.path).ok()
    assert len(jobs_named(warmed, "lost")) == 1 and jobs_named(warmed, "lost")[0]["version"] == "v1"


@pytest.mark.parametrize("lost", LOST)
def test_update(warmed, src, lost):
    warmed.front.rule(LOST[lost], "PUT")
    tools.run("cp", samples.file(src, "warm.yaml", "warmer"), warmed.path, seconds=30)
    tools.eventually(lambda: warmed.fact("warm.yaml", "state") == "submitted", "the update to be settled", 30)
    assert warmed.only_job()["content"] == samples.document("warmer")
    assert warmed.only_job()["version"] == "v2" == warmed.fact("warm.yaml", "version")


def test_two_files_with_one_name_and_content_are_two_jobs_all_the_same(warmed, src):
    warmed.front.rule(f.cuts(f.FORWARDED), "POST", "/v1/documents", times=2)
    source = samples.file(src, "twin.yaml", "twin")
    both = [tools.popen("cp", source, warmed.at(name)) for name in ("a.yaml", "b.yaml")]
    for process in both:
        tools.finish(process)
    tools.eventually(lambda: warmed.id("a.yaml") and warmed.id("b.yaml"), "both to be settled", 30)
    ids = {job["document_id"] for job in jobs_named(warmed, "twin")}
    assert len(ids) == 2 and ids == {warmed.id("a.yaml"), warmed.id("b.yaml")}


def test_a_request_that_arrives_after_its_writer_was_told_is_no_orphan(hasty, src):
    """That there is no such job is not believed before the request can no longer be under way."""
    hasty.front.rule(f.Fault(delay_before=6), "POST", "/v1/documents")
    tools.run("cp", samples.file(src, "a.yaml"), hasty.path).fails(tools.message("ETIMEDOUT"))
    assert hasty.jobs() == []
    tools.eventually(lambda: hasty.id("a.yaml"), "the space to learn of the job", 30)
    assert hasty.id("a.yaml") == hasty.only_job()["document_id"]


def test_twins_that_are_found_at_the_same_moment_do_not_take_the_same_job(make_space, src):
    space = make_space()
    front, gate = space.front, space.front.gate()
    front.rule(f.cuts(f.FORWARDED), "POST", "/v1/documents", times=2)
    front.rule(f.Fault(gate=gate), "GET", "/v1/documents/.+", times=2)
    source = samples.file(src, "twin.yaml", "twin")
    both = [tools.popen("cp", source, space.at(name)) for name in ("a.yaml", "b.yaml")]
    for process in both:
        tools.finish(process)
    assert gate.wait_held(2, 30)
    space.process.send_signal(signal.SIGSTOP)  # so that both answers are taken in one turn of the loop
    gate.open()
    assert front.wait(lambda: all(e.status for e in front.calls("GET", "/v1/documents/.+")))
    space.process.send_signal(signal.SIGCONT)
    tools.eventually(lambda: space.id("a.yaml") and space.id("b.yaml"), "both to be settled", 30)
    assert {job["document_id"] for job in space.jobs()} == {space.id("a.yaml"), space.id("b.yaml")}
