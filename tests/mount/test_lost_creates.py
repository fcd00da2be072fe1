# SPDX-License-Identifier: MIT
"""A create whose answer was lost takes the job that it has made, and no other job. Neither clocks, nor other clients that make
jobs of that name, nor the form of the list change that."""

import json
import re
import sqlite3

import pytest

import front as f
import promises
import queues
import samples
import test_old_ledgers
import tools

CREATE = "/v1/documents"
HOUR_MS = 3600 * 1000
SETTLED = 40  # within so many seconds cocfs has proved absence: 10 after the answer was lost, and the next list
MODES = promises.MODES


@pytest.fixture(params=MODES)
def space(make_space, request):
    """A mount with timeout=2: a create without an answer counts as lost after 2 seconds. A test runs with each mode of submit=.
    With adopt=never no file takes a job that was there before."""
    return make_space(timeout="2", submit=promises.submit(request.param), adopt="never")


def write(space, src, path, name, *steps):
    """Writes a job file with cp, which may fail. Returns the content."""
    tools.run("cp", samples.file(src, "source.yaml", name, steps or ["pause"]), space.at(path), seconds=30)
    return samples.document(name, steps or ["pause"])


def greeted(space):
    """Waits for the list that a mount asks for at its start, so that no rule of the front (the proxy before the service) meets it.
    Returns the space."""
    assert space.front.wait(lambda: space.calls("GET") and space.calls("GET")[0].ended)
    return space


def elsewhere(space, name, content=None, **fields):
    """Another machine makes a job. content: None: what write() writes without steps. Returns the job's ID."""
    return space.cocd.client().create(name=name, content=content or samples.document(name, ["pause"]),
                                      enterprise_project_id="0", risk_level="LOW", description="", **fields)


def lose(space, fault=f.cuts(f.FORWARDED)):
    """Loses the answer of the next create. By default the service does the create. Returns the rule of
    the front, which is the proxy before the service."""
    return space.front.rule(fault, "POST", CREATE)


def silence(space, path=None, **kwargs):
    """From the next create on the service does not answer a GET of this path (None: any GET). Returns the rule: .times = 0 ends
    that."""
    return space.front.rule(f.silence(), "GET", path, times=None, when=space.creates, **kwargs)


def taken(space, path, seconds=SETTLED):
    return tools.eventually(lambda: space.id(path), f"{path} to take a job", seconds)


def is_open(space, path, *words, seconds=SETTLED):
    """Waits until the .error says that a person must end the doubt. Fails unless the file is in doubt, and the .error has these
    words. Returns the text of the .error."""
    story = tools.eventually(lambda: "setfattr -x coc.job_id" in (space.error(path) or "") and space.error(path),
                             f"{path} to stay in doubt", seconds)
    for word in words:
        assert word in story, story
    assert space.fact(path, "state") == "in-doubt"
    return story


def done_with(space, path, state, seconds=SETTLED):
    tools.eventually(lambda: space.fact(path, "state") == state, f"{path} to be {state}", seconds)


def not_done(space, path):
    """Waits until the create counts as not done. With submit=queue it is sent again: returns the job ID. Else it has failed:
    returns None."""
    if space.options.get("submit") == "queue":
        assert space.front.wait(lambda: len(space.creates()) == 2, SETTLED)
        return taken(space, path)
    done_with(space, path, "failed")
    assert "the service was asked, and has no such job" in space.error(path)
    return None


def versions(space):
    return promises.held(space.cocd)


# ---- the clock of the service does not decide which job a create has made ----


@pytest.mark.parametrize("minutes", [-60, -20, 20, 60])
def test_no_clock_decides(make_space, src, minutes):
    space = make_space(timeout="2", adopt="never")
    space.front.clock = f.ServiceClock(minutes * 60 * 1000)
    lose(space)
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") == space.only_job()["document_id"]


