# SPDX-License-Identifier: MIT
"""The versions of a job are files in .coc/versions. Also: what happens when a job has as many versions as the service keeps."""

import os
import subprocess

import pytest

import front as fronts
import samples
import tools
import two_writers
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401
from two_writers import save

LONG = "3600"  # a refresh interval that no test outlasts


@pytest.fixture
def space(make_space):
    return make_space(refresh=LONG)


def document(step):
    return samples.document("job", [step])


def console(space, document_id, step, **fields):
    two_writers.console(space, document_id, document(step), **fields)


def make(space, src, n=3, name="a.yaml"):
    for number in range(n):
        save(space, src, f"step {number + 1}", name).ok()
    return space.id(name)


def versions(space, *parts):
    return space.at(".coc", "versions", *parts)


# ---- which files there are ----

def test_each_version_is_a_file(space, src):
    make(space, src)
    assert os.listdir(versions(space, "a.yaml")) == ["v1.yaml", "v2.yaml", "v3.yaml"]
    for number in (1, 2, 3):
        assert tools.run("cat", versions(space, "a.yaml", f"v{number}.yaml")).ok().stdout == document(f"step {number}")


def test_a_version_that_was_asked_for_before_it_was_there_comes(space, src):
    assert not os.path.exists(versions(space, "a.yaml"))
    make(space, src, 1)
    assert os.listdir(versions(space, "a.yaml")) == ["v1.yaml"]
    assert not os.path.exists(versions(space, "a.yaml", "v2.yaml"))
    save(space, src, "step 2").ok()
    assert tools.run("cat", versions(space, "a.yaml", "v2.yaml")).ok().stdout == document("step 2")


def test_going_back_is_a_copy(space, src):
    job = make(space, src)
    tools.run("cp", versions(space, "a.yaml", "v1.yaml"), space.at("a.yaml")).ok()
    assert space.job(job)["content"] == document("step 1") and space.job(job)["version"] == "v4"
    assert space.fact("a.yaml", "base") == "v4" and len(os.listdir(versions(space, "a.yaml"))) == 4


def test_the_directories_are_those_of_the_space(space, src):
    for name in ("a.yaml", "sub/b.yml", "sub/deep/er/c.yaml", "sub-x/d.yaml", "only/deep/e.yaml"):
        os.makedirs(os.path.dirname(space.at(name)), exist_ok=True)
        make(space, src, 1, name)
    os.mkdir(space.at("empty"))
    tools.write(space.at("sub", "scratch"), b"x")
    found = tools.run("find", versions(space), "-type", "f", "-printf", "%P\\n").ok().stdout.split()
    assert sorted(found) == ["a.yaml/v1.yaml", "only/deep/e.yaml/v1.yaml", "sub-x/d.yaml/v1.yaml", "sub/b.yml/v1.yaml",
                             "sub/deep/er/c.yaml/v1.yaml"]
    assert sorted(os.listdir(versions(space))) == ["a.yaml", "only", "sub", "sub-x"]
    assert sorted(os.listdir(versions(space, "sub"))) == ["b.yml", "deep"]


def test_a_file_that_moves_takes_its_versions_along(space, src):
    make(space, src, 2)
    os.mkdir(space.at("sub"))
    os.rename(space.at("a.yaml"), space.at("sub", "b.yaml"))
    assert os.listdir(versions(space)) == ["sub"] and os.listdir(versions(space, "sub", "b.yaml")) == ["v1.yaml", "v2.yaml"]
    assert not os.path.exists(versions(space, "a.yaml"))


def test_what_has_no_job_has_no_versions(space, src):
    tools.write(space.at("draft.yaml"), b"")
    tools.write(space.at("scratch"), b"x")
    make(space, src, 1, "gone.yaml")
    os.remove(space.at("gone.yaml"))
    os.mkdir(space.at(".git"))
    assert os.listdir(versions(space)) == []
    for name in ("draft.yaml", "scratch", "gone.yaml", ".git", "nothing", "v1.yaml"):
        assert not os.path.exists(versions(space, name)), name


@pytest.mark.parametrize("name", ["v0.yaml", "v4.yaml", "v01.yaml", "v1", "v1.yml", "v.yaml", ".yaml", "v1.yaml.id", "v9999999999999.yaml"])
def test_what_is_no_version_is_not_there(space, src, name):
    make(space, src)
    assert not os.path.exists(versions(space, "a.yaml", name))


def test_a_version_that_a_conflict_names_is_where_the_story_says(space, src):
    os.mkdir(space.at("sub"))
    job = make(space, src, 1, "sub/a.yaml")
    console(space, job, "theirs")
    save(space, src, "mine", "sub/a.yaml").fails(tools.message("ESTALE"))
    path = ".coc/versions/sub/a.yaml/v2.yaml"
    assert path in space.error("sub/a.yaml")
    assert tools.run("cat", space.at(path)).ok().stdout == document("theirs")
    tools.run("cp", space.at(path), space.at("sub/a.yaml")).ok()
    assert space.error("sub/a.yaml") is None and space.fact("sub/a.yaml", "base") == "v2"


