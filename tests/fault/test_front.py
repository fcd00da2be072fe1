# SPDX-License-Identifier: MIT
"""Tests of the front itself: it passes requests unchanged, and each fault does what its name says."""

import asyncio
import http.client
import http.server
import json
import socket
import threading

import pytest

import front as f


class Plain(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append(body)
        answer = json.dumps({"data": body.decode(), "path": self.path}).encode()
        self.send_response(200)
        self.send_header("X-Request-Id", "plain-1")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class PlainServer(http.server.ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


@pytest.fixture
def plain():
    server = PlainServer(("127.0.0.1", 0), Plain)
    server.seen = []
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def front(plain):
    with f.Front(plain.server_address) as front:
        yield front


@pytest.fixture
def client(front):
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)
    yield connection
    connection.close()


def post(client, body=b"hello", path="/v1/documents?limit=1"):
    client.request("POST", path, body)
    answer = client.getresponse()
    return answer.status, answer.read()


def test_passes_requests_on_one_connection(front, plain, client):
    for body in (b"one", b"two", b"x" * 300_000):
        assert post(client, body)[0] == 200
    assert plain.seen == [b"one", b"two", b"x" * 300_000]
    assert [e.body for e in front.calls("POST", "/v1/documents")] == plain.seen
    assert front.exchanges[0].query == [("limit", "1")]
    assert front.exchanges[0].service_json()["data"] == "one"


def test_answers_instead_of_the_service_for_the_next_calls_only(front, plain, client):
    front.rule(f.refuses(429, "APIGW.0308", "slowly"), "POST", times=2)
    assert [post(client)[0] for _ in range(3)] == [429, 429, 200]
    assert len(plain.seen) == 1


def test_lies_after_the_service_has_done_it(front, plain, client):
    front.rule(f.lies(500))
    assert post(client) == (500, b"")
    assert plain.seen == [b"hello"] and front.exchanges[0].service_status == 200


@pytest.mark.parametrize("where, seen", [
    (f.START, 0), (f.HEAD, 0), (f.BODY, 0), (f.REQUEST, 0), (f.FORWARDED, 1), (f.ANSWER, 1)])
def test_cuts(front, plain, client, where, seen):
    front.rule(f.cuts(where))
    with pytest.raises((ConnectionError, http.client.HTTPException)):
        post(client)
    client.close()
    assert len(plain.seen) == seen
    assert post(client)[0] == 200


def test_a_cut_answer_is_half_an_answer_for_who_reads_late(front):
    """The reset comes when the client has read what was sent, and not earlier."""
    front.rule(f.cuts(f.ANSWER))
    with socket.create_connection(("127.0.0.1", front.port)) as late:
        late.sendall(b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")
        late.recv(1, socket.MSG_PEEK)
        assert not front.wait(lambda: not front.in_flight, seconds=0.2)
        answer = b""
        with pytest.raises(ConnectionResetError):
            while part := late.recv(1):
                answer += part
    body = answer.partition(b"\r\n\r\n")[2]
    assert body and json.dumps({"data": "hello", "path": "/"}).encode().startswith(body) and b"}" not in body


@pytest.mark.parametrize("fault", [
    f.garbage(), f.says(200, b"{}", length=100)], ids=["not-http", "too-short"])
def test_broken_answers(front, client, fault):
    front.rule(fault)
    with pytest.raises(http.client.HTTPException):
        post(client)


def test_endless_body_ends_with_its_reader(front, client):
    front.rule(f.says(200, endless=True))
    client.request("POST", "/", b"x")
    assert len(client.getresponse().read(1 << 20)) == 1 << 20
    client.close()
    assert front.wait(lambda: front.in_flight == 0)


def test_silence(front, client):
    front.rule(f.silence())
    client.timeout = 0.3
    with pytest.raises(TimeoutError):
        post(client)


def test_refuses_and_accepts_again_on_the_same_port(front, client):
    assert post(client)[0] == 200
    front.refuse()
    with pytest.raises(ConnectionError):
        for _ in range(2):
            client.close()
            post(client)
    front.accept()
    client.close()
    assert post(client)[0] == 200


@pytest.mark.parametrize("turns", range(6))
def test_a_connection_that_is_being_accepted_is_reset_too(front, plain, client, turns):
    """The front's loop is held until both the connection and the call that refuses it are there. The front refuses it `turns`
    iterations after its loop has seen the connection, and goes on with listening right after that."""
    hold = threading.Event()

    async def refuse_and_accept():
        for _ in range(turns):
            await asyncio.sleep(0)
        await front._close_all()
        await front._listen()

    front.loop.call_soon_threadsafe(hold.wait)
    refused = asyncio.run_coroutine_threadsafe(refuse_and_accept(), front.loop)
    client.connect()
    hold.set()
    refused.result(5)
    with pytest.raises(ConnectionError):
        post(client)
    assert not front.exchanges and not plain.seen


def test_delays_overlap(front):
    front.rule(f.Fault(delay_before=0.3), times=None)
    threads = [threading.Thread(target=lambda: post(
        http.client.HTTPConnection("127.0.0.1", front.port, timeout=20))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert front.max_in_flight == 20


def test_a_thousand_in_flight(front):
    gate = front.gate()
    front.rule(f.Fault(gate=gate, forward=False, answer=f.Answer(200, b"{}")), times=None)
    request = b"POST /v1/documents HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
    sockets = [socket.create_connection(("127.0.0.1", front.port), 20) for _ in range(1000)]
    for sock in sockets:
        sock.sendall(request)
    assert front.wait(lambda: front.in_flight == 1000)
    gate.open()
    for sock in sockets:
        assert sock.recv(4096).startswith(b"HTTP/1.1 200 OK")
        sock.close()
    assert front.max_in_flight == 1000


def test_chance_is_replayed_by_the_seed(plain):
    def run(seed):
        with f.Front(plain.server_address, seed) as front:
            front.rule(f.says(503), times=None, chance=0.5)
            client = http.client.HTTPConnection("127.0.0.1", front.port, timeout=5)
            return [post(client)[0] for _ in range(20)]
    first = run(7)
    assert first == run(7)
    assert set(first) == {200, 503}


def test_wait_gives_up(front):
    assert not front.wait(lambda: False, 0.3)
