# SPDX-License-Identifier: MIT
"""Adoption: a file takes a job that the service already has, instead of making a second job.

Host A and host B are two mounts of one account. A third client makes and writes jobs without them, as the console does.
"""

import os
import shutil
import signal

import pytest

import front as fronts
import mounting
import queues
import samples
import test_owners as owners
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

DOCUMENTS = "/v1/documents"
MINE, THEIRS = samples.document("job", ["mine"]), samples.document("job", ["theirs"])


@pytest.fixture
def hosts(cocd, front, mounts, tmp_path):
    """hosts("a", option=value, …): a mount as on another machine, with a state directory of its own."""
    def make(name, **options):
        base = tmp_path / name
        base.mkdir(exist_ok=True)
        return mounts(mounting.Space(cocd, front, base, **options)).mount()
    return make


@pytest.fixture
def console(cocd):
    """A client that makes and writes jobs without a mount."""
    return Console(cocd.client())


class Console:
    def __init__(self, client):
        self.client = client

    def make(self, content=MINE, name="job", project="0", risk="LOW", description=""):
        return self.client.create(name=name, content=content, enterprise_project_id=project, risk_level=risk,
                                  description=description)

    def write(self, document_id, content=THEIRS, **fields):
        self.client.ask("PUT", f"{DOCUMENTS}/{document_id}",
                        body={"name": "job", "content": content, "risk_level": "LOW", **fields})

    def delete(self, document_id):
        self.client.delete(document_id)


def save(space, content=MINE, name="a.yaml"):
    """Writes content to the file called name in a space, with cp. Returns the result of cp."""
    source = tools.write(os.path.join(space.base, "source.yaml"), content)
    return tools.run("cp", source, space.at(name))


def seen(space, first=0):
    """Returns the requests about jobs from number first on: "LIST" for a list of the jobs of one name, else the method. The list of
    all jobs, which a mount reads at its start, is left out."""
    calls = [call for call in space.calls()[first:] if call.path.startswith(DOCUMENTS)]
    return ["LIST" if call.path == DOCUMENTS and call.method == "GET" else call.method
            for call in calls if call.path != DOCUMENTS or call.method != "GET" or "name_like" in dict(call.query)]


# ---- adopt=same: a file takes the job that has the same text ----

def test_a_file_takes_the_job_that_has_its_text(hosts, console):
    theirs = console.make()
    space = hosts("a")
    save(space).ok()
    assert space.id("a.yaml") == theirs and space.only_job()["version"] == "v1"
    assert seen(space) == ["LIST", "GET"]
    assert space.fact("a.yaml", "state") == "submitted" and space.error("a.yaml") is None
    assert space.fact("a.yaml", "base") == "v1" == space.fact("a.yaml", "version")
    assert queues.metrics(space)["cocfs_adopted_total"] == 1
    save(space).ok()  # the same text again sends nothing
    assert seen(space) == ["LIST", "GET"]
    save(space, THEIRS).ok()
    assert space.only_job()["content"] == THEIRS and space.id("a.yaml") == theirs
    save(space, samples.document("b"), "b.yaml").ok()  # a job is made, not adopted: the count stays
    assert queues.metrics(space)["cocfs_adopted_total"] == 1


def test_it_is_the_newest_text_that_counts(hosts, console):
    theirs = console.make(THEIRS)
    console.write(theirs, MINE)
    space = hosts("a")
    save(space).ok()
    assert space.id("a.yaml") == theirs and space.only_job()["version"] == "v2"
    assert space.fact("a.yaml", "base") == "v2"


@pytest.mark.parametrize("other", [{"content": THEIRS}, {"name": "job2"}, {"name": "job "}, {"name": "Job"}, {"project": "p1"}],
                         ids=lambda other: next(iter(other.items())) and "-".join(other).strip() + str(len(str(other))))
def test_another_text_name_or_project_is_another_job(hosts, console, other):
    theirs = console.make(**other)
    space = hosts("a")
    save(space).ok()
    assert space.id("a.yaml") not in (None, theirs) and len(space.jobs()) == 2


