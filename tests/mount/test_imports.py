# SPDX-License-Identifier: MIT
"""Imports: a mount shows the jobs that the service has.

Host A and host B are two mounts of one account. A third client writes without them, as the console does.
"""

import collections
import errno
import json
import os
import stat
import subprocess

import pytest

import front as fronts
import mounting
import samples
import tools
import two_writers
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

LIST = "/v1/documents"
LONG = "3600"  # a refresh interval that no test outlasts


@pytest.fixture(name="host")
def host_fixture(cocd, front, mounts, tmp_path):  # noqa: F811
    """host(NAME, option=value, …): a mount of the account as on another machine."""
    def mount(name, mounted=True, **options):
        made = mounts(mounting.Space(cocd, front, tmp_path / name, **{"refresh": LONG, **options}))
        return made.mount() if mounted else made
    return mount


def make(space, name, content=None, **fields):
    """A third client makes a job. content: None: a sound document of this name. Returns the job's ID."""
    return space.cocd.client().create(**{"name": name, "content": samples.document(name) if content is None else content,
                                         "enterprise_project_id": "0", "risk_level": "LOW", **fields})


def names(space):
    """Returns the names in the root of the space, sorted, without siblings."""
    return sorted(name for name in os.listdir(space.path) if not name.endswith((".id", ".error")))


def shows(space):
    """Returns the requests that ask for one job: GET /v1/documents/ID."""
    return [call for call in space.calls("GET") if call.path.startswith(LIST + "/")]


def reads(path):
    """Returns a file's content; None if it cannot be read."""
    try:
        return tools.read(path)
    except OSError:
        return None


# ---- what is shown ----

def test_a_second_host_lists_what_the_first_wrote(host):
    a, b = host("a"), host("b")
    for name in ("one.yaml", "two.yaml"):
        tools.write(a.at(name), samples.document(name[:-5]))
    assert names(b) == ["one.yaml", "two.yaml"]
    for name in ("one.yaml", "two.yaml"):
        assert tools.read(b.at(name)) == tools.read(a.at(name))
        assert b.id(name) == a.id(name)
        assert b.fact(name, "job_id") == a.id(name)
        assert b.fact(name, "version") == "v1"
        assert b.fact(name, "state") == "imported"
    assert a.sent() == (2, 0)


def test_a_list_asks_for_no_job(host):
    b = host("b")
    for number in range(5):
        make(b, f"job {number}")
    assert len(names(b)) == 5
    tools.run("ls", b.path).ok()
    assert not shows(b)


def test_the_size_is_that_of_the_content(host):
    b = host("b")
    make(b, "job", "x" * 12345)
    assert names(b) == ["job.yaml"]
    assert os.stat(b.at("job.yaml")).st_size == 12345
    assert tools.read(b.at("job.yaml")) == b"x" * 12345
    assert len(shows(b)) == 1


def test_the_time_is_that_of_the_update(host):
    b = host("b")
    id_ = make(b, "job")
    assert names(b) == ["job.yaml"]
    assert os.stat(b.at("job.yaml")).st_mtime_ns // 1000000 == b.job(id_)["update_time"]


def test_reading_asks_once(host):
    b = host("b")
    make(b, "job")
    assert names(b) == ["job.yaml"]
    for _ in range(3):
        tools.run("cat", b.at("job.yaml")).ok()
    assert len(shows(b)) == 1


def test_its_attributes_show_what_the_service_holds(host):
    b = host("b", risk_level="MEDIUM")
    make(b, "one", risk_level="HIGH", description="of the console", enterprise_project_id="ep-1")
    assert names(b) == ["one.yaml"]  # getfattr stats the file, so the job is fetched
    assert {name: b.fact("one.yaml", name) for name in ("risk_level", "name", "description", "enterprise_project_id", "tags")} == {
        "risk_level": "HIGH", "name": "one", "description": "of the console", "enterprise_project_id": "ep-1", "tags": None}


@pytest.mark.parametrize("jobs", ["read", "all"])
def test_a_refused_attribute_leaves_an_import_what_it_is(host, jobs):
    """The refused attribute leaves an .error. The file is still an import, with its job and what the service holds."""
    b = host("b", jobs=jobs)
    id_ = make(b, "one", risk_level="HIGH")
    assert names(b) == ["one.yaml"] and b.id("one.yaml") == id_
    tools.setfattr(b.at("one.yaml"), "coc.risk_level", "LOW").fails(tools.message("EINVAL"))
    tools.setfattr(b.at("one.yaml"), "coc.state", "x").fails(tools.message("EPERM"))
    for _ in range(2):
        assert b.id("one.yaml") == id_ and "user.coc.risk_level is meant" in b.error("one.yaml")
        assert b.fact("one.yaml", "state") == "imported" and b.fact("one.yaml", "risk_level") == "HIGH"
        b.remount()
    assert b.sent() == (0, 0)


def test_an_import_is_known_after_a_remount(host):
    b = host("b")
    make(b, "read", "text")
    make(b, "unread", "other")
    assert names(b) == ["read.yaml", "unread.yaml"]
    tools.read(b.at("read.yaml"))
    b.remount()
    b.front.refuse()
    assert names(b) == ["read.yaml", "unread.yaml"]
    assert tools.read(b.at("read.yaml")) == b"text"
    with pytest.raises(OSError):
        tools.read(b.at("unread.yaml"))
    b.front.accept()
    tools.eventually(lambda: reads(b.at("unread.yaml")) == b"other", "the service to be asked again")


def test_own_shows_none(host):
    b = host("b", jobs="own")
    make(b, "job")
    assert names(b) == []
    b.unmount()
    b.options["jobs"] = "read"
    b.mount()
    assert names(b) == ["job.yaml"]
    tools.read(b.at("job.yaml"))
    b.unmount()
    b.options["jobs"] = "own"
    b.mount()
    assert names(b) == []


