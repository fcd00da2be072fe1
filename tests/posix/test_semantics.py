# SPDX-License-Identifier: MIT
"""The sentences of docs/semantics.md have rising numbers, and each names tests that exist."""

import os
import re

import pytest

import test_exceptions
import tools

PAGE = os.path.join(tools.ROOT, "docs", "semantics.md")
SENTENCE = re.compile(r"(\d+)\. (.+?) — (.+)")
TEST = re.compile(r"`(test_\w+\.py)::(test_\w+)(?:\[([\w-]+)\])?`")


@pytest.fixture(scope="module")
def lines():
    if not os.path.exists(PAGE):
        pytest.skip("the docs are not beside the tests")
    with open(PAGE, encoding="utf-8") as file:
        return [line for line in file.read().splitlines() if re.match(r"\d+\. ", line)]


def named(lines):
    """Returns the tests that the sentences name: (file, function, parameter or '')."""
    return [test for line in lines for test in TEST.findall(line)]


def test_sentences_are_numbered_and_name_their_tests(lines):
    assert [int(line.split(".")[0]) for line in lines] == list(range(1, len(lines) + 1))
    for line in lines:
        sentence = SENTENCE.fullmatch(line)
        assert sentence, line
        assert [TEST.fullmatch(word) for word in sentence[3].split(", ")].count(None) == 0, line


def test_every_test_that_is_named_exists(lines):
    defined = set()
    for folder, _, files in os.walk(os.path.join(tools.ROOT, "tests")):
        for name in files:
            if name.startswith("test_") and name.endswith(".py"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    defined |= {(name, function) for function in re.findall(r"^def (test_\w+)", file.read(), re.M)}
    assert {test[:2] for test in named(lines)} - defined == set()


def test_the_exceptions_are_all_there(lines):
    told = [parameter for file, _, parameter in named(lines) if file == "test_exceptions.py"]
    assert sorted(told) == sorted(test_exceptions.TABLE)
