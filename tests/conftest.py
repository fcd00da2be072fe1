# SPDX-License-Identifier: MIT
"""The one line that finds what several suites share: lib/."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lib"))

# Files whose tests wait long. They come first, so that no worker has some of them left when the others have ended.
WAITING = ("test_list_proofs", "test_lost_creates", "test_lost_answers", "test_calls", "test_owners_walk", "test_stalls",
           "test_queue", "test_submissions_memory", "test_mounting", "test_sibling_changes", "test_big", "test_growth",
           "test_ansible", "test_no_hang", "test_load")


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: WAITING.index(item.path.stem) if item.path.stem in WAITING else len(WAITING))
