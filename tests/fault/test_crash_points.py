# SPDX-License-Identifier: MIT
"""cocfs is killed at every named step of a submission's life; the promises hold after the next mount.

The points are CRASH_POINT("name") in fs/; they exist in a build with -Dcrash_points=true only, whose
program is COCFS_CRASH. A case is a point and a gesture on whose way it lies.
"""

import glob
import os
import re
import signal
import subprocess

import pytest

import front as f
import mounting
import promises
import samples
import tools

CRASH = os.path.abspath(os.environ.get(
    "COCFS_CRASH", os.path.join(tools.ROOT, "build-crash", "fs", "cocfs")))

WRITES = ["create", "update", "publish", "republish"]
MOVES = ["move", "move-directory", "swap"]
# What the writer is told is what became of it: these points come after the answer.
TOLD = {"writer-told", "submission-finished"}
LOST, GONE = f.cuts(f.FORWARDED), f.cuts(f.REQUEST)


class Case:
    """A point to die at, and what leads there: a fault of the service, a point to die at before."""

    def __init__(self, point, gestures, fault=None, before=None):
        self.point, self.gestures, self.fault, self.before = point, gestures, fault, before


CASES = [
    Case("intent-wanted", WRITES),
    Case("intent-recorded", WRITES),
    Case("commit-unsynced", WRITES + MOVES),
    Case("intent-durable", WRITES + ["delete"]),
    Case("request-handed", WRITES + ["delete"]),
    Case("answer-came", WRITES + ["delete"]),
    Case("outcome-recorded", WRITES + ["delete"]),
    Case("outcome-committed", WRITES + ["delete"]),
    Case("writer-told", WRITES + ["delete"]),
    Case("submission-finished", WRITES + ["delete"]),
    Case("doubt-begun", WRITES, LOST),
    Case("doubt-begun", ["create", "update"], GONE),
    Case("doubt-asking", WRITES, LOST),
    Case("doubt-listed", ["create", "publish"], LOST),
    Case("doubt-found", ["create", "publish"], LOST),
    Case("doubt-read-back", ["update", "republish"], LOST),
    Case("doubt-absent", ["create", "update"], GONE),
    Case("doubt-taken-up", WRITES, before="answer-came"),
    Case("doubt-taken-up", ["create", "update"], before="intent-durable"),
    Case("rename-begun", MOVES),
    Case("spool-renamed", MOVES + ["publish", "republish"]),
    Case("rename-ended", MOVES),
    Case("rename-mended", MOVES, before="rename-begun"),
    Case("rename-mended", MOVES, before="spool-renamed"),
    Case("commit-before-rename", ["publish", "republish"]),
    Case("delete-before-unlink", ["delete"]),
    Case("delete-unlinked", ["delete"]),
]


class Gesture:
    """What a user does: the files before, the command, and where the content may be after it."""

    def __init__(self, space, src, name):
        self.space, self.src, self.name, self.commits = space, src, name, []

    def write(self, path, step, name="job"):
        """A source file for a commit to path; each step is a content of its own."""
        self.content = samples.document(name, [step])
        return tools.write(self.src / "source.yaml", self.content)

    def commit(self, path, step, *command):
        source = self.write(path, step)
        result = tools.run(*(command or ("cp", source, self.space.at(path))), seconds=40)
        self.commits.append(promises.Commit(path, self.content, result.status == 0))
        return result

    def prepare(self):
        space = self.space
        if self.name in ("update", "republish", "move", "delete", "swap"):
            self.commit("a.yaml", "first").ok()
        if self.name == "swap":
            self.commit("b.yaml", "other").ok()
        if self.name == "move-directory":
            os.mkdir(space.at("d"))
            self.commit("d/a.yaml", "first").ok()
        if self.name in ("publish", "republish"):
            tools.run("cp", self.write("draft.txt", "second"), space.at("draft.txt")).ok()

    def act(self):
        """Does it, and returns whether the user was told that all is well."""
        at = self.space.at
        if self.name in ("create", "update"):
            return self.commit("a.yaml", "second").status == 0
        if self.name in ("publish", "republish"):
            command = ("mv", at("draft.txt"), at("a.yaml"))
            return self.commit("a.yaml", "second", *command).status == 0
        command = {"move": ("mv", at("a.yaml"), at("b.yaml")),
                   "move-directory": ("mv", at("d"), at("e")),
                   "delete": ("rm", at("a.yaml"))}.get(self.name)
        if command:
            return tools.run(*command, seconds=40).status == 0
        return tools.python(SWAP, at("a.yaml"), at("b.yaml")).stdout == "ok\n"

    def check(self):
        """Nothing is lost, and what was begun can be done to its end."""
        if self.name == "delete":
            self.check_deleted()
        elif self.name in MOVES:
            self.check_moved()
        else:
            self.check_written()

    def there(self, *paths):
        return [path for path in paths if os.path.exists(self.space.at(path))]

    def check_written(self):
        space = self.space
        promises.check(space, self.commits)
        held = [path for path in self.there("a.yaml", "draft.txt")
                if tools.read(space.at(path)).decode() == self.content]
        assert held, "what was written is lost"
        if held == ["draft.txt"]:
            self.commit("a.yaml", "second", "mv", space.at("draft.txt"), space.at("a.yaml")).ok()
        else:
            self.commit("a.yaml", "second").ok()
        assert tools.read(space.at("a.yaml")).decode() == self.content
        self.one_job("a.yaml", 1)
        self.commit("a.yaml", "third").ok()
        self.one_job("a.yaml", 1)

    def one_job(self, path, count):
        jobs = promises.held(self.space.cocd)
        assert len(jobs) == count
        assert jobs[self.space.id(path)][-1] == self.content
        steps = [content for contents in jobs.values() for content in contents]
        assert len(set(steps)) == len(steps), "a content was sent twice"

    def check_moved(self):
        space, sent = self.space, self.space.sent()
        promises.check(space, self.commits)
        names = {"move": ("a.yaml", "b.yaml"), "move-directory": ("d/a.yaml", "e/a.yaml"),
                 "swap": ("a.yaml", "b.yaml")}[self.name]
        found = self.there(*names)
        assert len(found) == (2 if self.name == "swap" else 1)
        jobs = promises.held(space.cocd)
        for path in found:
            content = tools.read(space.at(path)).decode()
            assert jobs[space.id(path)] == [content], f"{path} and its binding have come apart"
            tools.run("cp", tools.write(self.src / "again.yaml", content), space.at(path)).ok()
        assert space.sent() == sent
        self.commit(found[0], "third").ok()
        self.one_job(found[0], len(found))

    def check_deleted(self):
        space = self.space
        if self.there("a.yaml"):
            assert tools.read(space.at("a.yaml")).decode() == self.content
            tools.run("rm", space.at("a.yaml")).ok()
        assert promises.held(space.cocd) == {} and promises.bindings(space) == []
        self.commits.clear()
        self.commit("a.yaml", "third").ok()
        self.one_job("a.yaml", 1)


