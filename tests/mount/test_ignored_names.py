# SPDX-License-Identifier: MIT
"""-o ignore=: names that end like a job file's are scratch, unless they have a job."""

import os

import pytest

import queues
import samples
import tools

# Names that the tools of docs/tools.md really make.
LEFT_BEHIND = [
    "a_BACKUP_4711.yaml", "a_BASE_4711.yml", "a_LOCAL_4711.yaml", "a_REMOTE_4711.yaml", "a_LOCAL_LCONFL_4711.yaml",
    "a_REMOTE_RCONFL_4711.yaml", "a.sync-conflict-20250701-180239-ABCDEFG.yaml",
    "a (conflicted copy 2025-07-01 180239).yaml", "a (Bob's conflicted copy 2025-07-01).yml",
    "a_conflict-20250701-180239.yaml", "a (SFConflict bob@example.com 2025-07-01-18-02-39).yaml",
    "a_PC_Jul-01-1802-2025_Conflict.yaml", "a (copy: conflict on 2025-07-01).yaml", "a.conflict1.yaml",
]
IGNORED, BAD = "a_LOCAL_1.yaml", "just: yaml\n"


@pytest.mark.parametrize("name", LEFT_BEHIND)
def test_what_tools_leave_behind_is_scratch(space, src, name):
    tools.run("cp", samples.file(src, "x.yaml"), space.at(name)).ok()
    assert space.fact(name, "state") is None and space.id(name) is None
    tools.run("cp", tools.write(src / "bad", BAD), space.at(name)).ok()
    assert space.error(name) is None and os.listdir(space.path) == [name]
    tools.setfattr(space.at(name), "user.coc.risk_level", "HIGH").ok()
    space.settle()
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("name", ["x_LOCAL_db.yaml", "a_LOCAL.yaml", "BASE_1.yaml", "a (conflicted copy).yaml"])
def test_what_people_write_is_a_job(space, src, name):
    tools.run("cp", samples.file(src, "x.yaml"), space.at(name)).ok()
    assert space.id(name) == space.only_job()["document_id"]


def test_no_glob_ignores_nothing(make_space, src):
    space = make_space(ignore="")
    tools.run("cp", samples.file(src, "x.yaml"), space.at(IGNORED)).ok()
    assert space.id(IGNORED) == space.only_job()["document_id"]


def test_globs_of_ones_own_take_the_place_of_the_default(make_space, src):
    space = make_space(ignore="config-*.yaml:*.old.yml:a[:]b*")
    for name in ("config-1.yaml", "x.old.yml", "a:b.yaml"):
        tools.run("cp", samples.file(src, "x.yaml"), space.at(name)).ok()
    assert space.sent() == (0, 0)
    for number, name in enumerate([IGNORED, "x.old.yaml", "sub-config-1.yaml", "ab.yaml"]):
        tools.run("cp", samples.file(src, "x.yaml"), space.at(name)).ok()
        assert space.sent() == (number + 1, 0)


@pytest.mark.parametrize("globs, ignored, job", [
    ("\\*.yaml", "*.yaml", "a.yaml"),
    ("x:\\*.yaml", "*.yaml", "a.yaml"),
    ("\\[a].yaml", "[a].yaml", "a.yaml"),
    ("a\\?.yaml:b.yaml", "a?.yaml", "ab.yaml"),
    ("a\\:b.yaml", "a:b.yaml", "b.yaml"),
    ("\\\\*.yaml", "\\a.yaml", "a.yaml"),
    ("a\\,\\*.yaml", "a,*.yaml", "a,b.yaml"),
    ('"a,\\*.yaml"', "a,*.yaml", "a,b.yaml"),
])
def test_a_backslash_takes_the_meaning_from_a_character(make_space, src, globs, ignored, job):
    """If the backslash did nothing, each of these lists would make scratch files of all job files, or of none."""
    space = make_space(ignore=globs)
    tools.run("cp", samples.file(src, "x.yaml"), space.at(ignored)).ok()
    assert space.fact(ignored, "state") is None and space.sent() == (0, 0)
    tools.run("cp", samples.file(src, "x.yaml"), space.at(job)).ok()
    assert space.id(job) == space.only_job()["document_id"]


@pytest.mark.parametrize("globs, where", [("[", "character 1"), ("[a", "character 1"), ("a\\", "character 2"),
                                          ("x.yaml:*[ab", "\"*[ab\", character 2"), ("[b-a]", "character 2")])
def test_a_glob_that_matches_nothing_is_refused_with_its_position(tmp_path, globs, where):
    (tmp_path / "jobs").mkdir()
    result = tools.run(tools.COCFS, "-f", "-o", "ignore=" + globs, "local", tmp_path / "jobs", seconds=20)
    assert result.status == 1 and "ignore=" + globs in result.stderr and where in result.stderr
    assert not os.path.ismount(tmp_path / "jobs")


SAFE_WRITE = """
import tempfile
for round in args:
    fd, name = tempfile.mkstemp(prefix='config-', suffix='.yaml', dir=os.path.dirname(target))
    attempt(os.write, fd, load(round)); attempt(os.close, fd); attempt(os.replace, name, target)
"""


def test_a_safe_write_through_an_ignored_name_leaves_no_job(make_space, src):
    space = make_space(ignore="config-*.yaml")
    rounds = [samples.file(src, f"{number}.yaml", "job", [str(number)]) for number in range(5)]
    tools.python(SAFE_WRITE, space.at("a.yaml"), *rounds).ok()
    assert space.sent() == (1, 4) and os.listdir(space.path) == ["a.yaml", "a.yaml.id"]
    assert space.only_job()["content"] == tools.read(rounds[-1]).decode()
    result = tools.python(SAFE_WRITE, space.at("a.yaml"), tools.write(src / "bad", BAD))
    assert result.stdout == "replace EINVAL\n" and "EINVAL" in space.error("a.yaml")
    assert space.sent() == (1, 4)


