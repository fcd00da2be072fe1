# SPDX-License-Identifier: MIT
"""The mounted tests share their fixtures with other suites: ../lib/fixtures.py has them."""

from fixtures import *  # noqa: F401, F403
