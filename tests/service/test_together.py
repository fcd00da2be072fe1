# SPDX-License-Identifier: MIT
"""Requests that arrive at the same time share commits, and each gets its own answer."""

import contextlib
import functools
import json
import re
import resource
import signal
import struct

import pytest

import conftest
import executions

DOCUMENTS = "/v1/documents"
EXECUTIONS = "/v1/executions"


def count_commits(service):
    """Begins to count the transactions that a daemon commits. Returns a function that returns the count."""
    if conftest.STORE == "postgresql":
        server = conftest.server()
        server.commits(server.position())  # the first call makes the counter, with a commit of its own
        return functools.partial(server.commits, server.position())
    before = commits(service)
    return lambda: commits(service) - before


def commits(service):
    """Returns the number of transactions in the write-ahead log. Only the last frame of each transaction has the size of the
    database in it."""
    log = (service.directory / "service.db-wal").read_bytes()
    page_size = struct.unpack(">I", log[8:12])[0]
    salts = log[16:24]
    frames = range(32, len(log) - 24, 24 + page_size)
    return sum(log[at + 8 : at + 16] == salts and log[at + 4 : at + 8] != bytes(4) for at in frames)


class Crowd:
    """Connections whose requests reach the daemon at once: the daemon is stopped while they are sent."""

    def __init__(self, service, size, stack):
        self.service = service
        self.connections = [service.connection() for _ in range(size)]
        for connection in self.connections:
            stack.callback(connection.close)
            # after this answer the daemon serves the connection: it does not wait in the listen queue
            assert service.call("GET", DOCUMENTS, {"limit": 1}, connection=connection).status == 200

    def send(self, requests):
        """Sends (method, path, body), one on each connection. Returns the answers in order."""
        signed = []
        for method, path, body in requests:
            text = json.dumps(body).encode() if body is not None else b""
            signed.append((method, *self.service.signed(method, path, (), text), text))
        self.service.process.send_signal(signal.SIGSTOP)
        try:
            for connection, (method, target, headers, text) in zip(self.connections, signed):
                connection.request(method, target, text or None, headers)
        finally:
            self.service.process.send_signal(signal.SIGCONT)
        answers = []
        for connection in self.connections[: len(signed)]:
            response = connection.getresponse()
            answers.append(conftest.Answer(response, response.read()))
        return answers


@pytest.fixture
def crowd(start):
    with contextlib.ExitStack() as stack:
        yield lambda size, service=None: Crowd(service or start(), size, stack)


def creates(number, **fields):
    return [("POST", DOCUMENTS, {**conftest.GOOD, "name": f"job {n}", **fields}) for n in range(number)]


def test_creates_that_come_at_once_share_a_commit(crowd):
    many = crowd(64)
    many.service.made()
    commits_since = count_commits(many.service)
    made = [answer.data for answer in many.send(creates(64))]
    assert len(set(made)) == 64
    assert 1 <= commits_since() <= 16
    listed = many.service.list(limit=100).data
    assert {row["document_id"]: row["name"] for row in listed if row["name"] != "job"} == {
        document: f"job {n}" for n, document in enumerate(made)
    }


def test_one_that_fails_fails_alone(crowd):
    many = crowd(6)
    one, gone = many.service.made(), many.service.made()
    for n in range(99):
        assert many.service.update(one, content=str(n)).status == 200
    answers = many.send(
        [
            ("POST", DOCUMENTS, conftest.GOOD),
            ("PUT", f"{DOCUMENTS}/{one}", {"name": "late", "content": "a version too many"}),
            ("PUT", f"{DOCUMENTS}/none", {"name": "job", "content": "x"}),
            ("DELETE", f"{DOCUMENTS}/{gone}", None),
            ("POST", DOCUMENTS, {**conftest.GOOD, "risk_level": "NONE"}),
            ("POST", DOCUMENTS, conftest.GOOD),
        ]
    )
    assert [answer.status for answer in answers] == [200, 400, 400, 200, 400, 200]
    shown = many.service.show(one).data
    assert (shown["name"], shown["version"], shown["content"]) == ("job", "v100", "98")
    assert many.service.show(gone).code == "COC.00042101"
    assert {row["document_id"] for row in many.service.list().data} == {one, answers[0].data, answers[5].data}


