# SPDX-License-Identifier: MIT
"""Mounts that are not cocfs: the floor (floor_fuse.c, a FUSE file system that does the least), and libfuse's passthrough_ll."""

import os
import resource
import shutil

import mounting
import tools

SPARE = 100  # descriptors for everything other than entries
EXAMPLES = "/usr/share/doc/libfuse3-dev/examples"  # where Debian has the examples of libfuse


class Other(mounting.Mount):
    """A FUSE file system that a command starts in the foreground: argv, and the mount point as the last argument."""

    def __init__(self, base, argv):
        super().__init__("other", base, log_name="other.log")
        self._argv = argv

    def argv(self, *_flags):
        return [*self._argv, self.path]


def descriptors(want):
    """Returns how many of the wanted descriptors a process may have."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    enough = limit >= want or tools.run("prlimit", f"--nofile={want}:{want}", "true").status == 0
    return want if enough else limit


def passthrough(place, source, entries):
    """Returns the command that mounts libfuse's passthrough_ll over source, and how many of the wanted entries it can show. The
    mount holds a descriptor for each entry that the kernel knows. Without passthrough_ll, returns None and the reason."""
    program, reason = _build_passthrough(place)
    if program is None:
        return None, reason
    allowed = descriptors(entries + SPARE)
    return ["prlimit", f"--nofile={allowed}:{allowed}", program, "-f", "-o", f"source={source}"], allowed - SPARE


def _build_passthrough(place):
    """Builds passthrough_ll from its source. Returns (program, None), or (None, reason)."""
    source = os.path.join(EXAMPLES, "passthrough_ll.c")
    if not os.path.exists(source):
        return None, "libfuse3-dev has brought no source of passthrough_ll"
    if not shutil.which("cc"):
        return None, "there is no compiler"
    program = os.path.join(place, "passthrough_ll")
    built = tools.sh('cc -O2 -o "$2" "$1" $(pkg-config --cflags --libs fuse3)', source, program)
    return (None, f"passthrough_ll cannot be built: {built.stderr[:200]}") if built.status else (program, None)
