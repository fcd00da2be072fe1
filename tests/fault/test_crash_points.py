# SPDX-License-Identifier: MIT
"""cocfs is killed at every named step of a submission. After the next mount nothing acknowledged is lost, and no job is doubled.

The points are CRASH_POINT("name") in fs/. They exist only in a build with -Dcrash_points=true, whose program is COCFS_CRASH. A
case is a point, and a gesture that passes it. With submit=queue most points come after the writer's answer.
"""

import dataclasses
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
REWRITES = ["update", "republish"]  # of files with a job: cocfs asks for the job's newest version before
BACKUPS = ["backup", "backup-rename"]
ADOPTS = ["adopt", "adopt-name"]  # of a job that the service has already: with the same content, or (adopt-name) with another
MOVES = ["move", "move-directory", "swap"]
# With submit=queue there are more gestures. wait: the next mount sends what was queued. behind: newer content arrives while the
# first is under way. move-queued: a file is renamed while it is queued.
WAITS = ["wait", "wait-update"]
# Crash points after the writer has got its final answer.
TOLD = {"writer-told", "submission-finished"}
# With submit=queue the writer's answer says that the content is durable: only these points come before it. A submission is made
# durable a second time, with the service's answer to the question before the create. At that time the writer has its answer
# already.
UNTOLD = {"intent-wanted", "intent-recorded", "iteration-recorded", "commit-unsynced", "commit-before-rename",
          "spool-renamed"}
LOST, GONE = f.cuts(f.FORWARDED), f.cuts(f.REQUEST)
BUSY = f.refuses(429, "APIGW.0308", "The throttling threshold has been reached")


class Case:
    """A point to die at ("point:n": when it is passed the nth time). Also what leads there: a fault of the service, and an
    earlier point to die at. queued: the gestures with submit=queue. These are fewer, because after its answer a rename continues
    like a close. Deletions, and renames of files that are not queued, do not use the queue."""

    def __init__(self, point, gestures, fault=None, before=None, queued=()):
        self.point, self.fault, self.before = point, fault, before
        self.gestures = {"sync": gestures, "queue": queued}

    def is_told(self, gesture, mode):
        """Has the writer got its success before cocfs dies?"""
        first = self.before or self.point
        if gesture in ("behind", *WAITS):
            return True
        if mode == "queue" and gesture in WRITES + ADOPTS:
            return first not in UNTOLD
        return first in TOLD


