# SPDX-License-Identifier: MIT
"""The table of bounds: it is read as its first lines say, and a test makes each of its counts."""

import glob
import os
import re

import pytest

import bounds

TABLE = """\
# a comment
count                  from                     bound        goal
requests per job       -                        <= 8         7
requests per job       Linux 6.6                <= 7         6
requests per job       libcurl 8.14             <= 10
requests per job       Linux 6.6, libcurl 8.14  <= 9
calls per create       -                        = 3
bytes per name         -                        <= 100 ±5%   90
bytes per page         libcurl 8                <= 100
"""


def versions(linux="6.12", libcurl="7.88.1"):
    return {"Linux": bounds.version(linux), "libcurl": bounds.version(libcurl), "glibc": (2, 36), "SQLite": (3, 40), "coreutils": (9, 1)}


@pytest.mark.parametrize("linux, libcurl, value", [
    ("5.10.0-33-amd64", "7.88.1", 8), ("6.5", "8.13", 8), ("6.6.1", "7.88.1", 7), ("6.18.44", "8.5", 7), ("7.0-rc1", "8", 7),
    ("6.5", "8.14.1", 10), ("6.6", "8.14", 9), ("6.18.44", "9", 9)])
def test_the_last_line_that_holds_is_taken(linux, libcurl, value):
    assert bounds.find(bounds.parse(TABLE), "requests per job", versions(linux, libcurl)).value == value


@pytest.mark.parametrize("name", ["requests per cup", "bytes per page"])
def test_a_count_without_a_line_that_holds_is_told(name):
    with pytest.raises(AssertionError, match="no bound"):
        bounds.find(bounds.parse(TABLE), name, versions())


def test_the_versions_of_this_machine_are_known():
    found = bounds.versions()
    assert tuple(found) == bounds.NAMES and all(found.values()) and found["libcurl"] >= (7, 87), found


@pytest.mark.parametrize("name, count, ok, remark", [
    ("calls per create", 3, True, ""), ("calls per create", 4, False, "MORE"), ("calls per create", 2, False, "TIGHTEN"),
    ("calls per create", 3.1, False, "MORE"), ("requests per job", 7, True, ""), ("requests per job", 7.1, False, "MORE"),
    ("requests per job", 6, True, "tighten"), ("bytes per name", 105, True, ""), ("bytes per name", 105.1, False, "MORE"),
    ("bytes per name", 95, True, ""), ("bytes per name", 94, True, "tighten")])
def test_a_count_is_judged(name, count, ok, remark):
    judged = bounds.find(bounds.parse(TABLE), name, versions()).judge(count)
    assert judged[0] == ok and judged[1].startswith(remark) and bool(judged[1]) == bool(remark), judged


@pytest.mark.parametrize("line", ["calls per create  -  3", "calls per create  -", "calls per create  -  >= 3",
                                  "calls per create  -  = 3  4  5"])
def test_what_is_no_count_is_told(line):
    with pytest.raises(AssertionError, match="line 1 is no count"):
        bounds.parse(line)


@pytest.mark.parametrize("since", ["0", "6.18", "curl 8", "Linux", "Linux 6.18,libcurl 8"])
def test_what_is_no_version_is_told(since):
    with pytest.raises(AssertionError, match="no versions"):
        bounds.parse(f"calls per create  {since}  = 3")


def test_each_bound_is_counted_and_has_one_line_for_the_same_versions():
    table, text = bounds.read(), ""
    for path in glob.glob(os.path.join(os.path.dirname(bounds.TABLE), "test_*.py")):
        with open(path, encoding="utf-8") as file:
            text += file.read()
    assert {bound.name for bound in table} == set(re.findall(r'check\(\s*"([^"]+)"', text))
    keys = [(bound.name, bound.since) for bound in table]
    assert len(keys) == len(set(keys)) and all(bound.value <= bound.goal * 100 for bound in table if bound.goal)
