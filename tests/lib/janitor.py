# SPDX-License-Identifier: MIT
"""Leaves no mount and no process behind, also if the tests are killed.

The tests clean up after themselves; the janitor is for tests that were killed. A small process of each test worker holds the
reading end of a pipe. The worker writes into the pipe what it starts. When the worker is gone, the pipe ends, and the janitor
unmounts and kills what is left. It compares start times, so it never kills a process that has got the same pid since.
"""

import os
import re
import shutil
import signal
import subprocess
import sys

_pipe = None
_mounts, _processes, _directories = set(), {}, []


def start_time(pid):
    """Returns when a process was started, in clock ticks; None if it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in "ZX" else int(fields[19])


def mounted(path):
    """Is something mounted at path? Reads the table of mounts only, and never touches the mount."""
    with open("/proc/self/mounts", encoding="utf-8", errors="replace") as file:
        points = [line.split()[1] for line in file]
    return str(path) in (re.sub(r"\\(\d{3})", lambda m: chr(int(m[1], 8)), p) for p in points)


def holders(path):
    """Returns the PIDs of the processes in whose mount namespace something is mounted at path. A new mount namespace copies all
    mounts, and the kernel ends a mount only with its last copy. Processes that may not be looked at are left out."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/mountinfo", encoding="utf-8", errors="replace") as file:
                if any(line.split()[4] == str(path) for line in file):
                    found.append(int(pid))
        except OSError:
            pass
    return found


def unmount(path, lazy=False):
    """Unmounts path with fusermount3. Returns its error message; '' if it succeeded. lazy: the name goes at once, also if the mount
    is busy."""
    done = subprocess.run(["fusermount3", "-uz" if lazy else "-u", str(path)],
                          capture_output=True, timeout=30)
    return done.stderr.decode(errors="replace").strip() if done.returncode else ""


def _tell(line):
    global _pipe
    if _pipe is None:
        _pipe = subprocess.Popen([sys.executable, os.path.abspath(__file__)],
                                 stdin=subprocess.PIPE, start_new_session=True).stdin
    _pipe.write(line.encode() + b"\n")
    _pipe.flush()


def watch_mount(path):
    _mounts.add(str(path))
    _tell(f"mount {path}")


def watch_process(pid):
    _processes[pid] = start_time(pid)
    _tell(f"process {pid} {_processes[pid]}")


def watch_directory(path):
    """Has a directory removed, if it still exists when this process ends."""
    _tell(f"directory {path}")


def leftovers():
    """Returns a text for each mount and process that was watched and is still there."""
    return ([f"mount {path}" for path in _mounts if mounted(path)]
            + [f"process {pid}" for pid, start in _processes.items()
               if start is not None and start_time(pid) == start])


def sweep():
    """Kills each process and unmounts each mount that was watched and is still there. Only the process of the janitor has the list
    of directories: it removes them, too."""
    for pid, start in _processes.items():
        if start is not None and start_time(pid) == start:
            os.kill(pid, signal.SIGKILL)
    for path in _mounts:
        if mounted(path):
            unmount(path, lazy=True)
    for path in _directories:
        shutil.rmtree(path, ignore_errors=True)


def main():
    for ignored in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)
    for line in sys.stdin:
        kind, _, rest = line.rstrip("\n").partition(" ")
        if kind == "mount":
            _mounts.add(rest)
        elif kind == "directory":
            _directories.append(rest)
        else:
            pid, start = rest.split()
            _processes[int(pid)] = None if start == "None" else int(start)
    sweep()


if __name__ == "__main__":
    main()
