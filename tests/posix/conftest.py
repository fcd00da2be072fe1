# SPDX-License-Identifier: MIT
"""These tests share the fixtures of the mounted tests: ../lib/fixtures.py has them."""

import os
import sys

import pytest

from fixtures import *  # noqa: F401, F403
import tools

HERE = os.path.dirname(os.path.abspath(__file__))


@pytest.fixture
def plain(tmp_path):
    """A plain directory on the spool's file system."""
    path = tmp_path / "plain"
    path.mkdir()
    return path


@pytest.fixture
def shared(make_space):
    """A mount that other users may use, if there are other users to try it."""
    return make_space(validate="none", allow_other=True if tools.IS_ROOT else None)


@pytest.fixture
def differences(shared, plain):
    """differences(program, argument, …): runs a program of this folder, which makes the same calls in two directories, its last
    arguments. Returns what differs in the mount."""
    def run(program, *args):
        os.mkdir(shared.at("here"))
        process = tools.popen(sys.executable, os.path.join(HERE, program), *args, shared.at("here"), plain, seconds=240)
        return tools.finish(process, 250).ok().stdout
    return run
