# SPDX-License-Identifier: MIT
"""A network for one test: a network namespace whose loopback has the address of the metadata service."""

import ctypes
import os
import socket
import subprocess
import threading

import pytest

import janitor
import tools

METADATA = "169.254.169.254"
CLONE_NEWNET = 0x40000000
SCRIPT = f"ip link set lo up && ip address add {METADATA}/32 dev lo && echo ready && exec sleep 1000"


class Network:
    """A network namespace; a context manager. Nothing outside can be reached from it, and nothing outside reaches it."""

    def __enter__(self):
        if not tools.IS_ROOT:
            pytest.skip("needs root, to make a network")
        tools.need("unshare", "nsenter", "ip")
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", SCRIPT], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, text=True, start_new_session=True)
        janitor.watch_process(self.holder.pid)
        if self.holder.stdout.readline() != "ready\n":
            self.__exit__()
            pytest.skip("no network namespaces here")
        self.path = f"/proc/{self.holder.pid}/ns/net"
        return self

    def __exit__(self, *_):
        tools.end(self.holder)
        self.holder.stdout.close()
        self.holder.stderr.close()

    def wrap(self, *argv):
        """Returns the command line that runs argv in the namespace."""
        return ["nsenter", f"--net={self.path}", *argv]

    def listen(self, address, **options):
        """Calls socket.create_server() in the namespace, and returns the socket, which stays in the namespace. Only a thread enters
        the namespace."""
        made = []

        def run():
            libc = ctypes.CDLL(None, use_errno=True)
            fd = os.open(self.path, os.O_RDONLY)
            try:
                if libc.setns(fd, CLONE_NEWNET) == 0:
                    made.append(socket.create_server(address, **options))
            finally:
                os.close(fd)

        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
        assert made, "no socket in the network"
        return made[0]
