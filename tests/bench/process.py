# SPDX-License-Identifier: MIT
"""What the kernel says of a process: its memory, and whether it does anything."""

import os
import re

import tools


def status(pid, field):
    """Returns a value of /proc/PID/status, in its unit (kB for memory)."""
    text = tools.read(f"/proc/{pid}/status").decode()
    return int(re.search(rf"^{field}:\s+(\d+)", text, re.M)[1])


def ticks(pid):
    """Returns the clock ticks of processor time that the process has used."""
    fields = tools.read(f"/proc/{pid}/stat").decode().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def wake_ups(pid):
    """Returns how often the threads that the process has now have gone to sleep, since each began."""
    return sum(status(f"{pid}/task/{task}", "voluntary_ctxt_switches") for task in os.listdir(f"/proc/{pid}/task"))