@pytest.mark.parametrize("minutes", [-60, 60])
def test_nor_with_a_token(make_space, src, minutes):
    tokens = tools.write(src / "tokens", "[carol]\ntoken = token-of-carol\n")
    (src / "tokens").chmod(0o600)
    space = make_space(mounted=False, timeout="2", adopt="never")
    space.cocd.stop()
    space.cocd.more = ["--tokens", tokens]
    space.front.upstream = space.cocd.start().address
    space.front.clock = f.ServiceClock(minutes * 60 * 1000)
    space.env = {"HUAWEICLOUD_SDK_X_AUTH_TOKEN": "token-of-carol"}
    space.mount()
    lose(space)
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") == space.only_job()["document_id"]
    assert space.only_job()["creator"] == "carol"


def test_a_clock_that_moves_while_the_service_is_asked(space, src):
    space.front.clock = f.ServiceClock(HOUR_MS)
    asks = silence(space)
    lose(space)
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    space.front.clock.offset_ms = -HOUR_MS
    other = elsewhere(space, "job", samples.document("job", ["other"]))
    asks.times = 0
    mine = taken(space, "a.yaml")
    assert mine != other and sorted(versions(space)) == sorted([mine, other])


# ---- jobs of others ----


def test_a_job_that_was_there_before_is_not_taken(space, src):
    """The job has the same name and content, and the create was not done."""
    other = elsewhere(space, "job")
    lose(space, f.cuts(f.REQUEST))
    write(space, src, "a.yaml", "job")
    mine = not_done(space, "a.yaml")
    assert mine != other and len(versions(space)) == (2 if mine else 1)
    write(space, src, "a.yaml", "job", "next")
    done_with(space, "a.yaml", "submitted")
    assert space.id("a.yaml") != other and versions(space)[other] == [samples.document("job", ["pause"])]


def test_many_that_were_there_before(make_space, src):
    space = make_space(timeout="2", adopt="never")
    others = {elsewhere(space, "job", samples.document("job", [f"other-{n}"])) for n in range(120)}
    others |= {elsewhere(space, name) for name in ("job-2", "a job", "Job", "jobs")}
    lose(space)
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") not in others and len(versions(space)) == 125


def test_with_a_twin_of_another_machine_a_new_job_is_nobodys(space, src):
    other = elsewhere(space, "job")
    lose(space)
    write(space, src, "a.yaml", "job")
    story = is_open(space, "a.yaml", "errno: EEXIST", f"jobs_before: {other}\n")
    new, = {job["document_id"] for job in space.jobs()} - {other}
    assert f"jobs: {new}\n" in story
    assert space.id("a.yaml") is None and space.sent() == (1, 0)
    space.cocd.client().delete(other)
    assert taken(space, "a.yaml", 60) == new and space.error("a.yaml") is None
    assert space.sent() == (1, 0)


def test_with_two_new_jobs_nobody_can_tell(space, src):
    """Another client makes a job of the same name and content after the list before the create, and before the create is done."""
    gate = space.front.gate()
    lose(space, f.Fault(gate=gate, cut=f.FORWARDED))
    copy = tools.popen("cp", samples.file(src, "source.yaml", "job"), space.at("a.yaml"))
    assert gate.wait_held()
    other = elsewhere(space, "job")
    gate.open()
    tools.finish(copy)
    is_open(space, "a.yaml", "errno: EEXIST", "has 2 new jobs", other)
    new, = {job["document_id"] for job in space.jobs()} - {other}
    assert set(re.search("^jobs: (.*)$", space.error("a.yaml"), re.M)[1].split()) == {new, other}
    space.cocd.client().delete(other)
    assert taken(space, "a.yaml", 60) == new


@pytest.mark.parametrize("how", ["kill", "unmount"])
def test_what_is_known_outlives_the_mount(space, src, how):
    other = elsewhere(space, "job")
    asks = silence(space)
    lose(space, f.cuts(f.REQUEST))
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    getattr(space, how)()
    asks.times = 0
    space.mount()
    mine = not_done(space, "a.yaml")
    assert mine != other and versions(space)[other] == [samples.document("job", ["pause"])]


