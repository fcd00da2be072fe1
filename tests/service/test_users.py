# SPDX-License-Identifier: MIT
"""Which users may call, how often, and what: several key pairs, temporary keys, tokens, and the lock."""

import datetime

import pytest

import conftest
import signing
from test_cocd import refused, run

DOCUMENTS = "/v1/documents"
ALICE = "AKALICE", "secret-of-alice"
BOB = "AKBOB", "secret-of-bob"
MANY = """[global]
ak = AKGLOBAL
sk = secret-of-global
domain_id = d0123
[basic]
ak = AKGLOBAL
sk = secret-of-global
project_id = p0123
[alice]
ak = AKALICE
sk = secret-of-alice
[team night: Bøb]
ak = AKBOB
sk = secret-of-bob
access = read-only
"""


def no(answer, status, code, *words):
    assert (answer.status, answer.code) == (status, code), answer.body
    assert answer.json["request_id"] == answer.headers["X-request-id"]
    for word in words:
        assert word in answer.message
    return answer


def not_understood(tmp_path, option, path, why):
    """Asserts that a daemon refuses the file of an option, and that its message says why and has no secret."""
    result = run("--data", f"{tmp_path}/d/", option, path)
    refused(result, 1, path, *why)
    assert "topsecret" not in result.stderr


@pytest.fixture
def many(start, private):
    return start("--credentials", private("keys", MANY), "--access-log")


# ---- names ----


def test_the_name_of_a_section_is_the_creator_of_what_its_key_makes(many):
    made = many.call("POST", DOCUMENTS, body=conftest.GOOD, keys=ALICE).data
    assert many.call("GET", f"{DOCUMENTS}/{made}", keys=BOB).data["creator"] == "alice"
    by_global = many.call("POST", DOCUMENTS, body=conftest.GOOD, keys=("AKGLOBAL", "secret-of-global")).data
    many.call("PUT", f"{DOCUMENTS}/{made}", body={"name": "job", "content": "2"}, keys=("AKGLOBAL", "secret-of-global"))
    assert many.call("GET", f"{DOCUMENTS}/{made}", keys=BOB).data["modifier"] == "AKGLOBAL"
    listed = many.call("GET", DOCUMENTS, {"creator": "AKGLOBAL"}, keys=ALICE).data
    assert [row["document_id"] for row in listed] == [by_global]


def test_the_secret_of_another_user_does_not_do(many):
    no(many.call("GET", DOCUMENTS, keys=(ALICE[0], BOB[1])), 401, "APIGW.0301", "verify aksk signature fail")


@pytest.mark.parametrize(
    "text, why",
    [
        ("[alice]\nak = a\n", ["[alice]", "sk is missing"]),
        ("[alice]\nsk = topsecret\n", ["[alice]", "ak is missing"]),
        ("[alice]\nak = a\nsk = topsecret\nacces = read-only\n", ["[alice]", "acces"]),
        ("[alice]\nak = a\nsk = topsecret\naccess = none\n", ["[alice]", "read-only or read-write"]),
        ("[alice]\nak = a\nsk = topsecret\nrate = fast\n", ["[alice]", "N/s"]),
        ("[alice]\nak = a\nsk = topsecret\n[bob]\nak = a\nsk = topsecret\n", ["[bob]", "another section"]),
        (f"[{'n' * 129}]\nak = a\nsk = topsecret\n", ["128 characters"]),
    ],
    ids=["no-sk", "no-ak", "unknown-word", "access", "rate", "same-ak", "long-name"],
)
def test_a_section_that_is_not_understood_is_refused(tmp_path, private, text, why):
    not_understood(tmp_path, "--credentials", private("keys", text), why)


def test_a_name_that_is_no_utf8_is_refused(tmp_path, private):
    path = private("keys", "")
    path.write_bytes(b"[b\xf8b]\nak = a\nsk = topsecret\n")
    refused_bytes = run("--data", f"{tmp_path}/d/", "--credentials", path, errors="replace")
    refused(refused_bytes, 1, path, "UTF-8")


# ---- what a user may do ----


@pytest.mark.parametrize("method, path", [("POST", DOCUMENTS), ("PUT", f"{DOCUMENTS}/x"), ("DELETE", f"{DOCUMENTS}/x")])
def test_a_read_only_key_changes_nothing(many, method, path):
    no(many.call(method, path, body=conftest.GOOD, keys=BOB), 403, "APIGW.0302", "not authorized")
    assert many.call("GET", DOCUMENTS, keys=BOB).json["total"] == 0


