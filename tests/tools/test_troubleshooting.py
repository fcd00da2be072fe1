# SPDX-License-Identifier: MIT
"""docs/troubleshooting.md has every text that the programs print, and none that they do not print."""

import os
import re
import sys

import pytest

import tools

sys.path.insert(0, os.path.join(tools.ROOT, "tests", "prose"))

import printed  # pylint: disable=wrong-import-position

PAGE = os.path.join(tools.ROOT, "docs", "troubleshooting.md")
SOURCES = os.path.join(tools.ROOT, "fs")


def patterns():
    """Returns the messages of the page: the code in the first column of the tables that begin with "message"."""
    found, inside = [], False
    for line in tools.read(PAGE).decode().splitlines():
        if not line.startswith("|"):
            inside = False
        elif line.startswith("| message |"):
            inside = True
        elif inside and not line.startswith("| ---"):
            cell = re.split(r"(?<!\\)\|", line)[1].replace("\\|", "|")
            found += re.findall(r"`([^`]+)`", cell)
    return found


def expression(pattern):
    return re.compile(".*".join(re.escape(part) for part in pattern.split(printed.HOLE)))


@pytest.fixture(scope="module", name="texts")
def texts_fixture():
    if not os.path.isdir(SOURCES):
        pytest.skip("the sources are not here")
    return printed.of_tree(SOURCES)


@pytest.fixture(scope="module", name="page")
def page_fixture():
    return [(pattern, expression(pattern)) for pattern in patterns()]


def test_the_page_has_each_text(texts, page):
    assert len(texts) > 600, "the extraction finds too little"
    missing = [f"{text.path}: {text.text}" for text in texts if not any(shape.fullmatch(text.text) for _, shape in page)]
    assert not missing, "\n".join(missing)


def test_the_page_has_no_text_that_nobody_prints(texts, page):
    stale = [pattern for pattern, shape in page if not any(shape.fullmatch(text.text) for text in texts)]
    assert not stale, "\n".join(stale)


def test_no_text_is_there_twice(page):
    names = [pattern for pattern, _ in page]
    assert not {name for name in names if names.count(name) > 1}


def test_a_pattern_says_something(page):
    """Each pattern has a word. A pattern that has only holes would match every text."""
    assert not [pattern for pattern, _ in page if len(re.findall(r"[A-Za-z]{2,}", pattern)) < 1 or pattern.startswith("`")]
    assert not [pattern for pattern, shape in page if shape.fullmatch("x y z")]


@pytest.mark.parametrize("source, text", [
    ('err_set(err, EIO, "cannot open %s: %s", path, why);', f"cannot open {printed.HOLE}: {printed.HOLE}"),
    ('log_warning("two "\n "halves of %d%%", n);', f"two halves of {printed.HOLE}%"),
    ('err_set(err, E, bad ? "one way" : "other way", x);', "other way"),
    ('fprintf(stderr, "cocd: listening on unix:%s\\n", s);', f"cocd: listening on unix:{printed.HOLE}"),
])
def test_texts_are_found(source, text):
    assert text in [found.text for found in printed.of_file("a.c", source)]


@pytest.mark.parametrize("source", ['/* err_set(e, "not a text") */', 'err_detail(e, "what_to_do", "mend this");', 'fputs("to a file", out);',
                                    'err_set(err, EIO, "%s: %s", a, "an insert of words");'])
def test_what_is_no_text_is_not_found(source):
    assert not list(printed.of_file("a.c", source))