def test_what_stays_open_outlives_the_mount(space, src):
    other = elsewhere(space, "job")
    lose(space)
    write(space, src, "a.yaml", "job")
    story = is_open(space, "a.yaml", other)
    space.kill()
    space.mount()
    assert is_open(space, "a.yaml", other) == story
    assert space.sent() == (1, 0)


def test_a_person_ends_an_open_doubt(space, src):
    other = elsewhere(space, "job")
    lose(space)
    write(space, src, "a.yaml", "job")
    is_open(space, "a.yaml", other)
    tools.eventually(lambda: tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).status == 0,
                     "the doubt to be ended", SETTLED)  # the doubt cannot be ended while a request may be under way
    assert space.fact("a.yaml", "state") == "failed" and "ended on demand" in space.error("a.yaml")
    before = set(versions(space))
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") not in before and len(versions(space)) == 3


def test_a_person_ends_an_open_doubt_and_says_which_job_it_is(make_space, src):
    """By default the next write takes no job as long as there are two. The .error says what to do, both of the doubt and of the refusal."""
    space = greeted(make_space(timeout="2"))
    silence(space)
    lose(space)
    write(space, src, "a.yaml", "job")
    other = elsewhere(space, "job")
    space.front.clear()
    is_open(space, "a.yaml", other)
    assert "setfattr -n coc.job_id -v ID FILE" in space.error("a.yaml")
    tools.eventually(lambda: tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).status == 0,
                     "the doubt to be ended", SETTLED)
    tools.run("cp", samples.file(src, "source.yaml", "job", ["pause"]), space.at("a.yaml")).fails(tools.message("EEXIST"))
    assert "setfattr -n coc.job_id -v ID FILE" in space.error("a.yaml")
    sent = space.sent()
    tools.run("setfattr", "-n", "coc.job_id", "-v", other, space.at("a.yaml")).ok()
    assert space.id("a.yaml") == other and space.fact("a.yaml", "state") == "submitted" and space.sent() == sent


def test_a_doubt_that_may_be_decided_is_not_ended(space, src):
    silence(space)
    lose(space)
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).fails(tools.message("EBUSY"))
    space.front.clear()
    assert taken(space, "a.yaml") == space.only_job()["document_id"]


def test_what_is_written_over_an_open_doubt_waits(make_space, src):
    space = make_space(timeout="2", adopt="never")
    other = elsewhere(space, "job")
    lose(space)
    write(space, src, "a.yaml", "job")
    is_open(space, "a.yaml", other)
    tools.run("cp", samples.file(src, "new.yaml", "job", ["new"]), space.at("a.yaml")).fails(tools.message("ETIMEDOUT"))
    assert space.sent() == (1, 0)
    assert other in space.error("a.yaml"), "the story does not say what it waits for"


def test_an_update_by_a_colleague_does_not_hide_the_job(space, src):
    asks = silence(space)
    lose(space)
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    mine = space.only_job()["document_id"]
    space.cocd.client().ask("PUT", f"{CREATE}/{mine}", body={
        "name": "job", "content": samples.document("job", ["theirs"]), "risk_level": "HIGH", "description": "x"})
    asks.times = 0
    assert taken(space, "a.yaml") == mine and space.sent() == (1, 0)


def test_an_answer_that_names_a_known_job_is_none(space, src):
    other = elsewhere(space, "job", samples.document("job", ["other"]))
    lose(space, f.lies(200, {"data": other}))
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") != other and len(versions(space)) == 2


# ---- several files of this mount with the same name and content ----


