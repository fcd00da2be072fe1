# SPDX-License-Identifier: MIT
"""Signatures: which the service accepts, and that each refusal says what is wrong."""

import hashlib
import json
import urllib.parse

import pytest

import conftest
import signing

PATH = "/v1/documents"
BODY = json.dumps({"name": "job", "content": "x", "enterprise_project_id": "0", "risk_level": "LOW"}).encode()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A daemon that never locks a key pair, because most of these requests are wrong."""
    with conftest.running(tmp_path_factory.mktemp("service"), "--access-log", "--lock-seconds", "0") as daemon:
        yield daemon


def refused(answer, why):
    assert answer.status == 401, answer.body
    assert answer.code == "APIGW.0301"
    assert answer.json["request_id"] == answer.headers["X-request-id"]
    assert why in answer.message
    assert set(answer.json) == {"error_code", "error_msg", "request_id"}


def ask(service, headers=None, signed=None, method="GET", query=(), body=b"", ak=None, sk=None, claim=None, target=None):
    """Sends a request in which everything may be wrong. headers are sent; those in signed (default: all) are signed. claim: the
    Authorization header; None: a right one; "": none. Returns the answer."""
    own_ak, own_sk = service.keys
    headers = {"X-Sdk-Date": signing.date()} if headers is None else dict(headers)
    names = list(headers) if signed is None else signed
    chosen = {name: headers[name] for name in names}
    if claim is None:
        claim = signing.authorization(
            ak or own_ak, chosen, signing.signature(method, PATH, list(query), chosen, body, sk or own_sk)
        )
    if claim:
        headers["Authorization"] = claim
    if target is None:
        target = PATH + ("?" + urllib.parse.urlencode(query, quote_via=urllib.parse.quote) if query else "")
    return service.send(method, target, headers, body or None)


# the test vectors of the published description of signatures: they check signing.py, which checks the service


@pytest.mark.parametrize(
    "method, path, query, headers, body, wanted",
    [
        ("GET", "/path", [("limit", "1")], {"X-Sdk-Date": "20060102T150405Z"}, b"",
         "5a2ce64c865e0e6046321c6f3d5a77ba8413eeaf355c3166c03d58d02ac79624"),
        ("POST", "/path", [("key", "value")], {"X-Sdk-Date": "20060102T150405Z"}, b'{"Name":"test","Id":1}\n',
         "cecc2af119b18ab70b4d094c0750f3b42c02f254903179a0fc2cc72fc9db4f59"),
        ("POST", "/v1/documents", [],
         {"Host": "coc.myhuaweicloud.com", "X-Sdk-Date": "20250701T100239Z",
          "X-Domain-Id": "0123456789abcdef0123456789abcdef"},
         b'{"name":"test_document","content":"meta:\\n  name: test_document\\n",'
         b'"enterprise_project_id":"0","risk_level":"LOW"}',
         "8e367a75f6fb504252a94a32d0baf2af083837e4b0e68325a1732319e73ebeda"),
        ("GET", "/v1/documents", [("limit", "100"), ("offset", "0"), ("name_like", "a b/\u4e2d")],
         {"Host": "coc.myhuaweicloud.com", "X-Sdk-Date": "20250701T100239Z", "X-Security-Token": "TOKEN"}, b"",
         "53682157f05650c98f931972d3b5855cfd89f950079d110ce7745769344454c3"),
    ],
)  # fmt: skip
def test_the_helper_of_these_tests_signs_as_described(method, path, query, headers, body, wanted):
    assert signing.signature(method, path, query, headers, body, "SecretKey") == wanted


# ---- accepted ----


def test_a_request_that_signs_its_date_alone(service):
    assert ask(service).status == 200


def test_a_request_that_signs_host_and_content_type_as_the_node_sdk(service):
    headers = {
        "Content-Type": "application/json;charset=UTF-8",
        "Host": f"127.0.0.1:{service.port}",
        "X-Sdk-Date": signing.date(),
    }
    assert ask(service, headers, method="POST", body=BODY).status == 200


def test_a_request_that_signs_many_headers_as_the_go_sdk(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Domain-Id": "d" * 32, "X-Language": "en-us", "User-Agent": "go"}
    assert ask(service, headers).status == 200


def test_headers_that_are_not_signed_may_say_anything(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Other": "anything"}
    assert ask(service, headers, signed=["X-Sdk-Date"]).status == 200


def test_a_body_that_ends_with_a_newline(service):
    assert ask(service, method="POST", body=BODY + b"\n").status == 200


def test_white_space_around_a_signed_value_is_trimmed(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Domain-Id": "  spaced  "}
    assert ask(service, headers).status == 200


@pytest.mark.parametrize(
    "query",
    [
        [("name_like", "a b/\u4e2d+%&=?")],
        [("offset", "0"), ("limit", "5"), ("name_like", "x")],
        [("b", "2"), ("a", "2"), ("a", "1"), ("B", "0")],
        [("name_like", "")],
        [("name_like", "~-._*'()!")],
    ],
    ids=["encoded", "unsorted", "repeated", "empty", "unreserved"],
)
def test_the_query_is_checked_decoded_and_sorted(service, query):
    assert ask(service, query=query).status == 200


def test_a_key_without_equals_sign_signs_as_an_empty_value(service):
    assert ask(service, query=[("name_like", "")], target=PATH + "?name_like").status == 200


def test_plus_in_a_query_is_a_space(service):
    assert ask(service, query=[("name_like", "a b")], target=PATH + "?name_like=a+b").status == 200


def test_lower_case_escapes_in_the_request_line(service):
    assert ask(service, query=[("name_like", "\u4e2d/")], target=PATH + "?name_like=%e4%b8%ad%2f").status == 200


def test_a_path_whose_unreserved_bytes_are_escaped(service):
    assert ask(service, target="/v1/%64ocuments").status == 200


@pytest.mark.parametrize("offset_s", [-870, -60, 60, 870])
def test_a_clock_that_differs_by_less_than_15_minutes(service, offset_s):
    assert ask(service, {"X-Sdk-Date": signing.date(offset_s)}).status == 200


def test_a_content_hash_that_is_that_of_the_body(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Sdk-Content-Sha256": hashlib.sha256(BODY).hexdigest()}
    assert ask(service, headers, method="POST", body=BODY).status == 200


def test_an_unsigned_payload_that_is_declared_and_signed(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}
    assert ask(service, headers, method="POST", body=BODY).status == 200


# ---- refused ----


def test_no_authorization(service):
    refused(ask(service, claim=""), "Authorization is missing")


def test_a_token_instead_of_a_signature(service):
    refused(ask(service, {"X-Auth-Token": "t"}, claim=""), "X-Auth-Token")


@pytest.mark.parametrize("claim", ["Bearer x", "AWS4-HMAC-SHA256 Credential=x", "SDK-HMAC-SHA256x Access=a", "sdk-hmac-sha256 x"])
def test_another_algorithm(service, claim):
    refused(ask(service, claim=claim), "algorithm")


@pytest.mark.parametrize("part", ["Access", "SignedHeaders", "Signature"])
def test_an_authorization_that_lacks_a_part(service, part):
    parts = {"Access": "A", "SignedHeaders": "x-sdk-date", "Signature": "0" * 64}
    del parts[part]
    claim = "SDK-HMAC-SHA256 " + ", ".join(f"{k}={v}" for k, v in parts.items())
    refused(ask(service, claim=claim), f"lacks {part}")


@pytest.mark.parametrize("claim", ["SDK-HMAC-SHA256", "SDK-HMAC-SHA256 ", "SDK-HMAC-SHA256 ,,,=,=", "SDK-HMAC-SHA256 Access"])
def test_an_authorization_that_is_broken_off(service, claim):
    refused(ask(service, claim=claim), "lacks Access")


def test_no_date(service):
    claim = signing.authorization("A", ["host"], "0" * 64)
    refused(ask(service, {}, claim=claim), "X-Sdk-Date is missing")


def test_a_date_that_is_not_signed(service):
    claim = signing.authorization(service.keys[0], ["host"], "0" * 64)
    refused(ask(service, claim=claim), "not among the SignedHeaders")


@pytest.mark.parametrize("date", ["now", "2025-07-01T10:02:39Z", "20251301T000000Z", "20250701T100239", "9" * 100, "20250701T246000Z"])
def test_a_date_of_another_form(service, date):
    refused(ask(service, {"X-Sdk-Date": date}), "YYYYMMDDTHHMMSSZ")


@pytest.mark.parametrize("offset_s", [-100000, -930, 930, 100000])
def test_a_clock_that_differs_by_more_than_15_minutes(service, offset_s):
    refused(ask(service, {"X-Sdk-Date": signing.date(offset_s)}), "15 minutes")


def test_a_signed_header_that_was_not_sent(service):
    claim = signing.authorization(service.keys[0], ["x-sdk-date", "x-ghost"], "0" * 64)
    refused(ask(service, claim=claim), "x-ghost was not sent")


def test_a_header_that_is_named_twice(service):
    claim = f"SDK-HMAC-SHA256 Access=A, SignedHeaders=x-sdk-date;x-sdk-date, Signature={'0' * 64}"
    refused(ask(service, claim=claim), "twice")


def test_a_signed_header_that_was_sent_twice(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Twice": "a"}
    target, headers = service.signed("GET", PATH, headers=headers)
    connection = service.connection()
    connection.putrequest("GET", target)
    for name, value in [*headers.items(), ("X-Twice", "b")]:
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 401
    assert "more than once" in answer.read().decode()
    connection.close()


def test_too_many_signed_headers(service):
    headers = {"X-Sdk-Date": signing.date(), **{f"X-H{n}": "v" for n in range(40)}}
    refused(ask(service, headers), "more than 32")


def test_an_unknown_access_key(service):
    refused(ask(service, ak="A" * 20), "Get secretKey failed")


def test_another_secret_key(service):
    refused(ask(service, sk="s" * 40), "verify aksk signature fail")


@pytest.mark.parametrize("change", ["", "0", "0" * 64, "upper", "longer"])
def test_another_signature(service, change):
    headers = {"X-Sdk-Date": signing.date()}
    signed = signing.signature("GET", PATH, [], headers, b"", service.keys[1])
    wrong = {"upper": signed.upper(), "longer": signed + "0"}.get(change, change)
    claim = signing.authorization(service.keys[0], headers, wrong)
    refused(ask(service, headers, claim=claim), "verify aksk signature fail")


@pytest.mark.parametrize("position", [0, 31, 63])
def test_one_wrong_digit_anywhere_in_the_signature(service, position):
    headers = {"X-Sdk-Date": signing.date()}
    signed = signing.signature("GET", PATH, [], headers, b"", service.keys[1])
    digit = "0" if signed[position] != "0" else "1"
    claim = signing.authorization(service.keys[0], headers, signed[:position] + digit + signed[position + 1 :])
    refused(ask(service, headers, claim=claim), "verify aksk signature fail")


def altered(service, method="GET", target=PATH, body=b"", **changes):
    """Sends a request that was signed correctly, as a GET of PATH?limit=1, and then changed on its way. Returns the answer."""
    headers = {"X-Sdk-Date": signing.date(), "X-Domain-Id": "mine"}
    headers["Authorization"] = signing.sign("GET", PATH, [("limit", "1")], headers, b"", *service.keys)
    headers.update(changes)
    return service.send(method, target, headers, body or None)


def test_a_request_that_was_not_changed_passes(service):
    assert altered(service, target=PATH + "?limit=1").status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"target": PATH},
        {"target": PATH + "?limit=2"},
        {"target": PATH + "?limit=1&offset=1"},
        {"target": PATH + "/x?limit=1"},
        {"target": PATH + "?limit=1", "method": "POST"},
        {"target": PATH + "?limit=1", "body": b"{}"},
        {"target": PATH + "?limit=1", "X-Domain-Id": "other"},
        {"target": PATH + "?limit=1", "X-Sdk-Date": signing.date(-5)},
    ],
    ids=["query-cut", "query-changed", "query-added", "path", "method", "body", "header", "date"],
)
def test_a_request_that_was_changed_on_its_way(service, change):
    refused(altered(service, **change), "verify aksk signature fail")


@pytest.mark.parametrize("signed", [None, ["X-Sdk-Date"]], ids=["signed", "not-signed"])
def test_a_content_hash_of_another_body(service, signed):
    headers = {"X-Sdk-Date": signing.date(), "X-Sdk-Content-Sha256": hashlib.sha256(b"other").hexdigest()}
    refused(ask(service, headers, signed=signed, method="POST", body=BODY), "X-Sdk-Content-Sha256")


def test_an_unsigned_payload_that_somebody_else_declared(service):
    headers = {"X-Sdk-Date": signing.date(), "X-Sdk-Content-Sha256": "UNSIGNED-PAYLOAD"}
    refused(ask(service, headers, signed=["X-Sdk-Date"], method="POST", body=BODY), "X-Sdk-Content-Sha256")


def test_refused_requests_change_nothing(start):
    service = start()
    assert ask(service, method="POST", body=BODY, sk="wrong").status == 401
    assert service.list().json["total"] == 0


def test_neither_answer_nor_log_gives_a_secret_away(start):
    service = start("--access-log")
    sk = service.keys[1]
    answers = [ask(service), ask(service, sk="wrong"), ask(service, claim=""), ask(service, ak="B" * 20)]
    assert service.stop() == 0
    for text in [service.log(), *(answer.body.decode() for answer in answers)]:
        assert sk not in text
        assert "Signature" not in text
