# SPDX-License-Identifier: MIT
"""A content that is not sound is refused with its errno and its position, and is never sent."""

import os
import re

import pytest

import samples
import tools
from checking import check

BAD = samples.corpus("bad")
UNUSED_INPUT = samples.document().replace("inputs: {}\n", "inputs: {unused: {type: string}}\n", 1)
NOT_DSL = "just: yaml\n"
NOT_YAML = "a: [1, 2\n"
TWICE = "meta: {name: x}\nmeta: {name: y}\nsteps: [{name: a}]\n"

# Contents, and the result of a close with each value of validate=.
LEVELS = {
    "sound": (samples.document("sound"), {"none": "ok", "yaml": "ok", "dsl": "ok", "strict": "ok"}),
    "warning": (UNUSED_INPUT, {"none": "ok", "yaml": "ok", "dsl": "ok", "strict": "close EINVAL"}),
    "not-dsl": (NOT_DSL, {"none": "ok", "yaml": "ok", "dsl": "close EINVAL", "strict": "close EINVAL"}),
    "not-yaml": (NOT_YAML, {"none": "ok", "yaml": "close EINVAL", "dsl": "close EINVAL", "strict": "close EINVAL"}),
    "twice": (TWICE, {"none": "ok", "yaml": "close EINVAL", "dsl": "close EINVAL", "strict": "close EINVAL"}),
}


def test_the_corpus_is_there():
    assert len(BAD) >= 19


@pytest.mark.parametrize("path", BAD, ids=map(os.path.basename, BAD))
def test_bad_documents_are_refused_with_their_place(space, path):
    errno_name, place = samples.expectation(path)
    name = os.path.basename(path)
    tools.run("cp", path, space.path).fails(tools.message(errno_name))
    assert space.sent() == (0, 0) and space.jobs() == []
    assert space.id(name) is None
    if errno_name == "EINVAL":
        assert "EINVAL" in space.error(name)
        assert tools.read(space.at(name)) == tools.read(path)
        assert space.fact(name, "state") == "failed"
    if place:
        pattern = re.escape(place) + (r"\d+" if place.endswith(":") else "") + r"\b"
        assert re.search(r"\b" + pattern, space.error(name)), space.error(name)


@pytest.mark.parametrize("level", ["none", "yaml", "dsl", "strict"])
def test_levels(make_space, src, level):
    space = make_space(validate=level)
    for name, (content, outcomes) in LEVELS.items():
        source = tools.write(src / "content", content)
        assert (name, tools.store(source, space.at(name + ".yaml"))) == (name, outcomes[level])
    accepted = [outcomes[level] for _, outcomes in LEVELS.values()].count("ok")
    assert space.sent() == (accepted, 0)


def test_nothing_that_json_cannot_carry_is_sent_at_any_level(make_space, src):
    space = make_space(validate="none")
    source = tools.write(src / "content", b"meta: {name: caf\xe9}\n")
    assert tools.store(source, space.at("a.yaml")) == "close EINVAL"
    assert space.sent() == (0, 0)


def test_unknown_keys_are_nobodys_business(space, src):
    content = samples.document() + "x-owner: me\nonError: {next: [1, 2]}\n"
    assert tools.store(tools.write(src / "content", content), space.at("a.yaml")) == "ok"


def test_a_mended_file_is_submitted_and_its_error_gone(space, src):
    tools.run("cp", tools.write(src / "a.yaml", NOT_DSL), space.path).fails(tools.message("EINVAL"))
    assert space.error("a.yaml")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert not os.path.exists(space.at("a.yaml.error"))
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_a_bad_version_of_a_job_leaves_the_job_as_it_is(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    tools.run("cp", tools.write(src / "a.yaml", NOT_DSL), space.path).fails(tools.message("EINVAL"))
    assert space.only_job()["version"] == "v1"
    assert space.id("a.yaml") == space.only_job()["document_id"]
    assert tools.read(space.at("a.yaml")).decode() == NOT_DSL


def test_cocfs_check_says_what_the_mount_says(make_space, src):
    """The first sentence of .error is one of cocfs-check's errors, for the corpus and for attributes. A content that the mount
    accepts has no error. A content of more than 65536 bytes has one about its size."""
    space = make_space(validate="dsl")
    contents = {os.path.basename(path): tools.read(path) for path in BAD + samples.corpus("good")}
    contents["comment.yaml"] = b"# coc.risk: HIGH\n" + samples.document("comment").encode()
    contents["name.yaml"] = samples.document("x" * 129).encode()
    contents["x" * 129 + ".yaml"] = b"# coc.name: short\n" + samples.document("x").encode()
    refused = 0
    for name, content in contents.items():
        source = tools.write(src / name, content)
        told = [line.split(": error: ", 1)[1].split("; ")[0] for line in check(source).stdout.splitlines() if ": error: " in line]
        done = tools.run("cp", source, space.path)
        if done.status == 0:
            assert told == [], name
        elif len(content) <= 65536:
            refused += 1
            sentence = space.error(name).splitlines()[0]
            assert any(sentence.endswith(text) for text in told), (name, sentence, told)
        else:
            assert "65536 bytes" in told[0], name
    assert refused > 20
