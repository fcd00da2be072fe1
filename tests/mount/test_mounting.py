# SPDX-License-Identifier: MIT
"""mount(8), umount(8) and fstab. Each script runs in namespaces with its own mounts, processes, fstab, /usr/local/sbin, /mnt and
/run. Nothing is left when it ends."""

import os
import re
import shutil

import pytest

import samples
import tools

pytestmark = tools.needs_root

JANE = 4711  # the user ID of jane, whom /etc/passwd of the machine has
PRELUDE = """
set -eu
mount --bind "$1/fstab" /etc/fstab
mount --bind "$1/passwd" /etc/passwd
mount --bind "$1/bin" /usr/local/sbin
mount --bind "$1/mnt" /mnt
mount -t tmpfs tmpfs /run
as_jane() { setpriv --reuid=4711 --regid=4711 --clear-groups "$@"; }
gone() { for _ in $(seq 500); do [ -n "$(pidof cocfs)" ] || return 0; sleep 0.02; done; echo "cocfs stays" >&2; return 1; }
options() { findmnt -rno OPTIONS "$1"; }
"""


@pytest.fixture
def machine(tmp_path):
    """machine(script, fstab): runs a script as root of a machine with this fstab. /mnt/jobs is a mount point; jane (4711) has
    /mnt/home. In the script, as_jane runs a command as her."""
    tools.need("unshare", "findmnt", "pidof")
    if tools.run("unshare", "--mount", "--pid", "--fork", "--mount-proc", "true").status:
        pytest.skip("no namespaces can be made here")
    for folder in ("bin", "mnt", "mnt/jobs", "mnt/jane", "mnt/home", "mnt/state"):
        (tmp_path / folder).mkdir()
    for folder in ("mnt/jane", "mnt/home"):
        os.chown(tmp_path / folder, JANE, JANE)
    (tmp_path / "mnt/state").chmod(0o700)
    shutil.copy(tools.COCFS, tmp_path / "bin" / "cocfs")
    samples.file(tmp_path / "mnt", "a.yaml")
    with open("/etc/passwd", encoding="utf-8") as file:
        tools.write(tmp_path / "passwd", file.read() + f"jane:x:{JANE}:{JANE}::/mnt/home:/bin/sh\n")

    def run(script, *fstab):
        tools.write(tmp_path / "fstab", "".join(line + "\n" for line in fstab))
        return tools.run("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
                         "sh", "-c", PRELUDE + script, "sh", tmp_path)

    run.log = tmp_path / "mnt" / "log"
    return run


def test_root_mounts_what_fstab_says(machine):
    said = machine("""
        mount /mnt/jobs
        options /mnt/jobs
        cp /mnt/a.yaml /mnt/jobs/
        findmnt -rno SOURCE,FSTYPE /mnt/jobs
        df --output=source,target /mnt/jobs | tail -1
        cat /mnt/jobs/a.yaml.id
        umount /mnt/jobs; gone
        """, "local /mnt/jobs fuse.cocfs risk_level=LOW,state_dir=/mnt/state,noauto,nofail,_netdev,x-systemd.automount,relatime 0 0").ok()
    lines = said.stdout.splitlines()
    assert {"rw", "nosuid", "nodev"} <= set(lines[0].split(","))
    assert lines[1] == "local fuse.cocfs" and lines[2].split() == ["local", "/mnt/jobs"] and lines[3].startswith("DM")


def test_mount_all_passes_over_what_is_mounted(machine):
    said = machine("""
        mount -a; mount -a
        findmnt -rno TARGET /mnt/jobs
        umount /mnt/jobs; gone
        """, "local /mnt/jobs fuse.cocfs risk_level=LOW,state_dir=/mnt/state 0 0").ok()
    assert said.stdout.splitlines() == ["/mnt/jobs"]


def test_a_failure_has_the_exit_status_and_the_reason(machine):
    said = machine("""
        for what in /mnt/jobs /mnt/jane; do mount $what && exit 9; echo $?; done
        findmnt /mnt/jobs || echo none
        """, "locl /mnt/jobs fuse.cocfs risk_level=LOW 0 0", "local /mnt/jane fuse.cocfs risk=LOW 0 0").ok()
    assert said.stdout.split() == ["32", "1", "none"]
    assert "locl" in said.stderr and "unknown option -o risk" in said.stderr


def test_remount_is_refused_with_its_reason(machine):
    said = machine("""
        mount /mnt/jobs
        mount -o remount,ro /mnt/jobs && exit 9
        options /mnt/jobs
        umount /mnt/jobs; gone
        """, "local /mnt/jobs fuse.cocfs risk_level=LOW,state_dir=/mnt/state 0 0").ok()
    assert "rw" in said.stdout.split(",") and "-o remount: a mount cannot be changed" in said.stderr


