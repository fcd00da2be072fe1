# SPDX-License-Identifier: MIT
"""Compares what a check found with a list of reasons: uncovered.txt, analyzer.txt.

A list names places in the source, each below the reason why the check lets the place pass. A place is a line that begins with a
tab and has parts: FILE: FUNCTION: …: PART OF A TEXT. A finding without a reason fails. A reason without a finding fails, too.
"""

import os
import re
import sys

FUNCTION = re.compile(r"[A-Za-z].*?\b(\w+)\(")  # the line at which a function begins


def functions(path):
    """Yields (function, text) for each line of a C file; function: the one that began last, "?" before the first."""
    function = "?"
    with open(path, encoding="utf-8") as source:
        for text in source.read().split("\n"):
            found = FUNCTION.match(text)
            function = found.group(1) if found else function
            yield function, text


def read_places(path, form):
    """Reads a list of places. Returns {place: number of its line}; place: a tuple with as many parts as form, "PART: PART: …". Ends the
    program at the first bad line, with a message that shows form."""
    places, reason = {}, None
    with open(path, encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith("\t"):
                reason = line.strip()
                continue
            parts = tuple(line.strip().split(": ", form.count(": ")))
            if not reason or len(parts) != form.count(": ") + 1:
                sys.exit(f"{path}:{number}: write a reason, and below it lines of a tab, {form}")
            places[parts] = number
    return places


def compare(name, form, found, what_to_do, not_needed):
    """Compares found, {place: line in the source}, with the list `name` in this folder. Prints how to mend each difference.
    Returns 1 if there was a difference, otherwise 0."""
    path = os.path.relpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), name))
    places, used, failed = read_places(path, form), set(), 0
    for place, number in found.items():
        reasons = [listed for listed in places if listed[:-1] == place[:-1] and listed[-1] in place[-1]]
        used.update(reasons)
        if not reasons:
            failed = 1
            print(f"{place[0]}:{number}: {what_to_do}, add this line to {path} below the reason:\n\t{': '.join(place)}")
    for place in sorted(places.keys() - used, key=places.get):
        failed = 1
        print(f"{path}:{places[place]}: {not_needed}: remove the line:\n\t{': '.join(place)}")
    return failed