CASES = [
    Case("intent-wanted", WRITES, queued=WRITES + WAITS),
    Case("intent-recorded", WRITES, queued=["create", "publish", "wait"]),
    Case("iteration-recorded", ["create"], queued=["create"]),
    Case("question-asked", ["create", "publish"], queued=["create", "wait"]),
    Case("question-answered", ["create", "publish"], queued=["create", "wait"]),
    Case("known-recorded", ["create", "publish"], queued=["create", "wait"]),
    Case("adoption-shown", ADOPTS, queued=ADOPTS),
    Case("adoption-recorded", ADOPTS, queued=ADOPTS),
    Case("onto-recorded", ["adopt-name"], queued=["adopt-name"]),
    Case("intent-durable", ["adopt-name"], queued=["adopt-name"]),
    Case("answer-came", ["adopt-name"], queued=["adopt-name"]),
    Case("unsent-taken-up", ADOPTS, before="adoption-shown", queued=ADOPTS),
    Case("unsent-taken-up", ["adopt-name"], before="onto-recorded", queued=["adopt-name"]),
    Case("looked-again", ["create", "publish"], queued=["create", "wait"]),
    Case("newest-asked", [*REWRITES, "delete"], queued=["update", "wait-update"]),
    Case("newest-shown", [*REWRITES, "delete"], queued=["update", "wait-update"]),
    Case("onto-recorded", [*REWRITES, "delete"], queued=["update", "wait-update"]),
    Case("update-read", REWRITES, queued=["update", "wait-update", "behind"]),
    Case("commit-unsynced", WRITES + MOVES, queued=["create", "republish", "wait"]),
    Case("intent-durable", WRITES + ["delete"], queued=["update", "wait"]),
    Case("request-handed", WRITES + ["delete"], queued=["create", "wait-update"]),
    Case("answer-came", WRITES + ["delete"], queued=["create", "update", "behind"]),
    Case("outcome-recorded", WRITES + ["delete"], queued=["update", "behind"]),
    Case("outcome-committed", WRITES + ["delete"], queued=["create", "behind"]),
    Case("writer-told", WRITES + ["delete"], queued=["create"]),
    Case("submission-finished", WRITES + ["delete"], queued=["update", "behind"]),
    # After a 429 (BUSY) or a cut request (GONE) the content is queued again. But in the gesture "behind" newer content waits. Then
    # the refused content is given up, and the newer content is sent.
    Case("outcome-recorded", [], BUSY, queued=["create", "behind"]),
    Case("outcome-committed", [], BUSY, queued=["create"]),
    Case("submission-finished", [], BUSY, queued=["behind"]),
    Case("outcome-recorded:2", [], GONE, queued=["create"]),
    # passed the second time (":2"), the point belongs to the newer content, which is taken out of the queue to be sent
    *(Case(point + ":2", [], queued=["behind"]) for point in ("intent-wanted", "intent-recorded", "intent-durable")),
    Case("doubt-begun", WRITES, LOST, queued=["create", "behind"]),
    Case("doubt-begun", ["create", "update"], GONE, queued=["create"]),
    Case("doubt-asking", WRITES, LOST, queued=["create", "update"]),
    Case("doubt-listed", ["create", "publish"], LOST, queued=["create"]),
    Case("doubt-found", ["create", "publish"], LOST, queued=["create", "behind"]),
    Case("doubt-read-back", ["update", "republish"], LOST, queued=["update"]),
    Case("doubt-absent", ["create", "update"], GONE, queued=["update"]),
    Case("unsent-taken-up", ["create", "publish"], before="question-answered", queued=["create"]),
    Case("unsent-taken-up", ["create"], before="known-recorded", queued=["create"]),
    Case("unsent-taken-up", REWRITES, before="newest-shown", queued=["update"]),
    Case("unsent-taken-up", ["update"], before="onto-recorded", queued=["update"]),
    Case("doubt-taken-up", REWRITES, before="update-read", queued=["update"]),
    Case("doubt-taken-up", WRITES, before="answer-came", queued=["create", "update"]),
    Case("doubt-taken-up", ["create", "update"], before="intent-durable", queued=["create"]),
    Case("rename-begun", MOVES, queued=["move-queued"]),
    Case("spool-renamed", MOVES + ["publish", "republish"], queued=["publish", "move-queued"]),
    Case("rename-ended", MOVES, queued=["move-queued"]),
    Case("rename-mended", MOVES, before="rename-begun", queued=["move-queued"]),
    Case("rename-mended", MOVES, before="spool-renamed", queued=["move-queued"]),
    Case("given-back", BACKUPS, queued=BACKUPS),
    Case("spool-renamed", BACKUPS, queued=BACKUPS),
    Case("spool-renamed:2", ["backup-rename"], queued=["backup-rename"]),
    Case("commit-before-rename", ["publish", "republish"], queued=["publish", "republish"]),
    Case("delete-before-unlink", ["delete"]),
    Case("delete-unlinked", ["delete"]),
    # test_import_crashes.py tests these
    Case("imports-named", []),
    Case("import-fetched", []),
    Case("placeholder-written", []),
    # test_refresh_crashes.py tests these
    Case("incoming-written", []),
    Case("incoming-renamed", []),
    Case("refresh-recorded", []),
]


