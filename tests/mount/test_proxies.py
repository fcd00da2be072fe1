# SPDX-License-Identifier: MIT
"""https_proxy and no_proxy: which calls go through the proxy, and what the proxy sees of these calls."""

import base64
import shutil
import socket
import ssl

import pytest

import key_servers
import mounting
import network
import proxies
import samples
import service
import tools
from temporary_keys import DAY, FIRST, ID_TOKEN
from traces import assert_unseen

if not shutil.which("openssl"):
    pytest.skip("openssl is not installed", allow_module_level=True)

SERVICE, IAM = "coc.test", "iam.test"  # no name server knows these names, only the proxy
VARIABLES = ("https_proxy", "no_proxy", "all_proxy", "http_proxy")


@pytest.fixture(autouse=True)
def no_proxy_of_the_caller(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def cocd(secure_cocd):
    """A service with a certificate for its name, and for the address of the tests that use no proxy."""
    return secure_cocd(f"DNS:{SERVICE},DNS:{IAM},DNS:localhost,IP:{network.METADATA}")


@pytest.fixture
def proxy(cocd):
    with proxies.Proxy(socket.create_server(("127.0.0.1", 0)), {f"{SERVICE}:443": cocd.address}) as server:
        yield server


@pytest.fixture
def mount_through(mounts, cocd, tmp_path):
    """mount_through(env, option=value, …): mounts the service by its name."""
    def mount(env, source=f"https://{SERVICE}", **options):
        env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file, **env}
        return mounts(mounting.Mount(source, tmp_path, env=env, cacert=cocd.cert, **options)).mount()
    return mount


@pytest.mark.parametrize("variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
def test_calls_go_through_the_proxy(mount_through, proxy, cocd, src, variable):
    """The proxy carries TLS, and sees neither jobs nor keys."""
    space = mount_through({variable: f"http://127.0.0.1:{proxy.port}"})
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.id("a.yaml") and proxy.asked == {f"{SERVICE}:443"}
    ak, sk = service.read_keys(cocd.keys_file)
    seen = "".join(proxy.heads) + b"".join(proxy.sent).decode(errors="replace")
    assert not any(text in seen for text in (ak, sk, "SDK-HMAC-SHA256", "X-Sdk-Date", "v1/documents")) and len(seen) > 1000


def test_a_password_of_the_proxy_is_for_the_proxy_alone(mount_through, proxy, src):
    space = mount_through({"https_proxy": f"http://user:of-the-proxy@127.0.0.1:{proxy.port}"})
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    token = base64.b64encode(b"user:of-the-proxy").decode()
    assert all(f"Proxy-Authorization: Basic {token}" in head for head in proxy.heads)
    proxy.upstream = {}
    space.remount()
    tools.run("cp", samples.file(src, "b.yaml"), space.path).fails()
    assert "the proxy that https_proxy names does not connect to the service (403)" in space.error("b.yaml")
    assert_unseen(space, [token])
    assert "of-the-proxy" not in space.log() + space.error("b.yaml")


def test_iam_is_asked_through_the_proxy(mount_through, proxy, cocd, src):
    listener = socket.create_server(("127.0.0.1", 0))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cocd.cert, cocd.key)
    tools.write(src / "id_token", ID_TOKEN)
    profile = tools.write(src / "credentials", f"[global]\ndomain_id = domain\nidp_id = idp\nid_token_file = {src}/id_token\n"
                          f"iam_endpoint = https://{IAM}\n")
    (src / "credentials").chmod(0o600)
    proxy.upstream[f"{IAM}:443"] = listener.getsockname()
    with key_servers.Iam(context.wrap_socket(listener, server_side=True), ID_TOKEN, FIRST[2], DAY) as iam:
        mount_through({"https_proxy": f"http://127.0.0.1:{proxy.port}", "HUAWEICLOUD_SDK_CREDENTIALS_FILE": profile}, check="later")
        iam.wait("POST", key_servers.Iam.TOKENS, 1)
    assert f"{IAM}:443" in proxy.asked
    assert ID_TOKEN not in "".join(proxy.heads) + b"".join(proxy.sent).decode(errors="replace")


class Apart(mounting.Mount):
    """A mount in a network of its own. There the service has an address that is no loopback address."""

    def __init__(self, *args, net, **options):
        super().__init__(*args, **options)
        self.net = net

    def argv(self, *flags):
        return self.net.wrap(*super().argv(*flags))


@pytest.mark.parametrize("variable, hosts, passed", [
    ("no_proxy", network.METADATA, False), ("NO_PROXY", f"other.test, {network.METADATA}", False), ("no_proxy", "*", False),
    ("no_proxy", "169.254.0.0/16", False), ("no_proxy", "other.test", True)])
def test_hosts_of_no_proxy_are_called_without_the_proxy(mounts, net, cocd, tmp_path, src, variable, hosts, passed):
    with proxies.Relay(net.listen((network.METADATA, 0)), cocd.address) as relay:
        address = f"{network.METADATA}:{relay.port}"
        with proxies.Proxy(net.listen(("127.0.0.1", 0)), {address: cocd.address}) as proxy:
            env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file, "https_proxy": f"http://127.0.0.1:{proxy.port}", variable: hosts}
            space = mounts(Apart(f"https://{address}", tmp_path, net=net, env=env, cacert=cocd.cert)).mount()
            tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
            assert (proxy.asked == {address}, relay.n > 0) == (passed, not passed)
            assert space.unmount() == 0


def test_tls_keys_are_written_nowhere(mounts, cocd, tmp_path, src):
    """SSLKEYLOGFILE is for people who debug a program. With the keys of a connection one can read its tokens."""
    keys = tmp_path / "tls-keys"
    env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": cocd.keys_file, "SSLKEYLOGFILE": str(keys)}
    source = f"https://localhost:{cocd.address[1]}"
    space = mounts(mounting.Mount(source, tmp_path, env=env, cacert=cocd.cert)).mount()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.id("a.yaml") and not keys.exists()