def test_what_is_bound_here_has_one_file(host):
    a = host("a", refresh="0")
    os.mkdir(a.at("sub"))
    tools.write(a.at("sub", "x.yaml"), samples.document("x"))
    tools.write(a.at("y.yaml"), samples.document("y"))
    assert names(a) == ["sub", "y.yaml"]
    os.rename(a.at("sub", "x.yaml"), a.at("sub", "z.yaml"))
    os.unlink(a.at("y.yaml"))
    assert names(a) == ["sub"]


# ---- names ----

ODD = ["..", ".git", "/", "a/b", "a.yaml.id", "line\nfeed", "-rf", "重" * 128, "Case", "case", "  ", "a.yaml", "\x1b[31m"]


def test_each_name_becomes_a_file_that_opens(host):
    b = host("b")
    made = {make(b, name, f"text of {name!r}"): name for name in ODD}
    listed = names(b)
    assert len(listed) == len(ODD)
    found = {b.id(name): tools.read(b.at(name)).decode() for name in listed}
    assert found == {id_: f"text of {name!r}" for id_, name in made.items()}
    assert {"Case.yaml", "case.yaml", "_git.yaml", "a_b.yaml"} <= set(listed)
    assert sorted(os.listdir(b.base)) == sorted(["cocfs.log", "jobs", "s"]), "something was made outside the root"


def test_a_nul_in_a_name_becomes_a_file_that_opens(host):
    b = host("b")
    id_ = make(b, "second", "text")
    b.front.change_answers(lambda exchange, answer: json.dumps(answer).replace('"second"', '"sec\\u0000ond"').encode())
    assert names(b) == ["sec_ond.yaml"]
    assert tools.read(b.at("sec_ond.yaml")) == b"text"
    assert b.id("sec_ond.yaml") == id_


def test_a_name_that_ignore_matches_is_a_job_file_all_the_same(host):
    b = host("b")
    id_ = make(b, "a_LOCAL_12", "text")
    assert names(b) == ["a_LOCAL_12.yaml"]
    assert tools.read(b.at("a_LOCAL_12.yaml")) == b"text"
    assert b.id("a_LOCAL_12.yaml") == id_


def test_the_oldest_job_has_the_plain_name(host):
    b = host("b")
    first, second = make(b, "job", "first"), make(b, "job", "second")
    assert names(b) == sorted(["job.yaml", f"job-{second}.yaml"])
    assert b.id("job.yaml") == first
    third = make(b, "job", "third")
    b.remount()
    b.options["refresh"] = "0"
    b.remount()
    assert names(b) == sorted(["job.yaml", f"job-{second}.yaml", f"job-{third}.yaml"])
    assert tools.read(b.at("job.yaml")) == b"first"


def test_a_name_of_the_spaces_own_is_left_alone(host):
    b = host("b")
    os.mkdir(b.at("dir.yaml"))
    tools.write(b.at("mine.yaml"), samples.document("other"))
    mine = b.id("mine.yaml")
    made = make(b, "dir"), make(b, "mine")
    assert names(b) == sorted(["dir.yaml", f"dir-{made[0]}.yaml", "mine.yaml", f"mine-{made[1]}.yaml"])
    assert b.id("mine.yaml") == mine


# ---- which files are imports ----

def listed_imports(space):
    """Returns the names of the imports, as .coc/imports lists them: one a line, escaped."""
    return tools.read(space.at(".coc", "imports")).decode().splitlines()


def test_the_names_of_imports_are_listed_without_a_question(host):
    b = host("b")
    tools.write(b.at("mine.yaml"), samples.document("mine"))
    assert b.id("mine.yaml")
    made = [make(b, f"job{number:03}") for number in range(300)]
    make(b, "a\\b")
    assert listed_imports(b) == [], "no import has a file yet"
    assert len(names(b)) == len(made) + 2
    asked = len(b.calls("GET"))
    assert listed_imports(b) == sorted(["a\\134b.yaml"] + [f"job{number:03}.yaml" for number in range(300)])
    assert len(b.calls("GET")) == asked
    os.unlink(b.at("job000.yaml"))
    assert "job000.yaml" not in listed_imports(b) and "job001.yaml" in listed_imports(b)
    b.remount(jobs="own")
    assert listed_imports(b) == []


@tools.needs_root
def test_who_may_not_list_the_root_sees_no_names_of_imports(host):
    b = host("b", allow_other=True)
    make(b, "secret")
    assert names(b) == ["secret.yaml"]
    for mode, seen in (0o755, "secret.yaml\n"), (0o711, ""):
        os.chmod(b.path, mode)
        assert as_user("cat", b.at(".coc", "imports")).ok().stdout == seen
    assert listed_imports(b) == ["secret.yaml"]


def test_an_edited_import_is_an_import_no_more(host):
    b = host("b", jobs="all")
    make(b, "job")
    assert names(b) == ["job.yaml"] == listed_imports(b)
    assert tools.read(b.at("job.yaml"))
    tools.write(b.at("job.yaml"), samples.document("job", ["edited"]))
    assert b.id("job.yaml") and listed_imports(b) == []


# ---- what the service cannot answer ----

def test_without_the_service_the_root_is_listed(host):
    b = host("b")
    tools.write(b.at("draft"), "mine")
    b.front.refuse()
    assert names(b) == ["draft"]
    assert "the root shows the mount's own files only" in b.log() and "Connection refused" in b.log()


def test_what_is_not_fetched_is_an_error_without_the_service(host):
    b = host("b")
    make(b, "job")
    assert names(b) == ["job.yaml"]
    b.front.refuse()
    with pytest.raises(OSError) as raised:
        tools.read(b.at("job.yaml"))
    assert raised.value.errno in (errno.ECONNREFUSED, errno.EHOSTUNREACH)
    with pytest.raises(OSError):
        os.stat(b.at("job.yaml"))
    assert names(b) == ["job.yaml"]


