# SPDX-License-Identifier: MIT
"""Slow clients, and very many clients that do nothing."""

import re
import resource
import socket

import pytest

import conftest


@pytest.fixture
def hasty(start):
    """A daemon that gives a request one second, and the next request one second to begin."""
    return start("--idle-timeout", "1", "--request-timeout", "1", "--access-log")


def trickle(plain, piece):
    """Sends a piece again and again, never silent for long, until the connection is cut."""
    plain.settimeout(0.1)
    sent = 0
    while True:
        try:
            plain.sendall(piece)
            sent += 1
            if not plain.recv(65536):
                return
        except TimeoutError:
            assert sent < 10 * conftest.WAIT_S, "it was never cut"
        except OSError:
            return


HEAD = b"POST /v1/documents HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    "first, piece",
    [(b"", b"x"), (HEAD, b"X-A: b\r\n"), (HEAD + b"Content-Length: 100000\r\n\r\n", b"x"),
     (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n")],
    ids=["line", "head", "body", "chunks"],
)  # fmt: skip
def test_a_client_that_is_never_silent_and_never_done_is_cut(hasty, first, piece):
    with hasty.plain() as plain:
        plain.sendall(first)
        trickle(plain, piece)
    assert hasty.list().status == 200


def test_a_second_request_that_trickles_is_cut_too(hasty):
    with hasty.plain() as plain:
        plain.sendall(b"GET /none HTTP/1.1\r\nHost: x\r\n\r\n")
        assert plain.recv(65536).startswith(b"HTTP/1.1 404 ")
        trickle(plain, b"x")
    assert hasty.list().status == 200


def test_a_client_that_does_not_read_its_answers_is_cut(hasty):
    made = hasty.made(content="x" * 60000)
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.connect(("127.0.0.1", hasty.port))
        request = hasty.raw("GET", f"/v1/documents/{made}")
        plain.settimeout(conftest.WAIT_S)
        with pytest.raises(OSError):
            while True:
                plain.sendall(request)
    assert hasty.list().status == 200
    assert hasty.stop() == 0


def test_what_is_cut_stands_in_the_access_log_without_a_status(hasty):
    with hasty.plain() as plain:
        plain.sendall(HEAD + b"Content-Length: 100\r\n\r\n")
        trickle(plain, b"x")
    assert hasty.stop() == 0
    assert re.search(r" POST /v1/documents 0 \d+ ms ", hasty.log())


def resident_kb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"^VmRSS:\s+(\d+) kB", status.read(), re.M)[1])


@pytest.mark.parametrize("sent", [b"", b"GET /v1/documents HTTP/1.1\r\nHost: x\r\nX-A: " + b"y" * 20000], ids=["silent", "half-a-head"])
def test_a_thousand_idle_connections_cost_little_and_keep_nobody_out(start, sent):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1200:
        pytest.skip("this machine allows too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
    service = start()
    service.made()
    before, idle = resident_kb(service.process.pid), []
    try:
        for _ in range(1000):
            idle.append(service.plain())
            idle[-1].sendall(sent)
        assert service.made()
        assert service.list().json["total"] == 2
        grown = resident_kb(service.process.pid) - before
    finally:
        for plain in idle:
            plain.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    # in kB: 128 for each of the 1000 connections. That is twice the memory of a head: a sanitizer keeps as much again beside it
    assert grown < 1000 * 128
    assert service.stop() == 0
