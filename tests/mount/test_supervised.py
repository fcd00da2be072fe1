# SPDX-License-Identifier: MIT
"""cocfs as a service of systemd: when it says that it is ready. A socket of the test stands in for systemd."""

import os
import signal
import socket

import pytest

import janitor
import mounting
import samples
import service
import tools

SECONDS = 30


@pytest.fixture(params=[False, True], ids=["path", "abstract"])
def supervisor(request, tmp_path):
    """A socket that hears what cocfs tells its supervisor, and the value of NOTIFY_SOCKET for it, .name."""
    name = f"cocfs-{os.getpid()}-{tmp_path.name}" if request.param else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("\0" + name if request.param else name)
        listening.settimeout(SECONDS)

        class Supervisor:
            env = {"NOTIFY_SOCKET": "@" + name if request.param else name}

            @staticmethod
            def hears():
                return dict(line.split("=", 1) for line in listening.recv(4096).decode().split("\n"))

            @staticmethod
            def heard_nothing():
                listening.setblocking(False)
                with pytest.raises(BlockingIOError):
                    listening.recv(4096)

        yield Supervisor


def test_it_is_ready_when_it_is_mounted(make_space, supervisor, src):
    space = make_space(timeout="7", env=supervisor.env)
    said = supervisor.hears()
    assert said == {"READY": "1", "STATUS": f"{space.source} is mounted on {space.path}"}
    assert janitor.mounted(space.path)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    space.process.send_signal(signal.SIGTERM)
    said = supervisor.hears()
    assert said["STOPPING"] == "1" and int(said["EXTEND_TIMEOUT_USEC"]) > 7_000_000 and "7 s" in said["STATUS"]
    assert space.bury() == 0
    supervisor.heard_nothing()


def test_an_unmount_from_outside_ends_it_too(mounts, tmp_path, supervisor):
    mount = mounts(mounting.Mount("local", tmp_path, env=supervisor.env)).mount()
    assert "READY" in supervisor.hears()
    assert mount.unmount() == 0
    assert "STOPPING" in supervisor.hears()
    supervisor.heard_nothing()


def test_it_is_not_ready_with_keys_that_are_refused(make_space, cocd, src, supervisor):
    ak, sk = service.read_keys(cocd.keys_file)
    keys = service.write_keys(str(src / "keys"), ak, "wrong" + sk[5:])
    with pytest.raises(mounting.MountFailed) as failure:
        make_space(env={"HUAWEICLOUD_SDK_CREDENTIALS_FILE": keys, **supervisor.env})
    assert failure.value.status == 32
    supervisor.heard_nothing()


def test_a_daemon_is_no_process_of_the_supervisor(mounts, tmp_path, supervisor):
    mount = mounts(mounting.Mount("local", tmp_path))
    os.mkdir(mount.path)
    janitor.watch_mount(mount.path)
    tools.run(*mount.argv(), env=tools.environment(**supervisor.env)).ok()
    assert janitor.unmount(mount.path) == ""
    tools.run("flock", "-w", "10", os.path.join(mount.state, "lock"), "true").ok()
    supervisor.heard_nothing()