class Gesture:
    """A gesture of a user. prepare() makes the files that are there before, act() does the gesture, and check() looks at what a
    kill has left."""

    def __init__(self, space, src, name, mode):
        self.space, self.src, self.name, self.mode, self.commits = space, src, name, mode, []
        self.gate = space.front.gate()

    def write(self, path, step, name="job"):
        """Makes the source file of a commit, with the content of this step. Returns its path."""
        self.content = samples.document(name, [step])
        return tools.write(self.src / "source.yaml", self.content)

    def commit(self, path, step, *command):
        source = self.write(path, step)
        result = tools.run(*(command or ("cp", source, self.space.at(path))), seconds=40)
        self.commits.append(promises.Commit(path, self.content, result.status == 0))
        return result

    def prepare(self):
        """Makes, in an earlier mount, the files and jobs that the gesture finds."""
        space = self.space
        space.mount()
        if self.name in ("update", "wait-update", "republish", "move", "delete", "swap", *BACKUPS):
            self.commit("a.yaml", "first").ok()
        if self.name in ADOPTS:
            space.cocd.client().create(name="job", content=samples.document(
                "job", ["second" if self.name == "adopt" else "theirs"]))
        if self.name == "swap":
            self.commit("b.yaml", "other").ok()
        if self.name == "move-directory":
            os.mkdir(space.at("d"))
            self.commit("d/a.yaml", "first").ok()
        if self.name in ("publish", "republish"):
            tools.run("cp", self.write("draft.txt", "second"), space.at("draft.txt")).ok()
        promises.settle(space)
        space.unmount()
        if self.name in (*WAITS, "move-queued"):
            space.front.refuse()
            space.mount()
            self.commit("a.yaml", "second").ok()
            space.unmount()

    def spoil(self, fault):
        """Sets the fault of the service for the request of the gesture."""
        if self.name in WAITS:
            self.space.front.accept()
        if self.name == "behind":
            fault = dataclasses.replace(fault or f.Fault(), gate=self.gate)
        if fault:
            is_update = self.name in ("update", "wait-update", "republish")
            self.space.front.rule(fault, "PUT" if is_update else "POST", times=1)

    def act(self):
        """Does the gesture. Returns whether the user got a success."""
        at = self.space.at
        if self.name == "behind":
            self.commit("a.yaml", "first").ok()
            assert self.gate.wait_held()
            self.commit("a.yaml", "second").ok()
            self.gate.open()
            return True
        if self.name in ("create", "update", *ADOPTS):
            return self.commit("a.yaml", "second").status == 0
        if self.name in ("publish", "republish"):
            command = ("mv", at("draft.txt"), at("a.yaml"))
            return self.commit("a.yaml", "second", *command).status == 0
        command = {"move": ("mv", at("a.yaml"), at("b.yaml")),
                   "move-queued": ("mv", at("a.yaml"), at("b.yaml")),
                   "move-directory": ("mv", at("d"), at("e")),
                   "delete": ("rm", at("a.yaml"))}.get(self.name)
        if command:
            return tools.run(*command, seconds=40).status == 0
        if self.name in BACKUPS:
            return tools.python(BACKUP[self.name], at("a.yaml"), at("b.yaml"), self.write(None, "second")).status == 0
        return tools.python(SWAP, at("a.yaml"), at("b.yaml")).stdout == "ok\n"

    def check(self):
        """Fails unless nothing is lost, and the gesture can be completed."""
        if self.name == "delete":
            self.check_deleted()
        elif self.name in BACKUPS:
            self.check_backup()
        elif self.name in (*MOVES, "move-queued"):
            self.check_moved()
        else:
            self.check_written()

    def there(self, *paths):
        return [path for path in paths if os.path.exists(self.space.at(path))]

    def check_written(self):
        space = self.space
        if self.name not in ADOPTS:  # another client has made the job: no file has it until it is adopted
            promises.check(space, self.commits, self.mode)
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
        promises.settle(self.space)
        jobs = promises.held(self.space.cocd)
        assert len(jobs) == count
        assert jobs[self.space.id(path)][-1] == self.content
        steps = [content for contents in jobs.values() for content in contents]
        assert len(set(steps)) == len(steps), "a content was sent twice"

    def check_moved(self):
        space, sent = self.space, self.space.sent()
        names = ("d/a.yaml", "e/a.yaml") if self.name == "move-directory" else ("a.yaml", "b.yaml")
        found = self.there(*names)
        assert len(found) == (2 if self.name == "swap" else 1)
        for commit in self.commits:
            commit.path, = [path for path in found if tools.read(space.at(path)).decode() == commit.content]
        promises.check(space, self.commits, self.mode)
        jobs = promises.held(space.cocd)
        for path in found:
            content = tools.read(space.at(path)).decode()
            assert jobs[space.id(path)] == [content], f"{path} and its binding have come apart"
            tools.run("cp", tools.write(self.src / "again.yaml", content), space.at(path)).ok()
        assert space.sent() == sent
        self.commit(found[0], "third").ok()
        self.one_job(found[0], len(found))

    def check_backup(self):
        """Either name may have the job: the rename stands alone, or a.yaml has the job back and b.yaml is a backup."""
        space, first = self.space, self.commits[0].content
        (path, job), = promises.bindings(space)
        assert space.id(path) == job and path in ("a.yaml", "b.yaml")
        assert tools.read(space.at("b.yaml")).decode() == first
        assert space.fact("b.yaml", "backup") == (None if path == "b.yaml" else "yes")
        assert promises.held(space.cocd)[job][0] == first
        tools.run("mv", "-f", space.at("b.yaml"), space.at("a.yaml")).ok()
        assert space.id("a.yaml") == job
        tools.run("cp", self.write(None, "third"), space.at("a.yaml")).ok()
        promises.settle(space)
        assert promises.held(space.cocd)[job][-1] == self.content and promises.bindings(space) == [("a.yaml", job)]

    def check_deleted(self):
        space = self.space
        if self.there("a.yaml"):
            assert tools.read(space.at("a.yaml")).decode() == self.content
            tools.run("rm", space.at("a.yaml")).ok()
        assert promises.held(space.cocd) == {}
        self.commits.clear()
        if promises.bindings(space):
            # At the second rm the job was gone already. The reason might be wrong keys, so cocfs has kept the binding.
            self.commit("a.yaml", "third").fails(tools.message("ESTALE"))
            self.commits.clear()
            tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")).ok()
            assert promises.bindings(space) == []
        self.commit("a.yaml", "third").ok()
        self.one_job("a.yaml", 1)


