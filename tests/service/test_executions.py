# SPDX-License-Identifier: MIT
"""The six operations on executions: their documented fields, limits and answers."""

import re
import time

import pytest

import conftest
import executions as ex
from executions import CALL, LIST, LONG, PAUSE, begun, operate, operated, outcomes, script, show, status, step, steps
from test_documents import INVALID, NO_DOCUMENT, refused

NO_EXECUTION = "COC.00042197"
BAD_STATE = "COC.00042198"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """One daemon whose steps take no time."""
    with conftest.running(tmp_path_factory.mktemp("service"), "--step-seconds", "0") as daemon:
        yield daemon


@pytest.fixture
def fresh(start):
    return start("--step-seconds", "0")


@pytest.fixture(scope="module")
def job(service):
    return service.made(content=ex.document(CALL, PAUSE))


# ---- execute ----


def test_execute_answers_with_an_id_and_nothing_else(service, job):
    answer = ex.execute(service, job, {})
    assert answer.status == 200
    assert set(answer.json) == {"data"}
    assert re.fullmatch(r"EX\d{17}[a-z0-9]{5,}", answer.data)
    assert answer.data[2:10] == time.strftime("%Y%m%d", time.gmtime())
    assert answer.headers["X-request-id"]


def test_execute_needs_no_body(service, job):
    assert ex.execute(service, job).status == 200


def test_execute_twice_runs_the_job_twice(service, job):
    assert ex.execute(service, job, {}).data != ex.execute(service, job, {}).data


def test_execute_of_an_unknown_document(service):
    refused(ex.execute(service, "DM20250101000000nothere", {}), "does not exist", NO_DOCUMENT)


def test_execute_finds_no_public_document(service, job):
    refused(ex.execute(service, job, {"document_type": "PUBLIC"}), "does not exist", NO_DOCUMENT)


@pytest.mark.parametrize("word", ["PRIVATE", "NORMAL", "", None])
def test_execute_takes_the_words_for_own_documents(service, job, word):
    assert ex.execute(service, job, {"document_type": word}).status == 200


def test_execute_takes_the_latest_version_or_the_one_that_is_named(service):
    document = service.made(content=ex.document(CALL))
    service.update(document, content=ex.document(PAUSE))
    for version, shown, names in (({}, "v2", ["pause"]), ({"version": "v1"}, "v1", ["call"]), ({"version": ""}, "v2", ["pause"])):
        execution = ex.execute(service, document, version).data
        data = show(service, execution).data
        assert data["document_version"] == shown
        uuids = {row["version"]: row["version_uuid"] for row in service.show(document).data["versions"]}
        assert data["document_version_id"] == uuids[shown]
        assert [row["name"] for row in steps(service, execution).data] == names


@pytest.mark.parametrize("version", ["v9", "9", "latest", "v0", "x" * 129])
def test_execute_names_a_version_that_is_not_there(service, job, version):
    refused(ex.execute(service, job, {"version": version}), "version")


def test_execute_keeps_the_version_that_it_began_with(service):
    document = service.made(content=ex.document(PAUSE, CALL))
    execution = ex.execute(service, document, {}).data
    service.update(document, content=ex.document(CALL), name="other")
    assert service.delete(document).status == 200
    operated(service, execution, "RESUME")
    assert outcomes(service, execution) == [("pause", "Succeed"), ("call", "Succeed")]
    assert show(service, execution).data["document_name"] == "job"


@pytest.mark.parametrize(
    "field, value",
    [
        ("version", 1),
        ("parameters", "a=b"),
        ("parameters", {"key": "a"}),
        ("parameters", [1]),
        ("parameters", [{"key": 1}]),
        ("parameters", [{"key": "a", "value": 1}]),
        ("parameters", [{"key": "a", "value": {}}]),
        ("parameters", [{"key": "k" * 257}]),
        ("parameters", [{"key": "k", "value": "v" * 2049}]),
        ("parameters", [{"key": "k", "value": "v"}] * 201),
        ("sys_tags", "a=b"),
        ("sys_tags", [[]]),
        ("sys_tags", [{"key": "a", "value": True}]),
        ("target_parameter_name", 1),
        ("targets", {}),
        ("targets", [1]),
        ("targets", [{"key": "Values", "values": []}]),
        ("targets", [{"key": "BatchValues"}]),
        ("targets", [{"key": "BatchValues", "values": "a"}]),
        ("targets", [{"key": "BatchValues", "values": [1]}]),
        ("document_type", "OTHER"),
        ("document_type", 1),
        ("description", "x" * 501),
        ("description", []),
    ],
)
def test_execute_names_a_field_that_is_wrong(service, job, field, value):
    refused(ex.execute(service, job, {field: value}), field)


