# SPDX-License-Identifier: MIT
"""submit=queue: a close returns when the content is durable here, and the content arrives exactly once."""

import json
import os
import signal
import threading
import time

import pytest

import front as f
import queues
import samples
import service
import tools

CREATE = "/v1/documents"
ENDS = ["unmount", "kill", "term"]
# How many files are written, and how many seconds the service is away meanwhile, at least. A run by hand may set more.
TREE_FILES = int(os.environ.get("COCFS_TREE_FILES", "500"))
AWAY_SECONDS = int(os.environ.get("COCFS_AWAY_SECONDS", "0"))


@pytest.fixture
def space(make_space):
    return make_space(submit="queue")


@pytest.fixture
def cut_off(make_space):
    return queues.cut_off(make_space)


def end(space, how):
    if how == "unmount":
        assert space.unmount() == 0
    elif how == "kill":
        space.kill()
    else:
        space.process.send_signal(signal.SIGTERM)
        assert space.process.wait(30) == 0
        space.process = None


def assert_each_has_one_job(space, names):
    """Each job file has a job with its content, and there is no other job."""
    jobs = {job["document_id"]: job for job in space.jobs()}
    assert len(jobs) == len(names), [job["name"] for job in jobs.values()]
    for name in names:
        assert jobs.pop(space.id(name))["content"].encode() == tools.read(space.at(name))


def test_a_close_does_not_wait_for_the_service(cut_off, src):
    names = [f"{number}.yaml" for number in range(20)]
    for name in names:
        queues.put(cut_off, src, name)
    assert cut_off.fact("0.yaml", "state") in ("queued", "submitting")
    assert cut_off.id("0.yaml") is None and cut_off.error("0.yaml") is None
    tools.run("ls", "-la", cut_off.path, seconds=10).ok()
    cut_off.front.accept()
    queues.wait(cut_off.path).ok()
    assert_each_has_one_job(cut_off, names)


@pytest.mark.parametrize("how", ENDS)
def test_what_was_not_sent_survives(cut_off, src, how):
    names = [f"{number}.yaml" for number in range(5)]
    for name in names:
        queues.put(cut_off, src, name)
    end(cut_off, how)
    cut_off.front.accept()
    cut_off.mount()
    queues.wait(cut_off.path).ok()
    assert_each_has_one_job(cut_off, names)


@pytest.mark.parametrize("how", ENDS)
def test_what_is_on_its_way_survives(make_space, src, how):
    space = make_space(submit="queue", max_inflight="2", timeout="3")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=2)
    names = [f"{number}.yaml" for number in range(4)]
    for name in names:
        queues.put(space, src, name)
    assert gate.wait_held(2)
    end(space, how)
    gate.open()
    assert space.front.wait(lambda: all(call.service_status for call in space.creates()[:2]))
    space.mount()
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, names)


def test_an_unmount_lets_what_is_on_its_way_finish(space, src):
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=1)
    queues.put(space, src, "a.yaml")
    assert gate.wait_held()
    space.process.send_signal(signal.SIGTERM)
    gate.open()
    assert space.process.wait(30) == 0
    space.process = None
    assert len(space.creates()) == 1
    space.mount()
    assert space.id("a.yaml") == space.only_job()["document_id"]


@pytest.mark.parametrize("at_once", [1, 3])
def test_no_more_are_sent_at_once_than_allowed(make_space, src, at_once):
    space = make_space(submit="queue", max_inflight=str(at_once))
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    names = [f"{number}.yaml" for number in range(8)]
    for name in names:
        queues.put(space, src, name)
    assert gate.wait_held(at_once)
    assert not gate.wait_held(at_once + 1, seconds=1)
    assert list(queues.states(space).values()).count("queued") == 8 - at_once
    gate.open()
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, names)


def test_many_are_sent_at_once_by_default(space, src):
    queues.put(space, src, "first.yaml")
    queues.wait(space.path).ok()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    for number in range(70):
        queues.put(space, src, f"{number}.yaml")
    assert gate.wait_held(64)
    assert not gate.wait_held(65, seconds=1)
    gate.open()
    queues.wait(space.path).ok()


