# SPDX-License-Identifier: MIT
"""The service has done the request and its answer is lost: never two jobs for one commit, and no job without a file."""

import os
import signal
import time

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
    """A space with open connections. A cut connection looks like a stale one: if the request were sent again on a new connection,
    there would be a second job."""
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
    """The job counts as not made only when the create can no longer arrive at the service."""
    hasty.front.rule(f.Fault(delay_before=6), "POST", "/v1/documents")
    tools.run("cp", samples.file(src, "a.yaml"), hasty.path).fails(tools.message("ETIMEDOUT"))
    assert hasty.jobs() == []
    tools.eventually(lambda: hasty.id("a.yaml"), "the space to learn of the job", 30)
    assert hasty.id("a.yaml") == hasty.only_job()["document_id"]


def test_a_round_that_absence_becomes_credible_in_is_followed_by_the_next_at_once(make_space, src):
    """A list is asked for too early to prove absence, and its answer comes when absence could be proved. So cocfs asks for the next
    list without its usual pause."""
    space = make_space(timeout="10")
    gate = space.front.gate()
    space.front.rule(f.cuts(f.REQUEST), "POST", "/v1/documents")
    lists = lambda: [call for call in space.calls("GET", "/v1/documents") if ("name_like", "lost") in call.query]  # noqa: E731
    # the first of the lists is that before the create
    space.front.rule(f.Fault(gate=gate), "GET", "/v1/documents", when=lambda: len(lists()) == 4)
    tools.run("cp", samples.file(src, "a.yaml", "lost"), space.path).fails(tools.message("EIO"))
    lost = space.creates()[0].ended
    assert gate.wait_held(1, 30)
    assert lists()[-1].started < lost + 10
    tools.eventually(lambda: time.monotonic() > lost + 11, "the time in which absence is believed", 30)
    gate.open()
    assert space.front.wait(lambda: len(lists()) == 6, 5), "it is not asked at once"
    tools.eventually(lambda: space.fact("a.yaml", "state") == "failed", "a.yaml to be settled", 20)


def test_a_twin_whose_answer_comes_with_what_was_found_keeps_its_job(make_space, src):
    space = make_space(timeout="12")
    front, gate = space.front, space.front.gate()
    front.rule(f.cuts(f.REQUEST), "POST", "/v1/documents")
    front.rule(f.Fault(delay_after=5), "POST", "/v1/documents")
    front.rule(f.Fault(gate=gate), "GET", "/v1/documents/.+")
    source = samples.file(src, "twin.yaml", "twin")
    tools.run("cp", source, space.at("a.yaml")).fails(tools.message("EIO"))
    twin = tools.popen("cp", source, space.at("b.yaml"))
    assert gate.wait_held()  # cocfs looks for a.yaml's job, has found the twin's job in the list, and asks for its content
    space.process.send_signal(signal.SIGSTOP)  # so that both answers arrive in one iteration of the loop
    gate.open()
    assert front.wait(lambda: all(e.status for e in front.calls("GET", "/v1/documents/.+") + front.calls("POST")[1:]))
    space.process.send_signal(signal.SIGCONT)
    tools.finish(twin).ok()
    tools.eventually(lambda: space.fact("a.yaml", "state") == "failed", "a.yaml to be settled", 40)
    assert space.id("a.yaml") is None
    assert space.id("b.yaml") == space.only_job()["document_id"]


def test_many_of_one_name_are_looked_for_together(make_space, src):
    space = make_space()
    count, gate = 20, space.front.gate()
    space.front.rule(f.Fault(gate=gate, cut=f.FORWARDED), "POST", "/v1/documents", times=count)
    source = samples.file(src, "twin.yaml", "twin")
    copies = [tools.popen("cp", source, space.at(f"{number}.yaml")) for number in range(count)]
    assert gate.wait_held(count, 40)
    gate.open()
    for copy in copies:
        tools.finish(copy)
    names = [f"{number}.yaml" for number in range(count)]
    tools.eventually(lambda: all(space.id(name) for name in names), "all to be settled", 60)
    assert {space.id(name) for name in names} == {job["document_id"] for job in space.jobs()}
    assert len(space.jobs()) == count
    shown = len(space.front.calls("GET", "/v1/documents/.+"))
    assert shown < 3 * count, "each looked at the jobs of the others"


@pytest.mark.parametrize("remounted", [False, True], ids=["", "remounted"])
def test_the_refusal_of_newer_content_outlives_the_doubt(make_space, src, remounted):
    space = make_space(timeout="2")
    space.front.rule(f.cuts(f.FORWARDED), "POST", "/v1/documents")
    asks = space.front.rule(f.silence(), "GET", times=None, when=space.creates)
    tools.run("cp", samples.file(src, "a.yaml", "old"), space.path).fails(tools.message("EIO"))
    tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.at("a.yaml")).fails(tools.message("EINVAL"))
    assert "errno: EINVAL" in space.error("a.yaml")
    assert space.fact("a.yaml", "state") == "in-doubt"
    if remounted:
        space.kill()
        space.mount()
    asks.times = 0
    tools.eventually(lambda: space.id("a.yaml"), "the space to learn of the job", 60)
    assert "errno: EINVAL" in space.error("a.yaml")
    assert space.fact("a.yaml", "state") == "failed"
    tools.run("cp", samples.file(src, "a.yaml", "new"), space.path).ok()
    assert space.error("a.yaml") is None
    assert space.only_job()["version"] == "v2"