@pytest.mark.parametrize("answer, number", [
    (fronts.refuses(403, "COC.00040301", "no"), errno.EPERM),
    (fronts.refuses(400, "COC.00042101", "no such job"), errno.ENOENT),
    (fronts.says(500, b"{}"), errno.EIO),
])
def test_what_is_refused_is_an_error_and_no_empty_file(host, answer, number):
    b = host("b")
    make(b, "job", "text")
    assert names(b) == ["job.yaml"]
    b.front.rule(answer, "GET", LIST + "/.+")
    with pytest.raises(OSError) as raised:
        tools.read(b.at("job.yaml"))
    assert raised.value.errno == number
    if number == errno.ENOENT:
        assert b.error("job.yaml") is None  # a job that seems to be gone has no .error: the next reading of the list decides
    else:
        story = b.error("job.yaml")
        assert "cannot be fetched" in story and errno.errorcode[number] in story
    b.front.clear()
    assert tools.read(b.at("job.yaml")) == b"text" and b.error("job.yaml") is None


def test_why_an_import_cannot_be_fetched_is_told_once(host):
    b = host("b")
    made = [make(b, f"job{number}", "text") for number in range(3)]
    assert len(names(b)) == len(made)
    b.front.refuse()
    for _ in range(2):
        for name in ("job0.yaml", "job1.yaml"):
            assert reads(b.at(name)) is None
            assert "ECONNREFUSED" in b.error(name) and "read the file again" in b.error(name)
    assert b.error("job2.yaml") is None
    assert b.log().count("job0.yaml: the text of this job cannot be fetched") == 1
    b.front.accept()
    for name in ("job0.yaml", "job1.yaml"):
        tools.eventually(lambda name=name: reads(b.at(name)) == b"text", "the text")
        assert b.error(name) is None


def test_a_link_onto_an_import_is_refused(host):
    """link(2) never replaces a file, also not with jobs=all. After cocfs has read the list and made an import, the kernel's cache may
    still say that the name is free."""
    for jobs in ("read", "all"):
        b = host(jobs, jobs=jobs)
        id_ = make(b, f"job-{jobs}", "text")
        document = samples.document(f"job-{jobs}", ["mine"])
        target = b.at(f"job-{jobs}.yaml")
        tools.write(b.at("draft"), document)
        assert not os.path.exists(target)  # now the kernel's cache says that the name is free
        tools.eventually(lambda b=b, jobs=jobs: f"job-{jobs}.yaml" in names(b), "the import")
        with pytest.raises(OSError) as raised:
            os.link(b.at("draft"), target)
        assert raised.value.errno == errno.EEXIST
        tools.run("ln", "-f", b.at("draft"), target)  # ln -f removes the import first: then the name is free
        assert b.job(id_)["content"] == "text" and b.id(f"job-{jobs}.yaml") in (None, id_)
        assert len(b.updates()) == 0


# ---- what users may do ----

def test_nobody_changes_an_import(host):
    b = host("b")
    make(b, "job", "text")
    tools.write(b.at("draft"), "mine")
    assert names(b) == ["draft", "job.yaml"]
    target = b.at("job.yaml")
    assert stat.S_IMODE(os.stat(target).st_mode) == 0o444
    refused = [lambda: tools.write(target, "x"), lambda: os.truncate(target, 0), lambda: os.chmod(target, 0o644),
               lambda: os.utime(target), lambda: os.setxattr(target, "user.coc.risk_level", b"HIGH"),
               lambda: os.setxattr(target, "user.other", b"x"), lambda: os.rename(b.at("draft"), target),
               lambda: os.rename(target, b.at("other.yaml")), lambda: os.rename(target, b.at("scratch")),
               lambda: os.link(target, b.at("link")), lambda: os.open(target, os.O_RDWR)]
    for act in refused:
        with pytest.raises(OSError) as raised:
            act()
        assert raised.value.errno in (errno.EPERM, errno.EACCES)
    assert names(b) == ["draft", "job.yaml"]
    assert tools.read(target) == b"text"
    assert b.sent() == (0, 0)
    if os.geteuid() == 0:
        assert "jobs=all" in b.error("job.yaml") and "another" not in b.error("job.yaml")
        assert "jobs=all" in b.fact("job.yaml", "error")
        assert "jobs=all" in b.log()
        os.unlink(b.at("job.yaml.error"))
        assert b.error("job.yaml") is None


def test_that_an_import_is_read_only_is_told_no_more_when_it_is_not(host):
    b = host("b")
    make(b, "job")
    make(b, "other")
    assert names(b) == ["job.yaml", "other.yaml"]
    for name in names(b):
        tools.write(b.at("draft"), "mine")
        with pytest.raises(PermissionError):
            os.rename(b.at("draft"), b.at(name))
        assert "jobs=all" in b.error(name)
    os.unlink(b.at("draft"))
    b.remount()
    assert "jobs=all" in b.error("job.yaml")
    b.options["jobs"] = "all"
    b.remount()
    assert b.error("job.yaml") is None and b.error("other.yaml") is None
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "TALL", b.at("other.yaml")).fails()
    story = b.error("other.yaml")
    b.remount()
    assert story and b.error("other.yaml") == story
    tools.run("sed", "-i", "s/pause/stop/", b.at("job.yaml")).ok()
    assert len(b.updates()) == 1


def test_a_removed_import_stays_away(host):
    b = host("b", refresh="0")
    id_ = make(b, "job")
    assert names(b) == ["job.yaml"]
    os.unlink(b.at("job.yaml"))
    assert names(b) == []
    b.remount()
    assert names(b) == []
    assert id_ in tools.read(b.at(".coc", "jobs")).decode()
    assert len(b.jobs()) == 1
    b.unmount()
    b.options["adopt"] = "never"
    b.mount()
    tools.write(b.at("job.yaml"), samples.document("mine"))
    assert len(b.jobs()) == 2
    b.remount()
    assert names(b) == ["job.yaml"]
    assert tools.read(b.at("job.yaml")).decode() == samples.document("mine")


def test_tools_that_delete_harm_no_job(host, src):
    b = host("b", refresh="0")
    for number in range(3):
        make(b, f"job {number}")
    assert len(names(b)) == 3
    tools.run("rsync", "-a", "--delete", f"{src}/", f"{b.path}/")
    assert names(b) == []
    assert len(b.jobs()) == 3


# ---- tools that remove a file before they write it ----

def install(source, target):
    tools.run("install", "-m", "644", source, target).ok()