def test_two_jobs_of_one_text_are_no_choice_for_a_machine(hosts, console):
    both = {console.make(), console.make()}
    other = console.make(THEIRS)
    space = hosts("a")
    save(space).fails(tools.message("EEXIST"))
    story = space.error("a.yaml")
    assert all(one in story for one in both) and other not in story
    assert "setfattr -n coc.job_id -v ID FILE" in story and "adopt=never" in story
    assert space.id("a.yaml") is None and len(space.jobs()) == 3 and space.fact("a.yaml", "state") == "failed"
    console.delete(both.pop())  # a person has removed one of the two
    save(space).ok()
    assert {space.id("a.yaml")} == both


def test_what_is_in_the_queue_is_decided_when_it_is_sent(hosts, console):
    theirs = console.make()
    console.make(THEIRS, "two"), console.make(THEIRS, "two")
    space = hosts("a", submit="queue")
    save(space).ok()
    save(space, THEIRS.replace("name: job", "name: two"), "b.yaml").ok()
    space.settle()
    assert space.id("a.yaml") == theirs
    save(space, samples.document("two", ["theirs"]), "c.yaml").ok()
    space.settle()


def test_an_ambiguous_one_in_the_queue_ends_as_failed(hosts, console):
    console.make(), console.make()
    space = hosts("a", submit="queue")
    save(space).ok()
    space.settle()
    assert space.fact("a.yaml", "state") == "failed" and "2 jobs of this name and content" in space.error("a.yaml")
    assert len(space.jobs()) == 2 and len(space.creates()) == 0


def test_with_adopt_never_a_job_is_made(hosts, console):
    theirs = console.make()
    space = hosts("a", adopt="never")
    save(space).ok()
    assert space.id("a.yaml") not in (None, theirs) and len(space.jobs()) == 2
    assert seen(space) == ["LIST", "POST"]


def test_a_copy_in_the_space_makes_a_job_of_its_own(hosts):
    space = hosts("a")
    save(space).ok()
    tools.run("cp", space.at("a.yaml"), space.at("b.yaml")).ok()
    assert len({space.id("a.yaml"), space.id("b.yaml")}) == 2 == len(space.jobs())