@pytest.mark.parametrize("option", ["user", "users"])
def test_a_users_mount_is_the_users(machine, option):
    """mount(8) clears HOME, and mount.fuse3 sets root's: neither state nor keys are looked for there."""
    said = machine("""
        as_jane env HOME=/mnt/home mount /mnt/jane
        options /mnt/jane
        as_jane cp /mnt/a.yaml /mnt/jane/
        as_jane test -s /mnt/jane/a.yaml.id
        as_jane env HOME=/mnt/home umount /mnt/jane; gone
        ls /mnt/home/.local/state/cocfs
        stat -c %u /mnt/home/.local/state/cocfs/local/ledger.db
        """, f"local /mnt/jane fuse.cocfs risk_level=LOW,{option},noauto 0 0").ok()
    lines = said.stdout.splitlines()
    assert {"nosuid", "nodev", "noexec", f"user_id={JANE}"} <= set(lines[0].split(","))
    assert lines[1:] == ["local", str(JANE)]


def test_a_users_mount_has_the_users_keys(machine):
    said = machine("""
        as_jane env HOME=/mnt/home mount /mnt/jane && exit 9
        echo $?
        """, "http://127.0.0.1:9 /mnt/jane fuse.cocfs risk_level=LOW,user,noauto 0 0").ok()
    assert said.stdout.split() == ["32"]
    assert "/mnt/home/.huaweicloud/credentials" in said.stderr and "/root" not in said.stderr


def test_a_mount_as_another_user_is_that_users(machine):
    """setuid= of mount.fuse3: directories that root's environment names do not count for that user."""
    said = machine("""
        XDG_STATE_HOME=/root/cocfs-test mount /mnt/jane
        options /mnt/jane
        as_jane umount /mnt/jane 2>/dev/null || umount /mnt/jane; gone
        ls /mnt/home/.local/state/cocfs
        """, "local /mnt/jane fuse.cocfs risk_level=LOW,setuid=jane,noauto 0 0").ok()
    lines = said.stdout.splitlines()
    assert f"user_id={JANE}" in lines[0].split(",") and lines[1:] == ["local"]


def test_somebody_without_a_home_is_told_to_say_where(machine):
    said = machine("""
        setpriv --reuid=4712 --regid=4712 --clear-groups env HOME=/root cocfs local /mnt/jobs && exit 9
        echo $?
        """).ok()
    assert said.stdout.split() == ["32"]
    assert "the user 4712 has no home directory" in said.stderr and "-o state_dir=DIR" in said.stderr


def test_a_full_disk_of_the_log_is_no_reason_to_end(machine):
    """Messages that could not be written are counted, and reported when there is room again."""
    said = machine("""
        mkdir /mnt/log; mount -t tmpfs -o size=16k tmpfs /mnt/log
        mount /mnt/jobs
        dd if=/dev/zero of=/mnt/log/filler 2>/dev/null && exit 9
        while ! dd if=/dev/zero of=/mnt/log/cocfs.log oflag=append conv=notrunc bs=1 count=9000 2>&1 | grep -q space; do :; done
        cp /mnt/a.yaml /mnt/jobs/a.yaml; cat /mnt/jobs/a.yaml.id
        rm /mnt/log/filler
        cp /mnt/a.yaml /mnt/jobs/b.yaml; cat /mnt/jobs/b.yaml.id
        tr -d '\\0' </mnt/log/cocfs.log
        umount /mnt/jobs; gone
        """, "local /mnt/jobs fuse.cocfs risk_level=LOW,state_dir=/mnt/state,logfile=/mnt/log/cocfs.log,loglevel=info 0 0").ok()
    assert said.stdout.count("DM") >= 3
    assert "messages could not be written here" in said.stdout and "b.yaml: job" in said.stdout
    assert "a.yaml: job" not in said.stdout


@pytest.mark.parametrize("log, loses", [(None, True), ("dead", True), ("dgram", False), ("stream", False)])
def test_where_there_is_no_syslog_the_mount_says_so_once(machine, log, loses):
    said = machine(f"""
        mount -t tmpfs tmpfs /dev; mknod -m 666 /dev/fuse c 10 229; mknod -m 666 /dev/null c 1 3
        /usr/bin/python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_UNIX, dict(dead=2, dgram=2, stream=1).get(sys.argv[1], 2))
s.bind("/dev/log" if sys.argv[1] != "None" else "/dev/other")
if sys.argv[1] == "stream": s.listen()
if sys.argv[1] == "dead": s.close()
open("/run/ready", "w").close()
time.sleep(60)  # has the socket until the machine ends
        ' {log} &
        while ! [ -e /run/ready ]; do sleep 0.02; done
        cocfs -o risk_level=LOW,state_dir=/mnt/state local /mnt/jobs
        umount /mnt/jobs; gone
        cocfs -o risk_level=LOW,state_dir=/mnt/state,logfile=/mnt/log local /mnt/jobs
        umount /mnt/jobs; gone
        """).ok()
    assert said.stderr.count("there is no syslog on this machine (/dev/log)") == (1 if loses else 0)
    assert not loses or "-o logfile=FILE" in said.stderr


