# SPDX-License-Identifier: MIT
"""The catalogue: .coc/jobs lists all jobs of the service, of any maker. The mount asks for them when a user reads the file.

Host A and host B are two mounts of one account. A third client writes without them, as the console does.
"""

import json
import os
import re
import signal
import subprocess
from dataclasses import dataclass

import pytest

import front as fronts
import janitor
import mounting
import queues
import samples
import test_owners as owners
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

LIST = "/v1/documents"
LONG = "3600"   # a refresh interval that no test outlasts
HELD = 99       # the offset of the second page: pages overlap by one row


@dataclass
class Job:
    """A line of .coc/jobs: its columns, in their order. A text that is not known is "-"; path: that of the job's file here."""
    id: str
    version: str
    updated: str
    modifier: str
    project: str
    path: str
    name: str


def text(space):
    return tools.read(space.at(".coc", "jobs")).decode()


def parse(listed):
    return [Job(*(queues.unescape(field) for field in line.split("\t"))) for line in listed.splitlines() if "\t" in line]


def jobs(space):
    """Returns the lines of .coc/jobs by job ID. Fails the test if a job has two."""
    found = parse(text(space))
    assert len({job.id for job in found}) == len(found), "a job has two lines"
    return {job.id: job for job in found}


def pages(space):
    """Returns the requests for pages of the list of all jobs, without the one with which a mount begins."""
    return [call for call in space.calls("GET", LIST) if "name_like" not in dict(call.query)][1:]


def offsets(space):
    return [int(dict(call.query)["offset"]) for call in pages(space)]


def greeted(space):
    """Waits until the mount has got an answer to the page with which it begins. Returns the space."""
    assert space.front.wait(lambda: any(call.ended for call in space.calls("GET", LIST))), "the mount asked for nothing"
    return space


def make(space, name, content="x", project="0"):
    """A third client makes a job. Returns its ID."""
    return space.cocd.client().create(name=name, content=content, enterprise_project_id=project, risk_level="LOW")


def make_many(space, count, name="job {}"):
    client = space.cocd.client()
    made = [client.create(name=name.format(number), content="x", enterprise_project_id="0", risk_level="LOW")
            for number in range(count)]
    client.close()
    return made


def change(space, document_id, name, content):
    space.cocd.client().ask("PUT", f"{LIST}/{document_id}", body={"name": name, "content": content})


def hold_second_page(space):
    """The front, the proxy before the service, lets the next request for a page of the list pass, and holds the one after that.
    Returns the gate, whose open() lets it go."""
    gate = space.front.gate()
    space.front.rule(fronts.Fault(), "GET", LIST)
    space.front.rule(fronts.Fault(gate=gate), "GET", LIST)
    return gate


def reader(space):
    """Starts a cat of .coc/jobs. Returns the process."""
    return tools.popen("cat", space.at(".coc", "jobs"))


@pytest.fixture(name="host")
def host_fixture(make_space):
    """host(refresh=…): a mount that has read its first page. By default each reading of .coc/jobs asks the service anew."""
    def make_host(**options):
        return greeted(make_space(**{"refresh": "0", "jobs": "own", **options}))
    return make_host


@pytest.fixture(name="other_host")
def other_host_fixture(cocd, mounts, tmp_path):
    """other_host(refresh=…): a mount on another machine, with a state directory of its own and a proxy (front)
    of its own before the service."""
    (tmp_path / "other").mkdir()
    with fronts.Front(cocd.address) as front:
        yield lambda **options: greeted(mounts(mounting.Space(
            cocd, front, tmp_path / "other", **{"refresh": "0", "jobs": "own", **options})).mount())


# ---- what is listed ----

def test_host_b_lists_what_host_a_wrote(host, other_host, src):
    a, b = host(), other_host()
    os.mkdir(a.at("nightly"))
    queues.put(a, src, "nightly/restart.yaml")
    queues.put(a, src, "rotate.yaml")
    made = {a.id("nightly/restart.yaml"): "restart", a.id("rotate.yaml"): "rotate"}
    assert {job.id: (job.name, job.version, job.path, job.modifier, job.project) for job in jobs(b).values()} == \
        {job_id: (name, "v1", "-", "-", "0") for job_id, name in made.items()}
    assert {job.id: job.path for job in jobs(a).values()} == \
        {a.id("nightly/restart.yaml"): "nightly/restart.yaml", a.id("rotate.yaml"): "rotate.yaml"}
    assert b.sent() == (0, 0) and os.listdir(b.path) == []


