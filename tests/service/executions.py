# SPDX-License-Identifier: MIT
"""Documents to execute, and the calls on executions."""

import conftest


def step(name, action, **inputs):
    rows = "".join(f"\n      {key}: {value}" for key, value in inputs.items()) or " {}"
    return f"  - name: {name}\n    task: hwc:runbook:{action}@1.0.0\n    inputs:{rows}\n"


def document(*steps, inputs=""):
    return "meta:\n  name: job\n  schemaVersion: 3\n" + inputs + "steps:\n" + "".join(steps)


CALL = step("call", "executeAPI", service="ECS", api_name="ListServersDetails")
PAUSE = step("pause", "suspend")
# a step that runs longer than any test, for tests in which the steps do not matter
LONG = step("long", "executeAPI", local_seconds=100000)
LIST = """inputs:
  instance_list:
    type: string
    default: "[]"
    paramSource: INSTANCE
"""


def script(name="script", **inputs):
    return step(name, "scripts", instance_list='"{{$globals.instance_list}}"', **inputs)


def instance(number):
    return {"resource_id": f"id-{number}", "name": f"vm-{number}", "region_id": "cn-north-4", "provider": "ECS", "type": "CLOUDSERVERS"}


def batch(index, *instances, strategy="PAUSE"):
    return {"batch_index": index, "instances": list(instances), "strategy": strategy}


def execute(service, document_id, body=None):
    return service.call("POST", f"/v1/documents/{document_id}", body=body)


def begun(service, *steps, inputs="", body=None, **fields):
    """Creates a document of these steps and executes it. Returns the execution's ID."""
    made = service.made(content=document(*steps, inputs=inputs), **fields)
    return execute(service, made, body or {}).data


def show(service, execution):
    return service.call("GET", f"/v1/executions/{execution}")


def status(service, execution):
    return show(service, execution).data["status"]


def listed(service, **query):
    return service.call("GET", "/v1/executions", query)


def steps(service, execution, query=()):
    return service.call("GET", f"/v1/executions/{execution}/steps", query)


def instances(service, **query):
    return service.call("GET", "/v1/executions/instances", query)


def operate(service, execution, operation):
    return service.call("POST", "/v1/executions", body={"execution_id": execution, "operate_type": operation})


def operated(service, execution, operation):
    answer = operate(service, execution, operation)
    assert (answer.status, answer.json) == (200, {}), answer.body


def outcomes(service, execution):
    """Returns the name and the status of each step that has begun."""
    return [(row["name"], row["status"]) for row in steps(service, execution, {"limit": 1000}).data]


def wait_for(service, execution, wanted):
    conftest.wait_for(lambda: status(service, execution) == wanted, f"the execution to be {wanted}")
