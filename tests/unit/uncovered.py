#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that each branch of fs/submit that no unit test takes has a reason in uncovered.txt.

usage: uncovered.py GCOVR_JSON, from the root of the tree
"""

import json
import os
import sys

import reasons


def uncovered_lines(report):
    """Yields ((file, function, text), line number) for each line with a branch that no test takes."""
    for file in report["files"]:
        lines = list(reasons.functions(file["file"]))
        for line in file["lines"]:
            branches = [branch for branch in line.get("branches", []) if not branch.get("throw")]
            if any(branch["count"] == 0 for branch in branches):
                function, text = lines[line["line_number"] - 1]
                yield (os.path.basename(file["file"]), function, text.strip()), line["line_number"]


def main():
    with open(sys.argv[1], encoding="utf-8") as report:
        uncovered = dict(uncovered_lines(json.load(report)))
    failed = reasons.compare(
        "uncovered.txt", "FILE: FUNCTION: PART OF THE LINE", uncovered,
        "no unit test takes a branch of this line. Take it in a test, or, if that would not be worth its cost",
        "all branches are taken, or the line was changed")
    print(f"{len(uncovered)} lines of fs/submit have a branch that no unit test takes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