BACKUP = {
    "backup": """
os.rename(target, args[0])
fd = attempt(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
attempt(os.write, fd, load(args[1])); attempt(os.close, fd)""",
    "backup-rename": """
fd = attempt(os.open, target + '.x', os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
os.write(fd, load(args[1])); os.close(fd)
os.rename(target, args[0]); attempt(os.rename, target + '.x', target)""",
}
SWAP = """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
r = libc.renameat2(-100, target.encode(), -100, args[0].encode(), 2)
print('ok' if r == 0 else errno.errorcode[ctypes.get_errno()])
"""


def die_at(space, point):
    # commit-unsynced: at the second sync, because a mount makes the first at its start, when it records whose ledger it is
    space.env["COCFS_CRASH_AT"] = "commit-unsynced:2" if point == "commit-unsynced" else point


def die_mounting(space, point):
    """The next mount dies at the point, while it takes up what is unfinished."""
    die_at(space, point)
    try:
        space.mount()
    except mounting.MountFailed as failed:
        assert failed.status == -signal.SIGKILL, failed.log
    else:
        assert space.bury(30) == -signal.SIGKILL


def need_points():
    if not os.access(CRASH, os.X_OK):
        pytest.skip(f"no build with crash points at {CRASH}")


def parameters():
    for case in CASES:
        for mode in promises.MODES:
            for gesture in case.gestures[mode]:
                words = [case.point, gesture] + (["after", case.before] if case.before else [])
                words += {LOST: ["lost"], GONE: ["gone"], BUSY: ["busy"]}.get(case.fault, [])
                yield pytest.param(case, gesture, mode, id="-".join([*words, mode]))


@pytest.mark.parametrize("case, gesture, mode", parameters())
def test_dies(make_space, src, case, gesture, mode):
    need_points()
    space = make_space(mounted=False, program=CRASH, submit=promises.submit(mode),
                       delete="service" if gesture == "delete" else None, adopt="name" if gesture == "adopt-name" else None)
    doing = Gesture(space, src, gesture, mode)
    doing.prepare()
    doing.spoil(case.fault)
    if gesture in WAITS:
        die_mounting(space, case.before or case.point)
        well = True
    else:
        die_at(space, case.before or case.point)
        space.mount()
        well = doing.act()
        assert space.bury(40) == -signal.SIGKILL
    assert well == case.is_told(gesture, mode)
    if case.before:
        die_mounting(space, case.point)
    del space.env["COCFS_CRASH_AT"]
    space.front.clear()
    space.front.accept()
    space.mount()
    promises.settle(space)
    doing.check()


# Points that the mounting of a state directory passes: of an original, or of a copy with -o rebind.
STATE_POINTS = ["instance-written", "instance-recorded", "rebound-recorded"]


def queue_in_two(space, src):
    """Makes an original, unmounted, and its copy. Both have a create and an update in the queue. Returns the commits, also the one
    that was sent before."""
    space.mount()
    commits = [promises.Commit(f"{name}.yaml", samples.document(name, [step]), True)
               for name, step in (("a", "first"), ("a", "second"), ("b", "first"))]
    tools.run("cp", tools.write(src / "a", commits[0].content), space.at("a.yaml")).ok()
    promises.settle(space)
    space.front.refuse()
    for commit in commits[1:]:
        tools.run("cp", tools.write(src / "x", commit.content), space.at(commit.path)).ok()
    assert space.unmount() == 0
    space.front.accept()
    os.rename(space.state, space.state + "-original")
    tools.run("cp", "-a", space.state + "-original", space.state).ok()
    return commits