def test_twins_that_were_made_one_after_the_other(space, src):
    """Before the second create the list has the job of the first, which is still in doubt."""
    shows = silence(space, CREATE + "/.+")
    for path in ("a.yaml", "b.yaml", "c.yaml"):
        lose(space)
        write(space, src, path, "job")
        done_with(space, path, "in-doubt")
    shows.times = 0
    ids = {taken(space, path) for path in ("a.yaml", "b.yaml", "c.yaml")}
    assert ids == set(versions(space)) and len(ids) == 3


@pytest.mark.parametrize("how", ["kill", "unmount"])
def test_twins_over_a_remount(space, src, how):
    asks = silence(space)
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate, cut=f.FORWARDED), "POST", CREATE, times=3)
    paths = ["a.yaml", "b.yaml", "c.yaml"]
    source = samples.file(src, "source.yaml", "job")
    asks.times = 0
    copies = [tools.popen("cp", source, space.at(path)) for path in paths]
    assert gate.wait_held(3)
    asks.times = None
    gate.open()
    for copy in copies:
        tools.finish(copy)
    getattr(space, how)()
    asks.times = 0
    space.mount()
    assert {taken(space, path) for path in paths} == set(versions(space)) and len(versions(space)) == 3


# ---- a list that changes while it is read, that lies, or that is too long ----


class Lists:
    """Records the requests for lists of the jobs of a name that the mount sends from now on."""

    def __init__(self, space):
        self.space, self.first = space, len(space.front.exchanges)

    def seen(self, offset=None):
        calls = [call for call in self.space.front.calls("GET", CREATE, self.first) if "name_like" in dict(call.query)]
        return [call for call in calls if offset is None or dict(call.query)["offset"] == str(offset)]

    def hold_second_page(self):
        """Returns a gate that holds the second of the requests that this object records, until its open()."""
        gate = self.space.front.gate()
        self.space.front.rule(f.Fault(gate=gate), "GET", CREATE, when=lambda: len(self.seen()) == 1)
        return gate


@pytest.fixture
def crowded(make_space, src):
    """A space with 150 jobs of similar names: a list has them after the jobs that are made next. From the next create on the
    service does not answer a GET, until space.asks.times = 0."""
    space = make_space(timeout="2", adopt="never")
    for number in range(150):
        elsewhere(space, f"job-{number}")
    space.asks = silence(space)
    return space


def listed_again(space, change):
    """Lets the service answer again when a list can prove absence, and calls change() between two pages of the list. Returns the
    Lists."""
    lost = space.creates()[0].started
    assert space.front.wait(lambda: any(call.started > lost + 12 for call in space.calls("GET", CREATE)), 40)
    lists = Lists(space)
    gate = lists.hold_second_page()
    space.asks.times = 0
    assert gate.wait_held(1, 40)
    change()
    gate.open()
    return lists


def test_rows_that_are_passed_over_prove_nothing(crowded, src):
    """Two jobs are deleted while the list is read, so a page begins after the job that is looked for."""
    space = crowded
    lose(space)
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    newer = [elsewhere(space, f"job-x{number}") for number in range(100)]
    client = space.cocd.client()
    lists = listed_again(space, lambda: [client.delete(job) for job in newer[:2]])
    mine = taken(space, "a.yaml")
    assert space.job(mine)["name"] == "job" and space.sent() == (1, 0)
    assert len(lists.seen(offset=0)) >= 2, "the list was not read anew"


@pytest.mark.parametrize("change", ["create", "delete"])
def test_a_list_that_changes_is_read_anew_and_absence_believed_then(crowded, src, change):
    space = crowded
    lose(space, f.cuts(f.REQUEST))
    write(space, src, "a.yaml", "job")
    done_with(space, "a.yaml", "in-doubt")
    victim = space.cocd.client().ids()[0]
    lists = listed_again(space, lambda: elsewhere(space, "job-y") if change == "create"
                         else space.cocd.client().delete(victim))
    assert space.front.wait(lambda: len(lists.seen(offset=0)) >= 2, 40)
    not_done(space, "a.yaml")


