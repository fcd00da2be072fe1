# SPDX-License-Identifier: MIT
"""The matrix of tools shares the fixtures of the mounted tests: ../lib/fixtures.py has them."""

import pytest

pytest.register_assert_rewrite("steps")

from fixtures import *  # noqa: E402, F401, F403
from helpers import *  # noqa: E402, F401, F403
