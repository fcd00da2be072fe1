# SPDX-License-Identifier: MIT
"""The answers to a create, and which of them say that a job was made. Any other answer counts as lost: the service is asked, and
the file takes the job that the create has made, and no other job."""

import pytest

import front as f
import promises
import samples
import test_lost_creates as lost

MODES = promises.MODES


@pytest.fixture(params=MODES)
def space(make_space, request):
    """A mount with timeout=2: a create without an answer counts as lost after 2 seconds. A test runs with each mode of submit=."""
    return make_space(timeout="2", submit=promises.submit(request.param))


def other_job(space, **fields):
    return space.cocd.client().create(**{"name": "job", "content": samples.document("job", ["other"]),
                                         "enterprise_project_id": "0", "risk_level": "LOW", "description": "", **fields})


LISTED = {"longer-name": {"name": "my job 2"}, "another-case": {"name": "JOB"}, "project": {"enterprise_project_id": "p2"},
          "same-content": {"name": "job 2", "content": samples.document("job", ["pause"])}}


@pytest.mark.parametrize("how", LISTED)
def test_a_create_does_not_make_a_job_that_was_listed_before(space, src, how):
    other = other_job(space, **LISTED[how])
    lost.lose(space, f.lies(200, {"data": other}))
    lost.write(space, src, "a.yaml", "job")
    mine = lost.taken(space, "a.yaml")
    assert mine != other and space.job(mine)["name"] == "job" and len(space.cocd.client().ids()) == 2


def test_a_create_cannot_be_gone(space, src):
    """The answer "no such job" to a create counts as lost. Here the create was done, and the file gets the job."""
    lost.lose(space, f.lies(400, {"error_code": "COC.00042101", "error_msg": "no such job"}))
    lost.write(space, src, "a.yaml", "job")
    assert lost.taken(space, "a.yaml") == space.only_job()["document_id"]
    assert space.sent() == (1, 0)


STRANGE = [201, 202, 203, 204, 205, 206, 226, 299]


@pytest.mark.parametrize("status", STRANGE)
def test_only_the_documented_status_says_that_a_create_was_done(space, src, status):
    lost.lose(space, f.says(status, {"data": "DM-nowhere"}))
    lost.write(space, src, "a.yaml", "job")
    lost.not_done(space, "a.yaml")
    assert space.id("a.yaml") != "DM-nowhere"


MADE_TWO = {
    "two-data": b'{"data":"DM-nowhere","data":"ID"}', "two-data-turned": b'{"data":"ID","data":"DM-nowhere"}',
    "two-codes": b'{"data":null,"error_code":null,"data":"DM-nowhere","error_code":"COC.1"}',
    "words": b'{"data":"DM-nowhere","error_msg":"it could not be stored"}',
}


@pytest.mark.parametrize("shape", MADE_TWO)
def test_a_create_that_is_answered_twice_is_looked_for(space, src, shape):
    def answer_twice(exchange, answer):
        return MADE_TWO[shape].replace(b"ID", answer["data"].encode()) if exchange.method == "POST" else answer

    space.front.change_answers(answer_twice)
    lost.write(space, src, "a.yaml", "job")
    assert lost.taken(space, "a.yaml") == space.only_job()["document_id"]
    assert space.sent() == (1, 0)
