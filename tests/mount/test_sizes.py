# SPDX-License-Identifier: MIT
"""Contents that are too big, empty, the same again, or different."""

import os

import pytest

import front as f
import samples
import tools

FULL = samples.document() + "# " + "x" * (65536 - len(samples.document()) - 3) + "\n"
assert len(FULL) == 65536

WRITE_MORE = """
content, chunk = load(args[0]), int(args[1])
fd = attempt(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
for at in range(0, len(content), chunk):
    attempt(os.write, fd, content[at:at + chunk])
try:
    os.write(fd, b'x')
    print('write took it')
except OSError as e:
    print('write', errno.errorcode[e.errno])
try:
    os.close(fd)
except OSError:
    pass
"""


@pytest.mark.parametrize("chunk", [65536, 4096, 1000])
def test_one_byte_too_many_is_refused_at_the_write_and_nothing_is_sent(space, src, chunk):
    full = tools.write(src / "full", FULL)
    assert tools.python(WRITE_MORE, space.at("a.yaml"), full, chunk).stdout.strip() == "write EFBIG"
    assert space.sent() == (0, 0) and space.id("a.yaml") is None
    tools.run("cp", full, space.at("a.yaml")).ok()
    assert space.only_job()["content"] == FULL


@pytest.mark.parametrize("command", [
    'truncate -s 65537 "$1"', 'fallocate -l 65537 "$1"',
    'dd if=/dev/zero of="$1" bs=1 count=1 seek=65536 conv=notrunc status=none',
    'head -c 65537 /dev/zero > "$1"', 'cat "$2" > "$1"; echo >> "$1"'])
def test_no_way_beyond(space, src, command):
    full = tools.write(src / "full", FULL)
    result = tools.sh(command, space.at("a.yaml"), full)
    assert result.status != 0 and tools.message("EFBIG") in result.stderr, result
    assert os.stat(space.at("a.yaml")).st_size <= 65536


def test_a_scratch_file_may_be_big_but_not_become_a_job(space):
    tools.run("dd", "if=/dev/zero", f"of={space.at('big.txt')}", "bs=1M", "count=3", "status=none").ok()
    tools.run("mv", space.at("big.txt"), space.at("a.yaml")).fails(tools.message("EFBIG"))
    assert os.stat(space.at("big.txt")).st_size == 3 << 20
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("command", ['touch "$1"', ': > "$1"', 'cp /dev/null "$1"', 'truncate -s 0 "$1"'])
def test_an_empty_file_is_a_draft(space, command):
    tools.sh(command, space.at("a.yaml")).ok()
    assert os.listdir(space.path) == ["a.yaml"]
    assert space.fact("a.yaml", "state") == "draft"
    assert space.sent() == (0, 0)


def test_emptying_a_job_file_sends_nothing_and_keeps_its_binding(space, src):
    source = samples.file(src, "a.yaml")
    tools.run("cp", source, space.path).ok()
    tools.sh(': > "$1"', space.at("a.yaml")).ok()
    assert space.sent() == (1, 0)
    samples.file(src, "a.yaml", "other")
    tools.run("cp", source, space.path).ok()
    assert space.sent() == (1, 1) and space.only_job()["version"] == "v2"


@pytest.mark.parametrize("again", ['cp "$1" "$2"', 'cat "$1" > "$2"', 'touch "$2"', 'install "$1" "$2"',
                                   'cp --remove-destination "$1" "$2"', 'printf "" >> "$2"'])
def test_the_same_content_again_sends_nothing(space, src, again):
    source = samples.file(src, "a.yaml")
    tools.run("cp", source, space.path).ok()
    tools.sh(again, source, space.at("a.yaml")).ok()
    assert space.sent() == (1, 0)
    assert space.only_job()["version"] == "v1"


def test_other_content_makes_versions_of_the_same_job(space, src):
    for version, name in enumerate(["one", "two", "one"], 1):
        tools.run("cp", samples.file(src, "a.yaml", name), space.path).ok()
        job = space.only_job()
        assert (job["version"], job["name"]) == (f"v{version}", name)
        assert job["content"] == samples.document(name)
        assert space.id("a.yaml") == job["document_id"]
        assert space.fact("a.yaml", "version") == f"v{version}"
    assert space.sent() == (1, 2)


def test_two_files_with_the_same_content_are_two_jobs(space, src):
    source = samples.file(src, "a.yaml")
    tools.run("cp", source, space.at("a.yaml")).ok()
    tools.run("cp", source, space.at("b.yaml")).ok()
    assert len(space.jobs()) == 2
    assert space.id("a.yaml") != space.id("b.yaml")


# ---- an update has less room than a create ----

SMALL = samples.document()


def of_size(size, fill="x"):
    return SMALL + "# " + fill * (size - len(SMALL) - 3) + "\n"