def test_a_job_that_was_forgotten_is_not_taken(hosts):
    space = hosts("a")
    save(space).ok()
    forgotten = space.id("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    save(space).ok()
    assert space.id("a.yaml") not in (None, forgotten) and len(space.jobs()) == 2


# ---- adopt=name: a file takes the job that has the same name, and updates the text ----

def test_by_name_one_changed_file_is_one_update(hosts, console):
    theirs = console.make(THEIRS)
    space = hosts("a", adopt="name")
    save(space).ok()
    assert space.id("a.yaml") == theirs and space.sent() == (0, 1)
    job = space.only_job()
    assert job["content"] == MINE and job["version"] == "v2"
    assert space.fact("a.yaml", "base") == "v2" == space.fact("a.yaml", "version")
    assert seen(space) == ["LIST", "GET", "PUT", "GET"]


def test_by_name_the_job_that_is_equal_goes_first(hosts, console):
    console.make(THEIRS)
    same = console.make()
    space = hosts("a", adopt="name")
    save(space).ok()
    assert space.id("a.yaml") == same and space.sent() == (0, 0)


def test_by_name_two_other_texts_are_no_choice(hosts, console):
    both = {console.make(THEIRS), console.make(samples.document("job", ["more"]))}
    space = hosts("a", adopt="name")
    save(space).fails(tools.message("EEXIST"))
    assert all(one in space.error("a.yaml") for one in both)
    assert space.sent() == (0, 0)


def test_by_name_a_second_path_of_one_name_is_refused(hosts, console):
    theirs = console.make(THEIRS)
    space = hosts("a", adopt="name")
    save(space).ok()
    save(space, samples.document("job", ["other"]), "b.yaml").fails(tools.message("EEXIST"))
    assert theirs in space.error("b.yaml") and space.id("b.yaml") is None
    assert space.only_job()["content"] == MINE


def test_by_name_the_refusal_names_the_file_and_a_way_out(hosts):
    space = hosts("a", adopt="name")
    os.mkdir(space.at("old"))
    save(space, name="old/a.yaml").ok()
    id_ = space.id("old/a.yaml")
    save(space, THEIRS, "a.yaml").fails(tools.message("EEXIST"))
    assert "old/a.yaml" in space.error("a.yaml").splitlines()[0] and id_ in space.error("a.yaml")
    os.unlink(space.at("old/a.yaml"))
    save(space, THEIRS, "a.yaml").ok()
    assert space.id("a.yaml") == id_ and space.only_job()["content"] == THEIRS


# ---- a file moves: its old name has no file ----

@pytest.mark.parametrize("edited", [False, True])
def test_a_file_that_a_tool_moves_keeps_its_job(hosts, edited):
    """rsync --delete and git checkout remove the file at the old name, and write it at the new name."""
    space = hosts("a", adopt="name")
    source = os.path.join(space.base, "src")
    os.makedirs(source + "/old")
    tools.write(source + "/old/a.yaml", MINE)
    tools.run("rsync", "-r", "--delete", source + "/", space.path + "/").ok()
    id_ = space.id("old/a.yaml")
    os.rename(source + "/old", source + "/new")
    if edited:
        tools.write(source + "/new/a.yaml", THEIRS)
    tools.run("rsync", "-r", "--delete", source + "/", space.path + "/").ok()
    assert space.id("new/a.yaml") == id_ and space.only_job()["content"] == (THEIRS if edited else MINE)
    assert space.sent() == (1, int(edited))
    assert space.fact("new/a.yaml", "version") == space.fact("new/a.yaml", "base") == ("v2" if edited else "v1")
    # the old name remembers no job: a file there is like any second file
    os.makedirs(space.at("old"), exist_ok=True)
    save(space, MINE, "old/a.yaml").fails(tools.message("EEXIST"))
    assert len(space.jobs()) == 1
    space.remount()
    assert space.id("new/a.yaml") == id_


@pytest.mark.parametrize("text", [MINE, THEIRS], ids=["equal", "other"])
def test_with_same_a_file_elsewhere_is_a_copy(hosts, text):
    """The removed name keeps its job. The file elsewhere may come from the same template, so cocfs does not take it for the moved
    file."""
    space = hosts("a")
    save(space).ok()
    id_ = space.id("a.yaml")
    os.unlink(space.at("a.yaml"))
    save(space, text, "b.yaml").ok()
    assert space.id("b.yaml") != id_ and len(space.jobs()) == 2
    save(space).ok()
    assert space.id("a.yaml") == id_


@pytest.mark.parametrize("adopt", ["same", "name", "never"])
@pytest.mark.parametrize("text", ["", MINE, THEIRS], ids=["empty", "equal", "other"])
def test_the_job_of_a_removed_file_can_be_named(hosts, adopt, text):
    space = hosts("a", adopt=adopt)
    save(space).ok()
    id_ = space.id("a.yaml")
    os.unlink(space.at("a.yaml"))
    tools.write(space.at("b.yaml"), "")
    tools.run("setfattr", "-n", "coc.job_id", "-v", id_, space.at("b.yaml")).ok()
    assert space.id("b.yaml") == id_ and tools.read(space.at("b.yaml")).decode() == MINE
    if text:
        save(space, text, "b.yaml").ok()
    assert space.sent() == (1, int(text == THEIRS))
    save(space, THEIRS if adopt != "name" else samples.document("other", ["x"]), "a.yaml").ok()
    assert space.id("a.yaml") not in (None, id_)


def test_what_a_colleague_wrote_is_in_the_way_of_the_moved_file(hosts, console):
    space = hosts("a", adopt="name")
    save(space).ok()
    id_ = space.id("a.yaml")
    console.write(id_, THEIRS)
    os.unlink(space.at("a.yaml"))
    save(space, samples.document("job", ["moved"]), "b.yaml").fails(tools.message("ESTALE"))
    assert "version: v2\n" in space.error("b.yaml") and "base: v1\n" in space.error("b.yaml")
    assert space.id("b.yaml") == id_ and space.only_job()["content"] == THEIRS
    tools.run("setfattr", "-n", "coc.base", "-v", "v2", space.at("b.yaml")).ok()
    save(space, samples.document("job", ["moved"]), "b.yaml").ok()
    assert space.fact("b.yaml", "version") == "v3" and len(space.jobs()) == 1


def test_what_is_under_way_for_a_removed_file_is_not_taken_over(hosts):
    space = hosts("a", adopt="name")
    save(space).ok()
    id_ = space.id("a.yaml")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "PUT", f"{DOCUMENTS}/{id_}", times=1)
    update = tools.popen("cp", tools.write(space.base + "/1.yaml", THEIRS), space.at("a.yaml"))
    assert gate.wait_held(1)
    os.unlink(space.at("a.yaml"))
    moved = samples.document("job", ["moved"])
    save(space, moved, "b.yaml").fails(tools.message("EEXIST"))
    assert "removed file a.yaml" in space.error("b.yaml") and "cocfs-wait" in space.error("b.yaml")
    assert space.id("b.yaml") is None
    tools.write(space.at("c.yaml"), "")
    tools.run("setfattr", "-n", "coc.job_id", "-v", id_, space.at("c.yaml")).fails(tools.message("EBUSY"))
    gate.open()
    tools.finish(update).ok()
    os.unlink(space.at("c.yaml"))
    save(space, moved, "b.yaml").ok()
    assert space.id("b.yaml") == id_ and space.sent() == (1, 2)
    assert space.fact("b.yaml", "version") == "v3" and space.only_job()["content"] == moved


