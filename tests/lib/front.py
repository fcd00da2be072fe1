# SPDX-License-Identifier: MIT
"""A front before the service. It records the requests and answers that pass, and changes them when a test tells it to.

The front speaks HTTP/1.1 with keep-alive to the client. For each request that it forwards, it opens a new connection to the
service. So a fault hits exactly the request that it was meant for. The front runs in a thread with an asyncio loop; the test calls
it directly. A request passes these points, and a Fault says what happens at them:

    first byte ─ head ─ half the body ─ whole request ─ [gate, delay] ─ service ─ [delay] ─ answer
      START      HEAD      BODY            REQUEST                    FORWARDED     half: ANSWER

A cut is a TCP reset at that point. Up to REQUEST the service has not seen the request. From FORWARDED on the service has done the
request, and only the answer is lost. With forward=False the service never sees the request, and the front answers by itself. With
forward=True and an answer, the service does the request, and the client gets the other answer.
"""

import asyncio
import contextlib
import json
import random
import re
import resource
import socket
import struct
import sys
import threading
import time
import urllib.parse
from dataclasses import dataclass, field

START, HEAD, BODY, REQUEST, FORWARDED, ANSWER = (
    "start", "head", "body", "request", "forwarded", "answer")

REASONS = {200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
           409: "Conflict", 429: "Too Many Requests", 500: "Internal Server Error",
           502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}
FRAMING = {"content-length", "transfer-encoding", "connection", "keep-alive"}  # headers that are made anew
CONNECTIONS_TO_SERVICE = 32  # at the same time; other requests wait in the front, as at a gateway
HEAD_LIMIT = 256 * 1024  # the most bytes in the head of a request or an answer
READ_SECONDS = 5     # how long until_read() waits for the client to read what was sent
REQUEST_ID = "5b1f6a5e-front-20250701-host-7"


@dataclass(frozen=True)
class Answer:
    """What the client gets instead of the service's answer."""
    status: int = 200
    body: bytes = b""
    headers: tuple = (("Content-Type", "application/json"), ("X-request-id", REQUEST_ID))
    length: int | None = None   # a wrong Content-Length to claim
    endless: bool = False       # bytes without end follow the body
    raw: bytes | None = None    # these bytes instead of HTTP


@dataclass(frozen=True)
class Fault:
    """What happens to a request. Without arguments the request passes untouched."""
    cut: str | None = None  # the point at which the connection is reset: START … ANSWER; None: it is not
    delay_before: float = 0     # seconds before the service sees the request
    gate: "Gate | None" = None  # the request is held before the service sees it, until the gate opens
    forward: bool = True  # False: the service never sees the request
    delay_after: float = 0      # seconds between the service's answer and the client's
    silent: bool = False        # no answer, and the connection stays open until the client closes it
    answer: Answer | None = None  # the client gets this answer; None: the service's

    def __str__(self):
        shown = [f"{name}={value}" for name, value in vars(self).items()
                 if value != Fault.__dataclass_fields__[name].default]
        return ", ".join(shown) or "none"


@dataclass
class Rule:
    """A fault for the next requests that match. times: for how many of them (None: for all)."""
    fault: Fault
    method: str | None = None  # None: any
    path: str | None = None     # a regular expression for the whole path (None: any)
    times: int | None = 1
    chance: float = 1.0         # how probable it is that a matching request gets the fault; drawn from the front's seeded generator
    when: object = None         # a function: the rule holds while it returns true (None: always)
    hits: int = 0  # how many requests have got the fault

    def matches(self, method, path):
        return ((self.times is None or self.hits < self.times)
                and (self.when is None or self.when())
                and self.method in (None, method)
                and (self.path is None or re.fullmatch(self.path, path) is not None))


