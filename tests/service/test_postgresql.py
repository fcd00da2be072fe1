# SPDX-License-Identifier: MIT
"""Several cocd on one PostgreSQL database make one job space: any of them may be asked, and any may be killed."""

import concurrent.futures
import http.client
import os
import random
import signal
import subprocess

import pytest

import conftest
import executions
import postgresql
import test_kill

ROUNDS = int(os.environ.get("COCD_REPLICA_ROUNDS", "3"))
SEED = int(os.environ.get("COCD_KILL_SEED", "1"))
UNKNOWN = "COC.00042101"


@pytest.fixture
def uri():
    """The URI of an empty database."""
    return conftest.server().new()


@pytest.fixture
def replicas(start, uri):
    """Two daemons on one database, with the same keys."""
    return pair(start, uri)


def pair(start, uri):
    one = start(name="one", uri=uri)
    other = start("--credentials", one.keys_file, name="other", uri=uri)
    other.keys_file = one.keys_file
    return one, other


@pytest.fixture(scope="module")
def mortal():
    """A server that may be killed. Everything that it has committed is on the disk."""
    with postgresql.serving(safe=True) as server:
        yield server


def at_once(calls):
    """Runs functions side by side. Returns their results."""
    with concurrent.futures.ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(conftest.WAIT_S) for future in [pool.submit(call) for call in calls]]


def test_what_one_has_answered_the_other_shows_at_once(replicas):
    one, other = replicas
    for n in range(10):
        document = one.made(name=f"job {n}")
        assert other.show(document).data["name"] == f"job {n}"
        assert other.update(document, content=f"by {n}").status == 200
        assert (one.show(document).data["content"], one.list(limit=1).data[0]["version"]) == (f"by {n}", "v2")
        assert one.delete(document).status == 200
        assert other.show(document).code == other.update(document).code == UNKNOWN
        one, other = other, one


def test_creates_through_both_at_once_have_ids_of_their_own(replicas):
    def create(service, prefix):
        connection = service.connection()
        bodies = [{**conftest.GOOD, "name": f"{prefix}-{n}"} for n in range(20)]
        made = {service.call("POST", "/v1/documents", body=body, connection=connection).data: body["name"] for body in bodies}
        connection.close()
        return made

    made = {}
    for some in at_once([lambda n=n: create(replicas[n % 2], n) for n in range(8)]):
        assert not made.keys() & some.keys()
        made.update(some)
    assert len(made) == 160
    for service in replicas:
        assert test_kill.listed(service) == {name: [document] for document, name in made.items()}
        rows = [row["document_id"] for offset in range(0, 161, 7) for row in service.list(limit=7, offset=offset).data]
        assert (sorted(rows), service.list().json["total"]) == (sorted(made), 160)


def test_updates_through_both_at_once_are_versions_one_after_the_other(replicas):
    document = replicas[0].made()
    contents = [f"by {n}" for n in range(40)]
    calls = [lambda n=n: [replicas[n % 2].update(document, content=f"by {m}").status for m in range(n, 40, 4)] for n in range(4)]
    assert {status for statuses in at_once(calls) for status in statuses} == {200}
    shown = replicas[0].show(document).data
    assert [row["version"] for row in shown["versions"]] == [f"v{n}" for n in range(41, 0, -1)]
    assert sorted(replicas[1].show(document, version=f"v{n}").data["content"] for n in range(2, 42)) == sorted(contents)


def test_an_execution_is_ended_once(replicas):
    document = replicas[0].made(content=executions.document(executions.LONG))
    for _ in range(10):
        execution = executions.execute(replicas[0], document).data
        body = {"execution_id": execution, "operate_type": "TERMINATE"}
        answers = at_once([lambda service=service: service.call("POST", "/v1/executions", body=body) for service in replicas * 2])
        assert sorted((answer.status, answer.code) for answer in answers)[:2] == [(200, None), (400, "COC.00042198")]


def test_replicas_that_start_together_make_the_tables_once(start, uri):
    services = at_once([lambda n=n: start(name=f"r{n}", uri=uri) for n in range(4)])
    assert {service.create().status for service in services} == {200}
    assert services[0].list().json["total"] == 4


