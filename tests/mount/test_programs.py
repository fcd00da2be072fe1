# SPDX-License-Identifier: MIT
"""The programs as files: hardening that makes a fault harder to exploit."""

import shutil

import pytest

import tools

PROGRAMS = {"cocfs": tools.COCFS, "cocd": tools.COCD, "cocfs-wait": tools.COCFS_WAIT, "cocfs-check": tools.COCFS_CHECK}

@pytest.fixture(params=PROGRAMS)
def program(request):
    return PROGRAMS[request.param]


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_an_answer_that_nobody_gets_is_no_success(program, option):
    assert tools.run(program, option).ok().stdout
    for way, words in ('"$@" >/dev/full', "No space left on device"), ('"$@" >&-', "Bad file descriptor"):
        done = tools.sh(way, program, option)
        assert done.status in (1, 2, 3) and f"standard output: {words}\n" in done.stderr, str(done)


def readelf(program, *flags):
    if not shutil.which("readelf"):
        pytest.skip("readelf is not installed")
    return tools.run("readelf", "-W", *flags, program).ok().stdout


def test_it_has_no_fixed_address(program):
    assert "(PIE)" in readelf(program, "-d") or "DYN" in readelf(program, "-h")


def test_its_tables_are_read_only_once_it_runs(program):
    assert "GNU_RELRO" in readelf(program, "-l")
    assert "BIND_NOW" in readelf(program, "-d")


def test_its_stack_runs_no_code(program):
    (stack,) = [line for line in readelf(program, "-l").splitlines() if "GNU_STACK" in line]
    assert "RWE" not in stack and " RW " in stack


def test_its_functions_guard_their_stack(program):
    assert "__stack_chk_fail" in readelf(program, "--dyn-syms")


def test_the_c_library_checks_its_buffers(program):
    if tools.sanitized(program):
        pytest.skip("the sanitizers check them")
    assert "_chk@" in readelf(program, "--dyn-syms").replace("__stack_chk_fail", "")
