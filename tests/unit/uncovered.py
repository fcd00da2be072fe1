#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Holds that each branch of fs/submit that no unit test takes has a reason, in uncovered.txt.

usage: uncovered.py GCOVR_JSON, from the root of the tree
"""

import collections
import json
import os
import re
import sys

REASONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "uncovered.txt")
NAME = os.path.relpath(REASONS)
FUNCTION = re.compile(r"[A-Za-z].*?\b(\w+)\(")  # a line that begins with it

Place = collections.namedtuple("Place", "file function text")


def read_places():
    """The places that have a reason, each a part of a line of a function, with their line numbers."""
    places, reason = {}, None
    with open(REASONS, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith("\t"):
                reason = line.strip()
                continue
            parts = line.strip().split(": ", 2)
            if not reason or len(parts) != 3:
                sys.exit(f"{NAME}:{number}: write a reason, and below it lines of a tab, FILE: FUNCTION: PART OF THE LINE")
            places[Place(*parts)] = number
    return places


def uncovered_lines(report):
    """Each line that has a branch which nobody takes, as a place with its number."""
    for file in report["files"]:
        with open(file["file"], encoding="utf-8") as source:
            texts = source.read().split("\n")
        functions, function = [], "?"
        for text in texts:
            found = FUNCTION.match(text)
            function = found.group(1) if found else function
            functions.append(function)
        for line in file["lines"]:
            branches = [branch for branch in line.get("branches", []) if not branch.get("throw")]
            if any(branch["count"] == 0 for branch in branches):
                i = line["line_number"] - 1
                yield Place(os.path.basename(file["file"]), functions[i], texts[i].strip()), i + 1


def main():
    with open(sys.argv[1], encoding="utf-8") as report:
        uncovered = list(uncovered_lines(json.load(report)))
    places, used, failed = read_places(), set(), 0
    for line, number in uncovered:
        found = [place for place in places
                 if place[:2] == line[:2] and place.text in line.text]
        used.update(found)
        if not found:
            failed = 1
            print(f"{line.file}:{number}: no unit test takes a branch of this line. Take it in a test, or, if that would not be "
                  f"worth its cost, add this line to {NAME} below the reason:\n\t{': '.join(line)}")
    for place in sorted(places.keys() - used, key=places.get):
        failed = 1
        print(f"{NAME}:{places[place]}: all branches are taken, or the line was changed: remove the line:\n\t{': '.join(place)}")
    print(f"{len(uncovered)} lines of fs/submit have a branch that no unit test takes")
    return failed


if __name__ == "__main__":
    sys.exit(main())