def with_row(row):
    return lambda answer: {**answer, "data": [*answer["data"], row], "total": answer["total"] + 1}


# By the name of the job that is looked for: a function that changes the answer to a list. With the row or the total that it puts
# in, the API cannot have sent the answer.
ODD = {
    "row-without-members": with_row({}), "row-null": with_row(None), "row-text": with_row("DM1"),
    "id-missing": with_row({"name": "job"}), "id-null": with_row({"document_id": None, "name": "job"}),
    "id-number": with_row({"document_id": 7, "name": "job"}), "name-missing": with_row({"document_id": "DM1"}),
    "id-of-another-call": with_row({"document_id": "../executions", "name": "job"}),
    "twice": lambda answer: {"data": [{"document_id": "DM1", "name": "job"}] * 2, "total": 2},
    "total-of-a-billion": lambda answer: {**answer, "total": 10 ** 9},
    "total-of-one-more": lambda answer: {**answer, "total": answer["total"] + 1},
    "total-of-one-less": lambda answer: {"data": [{"document_id": "DM1", "name": "x"}], "total": 0},
    "no-rows": lambda answer: {"data": None, "total": 5},
    "no-total": lambda answer: {"data": []},
    "total-null": lambda answer: {"data": [], "total": None},
}


def test_what_no_list_can_say_proves_nothing(space, src):
    """Each create is sent all the same, with a bounded number of lists. None of the lost creates counts as not done until the lists
    are sound again."""
    spoilt = space.front.change_answers(
        lambda exchange, answer: ODD[dict(exchange.query)["name_like"]](answer)
        if exchange.method == "GET" and exchange.path == CREATE and "name_like" in dict(exchange.query) else answer)
    lists = Lists(space)
    for name in ODD:
        lose(space, f.cuts(f.REQUEST))
        write(space, src, f"{name}.yaml", name)
        done_with(space, f"{name}.yaml", "in-doubt")
    for name in ODD:
        is_open(space, f"{name}.yaml", "errno: EIO", "proves nothing")
    assert len(space.creates()) == len(ODD) and len(lists.seen()) < 20 * len(ODD)
    spoilt.end()
    for name in ODD:
        if space.options.get("submit") == "queue":
            taken(space, f"{name}.yaml", 60)
        else:
            done_with(space, f"{name}.yaml", "failed", 60)


def test_a_service_that_tells_more_and_more_is_read_to_a_bound(make_space, src):
    space, count = make_space(timeout="20", adopt="never"), [0]

    def more(answer):
        rows = []
        for _ in range(99):
            count[0] += 1
            rows.append({"document_id": f"DM{count[0]}", "name": "job", "enterprise_project_id": "0"})
        last, more.last = getattr(more, "last", rows[0]), rows[-1]
        return {"data": [last, *rows], "total": 10 ** 6}

    space.front.change_answers(
        lambda exchange, answer: more(answer) if exchange.method == "GET" and exchange.path == CREATE else answer)
    lists = Lists(space)
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml") and 2 <= len(lists.seen()) <= 50


def test_more_jobs_of_the_name_than_are_kept(make_space, src):
    """The create is sent all the same. If its answer is lost, a person decides."""
    space = make_space(timeout="5", adopt="never")
    rows = [{"document_id": f"DM-of-another-{n}", "name": "job", "enterprise_project_id": "0", "version": "v1"}
            for n in range(1500)]

    def crowd(exchange, answer):
        query = dict(exchange.query)
        if exchange.method != "GET" or exchange.path != CREATE or "name_like" not in query:
            return answer
        own = [{**rows[0], "document_id": job} for job in space.cocd.client().ids()]
        offset = int(query["offset"])
        return {"data": (own + rows)[offset:offset + 100], "total": len(own + rows)}

    def show_another(exchange, answer):
        if exchange.method != "GET" or "/DM-of-" not in exchange.path:
            return answer
        return f.Answer(200, json.dumps({"data": {"document_id": exchange.path.rsplit("/", 1)[1], "name": "job",
                                                  "content": "another", "version": "v1"}}).encode())

    space.front.change_answers(crowd)
    space.front.change_answers(show_another, status=400)
    write(space, src, "a.yaml", "job")
    assert taken(space, "a.yaml")
    lose(space)
    write(space, src, "b.yaml", "job", "other")
    new, = set(versions(space)) - {space.id("a.yaml")}
    is_open(space, "b.yaml", "errno: EEXIST", "it is not known which jobs", f"jobs: {new}\n")


