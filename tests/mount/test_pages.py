# SPDX-License-Identifier: MIT
"""The commands of README and docs, as they stand there: tests/README.md, "Commands of pages", has the convention."""

import functools
import json
import os
import re

import pytest

import page_machine
import pages
import picture
import tools

ABSENT = ("apt ", "ssh ", "systemctl ", "journalctl ", "postgresql://", "meson ", "pytest", "tools/")  # commands that no session has
PAGES = pages.all_pages()
RUN = [page for page in PAGES if any(block.is_run for block in pages.blocks(pages.read(page)))]


@pytest.fixture(name="play")
def play_fixture(tmp_path):
    """play(steps): runs the commands of a page. Returns their results, and the processes that did not end."""
    if not page_machine.is_possible():
        pytest.skip("no namespaces here")
    return functools.partial(page_machine.play, str(tmp_path))


def faults(steps, results):
    """Yields each difference between the page and the results, as text for a person."""
    names = pages.Names()
    for step, (status, output) in zip(steps, results):
        if status is None or status and step.must_work:
            yield f"line {step.line}: {step.text}\nends with {status}, and prints:\n{output}"
        elif step.expected is not None and not names.same(step.expected, output):
            shown = "\n".join(step.expected)
            yield f"line {step.line}: {step.text}\nthe page shows:\n{shown}\nthe program prints:\n{output}"


@pytest.mark.parametrize("page", RUN)
def test_the_commands_do_what_the_page_says(play, page):
    steps = pages.steps(pages.read(page))
    results, left = play(steps)
    found = list(faults(steps, results))
    assert not found, "\n\n".join(found)
    assert len(results) == len(steps) and not left


@pytest.mark.parametrize("page", PAGES)
def test_each_block_says_what_it_is(page):
    text = pages.read(page)
    bad = [f"{block.line}: {block.language or 'a block without a language'} {' '.join(block.unknown)}".strip()
           for block in pages.blocks(text)
           if block.language not in (*pages.RUN, *pages.SHOWN, "setup") or block.unknown]
    assert not bad
    assert text.count("\n```") % 2 == 0
    assert not list(pages.indented(text)), "a block of code has a fence, and a language"


@pytest.mark.parametrize("page", PAGES)
def test_what_is_not_run_here_is_run_elsewhere_or_can_be_read(page):
    for block in pages.blocks(pages.read(page)):
        if "by" in block.flags:
            place = os.path.join(tools.ROOT, block.flags["by"])
            assert block.flags["by"].startswith(("tests/", "tools/", ".ci/")) and os.path.isfile(place), f"{page}:{block.line}: there is no {block.flags['by']}"
            runs = " ".join(tools.read(place).decode().split())
            if os.path.basename(page) not in runs:  # that file takes the commands from the page
                missing = [command for command in pages.commands(block) if command not in runs]
                assert not missing, f"{page}:{block.line}: {block.flags['by']} has none of {missing}"
        elif block.language in pages.RUN and {"cloud", "file"} & block.flags.keys():
            commands = [block.text] if block.language == "sh" else [step.text for step in pages.console(block)]
            for command in commands:
                tools.run("bash", "-n", "-c", command).ok()


@pytest.mark.parametrize("page", PAGES)
def test_only_what_no_machine_of_a_test_has_is_not_run(page):
    for block in pages.blocks(pages.read(page)):
        if "cloud" in block.flags:
            assert any(word in block.text for word in ABSENT), f"{page}:{block.line}: this can be run"
        elif block.language not in (*pages.RUN, "setup"):
            assert not re.search(r"(?m)^\w*\$ ", block.text), f"{page}:{block.line}: a transcript is run"


@pytest.mark.parametrize("page", PAGES)
def test_documents_are_sound(page):
    for block in pages.blocks(pages.read(page)):
        if block.language == "yaml":
            tools.run(tools.COCFS_CHECK, "--level=yaml", "--stdin-name=block.yaml", "-", given=block.text.encode()).ok()
        elif block.language == "json":
            json.loads(block.text)


@pytest.mark.parametrize("page", PAGES)
def test_each_link_leads_somewhere(page):
    lost = []
    for target in pages.links(pages.read(page)):
        name, _, anchor = target.partition("#")
        place = os.path.normpath(os.path.join(os.path.dirname(page), name)) if name else page
        if not os.path.exists(os.path.join(tools.ROOT, place)) or anchor and anchor not in pages.anchors(pages.read(place)):
            lost.append(target)
    assert not lost


def test_the_readme_leads_to_each_page():
    known = set(pages.links(pages.read("README.md"))) | {"README.md"}
    assert not set(PAGES) - known


