# SPDX-License-Identifier: MIT
"""The core of the official Node SDK, with its own signing, works as a client of the service."""

import json
import os
import pathlib
import subprocess

import pytest

import conftest
import node_sdk
from test_tls import make_pair

SCRIPT = pathlib.Path(__file__).with_name("sdk_client.js")


@pytest.fixture(scope="module")
def sdk(tmp_path_factory):
    """A directory in which the SDK's core is installed."""
    place = tmp_path_factory.mktemp("sdk")
    missing = node_sdk.install(place, SCRIPT)
    if missing:
        pytest.skip(missing)
    return place


def drive(sdk, service, scheme, calls):
    ak, sk = service.keys
    environment = {**os.environ, "HOME": str(sdk), "HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk}
    if service.tls:
        environment["NODE_EXTRA_CA_CERTS"] = str(service.tls)
    result = subprocess.run(
        ["node", SCRIPT.name, f"{scheme}://127.0.0.1:{service.port}", json.dumps(calls)],
        capture_output=True, text=True, timeout=60, cwd=sdk, env=environment,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr + service.log()
    return json.loads(result.stdout.splitlines()[-1])


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_the_official_sdk_lists_shows_updates_and_deletes_what_it_creates(sdk, start, tmp_path, scheme):
    options, tls = [], None
    if scheme == "https":
        tls, key = make_pair(tmp_path, "service")
        options = ["--tls-cert", tls, "--tls-key", key]
    service = start("--access-log", *options, tls=tls)
    body = {"name": "a b/\u4e2d", "content": "meta:\n  name: \u4e2d 'x' \"y\"\n", "enterprise_project_id": "0", "risk_level": "LOW",
            "description": "", "tags": [{"key": "k", "value": "v"}]}  # fmt: skip
    created, listed, shown, begun, ran, updated, second, refused, deleted, gone, nowhere = drive(sdk, service, scheme, [
        ("POST", "/v1/documents", {}, body),
        ("GET", "/v1/documents", {"limit": 100, "offset": "0", "name_like": "b/\u4e2d"}, None),
        ("GET", "/v1/documents/{made}", {}, None),
        ("POST", "/v1/documents/{made}", {}, {"parameters": [{"key": "k", "value": "v"}]}),
        ("GET", "/v1/executions", {"document_name": "b/\u4e2d"}, None),
        ("PUT", "/v1/documents/{made}", {}, {"name": "renamed", "content": "second", "description": "d"}),
        ("GET", "/v1/documents/{made}", {"version": "v2"}, None),
        ("POST", "/v1/documents", {}, {**body, "risk_level": "NONE"}),
        ("DELETE", "/v1/documents/{made}", {}, None),
        ("GET", "/v1/documents/{made}", {}, None),
        ("GET", "/v1/nowhere", {}, None),
    ])  # fmt: skip
    made = created["data"]
    assert created["httpStatusCode"] == 200 and made.startswith("DM")
    assert [row["document_id"] for row in listed["data"]] == [made] and listed["total"] == 1
    assert {name: shown["data"][name] for name in ("name", "content", "risk_level", "version", "creator")} == {
        "name": body["name"], "content": body["content"], "risk_level": "LOW", "version": "v1", "creator": service.keys[0]
    }  # fmt: skip
    assert [(row["execution_id"], row["creator"]) for row in ran["data"]] == [(begun["data"], service.keys[0])]
    assert begun["data"].startswith("EX")
    assert updated["data"] == deleted["data"] == made
    assert (second["data"]["name"], second["data"]["content"]) == ("renamed", "second")
    assert (refused["error"]["status"], refused["error"]["code"]) == (400, "COC.00010002")
    assert "risk_level" in refused["error"]["message"]
    assert (gone["error"]["status"], gone["error"]["code"]) == (400, "COC.00042101")
    assert (nowhere["error"]["status"], nowhere["error"]["code"]) == (404, "APIGW.0101")
    assert f"-{conftest.socket.gethostname()}" in nowhere["error"]["requestId"]
    assert service.list().json["total"] == 0
    assert service.stop() == 0


def test_the_official_sdk_is_told_of_a_wrong_key(sdk, start):
    service = start()

    class Wrong:
        keys, port, tls, log = (service.keys[0], "wrong"), service.port, None, service.log

    (answer,) = drive(sdk, Wrong, "http", [("GET", "/v1/documents", {}, None)])
    assert (answer["error"]["status"], answer["error"]["code"]) == (401, "APIGW.0301")
    assert "verify aksk signature fail" in answer["error"]["message"]
