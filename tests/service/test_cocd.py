# SPDX-License-Identifier: MIT
"""The program cocd: its options, its files, where it listens."""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import sqlite3
import stat
import subprocess
import tempfile

import pytest

import conftest


def run(*options, timeout=conftest.WAIT_S, **more):
    return subprocess.run([conftest.COCD, *map(str, options)], capture_output=True, text=True, timeout=timeout, **more)


def mode(path):
    return stat.S_IMODE(os.lstat(path).st_mode)


def refused(result, status, *words):
    assert result.returncode == status, result.stderr
    for word in words:
        assert str(word) in result.stderr
    assert result.stderr.startswith("cocd: ")
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_help_names_every_option(tmp_path):
    result = run("--help")
    assert result.returncode == 0
    for option in ("data", "listen", "tls-cert", "tls-key", "unix", "credentials", "tokens", "rate", "lock-seconds", "port-file",
                   "idle-timeout", "request-timeout", "step-seconds", "access-log", "version"):
        assert f"--{option}" in result.stdout
    assert "executes nothing on any machine" in result.stdout


def test_version():
    result = run("--version")
    assert result.returncode == 0
    assert re.fullmatch(r"cocd \S+\n", result.stdout)


@pytest.mark.parametrize(
    "options, words",
    [
        ([], ["--data"]),
        (["--data"], ["--data"]),
        (["--colour", "red"], ["--colour"]),
        (["--data", "x", "-z"], ["-z"]),
        (["--data", "x", "y"], ["y"]),
        (["--data", "x", "--listen", "127.0.0.1:0", "--unix", "s"], ["--listen", "--unix"]),
        (["--data", "x", "--unix", "s", "--port-file", "p"], ["--port-file", "--unix"]),
        (["--data", "x", "--idle-timeout", "0"], ["0"]),
        (["--data", "x", "--idle-timeout", "1s"], ["1s"]),
        (["--data", "x", "--step-seconds", "-1"], ["-1"]),
        (["--data", "x", "--step-seconds", "soon"], ["soon"]),
        (["--data", "x", "--request-timeout", "0"], ["0"]),
        (["--data", "x", "--lock-seconds", "-1"], ["-1"]),
        (["--data", "x", "--rate", "0/s"], ["0/s"]),
        (["--data", "x", "--rate", "10"], ["10"]),
        (["--data", "x", "--rate", "10/m"], ["10/m"]),
        (["--data", "x", "--tls-cert", "c"], ["--tls-cert", "--tls-key"]),
        (["--data", "x", "--tls-key", "k"], ["--tls-cert", "--tls-key"]),
        (["--data", "x", "--tls-key", "k", "--tls-cert", "c", "--unix", "s"], ["--tls-cert", "--unix"]),
    ],
)
def test_a_wrong_command_line(tmp_path, options, words):
    refused(run(*options, cwd=tmp_path), 2, *words)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["0.0.0.0:0", "192.0.2.1:80", "[::]:0", "[2001:db8::1]:80", "8.8.8.8:53"])
def test_an_address_outside_this_machine_is_refused(tmp_path, address):
    refused(run("--data", f"{tmp_path}/d/", "--listen", address), 1, address, "loopback", "TLS")


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "localhost:0", "::1:0", "[::1]", ":80", "[]:1"]
)
def test_an_address_of_another_form_is_refused(tmp_path, address):
    refused(run("--data", f"{tmp_path}/d/", "--listen", address), 1, "is not an address")


def test_it_says_where_it_listens_and_writes_the_port(start):
    service = start()
    assert service.log() == f"cocd: listening on http://127.0.0.1:{service.port}\n"
    assert service.port_file.read_text() == f"{service.port}\n"
    assert not list(service.directory.glob("port.*"))


def test_a_port_that_is_taken_is_an_error(start, tmp_path):
    service = start()
    refused(run("--data", f"{tmp_path}/other/", "--listen", f"127.0.0.1:{service.port}"), 1, "cannot listen")


def test_ipv6_loopback(start):
    try:
        socket.socket(socket.AF_INET6).bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6")
    service = start("--listen", "[::1]:0")
    plain = socket.create_connection(("::1", service.port), timeout=conftest.WAIT_S)
    plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
    assert plain.recv(100).startswith(b"HTTP/1.1 404 ")
    plain.close()


def test_a_stale_port_file_is_gone_when_it_cannot_serve(tmp_path):
    (tmp_path / "port").write_text("1\n")
    result = run("--data", f"{tmp_path}/d/", "--listen", "0.0.0.0:0", "--port-file", tmp_path / "port")
    assert result.returncode == 1
    assert not (tmp_path / "port").exists()


