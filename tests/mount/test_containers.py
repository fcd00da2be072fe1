# SPDX-License-Identifier: MIT
"""The files of docs/containers.md: they are YAML, cocfs accepts their command lines, and everything that the page calls needed is
there. Neither Docker nor Kubernetes runs here; test_unseen.py tests what the page says of namespaces."""

import os
import re

import pytest

import tools

PAGE = os.path.join(tools.ROOT, "docs", "containers.md")


@pytest.fixture(scope="module", name="files")
def files_fixture():
    yaml = pytest.importorskip("yaml")
    if not os.path.exists(PAGE):
        pytest.skip("the page is not beside the tests")
    compose, pod = [yaml.safe_load(text) for text in re.findall(r"(?ms)^```yaml\n(.*?)^```$", tools.read(PAGE).decode())]
    return compose, pod


def check_command(command, tmp_path):
    """cocfs accepts the command, apart from the mount point, which does not exist."""
    program, *words, mountpoint = command
    words = [re.sub(r"profile=[^,]+", f"profile={tools.write(tmp_path / 'keys', '')}", word) for word in words]
    assert program == "cocfs" and "-f" in words and mountpoint == "/jobs"
    said = tools.run(tools.COCFS, *words, "/nowhere/jobs").fails("the mountpoint /nowhere/jobs does not exist")
    assert said.status == 32


def test_compose(files, tmp_path):
    compose, _ = files
    service, app = compose["services"]["cocfs"], compose["services"]["app"]
    check_command(service["command"], tmp_path)
    assert service["pid"] == "host" and "/dev/fuse" in service["devices"] and "SYS_ADMIN" in service["cap_add"]
    assert [volume["bind"]["propagation"] for volume in (service["volumes"][0], app["volumes"][0])] == ["rshared", "rslave"]
    assert [volume for volume in service["volumes"] if str(volume).endswith(":/var/lib/cocfs")]


def test_pod(files, tmp_path):
    _, pod = files
    spec = pod["spec"]
    container, app = spec["containers"]
    check_command(container["command"], tmp_path)
    assert spec["shareProcessNamespace"] and container["securityContext"]["privileged"]
    assert container["volumeMounts"][0]["mountPropagation"] == "Bidirectional"
    assert app["volumeMounts"][0]["mountPropagation"] == "HostToContainer"
    volumes = {volume["name"]: volume for volume in spec["volumes"]}
    assert {mount["name"] for mount in container["volumeMounts"] + app["volumeMounts"]} == set(volumes)
    assert volumes["keys"]["secret"]["defaultMode"] in (0o400, 400)  # YAML 1.1 reads 0400 as octal, YAML 1.2 as decimal


def test_there_is_time_to_end(files):
    """The time is more than the default of timeout=, 30 s."""
    compose, pod = files
    assert int(compose["services"]["cocfs"]["stop_grace_period"].rstrip("s")) > 30 < pod["spec"]["terminationGracePeriodSeconds"]