def test_by_name_two_paths_of_one_name_at_once(hosts, console):
    """Both writers have read the list before one of them takes the job."""
    theirs = console.make(THEIRS)
    space = hosts("a", adopt="name")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"{DOCUMENTS}/{theirs}", times=2)
    first = tools.popen("cp", tools.write(space.base + "/1.yaml", samples.document("job", ["1"])), space.at("a.yaml"))
    assert gate.wait_held(1)
    second = tools.popen("cp", tools.write(space.base + "/2.yaml", samples.document("job", ["2"])), space.at("b.yaml"))
    assert gate.wait_held(2)
    gate.open()
    done = [tools.finish(first), tools.finish(second)]
    assert sorted(one.status for one in done) == [0, 1]
    assert [space.id("a.yaml"), space.id("b.yaml")].count(theirs) == 1
    assert space.only_job()["version"] == "v2" and space.sent() == (0, 1)


def test_by_name_two_paths_that_are_made_at_once(hosts):
    space = hosts("a", adopt="name")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "POST", DOCUMENTS)
    first = tools.popen("cp", tools.write(space.base + "/1.yaml", samples.document("job", ["1"])), space.at("a.yaml"))
    assert gate.wait_held(1)
    save(space, samples.document("job", ["2"]), "b.yaml").fails(tools.message("EEXIST"))
    gate.open()
    tools.finish(first).ok()
    assert space.only_job()["content"] == samples.document("job", ["1"])


# ---- two hosts at the same moment ----

def test_two_hosts_that_list_then_both_create_are_warned(hosts, console):
    one, other = hosts("a"), hosts("b")
    gate = one.front.gate()
    one.front.rule(fronts.Fault(gate=gate), "POST", DOCUMENTS, times=1)
    first = tools.popen("cp", tools.write(one.base + "/1.yaml", MINE), one.at("a.yaml"))
    assert gate.wait_held(1)  # host A has read the list, and its create is held before the service
    save(other).ok()
    assert "moment" not in other.fact("a.yaml", "warnings")
    gate.open()
    tools.finish(first).ok()
    both = {one.id("a.yaml"), other.id("a.yaml")}
    assert len(both) == 2 == len(one.jobs())
    warning = one.fact("a.yaml", "warnings").splitlines()[-1]
    assert all(job in warning for job in both) and "job of this name and content at the same moment" in warning
    assert warning in one.log()