def test_what_another_session_holds_is_an_error_in_time(replicas, uri):
    one, other = replicas
    held, free = one.made(), one.made()
    argv = [os.path.join(postgresql.programs(), "psql"), "-XAtq", uri]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as session:
        session.stdin.write(f"BEGIN; UPDATE documents SET name = 'mine' WHERE document_id = '{held}' RETURNING 'held';\n")
        session.stdin.flush()
        assert session.stdout.readline() == "held\n"
        answer = other.update(held)
        assert (answer.status, answer.code) == (500, "APIGW.0601")
        assert [service.update(free).status for service in replicas] == [200, 200]
        session.stdin.close()
    assert other.update(held).status == 200
    assert one.show(held).data["version"] == "v2"


# ---- the database goes away ----


def test_a_restart_of_the_database_is_not_seen_by_who_asks_nothing_meanwhile(start, mortal):
    reader, maker, changer = (start(name=f"r{n}", uri=mortal.new()) for n in range(3))
    read, changed = reader.made(), changer.made()
    mortal.kill()
    mortal.start()
    assert (reader.show(read).status, maker.create().status, changer.update(changed).status) == (200, 200, 200)
    assert (maker.list().json["total"], changer.show(changed).data["version"]) == (1, "v2")


def test_without_the_database_requests_fail_at_once_and_with_it_again_they_do_not(start, mortal):
    service = start(uri=mortal.new())
    service.made()
    mortal.kill()
    try:
        for _ in range(20):
            answer = service.create()
            assert (answer.status, answer.code) == (500, "APIGW.0601")
        assert service.send("GET", "/v1/documents").status == 401
        assert service.list().status == 500
    finally:
        mortal.start()
    conftest.wait_for(lambda: service.list().status == 200, "the service to find its database")
    assert (service.create().status, service.list().json["total"]) == (200, 2)


def test_a_database_that_stands_still_is_an_error_in_time(start, mortal):
    uri = mortal.new()
    service = start(uri=uri)
    service.made()
    ((session,),) = postgresql.sql(uri, "SELECT pid FROM pg_stat_activity WHERE application_name = 'cocd'")
    os.kill(int(session), signal.SIGSTOP)
    try:
        answer = service.create()
        assert (answer.status, answer.code) == (500, "APIGW.0601")
        conftest.wait_for(lambda: service.create().status == 200, "another connection")
    finally:
        os.kill(int(session), signal.SIGCONT)
    assert service.list().json["total"] == 2


class Writer(test_kill.Writer):
    """A writer that gives up at an answer 500, as if no answer had come: nobody knows whether the request was done."""

    enough = False

    def told(self, answer):
        if answer.status == 500:
            raise http.client.HTTPException(answer.message)
        return answer.data

    def step(self, connection):
        if self.enough:
            raise http.client.HTTPException("that is all")
        super().step(connection)


def test_what_was_acknowledged_survives_kills_of_replicas_and_of_the_database(start, mortal):
    replicas, dice = pair(start, mortal.new()), random.Random(SEED)
    acknowledged = cut = 0
    print(f"seed {SEED}")
    for number in range(ROUNDS):
        writers = [Writer(replicas[n % 2], f"r{number}-w{n}", dice.random()) for n in range(6)]
        enough = dice.randrange(1, 100)
        for writer in writers:
            writer.start()
        conftest.wait_for(lambda: sum(writer.answers for writer in writers) >= enough, f"{enough} answers")
        victim = [mortal, *replicas][number % 3]
        victim.kill()
        for writer in writers:
            writer.enough = True
        for writer in writers:
            writer.join(conftest.WAIT_S)
            assert not writer.is_alive()
        victim.start()
        for service in replicas:
            conftest.wait_for(lambda: service.list().status == 200, "the service to answer")
            held, connection = test_kill.listed(service), service.connection()
            for writer in writers:
                writer.check({name: ids for name, ids in held.items() if name.startswith(f"{writer.prefix}-")}, connection)
            connection.close()
        acknowledged += sum(writer.answers for writer in writers)
        cut += sum(writer.asked is not None for writer in writers)
    print(f"{ROUNDS} rounds, {acknowledged} acknowledged, {cut} answers lost")
    assert cut, "no answer was ever lost: the kills came too late"


# ---- options that are refused ----


def refused(*options, status=1):
    """Runs a daemon with options with which it cannot serve: it must end with this status. Returns its message."""
    done = subprocess.run([conftest.COCD, *map(str, options)], capture_output=True, text=True, timeout=conftest.WAIT_S)
    assert done.returncode == status, done
    return done.stderr


@pytest.fixture
def keys(private):
    return private("keys", "[global]\nak = A\nsk = S\n")


