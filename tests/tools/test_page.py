# SPDX-License-Identifier: MIT
"""docs/tools.md says of each tool what its row in the matrix says."""

import os
import re

import pytest

import rows_shells
import samples
import steps
import test_ansible
import test_archivers
import test_matrix
import tools

PAGE = os.path.join(tools.ROOT, "docs", "tools.md")
ROWS = {**test_matrix.ROWS, **test_ansible.ROWS}

LEFT = {steps.DRAFT: "what was written", steps.OLD: "as before", steps.RESTORED: "as before, no `.error`",
        steps.MOVED: "gone; the old one is its backup"}
ATTRIBUTES = {"stay": "stay", "travel": "the source's"}


def tables():
    """Returns the tables of the page: lists of rows, each row a list of cells. The first row is the head."""
    found, table = [], []
    for line in [*tools.read(PAGE).decode().splitlines(), ""]:
        if line.startswith("|"):
            table.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
        elif table:
            found.append([table[0], *table[2:]])
            table = []
    return found


def test_the_table_of_tools_is_the_matrix():
    told = {}
    for names, *cells in tables()[0][1:]:
        for name in re.findall(r"`([^`]+)`", names):
            assert name not in told, name
            told[name] = cells
    rows = {name: row for name, row in ROWS.items() if name.split(":")[0] not in rows_shells.SHELLS}
    assert told == {name: cells_of(row) for name, row in rows.items()}


def cells_of(row):
    attributes = ATTRIBUTES[row.attributes] + (", as an update" if row.late else "")
    return [str(row.status), LEFT[row.then], attributes]


def test_the_table_of_redirections_is_the_matrix():
    head, *lines = tables()[1]
    assert head[1:] == list(rows_shells.SHELLS)
    told = {form.strip("`"): statuses for form, *statuses in lines}
    assert told == {form: [str(status[shell]) for shell in head[1:]] for form, (_, status) in rows_shells.FORMS.items()}
    assert {cells_of(ROWS[f"{shell}: {form}"])[1] for form in told for shell in head[1:]} == {"what was written"}


def test_the_table_of_archives_is_what_is_tried():
    told = {name: (int(there), int(gone)) for names, there, gone in tables()[2][1:] for name in re.findall(r"`([^`]+)`", names)}
    assert told == {name: row[1:] for name, row in test_archivers.ROWS.items()}


def test_the_table_of_what_is_ignored_is_the_list(space, src):
    lines, = [lines for head, *lines in tables() if head == ["tool", "a name that it makes", "glob"]]
    source = os.path.join(tools.ROOT, "fs", "job", "ignore.c")
    if not os.path.exists(source):
        pytest.skip("the sources are not here")
    listed = tools.read(source).decode().partition("ignore_defaults[] =")[2].partition(";\n")[0]
    defaults = "".join(re.findall(r'"(.*?)"', listed))
    assert [glob.strip("`") for _, _, glob in lines] == re.split(r":(?!\])", defaults)
    for _, name, _ in lines:
        tools.run("cp", samples.file(src, "x.yaml"), space.at(name.strip("`"))).ok()
    assert space.sent() == (0, 0)