def test_a_create_is_a_list_the_create_and_a_list(hosts):
    space = hosts("a")
    save(space).ok()
    assert seen(space) == ["LIST", "POST", "LIST"]


def test_another_text_at_the_same_moment_warns_by_name_only(hosts, console):
    for adopt, warns in (("same", False), ("name", True)):
        space = hosts(adopt, adopt=adopt)
        gate = space.front.gate()
        space.front.rule(fronts.Fault(gate=gate), "POST", DOCUMENTS, times=1)
        text = samples.document(adopt, ["mine"])
        writing = tools.popen("cp", tools.write(space.base + "/1.yaml", text), space.at("a.yaml"))
        assert gate.wait_held(1)
        theirs = console.make(THEIRS, adopt)
        gate.open()
        tools.finish(writing).ok()
        assert (theirs in (space.fact("a.yaml", "warnings") or "")) == warns


def test_a_list_that_cannot_be_asked_again_does_not_fail_the_create(hosts):
    space = hosts("a")
    space.front.rule(fronts.refuses(500, "COC.1", "down"), "GET", DOCUMENTS, when=space.creates)
    save(space).ok()
    assert space.id("a.yaml") == space.only_job()["document_id"]


# ---- attributes ----

def test_what_is_inherited_changes_no_risk_level(hosts, console):
    theirs = console.make(risk="HIGH")
    space = hosts("a", risk_level="LOW")
    save(space).ok()
    save(space, THEIRS).ok()
    job = space.only_job()
    assert job["document_id"] == theirs and job["risk_level"] == "HIGH" and job["content"] == THEIRS


def test_what_is_the_files_own_is_sent(hosts, console):
    theirs = console.make(risk="HIGH")
    space = hosts("a")
    source = tools.write(space.base + "/own.yaml", MINE)
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "MEDIUM", source).ok()
    tools.run("cp", "--preserve=xattr", source, space.at("a.yaml")).ok()
    job = space.only_job()
    assert job["document_id"] == theirs and job["risk_level"] == "MEDIUM" and space.sent() == (0, 1)


def test_a_job_above_the_highest_risk_is_not_taken(hosts, console):
    console.make(risk="HIGH")
    space = hosts("a", max_risk="MEDIUM")
    save(space).fails(tools.message("EPERM"))
    assert "HIGH" in space.error("a.yaml") and space.id("a.yaml") is None and len(space.jobs()) == 1


# ---- two machines ----

REPOSITORY = {f"{folder}/job-{n}.yaml": samples.document(f"{folder}-{n}", [f"step {n}"])
              for folder in ("db", "web", "web/more") for n in range(4)}


def deploy(space, files):
    """Writes files ({path: content}) outside the mount, and copies them into a space with `cp -r`. Returns the result of cp."""
    source = os.path.join(space.base, "repository")
    shutil.rmtree(source, ignore_errors=True)
    for name, content in files.items():
        os.makedirs(os.path.dirname(os.path.join(source, name)), exist_ok=True)
        tools.write(os.path.join(source, name), content)
    return tools.run("cp", "-r", source + "/.", space.path)


def ids(space, files):
    return {name: space.id(name) for name in files}


def test_the_same_repository_from_two_fresh_machines_makes_no_second_job(hosts):
    one, other = hosts("a"), hosts("b")
    deploy(one, REPOSITORY).ok()
    before = len(one.calls())
    deploy(other, REPOSITORY).ok()
    assert len(one.jobs()) == len(REPOSITORY) and ids(other, REPOSITORY) == ids(one, REPOSITORY)
    assert seen(one, before) == ["LIST", "GET"] * len(REPOSITORY)


