# SPDX-License-Identifier: MIT
"""Fixtures for checking files without a mount: cocfs-check and the library, as built and as installed."""

import os
import subprocess

import pytest

import tools

BUILD = os.path.abspath(os.environ.get("COCFS_BUILD", os.path.join(tools.ROOT, "build")))


@pytest.fixture(scope="session", name="installed")
def installed_fixture(tmp_path_factory):
    """The directory below which meson has installed everything."""
    if not os.path.exists(os.path.join(BUILD, "build.ninja")):
        pytest.skip("there is no build directory to install from: set COCFS_BUILD")
    root = tmp_path_factory.mktemp("root")
    done = subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", str(root)],
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return str(root)
