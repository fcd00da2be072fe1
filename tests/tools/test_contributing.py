# SPDX-License-Identifier: MIT
"""CONTRIBUTING.md: the files and the parts of tools/check that its commands name are there. The branch and the test of its
example, a virtual attribute, fit the files that they go into. The functions that it names are where it says."""

import os
import re
import shlex
import subprocess
import textwrap

import pages
import tools

PAGE = pages.read("CONTRIBUTING.md")
FLAGS = subprocess.run(["pkg-config", "--cflags", "fuse3", "yaml-0.1"], capture_output=True, text=True, check=True).stdout.split()


def example(language):
    """Returns the text of the only block of code in this language on the page."""
    found = [block.text for block in pages.blocks(PAGE) if block.language == language]
    assert len(found) == 1
    return found[0]


def source(*path):
    return tools.read(os.path.join(tools.ROOT, *path)).decode()


def test_each_command_names_what_is_there():
    lines = [line for block in pages.blocks(PAGE) if block.language == "sh" for line in block.text.splitlines()]
    words = [shlex.split(line, comments=True) for line in lines]
    assert len(lines) > 15
    for command in filter(None, words):
        for word in command:
            if word.startswith(("tests/", "tools/")):
                assert os.path.exists(os.path.join(tools.ROOT, word)), word
        if command[0] == "tools/check":
            parts = set(re.findall(r'(?m)^(?:all|closing)="(.*)"', source("tools", "check"))[0].split()) | {"closing"}
            assert set(command[1:]) <= parts


def test_the_branch_of_the_example_compiles(tmp_path):
    code = source("fs", "space", "coc_facts.c")
    place = '\tif (strcmp(fact, "state"))\n'
    assert code.count(place) == 1
    command = ["cc", "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-D_FILE_OFFSET_BITS=64", *FLAGS,
               f"-I{tools.ROOT}/fs/roots/space", f"-I{tools.ROOT}/include"]
    branch = textwrap.indent(example("c").replace(" " * 8, "\t"), "\t")
    good = tools.write(tmp_path / "good.c", code.replace(place, branch + place))
    tools.run(*command, good).ok()
    bad = tools.write(tmp_path / "bad.c", code.replace(place, branch.replace("job.", "jobs.") + place))
    tools.run(*command, bad).fails("jobs")


def test_the_test_of_the_example_fits_its_file():
    tests = source("tests", "mount", "test_attributes.py")
    compile(tests + example("python"), "test_attributes.py", "exec")
    assert "def bound(" in tests and "def test_facts_cannot_be_written(" in tests
    assert re.search(r"`test_attributes\.py::(\w+)`", PAGE)[1] in example("python")


def test_the_functions_and_tables_of_the_page_are_there():
    """Each pair of the list below, a name in the code and a file of fs/, is on the page, and the name is in the file. So are the
    names of the page that belong to tests/posix/operations.py."""
    for name, path in [("fact_get(", "space/coc_facts.c"), ("get_of_directory(", "space/coc_facts.c"), ("copy_fact(", "space/coc_facts.c"),
                       ("shown_text(", "space/coc_facts.c"), ("struct opts {", "cocfs/options.h"), ("opts_finish(", "cocfs/options.c"),
                       ("opts_parse(", "cocfs/options.c"), ("open_parts(", "cocfs/mount.c"), ("open_space(", "cocfs/mount.c"),
                       ("open_engine(", "cocfs/mount.c"), ("struct space_options {", "space/space.h"), ("struct engine_options {", "submit/mount.h"),
                       ("space_ops", "space/session.c"), ("op_init(", "space/session.c"), ("copy_version(", "space/coc_facts.c"),
                       ("value_choice(", "cocfs/option_values.h"), ("value_seconds(", "cocfs/option_values.h"),
                       ("upgrades[", "ledger/schema.c"), ("schema[]", "ledger/schema.c"), ("LEDGER_SCHEMA_VERSION", "ledger/db.h"),
                       ("enum ledger_statement {", "ledger/db.h"), ("JOB_COLUMNS", "ledger/statements.c"),
                       ("STMT_SETTLE", "ledger/statements.c"), ("STMT_SETTLE", "ledger/submissions.c"), ("STMT_BIND", "ledger/bindings.c"),
                       ("STMT_FORGET", "ledger/statements.c"), ("STMT_DROP_TEXT", "ledger/statements.c"), ("read_job(", "ledger/jobs.c"),
                       ("ledger_settle(", "ledger/submissions.c"), ("write_binding(", "ledger/bindings.c"),
                       ("struct job_record {", "job/record.h"), ("job_record_finish(", "job/record.c"),
                       ("op_listxattr(", "space/xattr_list.c"), ("op_unlink(", "space/remove.c"), ("op_fallocate(", "space/allocate.c"),
                       ("reply_recorded(", "space/pending_reply.h"), ("caller_enter(", "space/caller.h")]:
        assert name in source("fs", *path.split("/")), (name, path)
        assert name.rstrip(" {(") in PAGE and os.path.basename(path) in PAGE, (name, path)
    operations = source("tests", "posix", "operations.py")
    assert "class Drawing:" in operations and "def draw_" in operations and "def do_" in operations and "ON_SLOTS = " in operations