def test_an_import_has_versions(make_space, src):
    space = make_space(refresh="0")
    theirs = space.cocd.client().create(name="theirs", content=document("one"))
    console(space, theirs, "two", name="theirs")
    tools.eventually(lambda: "theirs.yaml" in os.listdir(space.path), "the import")
    assert os.listdir(versions(space)) == ["theirs.yaml"]
    assert os.listdir(versions(space, "theirs.yaml")) == ["v1.yaml", "v2.yaml"]
    assert tools.run("cat", versions(space, "theirs.yaml", "v1.yaml")).ok().stdout == document("one")


# ---- how many requests ----

def test_a_listing_asks_for_no_version(space, src):
    make(space, src)
    before = len(space.shows())
    for command in (["ls", "-aR"], ["find"], ["find", "-type", "f"]):
        tools.run("env", "-C", space.at(".coc", "versions"), *command).ok()
    assert len(space.shows()) == before


def test_a_stat_tells_the_size_and_the_time_of_a_version(space, src):
    job = make(space, src)
    before = len(space.shows())
    for number in (1, 2, 3):
        path = versions(space, "a.yaml", f"v{number}.yaml")
        for _ in range(2):
            assert os.stat(path).st_size == len(document(f"step {number}"))
    newest = os.stat(versions(space, "a.yaml", "v3.yaml"))
    assert int(newest.st_mtime * 1000) == space.job(job)["update_time"]
    assert len(space.shows()) == before + 3
    listed = tools.run("ls", "-l", versions(space, "a.yaml")).ok().stdout.splitlines()[1:]
    assert [int(line.split()[4]) for line in listed] == [len(document(f"step {number}")) for number in (1, 2, 3)]
    assert len(space.shows()) == before + 3


COPIES = {
    "rsync": ["rsync", "-a", "{}/a.yaml/", "{}"],
    "tar": ["sh", "-c", "tar cf - -C '{}/a.yaml' . | tar xf - -C '{}'"],
    "python": ["python3", "-c", "import shutil, sys; shutil.copytree(sys.argv[1], sys.argv[2], dirs_exist_ok=True)", "{}/a.yaml", "{}"],
    "cp": ["cp", "-a", "{}/a.yaml/.", "{}"],
}


@pytest.mark.parametrize("tool", COPIES)
def test_a_tool_that_believes_the_size_copies_the_whole_text(space, src, tmp_path, tool):
    """The size of a version is not known before the version was fetched, so a stat must fetch it."""
    tools.need(COPIES[tool][0])
    make(space, src)
    places = iter((versions(space), tmp_path / "copy"))
    os.mkdir(tmp_path / "copy")
    tools.run(*(word.replace("{}", "%s") % tuple(next(places) for _ in range(word.count("{}"))) for word in COPIES[tool])).ok()
    for number in (1, 2, 3):
        assert tools.read(tmp_path / "copy" / f"v{number}.yaml").decode() == document(f"step {number}")


def test_going_back_by_rsync_never_empties_the_file(space, src):
    tools.need("rsync")
    job = make(space, src)
    save(space, src, "another size").ok()  # because rsync compares the size and the time
    tools.run("rsync", "-a", versions(space, "a.yaml", "v1.yaml"), space.at("a.yaml")).ok()
    assert tools.read(space.at("a.yaml")).decode() == document("step 1") == space.job(job)["content"]


def test_a_stat_of_a_version_waits_for_an_answer_and_says_when_there_is_none(space, src):
    job = make(space, src)
    first = versions(space, "a.yaml", "v1.yaml")
    space.front.rule(fronts.cuts(fronts.REQUEST), "GET", f"/v1/documents/{job}", times=None)
    tools.run("stat", first).fails()
    assert sorted(os.listdir(versions(space, "a.yaml"))) == ["v1.yaml", "v2.yaml", "v3.yaml"]


def test_a_directory_whose_check_is_due_asks_once(make_space, src):
    space = make_space(refresh="0")
    job = make(space, src, 1)
    console(space, job, "theirs")
    before = len(space.shows())
    assert os.listdir(versions(space, "a.yaml")) == ["v1.yaml", "v2.yaml"]
    assert len(space.shows()) == before + 1


def test_what_was_read_is_not_asked_for_again(space, src, tmp_path):
    make(space, src)
    before = len(space.shows())
    for number in range(3):
        tools.run("cp", "-r", versions(space), tmp_path / f"copy-{number}").ok()
    assert len(space.shows()) == before + 3
    for number in (1, 2, 3):
        assert tools.read(tmp_path / "copy-2" / "a.yaml" / f"v{number}.yaml").decode() == document(f"step {number}")


def test_many_files_are_listed_whole(space, src):
    """The listing takes cocfs more than one slice of work, and more than one answer to the kernel."""
    job = make(space, src, 1, "first.yaml")
    assert job
    for number in range(250):
        tools.write(space.at(f"{number:03}-{'x' * 100}.yaml"), document("step").encode())
    assert len(os.listdir(versions(space))) == 251
    assert len(tools.run("ls", "-l", versions(space)).ok().stdout.splitlines()) == 252


