# SPDX-License-Identifier: MIT
"""For each fault of the service the writer gets an errno that fits, and the rest of the mount goes on."""

import os
import signal

import pytest

import front as f
import samples
import service
import tools

API_ERROR = {"error_code": "COC.00010002", "error_msg": "Invalid parameter values"}
THROTTLED = {"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached"}

# A fault for every request, the errno of the close, and words that .error must have.
FAULTS = {
    "400": (f.says(400, API_ERROR), "EINVAL", ["400", "COC.00010002", "Invalid parameter values", f.REQUEST_ID]),
    "401": (f.refuses(401, "APIGW.0301", "Incorrect IAM authentication information"), "EACCES",
            ["401", "APIGW.0301", "Incorrect IAM authentication information", f.REQUEST_ID]),
    "403": (f.refuses(403, "APIGW.0302", "The IAM user is not allowed to access the API"), "EPERM", ["403", "APIGW.0302"]),
    "429": (f.says(429, THROTTLED), "EAGAIN", ["429", "APIGW.0308"]),
    "500": (f.refuses(500, "APIGW.0601", "Internal server error"), "EIO", ["500", "APIGW.0601"]),
    "503-html": (f.says(503, b"<html>busy</html>"), "EIO", ["503"]),
    "402": (f.says(402, b"pay"), "EPERM", ["402"]),
    "407": (f.says(407, b"<html>proxy</html>"), "EACCES", ["407", "https_proxy"]),
    "410": (f.says(410, b"<html>gone</html>"), "EIO", ["410", "SOURCE"]),
    "411": (f.says(411, b""), "EIO", ["411"]),
    "417": (f.says(417, b""), "EIO", ["417"]),
    "421": (f.says(421, b""), "EIO", ["421", "SOURCE"]),
    "423": (f.says(423, b""), "EBUSY", ["423"]),
    "425": (f.says(425, b"", headers=(("Retry-After", "9"),)), "EAGAIN", ["425"]),
    "426": (f.says(426, b""), "EIO", ["426"]),
    "431": (f.says(431, b""), "EIO", ["431", "token"]),
    "451": (f.says(451, b""), "EPERM", ["451", "legal"]),
    "499": (f.says(499, b""), "EIO", ["499"]),
    "400-html": (f.says(400, b"<html>Bad Request</html>"), "EIO", ["400", "does not serve the COC API"]),
    "nested": (f.says(400, {"error": {"code": "COC.00010002", "message": "nested"}}), "EINVAL", ["COC.00010002", "nested"]),
    "code-message": (f.says(400, {"code": "COC.00010002", "message": "flat"}), "EINVAL", ["COC.00010002", "flat"]),
    "error-in-200": (f.says(200, API_ERROR), "EINVAL", ["COC.00010002"]),
    "quoted": (f.refuses(400, "COC.00010002", "two\nlines\nerrno: FORGED"), "EINVAL", ["COC.00010002"]),
    "not-json": (f.says(200, b"<html>hello</html>"), "EIO", ["EIO"]),
    "json-garbage": (f.says(200, b'{"data": [1, {"x": null}]}'), "EIO", ["EIO"]),
    "no-id": (f.says(200, b'{"data": ""}'), "EIO", ["EIO"]),
    "empty": (f.says(200, b""), "EIO", ["EIO"]),
    "not-http": (f.garbage(), "EIO", ["EIO"]),
    "endless": (f.says(200, b'{"data":"', endless=True), "EIO", ["EIO"]),
    "too-short": (f.says(200, b'{"data":"DM20250701180239abc"}', length=4000), "EIO", ["EIO"]),
    "cut-start": (f.cuts(f.START), "EIO", ["EIO"]),
    "cut-head": (f.cuts(f.HEAD), "EIO", ["EIO"]),
    "cut-body": (f.cuts(f.BODY), "EIO", ["EIO"]),
    "cut-request": (f.cuts(f.REQUEST), "EIO", ["EIO"]),
    "never": (f.silence(), "ETIMEDOUT", ["ETIMEDOUT"]),
}


@pytest.fixture
def hasty(make_space):
    return make_space(timeout="2")


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_has_its_errno_and_its_story(hasty, src, fault):
    rule, errno_name, words = FAULTS[fault]
    hasty.front.rule(rule, times=None)
    source = samples.file(src, "a.yaml")
    assert tools.store(source, hasty.at("a.yaml"), seconds=30) == f"close {errno_name}"
    story = hasty.error("a.yaml")
    for word in [f"errno: {errno_name}", *words]:
        assert word in story, story
    assert "errno: FORGED" not in story.splitlines()
    assert hasty.id("a.yaml") is None
    assert tools.read(hasty.at("a.yaml")) == tools.read(source)
    assert hasty.fact("a.yaml", "state") in ("failed", "in-doubt", "draft")
    tools.run("ls", "-la", hasty.path, seconds=10).ok()


