# SPDX-License-Identifier: MIT
"""Attributes: where they come from, how they travel, and which can change once a file is bound."""

import errno
import os

import pytest

import front as f
import queues
import samples
import tools
from tools import getfattr, setfattr

FULL = {"risk_level": "HIGH", "enterprise_project_id": "ep-17", "name": "nightly restart",
        "description": "Restarts all, at night", "tags": "team=ops,stage="}
TAGS = [{"key": "team", "value": "ops"}, {"key": "stage", "value": ""}]
COPIES = [["--preserve=xattr"], ["-a"]]


def sent_attributes(exchange):
    body = exchange.json()
    return {key: body.get(key) for key in ("risk_level", "enterprise_project_id", "name",
                                           "description", "tags")}


def decorate(path, **values):
    for name, value in values.items():
        setfattr(path, "user.coc." + name, value).ok()
    return path


@pytest.fixture
def bound(space, src):
    """A space with one submitted job, a.yaml."""
    tools.run("cp", samples.file(src, "a.yaml", "a"), space.path).ok()
    return space


def test_a_file_that_is_gone_from_the_spool_tells_nothing(own_space, src):
    tools.run("cp", samples.file(src, "a.yaml", "a"), own_space.path).ok()
    with open(own_space.at("a.yaml"), encoding="utf-8") as file:
        assert os.getxattr(file.fileno(), "coc.state") == b"submitted"
        os.unlink(os.path.join(own_space.state, "spool", "a.yaml"))
        requests = {fact: lambda fact=fact: os.getxattr(file.fileno(), fact)
                    for fact in ("coc.state", "coc.job_id", "coc.error", "coc.warnings", "coc.base")}
        requests["removal"] = lambda: os.removexattr(file.fileno(), "coc.job_id")
        requests["job of another file"] = lambda: os.setxattr(file.fileno(), "coc.job_id", b"DM20991231235959abcdefgh")
        requests["new base"] = lambda: os.setxattr(file.fileno(), "coc.base", b"v1")
        for name, request in requests.items():
            with pytest.raises(OSError) as caught:
                request()
            assert (name, caught.value.errno) == (name, errno.ENOENT)


@pytest.mark.parametrize("flags", COPIES, ids=" ".join)
def test_travel_with_a_copy_in_one_create(make_space, src, flags):
    space = make_space(risk_level=None)
    source = decorate(samples.file(src, "a.yaml"), **FULL)
    tools.run("cp", *flags, source, space.path).ok()
    assert space.sent() == (1, 0)
    assert sent_attributes(space.creates()[0]) == {**FULL, "tags": TAGS}
    job = space.only_job()
    assert {key: job[key] for key in FULL if key != "tags"} == {
        key: value for key, value in FULL.items() if key != "tags"}


def test_copied_out_and_in_again_makes_a_job_with_the_same_attributes(space, src):
    source = decorate(samples.file(src, "a.yaml"), **FULL)
    tools.run("cp", "-a", source, space.path).ok()
    tools.run("cp", "-a", space.at("a.yaml"), src / "out.yaml").ok()
    assert sorted(os.listxattr(src / "out.yaml")) == sorted("user.coc." + name for name in FULL)
    tools.run("cp", "-a", src / "out.yaml", space.at("b.yaml")).ok()
    first, second = space.creates()
    assert sent_attributes(first) == sent_attributes(second)
    assert space.id("a.yaml") != space.id("b.yaml")


def test_nearest_wins(make_space, src):
    space = make_space(risk_level="LOW", enterprise_project_id="ep-mount")
    os.makedirs(space.at("d/e"))
    decorate(space.at("d"), risk_level="MEDIUM", tags="from=d")
    decorate(space.at("d/e"), tags="from=e")
    plain, own = samples.file(src, "plain.yaml"), samples.file(src, "own.yaml")
    decorate(own, risk_level="HIGH")
    for where in ("", "d", "d/e"):
        tools.run("cp", plain, space.at(where)).ok()
    tools.run("cp", "-a", own, space.at("d/e")).ok()
    seen = [(a["risk_level"], a["enterprise_project_id"], a["tags"] and a["tags"][0]["value"])
            for a in map(sent_attributes, space.creates())]
    assert seen == [("LOW", "ep-mount", None), ("MEDIUM", "ep-mount", "d"),
                    ("MEDIUM", "ep-mount", "e"), ("HIGH", "ep-mount", "e")]


