# SPDX-License-Identifier: MIT
"""Many commits wait for the service side by side, and delay nobody else."""

import os
import signal
import sys

import pytest

import front as f
import samples
import tools

MANY = 1000
PROCESSES = 4
THREADS_MAX = 24  # of cocfs, with those of its libraries: it must not have a thread for each commit

# args: the first number, how many files, the file with their content. Writes each file in a thread of its own. Prints how many
# writes failed, and with which errnos.
WRITE_MANY = """
import threading
first, count = int(args[0]), int(args[1])
failed = []
def write(n):
    try:
        fd = os.open(os.path.join(target, f'{n}.yaml'), os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        os.write(fd, load(args[2]))
        os.close(fd)
    except OSError as e:
        failed.append(errno.errorcode[e.errno])
threads = [threading.Thread(target=write, args=(n,)) for n in range(first, first + count)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(failed), sorted(set(failed)))
"""

# Closes a file. A SIGINT that arrives meanwhile interrupts the close and does nothing else.
CLOSE_INTERRUPTED = """
import signal
signal.signal(signal.SIGINT, lambda *_: None)
fd = os.open(target, os.O_WRONLY | os.O_CREAT, 0o644)
os.write(fd, load(args[0]))
attempt(os.close, fd)
"""


def prove_credentials(space, src):
    """Submits one job before all others. Until a call has succeeded, cocfs may hold back requests, because a few failures in a
    row lock the key."""
    tools.run("cp", samples.file(src, "first.yaml", "first"), space.path).ok()


def test_64_writers_are_under_way_together(make_space, src):
    space = make_space(timeout="60")
    prove_credentials(space, src)
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    source = samples.file(src, "x.yaml")
    writers = [tools.popen("cp", source, space.at(f"{n}.yaml")) for n in range(64)]
    assert gate.wait_held(64, 60)
    gate.open()
    for writer in writers:
        tools.finish(writer).ok()
    assert space.sent() == (65, 0)
    ids = {job["document_id"] for job in space.jobs() if job["name"] != "first"}
    assert len(ids) == 64 and ids == {space.id(f"{n}.yaml") for n in range(64)}


@pytest.mark.timeout(300)
def test_a_thousand_wait_without_a_thread_each(make_space, src):
    space = make_space(timeout="200")
    prove_credentials(space, src)
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    source = samples.file(src, "x.yaml")
    each = MANY // PROCESSES
    writers = [tools.popen(sys.executable, "-c", tools.PRELUDE + WRITE_MANY, space.path, n * each, each, source,
                           seconds=250) for n in range(PROCESSES)]
    size = os.stat(source).st_size
    tools.eventually(lambda: sum(e.stat().st_size == size for e in os.scandir(space.path)) == MANY,
                     "a thousand files to be written", 120)
    assert gate.wait_held(MANY, 60), gate.held
    assert space.threads() <= THREADS_MAX
    tools.run("ls", "-la", space.path, seconds=20).ok()
    assert all(writer.poll() is None for writer in writers)
    gate.open()
    for writer in writers:
        assert tools.finish(writer, 260).ok().stdout.split()[0] == "0"
    assert space.threads() <= THREADS_MAX
    assert len(space.cocd.client().ids()) == MANY + 1
    assert space.sent() == (MANY + 1, 0)


def interrupted(space, src, *argv):
    """Starts a writer, waits until the front, the proxy before the service, holds its create, and interrupts it. Returns its
    result, and the gate: its open() lets the create go on."""
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    process = tools.popen_bare(*argv)
    assert gate.wait_held()
    process.send_signal(signal.SIGINT)
    return tools.finish(process, 20), gate


@pytest.fixture
def patient(make_space):
    return make_space(timeout="60")


def submitted_in_the_background(space, gate):
    assert space.id("a.yaml") is None
    gate.open()
    tools.eventually(lambda: space.id("a.yaml"), "the ID")
    assert space.id("a.yaml") == space.only_job()["document_id"]
    assert space.error("a.yaml") is None
    assert space.sent() == (1, 0)


def test_ctrl_c_lets_cp_go_and_the_submission_ends_well(patient, src):
    result, gate = interrupted(patient, src, "cp", samples.file(src, "a.yaml"), patient.path)
    assert result.status == -signal.SIGINT
    submitted_in_the_background(patient, gate)


def test_a_close_that_is_interrupted_says_eintr(patient, src):
    script = tools.PRELUDE + CLOSE_INTERRUPTED
    result, gate = interrupted(patient, src, sys.executable, "-c", script, patient.at("a.yaml"), samples.file(src, "a.yaml"))
    assert result.stdout.strip() == "close EINTR"
    submitted_in_the_background(patient, gate)


