# SPDX-License-Identifier: MIT
"""tests/prose: the check of sentences reads every kind of file, and its rules find what they are for."""

import os
import sys

import pytest

import tools

sys.path.append(os.path.join(tools.ROOT, "tests", "prose"))

import rules  # noqa: E402
import run  # noqa: E402

# For the name of a file: its content, and its sentences, each with the line at which it begins.
FILES = {
    "page.md": ("# Head\n\nOne `a. b` is. Two\nlines.\n\n    code. Code.\n\n| cell | It is. Or not |\n| --- | --- |\n- item\n",
                [(1, "Head"), (3, "One CODE1 is."), (3, "Two lines."), (8, "cell"), (8, "It is."), (8, "Or not"), (10, "item")]),
    "page.1.scd": ("page(1)\n\n# NAME\n\n*-o* _x_\n\tIt is. So.\n\n; a remark\n@rows FILE *a*\n",
                   [(1, "page(1)"), (3, "NAME"), (5, "CODE1 CODE2 It is."), (6, "So.")]),
    "code.c": ('/* One is. Two\n * is, too. three is a name. */\nint a; /* four */ // five\nchar *b = "/* no */";\n'
               "/*\n * a -> b\n * One row   is a usage\n */\n",
               [(1, "One is."), (1, "Two is, too."), (2, "three is a name."), (3, "four"), (3, "five")]),
    "code.py": ('#!/usr/bin/python3\n"""Says. More.\n\n- one item\n- two\n"""\n# one\n# comment\nx = "# no"  # behind  \n\n\n'
                'def f():\n    """Does."""\n    # fmt: skip\n',
                [(7, "one comment"), (9, "behind"), (2, "Says."), (2, "More."), (4, "- one item"), (5, "- two"), (13, "Does.")]),
    "code.sh": ("#!/bin/sh\n# One. Two\n# lines.\necho '# no' # it's\ntrue # behind\n", [(2, "One."), (2, "Two lines."), (5, "behind")]),
    "program": ("#!/bin/sh\n# One.\n", [(2, "One.")]),
    "uncovered.txt": ("# One.\n\nTwo. Three.\n\tfile.c: function: no. Text.\n", [(1, "One."), (3, "Two."), (3, "Three.")]),
    "data.txt": ("# None.\n", []),
}


@pytest.mark.parametrize("name", FILES)
def test_the_sentences_of_each_kind_of_file_are_seen(name):
    content, wanted = FILES[name]
    assert [(sentence.line, sentence.text) for sentence in run.sentences_of(name, content)] == wanted


def test_each_rule_finds_its_example():
    assert not rules.blind()


def test_a_long_sentence_is_found():
    sentences = run.sentences_of("a.md", "word " * rules.WORDS_MAX + "more. " + "word " * (rules.WORDS_MAX - 1) + "more.")
    assert [[name for name, _, _ in rules.findings(sentence)] for sentence in sentences] == [["long"], []]
