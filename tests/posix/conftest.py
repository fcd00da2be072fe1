# SPDX-License-Identifier: MIT
"""The fixtures of the mounted tests (../lib/fixtures.py), and some for a comparison with a plain directory."""

import os
import sys

import pytest

from fixtures import *  # noqa: F401, F403
import tools

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture
def plain(tmp_path):
    """A directory without a mount, on the file system that the spool is on."""
    path = tmp_path / "plain"
    path.mkdir()
    return path


@pytest.fixture
def shared(make_space):
    """A mount without validation. If the tests run as root, other users may use it, too."""
    return make_space(validate="none", allow_other=True if tools.IS_ROOT else None)


@pytest.fixture
def differences(shared, plain):
    """differences(program, argument, …): runs a program of this folder, which makes the same calls in a directory of the mount
    shared and in the directory plain. Returns what it prints: the differences."""
    def run(program, *args):
        os.mkdir(shared.at("here"))
        process = tools.popen(sys.executable, os.path.join(HERE, program), *args, shared.at("here"), plain, seconds=240)
        return tools.finish(process, 250).ok().stdout
    return run
