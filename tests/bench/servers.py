# SPDX-License-Identifier: MIT
"""The services that clients are measured against: one that does nothing (answer.c), and cocd.

Each has what a client needs: url, socket (None: TCP), cacert (None: no TLS), keys_file.
"""

import os
import subprocess

import janitor
import service
import tools

KEYS = "benchmark-key", "benchmark-secret"


def make_pair(place):
    """Makes a certificate for 127.0.0.1, and its key. Returns the paths of both."""
    cert, key = os.path.join(place, "service.crt"), os.path.join(place, "service.key")
    tools.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
              "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "2",
              "-keyout", key, "-out", cert).ok()
    os.chmod(key, 0o600)
    return cert, key


class Server(service.Cocd):
    """A started service of one kind (bare, cocd) and scheme (http, https).

    A bare service waits latency_ms before each answer; with lists_at_once, it answers a list without a wait."""

    def __init__(self, place, kind, scheme, pair, latency_ms=0, lists_at_once=False):
        super().__init__(place, os.path.join(place, "service.log"))
        self.lists_at_once = lists_at_once
        self.kind, self.scheme, self.pair, self.latency_ms = kind, scheme, pair, latency_ms
        self.socket, self.cacert = None, pair[0] if scheme == "https" else None

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.address[1]}"

    def argv(self, port_file):
        tls = ["--tls-cert", self.pair[0], "--tls-key", self.pair[1]] if self.cacert else []
        if self.kind == "cocd":
            return [tools.COCD, "--data", self.data, "--port-file", port_file, *tls]
        lists = ["--lists-at-once"] if self.lists_at_once else []
        return [program("answer"), "--port-file", port_file, "--latency-ms", str(self.latency_ms), *lists, *tls]

    def start(self):
        os.makedirs(self.data, mode=0o700, exist_ok=True)
        if self.kind == "bare":
            service.write_keys(self.keys_file, *KEYS)
        port_file = os.path.join(self.data, "port")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.argv(port_file), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            start_new_session=True)
        janitor.watch_process(self.process.pid)
        tools.eventually(lambda: self._port(port_file), "the service to tell its port",
                         give_up=lambda: self.process.poll() is not None and self.log())
        self.address = ("127.0.0.1", self._port(port_file))
        return self


class Embedded:
    """The service inside a mount of `local`, at its Unix socket."""

    url, cacert = "http://localhost", None

    def __init__(self, space):
        self.socket = os.path.join(space.state, "service.sock")
        self.keys_file = os.path.join(space.state, "service.keys")


def program(name):
    """Returns the path of a program of tests/bench in the build."""
    place = os.environ.get("COCFS_BENCH", os.path.join(tools.ROOT, "build-bench", "tests", "bench"))
    return os.path.join(os.path.abspath(place), name)