def test_by_name_a_repository_with_one_changed_file_is_one_update(hosts):
    deploy(hosts("a"), REPOSITORY).ok()
    space = hosts("b", adopt="name")
    changed = {**REPOSITORY, "web/job-2.yaml": samples.document("web-2", ["changed"])}
    before = len(space.updates())
    deploy(space, changed).ok()
    assert len(space.jobs()) == len(REPOSITORY) and len(space.updates()) - before == 1
    assert {job["content"] for job in space.jobs()} == set(changed.values())


@pytest.mark.timeout(240)
@pytest.mark.parametrize("adopt", ["same", "name"])
def test_a_fresh_state_directory_each_time_never_makes_a_second_job(hosts, adopt):
    """A CI job deploys a repository from a fresh machine, 20 times."""
    calls = []
    for n in range(20):
        space = hosts(f"ci-{n}", adopt=adopt, submit="queue" if n % 2 else "sync")
        before = len(space.calls())
        deploy(space, REPOSITORY).ok()
        space.settle()
        calls.append(len(seen(space, before)))
        assert len(space.jobs()) == len(REPOSITORY) and None not in ids(space, REPOSITORY).values()
        assert space.unmount() == 0
    assert len(space.creates()) == len(REPOSITORY) and len(space.updates()) == 0
    assert calls == [3 * len(REPOSITORY)] + [2 * len(REPOSITORY)] * 19


# ---- by hand: setfattr -n coc.job_id ----

def name_job(space, document_id, name="a.yaml", attribute="coc.job_id"):
    return tools.run("setfattr", "-n", attribute, "-v", document_id, space.at(name))


def draft(space, content=MINE, name="a.yaml"):
    """Writes a job file that more than one job fits: it gets no job, and EEXIST. name_job() is the way out."""
    save(space, content, name).fails(tools.message("EEXIST"))


@pytest.mark.parametrize("attribute", ["coc.job_id", "user.coc.job_id"])
def test_a_person_says_which_of_two_jobs_a_file_has(hosts, console, attribute):
    _, second = console.make(), console.make()
    space = hosts("a")
    draft(space)
    before = len(space.calls())
    name_job(space, second, attribute=attribute).ok()
    assert seen(space, before) == ["GET"]
    assert space.id("a.yaml") == second and space.error("a.yaml") is None
    assert space.fact("a.yaml", "state") == "submitted" and space.fact("a.yaml", "base") == "v1"
    assert tools.getfattr(space.at("a.yaml"), attribute) == second
    save(space).ok()
    assert space.sent() == (0, 0)
    space.remount()
    assert space.id("a.yaml") == second


def test_another_text_is_not_overwritten_unread(hosts, console):
    theirs, _ = console.make(THEIRS), console.make(THEIRS)
    space = hosts("a", adopt="name")
    draft(space)
    name_job(space, theirs).ok()
    assert space.id("a.yaml") == theirs and space.sent() == (0, 0)
    assert space.fact("a.yaml", "state") == "draft" and space.fact("a.yaml", "version") == "v1"
    save(space).fails(tools.message("ESTALE"))
    assert "v1" in space.error("a.yaml") and space.job(theirs)["content"] == THEIRS
    tools.run("setfattr", "-n", "coc.base", "-v", "v1", space.at("a.yaml")).ok()
    assert space.job(theirs)["content"] == MINE and space.fact("a.yaml", "base") == "v2"


def test_an_empty_file_gets_the_text_of_the_job(hosts, console):
    theirs = console.make(THEIRS)
    console.write(theirs, MINE)
    space = hosts("a", jobs="own")
    tools.write(space.at("a.yaml"), b"")
    name_job(space, theirs).ok()
    assert tools.read(space.at("a.yaml")).decode() == MINE
    assert space.id("a.yaml") == theirs and space.fact("a.yaml", "base") == "v2"
    assert space.fact("a.yaml", "state") == "submitted"
    save(space, THEIRS).ok()
    assert space.only_job()["version"] == "v3"


