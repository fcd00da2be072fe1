# SPDX-License-Identifier: MIT
"""docs/examples/coc.sh, a client in curl and openssl, does what its first lines say."""

import json
import os
import shutil
import subprocess

import pytest

import conftest
import executions
from test_tls import make_pair

EXAMPLE = conftest.ROOT / "docs" / "examples" / "coc.sh"
CONTENT = 'meta:\n  name: "\u4e2d\\n"\n\ttab\r\n. \'x\' %s $HOME `id`\n'

if not shutil.which("curl"):
    pytest.skip("curl is not installed", allow_module_level=True)


@pytest.fixture(params=["dash", "bash", "busybox sh"])
def shell(request):
    words = request.param.split()
    if not shutil.which(words[0]):
        pytest.skip(f"{words[0]} is not installed")
    return words


def coc(service, shell, *words, scheme="http", **environment):
    """Runs the example. Returns its exit status and its standard output, read as JSON; if that is empty, its standard error."""
    result = subprocess.run(
        [*shell, EXAMPLE, *words], capture_output=True, text=True, timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", "COC_ENDPOINT": f"{scheme}://127.0.0.1:{service.port}",
             "HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(service.directory / "service.keys"), **environment},
    )  # fmt: skip
    return result.returncode, json.loads(result.stdout) if result.stdout else result.stderr


def done(result):
    assert result[0] == 0, result
    return result[1]["data"]


def test_content_arrives_byte_for_byte(start, tmp_path, shell):
    service = start()
    file = tmp_path / "job.yaml"
    file.write_bytes(CONTENT.encode())
    made = done(coc(service, shell, "create", "job", "LOW", str(file)))
    assert service.show(made).data["content"] == CONTENT


def test_the_end_of_a_file_is_kept(start, tmp_path):
    service = start()
    file = tmp_path / "job.yaml"
    for content in ("no newline at the end", "\n", "a.\n.\n"):
        file.write_text(content)
        made = done(coc(service, ["sh"], "create", "job", "LOW", str(file)))
        assert service.show(made).data["content"] == content


def test_every_operation(start, tmp_path):
    service, shell = start(), ["sh"]
    file = tmp_path / "job.yaml"
    file.write_bytes(CONTENT.encode())
    made = done(coc(service, shell, "create", 'a "b"/\u4e2d', "HIGH", str(file)))
    assert done(coc(service, shell, "show", made))["risk_level"] == "HIGH"
    file.write_text("second")
    assert done(coc(service, shell, "update", made, "other", str(file))) == made
    assert done(coc(service, shell, "show", made, "v1"))["content"] == CONTENT
    assert done(coc(service, shell, "show", made))["content"] == "second"
    begun = done(coc(service, shell, "execute", made, 'k="v"', "path=/a=b"))
    assert executions.show(service, begun).data["parameters"] == [{"key": "k", "value": '"v"'}, {"key": "path", "value": "/a=b"}]
    service.made(name="x /&=%\u4e2d~y")
    assert [row["name"] for row in done(coc(service, shell, "list", "/&=%\u4e2d~"))] == ["x /&=%\u4e2d~y"]
    assert len(done(coc(service, shell, "list"))) == 2
    assert done(coc(service, shell, "delete", made)) == made
    status, answer = coc(service, shell, "show", made)
    assert (status, answer["error_code"]) == (1, "COC.00042101")


def test_keys_from_the_environment_and_https(start, tmp_path):
    cert, key = make_pair(tmp_path, "service")
    service = start("--tls-cert", cert, "--tls-key", key, tls=cert)
    ak, sk = service.keys
    keys = {"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/nonexistent"}
    assert done(coc(service, ["sh"], "list", scheme="https", CURL_CA_BUNDLE=str(cert), **keys)) == []
    status, answer = coc(service, ["sh"], "list", scheme="https", CURL_CA_BUNDLE=str(cert), **{**keys, "HUAWEICLOUD_SDK_SK": "no"})
    assert (status, answer["error_code"]) == (1, "APIGW.0301")


@pytest.mark.parametrize("words", [[], ["create"], ["show"], ["list", "a", "b"], ["execute"], ["destroy", "x"]])
def test_wrong_usage(start, words):
    status, message = coc(start(), ["sh"], *words)
    assert status == 2 and message.startswith("coc.sh: ")