def move_from_elsewhere(source, target):
    """As mv does from another file system."""
    os.lstat(target)
    os.unlink(target)
    tools.run("cp", source, target).ok()


def copy_anew(source, target):
    tools.run("cp", "--remove-destination", source, target).ok()


def unpack(source, target):
    archive = source + ".tar"
    tools.run("tar", "-C", os.path.dirname(source), "-cf", archive, os.path.basename(source)).ok()
    tools.run("tar", "-C", os.path.dirname(target), "-xf", archive).ok()


def remove_and_write(source, target):
    os.unlink(target)
    tools.write(target, tools.read(source))


def remove_and_rename(source, target):
    tools.write(target + ".new", tools.read(source))
    os.unlink(target)
    os.rename(target + ".new", target)


REPLACERS = [install, move_from_elsewhere, copy_anew, unpack, remove_and_write, remove_and_rename]


@pytest.mark.parametrize("how", REPLACERS)
def test_a_tool_that_removes_first_makes_no_second_job(host, src, how):
    b = host("b", jobs="all", delete="service", refresh="0")
    id_ = make(b, "job", samples.document("job", ["first"]), risk_level="HIGH")
    assert names(b) == ["job.yaml"]
    assert "first" in reads(b.at("job.yaml")).decode()
    how(samples.file(src, "job.yaml", "job", ["mine"]), b.at("job.yaml"))
    assert b.sent() == (0, 1) and b.id("job.yaml") == id_
    assert (b.only_job()["content"], b.only_job()["risk_level"]) == (samples.document("job", ["mine"]), "HIGH")
    os.unlink(b.at("job.yaml"))
    b.remount()
    assert names(b) == [] and len(b.jobs()) == 1
    tools.write(b.at("job.yaml"), samples.document("job", ["again"]))
    assert b.sent() == (0, 2) and b.only_job()["document_id"] == id_


def hears(number, how, *args):
    """Fails the test unless how(*args), a tool or a system call, ends with the errno number."""
    try:
        how(*args)
    except OSError as error:
        assert error.errno == number
    except AssertionError as error:
        assert tools.message(errno.errorcode[number]) in str(error)
    else:
        raise AssertionError("no error")


@pytest.mark.parametrize("jobs, number", [("read", errno.EPERM), ("all", errno.ESTALE)])
@pytest.mark.parametrize("fetched", [False, True])
@pytest.mark.parametrize("how", REPLACERS)
def test_what_nobody_read_is_not_replaced_by_a_tool_that_removes_first(host, src, how, fetched, jobs, number):
    if os.geteuid() != 0 and jobs == "read" and how not in (move_from_elsewhere, remove_and_write, remove_and_rename):
        pytest.skip("the tool asks the mode of the file")
    b = host("b", jobs=jobs)
    ids = {name: make(b, name, samples.document(name, ["first"])) for name in ("job", "same")}
    assert names(b) == ["job.yaml", "same.yaml"]
    if fetched:
        for name in names(b):
            os.stat(b.at(name))
    hears(number, how, samples.file(src, "job.yaml", "job", ["mine"]), b.at("job.yaml"))
    how(samples.file(src, "same.yaml", "same", ["first"]), b.at("same.yaml"))
    assert b.sent() == (0, 0) and b.id("same.yaml") == ids["same"]
    if how == remove_and_rename:  # the rename is refused, so the file keeps its other name
        assert "mine" in reads(b.at("job.yaml.new")).decode() and names(b) == ["job.yaml.new", "same.yaml"]
        return
    for _ in range(2):
        assert "mine" in reads(b.at("job.yaml")).decode()
        if jobs == "read":
            assert "jobs=all" in b.error("job.yaml") and "adopt=never" in b.error("job.yaml") and ids["job"] in b.error("job.yaml")
        b.remount()
    assert names(b) == ["job.yaml", "same.yaml"]
    tools.run("cp", samples.file(src, "job.yaml", "job", ["first"]), b.at("job.yaml")).ok()
    assert b.sent() == (0, 0) and b.id("job.yaml") == ids["job"]


@pytest.mark.parametrize("adopt", ["same", "name"])
@pytest.mark.parametrize("jobs", ["read", "all"])
def test_a_deployment_that_empties_the_root_first_makes_no_second_job(host, src, jobs, adopt):
    """rsync reads the root, removes what the repository has in a directory, and writes it there."""
    b = host("b", jobs=jobs, adopt=adopt, refresh="0")
    ids = {name: make(b, name, samples.document(name)) for name in ("one", "two")}
    assert names(b) == ["one.yaml", "two.yaml"]
    assert all(reads(b.at(name)) for name in names(b))
    os.mkdir(src / "nightly")
    for name in ids:
        samples.file(src / "nightly", name + ".yaml", name)
    tools.run("rsync", "-a", "--delete", f"{src}/", f"{b.path}/").ok()
    assert names(b) == ["nightly"] and not b.creates()
    for name, id_ in ids.items():
        assert b.id(f"nightly/{name}.yaml") == id_


@pytest.mark.parametrize("make_other", [
    os.mkdir, os.mkfifo, lambda path: os.symlink("elsewhere", path),
    lambda path: (os.mkdir(path + ".d"), os.rename(path + ".d", path)),
    lambda path: (os.symlink("elsewhere", path + ".l"), os.rename(path + ".l", path)),
], ids=["mkdir", "mkfifo", "symlink", "rename-directory", "rename-symlink"])
def test_only_a_file_gets_the_job_of_a_removed_import(host, make_other):
    b = host("b", jobs="all")
    id_ = make(b, "job", samples.document("job"))
    assert names(b) == ["job.yaml"] and reads(b.at("job.yaml"))
    os.unlink(b.at("job.yaml"))
    make_other(b.at("job.yaml"))
    os.mkdir(b.at("sub"))
    tools.write(b.at("sub", "job.yaml"), samples.document("job"))
    assert b.id("sub/job.yaml") == id_ and b.sent() == (0, 0)


