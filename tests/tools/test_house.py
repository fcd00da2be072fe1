# SPDX-License-Identifier: MIT
"""The house: which folder may include which, how long files and functions are, and that each file that a comment names exists.

CONTRIBUTING.md, "The house", says the same in words. fs/roots/LIBRARY has links to the folders that the library may include.
meson gives each library its own root, and nothing else of fs/.
"""

import glob
import os
import re
import subprocess

import pytest

import tools

FS = os.path.join(tools.ROOT, "fs")
ROOTS = os.path.join(FS, "roots")
FOLDERS = sorted(name for name in os.listdir(FS) if name != "roots" and os.path.isdir(os.path.join(FS, name)))
LIBRARIES = sorted(os.listdir(ROOTS))

# The folders that each library may use besides its own. A line here is a decision: change it together with the links in
# fs/roots/LIBRARY.
MAY_USE = {
    "base": [],
    "loop": ["base"],
    "sign": ["base"],
    "job": ["base", "bounds"],
    "ledger": ["base", "bounds", "job"],
    "coc": ["base", "bounds", "job", "loop", "sign"],
    "submit": ["base", "bounds", "coc", "job", "ledger", "loop"],
    "space": ["base", "bounds", "job", "loop", "submit"],
    "service": ["base", "bounds", "sign"],
    "cocfs": ["base", "bounds", "coc", "job", "loop", "service", "space", "submit"],
    "cocfs-check": ["base", "bounds", "job"],
    "cocfs-dsl": ["base", "bounds", "job"],
    "cocfs-wait": ["base", "bounds", "job"],
    "cocd": ["base", "bounds", "service"],
}

# (library, folder): of this folder the library may use only these headers, the doors.
MAY_USE_ONLY = {
    ("space", "submit"): ["submit/catalogue.h", "submit/changes.h", "submit/freshness.h", "submit/imports.h", "submit/job_naming.h",
                          "submit/show.h", "submit/submit.h"],
    ("cocfs", "submit"): ["submit/mount.h", "submit/submit.h"],
    ("cocfs", "service"): ["service/bounds.h", "service/service.h"],
    ("cocd", "service"): ["service/access/throttle.h", "service/bounds.h", "service/service.h", "service/store/store_postgresql.h"],
}
DOOR_MAX = 20  # functions in submit/submit.h
FUNCTION_MAX = 60  # lines
FILE_MAX = 430  # lines
CIRCLE_MAX = 3  # files that call each other in a circle

# Headers that declare the functions of many files, with the reason. Any other header declares those of two files at most.
DECLARES_FOR_MANY = {
    "ledger/ledger.h": "the door of the ledger",
    "submit/submit.h": "the door of submit for space",
    "submit/mount.h": "the door of submit for the program that mounts",
    "space/ops.h": "the operations, in the order of libfuse's table",
}
DECLARES_FOR_MAX = 2


FLAGS = subprocess.run(["pkg-config", "--cflags", "fuse3", "libcjson", "yaml-0.1"], capture_output=True, text=True,
                       check=True).stdout.split()


def headers(folder, base=FS):
    return sorted(os.path.relpath(path, base) for path in glob.glob(os.path.join(base, folder, "**", "*.h"), recursive=True))


def sources():
    return sorted(path for folder in FOLDERS for path in glob.glob(os.path.join(FS, folder, "**", "*.c"), recursive=True))


