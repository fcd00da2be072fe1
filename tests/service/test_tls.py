# SPDX-License-Identifier: MIT
"""HTTPS: what the service accepts and refuses. With HTTPS the service may listen for other machines."""

import http.client
import shutil
import socket
import ssl
import subprocess

import pytest

import conftest
from test_cocd import refused, run

if not shutil.which("openssl"):
    pytest.skip("openssl is not installed", allow_module_level=True)


EC = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


def make_pair(directory, name, *options, kind=EC):
    cert, key = directory / f"{name}.crt", directory / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", *kind, "-subj", "/CN=localhost",
         "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-days", "2", "-keyout", key, "-out", cert,
         *(options or ["-nodes"])],
        check=True, capture_output=True,
    )  # fmt: skip
    key.chmod(0o600)
    return cert, key


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    return make_pair(tmp_path_factory.mktemp("tls"), "good")


@pytest.fixture(scope="module")
def rsa_pair(tmp_path_factory):
    return make_pair(tmp_path_factory.mktemp("tls"), "rsa", kind=("rsa:2048",))


@pytest.fixture
def secure_rsa(start, rsa_pair):
    """A daemon whose certificate would allow the key exchange by RSA."""
    cert, key = rsa_pair
    return start("--tls-cert", cert, "--tls-key", key, "--idle-timeout", "2", tls=cert)


@pytest.fixture
def secure(start, pair):
    cert, key = pair
    return start("--tls-cert", cert, "--tls-key", key, "--idle-timeout", "2", tls=cert)


def test_all_of_it_works_over_tls(secure):
    made = secure.made(content="é" * 30000)
    assert secure.update(made).status == 200
    assert secure.show(made).data["content"] == "test2"
    assert secure.list().json["total"] == 1
    assert secure.delete(made).status == 200
    assert secure.log() == f"cocd: listening on https://127.0.0.1:{secure.port}\n"
    assert secure.stop() == 0


def test_a_connection_over_tls_serves_many_requests(secure):
    connection = secure.connection()
    for _ in range(5):
        assert secure.call("GET", "/v1/documents", connection=connection).status == 200
        assert secure.call("POST", "/v1/documents", body=conftest.GOOD, connection=connection).status == 200
    connection.close()


def test_a_client_that_does_not_trust_the_certificate_sends_nothing(secure):
    with pytest.raises(ssl.SSLCertVerificationError):
        http.client.HTTPSConnection("127.0.0.1", secure.port, context=ssl.create_default_context()).connect()
    assert secure.list().status == 200


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1_1 is deprecated")
@pytest.mark.parametrize(
    "version, taken", [(ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)]
)
def test_versions(secure, version, taken):
    context = ssl.create_default_context(cafile=secure.tls)
    context.minimum_version = context.maximum_version = version
    if not taken:
        context.set_ciphers("ALL:@SECLEVEL=0")
    try:
        with context.wrap_socket(socket.create_connection(("127.0.0.1", secure.port), conftest.WAIT_S), server_hostname="localhost"):
            assert taken
    except ssl.SSLError:
        assert not taken


def tls_1_2(service, ciphers):
    """Returns the cipher of a handshake that offers only these ciphers."""
    context = ssl.create_default_context(cafile=service.tls)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers + ":@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", service.port), conftest.WAIT_S) as plain:
        with context.wrap_socket(plain, server_hostname="localhost") as talk:
            return talk.cipher()[0]


@pytest.mark.parametrize("ciphers", ["AES256-GCM-SHA384", "AES128-SHA", "ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA",
                                     "ECDHE-RSA-AES256-SHA384", "DHE-RSA-AES128-GCM-SHA256"])  # fmt: skip
def test_tls_1_2_without_forward_secrecy_or_with_cbc_is_refused(secure_rsa, ciphers):
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        tls_1_2(secure_rsa, ciphers)
    assert tls_1_2(secure_rsa, "ECDHE-RSA-AES128-GCM-SHA256") == "ECDHE-RSA-AES128-GCM-SHA256"


@pytest.mark.parametrize("ciphers", ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"])
def test_tls_1_2_with_modern_ciphers_is_taken(secure_rsa, ciphers):
    assert tls_1_2(secure_rsa, f"ECDHE-RSA-{ciphers}") == f"ECDHE-RSA-{ciphers}"


@pytest.mark.parametrize("ciphers", ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"])
def test_tls_1_2_with_modern_ciphers_is_taken_by_an_ec_key(secure, ciphers):
    assert tls_1_2(secure, f"ECDHE-ECDSA-{ciphers}") == f"ECDHE-ECDSA-{ciphers}"


def test_a_length_that_is_no_number_over_tls(secure):
    context = ssl.create_default_context(cafile=secure.tls)
    with context.wrap_socket(socket.create_connection(("127.0.0.1", secure.port), conftest.WAIT_S), server_hostname="localhost") as talk:
        talk.sendall(b"POST /v1/documents HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello")
        answer = b""
        try:
            while part := talk.recv(65536):
                answer += part
        except (ssl.SSLError, ConnectionResetError):
            pass  # the connection ends without the closing message of TLS
    assert answer.startswith(b"HTTP/1.1 400 ") and answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00"], ids=["nothing", "plain", "half"])
def test_who_speaks_no_tls_is_sent_away(secure, sent):
    with socket.create_connection(("127.0.0.1", secure.port), conftest.WAIT_S) as plain:
        plain.sendall(sent)
        try:
            while plain.recv(65536):
                pass
        except ConnectionResetError:
            pass
    assert secure.list().status == 200


def test_with_tls_it_listens_anywhere(start, pair):
    cert, key = pair
    service = start("--listen", "0.0.0.0:0", "--tls-cert", cert, "--tls-key", key, tls=cert)
    assert service.list().status == 200


def test_a_mixed_up_pair_is_explained(tmp_path, pair):
    cert, key = pair
    other_cert, other_key = make_pair(tmp_path, "other")
    locked_cert, locked_key = make_pair(tmp_path, "locked", "-passout", "pass:topsecret")
    for cert_file, key_file, words in (
        (cert, other_key, [cert, other_key, "is not that of"]),
        (key, key, [key, "no certificate"]),
        (cert, cert, [cert]),
        (locked_cert, locked_key, [locked_key, "passphrase"]),
        (tmp_path / "no", key, ["No such file"]),
        (cert, tmp_path / "no", ["No such file"]),
    ):
        result = run("--data", f"{tmp_path}/d/", "--tls-cert", cert_file, "--tls-key", key_file)
        refused(result, 1, *words)


def test_a_key_that_others_can_open_is_refused(tmp_path, pair):
    cert, key = pair
    loose = tmp_path / "loose.key"
    shutil.copy(key, loose)
    loose.chmod(0o644)
    refused(run("--data", f"{tmp_path}/d/", "--tls-cert", cert, "--tls-key", loose), 1, loose, "chmod 600")
