# SPDX-License-Identifier: MIT
"""The two operations on atomics, which are the types of steps that the service offers."""

import re

import pytest

from test_documents import refused

KEYS = ["coc_step_pause", "coc_step_sleep", "coc_step_branch", "coc_step_loop", "execute_api", "custom_script_execute"]


def listed(service, **query):
    return service.call("GET", "/v1/atomics", query)


def show(service, key):
    return service.call("GET", f"/v1/atomics/{key}")


def test_the_list_has_the_six_that_are_known(service):
    answer = listed(service)
    assert answer.json["total"] == 6
    assert [row["atomic_unique_key"] for row in answer.data] == KEYS
    for row in answer.data:
        assert set(row) == {"atomic_unique_key", "atomic_name_zh", "atomic_name_en", "tags"}
        assert row["atomic_name_zh"] and row["atomic_name_en"]
        assert row["tags"] == (["CLOUD_API"] if row["atomic_unique_key"] == "execute_api" else ["FUNCTION"])


def test_the_list_of_atomics_in_pages(service):
    rows = [row["atomic_unique_key"] for offset in ("0", "4") for row in listed(service, limit="4", offset=offset).data]
    assert rows == KEYS
    assert listed(service, limit="4", offset="9").json == {"data": [], "total": 6}


@pytest.mark.parametrize("name, value", [("limit", "0"), ("limit", "x"), ("limit", "1001"), ("offset", "-1"), ("offset", "x")])
def test_the_list_of_atomics_names_a_parameter_that_is_wrong(service, name, value):
    refused(listed(service, **{name: value}), name)


@pytest.mark.parametrize("key", KEYS)
def test_show_gives_the_rules_of_the_inputs(service, key):
    answer = show(service, key)
    assert set(answer.json) == {"data"}
    data = answer.data
    assert set(data) == {
        "atomic_unique_key", "atomic_name_zh", "atomic_name_en", "tags", "inputs", "outputs", "display_region", "target_instance",
    }  # fmt: skip
    assert re.fullmatch(r"[A-Za-z][A-Za-z_]*", data["atomic_unique_key"])
    (row,) = [row for row in listed(service).data if row["atomic_unique_key"] == key]
    assert {name: data[name] for name in row} == row
    assert set(data["outputs"]) == {"supported", "type"}
    assert set(data["target_instance"]) == {"limit", "required"}
    for rule in data["inputs"]:
        assert set(rule) == {
            "param_key", "param_name_zh", "param_name_en", "required", "param_type", "type", "default_value", "min", "max",
            "min_len", "max_len", "pattern", "param_enums",
        }  # fmt: skip
        assert rule["param_type"] in ("CONSTANT", "DICTIONARY")
        assert isinstance(rule["required"], bool)


def test_the_rules_of_a_script_are_those_of_the_example(service):
    rules = {rule["param_key"]: rule for rule in show(service, "custom_script_execute").data["inputs"]}
    limits = {key: (rule["required"], rule["default_value"], rule["min"], rule["max"], rule["max_len"]) for key, rule in rules.items()}
    assert limits == {
        "wait_uniagent_time": (False, "0", 0, 1200, None),
        "script_uuid": (True, None, None, None, None),
        "instance_list": (False, None, None, None, None),
        "execute_user": (True, None, None, None, 32),
        "timeout": (True, "60", 6, 1800, None),
        "success_rate": (False, "100", 0, 100, None),
        "script_params": (False, None, None, None, None),
    }


@pytest.mark.parametrize("key", ["nothing", "COC_STEP_PAUSE", "coc_step_pause%20", "*"])
def test_show_of_an_unknown_atomic(service, key):
    refused(show(service, key), "atomic_unique_key")
