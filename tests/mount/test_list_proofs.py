# SPDX-License-Identifier: MIT
"""The service's answers about the job of a lost create, and what they prove. A list that the API cannot have sent proves nothing.
Neither does a job that cannot be seen as it was made. Then nothing is sent again, and no file takes a job that may be
another's."""

import json

import pytest

import front as f
import promises
import samples
import test_lost_creates as lost
import tools

CREATE = lost.CREATE
MODES = promises.MODES


@pytest.fixture(params=MODES)
def space(make_space, request):
    """A mount with timeout=2: a create without an answer counts as lost after 2 seconds. A test runs with each mode of submit=."""
    return make_space(timeout="2", submit=promises.submit(request.param))


def is_list(exchange):
    return exchange.method == "GET" and exchange.path == CREATE and "name_like" in dict(exchange.query)


def is_show(exchange):
    return exchange.method == "GET" and exchange.path.startswith(CREATE + "/")


def asked_for(exchange):
    return dict(exchange.query)["name_like"]


def change_lists(space, function):
    return space.front.change_answers(
        lambda exchange, answer: function(answer) if is_list(exchange) else answer)


def change_shows(space, function):
    return space.front.change_answers(
        lambda exchange, answer: {"data": function(exchange, answer["data"])} if is_show(exchange) else answer)


def lose_one(space, src, name="job"):
    """Writes a.yaml. Its create is done and gets no answer. Returns the job's ID."""
    before = set(space.cocd.client().ids())
    lost.lose(space)
    lost.write(space, src, "a.yaml", name)
    made, = tools.eventually(lambda: set(space.cocd.client().ids()) - before, "the job to be made")
    return made


def stays_open(space, *words):
    """Waits for a list that comes late enough to prove absence. a.yaml must still be in doubt, with these words in its .error, and
    nothing was sent again. Returns the text of the .error."""
    sent = tools.eventually(lambda: space.creates()[0].ended, "the create to have ended")
    assert space.front.wait(lambda: any(is_list(call) and call.started > sent + 12
                                        for call in space.front.exchanges), lost.SETTLED)
    story = lost.is_open(space, "a.yaml", *words)
    assert space.sent() == (1, 0)
    return story


# ---- lists that the API cannot have sent ----

EMPTY = b'{"data":[],"total":0}'

# Answers that no list of the API can be, by the name of the job that is looked for.
IMPOSSIBLE = {
    "status-201": f.Answer(201, EMPTY), "status-202": f.Answer(202, EMPTY), "status-203": f.Answer(203, EMPTY),
    "status-206": f.Answer(206, EMPTY), "status-226": f.Answer(226, EMPTY),
    "two-data": b'{"data":[],"data":[{"document_id":"DM1","name":"x"}],"total":0}',
    "two-totals": b'{"data":[],"total":0,"total":1}',
    "two-totals-escaped": b'{"data":[],"total":0,"t\\u006ftal":1}',
    "two-ids": b'{"data":[{"document_id":"DM1","document_id":"DM2","name":"x"}],"total":1}',
    "two-names": b'{"data":[{"document_id":"DM1","name":"x","name":"two-names"}],"total":1}',
    "total-with-a-blank": b'{"data":[],"total":" 0"}', "total-with-a-sign": b'{"data":[],"total":"+0"}',
    "total-with-a-tab": b'{"data":[],"total":"\\t0"}', "total-minus-nothing": b'{"data":[],"total":"-0"}',
    "error-msg": b'{"data":[],"total":0,"error_msg":"the index is not ready"}',
    "message": b'{"data":[],"total":0,"message":"please log in"}',
    "error": b'{"data":[],"total":0,"error":{"code":"COC.1"}}',
    "error-code": b'{"data":[],"total":0,"error_code":"COC.00010002"}',
    "words-beside-rows": b'{"data":[{"document_id":"DM1","name":"x"}],"total":1,"error_msg":"some jobs are not told"}',
}