def test_what_was_written_first_is_sent_first(make_space, src):
    """1.yaml waits for the only slot. It is sent before 2.yaml, even if the slot becomes free at the moment at which 2.yaml is closed."""
    space = make_space(submit="queue", max_inflight="1")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    queues.put(space, src, "0.yaml")
    assert gate.wait_held()
    queues.put(space, src, "1.yaml")
    file = open(space.at("2.yaml"), "w", encoding="utf-8")
    file.write(samples.document("2"))
    file.flush()
    space.process.send_signal(signal.SIGSTOP)
    gate.open()
    assert space.front.wait(lambda: space.front.calls("POST")[0].ended)
    closing = threading.Thread(target=file.close)
    closing.start()
    tools.eventually(lambda: tools.waits_in_close(closing.native_id), "the close, so that it wakes up to both")
    space.process.send_signal(signal.SIGCONT)
    closing.join()
    queues.wait(space.path).ok()
    assert [call.json()["name"] for call in space.front.calls("POST")] == ["0", "1", "2"]


def test_newer_content_takes_the_place_of_what_was_not_sent(cut_off, src):
    space = cut_off
    for content in ("one", "two", "three"):
        queues.put(space, src, "a.yaml", content)
    assert len(queues.lines(space)) == 1
    space.front.accept()
    queues.wait(space.path).ok()
    assert space.sent() == (1, 0)
    assert_each_has_one_job(space, ["a.yaml"])
    assert space.only_job()["name"] == "three"


def test_a_path_keeps_its_order(space, src):
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    queues.put(space, src, "a.yaml", "one")
    assert gate.wait_held()
    for content in ("two", "three"):
        queues.put(space, src, "a.yaml", content)
    assert [line.state for line in queues.lines(space)] == ["submitting", "queued"]
    assert space.sent() == (1, 0)
    gate.open()
    queues.wait(space.path).ok()
    assert [call.json()["name"] for call in space.creates() + space.updates()] == ["one", "three"]
    assert space.only_job()["version"] == "v2" == space.fact("a.yaml", "version")


def test_a_path_keeps_its_order_over_a_kill(space, src):
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    queues.put(space, src, "a.yaml", "one")
    assert gate.wait_held()
    queues.put(space, src, "a.yaml", "two")
    space.kill()
    gate.open()
    assert space.front.wait(lambda: space.creates()[0].service_status)
    space.mount()
    queues.wait(space.path).ok()
    assert space.sent() == (1, 1)
    assert_each_has_one_job(space, ["a.yaml"])


def test_writing_back_what_the_service_holds_takes_it_out_of_the_queue(space, src):
    queues.put(space, src, "a.yaml", "one")
    queues.wait(space.path).ok()
    space.front.refuse()
    queues.put(space, src, "a.yaml", "two")
    queues.put(space, src, "a.yaml", "one")
    space.front.accept()
    queues.wait(space.path).ok()
    assert space.sent() == (1, 0)
    assert space.fact("a.yaml", "state") == "submitted"


def test_the_same_content_sends_nothing(space, src):
    for _ in range(2):
        queues.put(space, src, "a.yaml")
        queues.wait(space.path).ok()
    assert space.sent() == (1, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(space, src, status):
    header = (("Content-Type", "application/json"), ("Retry-After", "3"))
    body = {"error_code": "APIGW.0308" if status == 429 else "APIGW.0613", "error_msg": "busy"}
    space.front.rule(f.says(status, body, headers=header), "POST")
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    first, second = space.creates()
    assert second.started - first.started >= 2.9
    assert_each_has_one_job(space, ["a.yaml"])


def test_retry_after_is_for_all_that_is_queued(make_space, src):
    space = make_space(submit="queue", max_inflight="1")
    body = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}
    header = (("Content-Type", "application/json"), ("Retry-After", "3"))
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate, forward=False, answer=f.Answer(429, json.dumps(body).encode(), header)), "POST")
    for name in ("a.yaml", "b.yaml"):
        queues.put(space, src, name)
    assert gate.wait_held()
    gate.open()
    queues.wait(space.path).ok()
    first, *others = space.creates()
    assert len(others) == 2 and all(other.started - first.ended >= 2.9 for other in others)


