# SPDX-License-Identifier: MIT
"""Scratch files and directories behave as in a plain directory, call by call.

Each test has a program make the same calls in the mount and in a plain directory. What it prints is what differs.
"""

import pytest

import tools

pytestmark = pytest.mark.timeout(300)  # some ten thousand calls: on a busy machine they take a while

# By design (docs/semantics.md): reading what the kernel has in its cache moves no access time.
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