def test_an_update_takes_one_byte_less_than_a_create(space, src):
    full = tools.write(src / "full", of_size(65536))
    tools.run("cp", full, space.at("a.yaml")).ok()
    assert tools.store(tools.write(src / "other", of_size(65536, "y")), space.at("a.yaml")) == "close EFBIG"
    story = space.error("a.yaml")
    assert "65536 bytes" in story and "65535" in story and "what_to_do: make the file at most 65535 bytes" in story
    assert space.sent() == (1, 0) and space.fact("a.yaml", "state") == "failed"
    assert tools.read(space.at("a.yaml")).decode() == of_size(65536, "y")
    tools.run("cp", full, space.at("a.yaml")).ok()  # the service already holds this content: nothing is sent
    assert space.sent() == (1, 0) and space.error("a.yaml") is None
    tools.run("cp", tools.write(src / "less", of_size(65535, "y")), space.at("a.yaml")).ok()
    assert space.only_job()["content"] == of_size(65535, "y")


def test_an_attribute_of_a_job_of_full_size_cannot_change(space, src):
    tools.run("cp", tools.write(src / "full", of_size(65536)), space.at("a.yaml")).ok()
    tools.setfattr(space.at("a.yaml"), "user.coc.risk_level", "HIGH").fails(tools.message("EFBIG"))
    assert space.sent() == (1, 0) and "65535" in space.error("a.yaml")


def test_content_that_becomes_an_update_while_it_waits(make_space, src):
    space = make_space()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    first = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    assert gate.wait_held()
    waiting = tools.popen("cp", tools.write(src / "full", of_size(65536)), space.at("a.yaml"))
    tools.eventually(lambda: os.stat(space.at("a.yaml")).st_size == 65536, "the second to be written")
    gate.open()
    tools.finish(first)
    tools.finish(waiting).fails(tools.message("EFBIG"))
    assert space.sent() == (1, 0) and "65535" in space.error("a.yaml")


def test_a_queue_refuses_it_at_once_or_tells_it_later(make_space, src):
    space = make_space(submit="queue")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert gate.wait_held()
    full = tools.write(src / "full", of_size(65536))
    tools.run("cp", full, space.at("a.yaml")).ok()  # accepted: if the first create fails, this content is sent as a create
    gate.open()
    space.settle()
    assert space.fact("a.yaml", "state") == "failed" and "errno: EFBIG" in space.error("a.yaml")
    tools.run("cp", samples.file(src, "b.yaml", "b"), space.path).ok()
    space.settle()
    tools.run("cp", full, space.at("b.yaml")).fails(tools.message("EFBIG"))
    assert len(space.updates()) == 0


def test_one_version_too_many_says_the_way_out(make_space, src):
    space = make_space()
    for number in range(100):
        assert tools.store(samples.file(src, "a.yaml", f"v{number}"), space.at("a.yaml")) == "ok"
    assert space.fact("a.yaml", "version") == "v100"
    old = space.id("a.yaml")
    source = samples.file(src, "a.yaml", "v100")
    tools.run("cp", source, space.path).fails(tools.message("EDQUOT"))
    assert "setfattr -x coc.job_id FILE" in space.error("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    tools.run("cp", source, space.path).ok()
    assert space.id("a.yaml") not in (None, old) and len(space.jobs()) == 2


def test_one_version_too_many_by_others(space, src):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    space.front.rule(f.refuses(400, "COC.00042199", "The document has 100 versions"), "PUT")
    tools.run("cp", samples.file(src, "a.yaml", "more"), space.path).fails(tools.message("EDQUOT"))
    assert "setfattr -x coc.job_id FILE" in space.error("a.yaml")


# ---- limits of attributes, in characters ----

@pytest.mark.parametrize("attribute, most", [("name", 128), ("description", 128), ("enterprise_project_id", 128)])
@pytest.mark.parametrize("character", ["x", "重", "🚀"])
def test_the_api_limits_characters(space, src, attribute, most, character):
    tools.write(space.at("a.yaml"), "")
    tools.setfattr(space.at("a.yaml"), f"user.coc.{attribute}", character * (most + 1)).fails(tools.message("EINVAL"))
    assert space.sent() == (0, 0)
    tools.setfattr(space.at("a.yaml"), f"user.coc.{attribute}", character * most).ok()
    tools.run("cp", samples.file(src, "a.yaml"), space.at("a.yaml")).ok()
    assert space.only_job()[attribute] == character * most


@pytest.mark.parametrize("field", ["name", "description"])
def test_the_api_limits_what_a_document_says_of_itself(space, src, field):
    long = samples.document(**{field: "重" * 129})
    assert tools.store(tools.write(src / "a.yaml", long), space.at("a.yaml")) == "close EINVAL"
    assert space.sent() == (0, 0) and "128" in space.error("a.yaml")