SWAP = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
r = libc.renameat2(-100, target.encode(), -100, args[0].encode(), 2)
print('ok' if r == 0 else errno.errorcode[ctypes.get_errno()])
"""


def die_at(space, point):
    space.env["COCFS_CRASH_AT"] = point


def die_mounting(space, point):
    """The next mount dies at the point while it takes up what is unfinished."""
    die_at(space, point)
    try:
        space.mount()
    except mounting.MountFailed as failed:
        assert failed.status == -signal.SIGKILL, failed.log
    else:
        assert space.bury(30) == -signal.SIGKILL


def parameters():
    for case in CASES:
        for gesture in case.gestures:
            words = [case.point, gesture] + (["after", case.before] if case.before else [])
            words += {LOST: ["lost"], GONE: ["gone"]}.get(case.fault, [])
            for mode in promises.MODES:
                yield pytest.param(case, gesture, mode, id="-".join([*words, mode]))


@pytest.mark.parametrize("case, gesture, mode", parameters())
def test_dies(make_space, src, case, gesture, mode):
    if not os.access(CRASH, os.X_OK):
        pytest.skip(f"no build with crash points at {CRASH}")
    space = make_space(mounted=False, program=CRASH, submit=promises.submit(mode),
                       delete="service" if gesture == "delete" else None)
    doing = Gesture(space, src, gesture)
    space.mount()
    doing.prepare()
    space.unmount()
    if case.fault:
        space.front.rule(case.fault, "PUT" if "update" in gesture or gesture == "republish" else "POST",
                         times=1)
    die_at(space, case.before or case.point)
    space.mount()
    well = doing.act()
    assert space.bury(40) == -signal.SIGKILL
    assert well == (case.point in TOLD)
    if case.before:
        die_mounting(space, case.point)
    del space.env["COCFS_CRASH_AT"]
    space.front.clear()
    space.mount()
    promises.settle(space)
    doing.check()


def points():
    found = set()
    for path in glob.glob(os.path.join(tools.ROOT, "fs", "**", "*.c"), recursive=True):
        found |= set(re.findall(r'CRASH_POINT\("([^"]+)"\)', tools.read(path).decode()))
    return found


def test_every_point_has_a_case_and_every_case_a_point():
    if not os.path.isdir(os.path.join(tools.ROOT, "fs")):
        pytest.skip("the sources are not here")
    assert points() == {case.point for case in CASES}


def test_a_build_that_is_shipped_has_no_points():
    tools.need("strings")
    text = subprocess.run(["strings", "-a", tools.COCFS], capture_output=True, check=True).stdout.decode()
    assert "COCFS_STATE_DIR" in text or "state_dir" in text  # strings sees what is there
    assert "COCFS_CRASH_AT" not in text
    assert not [case.point for case in CASES if re.search(rf"^{case.point}$", text, re.M)]
