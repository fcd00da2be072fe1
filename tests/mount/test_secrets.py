# SPDX-License-Identifier: MIT
"""Secrets stay where they belong, and other users cannot read what is private."""

import json
import os
import re
import signal
import stat

import pytest

import front as f
import mounting
import samples
import service
import tools
from temporary_keys import FIRST, ID_TOKEN, SECOND
from traces import NOBODY, assert_closed_to_others, assert_unseen

TOKEN = "MIIE-token-" + "q7" * 40


def signatures(front):
    """Returns the signatures of all requests so far."""
    sent = [e.headers.get("authorization", "") for e in front.exchanges]
    return [match[1] for match in (re.search(r"Signature=(\w+)", line) for line in sent) if match]


def exercise(mount, front, src):
    """Writes job files: one is submitted, the others are refused or get no answer. Returns their names."""
    tools.run("cp", samples.file(src, "ok.yaml"), mount.path)
    for number, status in enumerate((400, 401, 403, 500)):
        front.rule(f.refuses(status, "COC.00010002", "no"), times=1)
        tools.run("cp", samples.file(src, f"{number}.yaml"), mount.path)
    front.rule(f.cuts(f.FORWARDED), times=1)
    tools.run("cp", samples.file(src, "cut.yaml"), mount.path)
    return ["ok.yaml", *(f"{number}.yaml" for number in range(4)), "cut.yaml"]


def test_keys_and_signatures_are_not_told(make_space, src):
    space = make_space(timeout="3")
    _, sk = service.read_keys(space.cocd.keys_file)
    names = exercise(space, space.front, src)
    seen = signatures(space.front)
    assert len(seen) >= len(names)
    assert_unseen(space, [sk, *seen])
    assert "SDK-HMAC-SHA256" not in space.log()


def test_a_security_token_is_sent_signed_and_not_told(make_space, cocd, front, src):
    ak, sk = service.read_keys(cocd.keys_file)
    with open(cocd.keys_file, "a", encoding="utf-8") as keys:
        keys.write(f"security_token = {TOKEN}\n")
    cocd.stop()
    front.upstream = cocd.start().address
    space = make_space(timeout="3", env={"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk,
                                         "HUAWEICLOUD_SDK_SECURITY_TOKEN": TOKEN})
    exercise(space, space.front, src)
    first = space.creates()[0]
    assert first.headers["x-security-token"] == TOKEN
    assert "x-security-token" in first.headers["authorization"]
    assert_unseen(space, [sk, TOKEN, *signatures(space.front)])


# A function whose name begins with of_ takes the keys from one source. It returns three results. 1: a space with these keys.
# 2: the list of secrets that must be seen nowhere. 3: a function after whose call the source has no good keys; None: it cannot
# change.