@pytest.mark.parametrize("above", [0, 1, 2])
def test_directory_attribute_set_after_a_job_below_it_holds_for_the_next(make_space, src, above):
    """The next job must have the new level, although the mount has just seen that the directory had no attribute."""
    space = make_space()
    os.makedirs(space.at("a", "b"))
    directory = space.at(*["a", "b"][:above])

    def risk_of_next(name):
        tools.run("cp", samples.file(src, f"{name}.yaml", name), space.at("a", "b", f"{name}.yaml")).ok()
        return space.job(space.id(f"a/b/{name}.yaml"))["risk_level"]
    assert risk_of_next("first") == "LOW"
    tools.setfattr(directory, "user.coc.risk_level", "HIGH").ok()
    assert risk_of_next("second") == "HIGH"
    tools.run("setfattr", "-x", "user.coc.risk_level", directory).ok()
    assert risk_of_next("third") == "LOW"
    tools.setfattr(directory, "user.coc.risk_level", "MEDIUM").ok()
    assert risk_of_next("fourth") == "MEDIUM"


def test_directory_attribute_set_on_the_mount_root(make_space, src):
    space = make_space(risk_level=None)
    decorate(space.path, risk_level="MEDIUM")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.only_job()["risk_level"] == "MEDIUM"


def test_name_and_description_of_the_file_win_over_meta(space, src):
    source = decorate(samples.file(src, "a.yaml", "from-meta", description="from meta"),
                      name="from attribute", description="")
    tools.run("cp", "-a", source, space.path).ok()
    job = space.only_job()
    assert (job["name"], job["description"] or "") == ("from attribute", "")


def test_listing_shows_only_what_can_be_copied(bound):
    decorate(bound.at("a.yaml"), description="listed")
    tools.need("getfattr")
    listed = tools.run("getfattr", "-d", "-m", "-", "--absolute-names", bound.at("a.yaml")).ok().stdout
    names = [line.partition("=")[0] for line in listed.splitlines() if "=" in line]
    assert names == ["user.coc.description"]


def test_facts_of_a_submitted_job(bound):
    job = bound.only_job()
    assert bound.fact("a.yaml", "job_id") == job["document_id"]
    assert bound.fact("a.yaml", "state") == "submitted"
    assert bound.fact("a.yaml", "version") == "v1"
    assert bound.fact("a.yaml", "request_id")
    assert not bound.fact("a.yaml", "error")


def test_facts_of_a_refused_job(space, src):
    space.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "POST")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).fails(tools.message("EINVAL"))
    assert space.fact("a.yaml", "state") == "failed"
    assert space.fact("a.yaml", "request_id") == f.REQUEST_ID
    assert space.fact("a.yaml", "job_id") is None
    first_line = space.error("a.yaml").splitlines()[0]
    assert first_line in space.fact("a.yaml", "error")


def test_facts_of_a_draft(space):
    tools.run("touch", space.at("a.yaml")).ok()
    assert space.fact("a.yaml", "state") == "draft"
    assert space.fact("a.yaml", "job_id") is None


def test_warnings_are_told_with_their_place(space):
    content = samples.document().replace("inputs: {}\n", "inputs: {unused: {type: string}}\n", 1)
    tools.write(space.at("a.yaml"), content)
    assert "4:" in space.fact("a.yaml", "warnings") and "unused" in space.fact("a.yaml", "warnings")
    assert "unused" in space.log()


@pytest.mark.parametrize("fact", ["job_id", "state", "version", "request_id", "error", "warnings"])
def test_facts_cannot_be_written(bound, fact):
    assert setfattr(bound.at("a.yaml"), "coc." + fact, "x").status != 0
    assert bound.sent() == (1, 0)


BAD_VALUES = [
    ("risk_level", "low"), ("risk_level", "CRITICAL"), ("risk_level", "LOW "), ("risk_level", ""),
    ("name", ""), ("name", "x" * 129), ("name", "名" * 129), ("description", "x" * 129),
    ("enterprise_project_id", ""), ("enterprise_project_id", "x" * 129),
    ("tags", "novalue"), ("tags", "=x"), ("tags", "a=1,a=2"), ("tags", "a=1,,b=2")]


@pytest.mark.parametrize("where", ["draft.yaml", "notes.txt", "folder", "a.yaml"])
def test_bad_values_are_refused(bound, where):
    tools.run("mkdir", bound.at("folder")).ok()
    tools.run("touch", bound.at("draft.yaml"), bound.at("notes.txt")).ok()
    for name, value in BAD_VALUES:
        setfattr(bound.at(where), "user.coc." + name, value).fails(tools.message("EINVAL"))
        if where != "notes.txt":  # notes.txt is no job file: it has no coc.error
            assert f"what_to_do: set a good value: setfattr -n user.coc.{name} -v VALUE FILE" in bound.fact(where, "error")
    assert bound.sent() == (1, 0)


