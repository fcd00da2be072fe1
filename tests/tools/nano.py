# SPDX-License-Identifier: MIT
"""Types into nano: replaces a file's content by another file's, and saves. nano.py FILE SOURCE OPTION...

nano has no batch mode. Exits with 1 if nano shows that it could not write, as a person would see.
"""

import os
import pty
import re
import select
import sys

CUT_ALL = b"\x1b\\\x1bt"  # the keys that go to the first line, and cut to the end
WROTE, FAILED = re.compile(rb"Wrote \d+ line"), re.compile(rb"Error writing")
SECONDS = 30


def until(terminal, *patterns):
    """Reads the screen until it shows one of the patterns, and returns that pattern. Exits if nano ends or shows nothing for SECONDS."""
    seen = b""
    while select.select([terminal], [], [], SECONDS)[0]:
        try:
            seen += os.read(terminal, 4096)
        except OSError:  # nano has ended, and so has the terminal
            break
        for pattern in patterns:
            if pattern.search(seen):
                return pattern
    sys.exit(f"nano shows neither of {patterns}: {seen!r}")


def main(target, source, *options):
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="vt100", LINES="24", COLUMNS="200")
        os.execvp("nano", ["nano", "--ignorercfiles", *options, target])
    until(terminal, re.compile(rb"GNU nano"))
    os.write(terminal, CUT_ALL + b"\x12" + source.encode() + b"\r")  # ^R inserts a file
    until(terminal, re.compile(rb"Read \d+ line"))
    os.write(terminal, b"\x0f\r")  # ^O saves under the same name
    failed = until(terminal, WROTE, FAILED) is FAILED
    os.write(terminal, b"\x18n" if failed else b"\x18")  # ^X leaves without saving
    os.waitpid(pid, 0)
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