def test_a_link_that_leads_nowhere_is_found():
    assert pages.links("[a](b.md#c) `[d](e)` [f](https://g)\n\n```sh\n[h](i)\n```\n") == ["b.md#c"]
    assert pages.anchors("# A `b`: c, d\n\n## [E](f)\n") == {"a-b-c-d", "e"}


@pytest.fixture(name="shown")
def shown_fixture():
    """Returns the hidden commands of the picture, and its lines."""
    hidden, lines = picture.read(tools.read(picture.PICTURE).decode())
    assert len(lines) > 10
    return hidden, lines


def test_the_picture_shows_what_the_programs_print(play, shown):
    steps = picture.steps(*shown)
    results, left = play(steps)
    found = list(faults(steps, results))
    assert not found, "record it anew with tools/picture:\n" + "\n\n".join(found)
    assert len(results) == len(steps) and not left


def test_the_picture_is_drawn_from_its_lines(shown):
    assert tools.read(picture.PICTURE).decode() == picture.draw(*shown)
    assert max(map(len, shown[1])) <= picture.COLUMNS


# A page that uses the whole convention.

PAGE = """
```console
$ mkdir a && cd a
$ cat >x <<'END'
> one
> END
$ cat x; ls /nowhere
one
ls: cannot access '/nowhere': …
$ echo $?
2
```

```sh
value=kept   # for the next block
```

```sh
echo "$value" >y
```

```console
$ pwd
…/a
$ cat y
kept
second$ ls
build  contrib  docs  tests  tools
```
"""


def faults_of(play, text):
    steps = pages.steps(text)
    results, _ = play(steps)
    return list(faults(steps, results))


def test_a_page_is_one_session(play):
    assert not faults_of(play, PAGE)


@pytest.mark.parametrize("good, bad", [("kept\n", "lost\n"), ("/a\n", "/b\n"), ("$ cat y", "$ cat z"), ("2\n", "0\n"),
                                       ("value=kept", "false"), ("$ mkdir a", "$ mkdir a/b")])
def test_what_is_not_so_is_found(play, good, bad):
    assert good in PAGE and faults_of(play, PAGE.replace(good, bad))


def test_ids_and_times_are_any_and_an_id_stays_the_same():
    names = pages.Names()
    one, two = "DM20250701180239AbC12XyZ", "DM20261124080327f2p0vqn1"
    assert names.same([f"{one}  v1  2025-07-01T18:02:39Z"], f"{two}  v1  2026-11-24T08:03:27Z\n")
    assert names.same([one], two) and not names.same([one], one)
    assert not names.same([f"{one} v1"], f"{two} v2")


@pytest.mark.parametrize("shown, printed, same", [
    (["…"], "a\nb\n", True), (["…"], "", True), (["a", "…", "c"], "a\nb\nb\nc\n", True), (["a", "…", "c"], "a\nb\n", False),
    ([], "", True), ([], "a\n", False), (["a"], "", False), (["a  b"], "a b\n", True), (["a", "", "b"], "a\n\nb\n", True),
    (["a…z"], "abcz\n", True), (["a…z"], "ab\ncz\n", False), (["a.c"], "abc\n", False)])
def test_output_is_compared(shown, printed, same):
    assert pages.Names().same(shown, printed) == same


@pytest.mark.parametrize("text, wrong", [
    ("```\na\n```\n", True), ("```sh cloudy\na\n```\n", True), ("```sh by\na\n```\n", True), ("```basic\na\n```\n", True),
    ("```sh cloud\na\n```\n", False), ("```yaml file=a.yaml\na: b\n```\n", False), ("```text\na\n```\n", False)])
def test_a_block_without_a_language_is_found(text, wrong):
    block, = pages.blocks(text)
    known = block.language in (*pages.RUN, *pages.SHOWN)
    assert wrong == (not known or bool(block.unknown))


@pytest.mark.parametrize("text, lines", [("a\n\n    b\n", [3]), ("- a\n\n    b\n", []), ("- a\n\nb\n\n    c\n", [5]),
                                         ("```sh\n    a\n```\n", []), ("a\n\n\tb\n", [3])])
def test_an_indented_block_is_found(text, lines):
    assert list(pages.indented(text)) == lines


def test_the_page_of_the_convention_names_each_word_of_it():
    section = pages.read("tests/README.md").partition("## Commands of pages\n")[2].partition("\n## ")[0]
    words = {word for span in re.findall(r"`([^`\n]+)`", section) for word in re.findall(r"\w+", span)}
    assert {*pages.RUN, *pages.SHOWN, *pages.FLAGS, "setup"} <= words