def test_an_outage_ends_for_all_at_once(cut_off, src):
    """Not each submission tries a service that is away, and none waits long after the outage."""
    space, count = cut_off, 150
    for number in range(count):
        queues.put(space, src, f"{number}.yaml")
    tools.eventually(lambda: max(line.attempts for line in queues.lines(space)) > 3, "attempts", 60)
    found = queues.lines(space)
    assert len(found) == count and {line.state for line in found} <= {"queued", "submitting"}
    assert sum(line.attempts for line in found) < count + 20
    space.front.accept()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), times=None)
    assert gate.wait_held(1, 60)
    assert not gate.wait_held(2, seconds=1)  # one submission is sent, to see whether the service is back
    gate.open()
    assert space.front.wait(lambda: len(space.creates()) == count)
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, [f"{number}.yaml" for number in range(count)])


def test_throttling_is_patient(space, src):
    body = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}
    space.front.rule(f.says(429, body), "POST", times=3)
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    assert len(space.creates()) == 4
    assert_each_has_one_job(space, ["a.yaml"])
    assert space.error("a.yaml") is None


@pytest.mark.parametrize("status, code, errno_name", [
    (400, "COC.00010002", "EINVAL"), (403, "APIGW.0302", "EPERM")])
def test_an_answer_that_will_not_change_ends_it(space, src, status, code, errno_name):
    space.front.rule(f.refuses(status, code, "No."), "POST", times=None)
    queues.put(space, src, "a.yaml")
    assert queues.wait(space.path).status == 1
    assert queues.text(space) == ""
    assert space.fact("a.yaml", "state") == "failed"
    assert f"errno: {errno_name}" in space.error("a.yaml") and code in space.error("a.yaml")
    assert tools.read(space.at("a.yaml")) == tools.read(src / "put.yaml")
    space.remount()
    assert len(space.creates()) == 1
    space.front.clear()
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, ["a.yaml"])
    assert space.error("a.yaml") is None


def test_a_job_that_is_gone_ends_it(space, src):
    queues.put(space, src, "a.yaml", "one")
    queues.wait(space.path).ok()
    space.cocd.client().delete(space.id("a.yaml"))
    queues.put(space, src, "a.yaml", "two")
    assert queues.wait(space.path).status == 1
    assert "errno: ESTALE" in space.error("a.yaml")


def test_wrong_keys_keep_it_queued_until_there_are_good_ones(space, src):
    good = service.read_keys(space.cocd.keys_file)
    keys = src / "keys"
    service.write_keys(keys, good[0], "wrong-key")
    space.unmount()
    space.env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(keys)}
    space.options["check"] = "later"
    space.mount()
    names = [f"{number}.yaml" for number in range(6)]
    for name in names:
        queues.put(space, src, name)
    tools.eventually(lambda: queues.metrics(space)["cocfs_calls_paused"], "the pause", 60)
    assert set(queues.states(space)) == set(names)
    service.write_keys(keys, *good)
    space.process.send_signal(signal.SIGHUP)
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, names)


LOST = {
    "cut-forwarded": f.cuts(f.FORWARDED),
    "500-after": f.lies(500, b"{}"),
    "silence-after": f.silence(forward=True),
    "cut-request": f.cuts(f.REQUEST),
    "503-not-done": f.says(503, b"<html>busy</html>"),
}


@pytest.mark.parametrize("lost", LOST)
def test_a_lost_answer_makes_one_job(make_space, src, lost):
    space = make_space(submit="queue", timeout="2")
    queues.put(space, src, "warm.yaml")
    queues.wait(space.path).ok()
    space.front.rule(LOST[lost], "POST", CREATE)
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, ["warm.yaml", "a.yaml"])
    assert space.error("a.yaml") is None


