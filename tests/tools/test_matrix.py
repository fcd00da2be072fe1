# SPDX-License-Identifier: MIT
"""Every tool makes exactly the calls that its row says, in every step of the matrix."""

import pytest

import rows_editors
import rows_files
import rows_programs
import rows_shells
import steps
import tools

ROWS = {**rows_files.ROWS, **rows_shells.ROWS, **rows_editors.ROWS, **rows_programs.ROWS}


@pytest.mark.parametrize("name", ROWS)
def test_row(name, space, src, request):
    row = ROWS[name]
    tools.need(*row.needs, row.shell.split()[0])
    words = request.getfixturevalue(row.helper) if row.helper else {}
    steps.perform(row, space, str(src), words)