@pytest.mark.parametrize("name, value", [
    ("name", "名" * 128), ("description", "x" * 128), ("tags", "a=1,b="), ("risk_level", "HIGH")])
def test_good_values_are_kept(space, name, value):
    tools.run("touch", space.at("draft.yaml")).ok()
    decorate(space.at("draft.yaml"), **{name: value})
    assert getfattr(space.at("draft.yaml"), "user.coc." + name) == value
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("name, value", [("enterprise_project_id", "ep-2"), ("tags", "a=2")])
def test_project_and_tags_of_a_job_cannot_change(space, src, name, value):
    source = decorate(samples.file(src, "a.yaml"), enterprise_project_id="ep-1", tags="a=1")
    tools.run("cp", "-a", source, space.path).ok()
    setfattr(space.at("a.yaml"), "user.coc." + name, value).fails(tools.message("EPERM"))
    kept = {"enterprise_project_id": "ep-1", "tags": "a=1"}[name]
    setfattr(space.at("a.yaml"), "user.coc." + name, kept).ok()
    assert space.sent() == (1, 0)


@pytest.mark.parametrize("name, value", [
    ("risk_level", "HIGH"), ("name", "another name"), ("description", "said later")])
def test_setting_one_on_a_job_is_an_update(bound, name, value):
    document_id = bound.id("a.yaml")
    decorate(bound.at("a.yaml"), **{name: value})
    assert bound.sent() == (1, 1)
    job = bound.only_job()
    assert (job["document_id"], job["version"], job[name]) == (document_id, "v2", value)
    decorate(bound.at("a.yaml"), **{name: value})
    assert bound.sent() == (1, 1)


def test_setfattr_tells_that_the_update_was_refused(bound):
    bound.front.rule(f.refuses(403, "APIGW.0302", "no"), "PUT")
    setfattr(bound.at("a.yaml"), "user.coc.risk_level", "HIGH").fails(tools.message("EPERM"))
    assert "APIGW.0302" in bound.error("a.yaml")
    assert bound.only_job()["risk_level"] == "LOW"


def test_the_binding_is_forgotten_only_on_request(bound, src):
    first = bound.id("a.yaml")
    tools.run("setfattr", "-x", "coc.job_id", bound.at("a.yaml")).ok()
    assert bound.id("a.yaml") is None and bound.fact("a.yaml", "job_id") is None
    tools.run("cp", src / "a.yaml", bound.path).ok()
    assert bound.id("a.yaml") not in (None, first)
    assert bound.sent() == (2, 0)


WRITE_WITH_A_BAD_VALUE = """
fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
os.write(fd, load(args[0]))
try:
    os.setxattr(target, "user.coc.risk_level", b"SEVERE")
except OSError as error:
    print(errno.errorcode[error.errno])
if args[1:]:
    os.setxattr(target, "user.coc.risk_level", args[1].encode())
attempt(os.close, fd)
"""


def test_a_copy_whose_attribute_was_refused_is_no_job(space, src):
    """cp -a goes on after a refused attribute. The mount's default must not make a SEVERE job a LOW one."""
    result = tools.python(WRITE_WITH_A_BAD_VALUE, space.at("a.yaml"), samples.file(src, "a.yaml"))
    assert result.stdout.split("\n")[:2] == ["EINVAL", "close EINVAL"]
    assert space.sent() == (0, 0) and "SEVERE" in space.error("a.yaml")


def test_a_good_value_takes_the_refusal_back(space, src):
    tools.python(WRITE_WITH_A_BAD_VALUE, space.at("a.yaml"), samples.file(src, "a.yaml"), "HIGH").ok()
    assert space.only_job()["risk_level"] == "HIGH"


def test_a_scratch_file_whose_attribute_was_refused_becomes_no_job(space, src):
    """rsync -X sets attributes on a temporary name, goes on after a refusal, and then renames."""
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".a.tmp")).ok()
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "SEVERE", space.at(".a.tmp")).fails("Invalid argument")
    result = tools.python("attempt(os.rename, target, args[0])", space.at(".a.tmp"), space.at("a.yaml"))
    assert result.stdout.strip() == "rename EINVAL"
    assert space.sent() == (0, 0) and "SEVERE" in space.error("a.yaml")
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "MEDIUM", space.at(".a.tmp")).ok()
    tools.run("mv", space.at(".a.tmp"), space.at("a.yaml")).ok()
    assert space.only_job()["risk_level"] == "MEDIUM"