def of_environment(make, cocd, **_):
    """A pair of keys in the environment."""
    ak, sk = service.read_keys(cocd.keys_file)
    return make("make_space")(env={"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk}), [sk], None


def of_profile(make, cocd, src, **_):
    """A pair of keys in a file. The third result makes a line of the file wrong, and the secret key is in that line."""
    ak, sk = service.read_keys(cocd.keys_file)
    path = service.write_keys(str(src / "keys"), ak, sk)
    return make("make_space")(profile=path), [sk], lambda: tools.write(path, f"[global]\nsk {sk}\n")


def of_unit(make, cocd, src, **_):
    """A pair of keys in a file that systemd gives to a unit. The third result makes a line wrong, in which the secret key is."""
    ak, sk = service.read_keys(cocd.keys_file)
    path = service.write_keys(str(src / "cocfs.credentials"), ak, sk)
    env = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": "", "CREDENTIALS_DIRECTORY": str(src)}
    return make("make_space")(env=env), [sk], lambda: tools.write(path, f"[global]\nsk {sk}\n")


def of_temporary_keys(make, cocd, front, **_):
    """A pair of keys with a security token, in the environment."""
    ak, sk = service.read_keys(cocd.keys_file)
    with open(cocd.keys_file, "a", encoding="utf-8") as keys:
        keys.write(f"security_token = {TOKEN}\n")
    cocd.stop()
    front.upstream = cocd.start().address
    env = {"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_SECURITY_TOKEN": TOKEN}
    return make("make_space")(env=env), [sk, TOKEN], None


def of_metadata(make, **_):
    """The metadata service gives the keys. The third result makes it refuse, with an answer that has other keys."""
    server = make("metadata")
    space = make("make_server")()

    def refuse():
        server.refusal = (500, json.dumps({"credential": {"secret": SECOND[1], "securitytoken": SECOND[2]}}))
    return space, [*FIRST[1:], *SECOND[1:], "metadata-token"], refuse


def of_id_token(make, **_):
    """IAM gives keys for an ID token. The third result makes IAM refuse, with an answer that has the ID token."""
    space, server = make("make_federated")(), make("iam")

    def refuse():
        server.refusal = (401, json.dumps({"error": {"message": f"no such token: {ID_TOKEN}"}}))
    return space, [FIRST[2], ID_TOKEN], refuse


def echo(exchange, status, form):
    """Returns an answer that has the secret headers of the request."""
    sent = {name: value for name, value in exchange.headers.items() if name in ("authorization", "x-auth-token", "x-security-token")}
    return f.Answer(status, form.replace("SENT", "; ".join(f"{name}: {value}" for name, value in sent.items())).encode())


ECHOES = {
    "json": (400, '{"error_code": "COC.00010001", "error_msg": "not understood: SENT"}'),
    "page": (400, "<html><body>not understood: <pre>SENT</pre></body></html>"),
    "refused": (403, '{"error_code": "APIGW.0302", "error_msg": "not understood: SENT"}'),
    "unknown": (502, "not understood: SENT"),
}


@pytest.mark.parametrize("origin", [of_environment, of_profile, of_unit, of_temporary_keys, of_metadata, of_id_token],
                         ids=lambda function: function.__name__)
def test_keys_of_each_source_are_seen_nowhere(request, cocd, front, src, origin):
    """The keys are used. The service sends them back. Then cocfs looks for keys again, and finds none if the
    source could be spoiled."""
    space, secrets, refuse = origin(request.getfixturevalue, cocd=cocd, front=front, src=src)
    tools.run("cp", samples.file(src, "ok.yaml"), space.path).ok()
    assert all(any(header in call.headers for header in ("authorization", "x-auth-token")) for call in space.creates())
    for name, (status, form) in ECHOES.items():
        change = space.front.change_answers(lambda exchange, _, status=status, form=form: echo(exchange, status, form))
        tools.run("cp", samples.file(src, f"{name}.yaml"), space.path).fails()
        change.end()
        assert "not understood" in space.error(f"{name}.yaml") and "***" in space.error(f"{name}.yaml")
    if refuse:
        refuse()
    space.process.send_signal(signal.SIGHUP)
    said = "the credentials stay as they are" if refuse else "credentials read again from the environment"
    tools.eventually(lambda: said in space.log(), "the keys to be looked for again")
    assert_unseen(space, [*secrets, *signatures(space.front)])
    if tools.IS_ROOT:
        assert_closed_to_others(space)


@tools.needs_root  # only root may read the environment of a program that keeps secrets
def test_keys_are_wiped_from_the_environment(make_space, cocd, src):
    ak, sk = service.read_keys(cocd.keys_file)
    space = make_space(env={"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk})
    left = tools.read(f"/proc/{space.process.pid}/environ")
    assert b"HUAWEICLOUD_SDK_AK=" + ak.encode() in left and sk.encode() not in left
    space.process.send_signal(signal.SIGHUP)
    tools.eventually(lambda: "credentials read again from the environment" in space.log(), "the keys to be found again")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()


def test_a_token_instead_of_keys(front, mounts, tmp_path, src):
    front.rule(f.says(200, {"data": "DM20250701180239abc"}), "POST", times=1)
    front.rule(f.says(200, {"data": [], "total": 0}), "GET", times=None)
    mount = mounts(mounting.Mount(front.url, tmp_path, env={"HUAWEICLOUD_SDK_X_AUTH_TOKEN": TOKEN})).mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    sent = front.calls("POST")[0].headers
    assert sent["x-auth-token"] == TOKEN and "authorization" not in sent
    assert_unseen(mount, [TOKEN])


def test_a_domain_id_is_sent(make_space, cocd, src):
    ak, sk = service.read_keys(cocd.keys_file)
    space = make_space(env={"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk, "HUAWEICLOUD_SDK_DOMAIN_ID": "d0123"})
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.creates()[0].headers["x-domain-id"] == "d0123"


def modes(folder):
    """Returns the permissions of everything in a directory, by path."""
    return {os.path.join(where, name): stat.S_IMODE(os.lstat(os.path.join(where, name)).st_mode)
            for where, folders, files in os.walk(folder) for name in folders + files}


@pytest.mark.parametrize("umask", ["000", "022"])
def test_what_is_private_has_private_modes(mounts, tmp_path, src, umask):
    mount = mounting.Mount("local", tmp_path)
    os.mkdir(mount.path)
    mounts(mount)
    before = os.umask(int(umask, 8))
    try:
        mount.mount()
    finally:
        os.umask(before)
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    assert stat.S_IMODE(os.stat(mount.state).st_mode) == 0o700
    seen = modes(mount.state)
    for name in ("service.sock", "service.keys", "service.db", "ledger.db"):
        assert seen[os.path.join(mount.state, name)] & 0o077 == 0, name
    assert seen[os.path.join(mount.state, "service.sock")] == 0o600
    assert seen[os.path.join(mount.state, "service.keys")] == 0o600


def test_cocd_keeps_its_keys_private(cocd):
    assert stat.S_IMODE(os.stat(cocd.keys_file).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.join(cocd.data, "service.db")).st_mode) & 0o077 == 0
    _, sk = service.read_keys(cocd.keys_file)
    assert sk not in cocd.log()


@tools.needs_root
def test_another_user_cannot_read_spool_socket_or_keys(local, src):
    tools.run("cp", samples.file(src, "a.yaml"), local.path).ok()
    folder = local.state
    while (folder := os.path.dirname(folder)) not in ("/", "/tmp"):
        os.chmod(folder, os.stat(folder).st_mode | 0o055)
    for name in ("spool", "spool/a.yaml", "service.keys", "service.db", "ledger.db", "service.sock"):
        tools.run("head", "-c1", os.path.join(local.state, name), **NOBODY).fails(tools.message("EACCES"))
    tools.run("ls", local.state, **NOBODY).fails(tools.message("EACCES"))
    tools.run("ls", local.path, **NOBODY).fails(tools.message("EACCES"))
    tools.run("curl", "-sS", "--unix-socket", os.path.join(local.state, "service.sock"), "http://localhost/", **NOBODY).fails()