@dataclass
class Exchange:
    """One request as the front saw it, and its result."""
    number: int  # from 1, in the order of the heads
    started: float              # time.monotonic()
    method: str
    path: str
    query: list
    headers: dict               # names in lower case
    body: bytes = b""
    fault: Fault = field(default_factory=Fault)  # the fault that the request got from a rule; Fault(): none
    service_status: int | None = None   # the status of the service's answer, None: no answer (yet)
    service_body: bytes = b""
    status: int | None = None           # the status that the client got, None: no complete answer
    ended: float | None = None  # time.monotonic(), None: not yet, or cut before the whole request

    def json(self):
        return json.loads(self.body)

    def service_json(self):
        return json.loads(self.service_body)

    def __str__(self):
        return (f"#{self.number} {self.method} {self.path} ({len(self.body)} bytes), service: "
                f"{self.service_status}, client: {self.status}, fault: {self.fault}")


class Gate:
    """Requests whose Fault has this gate are held before the service sees them, until open() is called."""

    def __init__(self, front):
        self.front, self.event = front, asyncio.Event()
        self.held = 0   # requests that have arrived at the gate so far

    async def pass_through(self):
        self.held += 1
        self.front._tell()
        await self.event.wait()

    def wait_held(self, count=1, seconds=20):
        """Waits until count requests have arrived at the gate. Returns False if they do not arrive within the seconds."""
        return self.front.wait(lambda: self.held >= count, seconds)

    def open(self):
        self.front.loop.call_soon_threadsafe(self.event.set)

    def __repr__(self):
        return "gate"


class ServiceClock:
    """A service's clock that is wrong by offset_ms. Clients see it in create_time and update_time of jobs. offset_ms may change at
    any time; a job keeps the offset with which it was made. Several fronts may share a clock."""

    def __init__(self, offset_ms=0):
        self.offset_ms, self._of = offset_ms, {}

    def seen(self, exchange):
        """Returns the body of the service's answer, with the times of jobs as this clock has them."""
        if exchange.service_status != 200 or exchange.path.split("/")[:3] != ["", "v1", "documents"]:
            return exchange.service_body
        answer = exchange.service_json()
        if exchange.method == "POST":
            self._of[answer["data"]] = self.offset_ms
        rows = answer.get("data") if exchange.method == "GET" else None
        for row in rows if isinstance(rows, list) else [rows] if rows else []:
            for member in ("create_time", "update_time"):
                row[member] += self._of.setdefault(row["document_id"], self.offset_ms)
        return json.dumps(answer).encode() if rows else exchange.service_body


@dataclass
class Change:
    """Changes the service's JSON answers while it is active: function(exchange, answer) returns the JSON that the client gets, or
    bytes, or a whole Answer."""
    function: object
    when: object = None         # a function: only while it returns true (None: always)
    status: int = 200           # only answers with this status are changed
    there: bool = True  # False: the change has ended

    def end(self):
        self.there = False

    def made_of(self, exchange, body):
        if not self.there or (self.when and not self.when()) or exchange.service_status != self.status:
            return body
        made = self.function(exchange, json.loads(body))
        return made if isinstance(made, (bytes, Answer)) else json.dumps(made).encode()


# The functions below make faults.

def says(status, body=b"", **kwargs):
    """The service does not see the request; the client gets this answer. A dict becomes JSON."""
    raw = json.dumps(body).encode() if isinstance(body, dict) else body
    return Fault(forward=False, answer=Answer(status, raw, **kwargs))


def refuses(status, code, message, **kwargs):
    """The service does not see the request; the client gets an error in the API's form."""
    return says(status, {"error_code": code, "error_msg": message}, **kwargs)


def lies(status, body=b"", **kwargs):
    """The service does the request; the client gets this answer instead of the service's."""
    raw = json.dumps(body).encode() if isinstance(body, dict) else body
    return Fault(answer=Answer(status, raw, **kwargs))


def cuts(where):
    return Fault(cut=where, forward=where in (FORWARDED, ANSWER))


def garbage(raw=b"\x16\x03\x01 this is not HTTP\r\n\r\n"):
    return Fault(forward=False, answer=Answer(raw=raw))