# The file's own attributes stay with the name a.yaml when a tool puts another file there. In each script $1 is the other file.

INTO_ANOTHER = {
    "sed": 'sed -i s/pause/wait/ a.yaml',
    "mv": 'cp "$1" .a.tmp && mv .a.tmp a.yaml',
    "ln": 'cp "$1" .a.tmp && ln -f .a.tmp a.yaml && rm .a.tmp',
    "rm": 'rm a.yaml && cp "$1" a.yaml',
    "cp": 'cp --remove-destination "$1" a.yaml',
    "backup": 'mv a.yaml a.yaml~ && cp "$1" a.yaml',
    "git": 'git init -q . && echo "*.id" > .git/info/exclude && git add . && git -c user.name=a -c user.email=a@b commit -qm 1'
           ' && rm a.yaml && cp "$1" a.yaml && git checkout -q a.yaml && rm -r .git && cp --remove-destination "$1" a.yaml',
}
OWN = {"risk_level": "HIGH", "name": "nightly restart", "description": "Restarts all, at night"}


def replaced(space, src, how="cp", steps=("wait",)):
    """Has a tool put another file in place of a.yaml; then waits for the queue, if there is one."""
    tools.need(how if how in ("sed", "git") else "cp")
    tools.sh(INTO_ANOTHER[how], samples.file(src, "new.yaml", "restart", steps), cwd=space.path).ok()
    queues.drained(space)


def own(path):
    return {name: getfattr(path, "user.coc." + name) for name in OWN}


@pytest.fixture
def owner(make_space, src):
    """owner(option=value, …): a space with risk_level=LOW and one job, a.yaml, whose own attributes are OWN."""
    def make(**options):
        space = make_space(**options)
        tools.run("cp", "-a", decorate(samples.file(src, "a.yaml"), **OWN), space.path).ok()
        queues.drained(space)
        return space
    return make


@pytest.mark.parametrize("submit", ["sync", "queue"])
@pytest.mark.parametrize("how", INTO_ANOTHER)
def test_what_is_its_own_stays_with_the_name(owner, src, how, submit):
    space = owner(submit=submit)
    replaced(space, src, how)
    assert {sent_attributes(exchange)["risk_level"] for exchange in space.creates() + space.updates()} == {"HIGH"}
    assert space.sent() == (1, 3 if how == "git" and submit == "sync" else len(space.updates()))
    job = space.only_job()
    assert {name: job[name] for name in OWN} == OWN == own(space.at("a.yaml"))
    assert job["content"] == samples.document("restart", ["wait"])


def test_it_stays_over_a_remount(owner, src):
    space = owner()
    tools.run("rm", space.at("a.yaml")).ok()
    space.remount()
    replaced(space, src, "mv")
    assert space.sent() == (1, 1) and space.only_job()["risk_level"] == "HIGH" and own(space.at("a.yaml")) == OWN


def test_it_moves_along_with_the_binding(owner, src):
    space = owner()
    tools.sh("mv a.yaml b.yaml; mkdir d; mv b.yaml d; mv d e; mv e/b.yaml a.yaml", cwd=space.path).ok()
    replaced(space, src)
    assert space.sent() == (1, 1) and own(space.at("a.yaml")) == OWN


def test_it_stays_of_what_is_queued(make_space, src):
    """The create is still queued when another file is put at the name. The attribute stays with the name, and is sent with the
    newer content."""
    space = queues.cut_off(make_space)
    tools.run("cp", "-a", decorate(samples.file(src, "a.yaml"), **OWN), space.path).ok()
    tools.sh(INTO_ANOTHER["sed"], cwd=space.path).ok()
    assert own(space.at("a.yaml")) == OWN
    tools.run("setfattr", "-x", "user.coc.name", space.at("a.yaml")).ok()
    tools.sh(INTO_ANOTHER["mv"], samples.file(src, "new.yaml", "restart", ["stop"]), cwd=space.path).ok()
    assert own(space.at("a.yaml")) == {**OWN, "name": None}
    space.front.accept()
    queues.drained(space)
    job = space.only_job()
    assert (job["risk_level"], job["name"]) == ("HIGH", "restart")