def test_a_line_says_who_changed_the_job_last_and_when(host, src):
    space = host()
    queues.put(space, src, "restart.yaml")
    job_id = space.id("restart.yaml")
    change(space, job_id, "renamed", "y")
    foreign = make(space, "foreign", project="p-7")
    shown, listed = space.job(job_id), jobs(space)
    assert listed[job_id].version == "v2" and listed[job_id].name == "renamed"
    assert listed[job_id].modifier == shown["modifier"] != "-"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", listed[job_id].updated)
    assert tools.run("date", "-u", "-d", f"@{shown['update_time'] // 1000}", "+%FT%TZ").ok().stdout.strip() == \
        listed[job_id].updated
    assert listed[job_id].path == "restart.yaml"
    assert listed[foreign].project == "p-7" and listed[foreign].path == "-"


def test_the_path_follows_its_file(host, src):
    space = host(refresh=LONG)
    queues.put(space, src, "a.yaml")
    job_id = space.id("a.yaml")
    assert jobs(space)[job_id].path == "a.yaml"
    os.rename(space.at("a.yaml"), space.at("b.yaml"))
    assert jobs(space)[job_id].path == "b.yaml"
    tools.run("setfattr", "-x", "coc.job_id", space.at("b.yaml")).ok()
    assert jobs(space)[job_id].path == "-"
    assert len(pages(space)) == 1


def test_a_file_that_is_not_there_has_no_path(host, src):
    """The name remembers the job, and the job stays in the list."""
    space = host(refresh=LONG, jobs="all")
    made = make(space, "theirs")
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        queues.put(space, src, name)
    ids = [space.id(name) for name in ("a.yaml", "b.yaml", "c.yaml")] + [made]
    assert "theirs.yaml" in os.listdir(space.path)
    tools.read(space.at("theirs.yaml"))
    assert [jobs(space)[job].path for job in ids] == ["a.yaml", "b.yaml", "c.yaml", "theirs.yaml"]
    for name in ("a.yaml", "theirs.yaml"):
        os.unlink(space.at(name))
    os.unlink(space.at("b.yaml"))
    os.symlink("a.yaml", space.at("b.yaml"))
    os.rename(space.at("c.yaml"), space.at("c.yaml~"))
    assert [jobs(space)[job].path for job in ids] == ["-"] * 4
    queues.put(space, src, "a.yaml")
    assert jobs(space)[ids[0]].path == "a.yaml"
    space.options["jobs"] = "own"
    space.remount()
    assert jobs(space)[made].path == "-" and jobs(space)[ids[0]].path == "a.yaml"


def test_the_path_of_an_import_that_is_hidden_is_not_shown(host):
    space = host(refresh=LONG, jobs="read")
    made = [make(space, name) for name in ("one", "two")]
    assert sorted(name for name in os.listdir(space.path) if name.endswith(".yaml")) == ["one.yaml", "two.yaml"]
    os.unlink(space.at("one.yaml"))
    assert [jobs(space)[job].path for job in made] == ["-", "two.yaml"]
    space.options["jobs"] = "own"
    space.remount()
    assert [jobs(space)[job].path for job in made] == ["-", "-"]


HOSTILE = ["tab\there", "new\nline", "carriage\rreturn", "back\\slash", "\\011", "a/b", "/etc/passwd", "..", ".", ".git", "-",
           "a.yaml.id", "中" * 128, " blank ", "quote\"'`$(x)", "\x1b[31mred\x1b[0m", "\u202egpj.exe", "A.yaml", "a.yaml"]


def test_no_name_can_break_a_line(host):
    space = host()
    made = {make(space, name): name for name in HOSTILE}
    twin = make(space, "..")
    listed = text(space)
    assert listed.count("\n") == len(HOSTILE) + 1
    assert all(line.count("\t") == 6 for line in listed.splitlines())
    assert not set(listed) & {"\x1b", "\u202e", "\r"}
    found = jobs(space)
    assert {job_id: found[job_id].name for job_id in made} == made
    assert found[twin].name == ".."


def test_a_nul_in_a_name_hides_no_other_job(host):
    space = host()
    made = {make(space, name) for name in ("first", "second", "third")}
    space.front.change_answers(lambda exchange, answer: json.dumps(answer).replace('"second"', '"sec\\u0000ond"').encode())
    found = jobs(space)
    assert set(found) == made
    assert {job.name for job in found.values()} == {"first", "sec\x01ond", "third"}


