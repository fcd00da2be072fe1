# SPDX-License-Identifier: MIT
"""Temporary keys: from the metadata service, and from IAM for an OIDC token. They are fetched, renewed before they end, and shown
nowhere."""

import itertools
import signal
import time

import pytest

import mounting
import samples
import service
import tools
from temporary_keys import DAY, FIRST, ID_TOKEN, SECOND
from traces import assert_unseen

RENEWED_BEFORE = 40 * 60  # seconds: keys are renewed so long before their end


def put(space, src, name):
    return tools.store(samples.file(src, name), space.at(name))


def signer(exchange):
    """Returns the access key and the security token of a call. The token must be signed, too."""
    authorization = exchange.headers["authorization"]
    assert "x-security-token" in authorization
    return authorization.partition("Access=")[2].partition(",")[0], exchange.headers["x-security-token"]


def assert_untold(space):
    assert_unseen(space, [*FIRST[1:], *SECOND[1:], "metadata-token", ID_TOKEN])


def test_keys_of_the_metadata_service(make_server, metadata, src):
    """The environment names a proxy at which nobody listens. The keys are fetched without it."""
    space = make_server()
    assert put(space, src, "a.yaml") == "ok"
    assert signer(space.creates()[0]) == (FIRST[0], FIRST[2])
    assert "credentials taken from the metadata service of this server" in space.log()
    assert_untold(space)


def test_keys_are_renewed_before_they_end(make_server, metadata, src):
    metadata.keys = (*FIRST, RENEWED_BEFORE + 2)
    space = make_server()
    assert put(space, src, "a.yaml") == "ok"
    metadata.keys = (*SECOND, DAY)
    tools.eventually(lambda: space.log().count("credentials taken from") == 2, "the next keys")
    assert put(space, src, "b.yaml") == "ok"
    assert [signer(call) for call in space.creates()] == [(FIRST[0], FIRST[2]), (SECOND[0], SECOND[2])]
    assert_untold(space)


def test_old_keys_are_used_until_they_end(make_server, metadata, src):
    """After their end a commit fails with EACCES and says why, until there are keys again."""
    metadata.keys = (*FIRST, 8)
    space = make_server()
    metadata.refusal = (500, "broken")
    tools.eventually(lambda: "the keys cannot be renewed" in space.log(), "the failure")
    assert put(space, src, "a.yaml") == "ok"
    names = (f"{number}.yaml" for number in itertools.count())
    tools.eventually(lambda: put(space, src, next(names)) == "close EACCES", "the end of the keys")
    before = len(space.calls())
    assert put(space, src, "b.yaml") == "close EACCES" and len(space.calls()) == before
    told = space.error("b.yaml")
    assert "have expired" in told and "answers with 500" in told and "what_to_do: " in told
    metadata.refusal, metadata.keys = None, (*SECOND, DAY)
    tools.eventually(lambda: put(space, src, "b.yaml") == "ok", "the next keys", 90)
    assert_untold(space)


def test_what_is_queued_waits_for_keys(make_server, metadata, src):
    metadata.keys = (*FIRST, 2)
    space = make_server(submit="queue")
    end = time.time() + 2
    metadata.refusal = (500, "broken")
    tools.eventually(lambda: "the keys cannot be renewed" in space.log() and time.time() > end, "the end of the keys")
    assert put(space, src, "a.yaml") == "ok"
    tools.eventually(lambda: "have expired" in tools.read(space.at(".coc", "queue")).decode(), "the reason in the queue")
    assert space.creates() == [] and space.fact("a.yaml", "state") == "queued"
    metadata.refusal, metadata.keys = None, (*SECOND, DAY)
    tools.eventually(lambda: space.id("a.yaml"), "the job", 90)
    assert len(space.creates()) == 1


def look_again(space, said):
    """Sends SIGHUP, and waits until the log says this once more."""
    before = space.log().count(said)
    space.process.send_signal(signal.SIGHUP)
    tools.eventually(lambda: space.log().count(said) > before, said)


