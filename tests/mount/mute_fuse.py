# SPDX-License-Identifier: MIT
"""A FUSE file system with one file, x, that never answers a POLL. Needs root.

A process that adds the file to an epoll waits in epoll_ctl(2), and holds the lock of the epoll. A process that reads
/proc/PID/fdinfo of the epoll waits for the lock, and cannot be killed. Both processes go on when this program ends.

usage: mute_fuse.py MOUNTPOINT; writes a line for each POLL
"""

import ctypes
import os
import stat
import struct
import sys

LOOKUP, FORGET, GETATTR, OPEN, RELEASE, FLUSH, INIT, INTERRUPT, POLL = 1, 2, 3, 14, 18, 25, 26, 36, 40
ROOT, FILE = 1, 2


def attributes(node):
    mode = stat.S_IFDIR | 0o755 if node == ROOT else stat.S_IFREG | 0o666
    return struct.pack("<6Q10I", node, 0, 0, 0, 0, 0, 0, 0, 0, mode, 1, 0, 0, 0, 4096, 0)


def answer(opcode, node, body):
    """Returns bytes (an answer without its header), an int (the errno of a refusal), or None (send no answer)."""
    if opcode == INIT:
        return struct.pack("<4I2H2I2H8I", 7, 31, 65536, 0, 16, 12, 65536, 1, 16, 0, *[0] * 8)
    if opcode == LOOKUP:
        if body != b"x\0":
            return 2
        return struct.pack("<4Q2I", FILE, 0, 60, 60, 0, 0) + attributes(FILE)
    if opcode == GETATTR:
        return struct.pack("<Q2I", 60, 0, 0) + attributes(node)
    if opcode == OPEN:
        return struct.pack("<Q2I", 0, 0, 0)
    if opcode in (RELEASE, FLUSH):
        return b""
    if opcode == POLL:
        print("polled", flush=True)
    return None if opcode in (POLL, FORGET, INTERRUPT) else 38


def main(mountpoint):
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    if ctypes.CDLL(None, use_errno=True).mount(b"mute", mountpoint.encode(), b"fuse.mute", 0, options.encode()):
        sys.exit(f"cannot mount: {os.strerror(ctypes.get_errno())}")
    print("mounted", flush=True)
    while True:
        request = os.read(device, 1 << 17)
        _, opcode, unique, node = struct.unpack_from("<2I2Q", request)
        said = answer(opcode, node, request[40:])
        if said is not None:
            error, data = (-said, b"") if isinstance(said, int) else (0, said)
            os.write(device, struct.pack("<IiQ", 16 + len(data), error, unique) + data)


if __name__ == "__main__":
    main(sys.argv[1])
