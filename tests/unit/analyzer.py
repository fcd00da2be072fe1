#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that each finding of clang's static analyzer has a reason in analyzer.txt.

usage: analyzer.py OUTPUT_OF_CLANG_TIDY, from the root of the tree

A leak of a variable whose cleanup attribute frees it needs no reason: clang 14 does not know what such an attribute does.
"""

import os
import re
import sys

import reasons

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
FINDING = re.compile(r"(\S+?):(\d+):\d+: (?:error|warning): (.*) \[([^],]*).*\]$")
BROKEN = re.compile(r"[Ee]rror\b|.*: terminated by signal")  # clang-tidy itself failed
LEAK = re.compile(r"Potential leak of memory pointed to by '(\w+)'")


def is_freed(lines, name):
    """Does a cleanup attribute free all that a variable of a function ever holds? It does if the variable gets exactly one value,
    in the block that declares it, and not in a loop. With two values the first may be lost, so a person has to look."""
    declaration = re.compile(rf"\t+_cleanup_.*[ *]{name}\b")
    value = re.compile(rf"(?<![\w.>]){name} [-+]?=(?!=)|&{name}\b(?!->|\.|\[)|{name}(\+\+|--)|(\+\+|--){name}\b")
    blocks, values = [], []
    for line in lines:
        block = len(line) - len(line.lstrip("\t"))
        if declaration.match(line):
            blocks.append(block)
            line = line.replace(f"{name} = NULL", "")
        in_loop = re.match(r"\t+(for|while)\b", line)
        values += [None if in_loop else block for _ in value.finditer(line)]
    return len(blocks) == 1 and values == blocks


def findings(output):
    """Yields ((file, function, check, text), line number) for each finding; text: its line, or its message if it is a leak. A
    finding in a header, which clang-tidy repeats, counts once."""
    for line in output:
        found = FINDING.match(COLOUR.sub("", line).rstrip("\n"))
        if found:
            path, number, message, check = found.groups()
            path = os.path.relpath(os.path.join("build-clang", path))
            lines = list(reasons.functions(path))
            function, text = lines[int(number) - 1]
            leak = LEAK.match(message)
            if not leak or not is_freed([line for of, line in lines if of == function], leak.group(1)):
                # the line at which a leak is seen has nothing to do with its cause
                text = message if "leak" in message else text.strip()
                yield (path, function, check.removeprefix("clang-analyzer-"), text), int(number)
        elif BROKEN.match(line):
            sys.exit(f"clang-tidy failed: {line}")


def main():
    with open(sys.argv[1], encoding="utf-8") as output:
        found = dict(findings(output))
    return reasons.compare(
        "analyzer.txt", "FILE: FUNCTION: CHECK: PART OF THE LINE, OR OF THE MESSAGE OF A LEAK", found,
        f"clang's analyzer finds a fault here ({sys.argv[1]} says how it comes about). Take it for true and mend it, or, if it "
        "cannot be and no change that makes the code clearer shows that", "the analyzer finds this no more, or the line was changed")


if __name__ == "__main__":
    sys.exit(main())
