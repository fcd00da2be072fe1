# SPDX-License-Identifier: MIT
"""The tests of tools use the fixtures of the mounted tests (tests/lib/fixtures.py), and those of helpers.py."""

import pytest

pytest.register_assert_rewrite("steps")

from fixtures import *  # noqa: E402, F401, F403
from helpers import *  # noqa: E402, F401, F403
