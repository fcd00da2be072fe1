#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks what people read: pages, manual pages, comments, docstrings, and the messages of the programs."""

import argparse
import json
import os
import re
import subprocess
import sys

import rules
import texts

HERE = os.path.dirname(os.path.realpath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
# Files in which # begins a comment, beside those that begin with #!/bin/sh.
SCRIPTS = (".sh", ".build", ".yml", ".service", ".socket", ".timer", ".path", ".bash", ".fish", ".postrm", ".conf")
NAMED_SCRIPTS = ("meson.options", "meson_options.txt", "_cocfs", "rules", "control", "bounds.txt")
REASONS = ("uncovered.txt", "analyzer.txt")  # lists of places in the code, with a reason above each
NO_PROSE = ("tests/corpus/",)  # not read: the documents that tests give to the programs


def files():
    """Returns the paths, from ROOT, of the files that git knows or would add, without symbolic links."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout
    whole = ((path, os.path.join(ROOT, path)) for path in set(listed.split("\0")) if path)
    return sorted(path for path, place in whole if os.path.isfile(place) and not os.path.islink(place))


def sentences_of(path, content):
    """Yields the sentences of a file, by the kind of the file."""
    name = os.path.basename(path)
    if path.endswith(".md"):
        yield from texts.of_page(path, content)
    elif path.endswith(".scd"):
        yield from texts.of_manual(path, content)
    elif path.endswith((".c", ".h")):
        yield from texts.of_comments(path, content)
        if path.startswith("fs/"):
            yield from texts.of_messages(path, content)
    elif path.endswith(".py") or re.match(r"#!.*python", content):
        yield from texts.of_python(path, content)
    elif path.endswith(SCRIPTS) or name in NAMED_SCRIPTS or re.match(r"#!/bin/(ba)?sh", content):
        yield from texts.of_script(path, content)
    elif name in REASONS:
        yield from texts.of_page(path, re.sub(r"(?m)^\t.*|^# ?", "", content))


def sentences():
    for path in files():
        if not path.startswith(NO_PROSE):
            with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as file:
                yield from sentences_of(path, file.read())


def write_good(all_sentences):
    """Returns a list of write-good's findings for each sentence. The lists are empty if write-good is not installed."""
    modules = os.environ.get("NODE_PATH")
    if not modules:
        print("write-good is not installed: only the project's own rules are checked", file=sys.stderr)
        return [[] for _ in all_sentences]
    done = subprocess.run(["node", os.path.join(HERE, "write_good.js")], input=json.dumps([s.text for s in all_sentences]),
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def check():
    """Returns [(sentence, rule, what, how to mend it)], and how many sentences there are."""
    found, all_sentences = [], list(sentences())
    for sentence, reasons in zip(all_sentences, write_good(all_sentences)):
        found += [(sentence, name, what, mend) for name, what, mend in rules.findings(sentence)]
        found += [(sentence, "write-good", reason, "see write-good") for reason in reasons]
    return found, len(all_sentences)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("paths", nargs="*", metavar="FILE", help="show only the findings of these files")
    options = parser.parse_args()
    if rules.blind():
        sys.exit(f"these rules do not find their own example: {', '.join(rules.blind())}")
    found, count = check()
    found = [finding for finding in found if not options.paths or finding[0].path in options.paths]
    for sentence, rule, what, mend in found:
        print(f"{sentence.path}:{sentence.line}: {rule}: {what}: {mend}\n    {sentence.text}")
    print(f"prose: {count} sentences, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