def compiles(library, include):
    """Compiles a source of this library that includes one header. Returns whether that works, and the compiler's message."""
    command = ["cc", "-std=gnu11", "-fsyntax-only", "-x", "c", f"-I{os.path.join(ROOTS, library)}",
               f"-I{os.path.join(tools.ROOT, 'include')}", "-D_FILE_OFFSET_BITS=64", "-"]
    command[1:1] = FLAGS
    done = subprocess.run(command, input=f'#define _GNU_SOURCE\n#include "{include}"\n', capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


def test_a_library_may_use_what_the_list_says():
    assert {name: sorted(set(os.listdir(os.path.join(ROOTS, name))) - {name}) for name in LIBRARIES} == MAY_USE


def test_a_library_sees_the_doors_of_some_folders():
    found = {(name, folder): headers(folder, os.path.join(ROOTS, name)) for name in LIBRARIES for folder in os.listdir(os.path.join(ROOTS, name))
             if not os.path.islink(os.path.join(ROOTS, name, folder))}
    assert found == MAY_USE_ONLY


def test_the_door_of_submit_is_small():
    with open(os.path.join(FS, "submit", "submit.h"), encoding="utf-8") as file:
        declared = re.findall(r"(?m)^(?!typedef)[a-z][\w \*]*?\b(\w+)\([^;{}]*?\);", without_comments(file.read()))
    assert 10 < len(declared) <= DOOR_MAX, declared


def test_each_folder_is_a_library_with_a_root_of_its_own():
    assert set(LIBRARIES) == set(FOLDERS) - {"bounds"}
    with open(os.path.join(FS, "meson.build"), encoding="utf-8") as file:
        text = re.sub(r"(?m)^#.*$", "", file.read())
    targets = re.findall(r"(?:static_library|executable)\('([\w-]+)',(.*?)\n\n", text + "\n\n", re.S)
    assert {name for name, _ in targets} == set(LIBRARIES) | {"service_postgresql"}
    for name, body in targets:
        root = "service" if name == "service_postgresql" else name
        assert re.findall(r"root\['([\w-]+)'\]", body) == [root], name
        assert "implicit_include_directories: false" in body, name


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_forbidden_include_does_not_compile(library):
    """Tries each header of the folders that the library may use, and one header of each other folder. So a link too many in the
    library's root is found."""
    for folder in set(FOLDERS) - {library}:
        if folder in MAY_USE[library]:
            allowed = headers(folder, os.path.join(ROOTS, library))
            for header in headers(folder):
                works, said = compiles(library, header)
                assert works == (header in allowed), (header, said)
        elif headers(folder):
            works, said = compiles(library, headers(folder)[0])
            assert not works and "No such file or directory" in said and headers(folder)[0] in said, said


def test_no_folder_is_used_in_a_circle():
    for one in LIBRARIES:
        for other in MAY_USE[one]:
            assert one not in MAY_USE.get(other, []), (one, other)


def test_no_file_is_too_long():
    lines = {path: sum(1 for _ in open(path, encoding="utf-8")) for path in sources()}
    assert not [f"{path}: {n}" for path, n in lines.items() if n > FILE_MAX]


def test_no_function_is_too_long():
    long = []
    for path in sources() + [os.path.join(FS, header) for folder in FOLDERS for header in headers(folder)]:
        begin = None
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line == "{\n":
                    begin = number
                elif line == "}\n" and begin:
                    if number - begin - 1 > FUNCTION_MAX:
                        long.append(f"{path}:{begin}: {number - begin - 1}")
                    begin = None
    assert not long


def test_each_file_that_is_named_is_there():
    """A file that a comment or a page names must exist."""
    missing = []
    for pattern in "fs/**/*.[ch]", "docs/*.md", "*.md", "tests/**/*.py", "tests/*.md", "tests/**/*.c", "tests/meson.build", "tools/*":
        for path in glob.glob(os.path.join(tools.ROOT, pattern), recursive=True):
            if not os.path.isfile(path):
                continue
            with open(path, encoding="utf-8") as file:
                for name in re.findall(r"(?<![\w/])((?:fs|include|tests|docs|tools)/[\w/-]+\.(?:[ch]|py|md|sh))\b", file.read()):
                    if not os.path.exists(os.path.join(tools.ROOT, name)):
                        missing.append(f"{os.path.relpath(path, tools.ROOT)}: {name}")
    assert not missing


def test_each_source_that_a_comment_names_is_there():
    """A source that a comment names without its folder must exist in some folder."""
    known = {os.path.basename(path) for pattern in ("fs/**/*.[ch]", "include/**/*.h", "tests/**/*.[ch]")
             for path in glob.glob(os.path.join(tools.ROOT, pattern), recursive=True)}
    others = {"fuse_lowlevel.h", "syslog.h"}  # headers of libraries
    missing = []
    for path in sources() + [os.path.join(FS, header) for folder in FOLDERS for header in headers(folder)]:
        with open(path, encoding="utf-8") as file:
            comments = " ".join(re.findall(r"/\*.*?\*/", file.read(), re.S))
        missing += [f"{path}: {name}" for name in re.findall(r"(?<![\w./<-])([a-z_]+\.[ch])\b", comments)
                    if name not in known | others]
    assert not missing


def test_states_have_names_in_sql():
    """In the SQL of fs/ledger a state is a name of sql_states.h, and not its number in enum job_state."""
    numbers = []
    for path in glob.glob(os.path.join(FS, "ledger", "*.[ch]")):
        with open(path, encoding="utf-8") as file:
            numbers += [f"{path}: {found}" for found in re.findall(r"\bstate (?:=|<>|IN|NOT IN) \(?[0-9].{0,20}", file.read())]
    assert not numbers


def without_comments(text):
    return re.sub(r'"(\\.|[^"\\])*"', '""', re.sub(r"/\*.*?\*/", "", text, flags=re.S))


@pytest.fixture(scope="module", name="texts")
def texts_fixture():
    """The text of each file of fs/, without comments and strings."""
    texts = {}
    for path in sources() + [os.path.join(FS, header) for folder in FOLDERS for header in headers(folder)]:
        with open(path, encoding="utf-8") as file:
            texts[os.path.relpath(path, FS)] = without_comments(file.read())
    return texts


@pytest.fixture(scope="module", name="defined")
def defined_fixture(texts):
    """For the name of each function that is not static: the file that defines the function."""
    pattern = r"^(?!static|typedef|struct \w+ \{|#)[a-z][\w \*]*?\b(\w+)\([^;{}]*?\)\s*\n\{"
    found = {name: path for path, text in texts.items() if path.endswith(".c") for name in re.findall(pattern, text, re.M)}
    assert len(found) > 500, "the pattern finds no functions"
    return found


@pytest.fixture(scope="module", name="calls")
def calls_fixture(texts, defined):
    """For each .c file: the other files whose functions it names, and the names."""
    calls = {path: {} for path in texts if path.endswith(".c")}
    for path, called in calls.items():
        for name in sorted(set(re.findall(r"\b[a-z]\w+\b", texts[path])) & set(defined)):
            if defined[name] != path:
                called.setdefault(defined[name], []).append(name)
    return calls


def circles(calls):
    """Returns the groups of two files or more that reach each other by calls."""
    reached = {}
    for path in calls:
        seen, waiting = set(), list(calls[path])
        while waiting:
            other = waiting.pop()
            if other not in seen:
                seen.add(other)
                waiting.extend(calls[other])
        reached[path] = seen
    return {frozenset({path} | {other for other in reached[path] if path in reached[other]})
            for path in calls if path in reached[path]}


def test_circles_are_found():
    assert circles({"a": ["b"], "b": ["c"], "c": ["b", "d"], "d": []}) == {frozenset("bc")}
    assert circles({"a": ["b"], "b": []}) == set()


def test_no_circle_of_files_is_long(calls):
    for circle in circles(calls):
        edges = [f"{path} -> {other} {calls[path][other]}" for path in sorted(circle) for other in calls[path] if other in circle]
        assert len(circle) <= CIRCLE_MAX, "\n".join(edges)


def test_no_header_declares_for_many_files(texts, defined):
    many = {}
    for path, text in texts.items():
        if path.endswith(".h"):
            declared = set(re.findall(r"^[a-z][\w \*]*?\b(\w+)\([^;{}]*?\);", text, re.M)) & set(defined)
            many[path] = {defined[name] for name in declared}
    found = {path: sorted(files) for path, files in many.items() if len(files) > DECLARES_FOR_MAX}
    assert set(found) == set(DECLARES_FOR_MANY), {path: found.get(path) for path in set(found) ^ set(DECLARES_FOR_MANY)}


def test_the_lines_of_space_hold(calls):
    """fs/space/space.h lists its files from the lowest to the highest: each file is in the list, and calls no higher file."""
    with open(os.path.join(FS, "space", "space.h"), encoding="utf-8") as file:
        essay = file.read().split("No file calls one of a later line", 1)[1].split("*/", 1)[0]
    line_of, line = {}, 0
    for title, names in re.findall(r"(?m)^ \*   (\S*) {2,}(\S.*)$", essay):
        line += bool(title)
        line_of.update({f"space/{name.strip()}.c": line for name in names.split(",")})
    assert set(line_of) == {path for path in calls if path.startswith("space/")}
    assert line > 10
    upward = [f"{path} -> {other} {names}" for path in line_of for other, names in calls[path].items()
              if line_of.get(other, 0) > line_of[path]]
    assert not upward