def test_a_read_only_key_is_not_told_what_is_wrong_with_a_body(many):
    no(many.call("POST", DOCUMENTS, body=b"{", keys=BOB), 403, "APIGW.0302")


# ---- temporary keys ----


TEMPORARY = "[global]\nak = AKALICE\nsk = secret-of-alice\nsecurity_token = token-of-alice\n"


@pytest.fixture
def temporary(start, private):
    return start("--credentials", private("keys", TEMPORARY))


def with_token(service, token, keys=ALICE, sign=True):
    target, headers = service.signed("GET", DOCUMENTS, headers={"X-Security-Token": token} if sign and token else {}, keys=keys)
    return service.send("GET", target, {**headers, "X-Security-Token": token} if token else headers)


def test_a_temporary_key_with_its_token(temporary):
    assert with_token(temporary, "token-of-alice").status == 200


def test_its_token_may_be_added_after_signing(temporary):
    assert with_token(temporary, "token-of-alice", sign=False).status == 200
    no(with_token(temporary, "token-of-alicf", sign=False), 401, "APIGW.0301", "not the token of this AK")


@pytest.mark.parametrize("name", ["X-Security-Token", "Authorization"])
def test_a_header_of_the_authentication_that_is_sent_twice(temporary, name):
    target, headers = temporary.signed("GET", DOCUMENTS, headers={"X-Security-Token": "token-of-alice"}, keys=ALICE)
    with temporary.plain() as plain:
        lines = [f"{key}: {value}" for key, value in headers.items()] + [f"{name}: {headers[name]}"]
        plain.sendall("\r\n".join([f"GET {target} HTTP/1.1", "Host: x", *lines, "Connection: close", "", ""]).encode())
        answer = plain.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 401 ") and b"was sent more than once" in answer


@pytest.mark.parametrize(
    "token, sign, why",
    [
        (None, False, "X-Security-Token is missing"),
        ("token-of-alicf", True, "not the token of this AK"),
        ("token-of-alice2", True, "not the token of this AK"),
    ],
    ids=["none", "other", "longer"],
)
def test_a_temporary_key_without_its_token(temporary, token, sign, why):
    no(with_token(temporary, token, sign=sign), 401, "APIGW.0301", why)


def test_a_permanent_key_has_no_token(many):
    no(with_token(many, "token"), 401, "APIGW.0301", "not the token of this AK")


# ---- tokens ----


def later(**delta):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def by_token(service, token, method="GET", body=None):
    return service.send(method, DOCUMENTS, {"X-Auth-Token": token}, body)


@pytest.fixture
def tokens(start, private):
    text = f"""[carol]
token = token-of-carol
[dave]
token = token-of-dave
expires = {later(hours=1)}
access = read-only
[erin]
token = token-of-erin
expires = 2020-01-04T09:08:49.965000Z
"""
    return start("--tokens", private("tokens", text), "--access-log")


def test_a_token_is_as_good_as_a_signature(tokens):
    body = b'{"name":"job","content":"x","enterprise_project_id":"0","risk_level":"LOW"}'
    made = by_token(tokens, "token-of-carol", "POST", body).data
    assert tokens.show(made).data["creator"] == "carol"
    assert by_token(tokens, "token-of-dave").json["total"] == 1


@pytest.mark.parametrize(
    "token, why",
    [("token-of-erin", "token expired"), ("token-of-carom", "decrypt token fail"), ("token-of-carol2", "decrypt token fail"),
     ("", "decrypt token fail")],
)  # fmt: skip
def test_a_token_that_is_not_good(tokens, token, why):
    no(by_token(tokens, token), 401, "APIGW.0301", why)


def test_a_signature_counts_before_a_token(tokens):
    target, headers = tokens.signed("GET", DOCUMENTS, keys=(tokens.keys[0], "wrong"))
    no(tokens.send("GET", target, {**headers, "X-Auth-Token": "token-of-carol"}), 401, "APIGW.0301", "signature")


def test_a_read_only_token(tokens):
    no(by_token(tokens, "token-of-dave", "POST", b"{}"), 403, "APIGW.0302")


def test_tokens_are_not_told(tokens):
    for token in ("token-of-carol", "token-of-erin", "token-of-nobody"):
        assert b"token-of" not in by_token(tokens, token).body
    assert tokens.stop() == 0
    assert "token-of" not in tokens.log()