def test_a_row_that_names_no_job_hides_no_other_and_removes_none(host):
    space = host()
    made = make_many(space, 150)
    gone = made[7]
    assert set(jobs(space)) == set(made)
    bad = {made[3], made[140]}

    def spoil(exchange, answer):
        for row in answer["data"] if exchange.path == LIST else []:
            if row["document_id"] in bad:
                row["document_id"] = "no ID/" + row["document_id"]
        return answer

    changed = space.front.change_answers(spoil)
    space.cocd.client().delete(gone)
    late = make(space, "late")
    assert set(jobs(space)) == {*made, late}    # if the list has a bad row, no job is removed, not even the job that is gone
    changed.end()
    assert set(jobs(space)) == {*made, late} - {gone}


def test_more_than_a_thousand_jobs(host):
    space = host()
    made = make_many(space, 1050)
    assert set(jobs(space)) == set(made)
    assert sorted(offsets(space)) == list(range(0, 1050, HELD))


# ---- when the service is asked ----

def test_a_second_reading_within_refresh_makes_no_call(host):
    space = host(refresh=LONG)
    make_many(space, 3)
    assert len(jobs(space)) == 3
    seen = len(space.calls())
    make(space, "later")
    assert len(jobs(space)) == 3
    assert len(space.calls()) == seen


def test_a_mount_at_rest_asks_nothing(host, other_host, src):
    """The other host reads until it has asked four times with refresh=1: then three seconds have passed."""
    space, clock = host(refresh="1"), other_host(refresh="1")
    queues.put(space, src, "a.yaml")
    text(space)
    seen = len(space.calls())
    tools.eventually(lambda: text(clock) and len(pages(clock)) >= 4, "the other host to ask four times")
    tools.read(space.at(".coc", "metrics"))
    assert len(space.calls()) == seen
    text(space)
    assert len(space.calls()) == seen + 1


def test_all_who_read_share_one_scan(host):
    space = host(refresh=LONG)
    made = make_many(space, 150)
    gate = hold_second_page(space)
    first = reader(space)
    assert gate.wait_held()
    others = [reader(space) for _ in range(4)]
    # each reader waits in its open: for a lookup, or until the whole list is read
    tools.eventually(lambda: all(waits_in_open(other) for other in others), "the others to wait")
    gate.open()
    for process in [first, *others]:
        assert {job.id for job in parse(tools.finish(process).ok().stdout)} == set(made)
    assert sorted(offsets(space)) == [0, HELD]


def waits_in_open(process):
    """Does cat, which timeout(1) has started, wait in its open?"""
    children = tools.read(f"/proc/{process.pid}/task/{process.pid}/children").split()
    if not children or tools.read(f"/proc/{children[0].decode()}/comm") != b"cat\n":
        return False
    return tools.read(f"/proc/{children[0].decode()}/syscall").split()[0] in (b"2", b"257", b"56")


def test_the_first_scan_is_never_shown_half(host):
    space = host(timeout="2")
    made = make_many(space, 150)
    gate = hold_second_page(space)
    first = reader(space)
    assert gate.wait_held()
    result = tools.finish(first)    # the page does not arrive in time
    assert result.status == 1 and result.stdout == "" and "timed out" in result.stderr
    tools.eventually(lambda: "the jobs of the service cannot be listed: " in space.log(), "the log to say so")
    gate.open()
    space.front.clear()
    assert set(tools.eventually(lambda: readable(space), "the list to be read")) == set(made)


def readable(space):
    """Returns the IDs in .coc/jobs; an empty list if it cannot be read, as when the service's list could not be read."""
    try:
        return list(jobs(space))
    except OSError:
        return []


def test_a_reader_may_be_interrupted(host):
    space = host()
    make_many(space, 150)
    gate = hold_second_page(space)
    first = subprocess.Popen(["cat", space.at(".coc", "jobs")], stdout=subprocess.DEVNULL, start_new_session=True)
    janitor.watch_process(first.pid)
    assert gate.wait_held()
    first.send_signal(signal.SIGINT)
    assert first.wait(20) == -signal.SIGINT
    second = reader(space)
    gate.open()
    assert len(parse(tools.finish(second).ok().stdout)) == 150


def test_an_unmount_does_not_wait_for_a_scan(host):
    space = host()
    make_many(space, 150)
    gate = hold_second_page(space)
    first = reader(space)
    assert gate.wait_held()
    tools.run("fusermount3", "-uz", space.path).ok()
    first.terminate()
    tools.finish(first)
    assert space.process.wait(20) == 0
    gate.open()