def test_an_interrupted_rename_is_settled(patient, src):
    tools.run("cp", samples.file(src, "a.yaml"), patient.at("draft.txt")).ok()
    result, gate = interrupted(patient, src, "mv", patient.at("draft.txt"), patient.at("a.yaml"))
    assert result.status == -signal.SIGINT
    gate.open()
    tools.eventually(lambda: len(patient.jobs()) == 1, "the job")
    tools.run("cp", src / "a.yaml", patient.path).ok()
    assert patient.id("a.yaml") == patient.only_job()["document_id"]


def test_killing_a_waiting_writer_does_not_hang(patient, src):
    gate = patient.front.gate()
    patient.front.rule(f.Fault(gate=gate), "POST")
    process = tools.popen_bare("cp", samples.file(src, "a.yaml"), patient.path)
    assert gate.wait_held()
    process.kill()
    tools.run("ls", "-la", patient.path, seconds=10).ok()
    gate.open()
    tools.finish(process, 20)
    tools.eventually(lambda: len(patient.jobs()) == 1, "the job")


def test_other_content_while_a_submission_is_under_way_ends_as_a_version(patient, src):
    gate = patient.front.gate()
    patient.front.rule(f.Fault(gate=gate), "POST")
    first = tools.popen("cp", samples.file(src, "one.yaml", "one"), patient.at("a.yaml"))
    assert gate.wait_held()
    second = tools.popen("cp", samples.file(src, "two.yaml", "two"), patient.at("a.yaml"))
    tools.eventually(lambda: tools.read(patient.at("a.yaml")).decode() == samples.document("two"), "the second content")
    gate.open()
    tools.finish(first).ok()
    tools.finish(second).ok()
    job = patient.only_job()
    assert (job["content"], job["version"]) == (samples.document("two"), "v2")
    assert patient.id("a.yaml") == job["document_id"]


@pytest.mark.parametrize("act", ["rm", "mv-job", "mv-dir"])
def test_what_happens_to_the_name_while_a_submission_is_under_way(patient, src, act):
    os.mkdir(patient.at("d"))
    gate = patient.front.gate()
    patient.front.rule(f.Fault(gate=gate), "POST")
    writer = tools.popen("cp", samples.file(src, "a.yaml"), patient.at("d/a.yaml"))
    assert gate.wait_held()
    script, where = {"rm": ("rm d/a.yaml", "d/a.yaml"), "mv-job": ("mv d/a.yaml d/b.yaml", "d/b.yaml"),
                     "mv-dir": ("mv d e", "e/a.yaml")}[act]
    moved = tools.popen("bash", "-c", script, cwd=patient.path)
    if act == "rm":
        tools.finish(moved, 20)
    gate.open()
    tools.finish(writer).ok()
    tools.finish(moved).ok()
    if act == "rm":
        tools.run("cp", src / "a.yaml", patient.at("d/a.yaml")).ok()
    tools.eventually(lambda: patient.id(where), "the binding at its new name")
    assert patient.id(where) == patient.only_job()["document_id"]


def test_unmount_while_requests_are_in_flight_loses_nothing(make_space, src):
    space = make_space(timeout="5")
    space.front.rule(f.Fault(delay_before=1), "POST")
    process = tools.popen_bare("cp", samples.file(src, "a.yaml"), space.path)
    assert space.front.wait(lambda: space.creates())
    process.send_signal(signal.SIGINT)
    tools.finish(process)
    assert space.unmount() == 0
    space.mount()
    assert space.id("a.yaml") == space.only_job()["document_id"]


def test_a_second_writer_hears_its_own_verdict_while_the_first_waits(patient, src):
    """The close of the first writer still waits for the answer. But its descriptor is closed already, so the first writer does not
    count as a writer when the second closes."""
    gate = patient.front.gate()
    patient.front.rule(f.Fault(gate=gate), "POST")
    first = tools.popen("cp", samples.file(src, "one.yaml", "one"), patient.at("a.yaml"))
    assert gate.wait_held()
    bad = tools.write(src / "bad.yaml", "steps: [\n")
    tools.run("cp", bad, patient.at("a.yaml")).fails("Invalid argument")
    gate.open()
    tools.finish(first).ok()
    assert patient.only_job()["content"] == samples.document("one")
    tools.eventually(lambda: patient.error("a.yaml"), "the .error of the second")
    assert patient.fact("a.yaml", "state") == "failed"
