# SPDX-License-Identifier: MIT
"""-o logfile=, for machines without syslog: what is logged, which files are refused, and the rotation by logrotate."""

import os
import re
import signal
import stat

import pytest

import janitor
import mounting
import samples
import tools

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ cocfs\[\d+\]: (error|warning|info|debug): .+")


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log" / "cocfs.log"


@pytest.fixture
def mount(mounts, tmp_path, log):
    log.parent.mkdir()
    return mounts(mounting.Mount("local", tmp_path, logfile=str(log)))


def test_it_is_private_and_has_a_line_for_each_message(mount, log, src):
    mount.mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    text = tools.eventually(lambda: log.exists() and "a.yaml" in log.read_text() and log.read_text(), "the message")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert all(LINE.fullmatch(line) for line in text.splitlines()), text
    assert "a.yaml" not in mount.log()


def test_it_is_written_at_the_end_of_what_is_there(mount, log, src):
    log.write_text("before\n")
    log.chmod(0o640)
    mount.mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    tools.eventually(lambda: "a.yaml" in log.read_text(), "the message")
    assert log.read_text().startswith("before\n") and stat.S_IMODE(log.stat().st_mode) == 0o640


def test_the_name_is_that_where_cocfs_was_started(mount, log, src):
    mount.options["logfile"] = "cocfs.log"
    janitor.watch_mount(mount.path)
    os.mkdir(mount.path)
    tools.run(*mount.argv(), cwd=log.parent, seconds=30).ok()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    tools.eventually(lambda: "a.yaml" in log.read_text(), "the message")
    assert janitor.unmount(mount.path) == ""
    tools.run("flock", "-w", "10", os.path.join(mount.state, "lock"), "true").ok()


def test_logrotate(mount, log, src):
    """The log file is renamed, and cocfs gets a SIGHUP. cocfs obeys even if it was started with SIGHUP ignored, as by nohup."""
    janitor.watch_mount(mount.path)
    os.mkdir(mount.path)
    tools.run("sh", "-c", 'trap "" HUP; exec "$@"', "sh", *mount.argv(), seconds=30).ok()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    pid = int(re.search(r"cocfs\[(\d+)\]", tools.eventually(log.read_text, "a first message"))[1])
    janitor.watch_process(pid)
    log.rename(log.with_suffix(".1"))
    os.kill(pid, signal.SIGHUP)
    tools.eventually(lambda: log.exists() and "credentials read again" in log.read_text(), "the new file")
    tools.run("cp", samples.file(src, "b.yaml"), mount.path).ok()
    tools.eventually(lambda: "b.yaml" in log.read_text(), "the message in the new file")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    old = log.with_suffix(".1").read_text()
    assert "a.yaml" in old and "b.yaml" not in old and "a.yaml" not in log.read_text()
    assert janitor.unmount(mount.path) == ""
    tools.eventually(lambda: janitor.start_time(pid) is None, "the daemon to end")


@pytest.fixture
def rotate(mount, log, tmp_path):
    """rotate(lines): runs logrotate with these lines of configuration. Its pkill sends the signal to this mount only."""
    tools.need("logrotate")
    programs = tmp_path / "bin"
    programs.mkdir()

    def run(lines):
        tools.write(programs / "pkill", f'#!/bin/sh\n[ "$*" = "-HUP -x cocfs" ] && exec kill -HUP {mount.process.pid}\n')
        (programs / "pkill").chmod(0o755)
        conf = tools.write(tmp_path / "conf", f"create\n{lines}")
        tools.run("logrotate", "--force", "--state", tmp_path / "state", conf,
                  env=tools.environment(PATH=f"{programs}:{os.environ['PATH']}")).ok()
    return run