@pytest.mark.parametrize("body", [b"[]", b"{", b"null", b'"x"'])
def test_execute_refuses_a_body_that_is_no_object(service, job, body):
    refused(ex.execute(service, job, body), "body")


def test_execute_takes_fields_at_their_limits_and_ignores_unknown_ones(service, job):
    body = {
        "parameters": [{"key": "\u4e2d" * 256, "value": "v" * 2048}] * 200,
        "description": "\u4e2d" * 500,
        "colour": "red",
        "sys_tags": [{"key": "a", "value": "b", "more": 1}],
        "targets": None,
    }
    data = show(service, ex.execute(service, job, body).data).data
    assert data["parameters"] == body["parameters"]
    assert data["description"] == body["description"]


def test_execute_refuses_more_than_it_can_keep(service, job):
    values = [ex.batch(1, *[{"resource_id": "x" * 1000}] * 2200)]
    refused(ex.execute(service, job, {"targets": [{"key": "BatchValues", "values": values}]}), "targets")


# ---- list and show ----

ROW = {
    "id", "execution_id", "document_name", "document_id", "document_version_id", "document_version", "start_time",
    "end_time", "update_time", "creator", "status", "description", "parameters", "tags", "type",
    "target_parameter_name", "targets",
}  # fmt: skip


def test_an_empty_list_of_executions(fresh):
    assert ex.listed(fresh).json == {"data": [], "total": 0}


def test_show_and_list_give_the_documented_fields(fresh):
    before = int(time.time() * 1000)
    document = fresh.made(name="restart", content=ex.document(PAUSE), tags=[{"key": "team", "value": "db"}])
    targets = [{"key": "BatchValues", "values": [ex.batch(1, ex.instance(1)), '{"batch_index":2}']}]
    body = {
        "version": "v1",
        "parameters": [{"key": "a", "value": "b"}, {"key": "empty"}],
        "sys_tags": [{"key": "s", "value": "t"}],
        "target_parameter_name": "instance_list",
        "targets": targets,
        "description": "by hand",
    }
    execution = ex.execute(fresh, document, body).data
    data = show(fresh, execution).data
    assert set(data) == ROW
    assert data["id"].isdigit()  # the page declares it as a string
    assert data["execution_id"] == execution
    assert (data["document_id"], data["document_name"], data["document_version"]) == (document, "restart", "v1")
    assert data["document_version_id"] == fresh.show(document).data["versions"][0]["version_uuid"]
    assert before - 1000 <= data["start_time"] <= int(time.time() * 1000)
    assert data["end_time"] is None
    assert data["update_time"] == data["start_time"]
    assert data["creator"] == fresh.keys[0]
    assert data["status"] == "Pending"
    assert data["description"] == "by hand"
    assert data["parameters"] == [{"key": "a", "value": "b"}, {"key": "empty", "value": ""}]
    assert data["tags"] == [{"key": "team", "value": "db"}]
    assert data["type"] == "BATCH"
    assert data["target_parameter_name"] == "instance_list"
    assert data["targets"] == targets
    assert ex.listed(fresh).json == {"data": [{**data, "sys_tags": body["sys_tags"]}], "total": 1}


def test_show_of_an_unknown_execution_is_null(service):
    assert show(service, "EX20250701210145012nothere").json == {"data": None}


@pytest.mark.parametrize(
    "targets, word",
    [
        (None, "NORMAL"),
        ([{"key": "InstanceValues", "values": ["id-1"]}], "RATE_CONTROL"),
        ([{"key": "BatchValues", "values": [ex.batch(1)]}], "BATCH"),
    ],
)
def test_the_type_of_an_execution_is_that_of_its_targets(service, job, targets, word):
    assert show(service, ex.execute(service, job, {"targets": targets}).data).data["type"] == word


def test_pages_cover_the_executions_newest_first(fresh):
    document = fresh.made(content=ex.document(CALL))
    made = [ex.execute(fresh, document, {}).data for _ in range(25)]
    first = ex.listed(fresh)
    assert (len(first.data), first.json["total"]) == (10, 25)
    seen = []
    while True:
        rows = ex.listed(fresh, limit=7, offset=len(seen)).data
        if not rows:
            break
        seen += [row["execution_id"] for row in rows]
    assert seen == made[::-1]
    assert ex.listed(fresh, limit=1000, offset=1000).json == {"data": [], "total": 25}