@pytest.mark.parametrize(
    "text, why",
    [
        ("[carol]\naccess = read-only\n", ["[carol]", "token is missing"]),
        ("[carol]\ntoken = topsecret\nexpires = tomorrow\n", ["[carol]", "2030-01-31T23:59:59Z"]),
        ("[carol]\ntoken = topsecret\nexpires = 2030-01-31T23:59:59\n", ["[carol]", "2030-01-31T23:59:59Z"]),
        ("[carol]\ntoken = topsecret\nexpire = 2030-01-31T23:59:59Z\n", ["[carol]", "expire"]),
        ("[carol]\ntoken = topsecret\n[dave]\ntoken = topsecret\n", ["[dave]", "another section"]),
        ("token = topsecret\n", ["name"]),
        ("[carol]\ntoken\n", ["line 2"]),
    ],
    ids=["none", "word", "no-zone", "unknown-word", "twice", "no-section", "no-value"],
)
def test_a_tokens_file_that_is_not_understood_is_refused(tmp_path, private, text, why):
    not_understood(tmp_path, "--tokens", private("tokens", text), why)


def test_a_tokens_file_that_others_can_open_is_refused(tmp_path, private):
    path = private("tokens", "[carol]\ntoken = topsecret\n", 0o644)
    refused(run("--data", f"{tmp_path}/d/", "--tokens", path), 1, path, "chmod 600")


# ---- the lock ----


LOCKED = "AK access failed to reach the limit,forbidden"


def fail(service, times, keys=ALICE):
    for _ in range(times):
        no(service.call("GET", DOCUMENTS, keys=(keys[0], "wrong")), 401, "APIGW.0301", "verify aksk signature fail")


def test_more_than_five_failures_in_a_row_lock_a_key(many):
    fail(many, 6)
    no(many.call("GET", DOCUMENTS, keys=(ALICE[0], "wrong")), 401, "APIGW.0301", LOCKED)
    no(many.call("GET", DOCUMENTS, keys=ALICE), 401, "APIGW.0301", LOCKED)
    assert many.call("GET", DOCUMENTS, keys=BOB).status == 200


def test_five_failures_do_not(many):
    for _ in range(3):
        fail(many, 5)
        assert many.call("GET", DOCUMENTS, keys=ALICE).status == 200


def test_a_key_is_locked_for_a_time(start, private):
    service = start("--credentials", private("keys", MANY), "--lock-seconds", "1")
    fail(service, 6)
    conftest.wait_for(lambda: service.call("GET", DOCUMENTS, keys=ALICE).status == 200, "the end of the lock")


def test_wrong_tokens_of_a_temporary_key_count(temporary):
    for _ in range(6):
        no(with_token(temporary, "guess"), 401, "APIGW.0301", "not the token")
    no(with_token(temporary, "token-of-alice"), 401, "APIGW.0301", LOCKED)


def test_what_needs_no_secret_does_not_count(many):
    for _ in range(8):
        target, headers = many.signed("GET", DOCUMENTS, headers={"X-Sdk-Date": signing.date(-3600)}, keys=ALICE)
        no(many.send("GET", target, headers), 401, "APIGW.0301", "15 minutes")
    assert many.call("GET", DOCUMENTS, keys=ALICE).status == 200


# ---- rates ----


def burst(service, keys, times=40):
    """Sends a request `times` times on one connection, without waiting for answers. Returns (status, body) of each answer."""
    with service.plain() as plain:
        plain.sendall(service.raw("GET", DOCUMENTS, keys=keys) * times)
        answers = plain.makefile("rb")
        found = []
        for _ in range(times):
            status = int(answers.readline().split()[1])
            size = 0
            while (line := answers.readline().strip()):
                if line.lower().startswith(b"content-length:"):
                    size = int(line.split(b":")[1])
            found.append((status, answers.read(size).decode()))
        return found


def test_a_user_who_calls_too_often_is_told(start, private):
    service = start("--credentials", private("keys", MANY.replace("sk = secret-of-alice", "sk = secret-of-alice\nrate = 3/s")),
                    "--rate", "5/s")  # fmt: skip
    for keys, rate in ((ALICE, 3), (BOB, 5)):
        found = burst(service, keys)
        assert {status for status, _ in found} == {200, 429}
        body = next(body for status, body in found if status == 429)
        assert f"The throttling threshold has been reached: policy user over ratelimit,limit:{rate},time:1 second" in body
        assert "APIGW.0308" in body


def test_without_a_rate_nobody_is_throttled(many):
    assert {status for status, _ in burst(many, ALICE)} == {200}
