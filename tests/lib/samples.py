# SPDX-License-Identifier: MIT
"""Job documents: the corpus, and small documents made for a purpose."""

import os

import tools

STEP = "  - name: {}\n    task: hwc:runbook:suspend@1.0.0\n    inputs: {{}}\n    outputs: []\n"

# The samples that are tried with every way of writing, with their meta.name and meta.description. Any other sample has its stem as
# its name and no description, apart from those below.
GOOD = {
    "crlf-no-newline-at-end.yaml": ("crlf", "written on another system"),
    "flow.yaml": ("flow", "JSON is YAML too"),
    "full-size.yaml": ("full-size", "exactly 65536 bytes"),
    "list-servers.yaml": ("list-servers", "List the ECS servers of a project"),
    "name with spaces.yaml": ("name with spaces", "A description over\ntwo lines, with \"quotes\", "
                              "a \\backslash and a\ttab.\n"),
    "rotate-logs.yml": ("rotate-logs", "Rotate logs on a set of instances, after a person has looked"),
    "suspend.yaml": ("test_document", ""),
    "重启服务.yaml": ("重启服务", "在变更窗口内重启服务 — naïve café ☕ 🚀"),
}
MORE = {
    "numbers-as-name.yaml": ("2024", ""),
    "same-key-in-two-mappings.yaml": ("same-key", ""),
    "warnings-only.yaml": ("other", ""),
}


def meta(name):
    """Returns the meta.name and the meta.description of a good sample."""
    return {**GOOD, **MORE}.get(name, (os.path.splitext(name)[0], ""))


def corpus(kind):
    """Returns the paths of the documents in tests/corpus/good or /bad."""
    folder = os.path.join(tools.CORPUS, kind)
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith((".yaml", ".yml"))]


def expectation(path):
    """Returns for a bad document: the name of its errno, and the position in the .error text or ''."""
    with open(os.path.splitext(path)[0] + ".expect", encoding="utf-8") as file:
        return (file.read().split() + [""])[:2]


def document(name="restart", steps=("pause",), description=None):
    """Returns a sound document."""
    meta = f"meta:\n  name: {name}\n  schemaVersion: 3\n"
    if description is not None:
        meta += f"  description: {description}\n"
    return meta + "inputs: {}\nsteps:\n" + "".join(STEP.format(step) for step in steps)


def file(folder, name, *args, **kwargs):
    """Writes a sound document to a file outside the mount. Returns its path."""
    return tools.write(os.path.join(str(folder), name), document(*args, **kwargs))


# Two halves of a document. The first half is a sound document, too: so the validation does not hide a commit that comes too early.
# The second half has no newline at its end, so that $(cat) loses nothing.
HALF1 = document("halves", ["first"])
HALF2 = STEP.format("second").rstrip("\n")
WHOLE = HALF1 + HALF2
