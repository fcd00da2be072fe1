# SPDX-License-Identifier: MIT
"""Cocd: cocd as a process. Service: a client that asks a service for its jobs.

The signing here is written from the documentation of the API and not from the code of cocfs and cocd. So a mistake in one of the
two is seen.
"""

import configparser
import contextlib
import datetime
import hashlib
import hmac
import http.client
import json
import os
import socket
import sqlite3
import subprocess
import urllib.parse

import janitor
import tools


def read_keys(path):
    """Returns the AK and the SK of an SDK credentials file."""
    ini = configparser.ConfigParser(interpolation=None)
    with open(path, encoding="utf-8") as file:
        ini.read_file(file)
    section = "global" if ini.has_section("global") else "basic"
    return ini[section]["ak"], ini[section]["sk"]


def write_keys(path, ak, sk, mode=0o600):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(f"[global]\nak = {ak}\nsk = {sk}\n")
    os.chmod(path, mode)
    return path


def encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def sign(ak, sk, method, path, query, headers, body):
    """Returns the Authorization header (SDK-HMAC-SHA256). Signs every header in headers, which must have X-Sdk-Date."""
    signed = sorted((name.lower(), value.strip()) for name, value in headers.items())
    names = ";".join(name for name, _ in signed)
    uri = "/".join(encode(part) for part in path.split("/"))
    canonical = "\n".join([
        method,
        uri if uri.endswith("/") else uri + "/",
        "&".join(f"{encode(k)}={encode(v)}" for k, v in sorted(query)),
        "".join(f"{name}:{value}\n" for name, value in signed),
        names,
        hashlib.sha256(body).hexdigest()])
    date = dict(signed)["x-sdk-date"]
    text = f"SDK-HMAC-SHA256\n{date}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(sk.encode(), text.encode(), hashlib.sha256).hexdigest()
    return f"SDK-HMAC-SHA256 Access={ak}, SignedHeaders={names}, Signature={signature}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self.socket_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.socket_path)


class Service:
    """A client of a service; it signs its requests with the keys in keys_file. address is (host, port) or the path of a Unix
    socket."""

    def __init__(self, address, keys_file):
        self.address, self.keys_file = address, keys_file
        self._connection = None

    def call(self, method, path, query=(), body=None):
        """Sends a request; body is sent as JSON. Returns the status and the JSON of the answer."""
        ak, sk = read_keys(self.keys_file)
        data = b"" if body is None else json.dumps(body).encode()
        now = datetime.datetime.now(datetime.timezone.utc)
        headers = {"X-Sdk-Date": now.strftime("%Y%m%dT%H%M%SZ")}
        headers["Authorization"] = sign(ak, sk, method, path, query, headers, data)
        headers["Content-Type"] = "application/json"
        target = path + ("?" + "&".join(f"{encode(k)}={encode(v)}" for k, v in query) if query else "")
        if self._connection is None:
            self._connection = (UnixConnection(self.address, 20) if isinstance(self.address, str)
                                else http.client.HTTPConnection(*self.address, timeout=20))
        try:
            self._connection.request(method, target, data, headers)
            answer = self._connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            self.close()
            raise

    def close(self):
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def ask(self, *args, **kwargs):
        status, answer = self.call(*args, **kwargs)
        assert status == 200, f"the service answered {status}: {answer}"
        return answer

    def ids(self):
        """Returns the IDs of all jobs, each once. The service lists them page by page, and a job that is made meanwhile can shift a
        page."""
        found = []
        while True:
            query = [("limit", "100"), ("offset", str(len(found)))]
            page = self.ask("GET", "/v1/documents", query)["data"]
            if not page:
                self.close()
                return list(dict.fromkeys(found))
            found += [summary["document_id"] for summary in page]

    def show(self, document_id, version=None):
        query = [("version", version)] if version else []
        return self.ask("GET", f"/v1/documents/{document_id}", query)["data"]

    def jobs(self, without=()):
        """Returns the details of all jobs but those with the IDs in without, the oldest first. The API never returns tags."""
        jobs = [self.show(document_id) for document_id in self.ids() if document_id not in without]
        self.close()
        return sorted(jobs, key=lambda job: (job["create_time"], job["document_id"]))

    def create(self, **fields):
        """Makes a job with these fields, by default in project "0" and with risk level LOW. Returns its ID."""
        body = {"enterprise_project_id": "0", "risk_level": "LOW", **fields}
        return self.ask("POST", "/v1/documents", body=body)["data"]

    def update(self, document_id, **fields):
        """Makes a new version of a job. A field that is not given keeps its value."""
        return self.ask("PUT", f"/v1/documents/{document_id}", body=fields)

    def delete(self, document_id):
        return self.ask("DELETE", f"/v1/documents/{document_id}")


class Cocd:
    """A cocd process with a data directory. It can be stopped and started again: the jobs stay, but .address may be another."""

    def __init__(self, data, log):
        self.data, self.log_path = data, log
        self.more = []      # more options of cocd, from the next start() on
        self.process = None
        self.address = None

    @property
    def keys_file(self):
        return os.path.join(self.data, "service.keys")

    def start(self):
        os.makedirs(self.data, mode=0o700, exist_ok=True)
        port_file = os.path.join(self.data, "port")
        if os.path.exists(port_file):
            os.unlink(port_file)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [tools.COCD, "--listen", "127.0.0.1:0", "--port-file", port_file, *self.store(), *self.more],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        janitor.watch_process(self.process.pid)
        tools.eventually(lambda: self._port(port_file), "cocd to tell its port",
                         give_up=lambda: self.process.poll() is not None and self.log())
        self.address = ("127.0.0.1", self._port(port_file))
        return self

    def store(self):
        """Returns the options of cocd that say where it keeps the jobs."""
        return ["--data", self.data]

    @staticmethod
    def _port(path):
        try:
            with open(path, encoding="ascii") as file:
                return int(file.read() or "0")
        except FileNotFoundError:
            return 0

    def stop(self):
        if self.process is not None:
            tools.end(self.process)
            self.process = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process = None

    def log(self):
        return tools.read_log(self.log_path)

    def rows(self, query):
        """Returns the rows of a query of cocd's database, read without cocd."""
        store = f"file:{os.path.join(self.data, 'service.db')}?mode=ro"
        with contextlib.closing(sqlite3.connect(store, uri=True, timeout=20)) as db:
            return db.execute(query).fetchall()

    def client(self):
        return Service(self.address, self.keys_file)
