# SPDX-License-Identifier: MIT
"""Starts cocd (COCD has its path, else build/fs/cocd) on a new directory, and talks to it."""

import contextlib
import ctypes
import functools
import http.client
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.parse

import pytest

import default_signals
import postgresql
import signing

default_signals.hand_on()

ROOT = pathlib.Path(__file__).resolve().parents[2]
COCD = os.environ.get("COCD", str(ROOT / "build" / "fs" / "cocd"))
WAIT_S = 20

# where the daemons of these tests keep their jobs: in SQLite's data file, or each in a database
STORE = os.environ.get("COCD_STORE", "sqlite")
of_the_data_file = pytest.mark.skipif(STORE != "sqlite", reason="is about SQLite's data file")

GOOD = {"name": "job", "content": "test", "enterprise_project_id": "0", "risk_level": "LOW"}


def wait_for(condition, what):
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {WAIT_S} s for {what}")


class Answer:
    def __init__(self, response, body):
        self.status = response.status
        self.headers = response.headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("error_code")

    @property
    def message(self):
        return self.json.get("error_msg")

    @property
    def data(self):
        assert self.status == 200, self.body
        return self.json["data"]


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


_servers = contextlib.ExitStack()


@functools.lru_cache
def server():
    """Returns the PostgreSQL server of this session. Starts it at the first call."""
    return _servers.enter_context(postgresql.serving())


@functools.lru_cache
def database_of(directory):
    """Returns the URI of the database that stands for a data directory. Makes the database at the first call."""
    return server().new()


@pytest.fixture(scope="session", autouse=True)
def _end_of_servers():
    with _servers:
        yield


