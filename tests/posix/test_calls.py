# SPDX-License-Identifier: MIT
"""Scratch files and directories in a mount behave as in a plain directory, call by call.

Each test has a program make the same calls in the mount and in a plain directory. The program prints what differs.
"""

import os
import sys

import pytest

import tools

pytestmark = pytest.mark.timeout(300)  # each test makes some ten thousand calls: on a busy machine they take long

# The two lines that times.py must print. By design (docs/semantics.md) a read from the kernel's cache does not set the access time.
UNMOVED = [
    "read-nothing: file: a=old m=old - in the mount, a=now m=old - in a plain directory",
    "read-again: file: a=old m=old c in the mount, a=now m=old c in a plain directory",
]


@pytest.mark.parametrize("who", ["root", "owner", "member"] if tools.IS_ROOT else ["self"])
def test_every_call_on_every_kind_of_path(differences, who):
    assert differences("matrix.py", who) == ""


def test_time_stamps(differences):
    assert differences("times.py").splitlines() == UNMOVED


@tools.needs_root
def test_users(differences):
    assert differences("users.py") == ""


LISTED = """
import ctypes, os, sys
listxattr = ctypes.CDLL(None, use_errno=True).listxattr
for name in sys.argv[1:]:
    for size in (0, 1, 6, 7, 8, 100):
        room = ctypes.create_string_buffer(max(size, 1))
        print(listxattr(name.encode(), room, size), ctypes.get_errno(), room.raw[:size].rstrip(b"\\0"))
"""


@tools.needs_root
@pytest.mark.parametrize("who", ["root", "root without CAP_SYS_ADMIN", "other"])
def test_names_of_attributes_are_listed_as_the_caller_may_see_them(shared, plain, who):
    """Lists with buffers of several sizes, too small ones among them. The mount answers as the plain directory: only root with
    CAP_SYS_ADMIN sees trusted.*."""
    for folder in (shared.path, plain):
        os.chmod(folder, 0o755)
        path = tools.write(os.path.join(folder, "f"), "x")
        os.setxattr(path, "user.a", b"1")
        os.setxattr(path, "trusted.secret", b"2")
    prefix = {"root": [], "other": ["setpriv", "--reuid=1003", "--regid=1003", "--clear-groups"],
              "root without CAP_SYS_ADMIN": ["setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin"]}[who]
    said = [tools.run(*prefix, sys.executable, "-c", LISTED, "f", cwd=folder).ok().stdout for folder in (shared.path, plain)]
    assert said[0] == said[1] and ("secret" in said[1]) == (who == "root"), said