def test_a_list_that_the_api_cannot_have_sent_proves_nothing(space, src):
    """Each lost create stays in doubt with an .error that says why, until the lists are sound again."""
    def spoil(exchange, answer):
        sent = is_list(exchange) and asked_for(exchange) in {call.json()["name"] for call in space.creates()}
        return IMPOSSIBLE[asked_for(exchange)] if sent else answer

    spoilt = space.front.change_answers(spoil)
    for name in IMPOSSIBLE:
        lost.lose(space, f.cuts(f.REQUEST))
        lost.write(space, src, f"{name}.yaml", name)
        lost.done_with(space, f"{name}.yaml", "in-doubt")
    for name in IMPOSSIBLE:
        lost.is_open(space, f"{name}.yaml", "errno: EIO", "proves nothing")
    assert len(space.creates()) == len(IMPOSSIBLE)
    spoilt.end()
    for name in IMPOSSIBLE:
        if space.options.get("submit") == "queue":
            lost.taken(space, f"{name}.yaml", 60)
        else:
            lost.done_with(space, f"{name}.yaml", "failed", 60)


def test_a_success_code_beside_the_jobs_is_no_error(space, src):
    change_lists(space, lambda answer: {**answer, "error_code": "COC.00000000", "error_msg": "OK, done"})
    made = lose_one(space, src)
    assert lost.taken(space, "a.yaml") == made


# ---- jobs that are listed but not shown ----

def gone(exchange):
    return f.Answer(400, json.dumps({"error_code": "COC.00042101", "error_msg": "no such job"}).encode())


def test_a_job_that_is_listed_is_not_gone(space, src):
    """The list has the job. But when cocfs asks for the job itself, the answer is that there is no such job."""
    hidden = space.front.change_answers(lambda exchange, answer: gone(exchange) if is_show(exchange) else answer)
    made = lose_one(space, src)
    stays_open(space, "errno: EEXIST", "does not show the content", f"jobs: {made}\n")
    hidden.end()
    assert lost.taken(space, "a.yaml", 60) == made


def test_a_job_that_shows_no_data_is_not_gone(space, src):
    hidden = change_shows(space, lambda exchange, job: None)
    made = lose_one(space, src)
    stays_open(space, "errno: EEXIST", "does not show the content", f"jobs: {made}\n")
    hidden.end()
    assert lost.taken(space, "a.yaml", 60) == made


def update_elsewhere(space, job):
    space.cocd.client().ask("PUT", f"{CREATE}/{job}", body={
        "name": "job", "content": samples.document("job", ["theirs"]), "risk_level": "HIGH", "description": "x"})


def updated_before_it_is_found(space, src):
    """A job was made, and a colleague updates it before it is looked for. Returns its ID."""
    asks = lost.silence(space)
    made = lose_one(space, src)
    lost.done_with(space, "a.yaml", "in-doubt")
    update_elsewhere(space, made)
    asks.times = 0
    return made


def test_a_version_that_is_missing_is_no_missing_job(space, src):
    hidden = space.front.change_answers(
        lambda exchange, answer: gone(exchange) if is_show(exchange) and ("version", "v1") in exchange.query else answer)
    made = updated_before_it_is_found(space, src)
    stays_open(space, "errno: EEXIST", f"jobs: {made}\n")
    hidden.end()
    assert lost.taken(space, "a.yaml", 60) == made


def without_version(row):
    return {name: value for name, value in row.items() if name not in ("version", "versions")}


@pytest.mark.parametrize("where", ["show", "both"])
def test_a_job_whose_version_nobody_tells_is_not_another_job(space, src, where):
    """A colleague has updated the job: when cocfs asks for it, the content is not that of the create, and no version says why."""
    changes = [change_shows(space, lambda exchange, job: without_version(job))]
    if where == "both":
        changes.append(change_lists(space, lambda answer: {**answer, "data": [without_version(row) for row in answer["data"]]}))
    made = updated_before_it_is_found(space, src)
    stays_open(space, "errno: EEXIST", f"jobs: {made}\n")
    for change in changes:
        change.end()
    assert lost.taken(space, "a.yaml", 60) == made


