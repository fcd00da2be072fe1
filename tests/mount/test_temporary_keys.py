# SPDX-License-Identifier: MIT
"""Temporary keys: from the metadata service, and from IAM for an OIDC token. They are fetched, renewed before they end, and shown
nowhere."""

import itertools
import os
import socket
import time

import pytest

import front as fronts
import key_servers
import mounting
import network
import samples
import service
import tools

DAY = 86400
RENEWED_BEFORE = 40 * 60  # seconds before their end
FIRST = ("TEMPORARYONE", "secret-of-the-first", "token-of-the-first")
ID_TOKEN = "id-token.of-the.provider"
SECOND = ("TEMPORARYTWO", "secret-of-the-second", "token-of-the-second")


class Server(mounting.Space):
    """A mount on a cloud server: cocfs is in the network that has the metadata service."""

    def __init__(self, *args, net, **options):
        super().__init__(*args, **options)
        self.net = net
        self.env = {"HOME": self.base, "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", **options.get("env", {})}

    def argv(self, *flags):
        return self.net.wrap(*super().argv(*flags))


@pytest.fixture
def net():
    with network.Network() as made:
        yield made


@pytest.fixture
def metadata(net):
    with key_servers.Metadata(net.listen((network.METADATA, 80)), *FIRST, DAY) as server:
        yield server


@pytest.fixture
def make_server(cocd, net, mounts, tmp_path, exhibit):
    """make_server(option=value, …): a mount whose service accepts both pairs of temporary keys."""
    with open(cocd.keys_file, "a", encoding="utf-8") as file:
        for name, (access, secret, token) in {"first": FIRST, "second": SECOND}.items():
            file.write(f"[{name}]\nak = {access}\nsk = {secret}\nsecurity_token = {token}\n")
    cocd.stop()
    with fronts.Front(cocd.start().address, listen=net.listen) as front:
        exhibit("front", front.story)

        def make(**options):
            return mounts(Server(cocd, front, tmp_path, net=net, **options)).mount()
        yield make


def put(space, src, name):
    return tools.store(samples.file(src, name), space.at(name))


def signer(exchange):
    """Returns the access key and the security token of a call. The token must be signed, too."""
    authorization = exchange.headers["authorization"]
    assert "x-security-token" in authorization
    return authorization.partition("Access=")[2].partition(",")[0], exchange.headers["x-security-token"]


def assert_untold(space, *names):
    pid = space.process.pid
    told = [space.log(), tools.read(f"/proc/{pid}/cmdline").decode(), tools.read(f"/proc/{pid}/environ").decode(),
            *(space.error(name) or "" for name in names)]
    for path, _, files in os.walk(space.state):
        told += [tools.read(os.path.join(path, file)).decode(errors="replace") for file in files
                 if os.path.isfile(os.path.join(path, file))]
    for secret in (*FIRST[1:], *SECOND[1:], "metadata-token", ID_TOKEN):
        assert not any(secret in text for text in told), f"{secret} is told"


def test_keys_of_the_metadata_service(make_server, metadata, src):
    """No proxy is used for them."""
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
    assert_untold(space, "b.yaml")


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


def test_a_server_without_an_agency_does_not_mount(make_server, metadata):
    metadata.refusal = (401, '{"message": "Please configure Cloud Service Agency first"}')
    with pytest.raises(mounting.MountFailed) as failure:
        make_server()
    assert failure.value.status == 32
    assert all(text in failure.value.log for text in ("no agency is bound", "HUAWEICLOUD_SDK_AK", "what_to_do: bind an agency"))
    assert "tries again" not in failure.value.log


@pytest.fixture
def iam():
    with key_servers.Iam(socket.create_server(("127.0.0.1", 0)), ID_TOKEN, FIRST[2], DAY) as server:
        yield server


@pytest.fixture
def make_federated(cocd, iam, make_host, front, src):
    """make_federated(option=value, …): a mount with an OIDC token, whose service accepts both tokens of IAM."""
    tokens = src / "tokens"
    tokens.write_text("".join(f"[{name}]\ntoken = {keys[2]}\n" for name, keys in {"first": FIRST, "second": SECOND}.items()))
    tokens.chmod(0o600)
    cocd.more = ["--tokens", str(tokens)]
    cocd.stop()
    front.upstream = cocd.start().address
    (src / "id_token").write_text(ID_TOKEN + "\n")
    profile = src / "credentials"
    profile.write_text(f"[global]\ndomain_id = domain\nidp_id = idp\nid_token_file = {src}/id_token\niam_endpoint = {iam.url}\n")
    profile.chmod(0o600)
    return lambda **options: make_host("", env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(profile)}, **options)


def test_a_token_of_iam_for_an_oidc_token(make_federated, iam, src):
    """The token is renewed before it ends, with the file's content at that time."""
    iam.seconds = RENEWED_BEFORE + 3
    space = make_federated()
    assert put(space, src, "a.yaml") == "ok"
    (src / "id_token").write_text("another")
    iam.id_token, iam.token, iam.seconds = "another", SECOND[2], DAY
    tools.eventually(lambda: space.log().count("credentials taken from") == 2, "the next token")
    assert put(space, src, "b.yaml") == "ok"
    assert [call.headers["x-auth-token"] for call in space.creates()] == [FIRST[2], SECOND[2]]
    assert all("authorization" not in call.headers and call.headers["x-domain-id"] == "domain" for call in space.creates())
    if tools.IS_ROOT:
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