def test_an_import_that_was_removed_comes_back(hosts, console):
    theirs = console.make()
    space = hosts("a")
    tools.eventually(lambda: "job.yaml" in os.listdir(space.path), "the import")
    os.unlink(space.at("job.yaml"))
    tools.write(space.at("back.yaml"), b"")
    name_job(space, theirs, "back.yaml").ok()
    assert tools.read(space.at("back.yaml")).decode() == MINE and space.id("back.yaml") == theirs


def test_a_job_that_was_forgotten_is_the_files_again(hosts):
    space = hosts("a")
    save(space).ok()
    theirs = space.id("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    name_job(space, theirs).ok()
    assert space.id("a.yaml") == theirs and space.fact("a.yaml", "state") == "submitted"
    assert len(space.jobs()) == 1


def test_a_second_path_is_refused_and_told_the_first(hosts):
    space = hosts("a")
    save(space).ok()
    tools.write(space.at("b.yaml"), b"")
    name_job(space, space.id("a.yaml"), "b.yaml").fails(tools.message("EEXIST"))
    assert "a.yaml" in space.error("b.yaml") and space.id("b.yaml") is None


def test_a_file_that_has_a_job_gets_no_other(hosts, console):
    other = console.make(THEIRS, "other")
    space = hosts("a")
    save(space).ok()
    mine = space.id("a.yaml")
    name_job(space, other).fails(tools.message("EEXIST"))
    assert space.id("a.yaml") == mine and space.fact("a.yaml", "state") == "submitted"
    assert f"this file has job {mine}" in space.error("a.yaml") and "EEXIST" in space.error("a.yaml")
    save(space, THEIRS).ok()  # the next commit removes the text in .error
    assert space.error("a.yaml") is None and space.fact("a.yaml", "state") == "submitted"
    name_job(space, mine).ok()


def test_a_job_of_another_file_is_refused_where_it_stands(hosts):
    """The file has a job. The refusal changes neither its state nor an .error that is about its content."""
    space = hosts("a")
    save(space).ok()
    save(space, samples.document("b"), "b.yaml").ok()
    name_job(space, space.id("b.yaml")).fails(tools.message("EEXIST"))
    assert "this file has job" in space.error("a.yaml") and space.fact("a.yaml", "state") == "submitted"
    space.front.rule(fronts.refuses(400, "COC.00040101", "no"), "PUT", f"/v1/documents/{space.id('b.yaml')}", 1)
    save(space, samples.document("b", ["more"]), "b.yaml").fails()
    story = space.error("b.yaml")
    name_job(space, space.id("a.yaml"), "b.yaml").fails(tools.message("EEXIST"))
    assert space.error("b.yaml") == story and space.fact("b.yaml", "state") == "failed"


def test_a_job_that_is_not_there_is_refused(hosts):
    space = hosts("a")
    tools.write(space.at("a.yaml"), b"")
    name_job(space, "DM20250701180239nobody").fails(tools.message("ESTALE"))
    assert "no job DM20250701180239nobody" in space.error("a.yaml")


@pytest.mark.parametrize("value", ["", "x" * 600, "a/b"])
def test_what_is_no_id_is_refused(hosts, value):
    space = hosts("a")
    tools.write(space.at("a.yaml"), b"")
    name_job(space, value).fails(tools.message("EINVAL"))
    assert "no job ID" in space.error("a.yaml")
    save(space).ok()
    assert space.error("a.yaml") is None
    name_job(space, value).fails(tools.message("EINVAL"))
    assert "no job ID" in space.error("a.yaml") and space.fact("a.yaml", "state") == "submitted"


def test_a_user_who_may_not_take_a_job_is_told(hosts, console):
    """The .error says so if the user may write the file. The attempt of another user leaves no .error."""
    if os.geteuid() != 0:
        pytest.skip("acts as other users")
    theirs = console.make()
    space = hosts("a", allow_other=True)
    os.chmod(space.path, 0o777)
    owners.ANN.sh("touch a.yaml", cwd=space.path).ok()
    take = f"setfattr -n coc.job_id -v {theirs} a.yaml"
    owners.CID.sh(take, cwd=space.path).fails()
    assert space.error("a.yaml") is None
    owners.ANN.sh(take, cwd=space.path).fails("Operation not permitted")
    assert "EPERM" in space.error("a.yaml") and "umask=" in space.error("a.yaml")
    assert space.id("a.yaml") is None


def test_nobody_waits_for_a_mount_that_ends(hosts, console):
    """The mount ends while it asks the service for the named job. Then nothing is bound, and the command works in the next mount."""
    theirs = console.make()
    space = hosts("a")
    tools.write(space.at("a.yaml"), b"")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"{DOCUMENTS}/{theirs}", 1)
    naming = tools.popen("setfattr", "-n", "coc.job_id", "-v", theirs, space.at("a.yaml"))
    assert gate.wait_held()
    space.process.send_signal(signal.SIGTERM)
    assert tools.finish(naming).status != 0
    assert space.process.wait(20) == 0
    gate.open()
    space.bury()
    space.mount()
    assert space.id("a.yaml") is None and tools.read(space.at("a.yaml")) == b"" and space.error("a.yaml") is None
    name_job(space, theirs).ok()
    assert space.id("a.yaml") == theirs and len(space.jobs()) == 1