def test_a_job_moved_to_an_ignored_name_leaves_its_binding(space, src):
    """As git mergetool does: one process moves the file, another copies it back."""
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    document_id = space.id("a.yaml")
    tools.run("mv", space.at("a.yaml"), space.at("a_BACKUP_1.yaml")).ok()
    assert space.id("a_BACKUP_1.yaml") is None and space.id("a.yaml") == document_id
    tools.run("cp", space.at("a_BACKUP_1.yaml"), space.at("a.yaml")).ok()
    assert space.sent() == (1, 0)
    tools.run("cp", samples.file(src, "a.yaml", "a", ["new"]), space.path).ok()
    assert space.sent() == (1, 1) and space.only_job()["document_id"] == space.id("a.yaml") == document_id


def test_an_ignored_file_is_like_any_other(space, src):
    """The refusals for a job file, and for names beside it, do not hold for an ignored file."""
    tools.run("cp", samples.file(src, "x.yaml"), space.at(IGNORED)).ok()
    os.truncate(space.at(IGNORED), 1 << 20)
    tools.run("ln", space.at(IGNORED), space.at("other")).ok()
    tools.run("cp", samples.file(src, "x.yaml"), space.at(IGNORED + ".id")).ok()
    tools.run("mv", space.at(IGNORED + ".id"), space.at(IGNORED + ".error")).ok()
    assert sorted(os.listdir(space.path)) == [IGNORED, IGNORED + ".error", "other"]
    tools.run("rm", "-r", space.at(IGNORED), space.at(IGNORED + ".error"), space.at("other")).ok()
    name = "a_LOCAL_1" + "x" * (250 - len(IGNORED)) + ".yaml"  # too long for a job file
    tools.run("touch", space.at(name)).ok()
    assert space.sent() == (0, 0)


@pytest.fixture
def bound(make_space, src):
    """A space mounted with an empty ignore=, so that the file IGNORED has a job."""
    space = make_space(ignore="", mounted=False).mount()
    tools.run("cp", samples.file(src, "x.yaml"), space.at(IGNORED)).ok()
    assert space.sent() == (1, 0)
    return space


def remount(space, **options):
    if space.process is not None:
        space.unmount()
    space.options.update({"ignore": None, **options})
    space.mount()


def test_a_name_that_has_a_job_stays_a_job_file(bound, src):
    document_id = bound.id(IGNORED)
    remount(bound)
    assert bound.id(IGNORED) == document_id and bound.fact(IGNORED, "state") == "submitted"
    assert os.listdir(bound.path) == [IGNORED, IGNORED + ".id"]
    tools.run("cp", samples.file(src, "x.yaml", "x", ["new"]), bound.at(IGNORED)).ok()
    assert bound.sent() == (1, 1)
    tools.run("ln", bound.at(IGNORED), bound.at("other")).fails(tools.message("EPERM"))
    tools.run("mv", bound.at(IGNORED), bound.at("b.yaml")).ok()  # to a job file name the file takes its job along
    assert bound.id("b.yaml") == document_id
    tools.run("cp", src / "x.yaml", bound.at(IGNORED)).ok()
    assert bound.sent() == (1, 1) and bound.fact(IGNORED, "state") is None


def test_without_its_job_it_is_scratch(bound, src):
    remount(bound)
    tools.run("setfattr", "-x", "coc.job_id", bound.at(IGNORED)).ok()
    assert bound.fact(IGNORED, "state") is None and os.listdir(bound.path) == [IGNORED]
    tools.run("cp", samples.file(src, "x.yaml", "x", ["new"]), bound.at(IGNORED)).ok()
    assert bound.sent() == (1, 0)


def test_removing_it_with_delete_service_deletes_its_job(bound):
    remount(bound, delete="service")
    tools.run("rm", bound.at(IGNORED)).ok()
    assert bound.jobs() == []


def test_what_is_queued_for_it_is_sent_and_told(make_space, src):
    space = make_space(ignore="", submit="queue", mounted=False)
    space.front.refuse()
    space.mount()
    queues.put(space, src, IGNORED)
    space.front.accept()
    remount(space)
    assert space.fact(IGNORED, "state") is not None
    queues.wait(space.path).ok()
    assert space.id(IGNORED) == space.only_job()["document_id"]


def test_a_name_gets_its_job_with_its_directorys_name(bound, src):
    """A name gets its job with the directory's name, even if it had no job when its .id was asked for."""
    os.mkdir(bound.at("e"))
    tools.run("mv", bound.at(IGNORED), bound.at("e")).ok()
    document_id = bound.id("e/" + IGNORED)
    tools.run("rm", "-r", bound.at("e")).ok()
    remount(bound)
    os.mkdir(bound.at("d"))
    tools.run("cp", samples.file(src, "x.yaml"), bound.at("d", IGNORED)).ok()
    assert bound.id("d/" + IGNORED) is None
    tools.run("mv", bound.at("d"), bound.at("e")).ok()
    assert bound.id("e/" + IGNORED) == document_id and bound.fact("e/" + IGNORED, "state") == "submitted"


def test_waiting_passes_over_it_and_says_so_when_it_is_named(space, src):
    tools.run("cp", samples.file(src, "x.yaml"), space.at(IGNORED)).ok()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    queues.wait(space.path).ok()
    result = queues.wait(space.at(IGNORED))
    assert result.status == 1 and "not a job file" in result.stderr
