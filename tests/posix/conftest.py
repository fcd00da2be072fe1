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
    """An ordinary directory on the spool's file system."""
    path = tmp_path / "plain"
    path.mkdir()
    return path


@pytest.fixture
def shared(make_space):
    """A mount that other users may come to, where there is somebody else to come."""
    return make_space(validate="none", allow_other=True if tools.IS_ROOT else None)


@pytest.fixture
def differences(shared, plain):
    """differences(program, argument, …): what a program of this folder that runs the same calls in two
    directories, given as its last arguments, found to differ in the mount."""
    def run(program, *args):
        os.mkdir(shared.at("here"))
        process = tools.popen(sys.executable, os.path.join(HERE, program), *args, shared.at("here"), plain, seconds=240)
        return tools.finish(process, 250).ok().stdout
    return run
