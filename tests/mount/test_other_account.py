# SPDX-License-Identifier: MIT
"""The keys become those of another account, which has none of the mount's jobs: nothing is removed, and nothing is lost."""

import os
import shutil
import signal

import pytest

import samples
import service
import tools

LIST = "/v1/documents"


@pytest.fixture
def other(tmp_path, exhibit):
    """Another account: a second service, with jobs and keys of its own."""
    process = service.Cocd(str(tmp_path / "other-service"), str(tmp_path / "other-cocd.log"))
    exhibit("other cocd", process.log)
    try:
        yield process.start()
    finally:
        process.stop()


class Keys:
    """Changes the keys of a mount: swap() to another account's, swap_back() to its own. Both wait until the mount has read them."""

    def __init__(self, space, other):
        self.space, self.other = space, other
        self.file, self.own = space.cocd.keys_file, space.cocd.keys_file + ".own"
        shutil.copy(self.file, self.own)

    def read(self, file, address):
        shutil.copy(file, self.file)
        os.chmod(self.file, 0o600)
        self.space.front.upstream = address
        before = self.space.log().count("credentials read again")
        self.space.process.send_signal(signal.SIGHUP)
        tools.eventually(lambda: self.space.log().count("credentials read again") > before, "the keys to be read")

    def swap(self):
        self.read(self.other.keys_file, self.other.address)

    def swap_back(self):
        self.read(self.own, self.space.cocd.address)


@pytest.fixture
def keys(make_space, other):
    return lambda **options: Keys(make_space(refresh="0", **options), other)


def make(cocd, count, name="job {}"):
    client = cocd.client()
    return [client.create(name=name.format(n), content="x", enterprise_project_id="0", risk_level="LOW") for n in range(count)]


def listed(space):
    """Returns the jobs of .coc/jobs: {ID: path}."""
    lines = tools.read(space.at(".coc", "jobs")).decode().splitlines()
    return {fields[0]: fields[5] for fields in (line.split("\t") for line in lines) if len(fields) > 5}


def put(space, src, name, step):
    return tools.run("cp", samples.file(src, f"{name}.yaml", name, [step]), space.at(f"{name}.yaml"))


@pytest.mark.parametrize("theirs", [0, 3, 60], ids="with {} jobs".format)
@pytest.mark.parametrize("remount", [False, True], ids=["", "remounted"])
def test_nothing_is_removed(keys, src, theirs, remount):
    """After the keys have become another account's, no job leaves .coc/jobs, even if that account has more jobs. That holds for
    each of three scans."""
    account = keys(jobs="own")
    space = account.space
    make(space.cocd, 20)
    for name in "ab":
        put(space, src, name, "one").ok()
    before = listed(space)
    assert len(before) == 22
    found = set(make(account.other, theirs))
    account.swap()
    for _ in range(3):
        assert listed(space) == before | {job: "-" for job in found}
        if remount:
            space.remount()
    assert not space.calls("GET", LIST + "/.*") and "are not in the service's list any more" in space.log()
    account.swap_back()
    tools.eventually(lambda: listed(space) == before, "the other account's jobs to leave the list")


@pytest.mark.parametrize("mode", ["sync", "queue"])
def test_commits_say_what_is_wrong_and_go_on_when_the_keys_are_back(keys, src, mode):
    account = keys(submit=mode)
    space = account.space
    put(space, src, "a", "one").ok()
    space.settle()
    made = space.id("a.yaml")
    account.swap()
    result = put(space, src, "a", "two")
    if mode == "sync":
        result.fails(tools.message("ESTALE"))
    space.settle()
    assert space.fact("a.yaml", "state") == "failed" and "COC.00042101" in space.error("a.yaml")
    assert "keys" in space.error("a.yaml"), space.error("a.yaml")
    assert space.id("a.yaml") == made and tools.read(space.at("a.yaml")).decode() == samples.document("a", ["two"])
    assert len(account.other.client().ids()) == 0
    account.swap_back()
    put(space, src, "a", "two").ok()
    space.settle()
    assert space.id("a.yaml") == made and space.only_job()["content"] == samples.document("a", ["two"])
    assert space.fact("a.yaml", "version") == "v2"


def test_reading_and_listing_lose_no_file(keys, src):
    account = keys()
    space = account.space
    for name in "ab":
        put(space, src, name, "one").ok()
    before = {name: tools.read(space.at(name)) for name in sorted(os.listdir(space.path))}
    account.swap()
    for _ in range(2):
        assert {name: tools.read(space.at(name)) for name in sorted(os.listdir(space.path))} == before
        space.remount()
    account.swap_back()
    assert {name: tools.read(space.at(name)) for name in sorted(os.listdir(space.path))} == before


@pytest.mark.parametrize("conflict", ["refuse", "overwrite"])
def test_a_removal_deletes_and_forgets_nothing(keys, src, conflict):
    """With delete=service the file goes. The job still exists when the keys are back, and belongs to the name."""
    account = keys(delete="service", conflict=conflict, jobs="own")
    space = account.space
    for name in ("a", "b"):
        put(space, src, name, "one").ok()
    made = {name: space.id(f"{name}.yaml") for name in ("a", "b")}
    account.swap()
    tools.run("rm", space.at("a.yaml")).ok()
    assert not os.path.exists(space.at("a.yaml")) and "the name remembers the job" in space.log()
    put(space, src, "a", "two").fails(tools.message("ESTALE"))
    assert space.id("a.yaml") == made["a"] and len(account.other.client().ids()) == 0
    tools.run("rm", space.at("b.yaml")).ok()
    account.swap_back()
    assert {job["document_id"] for job in space.jobs()} == set(made.values())
    for name in made:
        put(space, src, name, "three").ok()
        assert space.id(f"{name}.yaml") == made[name]
    assert len(space.jobs()) == 2
    for name in made:
        tools.run("rm", space.at(f"{name}.yaml")).ok()
    assert space.jobs() == []


def test_imports_stay(keys):
    """A fetched import stays readable. An import that was not fetched is an error, never an empty file."""
    account = keys()
    space = account.space
    names = {f"job {n}.yaml" for n in range(8)}
    make(space.cocd, 8)
    assert set(os.listdir(space.path)) >= names
    # two reads only: from the third in a row on, cocfs fetches more imports ahead
    fetched = {name: tools.read(space.at(name)) for name in sorted(names)[:2]}
    make(account.other, 30, "of others {}")
    account.swap()
    for _ in range(3):
        assert set(os.listdir(space.path)) >= names
        assert {name: tools.read(space.at(name)) for name in fetched} == fetched
        for name in names - set(fetched):
            with pytest.raises(OSError):
                tools.read(space.at(name))
        space.remount()
    account.swap_back()
    assert set(os.listdir(space.path)) >= names
    assert {tools.read(space.at(name)) for name in names} == {b"x"}
    tools.eventually(lambda: not [name for name in os.listdir(space.path) if name.startswith("of others")],
                     "the other account's jobs to leave the root")
