# SPDX-License-Identifier: MIT
"""The texts that the programs print, as formats: messages, stories, findings, and answers of the local service. The texts of
err_detail() are left out: they say how to mend a fault, so nobody looks them up."""

import glob
import os
import re
from dataclasses import dataclass

import texts

# Functions that print: their first string literal is the format.
_CALLS = ("err_set", "err_context", "log_error", "log_warning", "log_info", "log_about", "refuse", "warn", "note", "dsl_finding_set",
          "look_tell", "fprintf", "fputs")
_CALL = re.compile(rf"\b(?:{'|'.join(_CALLS)}|\w*_refuse|refuse_\w*usage)\s*\(")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_RUN = re.compile(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+')

# Files that also have printed texts elsewhere than in calls of the functions in _CALL, each with a pattern. The group "text" of the
# pattern finds such a text.
_SENTENCE = r'("(?:[^"\\\n]|\\.)*"\s*)+'
TABLES = {
    "coc/verdict.c": rf"\{{\s*COC_\w+, \w+,\s*(?P<text>{_SENTENCE})",
    "coc/answer.c": rf"\{{\s*COC_\w+, \w+,\s*(?P<text>{_SENTENCE})",
    "job/dsl/yaml_errors.c": rf"AT_\w+,\s*(?P<text>{_SENTENCE})\}}",
    "cocfs/option_system.c": rf"(?:#define WHY_\w+|REFUSE,)\s+(?P<text>{_SENTENCE})",
    "job/attributes.c": rf"(?:refuse_value\(\w+, \w+, |return |snprintf\(wrong, sizeof\(wrong\), )(?P<text>{_SENTENCE})",
    "job/import.h": rf"#define \w+\s*\\?\s*(?P<text>{_SENTENCE})",
    "cocfs-dsl/check.c": rf'(?P<text>(?!"(?:mend|lower|make|give|write) ){_SENTENCE})',
    "cocfs-wait/files.c": rf"snprintf\(\w+, [\w()]+,\s*(?P<text>{_SENTENCE})",
    "cocfs-check/search.c": rf"(?P<text>{_SENTENCE})",
    "service/http/framing.c": rf"(?P<text>{_SENTENCE})",
    "service/simulate/plan.c": rf"(?P<text>{_SENTENCE})",
    "service/simulate/plan_task.c": rf"(?P<text>{_SENTENCE})",
    "service/simulate/yaml_tree.c": rf"(?P<text>{_SENTENCE})",
    "service/api/executions_steps.c": rf"(?P<text>{_SENTENCE})",
    "service/http/connection.c": rf"(?P<text>{_SENTENCE})",
    "service/api/documents.c": rf"(?P<text>{_SENTENCE})",
    "service/api/executions.c": rf"(?P<text>{_SENTENCE})",
    "service/api/atomics.c": rf"(?P<text>{_SENTENCE})",
    "service/access/access.c": rf"(?P<text>{_SENTENCE})",
}

_CONVERSION = re.compile(r"%[-#0-9.*lzhj]*[diouxXcsufgp]")
HOLE = "\N{HORIZONTAL ELLIPSIS}"  # stands for a part of a text that differs from one time to the next


@dataclass(frozen=True)
class Printed:
    path: str  # of the file that prints the text, relative to fs/
    text: str  # the format, with HOLE in place of each conversion, such as %s


def _plain(run):
    """Returns the text of string literals that stand beside each other, on one line, with HOLE for each conversion."""
    text = "".join(part[1:-1] for part in texts._STRING.findall(run))
    text = text.replace(r"\"", '"').replace(r"\n", " ").replace(r"\r", "").replace(r"\033[K", "").replace("\\\\", "\\")
    text = re.sub(r" %$", " " + HOLE, _CONVERSION.sub(HOLE, text))  # the "%" that PRId64 has left
    return " ".join(text.replace("%%", "%").split())


def _says_something(text):
    """Has the text two words or more? A format that only joins other texts has none."""
    return len(re.findall(r"[A-Za-z]{2,}", text)) >= 2 and " " in text


def _first(arguments):
    """Returns the literals of the first argument that has any. It is the format, or an expression that chooses between formats."""
    depth, at, found = 0, 0, []
    while at < len(arguments):
        run = _RUN.match(arguments, at) if arguments[at] == '"' else None
        if run:
            found.append(run[0])
            at = run.end()
            continue
        depth += {"(": 1, ")": -1, "{": 1, "}": -1}.get(arguments[at], 0)
        if arguments[at] == "," and depth == 0 and found:
            break
        at += 1
    return found


def of_file(path, content):
    content = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), content)
    calls = [(found[0], texts._arguments(content, found.end())) for found in _CALL.finditer(content)]
    runs = [run for name, arguments in calls if not name.startswith(("fprintf", "fputs")) or "stderr" in arguments for run in _first(arguments)]
    if path in TABLES:
        runs += [found["text"] for found in re.finditer(TABLES[path], content)]
    for run in runs:
        if _says_something(_plain(run)):
            yield Printed(path, _plain(run))


def of_tree(folder):
    """Returns all texts that the programs print, each text once. folder: fs/."""
    seen = {}
    for path in sorted(glob.glob(os.path.join(folder, "*", "**", "*.[ch]"), recursive=True)):
        name = os.path.relpath(path, folder)
        if not name.startswith("roots"):
            with open(path, encoding="utf-8") as file:
                for printed in of_file(name, file.read()):
                    seen.setdefault(printed.text, printed)
    return list(seen.values())
