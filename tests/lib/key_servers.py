# SPDX-License-Identifier: MIT
"""Servers that give temporary keys: the metadata service of a cloud server, and IAM."""

import datetime
import http.server
import json
import threading

import tools


def at(seconds):
    """Returns the time that comes so many seconds from now, in the form of IAM."""
    end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return end.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


class KeyServer:
    """A server on a listening socket; it runs within its context. A subclass has answer(request), which returns (status, headers,
    text). .requests has (method, path, headers, body) of each request."""

    def __init__(self, listener):
        self.requests = []
        self.refusal = None  # (status, text): the answer to every request; None: no refusal
        self.held = None     # a threading.Event: no request is answered before it is set; None: answer at once

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            owner = self

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                self.owner.requests.append((self.command, self.path, self.headers, body))
                if self.owner.held:
                    self.owner.held.wait()
                status, headers, text = self.owner.answer(self)
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_PUT = do_POST = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler, bind_and_activate=False)
        self.server.socket.close()
        self.server.socket = listener
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        if self.held:
            self.held.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def asked(self, method, path):
        return [request for request in self.requests if request[:2] == (method, path)]

    def wait(self, method, path, number, seconds=20):
        tools.eventually(lambda: len(self.asked(method, path)) >= number, f"{method} {path} for the {number}th time", seconds)


class Metadata(KeyServer):
    """The metadata service of a cloud server. It gives the temporary keys in .keys: (access key, secret key, security token,
    seconds from the answer until they end)."""

    KEYS = "/openstack/latest/securitykey"
    TOKEN = "/meta-data/latest/api/token"

    def __init__(self, listener, *keys):
        super().__init__(listener)
        self.keys = keys

    def answer(self, request):
        if self.refusal:
            return self.refusal[0], {}, self.refusal[1]
        if (request.command, request.path) == ("PUT", self.TOKEN):
            return 200, {}, "metadata-token"
        if (request.command, request.path) != ("GET", self.KEYS):
            return 404, {}, "none"
        if request.headers.get("X-Metadata-Token") != "metadata-token":
            return 401, {}, "no token"
        access, secret, token, seconds = self.keys
        return 200, {}, json.dumps({"credential": {"access": access, "secret": secret, "securitytoken": token,
                                                   "expires_at": at(seconds)}})


class Iam(KeyServer):
    """IAM. For the ID token .id_token of the identity provider "idp" it gives .token, which ends .seconds after the answer."""

    TOKENS = "/v3.0/OS-AUTH/id-token/tokens"

    def __init__(self, listener, id_token, token, seconds):
        super().__init__(listener)
        self.id_token, self.token, self.seconds = id_token, token, seconds

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server.socket.getsockname()[1]

    def answer(self, request):
        if self.refusal:
            return self.refusal[0], {}, self.refusal[1]
        method, path, headers, body = self.requests[-1]
        wanted = {"auth": {"id_token": {"id": self.id_token}, "scope": {"domain": {"id": "domain"}}}}
        if (method, path) != ("POST", self.TOKENS) or headers.get("X-Idp-Id") != "idp" or json.loads(body) != wanted:
            return 401, {}, json.dumps({"error": {"code": 401, "message": "no such token"}})
        return 201, {"X-Subject-Token": self.token, "X-Request-Id": "r"}, json.dumps({"token": {"expires_at": at(self.seconds)}})