def test_sighup_tries_new_keys_and_keeps_the_old_ones_when_there_are_none(make_server, metadata, src):
    space = make_server()
    metadata.keys = (*SECOND, DAY)
    look_again(space, "credentials read again from the metadata service")
    assert put(space, src, "a.yaml") == "ok"
    metadata.refusal = (401, '{"message": "Please configure Cloud Service Agency first"}')
    look_again(space, "the credentials stay as they are: no agency is bound")
    assert put(space, src, "b.yaml") == "ok"
    metadata.refusal, metadata.keys = None, (*FIRST, DAY)
    look_again(space, "credentials read again from the metadata service")
    assert put(space, src, "c.yaml") == "ok"
    assert [signer(call)[0] for call in space.creates()] == [SECOND[0], SECOND[0], FIRST[0]]
    assert_untold(space)


def test_keys_that_are_renewed_are_renewed_after_a_sighup_in_vain(make_server, metadata, src):
    metadata.keys = (*FIRST, RENEWED_BEFORE + 4)
    space = make_server()
    metadata.refusal = (500, "broken")
    look_again(space, "the credentials stay as they are")
    metadata.refusal, metadata.keys = None, (*SECOND, DAY)
    tools.eventually(lambda: space.log().count("credentials taken from") == 2, "the next keys", 40)
    assert put(space, src, "a.yaml") == "ok" and signer(space.creates()[0])[0] == SECOND[0]


def test_a_server_without_an_agency_does_not_mount(make_server, metadata):
    metadata.refusal = (401, '{"message": "Please configure Cloud Service Agency first"}')
    with pytest.raises(mounting.MountFailed) as failure:
        make_server()
    assert failure.value.status == 32
    assert all(text in failure.value.log for text in ("no agency is bound", "HUAWEICLOUD_SDK_AK", "what_to_do: bind an agency"))
    assert "tries again" not in failure.value.log


def test_a_token_of_iam_for_an_oidc_token(make_federated, iam, src):
    """The token is renewed before it ends, with the ID token that the file has at that time."""
    iam.seconds = RENEWED_BEFORE + 3
    space = make_federated()
    assert put(space, src, "a.yaml") == "ok"
    (src / "id_token").write_text("another")
    iam.id_token, iam.token, iam.seconds = "another", SECOND[2], DAY
    tools.eventually(lambda: space.log().count("credentials taken from") == 2, "the next token")
    assert put(space, src, "b.yaml") == "ok"
    assert [call.headers["x-auth-token"] for call in space.creates()] == [FIRST[2], SECOND[2]]
    assert all("authorization" not in call.headers and call.headers["x-domain-id"] == "domain" for call in space.creates())
    assert_untold(space)


@pytest.mark.parametrize("check", ["now", "later"])
def test_an_oidc_token_that_iam_refuses(make_federated, iam, src, check):
    iam.id_token = "another"
    if check == "now":
        with pytest.raises(mounting.MountFailed) as failure:
            make_federated()
        assert failure.value.status == 32 and "IAM gives no token for the ID token (401): no such token" in failure.value.log
        assert ID_TOKEN not in failure.value.log
        return
    space = make_federated(check="later")
    assert put(space, src, "a.yaml") == "close EACCES"
    assert "there are no keys yet: IAM gives no token" in space.error("a.yaml") and not space.calls()
    iam.id_token = ID_TOKEN
    tools.eventually(lambda: put(space, src, "a.yaml") == "ok", "a token", 90)


def test_iam_that_is_away_mounts(make_federated, iam, src):
    iam.refusal = (503, "busy")
    space = make_federated(submit="queue")
    assert put(space, src, "a.yaml") == "ok" and not space.calls()
    iam.refusal = None
    tools.eventually(lambda: space.id("a.yaml"), "the job", 90)


def test_sighup_with_a_token_that_iam_refuses_and_then_with_a_pair(make_federated, iam, src):
    """The token of IAM stays in use. Then the profile has a pair, and IAM is not asked any more."""
    space = make_federated()
    (src / "id_token").write_text("of-another-provider")
    look_again(space, "the credentials stay as they are: IAM gives no token for the ID token (401)")
    assert put(space, src, "a.yaml") == "ok"
    service.write_keys(str(src / "credentials"), *service.read_keys(space.cocd.keys_file))
    look_again(space, f"credentials read again from {src}/credentials")
    assert put(space, src, "b.yaml") == "ok"
    first, second = space.creates()
    assert first.headers["x-auth-token"] == FIRST[2] and "x-auth-token" not in second.headers
    assert_unseen(space, [ID_TOKEN, "of-another-provider", FIRST[2]])
