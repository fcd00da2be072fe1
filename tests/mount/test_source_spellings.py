# SPDX-License-Identifier: MIT
"""Two spellings of one SOURCE are one SOURCE: one ledger, one state directory, one job for a file."""

import contextlib
import os
import shutil
import sqlite3

import pytest

import janitor
import mounting
import samples
import tools

VARIABLE = "HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4"
SPELLINGS = {  # of http://127.0.0.1:PORT
    "slash": lambda url: url + "/",
    "capitals": lambda url: url.replace("http", "HTTP"),
    "region": lambda url: "cn-north-4",
    "region-without-table": lambda url: "xx-test-1",
}
as_a_user = pytest.mark.skipif(tools.IS_ROOT, reason="root's is /var/lib/cocfs, which is not the tests' to touch")


def spelled(space, how):
    """Changes the SOURCE of the space to another spelling. Returns the space."""
    space.env = {**space.env, VARIABLE: space.source + "/", "HUAWEICLOUD_SDK_REGION_COC_XX_TEST_1": space.source}
    space.source = SPELLINGS[how](space.source)
    return space


def assert_knows_its_job(space, job_id):
    """The file has its job, and the same text again makes no second job."""
    assert space.id("a.yaml") == job_id
    text = tools.read(space.at("a.yaml"))
    os.unlink(space.at("a.yaml"))
    tools.write(space.at("a.yaml"), text)
    assert space.id("a.yaml") == job_id
    assert space.only_job()["document_id"] == job_id and len(space.creates()) == 1


@pytest.mark.parametrize("how", SPELLINGS)
def test_one_after_the_other_has_one_ledger(own_space, src, how):
    space = own_space
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    job_id, url = space.id("a.yaml"), space.source
    space.unmount()
    spelled(space, how).mount()
    assert_knows_its_job(space, job_id)
    space.unmount()
    space.source = url
    space.mount()
    assert_knows_its_job(space, job_id)


@pytest.mark.parametrize("recorded", ["slash", "capitals", "region"])
def test_a_ledger_that_recorded_another_spelling_is_accepted(own_space, src, recorded):
    space = own_space
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    job_id, url = space.id("a.yaml"), space.source
    space.unmount()
    with contextlib.closing(sqlite3.connect(os.path.join(space.state, "ledger.db"))) as db, db:
        db.execute("UPDATE space SET source = ?", (spelled(space, recorded).source,))
    space.source = url
    space.mount()
    assert_knows_its_job(space, job_id)


@pytest.mark.parametrize("other", ["http://127.0.0.2:{port}", "http://localhost:{port}", "http://127.0.0.1:1", "local",
                                   "https://127.0.0.1:{port}", "cn-north-4"])
def test_another_source_is_refused(own_space, other):
    space = own_space
    space.unmount()
    port = space.source.rpartition(":")[2]
    space.source = other.format(port=port)
    with pytest.raises(mounting.MountFailed, match="holds the jobs of"):
        space.mount()


# ---- without state_dir=: which directory cocfs chooses ----

def places(home):
    """Returns the state directories of a user, by name."""
    folder = os.path.join(home, "cocfs")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


@pytest.fixture
def homely(make_space, tmp_path):
    """A space in the directory that cocfs chooses, with a job. Its .home has the directories, its .job_id the job."""
    space = make_space(mounted=False, state_dir=None)
    space.home = str(tmp_path / "home")
    os.mkdir(space.home)
    space.env = {**space.env, "HOME": space.home, "XDG_STATE_HOME": space.home}
    space.mount()
    tools.write(space.at("a.yaml"), samples.document("a"))
    space.job_id = space.id("a.yaml")
    return space


@as_a_user
@pytest.mark.parametrize("how", SPELLINGS)
def test_one_after_the_other_has_one_directory(homely, how):
    space = homely
    space.unmount()
    before = places(space.home)
    spelled(space, how).mount()
    assert_knows_its_job(space, space.job_id)
    assert places(space.home) == before == ["http___127.0.0.1_" + space.front.url.rpartition(":")[2]]


@as_a_user
@pytest.mark.parametrize("how", SPELLINGS)
def test_at_the_same_time_the_second_is_refused(homely, tmp_path, how):
    argv = spelled(homely, how).argv("-f")
    (tmp_path / "other").mkdir()
    janitor.watch_mount(tmp_path / "other")
    said = tools.run(*argv[:-1], tmp_path / "other", env=tools.environment(**homely.env), seconds=20)
    said.fails("is mounted already")
    assert len(places(homely.home)) == 1