# ---- what is refused ----

@pytest.mark.parametrize("command", [
    ["rm", "-f", "{}/a.yaml/v1.yaml"], ["touch", "{}/a.yaml/v9.yaml"], ["mkdir", "{}/sub"], ["rmdir", "{}/a.yaml"],
    ["mv", "{}/a.yaml/v1.yaml", "{}/a.yaml/v9.yaml"], ["truncate", "-s0", "{}/a.yaml/v1.yaml"],
    ["ln", "{}/a.yaml/v1.yaml", "{}/link"], ["sh", "-c", "echo x > {}/a.yaml/v1.yaml"]])
def test_nothing_can_be_changed(space, src, command):
    make(space, src, 1)
    result = tools.run(*(word.format(versions(space)) for word in command))
    assert result.status != 0, result
    assert tools.run("cat", versions(space, "a.yaml", "v1.yaml")).ok().stdout == document("step 1")


def test_while_the_service_is_away_what_was_read_can_be_read(space, src):
    make(space, src)
    first, second = versions(space, "a.yaml", "v1.yaml"), versions(space, "a.yaml", "v2.yaml")
    tools.run("cat", first).ok()
    space.front.rule(fronts.cuts(fronts.REQUEST), times=None)
    assert tools.run("cat", first).ok().stdout == document("step 1")
    assert tools.run("cat", second).status != 0
    assert len(os.listdir(versions(space, "a.yaml"))) == 3


def test_a_reader_may_be_interrupted(space, src):
    job = make(space, src)
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{job}")
    reader = tools.popen("cat", versions(space, "a.yaml", "v1.yaml"))
    assert gate.wait_held()
    reader.terminate()
    tools.finish(reader)
    assert space.unmount() == 0
    gate.open()
    space.mount()


def test_who_may_not_read_the_file_reads_no_version(make_space, src):
    if os.geteuid():
        pytest.skip("only root can be several users")
    space = make_space(allow_other=True, refresh=LONG)
    make(space, src, 1)
    os.mkdir(space.at("closed"), 0o700)
    make(space, src, 1, "closed/b.yaml")
    os.chmod(space.at("a.yaml"), 0o640)

    def as_nobody(*argv):
        return subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", *argv], capture_output=True,
                              check=False)

    assert b"v1.yaml" not in as_nobody("ls", versions(space, "a.yaml")).stdout
    assert as_nobody("cat", versions(space, "a.yaml", "v1.yaml")).returncode != 0
    assert as_nobody("cat", versions(space, "closed", "b.yaml", "v1.yaml")).returncode != 0
    os.chmod(space.at("a.yaml"), 0o644)
    assert as_nobody("cat", versions(space, "a.yaml", "v1.yaml")).stdout == document("step 1").encode()


# ---- the last versions ----

def test_from_version_90_on_it_is_told_how_many_are_left(space, src):
    job = make(space, src, 1)
    for number in range(2, 89):
        console(space, job, f"console {number}")
    console(space, job, "step 89")
    save(space, src, "step 89").ok()  # the same text: nothing is sent
    tools.run("cat", space.at("a.yaml")).ok()
    tools.run("setfattr", "-n", "coc.base", "-v", "v88", space.at("a.yaml")).ok()
    assert "more can be written" not in (space.fact("a.yaml", "warnings") or "")
    save(space, src, "step 90").ok()
    tools.eventually(lambda: "more can be written" in (space.fact("a.yaml", "warnings") or ""), "the warning")
    newest = int(space.fact("a.yaml", "version")[1:])
    assert f"{newest} of 100 versions: {100 - newest} more" in space.fact("a.yaml", "warnings")
    for number in range(newest + 1, 101):
        save(space, src, f"step {number}").ok()
    assert "0 more" in space.fact("a.yaml", "warnings")
    before = len(space.updates())
    save(space, src, "one too many").fails(tools.message("EDQUOT"))
    assert len(space.updates()) == before and space.job(job)["version"] == "v100"
    assert "setfattr -x coc.job_id" in space.error("a.yaml") and "one too many" in tools.read(space.at("a.yaml")).decode()
    # the error names setfattr -x: then a new job is made
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    save(space, src, "one more").ok()
    assert space.id("a.yaml") != job and space.fact("a.yaml", "version") == "v1"


def test_what_the_service_says_at_its_limit_is_the_same(make_space, src):
    """Without the check before an update, the service itself refuses it."""
    space = make_space(conflict="overwrite", refresh=LONG)
    job = make(space, src, 1)
    for number in range(2, 100):
        console(space, job, f"console {number}")
    save(space, src, "step 100").ok()
    save(space, src, "one too many").fails(tools.message("EDQUOT"))
    assert "setfattr -x coc.job_id" in space.error("a.yaml") and space.job(job)["version"] == "v100"