def test_a_port_file_that_cannot_be_written_is_an_error(tmp_path):
    result = run("--data", f"{tmp_path}/d/", "--port-file", tmp_path / "no" / "port")
    assert result.returncode == 1
    assert "port file" in result.stderr


def test_the_access_log_has_one_line_for_each_answer(start):
    service = start("--access-log")
    answers = [service.made(), service.list(name_like="secret")]
    with service.plain() as plain:
        plain.sendall(b"GET /no\x7fwhere?x=y HTTP/1.1\r\nHost: x\r\n\r\n")
        assert plain.recv(65536).startswith(b"HTTP/1.1 404 ")
    service.show("x")
    assert service.stop() == 0
    lines = service.log().splitlines()[1:]
    form = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) (\S+) (\d{3}) \d+ ms (\S+)"
    found = [re.fullmatch(form, line).groups() for line in lines]
    assert [line[:3] for line in found] == [
        ("POST", "/v1/documents", "200"),
        ("GET", "/v1/documents", "200"),
        ("GET", "/no?where", "404"),
        ("GET", "/v1/documents/x", "400"),
    ]
    assert found[1][3] == answers[1].headers["X-request-id"]
    assert "secret" not in service.log()


def test_the_access_log_has_the_status_of_an_answer_of_the_http_library(start):
    service = start("--access-log")
    with service.plain() as plain, contextlib.suppress(ConnectionError):
        plain.sendall(b"GET /long HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 200000 + b"\r\n\r\n")
        while plain.recv(65536):
            pass
    assert service.stop() == 0
    assert " - /long 431 " in service.log().splitlines()[1]


def test_no_access_log_unless_asked(start):
    service = start()
    service.made()
    service.stop()
    assert service.log().count("\n") == 1


# ---- a supervisor ----


@pytest.mark.parametrize("abstract", [False, True], ids=["path", "abstract"])
def test_a_supervisor_is_told_when_it_serves_and_when_it_stops(start, tmp_path, monkeypatch, abstract):
    name = f"cocd-{os.getpid()}-{tmp_path.name}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind("\0" + name if abstract else name)
        supervisor.settimeout(conftest.WAIT_S)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name if abstract else name)
        service = start()
        assert supervisor.recv(100) == b"READY=1"
        assert service.list().status == 200
        assert service.stop() == 0
        assert supervisor.recv(100) == b"STOPPING=1"


def test_a_supervisor_that_does_not_listen_is_no_matter(start, monkeypatch):
    monkeypatch.setenv("NOTIFY_SOCKET", "/nonexistent/notify")
    service = start()
    assert service.list().status == 200
    assert service.stop() == 0


# ---- the Unix socket ----


def test_a_unix_socket_of_its_owner_only(start):
    service = start(unix=True)
    assert mode(service.socket) == 0o600
    assert service.made()
    assert service.list().json["total"] == 1
    assert service.stop() == 0
    assert not service.socket.exists()


def test_a_socket_that_a_crash_left_is_replaced(start):
    service = start(unix=True)
    document = service.made()
    service.kill()
    assert service.socket.exists()
    service.start()
    conftest.wait_for(lambda: service.socket.exists() and service.log().count("listening") == 2, "the second start")
    assert service.show(document).status == 200
    assert service.stop() == 0


def test_a_socket_in_use_is_left_alone(start, tmp_path):
    service = start(unix=True)
    refused(run("--data", f"{tmp_path}/other/", "--unix", service.socket), 1, "already")
    assert service.list().status == 200


def test_a_file_in_the_place_of_the_socket_is_left_alone(tmp_path):
    (tmp_path / "file").write_text("mine")
    refused(run("--data", f"{tmp_path}/d/", "--unix", tmp_path / "file"), 1, "is not a socket")
    assert (tmp_path / "file").read_text() == "mine"


def test_a_socket_path_that_is_too_long(tmp_path):
    refused(run("--data", f"{tmp_path}/d/", "--unix", tmp_path / ("s" * 120)), 1, "at most 107 bytes")


# ---- the data file ----


@conftest.of_the_data_file
def test_data_and_keys_are_of_their_owner_only(start):
    service = start()
    service.made()
    for name in ("service.db", "service.db-wal", "service.keys"):
        assert mode(service.directory / name) == 0o600


