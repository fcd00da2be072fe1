#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Creates per second of one or more cocd programs in turn: sequential, and over many connections. The store is SQLite, and also a
PostgreSQL server for this run if PostgreSQL is installed.

python3 tests/bench/creates.py SECONDS CONNECTIONS COCD...

Run it by hand. The requests are signed beforehand, so the service is measured and not this client. For comparison it prints the
syncs of the same disk per second, and the requests per second that the service answers without the disk.
"""

import os
import pathlib
import selectors
import socket
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "lib"), str(TESTS / "service")]

import conftest  # noqa: E402
import postgresql  # noqa: E402


def syncs(directory, seconds):
    """Returns how many pages per second can be appended, each with a sync."""
    count, end = 0, time.monotonic() + seconds
    with open(pathlib.Path(directory) / "syncs", "wb", buffering=0) as file:
        while time.monotonic() < end:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())
            count += 1
    return count / seconds


class Client:
    """A connection. Call send(), then heard() each time that bytes have arrived, until it returns True."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.text = b""

    def send(self, request):
        self.text = b""
        self.socket.sendall(request)

    def heard(self, status):
        """Reads what has arrived. Returns True if the whole answer is there."""
        self.text += self.socket.recv(65536)
        head, end, body = self.text.partition(b"\r\n\r\n")
        if not end:
            return False
        assert head.startswith(b"HTTP/1.1 %d " % status), self.text
        size = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return len(body) >= size


def measure(port, request, status, connections, seconds):
    count, end = 0, time.monotonic() + seconds
    with selectors.DefaultSelector() as ready:
        for _ in range(connections):
            client = Client(port)
            ready.register(client.socket, selectors.EVENT_READ, client)
            client.send(request)
        while time.monotonic() < end:
            for key, _ in ready.select(1):
                if key.data.heard(status):
                    count += 1
                    key.data.send(request)
        for key in list(ready.get_map().values()):
            key.data.socket.close()
    return count / seconds


def contender(name, directory, seconds, connections, uri=None):
    """Measures a daemon on a store: SQLite, or the database at uri. Prints the requests and the creates per second."""
    body = b'{"name":"job","content":"%s","enterprise_project_id":"0","risk_level":"LOW"}' % (b"x" * 500)
    service = conftest.Daemon(directory, uri=uri)
    request = service.raw("POST", "/v1/documents", body=body)
    for count in (1, connections):
        print(f"  {name:10} answers {count:4} at once {measure(service.port, service.raw('GET', '/none'), 404, count, seconds):8.0f} /s")
        print(f"  {name:10} creates {count:4} at once {measure(service.port, request, 200, count, seconds):8.0f} /s")
    service.stop()


def main(seconds, connections, programs):
    folder = os.environ.get("BENCH_DIR")
    for program in programs:
        conftest.COCD = program
        print(program)
        with tempfile.TemporaryDirectory(dir=folder) as directory:
            print(f"  syncs                           {syncs(directory, seconds):8.0f} /s")
            contender("SQLite", directory, seconds, connections)
        if postgresql.programs() is None:
            print("  PostgreSQL is not installed")
            continue
        with postgresql.serving(safe=True, folder=folder) as server, tempfile.TemporaryDirectory() as directory:
            contender("PostgreSQL", directory, seconds, connections, uri=server.new())


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(float(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