@pytest.mark.parametrize("how", ENDS)
def test_a_doubt_survives(make_space, src, how):
    space = make_space(submit="queue", timeout="2")
    space.front.rule(f.cuts(f.FORWARDED), "POST", CREATE)
    asks = space.front.rule(f.silence(), "GET", times=None, when=space.creates)
    queues.put(space, src, "a.yaml", "one")
    tools.eventually(lambda: queues.states(space).get("a.yaml") == "in-doubt", "the doubt")
    queues.put(space, src, "a.yaml", "two")
    end(space, how)
    asks.times = 0
    space.mount()
    queues.wait(space.path).ok()
    assert_each_has_one_job(space, ["a.yaml"])
    assert space.only_job()["version"] == "v2"


def test_a_rename_while_it_is_queued(cut_off, src):
    os.mkdir(cut_off.at("d"))
    queues.put(cut_off, src, "a.yaml")
    queues.put(cut_off, src, "d/b.yaml")
    tools.run("mv", cut_off.at("a.yaml"), cut_off.at("c.yaml")).ok()
    tools.run("mv", cut_off.at("d"), cut_off.at("e")).ok()
    assert set(queues.states(cut_off)) == {"c.yaml", "e/b.yaml"}
    cut_off.front.accept()
    queues.wait(cut_off.path).ok()
    assert_each_has_one_job(cut_off, ["c.yaml", "e/b.yaml"])


def test_a_rename_over_what_is_queued(cut_off, src):
    queues.put(cut_off, src, "a.yaml", "one")
    tools.run("cp", samples.file(src, "two.yaml", "two"), cut_off.at("draft.txt")).ok()
    tools.run("mv", cut_off.at("draft.txt"), cut_off.at("a.yaml")).ok()
    cut_off.front.accept()
    queues.wait(cut_off.path).ok()
    assert cut_off.only_job()["name"] == "two"
    assert_each_has_one_job(cut_off, ["a.yaml"])


def test_what_is_removed_while_it_is_queued_is_sent_all_the_same(cut_off, src):
    queues.put(cut_off, src, "a.yaml")
    tools.run("rm", cut_off.at("a.yaml")).ok()
    assert set(queues.states(cut_off)) == {"a.yaml"}
    cut_off.front.accept()
    queues.wait(cut_off.path).ok()
    assert cut_off.id("a.yaml") == cut_off.only_job()["document_id"]


def test_with_delete_service_a_file_whose_submission_is_unfinished_cannot_be_removed(make_space, src):
    """Otherwise the queued update would make a job of a file that is gone, or find that its job is gone."""
    space = make_space(submit="queue", delete="service")
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    space.front.refuse()
    queues.put(space, src, "a.yaml", "other")
    tools.run("rm", space.at("a.yaml")).fails(tools.message("EBUSY"))
    assert os.path.exists(space.at("a.yaml")) and space.id("a.yaml") == space.only_job()["document_id"]
    space.front.accept()
    queues.wait(space.path).ok()
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == [] and os.listdir(space.path) == []


def test_with_delete_service_a_job_that_is_made_after_the_removal_stays_with_the_name(make_space, src):
    space = make_space(submit="queue", delete="service")
    space.front.refuse()
    queues.put(space, src, "a.yaml")
    tools.run("rm", space.at("a.yaml")).ok()
    space.front.accept()
    queues.wait(space.path).ok()
    job_id = space.only_job()["document_id"]
    assert space.id("a.yaml") == job_id
    queues.put(space, src, "a.yaml", "other")
    queues.wait(space.path).ok()
    assert space.only_job()["document_id"] == job_id
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == []


def test_what_is_written_while_its_job_is_deleted_makes_a_job_and_stops_no_other(make_space, src):
    """rm was interrupted, so the file is still there. The deletion goes on."""
    space = make_space(submit="queue", delete="service")
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "DELETE")
    remover = tools.popen_bare("rm", space.at("a.yaml"))
    assert gate.wait_held()
    remover.send_signal(signal.SIGINT)
    tools.finish(remover)
    queues.put(space, src, "a.yaml", "other")
    queues.put(space, src, "b.yaml")
    gate.open()
    queues.wait(space.path).ok()
    assert {job["document_id"] for job in space.jobs()} == {space.id("a.yaml"), space.id("b.yaml")}