def silence(forward=False):
    return Fault(forward=forward, silent=True)


class Cut(Exception):
    """Raised to reset the connection now."""


class Front:
    """The front: start() it, give the client its .url, and stop() it. As a context manager it starts and stops by itself."""

    def __init__(self, upstream, seed=0, listen=socket.create_server):
        self.listen = listen        # a function with the arguments of socket.create_server()
        # the service: (host, port), the path of a Unix socket, or a function that returns one of these; may be changed at any time
        self.upstream = upstream
        self.seed = seed
        self.random = random.Random(seed)
        self.exchanges = []  # an Exchange for each request whose head has arrived
        self.in_flight = self.max_in_flight = 0  # whole requests without an answer: now, and the most so far
        self.port = 0
        self.clock = None           # a ServiceClock, if the service's clock is to be wrong
        self.changes = []  # a Change for each change_answers()
        self.loop = asyncio.new_event_loop()
        self._rules = []
        self._changed = threading.Condition()
        self._listener = None
        self._connections = {}      # the socket of each open connection, by its task
        self._service_slots = asyncio.Semaphore(CONNECTIONS_TO_SERVICE)
        self._thread = threading.Thread(target=self._run, name="front", daemon=True)

    # ---- what a test calls, from its own thread ----

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self):
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self._thread.start()
        self.accept()
        return self

    def stop(self):
        if not self._thread.is_alive():
            return
        self._call(self._close_all())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def rule(self, fault, method=None, path=None, times=1, chance=1.0, when=None):
        """Adds a rule behind the existing ones, and returns it. A request gets the fault of the first rule that matches. A rule
        with a cut at START matches any request, because nothing is known of the request then. when=space.creates: the rule holds as
        soon as a create has passed, and so spares the questions that come before the create."""
        rule = Rule(fault, method, path, times, chance, when)
        with self._changed:
            self._rules.append(rule)
        return rule

    def clear(self):
        """Drops every rule and every change of answers: requests and answers pass untouched again."""
        with self._changed:
            self._rules.clear()
            self.changes.clear()

    def change_answers(self, function, when=None, status=200):
        """Until .end() of the returned Change, the client gets what function(exchange, answer) returns instead of each answer with
        this status, while when() is true (None: always)."""
        self.changes.append(Change(function, when, status))
        return self.changes[-1]

    def gate(self):
        return Gate(self)

    def refuse(self):
        """Refuses new connections, and resets the open ones."""
        self._call(self._close_all())

    def accept(self):
        """Listens again, on the same port as before."""
        self._call(self._listen())

    def calls(self, method=None, path=None, first=0):
        """Returns the exchanges so far that match, in the order of their heads. path: a regular expression for the whole path.
        first: so many exchanges at the beginning are left out."""
        return [e for e in self.exchanges[first:]
                if method in (None, e.method) and (path is None or re.fullmatch(path, e.path))]

    def wait(self, predicate, seconds=20):
        """Waits until predicate() is true; asks again each time something passes the front. Returns False if predicate() does not
        become true within the seconds."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not predicate():
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 0.2))
        return True

    def story(self, last=60):
        return "\n".join(str(e) for e in self.exchanges[-last:])

    # ---- the functions below run in the front's own thread, apart from _call() ----

    def _run(self):
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(20)

    def _tell(self):
        with self._changed:
            self._changed.notify_all()

    async def _listen(self):
        if self._listener is None:
            self._listener = self.listen(("127.0.0.1", self.port), backlog=2048)
            self._listener.setblocking(False)
            self.port = self._listener.getsockname()[1]
            self.loop.add_reader(self._listener, self._accept, self._listener)

    def _accept(self, listener):
        """Accepts one connection, and records it before anything else runs in the loop, so that _close_all() misses none.
        asyncio's own server reports a connection some iterations after it has accepted it."""
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        task = self.loop.create_task(self._serve(connection))
        self._connections[task] = connection
        task.add_done_callback(self._connections.pop)

    async def _close_all(self):
        if self._listener is not None:
            self.loop.remove_reader(self._listener)
            self._listener.close()
            self._listener = None
        connections = dict(self._connections)
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        for connection in connections.values():  # also the connection of a task that has not begun
            reset(connection)
            connection.close()

    def _take(self, method=None, path=None, at_start=False):
        """Returns the fault of the first rule that matches a request, and counts the request in its hits; Fault() if there is none.
        A rule with a chance below 1 is passed over at random. at_start: only rules with a cut at START; without at_start: only the
        others."""
        with self._changed:
            for rule in self._rules:
                if (rule.fault.cut == START) != at_start or not rule.matches(method, path or ""):
                    continue
                if rule.chance >= 1 or self.random.random() < rule.chance:
                    rule.hits += 1
                    return rule.fault
        return Fault()

    async def _serve(self, connection):
        reader, writer = await asyncio.open_connection(sock=connection, limit=HEAD_LIMIT)
        try:
            while await self._exchange(reader, writer):
                pass
            writer.close()
        except (Cut, OSError, EOFError, ValueError, asyncio.CancelledError):
            reset(connection)
            writer.transport.abort()
        finally:
            self._tell()

    async def _exchange(self, reader, writer):
        """Handles one request and its answer. Returns whether the connection goes on; raises Cut if the fault ends it."""
        first = await reader.read(1)
        if not first:
            return False
        if self._take(at_start=True).cut == START:
            raise Cut
        head = first + await reader.readuntil(b"\r\n\r\n")
        exchange = self._record(head)
        fault = exchange.fault
        if fault.cut == HEAD:
            raise Cut
        if exchange.headers.get("expect", "").lower() == "100-continue":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if fault.cut == BODY:
            await reader.readexactly(int(exchange.headers.get("content-length", "0")) // 2)
            raise Cut
        exchange.body = await read_body(reader, exchange.headers, until_close=False)
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        self._tell()
        try:
            return await self._answer(exchange, head, reader, writer)
        finally:
            self.in_flight -= 1
            exchange.ended = time.monotonic()
            self._tell()

    def _record(self, head):
        method, target, headers = parse_head(head)
        path, _, query = target.partition("?")
        path = urllib.parse.unquote(path)
        exchange = Exchange(len(self.exchanges) + 1, time.monotonic(), method, path,
                            urllib.parse.parse_qsl(query, keep_blank_values=True), headers)
        exchange.fault = self._take(method, path)
        self.exchanges.append(exchange)
        return exchange

    async def _answer(self, exchange, head, reader, writer):
        fault = exchange.fault
        if fault.cut == REQUEST:
            raise Cut
        if fault.gate:
            await fault.gate.pass_through()
        if fault.delay_before:
            await asyncio.sleep(fault.delay_before)
        answer = fault.answer
        if fault.forward:
            forwarded = await self._forward(exchange, head)
            answer = answer or forwarded
        if fault.delay_after:
            await asyncio.sleep(fault.delay_after)
        if fault.cut == FORWARDED:
            raise Cut
        if fault.silent:
            await reader.read(1)
            raise Cut
        return await send(answer, writer, exchange)

    async def _forward(self, exchange, head):
        """Forwards a request to the service, on a new connection. Returns the Answer for the client: the service's, after
        ServiceClock and Changes."""
        async with self._service_slots:
            upstream = self.upstream() if callable(self.upstream) else self.upstream
            if isinstance(upstream, tuple):
                reader, writer = await asyncio.open_connection(*upstream, limit=HEAD_LIMIT)
            else:
                reader, writer = await asyncio.open_unix_connection(upstream, limit=HEAD_LIMIT)
            with contextlib.closing(writer):
                writer.write(reframed(head, exchange.body) + exchange.body)
                await writer.drain()
                status, headers = 100, {}
                while 100 <= status < 200:
                    answer_head = await reader.readuntil(b"\r\n\r\n")
                    _, code, headers = parse_head(answer_head)
                    status = int(code.split()[0])
                body = await read_body(reader, headers, until_close=True)
        exchange.service_status, exchange.service_body = status, body
        self._tell()
        kept = tuple((k, v) for k, v in raw_headers(answer_head) if k.lower() not in FRAMING)
        body = self.clock.seen(exchange) if self.clock else body
        for change in self.changes:
            body = change.made_of(exchange, body)
            if isinstance(body, Answer):
                return body
        return Answer(status, body, kept)


async def send(answer, writer, exchange):
    """Sends an answer. Returns whether the connection can carry another answer; raises Cut if the fault cuts at ANSWER."""
    if answer.raw is not None:
        writer.write(answer.raw)
        await writer.drain()
        return False
    head = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}"]
    head += [f"{name}: {value}" for name, value in answer.headers]
    if answer.endless:
        head += ["Connection: close"]
    else:
        head += [f"Content-Length: {len(answer.body) if answer.length is None else answer.length}"]
    message = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1") + answer.body
    if exchange.fault.cut == ANSWER:
        writer.write(message[:len(message) - max(1, len(answer.body) // 2)])
        await writer.drain()
        await until_read(writer)
        raise Cut
    writer.write(message)
    await writer.drain()
    while answer.endless:
        writer.write(b" " * 16384)
        await writer.drain()
        await asyncio.sleep(0)
    exchange.status = answer.status
    return answer.length is None and exchange.headers.get("connection", "").lower() != "close"


def raw_headers(head):
    lines = head.decode("latin-1").split("\r\n")[1:-2]
    return [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]


def parse_head(head):
    """Returns the first two words of the first line, and the headers by their names in lower case."""
    first, second = head.decode("latin-1").split("\r\n", 1)[0].split(" ", 2)[:2]
    return first, second, {name.lower(): value for name, value in raw_headers(head)}


def reframed(head, body):
    """Returns the head as it came, but with the right length, and without "Expect: 100-continue"."""
    first = head.split(b"\r\n", 1)[0].decode("latin-1")
    kept = [f"{k}: {v}" for k, v in raw_headers(head)
            if k.lower() not in FRAMING | {"expect"}]
    return "\r\n".join([first, *kept, f"Content-Length: {len(body)}", "", ""]).encode("latin-1")


async def read_body(reader, headers, until_close):
    if headers.get("transfer-encoding", "").lower() == "chunked":
        return await read_chunks(reader)
    if "content-length" in headers:
        return await reader.readexactly(int(headers["content-length"]))
    return await reader.read() if until_close else b""


async def read_chunks(reader):
    body = b""
    while size := int((await reader.readline()).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readline()
    while (await reader.readline()).strip():
        pass
    return body


def unread(connection):
    """Returns how many bytes were sent on a connection within this machine that its other end has not read."""
    ends = [socket_name(*end) for end in (connection.getsockname(), connection.getpeername())]
    count = 0
    with open("/proc/net/tcp", encoding="ascii") as table:
        for row in map(str.split, table):
            if row[1:3] == ends:                # sent and not arrived
                count += int(row[4].split(":")[0], 16)
            elif row[1:3] == ends[::-1]:        # arrived and not read
                count += int(row[4].split(":")[1], 16)
    return count


def socket_name(host, port):
    """Returns an address in the form of /proc/net/tcp."""
    return f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{port:04X}"


async def until_read(writer):
    """Waits until the client has read what was sent, at most READ_SECONDS: a reset would drop what it has not read."""
    connection, deadline = writer.get_extra_info("socket"), time.monotonic() + READ_SECONDS
    while (writer.transport.get_write_buffer_size() or unread(connection)) and time.monotonic() < deadline:
        await asyncio.sleep(0.001)


def reset(connection):
    """Has the close of the connection send a TCP reset, even if bytes are still unsent or unread."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
