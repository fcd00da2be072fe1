# SPDX-License-Identifier: MIT
"""Mounts with temporary keys: on a cloud server they come from its metadata service; with an OIDC token they come from IAM."""

import socket

import pytest

import front as fronts
import key_servers
import mounting
import network

DAY = 86400
FIRST = ("TEMPORARYONE", "secret-of-the-first", "token-of-the-first")
ID_TOKEN = "id-token.of-the.provider"
SECOND = ("TEMPORARYTWO", "secret-of-the-second", "token-of-the-second")


class Server(mounting.Space):
    """A mount on a cloud server: cocfs runs in the network net, which has the metadata service."""

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
    """make_server(option=value, …): a mount on a cloud server; its service accepts the temporary keys FIRST and SECOND.
    mounted=False: returns the Server before the mount."""
    with open(cocd.keys_file, "a", encoding="utf-8") as file:
        for name, (access, secret, token) in {"first": FIRST, "second": SECOND}.items():
            file.write(f"[{name}]\nak = {access}\nsk = {secret}\nsecurity_token = {token}\n")
    cocd.stop()
    with fronts.Front(cocd.start().address, listen=net.listen) as front:
        exhibit("front", front.story)

        def make(mounted=True, **options):
            space = mounts(Server(cocd, front, tmp_path, net=net, **options))
            return space.mount() if mounted else space
        yield make


@pytest.fixture
def iam():
    with key_servers.Iam(socket.create_server(("127.0.0.1", 0)), ID_TOKEN, FIRST[2], DAY) as server:
        yield server


@pytest.fixture
def make_federated(cocd, iam, make_host, front, src):
    """make_federated(option=value, …): a mount with an OIDC token; its service accepts the tokens of FIRST and SECOND, which IAM
    gives."""
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