def test_a_list_without_versions_is_enough_if_the_first_is_shown(space, src):
    change_lists(space, lambda answer: {**answer, "data": [without_version(row) for row in answer["data"]]})
    made = updated_before_it_is_found(space, src)
    assert lost.taken(space, "a.yaml") == made and space.sent() == (1, 0)


# ---- jobs that the service, or a colleague, has changed since ----

def in_project(project):
    return lambda answer: {**answer, "data": [{**row, "enterprise_project_id": project} for row in answer["data"]]}


def test_a_job_that_was_moved_to_another_project_is_not_absent(space, src):
    moved = change_lists(space, in_project("p2"))
    made = lose_one(space, src)
    stays_open(space, "errno: EEXIST", f"jobs: {made}\n", "another project")
    moved.end()
    assert lost.taken(space, "a.yaml", 60) == made


def test_a_job_of_another_project_that_was_there_before_is_nobodys(space, src):
    other = space.cocd.client().create(name="job", content=samples.document("job", ["pause"]), risk_level="LOW",
                                       enterprise_project_id="p2", description="")
    lost.lose(space, f.cuts(f.REQUEST))
    lost.write(space, src, "a.yaml", "job")
    mine = lost.not_done(space, "a.yaml")
    assert mine != other


NORMALISED = {
    "description-trimmed": ("description", lambda text: "what it does"),
    "description-upper": ("description", lambda text: "WHAT IT DOES"),
    "risk-lower": ("risk_level", lambda text: "low"),
    "content-of-another-system": ("content", lambda text: text.replace("\n", "\r\n")),
    "content-trimmed": ("content", lambda text: text.rstrip("\n")),
    "content-with-a-mark": ("content", lambda text: "\ufeff" + text),
}


@pytest.mark.parametrize("how", NORMALISED)
def test_a_job_that_the_service_has_put_right_is_not_absent(make_space, src, how):
    space = make_space(timeout="2", submit="queue", description="  what it does ")
    member, function = NORMALISED[how]
    change_shows(space, lambda exchange, job: {**job, member: function(job[member])})
    made = lose_one(space, src)
    stays_open(space, "errno: EEXIST", f"jobs: {made}\n")
    space.cocd.client().delete(made)
    assert lost.taken(space, "a.yaml", 60) == space.only_job()["document_id"] != made


def test_a_name_that_the_service_trims_does_not_hide_the_job(make_space, src):
    space = make_space(timeout="2", submit="queue")
    trimmed = change_lists(space, lambda answer: {**answer, "data": [{**row, "name": row["name"].strip()}
                                                                     for row in answer["data"]]})
    made = lose_one(space, src, '" job "')
    stays_open(space, "errno: EEXIST", f"jobs: {made}\n")
    trimmed.end()
    assert lost.taken(space, "a.yaml", 60) == made


def test_twins_of_two_projects_each_take_their_own(space, src):
    """Two creates of the same name and content are lost. Neither job counts as moved to another project."""
    shows = lost.silence(space, CREATE + "/.+")
    for project in ("p1", "p2"):
        tools.run("mkdir", space.at(project)).ok()
        tools.run("setfattr", "-n", "user.coc.enterprise_project_id", "-v", project, space.at(project)).ok()
        lost.lose(space)
        lost.write(space, src, f"{project}/a.yaml", "job")
        lost.done_with(space, f"{project}/a.yaml", "in-doubt")
    shows.times = 0
    taken = {project: lost.taken(space, f"{project}/a.yaml", 60) for project in ("p1", "p2")}
    assert {project: space.job(job)["enterprise_project_id"] for project, job in taken.items()} == {"p1": "p1", "p2": "p2"}
    assert space.sent() == (2, 0)