def rename_place(space, name):
    """Gives the directory the name that an older cocfs gave it."""
    only, = places(space.home)
    os.rename(os.path.join(space.home, "cocfs", only), os.path.join(space.home, "cocfs", name))


@as_a_user
@pytest.mark.parametrize("old", ["http___127.0.0.1_{port}_", "HTTP___127.0.0.1_{port}", "hTTp___127.0.0.1_{port}_", "cn-north-4",
                                 "xx-test-1"])
@pytest.mark.parametrize("how", ["slash", "capitals", "region"])
def test_the_directory_of_an_older_spelling_goes_on_being_used(homely, old, how):
    space = homely
    space.unmount()
    name = old.format(port=space.source.rpartition(":")[2])
    rename_place(space, name)
    os.mkdir(os.path.join(space.home, "cocfs", "http___127.0.0.1_1"), 0o700)  # the directory of another source
    spelled(space, how).mount()
    assert_knows_its_job(space, space.job_id)
    assert places(space.home) == sorted([name, "http___127.0.0.1_1"])


@as_a_user
@pytest.mark.parametrize("source, old", [
    ("http://[::1]:8080", "http____0_0_0_0_0_0_0_1__8080_"), ("http://[0::1]:8080/", "http______1__8080"),
    ("http://[::1]", "HTTP______1__80_"), ("http://[::1]:80", "http______1_"),
    ("https://h-1.example", "https___H-1.example_443_"), ("https://h_1.example:443", "https___h_1.example."),
    ("https://coc.myhuaweicloud.com", "cn-north-4"), ("cn-north-4", "https___coc.myhuaweicloud.com_443"),
])
def test_each_form_of_an_older_name_is_found(mounts, tmp_path, source, old):
    env = {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path), "HUAWEICLOUD_SDK_AK": "a", "HUAWEICLOUD_SDK_SK": "s"}
    os.makedirs(tmp_path / "cocfs" / old, mode=0o700)
    tools.write(tmp_path / "cocfs" / old / "ledger.db", "none")
    with pytest.raises(mounting.MountFailed, match="ledger") as failed:  # the message shows that cocfs looked there; no host is called
        mounts(mounting.Mount(source, tmp_path, env=env, state_dir=None)).mount()
    assert os.path.join("cocfs", old, "ledger.db") in failed.value.log and places(tmp_path) == [old]


@as_a_user
def test_two_directories_that_have_a_ledger_are_refused(homely):
    space = homely
    space.unmount()
    only, = places(space.home)
    other = os.path.join(space.home, "cocfs", only + "_")
    shutil.copytree(os.path.join(space.home, "cocfs", only), other)
    with pytest.raises(mounting.MountFailed) as failed:
        space.mount()
    assert f"{other} " in failed.value.log or f"{other}\n" in failed.value.log
    assert "both have a ledger" in failed.value.log and f"-o state_dir={space.home}/cocfs/{only}" in failed.value.log
    space.state = other
    space.options["rebind"] = True  # of the two directories, other is the copy
    space.mount()
    assert_knows_its_job(space, space.job_id)


@as_a_user
def test_a_directory_without_a_ledger_counts_for_nothing(homely):
    space = homely
    space.unmount()
    only, = places(space.home)
    rename_place(space, only + "_")
    os.mkdir(os.path.join(space.home, "cocfs", only), 0o700)
    os.symlink(only + "_", os.path.join(space.home, "cocfs", "HTTP" + only[4:]))
    space.mount()
    assert_knows_its_job(space, space.job_id)


@as_a_user
def test_what_cannot_be_seen_is_not_taken_for_no(homely):
    space = homely
    space.unmount()
    only, = places(space.home)
    rename_place(space, only + "_")
    folder = os.path.join(space.home, "cocfs")
    os.chmod(os.path.join(folder, only + "_"), 0)
    try:
        with pytest.raises(mounting.MountFailed, match="cannot see whether"):
            space.mount()
    finally:
        os.chmod(os.path.join(folder, only + "_"), 0o700)
    os.chmod(folder, 0o300)
    try:
        with pytest.raises(mounting.MountFailed, match="cannot see whether"):
            space.mount()
    finally:
        os.chmod(folder, 0o700)
    space.mount()
    assert_knows_its_job(space, space.job_id)
