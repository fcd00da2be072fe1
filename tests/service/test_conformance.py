# SPDX-License-Identifier: MIT
"""docs/conformance.md agrees with the operations, the error codes and the tests in the tree."""

import ast
import pathlib
import re

import conftest

HERE = pathlib.Path(__file__).parent
PAGE = (conftest.ROOT / "docs" / "conformance.md").read_text()
# files in which every test checks a documented fact of an operation
WHOLE = ("test_documents", "test_executions", "test_atomics")


def names_of(path):
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def unit_names_of(path):
    return set(re.findall(r"cmocka_unit_test\((\w+)\)", path.read_text()))


TESTS = {f"{path.stem}::{name}" for path in HERE.glob("test_*.py") for name in names_of(path)}
UNIT_TESTS = {f"{path.stem}::{name}" for path in (HERE.parent / "unit").glob("test_*.c") for name in unit_names_of(path)}
NAMED = set(re.findall(r"`(test_\w+::\w+)`", PAGE))


def rows(page):
    """Returns the rows of all tables of a page, without their head rows and the lines below these."""
    return [line for line in page.splitlines() if line.startswith("| ") and not re.match(r"\| (fact|code|---)", line)]


def test_every_test_that_is_named_exists():
    assert NAMED - TESTS - UNIT_TESTS == set()


def test_every_row_names_a_test():
    assert rows(PAGE)
    assert [row for row in rows(PAGE) if not re.search(r"\| `test_\w+::\w+`(, `test_\w+::\w+`)* \|$", row)] == []


def test_every_test_of_an_operation_is_in_a_row():
    assert {test for test in TESTS if test.split("::")[0] in WHOLE} - NAMED == set()


def test_every_operation_that_is_routed_has_a_section_with_rows():
    source = (conftest.ROOT / "fs" / "service" / "api" / "route.c").read_text()
    routed = set()
    for method, segments in re.findall(r'\{"([A-Z]+)", \{([^}]*)\}, OP_\w+\}', source):
        path = "/".join("{}" if segment == "ID" else segment.strip('"') for segment in segments.split(", "))
        routed.add(f"{method} /{path}")
    sections = re.findall(r"^## \w+: (\S+ \S+)\n(.*?)(?=^## |\Z)", PAGE, re.M | re.S)
    assert len(routed) == 13
    assert {re.sub(r"\{\w+\}", "{}", title) for title, _ in sections} == routed
    assert all(rows(text) for _, text in sections)


def test_every_error_code_has_a_row():
    source = (conftest.ROOT / "fs" / "service" / "http" / "reply.h").read_text()
    codes = set(re.findall(r'"((?:COC|APIGW)\.\d+)"', source))
    assert codes
    assert {row.split(" | ")[0][2:] for row in rows(PAGE.split("## Errors")[1])} == codes