def test_it_stays_of_what_is_under_way(bound, src):
    """A close waits for the service, and meanwhile another tool puts a file at the name."""
    gate = bound.front.gate()
    bound.front.rule(f.Fault(gate=gate), "PUT")
    high = decorate(samples.file(src, "high.yaml", "restart", ["stop"]), risk_level="HIGH")
    first = tools.popen("cp", "-a", high, bound.at("a.yaml"))
    gate.wait_held()
    second = tools.popen("cp", "--remove-destination", samples.file(src, "new.yaml", "restart", ["wait"]), bound.at("a.yaml"))
    tools.eventually(lambda: os.path.exists(bound.at("a.yaml")) and tools.read(bound.at("a.yaml")) == tools.read(src / "new.yaml")
                     and getfattr(bound.at("a.yaml"), "user.coc.risk_level") == "HIGH", "the new file to have it")
    gate.open()
    tools.finish(first).ok()
    tools.finish(second).ok()
    assert bound.sent() == (1, 2)
    assert bound.only_job()["risk_level"] == "HIGH"


def test_taken_from_the_file_it_is_forgotten(owner, src):
    space = owner()
    for count, name in enumerate(OWN, 1):
        tools.run("setfattr", "-x", "user.coc." + name, space.at("a.yaml")).ok()
        assert space.sent() == (1, count)
    replaced(space, src)
    job = space.only_job()
    assert (job["risk_level"], job["name"]) == ("LOW", "restart")
    assert own(space.at("a.yaml")) == dict.fromkeys(OWN)


def test_taken_from_a_file_that_has_yet_to_get_it_back(owner, src):
    space = owner()
    tools.sh('rm a.yaml; cp "$1" a.yaml', tools.write(src / "bad.yaml", "- no document"), cwd=space.path).fails()
    tools.run("setfattr", "-x", "user.coc.risk_level", space.at("a.yaml")).fails(tools.message("EINVAL"))
    replaced(space, src, "mv")
    assert space.only_job()["risk_level"] == "LOW" and own(space.at("a.yaml")) == {**OWN, "risk_level": None}


def test_with_the_binding_it_is_forgotten(owner, src):
    space = owner()
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    replaced(space, src)
    assert space.sent() == (2, 0) and sent_attributes(space.creates()[1])["risk_level"] == "LOW"


def test_what_the_new_file_says_is_what_counts(owner, src):
    space = owner()
    new = decorate(samples.file(src, "new.yaml", "restart", ["wait"]), risk_level="MEDIUM")
    tools.run("cp", "-a", "--remove-destination", new, space.at("a.yaml")).ok()
    assert own(space.at("a.yaml")) == {**OWN, "risk_level": "MEDIUM"}
    replaced(space, src, "mv", ["stop"])
    assert space.only_job()["risk_level"] == "MEDIUM"


def test_what_was_inherited_does_not_stay(make_space, src):
    space = make_space(risk_level=None)
    os.mkdir(space.at("d"))
    decorate(space.at("d"), risk_level="HIGH")
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d")).ok()
    decorate(space.at("d"), risk_level="LOW")
    tools.run("cp", "--remove-destination", samples.file(src, "a.yaml", "restart", ["wait"]), space.at("d")).ok()
    assert space.sent() == (1, 1) and space.only_job()["risk_level"] == "LOW"
    assert getfattr(space.at("d/a.yaml"), "user.coc.risk_level") is None


def test_set_to_what_was_inherited_it_stays(bound, src):
    """The job has the value already, so nothing is sent. But now the value is the file's own, and wins over a directory's."""
    decorate(bound.at("a.yaml"), risk_level="LOW")
    assert bound.sent() == (1, 0)
    decorate(bound.path, risk_level="HIGH")
    replaced(bound, src)
    assert bound.sent() == (1, 1) and bound.only_job()["risk_level"] == "LOW"


def test_a_refused_rename_gives_the_source_nothing(owner, src):
    space = owner()
    tools.run("cp", samples.file(src, "new.yaml", "restart", ["wait"]), space.at(".new")).ok()
    space.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "PUT", times=None)
    for way in ("mv .new a.yaml", "ln .new b.yaml && rm b.yaml.id; mv a.yaml .old; ln .new a.yaml; mv .old a.yaml"):
        tools.sh(way, cwd=space.path)
        assert own(space.at(".new")) == dict.fromkeys(OWN) and own(space.at("a.yaml")) == OWN


def test_it_holds_for_a_file_that_cannot_have_it(owner, src):
    """Without root, cocfs cannot put an attribute on a file that its owner may not write. The attribute holds all the same."""
    space = owner()
    new = samples.file(src, "new.yaml", "restart", ["wait"])
    newer = samples.file(src, "newer.yaml", "restart", ["stop"])
    for count, source in enumerate((new, newer), 1):
        os.chmod(source, 0o444)
        tools.run("cp", "-p", "--remove-destination", source, space.at("a.yaml")).ok()
        assert space.sent() == (1, count) and space.only_job()["risk_level"] == "HIGH"