def test_the_job_of_a_removed_import_comes_back_under_any_name(host):
    b = host("b", jobs="all")
    id_ = make(b, "job", samples.document("job", ["first"]))
    assert names(b) == ["job.yaml"] and reads(b.at("job.yaml"))
    os.unlink(b.at("job.yaml"))
    tools.write(b.at("other.yaml"), "")
    os.setxattr(b.at("other.yaml"), "user.coc.job_id", id_.encode())
    assert tools.read(b.at("other.yaml")).decode() == samples.document("job", ["first"])
    tools.write(b.at("job.yaml"), samples.document("job", ["second"]))
    assert b.sent() == (1, 0) and b.id("other.yaml") == id_ != b.id("job.yaml")


@pytest.mark.parametrize("jobs, adopt", [("read", "same"), ("all", "same"), ("all", "name")])
def test_the_newest_text_takes_the_job_whatever_name_it_says(host, src, jobs, adopt):
    """The console has given the job another name than the text has. The name of the removed file remembers the job."""
    b = host("b", jobs=jobs, adopt=adopt)
    text = samples.document("other", ["first"])
    ids = [make(b, "job", text), make(b, "third", samples.document("fourth"))]
    assert names(b) == ["job.yaml", "third.yaml"]
    for name in ("job.yaml", "third.yaml"):
        os.unlink(b.at(name))
    tools.run("cp", samples.file(src, "job.yaml", "other", ["first"]), b.at("job.yaml")).ok()
    assert b.id("job.yaml") == ids[0] and b.sent() == (0, 0) and b.job(ids[0])["name"] == "job"
    assert b.fact("job.yaml", "base") == "v1" and b.fact("job.yaml", "state") == "submitted"
    # the name remembers its job, but a file with another text does not get it
    result = tools.run("cp", samples.file(src, "x.yaml", "fourth", ["mine"]), b.at("third.yaml"))
    assert result.status != 0 and b.sent() == (0, 0) and ids[1] in b.error("third.yaml")
    # a second job of the same text and name is no choice for a name that remembers the first
    twin = make(b, "other", text)
    os.unlink(b.at("job.yaml"))
    tools.run("cp", samples.file(src, "job.yaml", "other", ["first"]), b.at("job.yaml")).ok()
    assert b.id("job.yaml") == ids[0] != twin


def test_a_removed_import_and_a_file_of_its_name_outlive_a_remount(host):
    """A file made at the name again belongs to the user, even if it is empty or equal to the job's text."""
    b = host("b")
    for name in ("empty", "equal"):
        make(b, name, samples.document(name))
    for name in names(b):
        tools.read(b.at(name))
        os.unlink(b.at(name))
    tools.write(b.at("empty.yaml"), "")
    tools.write(b.at("scratch"), samples.document("equal"))
    os.rename(b.at("scratch"), b.at("equal.yaml"))
    b.remount()
    assert names(b) == ["empty.yaml", "equal.yaml"]
    assert reads(b.at("empty.yaml")) == b"" and reads(b.at("equal.yaml")).decode() == samples.document("equal")


# ---- jobs=all ----

def rewrite(path, text):
    """Writes the text over the file, as cp does."""
    tools.write(path, text)


def sed(path, text):
    tools.run("sed", "-i", f"s/pause/{text}/", path).ok()


def vim(path, text):
    tools.need("vim")
    tools.run("vim", "-es", "-u", "NONE", "-c", f"%s/pause/{text}/", "-c", "wq", path).ok()


def move_over(path, text):
    tools.write(path + ".new", tools.read(path).replace(b"pause", text.encode()))
    os.rename(path + ".new", path)


def backup_and_write(path, text):
    content = tools.read(path).replace(b"pause", text.encode())
    os.rename(path, path + "~")
    tools.write(path, content)
    os.unlink(path + "~")


EDITS = {"sed": sed, "vim": vim, "move": move_over, "backup": backup_and_write,
         "cp": lambda path, text: rewrite(path, tools.read(path).decode().replace("pause", text))}


@pytest.mark.parametrize("how", EDITS)
def test_an_edit_is_one_update_of_the_same_job(host, how):
    a, b = host("a"), host("b", jobs="all")
    tools.write(a.at("job.yaml"), samples.document("job", ["pause"]))
    assert names(b) == ["job.yaml"]
    assert stat.S_IMODE(os.stat(b.at("job.yaml")).st_mode) == 0o644
    EDITS[how](b.at("job.yaml"), "resume")
    assert b.sent() == (1, 1)  # the create is a's: sent() counts the requests of both mounts
    job = b.only_job()
    assert job["document_id"] == a.id("job.yaml") == b.id("job.yaml")
    assert job["content"] == tools.read(b.at("job.yaml")).decode() == samples.document("job", ["resume"])
    assert b.fact("job.yaml", "version") == b.fact("job.yaml", "base") == "v2"
    assert b.fact("job.yaml", "state") == "submitted"
    assert names(b) == ["job.yaml"]
    b.remount()
    assert names(b) == ["job.yaml"]
    tools.write(b.at("job.yaml"), samples.document("job", ["third"]))
    assert b.sent() == (1, 2)


def test_an_edit_that_changes_nothing_sends_nothing(host):
    b = host("b", jobs="all")
    make(b, "job")
    assert names(b) == ["job.yaml"]
    tools.write(b.at("job.yaml"), tools.read(b.at("job.yaml")))
    assert b.sent() == (0, 0)
    assert b.fact("job.yaml", "state") == "submitted"


def test_an_attribute_changes_the_job(host):
    b = host("b", jobs="all")
    id_ = make(b, "job")
    assert names(b) == ["job.yaml"]
    os.setxattr(b.at("job.yaml"), "user.coc.risk_level", b"HIGH")
    assert b.job(id_)["risk_level"] == "HIGH"
    assert b.sent() == (0, 1)


def test_an_edit_keeps_what_the_service_holds(host):
    b = host("b", jobs="all")
    id_ = make(b, "job", risk_level="HIGH", description="kept")
    assert names(b) == ["job.yaml"]
    EDITS["cp"](b.at("job.yaml"), "resume")
    job = b.job(id_)
    assert (job["risk_level"], job["description"], job["name"]) == ("HIGH", "kept", "job")