@pytest.mark.parametrize("fault", ["400", "401", "403", "429", "500", "not-json", "cut-request", "never"])
def test_cp_says_it(hasty, src, fault):
    rule, errno_name, _ = FAULTS[fault]
    hasty.front.rule(rule, times=None)
    tools.run("cp", samples.file(src, "a.yaml"), hasty.path, seconds=30).fails(tools.message(errno_name))


@pytest.mark.parametrize("fault", ["400", "403", "429", "500"])
def test_after_a_refusal_the_same_content_can_be_written_again(hasty, src, fault):
    rule = hasty.front.rule(FAULTS[fault][0], "POST", times=None)
    source = samples.file(src, "a.yaml")
    assert tools.run("cp", source, hasty.path).status != 0
    rule.times = 0

    def retried():
        return tools.run("cp", source, hasty.path).status == 0
    tools.eventually(retried, "cp to succeed")
    assert hasty.id("a.yaml") == hasty.only_job()["document_id"]
    assert not os.path.exists(hasty.at("a.yaml.error"))


def test_throttled_once_is_waited_out(space, src):
    space.front.rule(f.says(429, THROTTLED, headers=(("Retry-After", "1"),)), "POST", times=1)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.id("a.yaml") == space.only_job()["document_id"]
    assert len(space.creates()) == 2


def test_a_job_that_is_gone(make_space, src):
    space = make_space()
    tools.run("cp", samples.file(src, "a.yaml", "one"), space.path).ok()
    space.cocd.client().delete(space.id("a.yaml"))
    tools.run("cp", samples.file(src, "a.yaml", "two"), space.path).fails(tools.message("ESTALE"))
    assert "COC.00042101" in space.error("a.yaml")


@pytest.mark.parametrize("command", [["ls", "-la"], ["find"], ["stat", "-f"], ["cat"]], ids=lambda c: c[0])
def test_the_mount_answers_while_a_commit_waits(make_space, src, command):
    space = make_space(timeout="60")
    tools.run("cp", samples.file(src, "done.yaml"), space.path).ok()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    waiting = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    assert gate.wait_held()
    where = space.at("done.yaml.id") if command == ["cat"] else space.path
    tools.run(*command, where, seconds=10).ok()
    tools.run("cp", src / "done.yaml", space.at("note.txt"), seconds=10).ok()
    tools.run("cat", space.at("a.yaml"), seconds=10).ok()
    assert waiting.poll() is None
    gate.open()
    tools.finish(waiting).ok()


def test_refused_connections(make_space, src):
    space = make_space(mounted=False, timeout="2")
    space.front.refuse()  # before the mount, so that there is no open connection
    space.mount()
    source = samples.file(src, "a.yaml")
    tools.run("cp", source, space.path).fails(tools.message("ECONNREFUSED"))
    assert "ECONNREFUSED" in space.error("a.yaml")
    assert tools.read(space.at("a.yaml")) == tools.read(source)
    space.front.accept()
    tools.run("cp", source, space.path).ok()
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_three_authentication_failures_pause_the_calls_until_sighup(make_space, src):
    space = make_space()
    rule = space.front.rule(FAULTS["401"][0], times=None)
    before = len(space.front.calls())
    for number in range(5):
        source = samples.file(src, f"{number}.yaml")
        assert tools.store(source, space.at(f"{number}.yaml")) == "close EACCES"
    assert len(space.front.calls()) == before + 3
    assert "HUP" in space.error("4.yaml")
    rule.times = 0
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails(tools.message("EACCES"))
    assert len(space.front.calls()) == before + 3
    space.process.send_signal(signal.SIGHUP)
    tools.eventually(lambda: tools.run("cp", src / "a.yaml", space.path).status == 0, "calls to be taken up")
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_sighup_reads_the_credentials_again(make_space, src):
    keys = str(src / "credentials")
    space = make_space(mounted=False, check="later", env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": keys})
    ak, sk = service.read_keys(space.cocd.keys_file)
    service.write_keys(keys, ak, "wrong" + sk[5:])
    space.mount()
    source = samples.file(src, "a.yaml")
    assert tools.store(source, space.at("a.yaml")) == "close EACCES"
    service.write_keys(keys, ak, sk)
    space.process.send_signal(signal.SIGHUP)
    tools.eventually(lambda: tools.store(source, space.at("a.yaml")) == "ok", "the new keys to be used")
    assert space.only_job()


def test_the_service_comes_back_with_its_store(hasty, src):
    tools.run("cp", samples.file(src, "a.yaml", "one"), hasty.path).ok()
    document_id = hasty.id("a.yaml")
    hasty.cocd.kill()
    assert tools.run("cp", samples.file(src, "a.yaml", "two"), hasty.path).status != 0
    hasty.front.upstream = hasty.cocd.start().address
    tools.eventually(lambda: tools.run("cp", src / "a.yaml", hasty.path).status == 0, "cp to succeed")
    assert hasty.only_job()["document_id"] == document_id
    assert hasty.only_job()["content"] == samples.document("two")