def test_the_logrotate_of_the_package(mount, log, src, rotate):
    lines = tools.read(os.path.join(tools.ROOT, "debian", "cocfs.logrotate")).decode()
    files = "/var/log/cocfs.log /var/log/cocfs/*.log"
    assert files in lines and tools.read(f"/proc/{mount.mount().process.pid}/comm") == b"cocfs\n"
    for n, name in enumerate(("a.yaml", "b.yaml", "c.yaml")):
        tools.run("cp", samples.file(src, name), mount.path).ok()
        tools.eventually(lambda: f"{name}: job" in log.read_text(), "the message")
        rotate(lines.replace(files, str(log)))
        tools.eventually(lambda: "credentials read again" in log.read_text(), "the new file")
        assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert "c.yaml: job" in tools.read(f"{log}.1").decode() and os.path.exists(f"{log}.2.gz") and os.path.exists(f"{log}.3.gz")


def test_a_log_that_is_copied_and_truncated(mount, log, src, rotate):
    mount.mount()
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    tools.eventually(lambda: "a.yaml: job" in log.read_text(), "the message")
    rotate(f"{log} {{\n rotate 2\n copytruncate\n}}\n")
    tools.run("cp", samples.file(src, "b.yaml"), mount.path).ok()
    text = tools.eventually(lambda: "b.yaml: job" in log.read_text() and log.read_text(), "the next message")
    assert "a.yaml: job" not in text and all(LINE.fullmatch(line) for line in text.splitlines())
    assert "a.yaml: job" in tools.read(f"{log}.1").decode()


def test_a_name_that_cannot_be_opened_again_leaves_the_old_file_in_use(mount, log, src):
    mount.mount()
    log.rename(log.with_suffix(".1"))
    log.mkdir()
    mount.process.send_signal(signal.SIGHUP)
    old = log.with_suffix(".1")
    tools.eventually(lambda: f"the old log file stays in use: {log}" in old.read_text(), "the message in the old file")
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    tools.eventually(lambda: "a.yaml" in old.read_text(), "the next message in the old file")


@pytest.mark.parametrize("what, why", [
    ("symlink", "a symbolic link"), ("fifo", "not a regular file"), ("directory", "not a regular file"),
    ("/dev/full", "not a regular file"), ("log/", "it must be a file"), ("nowhere/log", tools.message("ENOENT")),
    ("below", "is under the mountpoint")])
def test_what_cannot_be_a_log_file_is_refused(mount, log, tmp_path, what, why):
    os.mkdir(mount.path)
    make = {"symlink": lambda: log.symlink_to(tmp_path / "other"), "fifo": lambda: os.mkfifo(log), "directory": log.mkdir}
    make.get(what, lambda: None)()
    given = {"/dev/full": what, "log/": f"{log.parent}/", "nowhere/log": str(tmp_path / what),
             "below": mount.at("log")}.get(what, str(log))
    mount.options["logfile"] = given
    tools.run(*mount.argv("-f"), seconds=20).fails(f"-o logfile={given}", why)
    assert not janitor.mounted(mount.path) and not os.path.exists(mount.state) and not (tmp_path / "other").exists()


def test_one_of_another_user_is_refused(mount, log):
    if tools.IS_ROOT:
        pytest.skip("root may write anywhere")
    log.write_text("")
    log.chmod(0o400)
    os.mkdir(mount.path)
    tools.run(*mount.argv("-f"), seconds=20).fails(tools.message("EACCES"), str(log))


def test_a_limit_on_the_size_of_files_ends_nothing(mount, log, src):
    """ulimit -f: the kernel sends SIGXFSZ to a program that writes beyond the limit. Here cocfs does, in the log and in the space."""
    janitor.watch_mount(mount.path)
    os.mkdir(mount.path)
    tools.run("bash", "-c", 'ulimit -f 512; exec "$@"', "sh", *mount.argv(), seconds=30).ok()
    with open(log, "ab") as file:
        file.truncate(512 * 1024)
    tools.run("dd", "if=/dev/zero", f"of={mount.at('big')}", "bs=64k", "count=20").fails(tools.message("EFBIG"))
    tools.run("cp", samples.file(src, "a.yaml"), mount.path).ok()
    assert mount.id("a.yaml")
    assert janitor.unmount(mount.path) == ""
    tools.run("flock", "-w", "10", os.path.join(mount.state, "lock"), "true").ok()