@pytest.mark.parametrize(
    "uri",
    [
        "postgresql://me:geheim@localhost/jobs",
        "postgres://me:geheim@localhost/jobs",
        "postgresql://me@localhost/jobs?password=geheim",
        "postgresql://me@localhost/jobs?pass%77ord=geheim",
        "postgresql://localhost/jobs?sslpassword=geheim",
        "postgresql://me:geheim%zz@localhost/jobs",
    ],
)
def test_a_password_in_the_uri_is_refused_and_not_told(uri, keys):
    said = refused("--data", uri, "--credentials", keys)
    assert "a password in the URI" in said and "PGPASSFILE" in said
    assert "geheim" not in said


def test_a_uri_that_cannot_be_read_is_refused_and_not_told(keys):
    said = refused("--data", "postgresql://localhost/jobs?password=geheim%zz", "--credentials", keys)
    assert "cannot read its URI" in said and "geheim" not in said


def test_without_a_key_file_there_is_no_service(uri):
    assert "--credentials is missing" in refused("--data", uri, status=2)


def test_a_password_is_taken_from_its_file(start, keys, private, monkeypatch):
    server = conftest.server()
    postgresql.sql(server.uri(), "DROP SCHEMA IF EXISTS locked CASCADE; DROP ROLE IF EXISTS locked;"
                   " CREATE ROLE locked LOGIN PASSWORD 'geheim'; CREATE SCHEMA locked AUTHORIZATION locked")
    uri = server.uri(user="locked", options="-csearch_path=locked")
    monkeypatch.setenv("PGPASSFILE", "/dev/null")
    assert "no password supplied" in refused("--data", uri, "--credentials", keys)
    monkeypatch.setenv("PGPASSFILE", str(private("pgpass", "*:*:*:locked:geheim\n")))
    assert start(uri=uri).create().status == 200


def test_the_database_of_another_program_is_refused_and_left_alone(uri, keys):
    postgresql.sql(uri, "CREATE TABLE documents (mine text); INSERT INTO documents VALUES ('kept')")
    assert "database of another program" in refused("--data", uri, "--credentials", keys)
    assert postgresql.sql(uri, "SELECT * FROM documents") == [["kept"]]
    assert postgresql.sql(uri, "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()") == [["1"]]


def test_a_later_layout_is_refused_and_left_alone(start, uri, keys):
    start(uri=uri).stop()
    postgresql.sql(uri, "UPDATE cocd_layout SET version = 99")
    assert "layout is version 99" in refused("--data", uri, "--credentials", keys)
    assert postgresql.sql(uri, "SELECT version FROM cocd_layout") == [["99"]]


BACK_TO_LAYOUT_1 = """
DROP TRIGGER keep_parts ON documents; DROP FUNCTION cocd_keep_parts(); DROP FUNCTION cocd_parts(text); DROP TABLE name_parts;
UPDATE cocd_layout SET version = 1
"""


def test_an_earlier_layout_is_brought_up_to_date(start, uri):
    service = start(uri=uri)
    made = [service.create(name=f"restart-{number}").data for number in range(3)]
    service.stop()
    postgresql.sql(uri, BACK_TO_LAYOUT_1)
    service = start(uri=uri)
    assert [row["document_id"] for row in service.list(name_like="start-1").data] == [made[1]]
    made.append(service.create(name="restart-3").data)
    assert [row["document_id"] for row in service.list(name_like="RESTART-").data] == made[::-1]
    assert postgresql.sql(uri, "SELECT version FROM cocd_layout") == [["2"]]


def test_an_encoding_other_than_utf8_is_refused(keys):
    server = conftest.server()
    postgresql.sql(server.uri(), "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
    try:
        assert "its encoding is LATIN1" in refused("--data", server.uri("latin"), "--credentials", keys)
    finally:
        postgresql.sql(server.uri(), "DROP DATABASE latin")


def test_a_search_path_that_leads_nowhere_is_refused(keys):
    uri = conftest.server().uri(options="-csearch_path=nowhere")
    assert "names no schema" in refused("--data", uri, "--credentials", keys)


def test_a_database_that_is_not_there_is_refused(keys):
    assert "does not exist" in refused("--data", conftest.server().uri("nothing"), "--credentials", keys)


@pytest.mark.skipif("COCD_UNIT" not in os.environ, reason="COCD_UNIT does not say where the unit tests are")
@pytest.mark.parametrize("name", ["test_store", "test_store_executions", "test_store_gather", "test_store_list", "test_store_pages"])
def test_the_store_by_itself(uri, name):
    done = subprocess.run([os.path.join(os.environ["COCD_UNIT"], name)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "COCD_STORE_URI": uri})
    assert done.returncode == 0, done.stdout + done.stderr
