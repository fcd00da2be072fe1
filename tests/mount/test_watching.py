# SPDX-License-Identifier: MIT
"""A program that watches or asks sees the siblings as they are: none is out of date, and none comes too late."""

import os
import subprocess
import sys

import pytest

import front as f
import queues
import samples
import tools

BAD = "just: yaml\n"
ASKERS = 3

# Answers for each name that it reads whether there is such a file.
ASKER = """
for line in sys.stdin:
    print(os.path.exists(os.path.join(target, line.rstrip('\\n'))), flush=True)
"""


@pytest.fixture
def ask():
    """ask(space, name): is there a file of this name? Several processes look, and must agree. They live to the end of the test."""
    askers = []

    def asked(space, name):
        while len(askers) < ASKERS:
            askers.append(subprocess.Popen(
                [sys.executable, "-c", tools.PRELUDE + ASKER, space.path], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, text=True, env=tools.environment()))
        for asker in askers:
            asker.stdin.write(name + "\n")
            asker.stdin.flush()
        answers = {asker.stdout.readline().strip() for asker in askers}
        assert len(answers) == 1, f"{name}: {answers}"
        return answers == {"True"}
    yield asked
    for asker in askers:
        asker.stdin.close()
        asker.wait(10)


def siblings(ask, space):
    """Do a.yaml.id and a.yaml.error exist? Asks for each of them twice, and returns the second answers: the kernel may have cached
    them."""
    return [ask(space, "a.yaml" + suffix) for suffix in (".id", ".error", ".id", ".error")][2:]


@pytest.mark.parametrize("submit", ["sync", "queue"])
def test_every_process_sees_the_siblings_change_at_once(make_space, src, ask, submit):
    space = make_space(submit=submit)
    assert siblings(ask, space) == [False, False]
    for number in range(3):
        had_id = number > 0
        tools.run("cp", tools.write(src / "a.yaml", BAD), space.path).fails(tools.message("EINVAL"))
        assert siblings(ask, space) == [had_id, True]
        tools.run("cp", samples.file(src, "a.yaml", f"round-{number}"), space.path).ok()
        queues.wait(space.path).ok()
        assert siblings(ask, space) == [True, False]
    tools.run("rm", space.at("a.yaml")).ok()
    assert siblings(ask, space) == [True, False]
    tools.run("touch", space.at("a.yaml")).ok()
    tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
    assert siblings(ask, space) == [False, False]


def test_an_id_that_comes_by_itself_is_seen_at_once(make_space, src, ask):
    space = queues.cut_off(make_space)
    queues.put(space, src, "a.yaml")
    assert siblings(ask, space) == [False, False]
    space.front.accept()
    tools.eventually(lambda: space.fact("a.yaml", "state") == "submitted", "the submission")
    assert siblings(ask, space) == [True, False]


class Watcher:
    """inotifywait in a directory. next() waits for an event, and returns the event and the file name."""

    def __init__(self, where, *events):
        self.process = tools.popen("inotifywait", "-m", "-e", ",".join(events), "--format", "%e %f", where)
        while "Watches established" not in (line := self.process.stderr.readline().decode()):
            assert line, "inotifywait did not start"

    def next(self):
        return tuple(self.process.stdout.readline().decode().rstrip("\n").split(" ", 1))


@pytest.fixture
def watch():
    tools.need("inotifywait")
    return Watcher


def test_a_watcher_finds_the_id_when_it_is_told_of_the_close(space, src, watch):
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST")
    watcher = watch(space.path, "create", "close_write")
    writer = tools.popen("cp", samples.file(src, "a.yaml"), space.path)
    assert watcher.next() == ("CREATE", "a.yaml")
    assert gate.wait_held()
    assert space.id("a.yaml") is None
    gate.open()
    assert watcher.next() == ("CLOSE_WRITE,CLOSE", "a.yaml")
    assert space.id("a.yaml") == space.only_job()["document_id"]
    tools.finish(writer).ok()


def test_a_watcher_sees_a_rename_onto_a_job_name_when_it_is_done(space, src, watch):
    watcher = watch(space.path, "moved_to")
    tools.run("cp", samples.file(src, "a.yaml"), space.at("draft.txt")).ok()
    tools.run("mv", space.at("draft.txt"), space.at("a.yaml")).ok()
    assert watcher.next() == ("MOVED_TO", "a.yaml")
    assert space.id("a.yaml")


def test_a_watcher_of_a_queue_is_told_of_the_close_and_not_of_the_id(make_space, src, watch):
    space = queues.cut_off(make_space)
    watcher = watch(space.path, "create", "close_write", "modify", "attrib", "delete")
    queues.put(space, src, "a.yaml")
    assert watcher.next() == ("CREATE", "a.yaml")
    assert watcher.next() == ("MODIFY", "a.yaml")
    assert watcher.next() == ("CLOSE_WRITE,CLOSE", "a.yaml")
    assert space.id("a.yaml") is None
    space.front.accept()
    queues.wait(space.path).ok()
    assert space.id("a.yaml")
    os.mkdir(space.at("end"))
    assert watcher.next() == ("CREATE,ISDIR", "end")