def test_executions_that_come_at_once_share_a_commit(crowd):
    many = crowd(64)
    document = many.service.made(content=executions.document(executions.LONG))
    commits_since = count_commits(many.service)
    begun = [answer.data for answer in many.send([("POST", f"{DOCUMENTS}/{document}", {})] * 64)]
    assert len(set(begun)) == 64
    assert 1 <= commits_since() <= 16
    commits_since = count_commits(many.service)
    ends = [("POST", EXECUTIONS, {"execution_id": execution, "operate_type": "TERMINATE"}) for execution in begun]
    assert {answer.status for answer in many.send(ends)} == {200}
    assert 1 <= commits_since() <= 16
    # the refused requests are undone, and the execution between them is made
    late = {"execution_id": begun[0], "operate_type": "RETRY"}
    answers = many.send([("POST", EXECUTIONS, late), ("POST", f"{DOCUMENTS}/{document}", {}), ("POST", f"{DOCUMENTS}/none", {})])
    assert [(answer.status, answer.code) for answer in answers] == [(400, "COC.00042198"), (200, None), (400, "COC.00042101")]
    many.service.kill()
    many.service.start()
    listed = executions.listed(many.service, limit=100).data
    assert {row["execution_id"] for row in listed} == {*begun, answers[1].data}
    assert {row["status"] for row in listed if row["execution_id"] in begun} <= {"Canceling", "Canceled"}


def test_versions_that_come_at_once_are_all_kept(crowd):
    many = crowd(20)
    document = many.service.made()
    edits = [("PUT", f"{DOCUMENTS}/{document}", {"name": "job", "content": f"by {n}"}) for n in range(20)]
    assert {answer.status for answer in many.send(edits)} == {200}
    contents = {many.service.show(document, version=f"v{n}").data["content"] for n in range(2, 22)}
    assert contents == {f"by {n}" for n in range(20)}


@conftest.of_the_data_file
def test_when_the_commit_fails_none_of_them_is_made(crowd):
    many = crowd(16)
    service = many.service
    service.made()
    limit = (service.directory / "service.db-wal").stat().st_size + 50000
    before = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (limit, before[1]))
    answers = many.send(creates(16, content="x" * 60000))
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, before)
    for answer in answers:
        assert (answer.status, answer.code) == (500, "APIGW.0601"), answer.body
        assert answer.json["request_id"] == answer.headers["X-request-id"]
        assert re.match("Internal error: .", answer.message)
    assert service.list().json["total"] == 1
    assert {answer.status for answer in many.send(creates(16))} == {200}
    assert service.list().json["total"] == 17
    assert service.stop() == 0


@conftest.of_the_data_file
def test_when_the_commit_fails_no_execution_is_begun_nor_ended(crowd):
    many = crowd(8)
    service = many.service
    document = service.made(content=executions.document(executions.LONG))
    first = executions.execute(service, document).data
    limit = (service.directory / "service.db-wal").stat().st_size
    before = resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (limit, before[1]))
    end = ("POST", EXECUTIONS, {"execution_id": first, "operate_type": "TERMINATE"})
    answers = many.send([("POST", f"{DOCUMENTS}/{document}", {})] * 7 + [end])
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, before)
    assert {(answer.status, answer.code) for answer in answers} == {(500, "APIGW.0601")}
    assert [(row["execution_id"], row["status"]) for row in executions.listed(service).data] == [(first, "Running")]
    assert {answer.status for answer in many.send([end])} == {200}
    assert service.stop() == 0


def test_a_client_that_leaves_before_its_answer_harms_nobody(crowd, start):
    service, body = start(), json.dumps(conftest.GOOD).encode()
    for _ in range(10):
        many = crowd(8, service)
        target, headers = service.signed("POST", DOCUMENTS, body=body)
        service.process.send_signal(signal.SIGSTOP)
        for number, connection in enumerate(many.connections):
            connection.request("POST", target, body, headers)
            if number % 2:
                connection.close()
        service.process.send_signal(signal.SIGCONT)
        for connection in many.connections[::2]:
            assert connection.getresponse().status == 200
    assert service.list().json["total"] >= 40
    assert service.stop() == 0
