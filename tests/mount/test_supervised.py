# SPDX-License-Identifier: MIT
"""cocfs as a service of systemd: when it says that it is ready, and what the journal gets. A socket of the test plays systemd."""

import os
import signal
import socket
import struct

import pytest

import front as fronts
import janitor
import mounting
import namespaces
import samples
import service
import tools

SECONDS = 30


@pytest.fixture(params=[False, True], ids=["path", "abstract"])
def supervisor(request, tmp_path):
    """A socket that gets what cocfs tells its supervisor. Start cocfs with the environment .env, which names the socket."""
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


# ---- the journal ----

# "$0" is the directory that replaces /run. JOURNAL_STREAM names the file that systemd has made standard error.
IN_UNIT = '''
mount --make-private /
mount --make-private /run 2>/dev/null || :
mount --bind "$0" /run
export JOURNAL_STREAM="$(stat -L -c %d:%i /proc/self/fd/2)"
exec "$@"
'''
IN_TERMINAL = IN_UNIT.replace("fd/2", "fd/0")  # JOURNAL_STREAM names another file than standard error


def fields(datagram):
    """Returns the fields of a message in the journal's own protocol."""
    found = {}
    while datagram:
        name, rest = datagram.split(b"\n", 1)
        size, = struct.unpack("<Q", rest[:8])
        assert rest[8 + size:9 + size] == b"\n"
        found[name.decode()] = rest[8:8 + size].decode()
        datagram = rest[9 + size:]
    return found


class Journal:
    """The socket of a journal, in a directory that replaces /run."""

    def __init__(self, listening):
        self.listening = listening

    def message(self, text, field="MESSAGE"):
        """Waits for a message that has this text in the field. Returns all its fields. Skips the messages before it."""
        while True:
            found = fields(self.listening.recv(65536))
            if text in found.get(field, ""):
                return found

    def rest(self):
        """Yields the bytes of each message that has arrived and was not read. Does not wait."""
        self.listening.setblocking(False)
        try:
            while True:
                yield self.listening.recv(65536)
        except BlockingIOError:
            self.listening.settimeout(SECONDS)


@pytest.fixture
def journal(tmp_path):
    namespaces.need()
    folder = tmp_path / "run" / "systemd" / "journal"
    folder.mkdir(parents=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        fd = os.open(folder, os.O_PATH)  # the path itself may be too long for a socket
        listening.bind(f"/proc/self/fd/{fd}/socket")
        os.close(fd)
        listening.settimeout(SECONDS)
        yield Journal(listening)


@pytest.fixture
def make_unit(cocd, front, mounts, tmp_path, journal):
    """make_unit(script, option=value, …): a job space, not mounted yet, whose cocfs has this journal. script: starts cocfs."""
    def make(script=IN_UNIT, **options):
        wrapping = [*namespaces.UNSHARE, "sh", "-euc", script, str(tmp_path / "run")]
        return mounts(namespaces.WrappedSpace(cocd, front, tmp_path, wrapping=wrapping, **options))
    return make


def test_the_journal_has_fields(make_unit, journal, src):
    unit = make_unit().mount()
    tools.run("cp", samples.file(src, "a.yaml"), unit.path).ok()
    job_id = unit.id("a.yaml")
    made = journal.message("created")
    assert made["COCFS_PATH"] == "a.yaml" and made["COCFS_JOB_ID"] == job_id and made["PRIORITY"] == "6"
    assert made["SYSLOG_IDENTIFIER"] == "cocfs" and made["SYSLOG_FACILITY"] == "3" and "ERRNO" not in made
    unit.front.rule(fronts.refuses(403, "COC.00010002", "no"), "POST", times=1)
    tools.run("cp", samples.file(src, "b.yaml"), unit.path).fails()
    refused = journal.message("EPERM", "COCFS_ERRNO")
    assert refused["COCFS_PATH"] == "b.yaml" and refused["ERRNO"] == "1" and refused["MESSAGE"].startswith("b.yaml: ")
    assert refused["COCFS_REQUEST_ID"] == unit.fact("b.yaml", "request_id") and refused["PRIORITY"] == "4"
    assert "cocfs: " not in unit.log(), "what the journal has is written to standard error too"


def test_a_path_in_a_field_is_the_files(make_unit, journal):
    """A message shows a line feed as a space; a field has the line feed."""
    unit = make_unit().mount()
    tools.run("tee", unit.at("a\nPRIORITY=0\nb.yaml"), given=b"a: b").fails()
    refused = journal.message("a PRIORITY=0 b.yaml: ")
    assert refused["COCFS_PATH"] == "a\nPRIORITY=0\nb.yaml" and refused["PRIORITY"] == "4"


def test_keys_are_not_in_the_journal(make_unit, journal, cocd, src):
    ak, sk = service.read_keys(cocd.keys_file)
    unit = make_unit(env={"HUAWEICLOUD_SDK_AK": ak, "HUAWEICLOUD_SDK_SK": sk}).mount()
    unit.front.rule(fronts.refuses(401, "APIGW.0301", "no"), "POST", times=1)
    tools.run("cp", samples.file(src, "a.yaml"), unit.path).fails()
    unit.process.send_signal(signal.SIGHUP)
    journal.message("credentials read again")
    tools.run("cp", samples.file(src, "a.yaml"), unit.path).ok()
    assert unit.unmount() == 0
    rest = list(journal.rest())
    assert rest and not [datagram for datagram in rest if sk.encode() in datagram or b"Signature=" in datagram]


def test_another_standard_error_is_no_journal(make_unit, journal, src):
    unit = make_unit(IN_TERMINAL).mount()
    tools.run("cp", samples.file(src, "a.yaml"), unit.path).ok()
    assert "cocfs: info: a.yaml: job" in unit.log() and not list(journal.rest())


def test_a_daemon_keeps_the_journal(make_unit, journal, src):
    """A mount unit of systemd: the daemon closes standard error, and keeps the journal."""
    unit = make_unit()
    os.mkdir(unit.path)
    unit.bind()
    tools.run(*unit.argv(), env=tools.environment(**unit.env)).ok()
    tools.run("cp", samples.file(src, "a.yaml"), unit.path).ok()
    assert journal.message("created")["COCFS_PATH"] == "a.yaml"
    assert janitor.unmount(unit.path) == ""
    tools.run("flock", "-w", "10", os.path.join(unit.state, "lock"), "true").ok()


REFUSED = """
for number in range(int(args[0])):
    try:
        with open(os.path.join(target, f"{number}.yaml"), "w") as file:
            file.write("a: b")
    except OSError:
        pass
"""


def test_a_journal_that_does_not_read_keeps_nobody_waiting(make_unit, journal, src):
    """Messages without room are dropped and counted."""
    room = int(tools.read("/proc/sys/net/unix/max_dgram_qlen"))
    unit = make_unit().mount()
    tools.python(REFUSED, unit.path, room + 50).ok()
    tools.run("cp", samples.file(src, "good.yaml"), unit.path).ok()
    assert len(list(journal.rest())) <= room + 1
    tools.python(REFUSED, unit.path, 1).ok()
    assert int(journal.message("messages before this one were lost")["MESSAGE"].split()[0]) >= 50