def test_a_moved_import_keeps_its_job(host):
    b = host("b", jobs="all", refresh="0")
    id_ = make(b, "job")
    os.mkdir(b.at("dir"))
    assert names(b) == ["dir", "job.yaml"]
    os.rename(b.at("job.yaml"), b.at("dir", "mine.yaml"))
    assert names(b) == ["dir"]
    assert b.id("dir/mine.yaml") == id_
    assert b.sent() == (0, 0)


def test_delete_service_deletes_no_job_that_was_only_edited(host):
    b = host("b", jobs="all", delete="service", refresh="0")
    make(b, "edited")
    make(b, "seen")
    assert names(b) == ["edited.yaml", "seen.yaml"]
    EDITS["cp"](b.at("edited.yaml"), "resume")
    assert b.sent() == (0, 1)
    os.unlink(b.at("edited.yaml"))
    os.unlink(b.at("seen.yaml"))
    assert len(b.jobs()) == 2
    assert names(b) == []


def test_a_console_version_since_the_fetch_is_not_overwritten(host):
    b = host("b", jobs="all")
    id_ = make(b, "job")
    assert names(b) == ["job.yaml"]
    handle = os.open(b.at("job.yaml"), os.O_RDWR)
    b.cocd.client().ask("PUT", f"{LIST}/{id_}", body={"name": "job", "content": samples.document("job", ["console"])})
    os.pwrite(handle, samples.document("job", ["mine"]).encode(), 0)
    with pytest.raises(OSError) as raised:
        os.close(handle)
    assert raised.value.errno == errno.ESTALE
    assert b.job(id_)["content"] == samples.document("job", ["console"])


def test_an_edit_without_the_service_is_an_error(host):
    b = host("b", jobs="all")
    make(b, "job")
    assert names(b) == ["job.yaml"]
    b.front.refuse()
    with pytest.raises(OSError):
        tools.write(b.at("job.yaml"), "x")
    b.front.accept()
    tools.eventually(lambda: reads(b.at("job.yaml")) == samples.document("job").encode(), "the service to be asked again")


# ---- changes by others meanwhile ----

def put(space, id_, content, name="job"):
    """A colleague gives the job id_ a new version at the console."""
    space.cocd.client().ask("PUT", f"{LIST}/{id_}", body={"name": name, "content": content})


def test_a_newer_version_is_shown_within_refresh(host):
    b = host("b", refresh="0")
    id_ = make(b, "job", "first")
    assert names(b) == ["job.yaml"]
    assert tools.read(b.at("job.yaml")) == b"first"
    with open(b.at("job.yaml"), "rb") as reader:
        put(b, id_, "the second")
        assert tools.read(b.at("job.yaml")) == b"the second"
        assert reader.read() == b"first"
    assert os.stat(b.at("job.yaml")).st_size == len("the second")
    assert b.fact("job.yaml", "base") == b.fact("job.yaml", "version") == "v2"


@pytest.mark.parametrize("jobs", ["read", "all"])
@pytest.mark.parametrize("others", [0, 1, 3], ids=lambda number: f"{number} readers")
def test_a_reader_of_an_import_hears_nothing_of_a_colleague_who_is_fast(host, jobs, others):
    b = host("b", refresh="0", jobs=jobs)
    id_ = make(b, "job")
    assert names(b) == ["job.yaml"]
    readers = [tools.begin_python("fd = os.open(target, os.O_RDONLY); os.read(fd, 100000); ready(); os.close(fd)", b.at("job.yaml"))
               for _ in range(others)]
    change = two_writers.hurry(b, id_)
    for look in (["cat"], ["stat"], ["head", "-c", "1000"]) * 3:
        asked = len(shows(b))
        tools.run(*look, b.at("job.yaml")).ok()
        assert len(shows(b)) > asked
    change.end()
    assert tools.read(b.at("job.yaml")).decode() == b.job(id_)["content"]
    for reader in readers:
        tools.finish(reader, given=b"go\n").ok()


def test_a_newer_version_in_the_list_is_fetched(host):
    b = host("b")
    id_ = make(b, "job", "first")
    assert names(b) == ["job.yaml"]
    assert tools.read(b.at("job.yaml")) == b"first"
    put(b, id_, "second")
    tools.eventually(lambda: reads(b.at("job.yaml")) == b"first", "the content that is known")
    b.options["refresh"] = "1"
    b.remount()
    tools.eventually(lambda: names(b) == ["job.yaml"] and reads(b.at("job.yaml")) == b"second", "the second version")


def test_a_job_that_is_gone_loses_its_file(host):
    b = host("b", refresh="0")
    made = [make(b, f"job {number}") for number in range(4)]
    assert len(names(b)) == 4
    tools.read(b.at("job 1.yaml"))
    b.cocd.client().delete(made[0])
    b.cocd.client().delete(made[1])
    tools.eventually(lambda: names(b) == ["job 2.yaml", "job 3.yaml"], "the files to go")
    assert reads(b.at("job 1.yaml")) is None


def test_when_every_job_is_gone_no_file_is(host):
    """To the mount this looks as if its keys had become those of another account."""
    b = host("b", refresh="0")
    for number in range(4):
        make(b, f"job {number}", "text")
    assert len(names(b)) == 4
    tools.read(b.at("job 1.yaml"))
    b.front.change_answers(lambda exchange, answer: {"data": [], "total": 0} if exchange.path == LIST else {"data": None})
    assert len(names(b)) == 4
    assert tools.read(b.at("job 1.yaml")) == b"text"
    with pytest.raises(OSError) as raised:
        tools.read(b.at("job 2.yaml"))
    assert raised.value.errno == errno.ENOENT
    assert len(names(b)) == 4


def test_a_first_list_is_never_shown_half(host):
    b = host("b", timeout="1")
    for number in range(3):
        make(b, f"job {number}")
    gate = b.front.gate()
    b.front.rule(fronts.Fault(gate=gate), "GET", LIST)
    assert names(b) == []
    gate.open()
    tools.eventually(lambda: len(names(b)) == 3, "all of them")