def test_a_directory_that_ends_with_a_slash_is_made(tmp_path):
    refused(run("--data", f"{tmp_path}/new/", "--listen", "0.0.0.0:0"), 1)
    assert mode(tmp_path / "new") == 0o700


@conftest.of_the_data_file
def test_data_may_be_a_file(start, tmp_path):
    daemon = start("--data", str(tmp_path / "jobs.db"))
    assert (tmp_path / "jobs.db").is_file()
    assert (tmp_path / "service.keys").is_file()
    assert daemon.stop() == 0


def foreign(path):
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE mine (a)")
    database.commit()
    database.close()


def later(path):
    database = sqlite3.connect(path)
    database.execute("PRAGMA application_id = 1668248420")
    database.execute("PRAGMA user_version = 99")
    database.execute("CREATE TABLE documents (a)")
    database.commit()
    database.close()


@pytest.mark.parametrize(
    "make, why",
    [
        (foreign, "database of another program"),
        (later, "layout is version 99"),
        (lambda path: path.write_text("a letter to my mother, of more than a hundred bytes" * 40), "not a database"),
        (lambda path: os.mkfifo(path), "not a regular file"),
        (lambda path: path.symlink_to("/nonexistent/there"), "No such file"),
    ],
    ids=["foreign", "later", "text", "pipe", "dangling"],
)
def test_a_file_that_is_not_its_own_is_refused_and_left_alone(tmp_path, make, why):
    path = tmp_path / "data"
    make(path)
    before = path.read_bytes() if path.is_file() else None
    refused(run("--data", path), 1, path, why)
    assert before == (path.read_bytes() if path.is_file() else None)


LAYOUT_1 = """
CREATE TABLE documents (number INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL UNIQUE, name TEXT NOT NULL,
  description TEXT NOT NULL, risk_level TEXT NOT NULL, enterprise_project_id TEXT NOT NULL, tags TEXT NOT NULL,
  creator TEXT NOT NULL, modifier TEXT, create_time_ms INTEGER NOT NULL, update_time_ms INTEGER NOT NULL,
  version INTEGER NOT NULL) STRICT;
CREATE TABLE versions (document INTEGER NOT NULL REFERENCES documents(number) ON DELETE CASCADE, version INTEGER NOT NULL,
  version_uuid TEXT NOT NULL UNIQUE, create_time_ms INTEGER NOT NULL, content TEXT NOT NULL,
  PRIMARY KEY (document, version)) STRICT;
INSERT INTO documents VALUES (1, 'DM20250701180339abcdefgh', 'old', '', 'LOW', '0', '[]', 'me', NULL, 5, 5, 1);
INSERT INTO versions VALUES (1, 1, '00000000-0000-4000-8000-000000000000', 5, 'test');
PRAGMA application_id = 1668248420;
PRAGMA user_version = 1;
"""


@conftest.of_the_data_file
def test_a_data_file_of_the_first_layout_is_brought_up_to_date(start, tmp_path):
    (tmp_path / "service").mkdir()
    database = sqlite3.connect(tmp_path / "service" / "service.db")
    database.executescript(LAYOUT_1)
    database.close()
    service = start()
    (row,) = service.list().data
    assert (row["name"], row["version"]) == ("old", "v1")
    assert service.list(name_like="old").data == [row]
    document = row["document_id"]
    assert service.show(document).data["content"] == "test"
    execution = service.call("POST", f"/v1/documents/{document}", body={}).data
    assert service.stop() == 0
    service.start()
    assert service.call("GET", f"/v1/executions/{execution}").data["document_name"] == "old"


def test_names_that_mean_something_to_sqlite_are_names_of_files(tmp_path):
    process = subprocess.Popen([conftest.COCD, "--data", ":memory:", "--port-file", "port"], cwd=tmp_path, stderr=subprocess.DEVNULL)
    try:
        conftest.wait_for((tmp_path / "port").exists, "cocd to serve")
        assert (tmp_path / ":memory:").stat().st_size > 0
    finally:
        process.terminate()
        process.wait(conftest.WAIT_S)


# ---- keys ----


@conftest.of_the_data_file
def test_a_key_pair_is_made_once(start):
    service = start()
    ak, sk = service.keys
    assert re.fullmatch(r"[A-Z0-9]{20}", ak)
    assert re.fullmatch(r"[A-Za-z0-9]{40}", sk)
    assert "[global]" in (service.directory / "service.keys").read_text()
    service.stop()
    service.start()
    assert service.keys == (ak, sk)
    assert sorted(path.name for path in service.directory.iterdir() if "keys" in path.name) == ["service.keys"]
    other = start(name="other")
    assert other.keys[0] != ak and other.keys[1] != sk


