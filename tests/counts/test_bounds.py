# SPDX-License-Identifier: MIT
"""The table of bounds: it is read as its first lines say, and a test makes each of its counts."""

import glob
import os
import re

import pytest

import bounds

TABLE = """\
# a comment
count                  kernel  bound        goal
requests per job       0       <= 8         7
requests per job       6.6     <= 7         6
calls per create       0       = 3
bytes per name         0       <= 100 ±5%   90
"""


def test_the_newest_kernel_that_holds_is_taken():
    table = bounds.parse(TABLE)
    for release, value in ("5.10.0-33-amd64", 8), ("6.5", 8), ("6.6.1", 7), ("6.18.44", 7), ("7.0-rc1", 7):
        assert bounds.find(table, "requests per job", release).value == value, release
    with pytest.raises(AssertionError, match="no bound"):
        bounds.find(table, "requests per cup", "6.6")


@pytest.mark.parametrize("name, count, ok, remark", [
    ("calls per create", 3, True, ""), ("calls per create", 4, False, "MORE"), ("calls per create", 2, False, "TIGHTEN"),
    ("calls per create", 3.1, False, "MORE"), ("requests per job", 7, True, ""), ("requests per job", 7.1, False, "MORE"),
    ("requests per job", 6, True, "tighten"), ("bytes per name", 105, True, ""), ("bytes per name", 105.1, False, "MORE"),
    ("bytes per name", 95, True, ""), ("bytes per name", 94, True, "tighten")])
def test_a_count_is_judged(name, count, ok, remark):
    judged = bounds.find(bounds.parse(TABLE), name, "6.12").judge(count)
    assert judged[0] == ok and judged[1].startswith(remark) and bool(judged[1]) == bool(remark), judged


@pytest.mark.parametrize("line", ["calls per create  0  3", "calls per create  0", "calls per create  0  >= 3",
                                  "calls per create  0  = 3  4  5"])
def test_what_is_no_count_is_told(line):
    with pytest.raises(AssertionError, match="line 1 is no count"):
        bounds.parse(line)


def test_each_bound_is_counted_and_has_one_line_for_each_kernel():
    table, text = bounds.read(), ""
    for path in glob.glob(os.path.join(os.path.dirname(bounds.TABLE), "test_*.py")):
        with open(path, encoding="utf-8") as file:
            text += file.read()
    assert {bound.name for bound in table} == set(re.findall(r'check\(\s*"([^"]+)"', text))
    keys = [(bound.name, bound.kernel) for bound in table]
    assert len(keys) == len(set(keys)) and all(bound.value <= bound.goal * 100 for bound in table if bound.goal)