@pytest.mark.parametrize("sent", [False, True], ids=["not-sent", "sent"])
@pytest.mark.parametrize("point", STATE_POINTS)
def test_a_copy_dies_when_it_begins_to_live_on(make_space, src, point, sent):
    need_points()
    space = make_space(mounted=False, program=CRASH, submit="queue")
    commits = queue_in_two(space, src)
    copy, space.state = space.state, space.state + "-original"
    if sent:
        space.mount()
        promises.settle(space)
        space.unmount()
    space.state = copy
    space.options["rebind"] = True
    die_mounting(space, point)
    del space.env["COCFS_CRASH_AT"]
    if point != "instance-written":  # the ledger has recorded that the copy was bound anew
        del space.options["rebind"]
    space.mount()
    promises.settle(space)
    promises.check(space, commits, "queue")
    assert sorted(len(contents) for contents in promises.held(space.cocd).values()) == [1, 2]


@pytest.mark.parametrize("point", STATE_POINTS[:2])
def test_the_original_is_no_copy_after_it_died(make_space, src, point):
    need_points()
    space = make_space(program=CRASH)
    write_good(space, src).ok()
    for _ in range(3):
        space.unmount()
        die_mounting(space, point)
        del space.env["COCFS_CRASH_AT"]
        space.mount()
    write_good(space, src).ok()
    assert space.sent() == (1, 0)


def write_bad(space, src):
    return tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.at("a.yaml"))


def write_good(space, src):
    return tools.run("cp", samples.file(src, "good.yaml", "a"), space.at("a.yaml"))


def spoil_draft(space, src):
    tools.run("cp", samples.file(src, "good.yaml", "a"), space.at("draft.txt")).ok()
    return set_bad(space.at("draft.txt"))


def set_bad(path):
    return tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "SEVERE", path)


# Changes that are recorded and not sent. Each row has what a user did before in this mount (None: nothing), and what the user does
# now. Then the number of iterations that the mount has recorded by then.
UNSENT = {
    "refused": (None, write_bad, 1),
    "unchanged-after-a-refusal": (write_bad, write_good, 2),
    "attribute-refused": (None, lambda space, src: set_bad(space.at("a.yaml")), 1),
    "rename-refused": (spoil_draft, lambda space, src: tools.run("mv", space.at("draft.txt"), space.at("a.yaml")), 1),
    "link-refused": (spoil_draft, lambda space, src: tools.run("cp", "-l", space.at("draft.txt"), space.at("b.yaml")), 1),
    "dismissed": (write_bad, lambda space, src: tools.run("rm", space.at("a.yaml.error")), 2),
    "forgotten": (None, lambda space, src: tools.run("setfattr", "-x", "coc.job_id", space.at("a.yaml")), 1),
}


@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("name", UNSENT)
def test_what_is_told_is_recorded(make_space, src, name, mode):
    """An answer that a user got still holds after a crash: no answer is given before its change is committed."""
    need_points()
    before, act, nth = UNSENT[name]
    space = make_space(mounted=False, program=CRASH, submit=promises.submit(mode))
    space.mount()
    write_good(space, src).ok()
    promises.settle(space)
    space.unmount()
    die_at(space, f"iteration-recorded:{nth}")
    space.mount()
    if before:
        before(space, src).fails(tools.message("EINVAL"))
    result = act(space, src)
    assert space.bury(40) == -signal.SIGKILL
    result.fails(tools.message("ECONNABORTED"))


def points():
    found = set()
    for path in glob.glob(os.path.join(tools.ROOT, "fs", "**", "*.c"), recursive=True):
        found |= set(re.findall(r'CRASH_POINT\("([^"]+)"\)', tools.read(path).decode()))
    return found


def test_every_point_has_a_case_and_every_case_a_point():
    if not os.path.isdir(os.path.join(tools.ROOT, "fs")):
        pytest.skip("the sources are not here")
    assert points() == {case.point.split(":")[0] for case in CASES} | set(STATE_POINTS)


def test_a_build_that_is_shipped_has_no_points():
    tools.need("strings")
    text = subprocess.run(["strings", "-a", tools.COCFS], capture_output=True, check=True).stdout.decode()
    assert "COCFS_STATE_DIR" in text or "state_dir" in text  # strings(1) does find texts in this build
    assert "COCFS_CRASH_AT" not in text
    assert not [point for point in points() if re.search(rf"^{point}$", text, re.M)]
