# SPDX-License-Identifier: MIT
"""The units of contrib/systemd: systemd-analyze finds no fault, everybody sees their mounts, and no key is in their settings.
`tools/vm boots` runs them."""

import os
import re

import pytest

import tools

UNITS = os.path.join(tools.ROOT, "contrib", "systemd")
NAMES = sorted(name for name in os.listdir(UNITS) if name != "meson.build")

# Settings that give a service a mount namespace of its own: systemd.exec(5). Nobody else sees what such a service mounts, so the
# unit must have none of these settings.
NAMESPACE = {"BindPaths", "BindReadOnlyPaths", "DynamicUser", "ExecPaths", "InaccessiblePaths", "MountAPIVFS", "MountFlags",
             "NoExecPaths", "PrivateDevices", "PrivateIPC", "PrivateMounts", "PrivateTmp", "PrivateUsers", "ProcSubset",
             "ProtectControlGroups", "ProtectHome", "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules",
             "ProtectKernelTunables", "ProtectProc", "ProtectSystem", "ReadOnlyPaths", "ReadWritePaths", "RootDirectory",
             "RootImage", "TemporaryFileSystem"}


def settings(name):
    text = tools.read(os.path.join(UNITS, name)).decode()
    return re.findall(r"(?m)^(\w+)=(.*)$", text)


def test_the_mount_of_a_service_is_seen_by_everybody():
    mine = {key for key, _ in settings("cocfs@.service.in")}
    assert "CapabilityBoundingSet" in mine and not mine & NAMESPACE


def test_no_unit_has_a_key_in_its_settings():
    """systemctl show tells everybody the settings of a unit, and its environment."""
    for name in NAMES:
        for key, value in settings(name):
            assert key not in ("SetCredential", "PassEnvironment") and "HUAWEICLOUD" not in value, (name, key)


@pytest.mark.parametrize("name", NAMES)
def test_systemd_has_nothing_to_say(name, tmp_path):
    tools.need("systemd-analyze")
    for other in NAMES:  # write all units, because a unit may name another unit
        text = tools.read(os.path.join(UNITS, other)).decode()
        for program in tools.COCFS, tools.COCD:
            text = text.replace(f"@bindir@/{os.path.basename(program)} ", f"{program} ")
        tools.write(tmp_path / other.removesuffix(".in").replace("@", "@jobs"), text)
    unit = tmp_path / name.removesuffix(".in").replace("@", "@jobs")
    said = tools.run("systemd-analyze", "verify", "--man=no", "--recursive-errors=no", unit).ok()
    assert said.stderr == "" and said.stdout == "", said