class Daemon:
    """A cocd that runs from the constructor on. directory: of its data, its keys, its log and its port file."""

    def __init__(self, directory, *options, unix=False, tls=None, uri=None):
        self.directory = pathlib.Path(directory)
        self.port_file = self.directory / "port"
        self.log_file = self.directory / "log"
        self.socket = self.directory / "socket" if unix else None
        self.tls = tls  # the certificate to trust, if the daemon speaks HTTPS; None: HTTP
        self.options = options
        self.process = None
        if uri is None and STORE == "postgresql":
            uri = database_of(self.directory)
        self.data = uri or str(self.directory)
        self.keys_file = self.directory / "service.keys"
        self.own_keys = self.write_keys() if uri else []
        self.start()

    def write_keys(self):
        """Makes a key file for a daemon that has no data file, and so no key file beside it. Returns the option that names the
        key file."""
        if not self.keys_file.exists():
            self.keys_file.touch(mode=0o600)
            self.keys_file.write_text(f"[global]\nak = {secrets.token_hex(10).upper()}\nsk = {secrets.token_hex(20)}\n")
        return ["--credentials", str(self.keys_file)]

    def start(self):
        self.port_file.unlink(missing_ok=True)
        where = ["--unix", str(self.socket)] if self.socket else ["--port-file", str(self.port_file)]
        # pytest keeps the test's name with all its values in this variable: too long for a new process
        environment = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                [COCD, "--data", self.data, *where, *self.own_keys, *self.options],
                env=environment,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        try:
            wait_for(self.is_ready, "cocd to serve")
        except BaseException:
            self.kill()
            raise

    def is_ready(self):
        assert self.process.poll() is None, self.log()
        if not self.socket:
            return self.port_file.exists()
        # the path exists a moment before the daemon listens
        with socket.socket(socket.AF_UNIX) as plain:
            return plain.connect_ex(str(self.socket)) == 0

    def log(self):
        return self.log_file.read_text()

    @property
    def port(self):
        return int(self.port_file.read_text())

    @property
    def keys(self):
        text = self.keys_file.read_text()
        return tuple(re.search(rf"^{name} = (\S+)$", text, re.M)[1] for name in ("ak", "sk"))

    def connection(self):
        if self.socket:
            return UnixConnection(str(self.socket), WAIT_S)
        if self.tls:
            context = ssl.create_default_context(cafile=self.tls)
            return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=WAIT_S, context=context)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_S)

    @property
    def library(self):
        """The version of libmicrohttpd in this daemon, such as (0, 9, 75)."""
        with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as maps:
            path = re.search(r"/\S*/libmicrohttpd\.so\S*", maps.read())[0]
        version = ctypes.CDLL(path).MHD_get_version
        version.restype = ctypes.c_char_p
        return tuple(int(number) for number in re.findall(r"\d+", version().decode())[:3])

    def has_read(self, plain):
        """Waits until the daemon has read everything that was sent on a connection: its socket is empty."""
        mine, its = plain.getsockname()[1], self.port

        def is_empty():
            with open("/proc/net/tcp", encoding="ascii") as file:
                rows = [line.split() for line in file][1:]
            queues = {(int(row[1].partition(":")[2], 16), int(row[2].partition(":")[2], 16)): row[4] for row in rows}
            return queues[mine, its].startswith("00000000:") and queues[its, mine].endswith(":00000000")

        wait_for(is_empty, "what was sent to be read")

    def is_listening(self):
        """Does the daemon accept connections? The new connection is closed again."""
        with socket.socket() as plain:
            return plain.connect_ex(("127.0.0.1", self.port)) == 0

    def plain(self):
        """Returns a connected socket."""
        connection = self.connection()
        connection.connect()
        return connection.sock

    def send(self, method, target, headers=None, body=None, connection=None):
        """Sends a request as it is, on this connection or (None) on one of its own. Returns the answer."""
        own = connection is None
        connection = connection or self.connection()
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            return Answer(response, response.read())
        finally:
            if own:
                connection.close()

    def signed(self, method, path, query=(), body=b"", headers=None, keys=None):
        """Returns the target and the headers of a signed request. keys: other keys than the daemon's."""
        query = list(query.items()) if isinstance(query, dict) else list(query)
        query = [(key, str(value)) for key, value in query]
        headers = {"X-Sdk-Date": signing.date(), **(headers or {})}
        headers["Authorization"] = signing.sign(method, path, query, headers, body, *(keys or self.keys))
        target = urllib.parse.quote(path)
        if query:
            target += "?" + "&".join(f"{signing.encode(k)}={signing.encode(v)}" for k, v in query)
        return target, headers

    def raw(self, method, path, query=(), body=b"", headers=None, keys=None):
        """Returns the bytes of a signed request. keys: other keys than the daemon's."""
        target, headers = self.signed(method, path, query, body, headers, keys)
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{lines}\r\n"
        return head.encode() + body

    def call(self, method, path, query=(), body=None, connection=None, headers=None, keys=None):
        """Sends a signed request. A body that is not bytes is sent as JSON; None: no body. Returns the answer."""
        if body is None:
            body = b""
        elif not isinstance(body, bytes):
            body = json.dumps(body).encode()
        target, headers = self.signed(method, path, query, body, headers, keys)
        return self.send(method, target, headers, body or None, connection)

    def create(self, **fields):
        body = {**GOOD, **fields}
        return self.call("POST", "/v1/documents", body={k: v for k, v in body.items() if v is not ...})

    def made(self, **fields):
        """Creates a document and returns its ID."""
        return self.create(**fields).data

    def show(self, document, **query):
        return self.call("GET", f"/v1/documents/{document}", query)

    def update(self, document, **fields):
        body = {"name": "job", "content": "test2"}
        body.update(fields)
        body = {k: v for k, v in body.items() if v is not ...}
        return self.call("PUT", f"/v1/documents/{document}", body=body)

    def delete(self, document):
        return self.call("DELETE", f"/v1/documents/{document}")

    def list(self, **query):
        return self.call("GET", "/v1/documents", query)

    def alter(self, statement, *values):
        """Stops the daemon, changes its stored data with an SQL statement, and starts it again."""
        assert self.stop() == 0
        if self.data != str(self.directory):
            postgresql.sql(self.data, statement, *values)
        else:
            with contextlib.closing(sqlite3.connect(self.directory / "service.db")) as database, database:
                database.execute(statement, values)
        self.start()

    def stop(self, number=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(WAIT_S)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT_S)


@pytest.fixture
def start(tmp_path):
    """start(*options, name="service", **more) starts a Daemon in the directory name, and returns it. The daemon ends with the test."""
    daemons = []

    def start(*options, name="service", **more):
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        daemons.append(Daemon(directory, *map(str, options), **more))
        return daemons[-1]

    yield start
    for daemon in daemons:
        daemon.kill()


@contextlib.contextmanager
def running(directory, *options):
    """Yields a daemon, and stops it afterwards. The daemon must end with status 0."""
    daemon = Daemon(directory, *options)
    yield daemon
    try:
        status = daemon.stop()
    finally:
        daemon.kill()
    assert status == 0, daemon.log()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One daemon for all tests of a file."""
    with running(tmp_path_factory.mktemp("service"), "--access-log") as daemon:
        yield daemon


@pytest.fixture
def private(tmp_path):
    """private(name, text, mode=0o600) writes a file that other users cannot read, unless mode lets them. It returns the path."""

    def write(name, text, mode=0o600):
        path = tmp_path / name
        path.touch(mode)
        path.write_text(text)
        path.chmod(mode)
        return path

    return write


@pytest.fixture
def fresh(start):
    """A daemon without documents."""
    return start()
