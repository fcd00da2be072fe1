# SPDX-License-Identifier: MIT
"""Signals while the start waits: for the metadata service, for IAM, for the check of the keys."""

import os
import signal
import threading

import pytest

import front as fronts
import janitor
import tools

ENDED = "a signal has ended the start"


def wait_for_metadata(make):
    server = make("metadata")
    server.held = threading.Event()
    return make("make_server")(mounted=False), server


def wait_for_iam(make):
    server = make("iam")
    server.held = threading.Event()
    return make("make_federated")(mounted=False), server


def wait_for_check(make):
    front = make("front")
    front.rule(fronts.silence(), "GET", times=None)
    return make("make_space")(mounted=False), front


def asked(server):
    return server.requests if hasattr(server, "requests") else server.calls()


@pytest.mark.parametrize("flags, number", [(["-f"], signal.SIGTERM), ([], signal.SIGINT)], ids=["foreground", "daemon"])
@pytest.mark.parametrize("wait", [wait_for_metadata, wait_for_iam, wait_for_check], ids=lambda wait: wait.__name__)
def test_a_signal_ends_a_start_that_waits(request, wait, flags, number):
    """Nothing is mounted, and nothing is left. The parent of the daemon passes the signal on: the caller knows the parent only."""
    space, server = wait(request.getfixturevalue)
    os.mkdir(space.path)
    process = tools.popen_bare(*space.argv(*flags), env=tools.environment(**space.env))
    janitor.watch_process(process.pid)
    tools.eventually(lambda: asked(server), "the question", give_up=lambda: process.poll() is not None and "cocfs has ended")
    process.send_signal(number)
    done = tools.finish(process, 20)
    assert done.status == 32 and ENDED in done.stderr, str(done)
    assert "tries again" not in done.stderr and "no credentials" not in done.stderr
    assert not janitor.mounted(space.path) and not os.path.exists(space.state)


def test_a_sighup_while_the_start_waits_counts_when_the_mount_works(make_space, front, tmp_path):
    """logrotate sends it, after it has renamed the log."""
    log = tmp_path / "mount.log"
    gate = front.gate()
    front.rule(fronts.Fault(gate=gate), "GET")
    space = make_space(mounted=False, logfile=str(log))

    def rotate():
        assert gate.wait_held()
        log.rename(tmp_path / "mount.log.1")
        space.process.send_signal(signal.SIGHUP)
        gate.open()

    rotating = threading.Thread(target=rotate)
    rotating.start()
    space.mount()
    rotating.join()
    tools.eventually(lambda: "credentials read again" in tools.read_log(log), "the new log")
    assert "credentials read again" not in tools.read_log(tmp_path / "mount.log.1")