def test_what_is_no_job_file_gets_no_job(hosts, console):
    theirs = console.make()
    space = hosts("a")
    tools.write(space.at("notes.txt"), b"x")
    os.mkdir(space.at("d"))
    for name in ("notes.txt", "d"):
        name_job(space, theirs, name).fails("No such attribute")


def test_while_the_service_is_away_nothing_is_bound(hosts, console):
    theirs = console.make()
    space = hosts("a")
    tools.write(space.at("a.yaml"), b"")
    space.front.refuse()
    name_job(space, theirs).fails("Connection refused")
    assert space.id("a.yaml") is None and tools.read(space.at("a.yaml")) == b""
    space.front.accept()


def test_who_is_interrupted_while_the_service_is_asked_binds_nothing(hosts, console):
    theirs = console.make()
    space = hosts("a", jobs="own")
    tools.write(space.at("a.yaml"), b"")
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"{DOCUMENTS}/{theirs}", times=2)
    waiting = tools.popen("setfattr", "-n", "coc.job_id", "-v", theirs, space.at("a.yaml"))
    assert gate.wait_held(1)
    waiting.send_signal(signal.SIGINT)
    assert waiting.wait(20) == -signal.SIGINT
    assert space.id("a.yaml") is None
    gate.open()
    name_job(space, theirs).ok()
    assert space.id("a.yaml") == theirs and tools.read(space.at("a.yaml")).decode() == MINE


# ---- delete=service: rm deletes the job, unless the file has only adopted it ----

@pytest.mark.parametrize("how", ["made", "adopted", "named"])
def test_rm_deletes_what_was_made_or_named_here(hosts, console, how):
    theirs = console.make() if how != "made" else None
    space = hosts("a", delete="service", jobs="own")
    if how == "named":
        tools.write(space.at("a.yaml"), b"")
        name_job(space, theirs).ok()
    else:
        save(space).ok()
    os.unlink(space.at("a.yaml"))
    assert len(space.jobs()) == (1 if how == "adopted" else 0)


# ---- several users ----

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as several users")


@needs_root
@pytest.mark.parametrize("options, takes", [({}, False), ({"umask": "000"}, True), ({"uid": str(owners.ANN.uid)}, True)],
                         ids=["not-theirs", "everybody-writes", "their-own"])
def test_a_user_who_could_not_write_the_import_adopts_nothing(hosts, console, options, takes):
    theirs = console.make()
    space = hosts("a", allow_other=True, jobs="own", **options)
    os.chmod(space.path, 0o777)
    source = tools.write(os.path.join(space.base, "ann.yaml"), MINE)
    os.chmod(source, 0o644)
    os.chmod(space.base, 0o755)
    owners.ANN.sh('cp "$1" "$2"', source, space.at("a.yaml"), cwd="/").ok()
    assert (space.id("a.yaml") == theirs) == takes and len(space.jobs()) == (1 if takes else 2)
