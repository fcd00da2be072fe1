# SPDX-License-Identifier: MIT
"""The matrix of tools shares the fixtures of the mounted tests: ../mount/fixtures.py has them."""

import os
import sys

import pytest

sys.dont_write_bytecode = True
for folder in ("mount", "fault"):
    sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", folder))

pytest.register_assert_rewrite("steps")

from fixtures import *  # noqa: E402, F401, F403
from helpers import *  # noqa: E402, F401, F403
