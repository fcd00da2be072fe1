# SPDX-License-Identifier: MIT
"""Job documents: the corpus, and small documents made for a purpose."""

import os

import tools

STEP = "  - name: {}\n    task: hwc:runbook:suspend@1.0.0\n    inputs: {{}}\n    outputs: []\n"

# The good samples that are tried with every way of writing: {file: (meta.name, meta.description)}. MORE has other samples whose
# meta.name is not the file name without its suffix.
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
    """Returns (meta.name, meta.description) of a good sample. For a sample that is in neither table: its file name without suffix,
    and no description."""
    return {**GOOD, **MORE}.get(name, (os.path.splitext(name)[0], ""))


def corpus(kind):
    """Returns the paths of the documents in tests/corpus/good or /bad, sorted; none if there is no such folder."""
    folder = os.path.join(tools.CORPUS, kind)
    if not os.path.isdir(folder):
        return []
    return [os.path.join(folder, name) for name in sorted(os.listdir(folder))
            if name.endswith((".yaml", ".yml"))]


def expectation(path):
    """Returns for a bad document: the name of the errno with which it is refused, and the position (LINE:COLUMN) in the .error; ''
    if the .error has none."""
    with open(os.path.splitext(path)[0] + ".expect", encoding="utf-8") as file:
        return (file.read().split() + [""])[:2]


def document(name="restart", steps=("pause",), description=None):
    """Returns the text of a document that the service accepts."""
    meta = f"meta:\n  name: {name}\n  schemaVersion: 3\n"
    if description is not None:
        meta += f"  description: {description}\n"
    return meta + "inputs: {}\nsteps:\n" + "".join(STEP.format(step) for step in steps)


def file(folder, name, *args, **kwargs):
    """Writes document(…) to the file name in folder, which is outside the mount. Returns the path."""
    return tools.write(os.path.join(str(folder), name), document(*args, **kwargs))


# A document in two halves. The first half is a document that the service accepts, too: so a commit that comes too early makes a
# job, and is seen. The second half has no newline at its end, so that $(cat) loses nothing.
HALF1 = document("halves", ["first"])
HALF2 = STEP.format("second").rstrip("\n")
WHOLE = HALF1 + HALF2
