# SPDX-License-Identifier: MIT
"""The commands of docs/state.md work as they stand there."""

import os
import re

import pytest

import mounting
import samples
import tools

PAGE = os.path.join(tools.ROOT, "docs", "state.md")


def blocks(title):
    """Returns the text of each block of commands in a section of the page."""
    if not os.path.exists(PAGE):
        pytest.skip("the page is not beside the tests")
    with open(PAGE, encoding="utf-8") as file:
        section = file.read().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh[^\n]*\n(.*?)```", section, re.S)
    assert found, f"no commands below {title}"
    return found


def test_every_section_with_commands_is_tried():
    with open(PAGE, encoding="utf-8") as file:
        titles = [part.partition("\n")[0] for part in file.read().split("\n## ") if "```sh" in part]
    assert titles == ["Back up", "Restore", "Move", "Clone", "When it is lost"]


class Machine:
    """Runs the commands of the page for a space: cocfs is in PATH, and the variables of the page name the space's directories."""

    def __init__(self, space, folder):
        self.space, self.new, self.backup = space, str(folder / "new"), str(folder / "backup.tar")
        self.program = folder / "bin" / "cocfs"
        os.mkdir(folder / "bin")
        os.symlink(os.path.abspath(space.program), self.program)

    def env(self, **more):
        options = ",".join(f"{name}={value}" for name, value in self.space.options.items() if value is not None)
        return tools.environment(PATH=f"{self.program.parent}:{os.environ['PATH']}", STATE=self.space.state, SOURCE=self.space.source,
                                 PLACE=self.space.path, BACKUP=self.backup, NEW=self.new, OPTIONS=options, **self.space.env, **more)

    def run(self, commands, **more):
        """Runs commands of the page, and waits until the mount that they have ended is gone. Returns their result. Call unmount() to
        end what they mount."""
        space = self.space
        result = tools.run("sh", "-euxc", commands, env=self.env(**more), seconds=60)
        if space.process is not None:  # the commands have unmounted the mount of the fixture
            space.process.wait(20)
            space.process = None
        return result

    def unmount(self):
        """Unmounts what the commands have mounted, and waits until cocfs lets go of its state directory."""
        tools.run("fusermount3", "-u", self.space.path).ok()
        for state in (self.space.state, self.new):
            if os.path.exists(os.path.join(state, "lock")):
                tools.run("flock", os.path.join(state, "lock"), "true").ok()


@pytest.fixture
def machine(make_space, tmp_path):
    """A Machine whose space has submit=queue and no files yet. What the commands have mounted is unmounted at the end."""
    space = make_space(submit="queue", loglevel=None)
    machine = Machine(space, tmp_path)
    yield machine
    if mounting.janitor.mounted(space.path):
        machine.unmount()


def put(space, src, name, step):
    tools.run("cp", samples.file(src, f"{name}.yaml", name, [step]), space.path).ok()


# Submits a.yaml, with an attribute of its own, and leaves b.yaml in the queue. Returns the ID of a.yaml's job.
def fill(space, src):
    put(space, src, "a", "one")
    tools.setfattr(space.at("a.yaml"), "user.coc.risk_level", "HIGH").ok()
    space.settle()
    space.front.refuse()
    put(space, src, "b", "one")
    return space.id("a.yaml")


def holds(space, made):
    """Fails unless the space has all that fill() has made, each job once. made: the ID of a.yaml's job."""
    space.front.accept()
    space.settle()
    assert space.id("a.yaml") == made and space.id("b.yaml")
    assert sorted(job["document_id"] for job in space.jobs()) == sorted(space.id(f"{name}.yaml") for name in "ab")
    assert tools.getfattr(space.at("a.yaml"), "user.coc.risk_level") == "HIGH"


def test_back_up_and_restore(machine, src):
    space = machine.space
    made = fill(space, src)
    back_up, = blocks("Back up")
    restore, = blocks("Restore")
    machine.run(back_up).ok()
    holds(space, made)                      # what was queued at the time of the backup is sent meanwhile
    put(space, src, "c", "since")
    space.settle()
    machine.run(restore).ok()
    space.settle()
    assert space.id("a.yaml") == made and len(space.jobs()) == 3 and space.sent()[0] == 3
    assert tools.getfattr(space.at("a.yaml"), "user.coc.risk_level") == "HIGH"
    assert space.id("b.yaml") in [job["document_id"] for job in space.jobs()] and space.id("c.yaml") is None


def test_a_restored_file_overwrites_nothing(machine, src):
    space = machine.space
    put(space, src, "a", "one")
    space.settle()
    machine.run(blocks("Back up")[0]).ok()
    put(space, src, "a", "since")
    space.settle()
    machine.run(blocks("Restore")[0]).ok()
    put(space, src, "a", "again")
    space.settle()
    assert space.fact("a.yaml", "state") == "failed" and "version: v2\n" in space.error("a.yaml")
    assert space.only_job()["content"] == samples.document("a", ["since"])


def test_the_ledger_of_a_running_mount_is_locked(machine):
    tools.need("sqlite3")
    said = tools.run("sqlite3", os.path.join(machine.space.state, "ledger.db"), f".backup {machine.backup}")
    assert said.status != 0 and "database is locked" in said.stderr


@pytest.mark.parametrize("number", [0, 1], ids=["within the file system", "to another"])
def test_move(machine, src, number):
    made = fill(machine.space, src)
    machine.run(blocks("Move")[number]).ok()
    holds(machine.space, made)
    assert not os.path.exists(machine.space.state)


def test_clone(machine, src):
    """A second host, and a clone of the machine: each with an empty state directory."""
    made = fill(machine.space, src)
    second, clone = blocks("Clone")
    machine.space.unmount()
    machine.space.front.accept()
    assert made in machine.run(second).ok().stdout
    machine.unmount()
    machine.run(clone).ok()
    machine.space.settle()
    assert machine.space.sent()[0] == 1     # the original's queue belongs to the original


def test_when_it_is_lost(machine, src, tmp_path):
    space = machine.space
    if "adopt=" not in tools.run(tools.COCFS, "--help").ok().stdout:
        pytest.skip("this cocfs adopts nothing")
    lost, = blocks("When it is lost")
    os.mkdir(tmp_path / "copy")
    for name in "ab":
        put(space, src, name, "one")
        samples.file(tmp_path / "copy", f"{name}.yaml", name, ["one"])
    space.settle()
    made = {name: space.id(f"{name}.yaml") for name in "ab"}
    space.unmount()
    tools.run("rm", "-r", space.state).ok()
    machine.run(lost, COPY=str(tmp_path / "copy")).ok()
    space.settle()
    assert {name: space.id(f"{name}.yaml") for name in "ab"} == made and space.sent() == (2, 0)