def test_the_job_of_a_create_under_way_is_not_shown(host):
    """cocfs reads the list, which has the job of the mount's own create before the answer to the create has arrived."""
    a = host("a", refresh="0", timeout="8")
    a.front.rule(fronts.silence(forward=True), "POST", LIST)
    os.mkdir(a.at("sub"))
    source = tools.write(os.path.join(a.base, "x.yaml"), samples.document("mine"))
    writer = tools.popen("cp", source, a.at("sub", "x.yaml"))
    tools.eventually(lambda: len(a.cocd.client().ids()) == 1, "the create at the service")
    make(a, "foreign")
    assert names(a) == ["foreign.yaml", "sub"]
    a.front.refuse()  # cuts the create, so that the test does not wait for its timeout
    a.front.accept()
    tools.finish(writer).fails("Input/output error")


def test_the_jobs_of_the_account_name_the_files(host):
    b = host("b")
    id_ = make(b, "a/job")
    assert names(b) == ["a_job.yaml"]
    line, = [line for line in tools.read(b.at(".coc", "jobs")).decode().splitlines() if line.startswith(id_)]
    assert line.split("\t")[5:] == ["a_job.yaml", "a/job"]


EDITOR = """
with open(target, 'rb') as file:
    text = file.read()
print('read', flush=True)
sys.stdin.readline()
os.rename(target, target + '~')
fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
os.write(fd, text + b'# mine\\n')
try:
    os.close(fd)
    print('saved')
except OSError as error:
    print(errno.errorcode[error.errno])
"""


def test_an_editor_that_read_v1_does_not_overwrite_v2_that_cron_has_read(host):
    b = host("b", jobs="all", refresh="0")
    id_ = make(b, "job", samples.document("job", ["first"]))
    assert names(b) == ["job.yaml"]
    editor = tools.popen("/usr/bin/python3", "-c", "import errno, os, sys\ntarget = sys.argv[1]\n" + EDITOR, b.at("job.yaml"),
                         stdin=subprocess.PIPE)
    assert editor.stdout.readline() == b"read\n"
    put(b, id_, samples.document("job", ["console"]))
    assert "console" in tools.run("cat", b.at("job.yaml")).ok().stdout
    said, _ = editor.communicate(b"go\n", timeout=30)
    assert said == b"ESTALE\n"
    assert b.job(id_)["content"] == samples.document("job", ["console"])


def test_a_copy_over_a_version_that_nobody_read_is_a_conflict(host, src):
    """cp looks at its target before it writes. That look fetches the newer version."""
    b = host("b", jobs="all", refresh="0")
    id_ = make(b, "job", samples.document("job", ["first"]))
    assert names(b) == ["job.yaml"]
    tools.run("cat", b.at("job.yaml")).ok()
    put(b, id_, samples.document("job", ["console"]))
    result = tools.run("cp", samples.file(src, "mine.yaml", "job", ["mine"]), b.at("job.yaml"))
    result.fails(tools.message("ESTALE"))
    assert b.job(id_)["content"] == samples.document("job", ["console"])


@pytest.mark.parametrize("refresh", ["0", LONG])
def test_a_copy_over_an_import_that_nobody_read_is_a_conflict(host, src, refresh):
    """Before it is read, not even the first version is a base. A file with the import's own text is accepted."""
    b = host("b", jobs="all", refresh=refresh)
    id_ = make(b, "job", samples.document("job", ["first"]))
    make(b, "same", samples.document("same", ["first"]))
    assert names(b) == ["job.yaml", "same.yaml"]
    put(b, id_, samples.document("job", ["console"]))
    tools.run("cp", samples.file(src, "mine.yaml", "job", ["mine"]), b.at("job.yaml")).fails(tools.message("ESTALE"))
    assert "version: v2\n" in b.error("job.yaml") and "base:" not in b.error("job.yaml")
    tools.run("cp", samples.file(src, "same.yaml", "same", ["first"]), b.at("same.yaml")).ok()
    assert b.fact("same.yaml", "state") == "submitted" and b.fact("same.yaml", "base") == "v1"
    assert b.sent() == (0, 0) and "mine" in reads(b.at("job.yaml")).decode()
    b.remount()
    tools.setfattr(b.at("job.yaml"), "coc.base", "v2").ok()
    assert "mine" in b.job(id_)["content"] and b.sent() == (0, 1)


@pytest.mark.parametrize("jobs", ["read", "all"])
def test_a_path_that_takes_the_job_takes_the_import_away(host, src, jobs):
    b = host("b", jobs=jobs)
    id_ = make(b, "restart")
    other = make(b, "other")
    os.mkdir(b.at("nightly"))
    assert names(b) == ["nightly", "other.yaml", "restart.yaml"]
    tools.run("cp", samples.file(src, "restart.yaml", "restart"), b.at("nightly", "restart.yaml")).ok()
    assert b.id("nightly/restart.yaml") == id_
    assert b.sent() == (0, 0)
    tools.eventually(lambda: names(b) == ["nightly", "other.yaml"], "the import to leave")
    assert reads(b.at("restart.yaml")) is None
    assert b.id("other.yaml") == other


def test_a_job_that_was_forgotten_is_not_imported(host, src):
    b = host("b", refresh="0")
    tools.run("cp", samples.file(src, "job.yaml", "job"), b.at("job.yaml")).ok()
    os.removexattr(b.at("job.yaml"), "coc.job_id")
    os.unlink(b.at("job.yaml"))
    assert names(b) == []
    b.remount()
    assert names(b) == []


# ---- owner and mode of imports ----

@pytest.mark.parametrize("options, mode", [
    ({}, 0o444), ({"umask": "077"}, 0o400), ({"umask": "022"}, 0o444), ({"jobs": "all"}, 0o644), ({"jobs": "all", "umask": "077"}, 0o600),
    ({"uid": "4711", "gid": "4712"}, 0o444)])
def test_owner_and_mode(host, options, mode):
    b = host("b", **options)
    make(b, "job")
    assert names(b) == ["job.yaml"]
    seen = os.stat(b.at("job.yaml"))
    assert stat.S_IMODE(seen.st_mode) == mode
    assert (seen.st_uid, seen.st_gid) == (int(options.get("uid", os.geteuid())), int(options.get("gid", os.getegid())))


