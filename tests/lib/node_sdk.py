# SPDX-License-Identifier: MIT
"""The core of the official Node SDK, installed from npm by name."""

import os
import shutil
import subprocess

CORE = "@huaweicloud/huaweicloud-sdk-core"
UUID = "uuid@9"  # the core uses it without naming it as a dependency
CLIENT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sdk.js")
INSTALL_SECONDS = 100


def install(place, script):
    """Installs the core into the directory place, and copies sdk.js and a script that uses it there. Returns None; or a text that
    says why this is not possible here."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            return f"{program} is not installed"
    try:
        done = subprocess.run(
            ["npm", "install", "--prefix", place, "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error",
             "--fetch-retries=1", CORE, UUID],
            capture_output=True, text=True, timeout=INSTALL_SECONDS, env={**os.environ, "HOME": str(place)}, cwd=place,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"npm could not install {CORE} in time"
    if done.returncode:
        return f"npm could not install {CORE}: {done.stderr.strip()[:200]}"
    shutil.copy(CLIENT, place)
    shutil.copy(script, place)
    return None
