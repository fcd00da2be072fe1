# SPDX-License-Identifier: MIT
"""The mounted tests share their fixtures with those of ../fault: fixtures.py has them."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "fault"))

from fixtures import *  # noqa: E402, F401, F403