def test_what_is_refused_here_is_told_at_once(space, src):
    tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.path).fails(tools.message("EINVAL"))
    assert queues.text(space) == ""
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("how", [None, *ENDS])
def test_a_refused_commit_leaves_the_older_one_queued(cut_off, src, how):
    space = cut_off
    queues.put(space, src, "a.yaml", "one")
    tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.at("a.yaml")).fails(tools.message("EINVAL"))
    assert "errno: EINVAL" in space.error("a.yaml")
    if how:
        end(space, how)
        space.mount()
    space.front.accept()
    queues.drained(space)
    assert space.id("a.yaml") == space.only_job()["document_id"] and space.only_job()["name"] == "one"
    assert "errno: EINVAL" in space.error("a.yaml") and space.fact("a.yaml", "state") == "failed"
    assert queues.wait(space.path).status == 1
    queues.put(space, src, "a.yaml", "two")
    queues.wait(space.path).ok()
    assert space.error("a.yaml") is None
    assert_each_has_one_job(space, ["a.yaml"])


def test_a_writer_that_was_killed_over_what_is_queued_leaves_a_draft(cut_off, src):
    space = cut_off
    queues.put(space, src, "a.yaml", "one")
    tools.sh('exec 3>"$1"; echo half >&3; kill -9 $$', space.at("a.yaml"))
    tools.eventually(lambda: space.error("a.yaml"), "the story of the writer's end")
    space.front.accept()
    queues.drained(space)
    assert space.only_job()["name"] == "one"
    assert "killed by signal 9" in space.error("a.yaml") and space.fact("a.yaml", "state") == "draft"


def test_a_mount_in_the_other_mode_takes_the_queue_over(cut_off, src):
    queues.put(cut_off, src, "a.yaml", "one")
    queues.put(cut_off, src, "b.yaml")
    cut_off.unmount()
    cut_off.front.accept()
    cut_off.options["submit"] = "sync"
    gate = cut_off.front.gate()
    cut_off.front.rule(f.Fault(gate=gate), "POST", times=2)
    cut_off.mount()
    assert gate.wait_held(2)
    gate.open()
    tools.run("cp", samples.file(src, "a.yaml", "two"), cut_off.path).ok()
    queues.wait(cut_off.path).ok()
    assert_each_has_one_job(cut_off, ["a.yaml", "b.yaml"])


@pytest.mark.timeout(300 + AWAY_SECONDS + TREE_FILES / 20)
def test_a_tree_arrives_once_with_the_service_away_in_between(space, src):
    names = [f"many/{number}.yaml" for number in range(TREE_FILES)]
    (src / "many").mkdir()
    for number in range(len(names)):
        samples.file(src / "many", f"{number}.yaml", f"job-{number}")
    began = time.monotonic()
    copying = tools.popen("cp", "-r", src / "many", space.path, seconds=240)
    assert space.front.wait(lambda: len(space.creates()) > TREE_FILES // 10, 60 + TREE_FILES // 20)
    space.front.refuse()
    away = time.monotonic()
    tools.finish(copying, 250).ok()
    print(f"cp -r of {TREE_FILES} files took {time.monotonic() - began:.1f} s")
    tools.eventually(lambda: any(line.attempts for line in queues.lines(space)), "the service to be missed")
    time.sleep(max(0, away + AWAY_SECONDS - time.monotonic()))  # at least the seconds of the variable COCFS_AWAY_SECONDS
    space.front.accept()
    back = time.monotonic()
    seconds = 240 + TREE_FILES // 20
    tools.finish(tools.popen(tools.COCFS_WAIT, space.at("many"), seconds=seconds), seconds + 10).ok()
    print(f"all had arrived {time.monotonic() - back:.1f} s after the service was back")
    assert_each_has_one_job(space, names)