@pytest.mark.parametrize("options, readable", [({}, False), ({"jobs": "all"}, False), ({"umask": "022"}, True)])
def test_other_users_read_them_only_if_umask_says_so(host, options, readable):
    if os.geteuid():
        pytest.skip("only root can act as another user")
    b = host("b", allow_other=True, **options)
    make(b, "job", "text")
    assert names(b) == ["job.yaml"]
    for name in ("job.yaml", "job.yaml.id"):
        result = as_user("cat", b.at(name))
        assert (result.status == 0) == readable
    if not readable:
        assert stat.S_IMODE(os.stat(b.at("job.yaml")).st_mode) == (0o600 if "jobs" in options else 0o400)


# ---- many ----

def make_jobs(space, count):
    client = space.cocd.client()
    made = [client.create(name=f"job {number:04}", content=f"text {number}", enterprise_project_id="0", risk_level="LOW")
            for number in range(count)]
    client.close()
    return made


@pytest.mark.parametrize("order", ["grep -r text {0}", "cat {0}/*.yaml", "ls -U {0} | grep yaml$ | tac | sed 's,^,{0}/,' | xargs -d '\n' cat"])
def test_content_is_fetched_ahead_and_once(host, order):
    b = host("b", timeout="60")
    made = make_jobs(b, 400)
    assert len(names(b)) == 400
    b.front.rule(fronts.Fault(delay_after=0.05), "GET", LIST + "/.+", times=None)
    b.front.max_in_flight = 0
    command = order.format(b.path).replace("grep -r", "grep -r --exclude='*.id' -h")
    assert tools.sh(command, seconds=60).ok().stdout.count("text") == 400
    asked = [call.path.rsplit("/", 1)[1] for call in shows(b)]
    assert sorted(asked) == sorted(made)
    assert 32 < b.front.max_in_flight <= 64
    assert tools.sh(command, seconds=60).ok().stdout.count("text") == 400
    assert len(shows(b)) == 400


def test_who_reads_a_few_has_a_few_fetched(host):
    b = host("b")
    make_jobs(b, 300)
    listed = names(b)
    for name in listed[:2]:
        tools.read(b.at(name))
    assert len(shows(b)) == 2
    for name in listed[2:3]:
        tools.read(b.at(name))
    tools.eventually(lambda: len(shows(b)) > 40, "some to be fetched ahead")
    b.settle()
    assert len(shows(b)) <= 3 + 64


def test_a_429_is_obeyed_by_all_who_were_under_way(host):
    """The service answers each request with 429. Only the request that a reader waits for is sent again; the jobs that were fetched ahead
    are not asked for again."""
    b = host("b", timeout="60")
    make_jobs(b, 100)
    listed = names(b)
    throttles = [True]
    b.front.rule(fronts.refuses(429, "APIGW.0308", "too fast", headers=(("Content-Type", "application/json"), ("Retry-After", "1"))),
                 "GET", LIST + "/.+", times=None, when=lambda: throttles and len(shows(b)) > 2)

    def refused_again():
        refusals = collections.Counter(call.path for call in shows(b) if call.status == 429)
        return sum(count - 1 for count in refusals.values())

    reader = tools.popen("cat", *[b.at(name) for name in listed[:5]])
    tools.eventually(lambda: len(shows(b)) > 40, "some to be fetched ahead")
    tools.eventually(lambda: refused_again() >= 2, "the waiting request to be sent again, twice")
    throttles.clear()
    assert tools.finish(reader).ok().stdout.count("text") == 5
    assert refused_again() <= 3


def test_a_list_of_many_jobs_asks_for_no_job(host):
    b = host("b", timeout="60")
    made = make_jobs(b, 1200)
    tools.run("ls", b.path, seconds=60).ok()
    assert len(names(b)) == len(made)
    before = len(b.calls())
    assert len(names(b)) == len(made)
    assert len(b.calls()) == before and not shows(b)


def as_user(*argv):
    return tools.run(*tools.AS_USER, *argv)


def test_a_user_who_may_not_write_an_import_gets_no_job_through_it(host):
    """The directory lets the user rename and remove. All the same the user does not get the job."""
    if os.geteuid() != 0:
        pytest.skip("acts as other users")
    b = host("b", jobs="all", allow_other=True)
    ids = {name: make(b, name, samples.document(name, ["secret"])) for name in ("job", "gone")}
    os.chmod(b.path, 0o777)
    os.mkdir(b.at("dir"), 0o777)
    os.chmod(b.at("dir"), 0o777)
    assert names(b) == ["dir", "gone.yaml", "job.yaml"]
    for name in ids:
        tools.read(b.at(name + ".yaml"))
    as_user("sh", "-c", f"echo x > {b.at('dir', 'own.txt')}; echo x > {b.at('dir', 'own.yaml')}")
    exchange = "import ctypes, os, sys; libc = ctypes.CDLL(None, use_errno=True); " \
        "sys.exit(libc.renameat2(-100, os.fsencode(sys.argv[1]), -100, os.fsencode(sys.argv[2]), 2) and ctypes.get_errno())"
    assert "denied" in as_user("mv", "-f", b.at("dir", "own.txt"), b.at("job.yaml")).stderr
    assert "denied" in as_user("mv", "-f", b.at("job.yaml"), b.at("dir", "mine.yaml")).stderr
    assert as_user("/usr/bin/python3", "-c", exchange, b.at("dir", "own.yaml"), b.at("job.yaml")).status == errno.EACCES
    assert b.sent() == (0, 0) and b.fact("job.yaml", "state") == "imported"
    as_user("rm", "-f", b.at("gone.yaml")).ok()
    as_user("sh", "-c", f"echo '{samples.document('gone', ['mine'])}' > {b.at('gone.yaml')}").ok()
    assert not b.updates() and b.id("gone.yaml") not in (None, ids["gone"])
    assert "secret" in b.job(ids["gone"])["content"]