# ---- when the service is away, or refuses ----

def test_while_the_service_is_away_the_last_list_is_shown(host):
    space = host()
    made = make_many(space, 120)
    assert set(jobs(space)) == set(made)
    space.front.refuse()
    assert set(jobs(space)) == set(made)
    assert "shows those that are known" in space.log()
    space.remount()
    assert set(jobs(space)) == set(made)
    space.front.accept()
    late = make(space, "late")
    tools.eventually(lambda: late in jobs(space), "the list to be read again", 40)


def test_without_any_list_the_reading_fails_and_says_why(make_space):
    space = make_space(refresh="0", mounted=False)
    space.front.refuse()
    space.mount()
    assert "Connection refused" in tools.run("cat", space.at(".coc", "jobs")).fails().stderr
    assert "Connection refused" in tools.run("cat", space.at(".coc", "jobs")).fails().stderr
    assert re.search(r"warning: the jobs of the service cannot be listed: .*\.coc/jobs cannot be read", space.log())
    assert queues.metrics(space)["cocfs_scanned_timestamp_seconds"] == 0
    space.front.accept()
    tools.eventually(lambda: readable(space) == [] and queues.metrics(space)["cocfs_scanned_timestamp_seconds"],
                     "the list to be read", 40)


REFUSALS = {
    "401": (fronts.refuses(401, "APIGW.0301", "Incorrect IAM authentication information"), "EACCES"),
    "403": (fronts.refuses(403, "APIGW.0302", "no"), "EPERM"),
    "500": (fronts.refuses(500, "APIGW.0601", "internal"), "EIO"),
    "portal": (fronts.says(200, b"<html>please log in</html>"), "EIO"),
    "cut": (fronts.cuts(fronts.ANSWER), "EIO"),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refusal_is_the_errno_of_the_reading(host, refusal):
    space = host()
    fault, name = REFUSALS[refusal]
    space.front.rule(fault, "GET", LIST)
    assert tools.message(name) in tools.run("cat", space.at(".coc", "jobs")).fails().stderr


def test_a_429_is_obeyed_and_the_scan_goes_on(host):
    space = host()
    made = make_many(space, 150)
    throttle = fronts.refuses(429, "APIGW.0308", "too fast", headers=(("Content-Type", "application/json"), ("Retry-After", "2")))
    space.front.rule(fronts.Fault(), "GET", LIST)
    space.front.rule(throttle, "GET", LIST)
    assert set(jobs(space)) == set(made)
    assert offsets(space) == [0, HELD, HELD]
    refused, again = pages(space)[1:]
    assert again.started - refused.ended >= 1.9


def test_no_submission_waits_for_a_scan(host, src):
    space = host()
    make_many(space, 150)
    gate = hold_second_page(space)
    waiting = reader(space)
    assert gate.wait_held()
    queues.put(space, src, "a.yaml")
    assert space.id("a.yaml") and waiting.poll() is None
    gate.open()
    tools.finish(waiting).ok()


# ---- which jobs leave the list ----

def test_a_job_that_is_gone_leaves_the_list(host, other_host, src):
    a, b = host(delete="service"), other_host()
    for name in ("a.yaml", "b.yaml", "c.yaml"):
        queues.put(a, src, name)
    gone = a.id("b.yaml")
    assert len(jobs(b)) == 3
    os.unlink(a.at("b.yaml"))
    assert set(jobs(b)) == {a.id("a.yaml"), a.id("c.yaml")}
    assert [call.path for call in b.calls("GET", LIST + "/.*")] == [f"{LIST}/{gone}"]


def test_a_job_that_the_list_leaves_out_and_that_is_there_stays(host):
    space = host()
    made = make_many(space, 10)
    assert len(jobs(space)) == 10

    def hide(exchange, answer):
        if exchange.path == LIST:
            answer["data"] = [row for row in answer["data"] if row["document_id"] != made[4]]
            answer["total"] = len(answer["data"])
        return answer

    space.front.change_answers(hide)
    assert set(jobs(space)) == set(made)
    assert [call.path for call in space.calls("GET", LIST + "/.*")] == [f"{LIST}/{made[4]}"]


def test_when_most_jobs_vanish_none_is_removed(host):
    """To the mount this looks as if its keys had become another account's, which has none of these jobs."""
    space = host()
    made = make_many(space, 10)
    assert len(jobs(space)) == 10
    for job_id in made[:6]:
        space.cocd.client().delete(job_id)
    assert set(jobs(space)) == set(made)
    assert not space.calls("GET", LIST + "/.*")
    assert "6 of 10 jobs are not in the service's list any more" in space.log()


@pytest.mark.parametrize("known", [False, True], ids=["first", "later"])
def test_a_list_that_changes_while_it_is_read_hides_doubles_and_removes_nothing(host, known):
    space = host()
    made = make_many(space, 250)
    if known:
        assert set(jobs(space)) == set(made)
    gate = hold_second_page(space)
    waiting = reader(space)
    assert gate.wait_held()
    deleted = set(made[230:240] + made[20:25])     # on the first page (newest first), which was read, and on the last
    for job_id in deleted:
        space.cocd.client().delete(job_id)
    change(space, made[50], "changed", "y")
    make_many(space, 5, "new {}")
    gate.open()
    found = [job.id for job in parse(tools.finish(waiting).ok().stdout)]
    assert len(found) == len(set(found))
    assert set(made) - deleted <= set(found)
    if known:
        assert set(made) <= set(found)
    assert not space.calls("GET", LIST + "/.*")
    assert set(jobs(space)) == set(space.cocd.client().ids())


def test_a_killed_first_scan_leaves_no_list(host):
    space = host()
    made = make_many(space, 250)
    gate = hold_second_page(space)
    waiting = reader(space)
    assert gate.wait_held()
    space.kill()
    tools.finish(waiting)
    gate.open()
    space.front.clear()
    space.front.refuse()
    space.mount()
    assert "Connection refused" in tools.run("cat", space.at(".coc", "jobs")).fails().stderr
    space.front.accept()
    assert set(tools.eventually(lambda: readable(space), "the list to be read", 40)) == set(made)
    gate = hold_second_page(space)
    late = make_many(space, 3, "late {}")
    waiting = reader(space)
    assert gate.wait_held()
    space.kill()
    tools.finish(waiting)
    gate.open()
    space.front.clear()
    space.front.refuse()
    space.mount()
    assert set(made) <= set(jobs(space)) <= {*made, *late}
    space.front.accept()


def test_nothing_that_writes_relies_on_the_list(host, src):
    """The list lies: in the place of the job it has another, with the name of the job that b.yaml will make."""
    space = host()
    queues.put(space, src, "a.yaml", "a")
    job_id = space.id("a.yaml")

    def lie(exchange, answer):
        if exchange.method == "GET" and exchange.path == LIST and "name_like" not in dict(exchange.query):
            answer["data"] = [{**row, "document_id": "DM-other", "name": "b", "version": "v9"} for row in answer["data"]]
        return answer

    space.front.change_answers(lie)
    assert {job.id: job.name for job in jobs(space).values()} == {"DM-other": "b"}
    queues.put(space, src, "a.yaml", "a", ["second"])
    queues.put(space, src, "b.yaml", "b")
    assert space.id("a.yaml") == job_id and space.sent() == (2, 1)
    assert space.id("b.yaml") not in (job_id, "DM-other")


# ---- what other users see ----

@tools.needs_root
def test_other_users_see_their_own_jobs_and_how_many_others_there_are(host, src):
    space = host(allow_other=True)
    shared = owners.Shared(space, src)
    mine = shared.make(owners.ANN, "mine.yaml")
    theirs = shared.make(owners.BEN, "theirs.yaml", umask="077")
    foreign = make(space, "foreign")
    seen = owners.ANN.sh("cat .coc/jobs", cwd=space.path).ok().stdout
    assert [(job.id, job.path) for job in parse(seen)] == [(mine, "mine.yaml")]
    assert seen.splitlines()[-1] == "and 2 that you may not read" and "theirs" not in seen
    assert set(jobs(space)) == {mine, theirs, foreign}


@tools.needs_root
def test_with_umask_other_users_see_foreign_jobs(host, src):
    space = host(allow_other=True, umask="022")
    foreign = make(space, "foreign")
    seen = owners.CID.sh("cat .coc/jobs", cwd=space.path).ok().stdout
    assert [job.id for job in parse(seen)] == [foreign]


def test_the_scans_are_counted(host):
    space = host()
    make_many(space, 3)
    text(space)
    space.front.rule(fronts.refuses(500, "APIGW.0601", "internal"), "GET", LIST)
    text(space)
    counted = queues.metrics(space)
    assert counted['cocfs_scans_total{outcome="whole"}'] == 1 and counted['cocfs_scans_total{outcome="failed"}'] == 1
    assert counted["cocfs_scanned_timestamp_seconds"] > 1.7e9
