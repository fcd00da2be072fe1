# SPDX-License-Identifier: MIT
"""The one line that finds what several suites share: lib/."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))