def write_keys(path, text, mode=0o600):
    path.write_text(text)
    path.chmod(mode)
    return path


GIVEN = "AK" + "X" * 18, "s" * 40


@pytest.mark.parametrize(
    "text",
    [
        "[global]\nak = {0}\nsk = {1}\n",
        "[basic]\nak={0}\nsk={1}",
        "# comment\r\n\r\n[global]\r\n  ak\t=  {0}  \r\n  sk = {1}\r\n",
        "; comment\n[other]\nak = a\nsk = b\n[basic]\nak = {0}\nsk = {1}\nproject_id = p\n",
        "[global]\nak = \"{0}\"\nsk = '{1}' ; as the SDKs take it\n",
        "[global]\nak = OTHER\nsk = other\ndomain_id = d\n[basic]\nak = {0}\nsk = {1}\n",
    ],
    ids=["global", "basic", "spaced", "other-section", "quoted", "both"],
)
def test_a_credentials_file_that_is_given(start, tmp_path, text):
    path = write_keys(tmp_path / "credentials", text.format(*GIVEN))
    service = start("--credentials", str(path))
    assert not (service.directory / "service.keys").exists()
    type(service).keys, saved = property(lambda self: GIVEN), type(service).keys
    try:
        assert service.list().status == 200
    finally:
        type(service).keys = saved


@pytest.mark.parametrize("bits", [0o640, 0o604, 0o620, 0o602, 0o644, 0o610])
def test_a_credentials_file_that_others_can_open_is_refused(tmp_path, bits):
    path = write_keys(tmp_path / "credentials", "[global]\nak = A\nsk = topsecret\n", bits)
    result = run("--data", f"{tmp_path}/d/", "--credentials", path)
    refused(result, 1, path, "chmod 600", f"{bits:04o}")
    assert "topsecret" not in result.stderr


@pytest.mark.parametrize(
    "text",
    ["", "ak = a\nsk = b\n", "[global]\nak = topsecret\n", "[global]\nak =\nsk = topsecret\n", "[global]\nak = a\n[basic]\nsk = topsecret\n",
     "ak = a\nsk = topsecret\n[profile]\nregion = r\n"],
)  # fmt: skip
def test_a_credentials_file_without_a_pair_is_refused(tmp_path, text):
    path = write_keys(tmp_path / "credentials", text)
    result = run("--data", f"{tmp_path}/d/", "--credentials", path)
    refused(result, 1, path, "has no key pair")
    assert "topsecret" not in result.stderr


def test_a_credentials_file_that_is_none_is_refused_by_its_line(tmp_path):
    path = write_keys(tmp_path / "credentials", "[global]\nak = a\nsk = topsecret\n\x00\n")
    result = run("--data", f"{tmp_path}/d/", "--credentials", path)
    refused(result, 1, path, "line 4")
    assert "topsecret" not in result.stderr


def test_a_credentials_file_that_is_not_there(tmp_path):
    refused(run("--data", f"{tmp_path}/d/", "--credentials", tmp_path / "no"), 1, "No such file")


def test_a_credentials_file_that_is_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe", 0o600)
    refused(run("--data", f"{tmp_path}/d/", "--credentials", tmp_path / "pipe"), 1, "not a regular file")


def test_a_credentials_file_that_is_too_large(tmp_path):
    path = write_keys(tmp_path / "credentials", "#" * 70000)
    refused(run("--data", f"{tmp_path}/d/", "--credentials", path), 1, "bytes")


def test_the_process_cannot_be_dumped():
    if b"__asan" in open(conftest.COCD, "rb").read():
        pytest.skip("a sanitizer needs to read the process")
    user = os.geteuid() or 65534
    directory = pathlib.Path(tempfile.mkdtemp())
    process = None
    try:
        os.chown(directory, user, -1)
        try:
            process = subprocess.Popen(
                [conftest.COCD, "--data", directory, "--port-file", directory / "port"],
                stderr=subprocess.DEVNULL,
                user=user if user != os.geteuid() else None,
            )
        except PermissionError:
            pytest.skip("the program is out of another user's reach")
        conftest.wait_for((directory / "port").exists, "cocd to serve")
        # a process that may not be dumped belongs to root in /proc, for any user
        assert os.stat(f"/proc/{process.pid}/mem").st_uid == 0
    finally:
        if process:
            process.terminate()
            process.wait(conftest.WAIT_S)
        shutil.rmtree(directory)