def test_a_page_of_long_rows_ends_early_and_the_next_one_goes_on(fresh):
    document = fresh.made(content=ex.document(CALL))
    made = [ex.execute(fresh, document, {}).data for _ in range(12)]
    fresh.alter("UPDATE executions SET parameters = ?", '[{"key":"a","value":"' + "v" * 1000000 + '"}]')
    seen = []
    while len(seen) < 12:
        answer = ex.listed(fresh, limit=100, offset=len(seen))
        assert answer.json["total"] == 12
        assert 0 < len(answer.data) < 12
        seen += [row["execution_id"] for row in answer.data]
    assert seen == made[::-1]


@pytest.fixture(scope="module")
def known(tmp_path_factory):
    """A daemon with the executions of two documents: daemon.waits is the ID of one that waits, daemon.ended of one that has ended."""
    daemon = conftest.Daemon(tmp_path_factory.mktemp("known"), "--step-seconds", "0")
    try:
        daemon.waits = begun(daemon, PAUSE, name="Restart 100%", tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
        shown = show(daemon, daemon.waits).data
        conftest.wait_for(lambda: time.time() * 1000 > shown["start_time"] + 1, "the clock")
        daemon.ended = begun(daemon, CALL, name="other", tags=[{"key": "a", "value": "1"}])
        yield daemon
    finally:
        daemon.kill()


def found(daemon, **query):
    answer = ex.listed(daemon, **query)
    names = {daemon.waits: "waits", daemon.ended: "ended"}
    assert answer.json["total"] == len(answer.data)
    return {names[row["execution_id"]] for row in answer.data}


@pytest.mark.parametrize(
    "name, value, wanted",
    [
        ("document_name", "restart", {"waits"}),
        ("document_name", "100%", {"waits"}),
        ("document_name", "%", {"waits"}),
        ("document_name", "t", {"waits", "ended"}),
        ("document_name", "nothing", set()),
        ("tags", "a=1", {"waits", "ended"}),
        ("tags", "a=1,b=2", {"waits"}),
        ("tags", "b=2,a=1", {"waits"}),
        ("tags", "a=2", set()),
        ("tags", "a=", set()),
        ("creator", "somebody else", set()),
        ("document_id", "DM0", set()),
        ("exclude_child_executions", "true", {"waits", "ended"}),
        ("exclude_child_executions", "false", {"waits", "ended"}),
    ],
)
def test_list_finds_what_is_asked_for(known, name, value, wanted):
    assert found(known, **{name: value}) == wanted


def test_list_of_a_creator_by_a_part_of_the_name(known):
    assert found(known, creator=known.keys[0][3:9].lower()) == {"waits", "ended"}


def test_list_of_a_document(known):
    document = show(known, known.ended).data["document_id"]
    assert found(known, document_id=document) == {"ended"}
    assert found(known, document_id=document[:-1]) == set()


def test_list_of_a_time(known):
    waits, ended = show(known, known.waits).data, show(known, known.ended).data
    assert found(known, start_time=waits["start_time"] - 1) == {"waits", "ended"}
    assert found(known, start_time=waits["start_time"]) == {"ended"}
    assert found(known, start_time=ended["start_time"]) == set()
    assert found(known, end_time=ended["end_time"] + 1) == {"ended"}
    assert found(known, end_time=ended["end_time"]) == set()


def test_what_has_not_ended_yet_has_no_time_of_its_end(fresh):
    execution = begun(fresh, LONG)
    assert show(fresh, execution).data["end_time"] is None
    # end_time lists only executions that have ended already: LONG will end before that time, but it still runs
    assert ex.listed(fresh, end_time=10**15).json["total"] == 0


@pytest.mark.parametrize(
    "name, value",
    [
        ("limit", "0"),
        ("limit", "1001"),
        ("limit", "ten"),
        ("offset", "-1"),
        ("start_time", "yesterday"),
        ("end_time", "-1"),
        ("creator", "x" * 129),
        ("document_name", "x" * 129),
        ("document_id", "x" * 129),
        ("tags", "a"),
        ("tags", "a=1,"),
        ("exclude_child_executions", "yes"),
    ],
)
def test_list_names_a_parameter_of_executions_that_is_wrong(service, name, value):
    refused(ex.listed(service, **{name: value}), name)


def test_empty_parameters_filter_no_executions(known):
    names = ("limit", "offset", "creator", "start_time", "end_time", "document_name", "document_id", "tags", "exclude_child_executions")
    assert found(known, **{name: "" for name in names}) == {"waits", "ended"}


# ---- steps and instances ----


def test_a_step_has_the_documented_fields(service):
    call = step("query-task", "executeAPI", service="ECS", timeout=30, query='"{}"', where="'{{$globals.region}}'")
    outputs = "    outputs:\n      - {name: servers, selector: .servers, type: String}\n"
    inputs = "inputs:\n  region: {type: string, default: cn-north-4}\n"
    execution = begun(service, call + outputs, PAUSE, inputs=inputs, body={"parameters": [{"key": "region", "value": "here"}]})
    answer = steps(service, execution)
    assert answer.json["total"] == 2
    first, second = answer.data
    assert set(first) == {
        "execution_step_id", "action", "start_time", "end_time", "message", "name", "status", "inputs", "outputs", "properties",
    }  # fmt: skip
    assert (first["name"], first["action"], first["status"]) == ("query-task", "executeAPI", "Succeed")
    assert first["inputs"] == [
        {"key": "service", "value": "ECS"},
        {"key": "timeout", "value": "30"},
        {"key": "query", "value": "{}"},
        {"key": "where", "value": "here"},
    ]
    assert first["outputs"] == [{"key": "servers", "value": ""}]
    assert first["properties"] == {}
    assert "nothing was executed" in first["message"]
    assert isinstance(first["start_time"], int) and isinstance(first["end_time"], int)
    assert (second["status"], second["end_time"], second["message"]) == ("Pending", None, "waits for RESUME")
    assert first["execution_step_id"] != second["execution_step_id"]


def test_steps_of_an_unknown_execution(service):
    assert steps(service, "EX20250701210145012nothere").json == {"data": [], "total": 0}


def test_steps_in_pages_and_by_their_ids(service):
    execution = begun(service, *[step(f"s{n}", "executeAPI") for n in range(15)])
    rows = steps(service, execution, {"limit": 100}).data
    ids = [row["execution_step_id"] for row in rows]
    assert [row["name"] for row in rows] == [f"s{n}" for n in range(15)]
    first = steps(service, execution)
    assert (len(first.data), first.json["total"]) == (10, 15)
    second = steps(service, execution, {"limit": 4, "offset": 10})
    assert [row["execution_step_id"] for row in second.data] == ids[10:14]
    wanted = [("execution_step_id_list", ids[7]), ("execution_step_id_list", ids[2]), ("execution_step_id_list", "x")]
    chosen = steps(service, execution, wanted)
    assert [row["execution_step_id"] for row in chosen.data] == [ids[2], ids[7]]
    assert chosen.json["total"] == 2
    assert steps(service, execution, [("execution_step_id_list", "")]).json["total"] == 15


@pytest.mark.parametrize("name, value", [("limit", "0"), ("limit", "x"), ("offset", "-1"), ("offset", "x")])
def test_steps_and_instances_name_a_parameter_that_is_wrong(service, name, value):
    refused(steps(service, "EX0", {name: value}), name)
    refused(ex.instances(service, **{name: value}), name)


def test_an_instance_has_the_documented_fields(service):
    given = [{"key": "instance_list", "value": '[{"name":"vm","resource_id":"r","agent_id":"g","fixed_ip":"192.168.1.228","extra":1}]'}]
    execution = begun(service, script(), inputs=LIST, body={"parameters": given})
    (row,) = steps(service, execution).data
    answer = ex.instances(service, execution_step_id=row["execution_step_id"])
    assert answer.json["total"] == 1
    (found,) = answer.data
    assert set(found) == {
        "id", "execution_instance_id", "execution_step_id", "start_time", "strat_time", "end_time", "status", "message", "properties",
    }  # fmt: skip
    assert found["id"] == 1
    assert found["execution_step_id"] == row["execution_step_id"]
    assert found["status"] == "Succeed"
    assert found["start_time"] == found["strat_time"] == row["start_time"]
    assert found["end_time"] == row["end_time"]
    assert found["properties"] == {"resource_name": "vm", "resource_id": "r", "agent_id": "g", "fixed_ip": "192.168.1.228"}


def test_instances_in_pages(service):
    listed = "[" + ",".join(f'"id-{n}"' for n in range(25)) + "]"
    execution = begun(service, script(), inputs=LIST, body={"parameters": [{"key": "instance_list", "value": listed}]})
    step_id = steps(service, execution).data[0]["execution_step_id"]
    first = ex.instances(service, execution_step_id=step_id)
    assert (len(first.data), first.json["total"]) == (10, 25)
    rest = ex.instances(service, execution_step_id=step_id, limit=100, offset=10)
    rows = first.data + rest.data
    assert [row["properties"]["resource_id"] for row in rows] == [f"id-{n}" for n in range(25)]
    assert len({row["execution_instance_id"] for row in rows}) == 25


@pytest.mark.parametrize("suffix", ["-2", "-0", "--1", "-x", "-1x", "-99999999999999999999999", "-", ""])
def test_instances_of_an_unknown_step(service, suffix):
    execution = begun(service, script(), inputs=LIST, body={"parameters": [{"key": "instance_list", "value": '["a"]'}]})
    assert ex.instances(service, execution_step_id=execution + "-1").json["total"] == 1
    assert ex.instances(service, execution_step_id=execution + suffix).json == {"data": [], "total": 0}


def test_instances_without_a_step(service):
    assert ex.instances(service).json == {"data": [], "total": 0}


def test_a_step_that_works_on_nothing_has_no_instances(service):
    execution = begun(service, CALL)
    assert ex.instances(service, execution_step_id=steps(service, execution).data[0]["execution_step_id"]).json["total"] == 0


# ---- how executions go on ----


def test_steps_are_done_one_after_the_other(start):
    service = start("--step-seconds", "1")
    execution = begun(service, CALL, step("second", "scripts"))
    assert status(service, execution) == "Running"
    assert outcomes(service, execution)[0] in (("call", "Running"), ("call", "Succeed"))
    ex.wait_for(service, execution, "Succeed")
    first, second = steps(service, execution).data
    data = show(service, execution).data
    assert first["start_time"] == data["start_time"]
    assert first["end_time"] == second["start_time"] == data["start_time"] + 1000
    assert second["end_time"] == data["end_time"] == data["update_time"] == data["start_time"] + 2000


def test_a_step_takes_a_second_unless_told_otherwise(start):
    service = start()
    execution = begun(service, CALL)
    ex.wait_for(service, execution, "Succeed")
    data = show(service, execution).data
    assert data["end_time"] - data["start_time"] == 1000


def test_a_sleep_takes_its_time(service):
    execution = begun(service, step("sleep", "sleep", seconds=1), CALL)
    assert outcomes(service, execution)[0][0] == "sleep"
    ex.wait_for(service, execution, "Succeed")
    (first, _) = steps(service, execution).data
    assert first["end_time"] - first["start_time"] == 1000


def test_suspend_waits_for_resume(service):
    execution = begun(service, CALL, PAUSE, step("after", "executeAPI"))
    assert status(service, execution) == "Pending"
    assert outcomes(service, execution) == [("call", "Succeed"), ("pause", "Pending")]
    operated(service, execution, "RESUME")
    assert status(service, execution) == "Succeed"
    assert outcomes(service, execution) == [("call", "Succeed"), ("pause", "Succeed"), ("after", "Succeed")]


@pytest.mark.parametrize("action", ["branch", "loop", "waitForApi"])
def test_what_nobody_has_seen_goes_straight_on(service, action):
    execution = begun(service, step("odd", action, condition='"1 == 1"'), CALL)
    assert outcomes(service, execution) == [("odd", "Succeed"), ("call", "Succeed")]


def test_terminate_of_what_waits(service):
    execution = begun(service, PAUSE, CALL)
    operated(service, execution, "TERMINATE")
    assert status(service, execution) == "Canceled"
    assert outcomes(service, execution) == [("pause", "Canceled")]
    data = show(service, execution).data
    assert data["end_time"] == data["update_time"] >= data["start_time"]
    assert steps(service, execution).data[0]["message"] == "ended by TERMINATE"


def test_terminate_of_what_runs(start):
    service = start("--step-seconds", "1")
    execution = begun(service, LONG, CALL)
    assert status(service, execution) == "Running"
    operated(service, execution, "TERMINATE")
    # the execution is Canceling for at most --step-seconds
    assert status(service, execution) in ("Canceling", "Canceled")
    ex.wait_for(service, execution, "Canceled")
    assert outcomes(service, execution) == [("long", "Canceled")]
    service.stop()
    service.options = ("--step-seconds", "100000")
    service.start()
    execution = begun(service, LONG, CALL)
    operated(service, execution, "TERMINATE")
    assert status(service, execution) == "Canceling"
    assert outcomes(service, execution) == [("long", "Canceling")]
    assert show(service, execution).data["end_time"] is None


def test_a_step_fails_when_its_inputs_say_so(service):
    failing = step("bad", "executeAPI", local_outcome="fail", local_message='"no such server"')
    execution = begun(service, CALL, failing, step("after", "executeAPI"))
    assert status(service, execution) == "Failed"
    assert outcomes(service, execution) == [("call", "Succeed"), ("bad", "Failed")]
    assert steps(service, execution).data[1]["message"] == "no such server"
    data = show(service, execution).data
    assert data["end_time"] == data["update_time"] >= data["start_time"]


def test_a_parameter_of_the_execution_can_say_how_it_ends(service):
    inputs = "inputs:\n  outcome: {default: succeed}\n"
    document = service.made(content=ex.document(step("one", "executeAPI", local_outcome='"{{$globals.outcome}}"'), inputs=inputs))
    assert status(service, ex.execute(service, document, {}).data) == "Succeed"
    given = {"parameters": [{"key": "outcome", "value": "fail"}]}
    assert status(service, ex.execute(service, document, given).data) == "Failed"


def test_a_step_times_out(service):
    execution = begun(service, step("slow", "executeAPI", local_outcome="timeout"), CALL)
    assert status(service, execution) == "Timeout"
    assert outcomes(service, execution) == [("slow", "Timeout")]


def test_a_step_that_is_slower_than_its_own_timeout_times_out(service):
    execution = begun(service, step("slow", "scripts", timeout=1, local_seconds=100000), CALL)
    ex.wait_for(service, execution, "Timeout")
    (row,) = steps(service, execution).data
    assert row["end_time"] - row["start_time"] == 1000
    assert "timeout" in row["message"]


def test_retry_does_the_failed_step_again(service):
    execution = begun(service, step("flaky", "executeAPI", local_outcome="fail-once"), step("bad", "executeAPI", local_outcome="fail"))
    assert outcomes(service, execution) == [("flaky", "Failed")]
    operated(service, execution, "RETRY")
    assert outcomes(service, execution) == [("flaky", "Succeed"), ("bad", "Failed")]
    operated(service, execution, "RETRY")
    assert outcomes(service, execution) == [("flaky", "Succeed"), ("bad", "Failed")]
    assert status(service, execution) == "Failed"


def test_skip_batch_passes_over_the_failed_step(service):
    execution = begun(service, step("bad", "executeAPI", local_outcome="fail"), CALL)
    operated(service, execution, "SKIP_BATCH")
    assert status(service, execution) == "Succeed"
    assert outcomes(service, execution) == [("bad", "Failed"), ("call", "Succeed")]


def batched(service, *batches, **inputs):
    body = {"target_parameter_name": "instance_list", "targets": [{"key": "BatchValues", "values": list(batches)}]}
    return begun(service, script(**inputs), PAUSE, inputs=LIST, body=body)


def instance_outcomes(service, execution):
    rows = ex.instances(service, execution_step_id=execution + "-1").data
    return [(row["properties"]["resource_name"], row["status"]) for row in rows]


def test_batches_wait_for_each_other(service):
    execution = batched(service, ex.batch(1, ex.instance(1), ex.instance(2)), ex.batch(2, ex.instance(3)), ex.batch(3))
    assert status(service, execution) == "Pending"
    assert outcomes(service, execution) == [("script", "Pending")]
    assert instance_outcomes(service, execution) == [("vm-1", "Succeed"), ("vm-2", "Succeed")]
    operated(service, execution, "RESUME")
    assert outcomes(service, execution) == [("script", "Pending")]
    assert instance_outcomes(service, execution)[2:] == [("vm-3", "Succeed")]
    operated(service, execution, "RESUME")
    assert outcomes(service, execution) == [("script", "Succeed"), ("pause", "Pending")]


def test_batches_that_go_on_by_themselves(service):
    execution = batched(service, ex.batch(1, ex.instance(1), strategy="CONTINUE"), ex.batch(2, ex.instance(2), strategy="CONTINUE"))
    assert outcomes(service, execution) == [("script", "Succeed"), ("pause", "Pending")]
    assert instance_outcomes(service, execution) == [("vm-1", "Succeed"), ("vm-2", "Succeed")]


def test_skip_batch_passes_over_the_batch_ahead(service):
    execution = batched(service, ex.batch(1, ex.instance(1)), ex.batch(2, ex.instance(2)), ex.batch(3, ex.instance(3)))
    operated(service, execution, "SKIP_BATCH")
    assert status(service, execution) == "Pending"
    operated(service, execution, "RESUME")
    assert instance_outcomes(service, execution) == [("vm-1", "Succeed"), ("vm-2", "Canceled"), ("vm-3", "Succeed")]
    assert outcomes(service, execution) == [("script", "Succeed"), ("pause", "Pending")]


def test_skip_batch_passes_over_a_failed_batch(service):
    batches = ex.batch(1, ex.instance(1), strategy="CONTINUE"), ex.batch(2, ex.instance(2))
    execution = batched(service, *batches, local_outcome="fail")
    assert instance_outcomes(service, execution) == [("vm-1", "Failed")]
    operated(service, execution, "SKIP_BATCH")
    assert instance_outcomes(service, execution) == [("vm-1", "Failed"), ("vm-2", "Failed")]
    operated(service, execution, "SKIP_BATCH")
    assert outcomes(service, execution) == [("script", "Failed"), ("pause", "Pending")]


def test_instances_given_one_by_one_are_one_batch(service):
    targets = [{"key": "InstanceValues", "values": [ex.instance(1), "id-2"]}]
    body = {"target_parameter_name": "instance_list", "targets": targets}
    execution = begun(service, script(), inputs=LIST, body=body)
    rows = ex.instances(service, execution_step_id=execution + "-1").data
    assert [row["properties"]["resource_id"] for row in rows] == ["id-1", "id-2"]


@pytest.mark.parametrize(
    "content, why",
    [
        ("test", "not a DSL document"),
        ("a: [", "line 2"),
        ("meta:\n  name: x\n", "no list of steps"),
        ("[" * 60000, "nested too deep"),
    ],
    ids=["word", "yaml", "steps", "deep"],
)
def test_content_that_is_no_document_fails_and_says_why(service, content, why):
    execution = ex.execute(service, service.made(content=content), {}).data
    assert status(service, execution) == "Failed"
    (row,) = steps(service, execution).data
    assert (row["name"], row["status"]) == ("document", "Failed")
    assert why in row["message"]
    refused(operate(service, execution, "SKIP_BATCH"), "Failed", BAD_STATE)
    operated(service, execution, "RETRY")
    assert status(service, execution) == "Failed"


def test_a_step_without_a_task_fails_and_says_why(service):
    execution = begun(service, CALL, "  - name: bare\n    task: suspend\n")
    assert outcomes(service, execution) == [("call", "Succeed"), ("bare", "Failed")]
    assert "hwc:runbook:" in steps(service, execution).data[1]["message"]


def test_a_parameter_without_a_value_fails_the_step_that_uses_it(service):
    execution = begun(service, CALL, step("use", "executeAPI", region="'{{$globals.region}}'"))
    assert outcomes(service, execution) == [("call", "Succeed"), ("use", "Failed")]
    message = steps(service, execution).data[1]["message"]
    assert "region" in message and "has no value" in message


@pytest.mark.parametrize("given", [{"key": "who", "value": ""}, {"key": "who"}, {"key": "who", "value": None}])
def test_an_empty_parameter_is_a_value(service, given):
    text = step("use", "executeAPI", p="'{{$globals.who}}'", q="'<{{$globals.who}}>'", r="'{{$globals.who}}{{$globals.who}}'")
    execution = begun(service, text, inputs="inputs:\n  who: {type: string, default: world}\n", body={"parameters": [given]})
    assert inputs_of(service, execution) == {"p": "", "q": "<>", "r": ""}


def test_an_empty_default_is_a_value(service):
    execution = begun(service, step("use", "executeAPI", p="'{{$globals.who}}'"), inputs="inputs:\n  who: {type: string, default: ''}\n")
    assert inputs_of(service, execution) == {"p": ""}


def inputs_of(service, execution):
    return {pair["key"]: pair["value"] for pair in steps(service, execution).data[0]["inputs"] if pair["key"] in "pqr"}


# ---- operate ----


@pytest.mark.parametrize(
    "content, refusals",
    [
        (ex.document(LONG), {"RESUME": "Running", "RETRY": "Running", "SKIP_BATCH": "Running"}),
        (ex.document(PAUSE), {"RETRY": "Pending"}),
        (ex.document(CALL), {word: "Succeed" for word in ("RESUME", "TERMINATE", "RETRY", "SKIP_BATCH")}),
        (ex.document(step("bad", "executeAPI", local_outcome="fail")), {"RESUME": "Failed", "TERMINATE": "Failed"}),
        (ex.document(step("bad", "executeAPI", local_outcome="timeout")), {"RESUME": "Timeout", "TERMINATE": "Timeout"}),
    ],
    ids=["running", "pending", "succeed", "failed", "timeout"],
)
def test_operate_says_what_the_execution_is_when_it_cannot(service, content, refusals):
    execution = ex.execute(service, service.made(content=content), {}).data
    before = show(service, execution).data
    for operation, word in refusals.items():
        refused(operate(service, execution, operation), word, BAD_STATE)
    assert show(service, execution).data == before


def test_operate_of_a_canceled_execution(service):
    execution = begun(service, PAUSE)
    operated(service, execution, "TERMINATE")
    for operation in ("RESUME", "TERMINATE", "RETRY", "SKIP_BATCH"):
        refused(operate(service, execution, operation), "Canceled", BAD_STATE)


def test_operate_of_an_unknown_execution(service):
    refused(operate(service, "EX20250701210145012nothere", "RESUME"), "does not exist", NO_EXECUTION)


@pytest.mark.parametrize(
    "body, field",
    [
        ({"operate_type": "RESUME"}, "execution_id is missing"),
        ({"execution_id": "EX0"}, "operate_type is missing"),
        ({"execution_id": None, "operate_type": "RESUME"}, "execution_id is missing"),
        ({"execution_id": 1, "operate_type": "RESUME"}, "execution_id is not a string"),
        ({"execution_id": "x" * 129, "operate_type": "RESUME"}, "execution_id"),
        ({"execution_id": "", "operate_type": "RESUME"}, "execution_id"),
        ({"execution_id": "EX0", "operate_type": 1}, "operate_type is not a string"),
        ({"execution_id": "EX0", "operate_type": "resume"}, "operate_type"),
        ({"execution_id": "EX0", "operate_type": "STOP"}, "operate_type"),
        (b"", "body"),
        (b"[]", "body"),
    ],
)
def test_operate_names_a_field_that_is_wrong(service, body, field):
    refused(service.call("POST", "/v1/executions", body=body), field, INVALID)


def test_operate_ends_after_a_thousand_times(fresh):
    execution = begun(fresh, step("bad", "executeAPI", local_outcome="fail"))
    now = show(fresh, execution).data["start_time"]
    fresh.alter("UPDATE executions SET acts = ?, change_time_ms = ?", f"A{now} " * 999, now)
    operated(fresh, execution, "RETRY")
    refused(operate(fresh, execution, "RETRY"), "1000 operations", BAD_STATE)
    assert outcomes(fresh, execution) == [("bad", "Failed")]


# ---- what lasts ----


def test_executions_go_on_while_the_service_does_not_run(start):
    service = start("--step-seconds", "1")
    moving, waiting = begun(service, CALL), begun(service, PAUSE, CALL)
    operated(service, waiting, "RESUME")
    end = show(service, moving).data["start_time"] + 1000
    service.kill()
    service.options = ("--step-seconds", "100000")
    conftest.wait_for(lambda: time.time() * 1000 > end + 1000, "the time of the steps")
    service.start()
    # both began with steps of one second: the new --step-seconds does not matter
    for execution in (moving, waiting):
        assert status(service, execution) == "Succeed"
    assert show(service, moving).data["end_time"] == end


def test_an_answer_is_on_the_disk(start):
    service = start("--step-seconds", "0")
    execution = begun(service, PAUSE)
    service.kill()
    service.start()
    assert status(service, execution) == "Pending"
    operated(service, execution, "TERMINATE")
    service.kill()
    service.start()
    assert status(service, execution) == "Canceled"


def test_a_clock_that_was_put_back_does_no_harm(fresh):
    execution = begun(fresh, PAUSE, PAUSE)
    operated(fresh, execution, "RESUME")
    # the operations were recorded before the clock was put back: their times are in the future
    later = show(fresh, execution).data["update_time"] + 10**7
    fresh.alter("UPDATE executions SET acts = ?1, settle_time_ms = ?2, change_time_ms = ?2", f"R{later} ", later)
    assert status(fresh, execution) == "Pending"
    assert outcomes(fresh, execution) == [("pause", "Succeed"), ("pause", "Pending")]
    operated(fresh, execution, "RESUME")
    assert status(fresh, execution) == "Succeed"
    assert [row["end_time"] for row in steps(fresh, execution).data] == [later, later]


@pytest.mark.parametrize("acts", ["X1 ", "R", "R1", "Rx ", "R1 T"])
def test_an_execution_that_is_damaged_is_an_error_and_not_a_lie(fresh, acts):
    execution = begun(fresh, PAUSE)
    fresh.alter("UPDATE executions SET acts = ?", acts)
    for answer in (steps(fresh, execution), operate(fresh, execution, "RESUME")):
        assert (answer.status, answer.code) == (500, "APIGW.0601")
        assert "damaged" in answer.message
    assert status(fresh, execution) == "Pending"