OLD = [ledger for ledger in test_old_ledgers.NAMES if re.match("v[1-5]\\b", ledger)]


@pytest.mark.parametrize("ledger", OLD)
def test_a_ledger_from_before_the_question_is_decided_by_a_person(make_space, ledger):
    """An old ledger does not say which jobs the service had before. A job that may be the create's is not taken. If there is no
    such job, the create was not done."""
    space = make_space(mounted=False, timeout="2", adopt="never")
    jobs = test_old_ledgers.put_back(ledger, space)
    with sqlite3.connect(f"{space.state}/ledger.db") as db:
        db.execute("UPDATE space SET source = ?", (space.source,))
    db.close()
    made = elsewhere(space, "doubt")
    space.mount()
    is_open(space, "doubt.yaml", "errno: EEXIST", "it is not known which jobs", f"jobs: {made}\n")
    assert space.id("doubt.yaml") is None
    if "queued.yaml" in jobs:
        assert taken(space, "queued.yaml") != made


# ---- before a create the service is asked which jobs of the name it has ----


def test_each_create_asks_once_and_no_update_does(space, src):
    lists = Lists(space)
    for number in range(5):
        write(space, src, f"{number}.yaml", f"job-{number}")
        taken(space, f"{number}.yaml")
    assert [dict(call.query)["name_like"] for call in lists.seen()] == [f"job-{number}" for number in range(5)]
    write(space, src, "0.yaml", "job-0", "changed")
    done_with(space, "0.yaml", "submitted")
    assert tools.eventually(lambda: space.fact("0.yaml", "version") == "v2", "the update")
    assert len(lists.seen()) == 5


def test_questions_do_not_wait_for_each_other(make_space, src):
    space, count = greeted(make_space(submit="queue", adopt="never")), 200
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "GET", CREATE, times=None)
    (src / "many").mkdir()
    for number in range(count):
        samples.file(src / "many", f"{number}.yaml", f"job-{number}")
    tools.run("cp", "-r", src / "many", space.path).ok()
    assert gate.wait_held(64), "the slots of the queue are not all used"
    assert not space.creates()
    gate.open()
    queues.wait(space.path).ok()
    assert len(space.creates()) == count == len(versions(space))
    assert space.front.max_in_flight <= 64


AWAY = {
    "refused-connections": (None, "ECONNREFUSED"),
    "silent": (f.silence(), "ETIMEDOUT"),
    "500": (f.says(500, b"{}"), "EIO"),
    "a-portal": (f.says(200, b"<html>Welcome</html>"), "EIO"),
    "cut": (f.cuts(f.FORWARDED), "EIO"),
    "403": (f.refuses(403, "APIGW.0302", "no"), "EPERM"),
    "400": (f.refuses(400, "COC.00010002", "Invalid parameter values."), "EINVAL"),
    "401": (f.refuses(401, "APIGW.0301", "Incorrect IAM authentication information"), "EACCES"),
    "429": (f.refuses(429, "APIGW.0308", "The throttling threshold has been reached"), "EAGAIN"),
}