# Puts an automount on /mnt/jobs. The script is the daemon of the automount. mount() returns the exit status of a cocfs that mounts there.
AUTOFS = """
import ctypes, fcntl, os, struct, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
asked, told = os.pipe()
options = f"fd={told},pgrp={os.getpgrp()},minproto=5,maxproto=5,direct"
if libc.mount(b"test", b"/mnt/jobs", b"autofs", 0, options.encode()):
    sys.exit(77)
def mount(*before):
    argv = [*before, "cocfs", "-o", "risk_level=LOW,state_dir=/mnt/state", "local", "/mnt/jobs"]
    return subprocess.run(argv, timeout=20).returncode
"""

AUTOMOUNT = AUTOFS + """
os.set_blocking(asked, False)
status = mount("setsid")
try:
    sys.exit("the automount was asked for" if os.read(asked, 1) else 1)
except BlockingIOError:
    sys.exit(status)
"""

AUTOMOUNT_IN_USE = AUTOFS + """
root = os.open("/mnt/jobs", os.O_RDONLY)
user = subprocess.Popen(["ls", "/mnt/jobs"], start_new_session=True)  # not of the group: it waits for the mount
packet = os.read(asked, 4096)
try:
    status = mount()
except subprocess.TimeoutExpired:
    status = "cocfs waits for the automount, which waits for cocfs"
ready, failed = 0x9360, 0x9361  # AUTOFS_IOC_READY, AUTOFS_IOC_FAIL
fcntl.ioctl(root, failed if status else ready, struct.unpack_from("I", packet, 8)[0])
user.wait()
sys.exit(status)
"""


@pytest.fixture
def automounting(machine):
    """The fixture machine. Skips the test if the kernel has no automounts."""
    with open("/proc/filesystems", encoding="utf-8") as file:
        if "autofs" not in file.read():
            pytest.skip("the kernel has no autofs")
    return machine


def test_an_automount_is_not_asked_for_by_the_mount_that_it_waits_for(automounting):
    """systemd's x-systemd.automount: a look into the directory would wait for cocfs itself."""
    said = automounting(f"""
        timeout 30 /usr/bin/python3 -c '{AUTOMOUNT}'
        cp /mnt/a.yaml /mnt/jobs/; cat /mnt/jobs/a.yaml.id
        findmnt -rno FSTYPE /mnt/jobs
        umount /mnt/jobs; umount -l /mnt/jobs; gone
        """).ok()
    assert said.stdout.split()[1:] == ["autofs", "fuse.cocfs"]


def test_an_automount_that_a_program_waits_for_is_mounted(automounting):
    """Until systemd hears of the mount, the kernel holds each process that comes to the directory. The processes in the
    groups of systemd and of its mount(8) are not held."""
    said = automounting(f"""
        timeout 40 /usr/bin/python3 -c '{AUTOMOUNT_IN_USE}'
        cp /mnt/a.yaml /mnt/jobs/; cat /mnt/jobs/a.yaml.id
        umount /mnt/jobs; umount -l /mnt/jobs; gone
        """).ok()
    assert said.stdout.startswith("DM")


SYSLOG = """
import os, socket, sys, time
kind = getattr(socket, sys.argv[1])
listening = socket.socket(socket.AF_UNIX, kind)
listening.bind("/dev/log")
if kind == socket.SOCK_STREAM:
    listening.listen()
open("/run/ready", "w").close()
connection = listening if kind == socket.SOCK_DGRAM else listening.accept()[0]
while not os.path.exists("/run/go"):
    time.sleep(0.02)
while data := connection.recv(65536):
    with open("/mnt/log", "ab") as file:
        file.write(data.replace(b"\\0", b"\\n") + b"\\n")
"""


REFUSED = """
for number in range(3000):
    try:
        with open(f"/mnt/jobs/{number}.yaml", "w") as file:
            file.write("a: b")
    except OSError:
        continue
"""


@pytest.mark.parametrize("kind", ["SOCK_DGRAM", "SOCK_STREAM"])
def test_a_syslog_that_does_not_read_keeps_nobody_waiting(machine, kind):
    """Messages without room are dropped and counted. 3,000 messages are more than any socket has room for."""
    said = machine(f"""
        mount -t tmpfs tmpfs /dev; mknod -m 666 /dev/fuse c 10 229; mknod -m 666 /dev/null c 1 3
        /usr/bin/python3 -c '{SYSLOG}' {kind} &
        while ! [ -e /run/ready ]; do sleep 0.02; done
        cocfs -o risk_level=LOW,state_dir=/mnt/state,loglevel=info local /mnt/jobs
        /usr/bin/python3 -c '{REFUSED}'
        cp /mnt/a.yaml /mnt/jobs/good.yaml; cat /mnt/jobs/good.yaml.id
        touch /run/go
        while ! grep -q "messages before this one were lost" /mnt/log 2>/dev/null; do echo a: b >/mnt/jobs/b.yaml || :; done
        umount /mnt/jobs; gone
        """).ok()
    assert said.stdout.startswith("DM")
    log = tools.read(machine.log).decode()
    assert re.search(r"^<28>\w+ +\d+ \d+:\d+:\d+ cocfs\[\d+\]: ", log, re.M), log[:1000]
