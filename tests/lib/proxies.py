# SPDX-License-Identifier: MIT
"""Relay connects each client to one address. Proxy is an HTTP proxy: it connects a client to the address that the client names
(CONNECT)."""

import contextlib
import re
import socket
import threading

HEAD_MAX = 65536
PIECE = 65536


def carry(source, sink, kept=None):
    """Carries bytes from source to sink until one of the two sockets ends; then shuts both down. kept: a list that gets the bytes,
    too."""
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            if kept is not None:
                kept.append(piece)
            sink.sendall(piece)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


class Relay:
    """Connects each client of a listening socket to the address upstream, as long as its context lasts. .n: how many clients have
    come."""

    def __init__(self, listener, upstream):
        self.listener, self.upstream, self.n = listener, upstream, 0
        self.sent = []      # the bytes that all clients have sent, in pieces
        self._open = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self):
        return self.listener.getsockname()[1]

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        for end in [self.listener, *self._open]:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._thread.join(10)

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.n += 1
            self._open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with contextlib.suppress(OSError):
            self.connect(client, self.upstream)

    def connect(self, client, address):
        server = socket.create_connection(address, 10)
        server.settimeout(None)
        self._open.append(server)
        threading.Thread(target=carry, args=(server, client), daemon=True).start()
        carry(client, server, self.sent)


class Proxy(Relay):
    """An HTTP proxy. upstream: {"HOST:PORT" of a CONNECT: the address to connect to}. Any other target gets 403. .heads has the
    head of each request to the proxy."""

    def __init__(self, listener, upstream):
        super().__init__(listener, upstream)
        self.heads = []

    @property
    def asked(self):
        """Returns the set of targets ("HOST:PORT") for which clients asked."""
        return {head.split()[1] for head in self.heads}

    def _serve(self, client):
        head = b""
        with contextlib.suppress(OSError):
            while b"\r\n\r\n" not in head and len(head) < HEAD_MAX:
                piece = client.recv(1)
                if not piece:
                    return
                head += piece
            self.heads.append(head.decode())
            match = re.match(r"CONNECT (\S+) HTTP/1\.1\r\n", self.heads[-1])
            if not match or match[1] not in self.upstream:
                client.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                client.close()
                return
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            self.connect(client, self.upstream[match[1]])