@pytest.mark.parametrize("away", AWAY)
def test_where_the_question_cannot_be_asked_nothing_is_sent(make_space, src, away):
    space = make_space(timeout="2", adopt="never")
    fault, errno = AWAY[away]
    if fault:
        space.front.rule(fault, "GET", CREATE, times=None)
    else:
        space.front.refuse()
    tools.run("cp", samples.file(src, "a.yaml", "job"), space.path).fails(tools.message(errno))
    assert space.error("a.yaml").startswith("nothing was sent, as the service could not be asked")
    assert f"errno: {errno}" in space.error("a.yaml")
    assert space.fact("a.yaml", "state") == "failed" and not space.creates()
    space.front.clear()
    space.front.accept()
    space.process.send_signal(1)
    tools.eventually(lambda: tools.run("cp", src / "a.yaml", space.path).status == 0, "the service to be there again")
    assert len(space.creates()) == 1 and space.id("a.yaml") == space.only_job()["document_id"]


@pytest.mark.parametrize("away", [name for name in AWAY if name not in ("403", "400")])
def test_in_the_queue_it_is_asked_later(make_space, src, away):
    space = make_space(timeout="2", adopt="never", submit="queue")
    fault, _ = AWAY[away]
    if fault:
        space.front.rule(fault, "GET", CREATE, times=None)
    else:
        space.front.refuse()
    tools.run("cp", samples.file(src, "a.yaml", "job"), space.path).ok()
    tools.eventually(lambda: [line for line in queues.lines(space) if line.attempts], "an attempt")
    assert not space.creates()
    space.front.clear()
    space.front.accept()
    space.process.send_signal(1)
    queues.wait(space.path).ok()
    assert len(space.creates()) == 1 and space.id("a.yaml") == space.only_job()["document_id"]


def test_a_service_that_asks_for_patience_is_asked_again(make_space, src):
    space = greeted(make_space(timeout="30"))
    lists = Lists(space)
    space.front.rule(f.refuses(429, "APIGW.0308", "slowly", headers=(("Retry-After", "1"),)), "GET", CREATE)
    space.front.rule(f.refuses(429, "APIGW.0308", "slowly", headers=(("Retry-After", "1"),)), "POST", CREATE)
    tools.run("cp", samples.file(src, "a.yaml", "job"), space.path).ok()
    # the refused list, a list before each of the two creates, and the second look after the create that was done
    assert len(lists.seen()) == 4 and len(space.creates()) == 2


def test_it_is_seen_while_it_is_asked(make_space, src):
    space = greeted(make_space())
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "GET", CREATE)
    copy = tools.popen("cp", samples.file(src, "a.yaml", "job"), space.path)
    assert gate.wait_held()
    assert queues.states(space) == {"a.yaml": "submitting"} and space.fact("a.yaml", "state") == "submitting"
    assert queues.metrics(space)["cocfs_requests_in_flight"] == 1
    gate.open()
    tools.finish(copy).ok()


def test_after_an_outage_not_all_ask_at_once(make_space, src):
    """If hundreds of files in doubt asked at the same time, each would get its answer too late, and ask again."""
    count, at_once = 100, 64
    # timeout=: a list without an answer makes room for another only after this time. Even on a busy machine all the first ones are
    # sent before that
    space = make_space(timeout="12", adopt="never", submit="queue", max_inflight="128")
    gate = space.front.gate()
    space.front.rule(f.silence(), "POST", CREATE, times=count)
    space.front.rule(f.Fault(gate=gate), "GET", CREATE, times=None, when=lambda: len(space.creates()) >= count)
    for number in range(count):
        write(space, src, f"job-{number:03}.yaml", f"job-{number:03}")
    assert space.front.wait(lambda: len(space.creates()) >= count)
    assert gate.wait_held(at_once, 60)
    assert not space.front.wait(lambda: gate.held > at_once, 2)  # waits for what must not happen
    gate.open()
    for number in range(count):
        taken(space, f"job-{number:03}.yaml", 60)
    assert len(space.jobs()) == count
