# SPDX-License-Identifier: MIT
"""libcocfs-dsl as installed: what it exports and needs, and a program that is built with it."""

import glob
import os
import re
import subprocess

import pytest

import samples
import tools

EXAMPLE = os.path.join(tools.ROOT, "docs", "examples", "check.c")
SYMBOLS = os.path.join(tools.ROOT, "fs", "cocfs-dsl", "cocfs-dsl.sym")
HEADER = os.path.join(tools.ROOT, "include", "cocfs", "dsl.h")


@pytest.fixture(name="library")
def library_fixture(installed):
    (found,) = [path for path in glob.glob(os.path.join(installed, "**", "libcocfs-dsl.so.*"), recursive=True) if not os.path.islink(path)]
    return found


def pkg_config(installed, *arguments):
    """Calls pkg-config for files that are installed below another root. Returns the words that it prints."""
    (found,) = glob.glob(os.path.join(installed, "**", "cocfs-dsl.pc"), recursive=True)
    env = {**os.environ, "PKG_CONFIG_PATH": os.path.dirname(found), "PKG_CONFIG_SYSROOT_DIR": installed}
    return subprocess.run(["pkg-config", *arguments, "cocfs-dsl"], env=env, capture_output=True, text=True, check=True).stdout.split()


def build(installed, tmp_path, compiler, source, *more):
    program = str(tmp_path / "program")
    tools.run(compiler, "-Wall", "-Wextra", "-Wpedantic", "-Werror", *more, "-o", program, source,
              *pkg_config(installed, "--cflags", "--libs")).ok()
    return program


def run(library, program, *arguments, **kwargs):
    return tools.run(program, *arguments, env=tools.environment(LD_LIBRARY_PATH=os.path.dirname(library)), **kwargs)


def declared():
    with open(HEADER, encoding="utf-8") as file:
        return set(re.findall(r"\b(cocfs_dsl_\w+)\(", re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)))


def test_it_exports_what_the_list_and_the_header_say_and_nothing_else(library):
    tools.need("nm")
    with open(SYMBOLS, encoding="utf-8") as file:
        listed = set(re.findall(r"(?m)^\t(\w+);", file.read()))
    lines = [line.split() for line in tools.run("nm", "-D", "--defined-only", library).ok().stdout.splitlines()]
    exported = {name for _, kind, name in lines if kind != "A"}
    assert exported == {f"{name}@@COCFS_DSL_0" for name in listed}
    assert listed == declared() and len(listed) >= 10


def test_it_needs_libyaml_and_the_c_library(library):
    tools.need("readelf")
    said = tools.run("readelf", "-d", library).ok().stdout
    assert re.findall(r"SONAME.*\[(.*)\]", said) == ["libcocfs-dsl.so.0"]
    assert {name.split(".so")[0] for name in re.findall(r"NEEDED.*\[(.*)\]", said)} == {"libyaml-0", "libc"}
    assert os.path.realpath(os.path.join(os.path.dirname(library), "libcocfs-dsl.so")) == library


def test_the_example_is_built_with_the_installed_files_and_runs(installed, library, tmp_path):
    program = build(installed, tmp_path, "cc", EXAMPLE)
    assert "libcocfs-dsl.so.0" in tools.run("readelf", "-d", program).ok().stdout
    said = run(library, program, "a.yaml", given=b"# coc.risk_level: HIGH\n" + samples.document("a").encode()).ok().stdout
    assert said.splitlines()[-1] == "risk level: HIGH" and "error" not in said
    done = run(library, program, "a.yaml", given=b"# coc.risk: HIGH\nmeta: {name: a}\n")
    assert done.status == 1
    assert done.stdout.splitlines() == ["1:3: error: coc.risk is not an attribute of a job",
                                        '2:1: error: there is no "steps": a job is a list of steps', "risk level: not said in the file"]


def test_the_header_is_one_of_c_plus_plus_too(installed, library, tmp_path):
    tools.need("g++")
    source = tools.write(tmp_path / "a.cc", "#include <cocfs/dsl.h>\nint main() { return cocfs_dsl_version() == nullptr; }\n")
    run(library, build(installed, tmp_path, "g++", source)).ok()


def test_the_page_has_each_rule_and_its_example(installed, library, tmp_path):
    source = tools.write(tmp_path / "a.c", """
        #include <cocfs/dsl.h>
        #include <stdio.h>
        int main(void)
        {
            for (size_t i = 0; cocfs_dsl_rule(i); i++)
                puts(cocfs_dsl_rule(i)->word);
        }
    """)
    words = run(library, build(installed, tmp_path, "cc", source)).ok().stdout.split()
    with open(os.path.join(tools.ROOT, "docs", "library.md"), encoding="utf-8") as file:
        page = file.read()
    assert re.findall(r"(?m)^\| `([\w-]+)` \|", page) == words and len(words) >= 9
    with open(EXAMPLE, encoding="utf-8") as file:
        for command in re.findall(r"(?m)^ \*     (.*)$", file.read()):
            assert f"\n{command}\n" in page
