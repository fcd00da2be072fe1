# SPDX-License-Identifier: MIT
"""tests/unit/analyzer.py, which tools/check runs: it says which findings of clang's analyzer are faults, and which have a reason."""

import importlib.util
import os
import subprocess
import sys

import pytest

import tools

SCRIPT = os.path.join(tools.ROOT, "tests/unit/analyzer.py")
FOUND = "../fs/base/buf.c:1:1: error: Dereference of null pointer [clang-analyzer-core.NullDereference,-warnings-as-errors]\n"

FREED = {
    "at once": ["\t_cleanup_free_ char *x = strdup(text);"],
    "later": ["\t_cleanup_free_ char *y = NULL, *x = NULL;", "", "\tx = strdup(text);"],
    "by a function": ["\t_cleanup_(keys_free) struct keys *x = NULL;", "\tint r = keys_read(path, &x);"],
    "and used": ["\t_cleanup_free_ char *x = strdup(text);", "\tif (x == y || x[0])", "\t\ty = &x[1];"],
}
LOOKED_AT = {
    "without the attribute": ["\tchar *x = strdup(text);"],
    "two values": ["\t_cleanup_free_ char *x = strdup(a);", "\tx = strdup(b);"],
    "forgotten": ["\t_cleanup_free_ char *x = strdup(a);", "\tx = NULL;"],
    "moved": ["\t_cleanup_free_ char *x = strdup(a);", "\tx++;"],
    "given twice": ["\t_cleanup_free_ char *x = NULL;", "\tread_text(&x);", "\tread_text(&x);"],
    "in a loop": ["\t_cleanup_free_ char *x = NULL;", "\twhile (r == 0)", "\t\tx = strdup(a);"],
    "by a loop": ["\t_cleanup_free_ char *x = NULL;", "\twhile ((x = next_text()))"],
    "two variables": ["\t{", "\t\t_cleanup_free_ char *x = strdup(a);", "\t\t_cleanup_free_ char *x = strdup(b);"],
}


@pytest.fixture(scope="module")
def analyzer():
    sys.path.insert(0, os.path.dirname(SCRIPT))
    try:
        spec = importlib.util.spec_from_file_location("analyzer", SCRIPT)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


@pytest.mark.parametrize("lines", FREED.values(), ids=FREED)
def test_a_cleanup_attribute_frees_a_variable_with_one_value(analyzer, lines):
    assert analyzer.is_freed(lines, "x")


@pytest.mark.parametrize("lines", LOOKED_AT.values(), ids=LOOKED_AT)
def test_a_person_looks_at_a_leak_of_any_other_variable(analyzer, lines):
    assert not analyzer.is_freed(lines, "x")


def judge(tmp_path, output):
    log = tmp_path / "log"
    log.write_text(output, encoding="utf-8")
    return subprocess.run([sys.executable, SCRIPT, str(log)], cwd=tools.ROOT, capture_output=True, text=True)


def test_a_finding_that_has_no_reason_fails_and_so_does_a_reason_for_nothing(tmp_path):
    judged = judge(tmp_path, FOUND)
    assert judged.returncode == 1
    assert "fs/base/buf.c:1: clang's analyzer finds a fault here" in judged.stdout
    with open(os.path.join(tools.ROOT, "tests/unit/analyzer.txt"), encoding="utf-8") as reasons:
        listed = [line for line in reasons if line.startswith("\t")]
    assert listed and all(line in judged.stdout for line in listed)


@pytest.mark.parametrize("output", ["Error while processing fs/base/buf.c.\n", "fs/base/buf.c: terminated by signal 11\n"])
def test_a_clang_tidy_that_did_not_look_fails(tmp_path, output):
    judged = judge(tmp_path, output)
    assert judged.returncode == 1
    assert judged.stderr == f"clang-tidy failed: {output}\n"
