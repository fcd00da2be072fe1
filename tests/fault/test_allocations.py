# SPDX-License-Identifier: MIT
"""Memory runs short in the middle of a gesture: nothing acknowledged is lost, and the mount lives on.

For each gesture the Nth allocation on its way fails, for N = 1, 2, … until the gesture runs without a failure. The gesture may
fail with an errno or succeed. Then nothing is lost or doubled, and the next cp works in the same mount. COCFS_ALLOC_STEP=1 tries every N.
By default the test tries only some N, so that it takes no longer than others. COCFS_ALLOC_SEED says which N, and decides the
choices of the random rounds. COCFS_ALLOC_ROUNDS is the number of random rounds.
"""

import mmap
import os
import random

import pytest

import chaos
import front as f
import janitor
import memory as memories
import mounting
import promises
import queues
import samples
import tools

SEED = int(os.environ.get("COCFS_ALLOC_SEED", "1"))
ROUNDS = int(os.environ.get("COCFS_ALLOC_ROUNDS", "5"))
STEP = int(os.environ.get("COCFS_ALLOC_STEP", "0"))
SCOPES = ["program", "libraries"]
MOST = 20000    # allocations of a gesture; with more, the gesture would not end
SYSTEM, MOUNT = 2, 32  # exit statuses of mount(8): out of memory, and a mount that failed because of it
VERSIONS = 50   # numbers that share a job in goes_on(), which may write it twice: a job has at most 100 versions


@pytest.fixture
def memory(tmp_path, request):
    return memories.Memory(tmp_path / "memory", request.param)


def numbers(step):
    """Returns the numbers of the allocations to try: every step-th one up to MOST. COCFS_ALLOC_STEP takes the place of step. Root's
    run takes other numbers than a user's run."""
    step = STEP or step
    return range(1 + (SEED + tools.IS_ROOT) % step, MOST, step)


def attempt(function, *args):
    """Calls the function. Returns (True, its result), or (False, None) if it raises OSError."""
    try:
        return True, function(*args)
    except OSError:
        return False, None


class Trial:
    """A space, one gesture that is repeated in it, and the account of its commits."""

    def __init__(self, space, src, memory, mode="sync"):
        self.space, self.src, self.memory, self.mode = space, src, memory, mode
        self.commits, self.written, self.number = [], {}, 0
        self.at = space.at

    def begin(self):
        """Makes a directory with a risk level of its own, and a job in it."""
        os.mkdir(self.at("d"))
        os.setxattr(self.at("d"), "user.coc.risk_level", b"LOW")
        self.cp("d/a.yaml", "first").ok()
        promises.settle(self.space)
        self.job = self.space.id("d/a.yaml")

    def source(self, step):
        """Makes a file with new content. Returns its path. The job's name is new: otherwise the list of jobs of this name would get
        longer each time."""
        self.content = samples.document(f"job-{self.number}-{step}", ["pause"])
        return tools.write(self.src / "source.yaml", self.content)

    def account(self, path, well):
        self.commits.append(promises.Commit(path, self.content, well))

    def cp(self, path, step="new"):
        result = tools.run("cp", self.source(step), self.at(path))
        self.account(path, result.status == 0)
        self.written.pop(path, None)
        was_written = "error writing" not in result.stderr
        if result.status == 0 or (was_written and "failed to close" in result.stderr):
            self.written[path] = self.content
        return result

    def run(self, gesture, step):
        """Repeats a gesture, each time with another allocation that fails, until it ends before that allocation. Checks the mount
        each time. Returns the number of allocations of the gesture."""
        prepare = getattr(self, "prepare_" + gesture, lambda: None)
        act = getattr(self, gesture)
        for self.number in numbers(step):
            prepare()
            self.memory.fail_nth(self.number)
            act()
            self.finish(gesture)
            failed = self.memory.failed()
            self.goes_on()
            if not failed:
                break
        assert not failed, f"{MOST} allocations and no end"
        self.check()
        return self.memory.counted()

    def is_dead(self):
        return self.space.process.poll() is not None and f"cocfs is dead, allocation {self.number}"

    def finish(self, gesture):
        """Call this after a gesture. With submit=queue, and for the gesture "lost", waits until its work in the background has ended or an
        allocation has failed. From then on no allocation fails. At last calls after_GESTURE(), if there is such a method."""
        if gesture == "lost" or self.mode == "queue":
            tools.eventually(lambda: self.memory.failed() or not promises.unfinished(self.space),
                             "the gesture to end", 60, self.is_dead)
        self.memory.off()
        self.space.front.clear()
        getattr(self, "after_" + gesture, lambda: None)()

    def goes_on(self):
        """Waits until nothing is unfinished. Fails unless cocfs lives, the next cp works, and the first job is still bound. If
        allocations of libraries may fail, the second cp must work."""
        assert not self.is_dead(), self.is_dead()
        queues.drained(self.space, 330)  # after faults the queue may pause for up to five minutes
        after = f"d/after-{self.number // VERSIONS}.yaml"
        # curl_easy_reset() cannot report that it had no memory: one more request may fail
        if self.memory.scope == "program" or self.cp(after, "next").status:
            self.cp(after, "after").ok()
        assert self.space.id(self.commits[0].path) == self.job, f"allocation {self.number}"

    def check(self):
        """Fails if something acknowledged is lost or doubled (lib/promises.py), or if a file has not the content that was written
        last. The job's name in each content is job-NUMBER-STEP, with the number of the allocation that failed."""
        promises.settle(self.space)
        wrong = list(promises.broken(self.space, self.commits, self.mode))
        wrong += [f"{path} has lost what was written" for path, content in self.written.items()
                  if tools.read(self.at(path)).decode() != content]
        assert not wrong, "\n".join(wrong)

    # ---- the gestures ----

    def create(self):
        self.cp(f"d/{self.number}.yaml")

    def update(self):
        self.cp("d/a.yaml")

    def prepare_publish(self):
        tools.run("cp", self.source("draft"), self.at("draft.txt")).ok()

    def publish(self, path=None):
        path = path or f"d/{self.number}.yaml"
        well = tools.run("mv", self.at("draft.txt"), self.at(path)).status == 0
        self.account(path, well)
        self.written.pop(path, None)
        self.written.pop("draft.txt", None)
        self.written[path if well else "draft.txt"] = self.content

    prepare_republish = prepare_publish

    def republish(self):
        self.publish("d/a.yaml")

    def move(self):
        names = ["d/a.yaml", "d/b.yaml"]
        here = next(name for name in names if name in self.written)
        there = next(name for name in names if name != here)
        if attempt(os.rename, self.at(here), self.at(there))[0]:
            self.written[there] = self.written.pop(here)
            for commit in self.commits:
                commit.path = there if commit.path == here else commit.path

    def backup(self):
        """A tool moves the file to a backup's name and writes it again: the job stays with the name."""
        old, new = self.at("d/old.yaml"), self.source("new")
        if not attempt(os.rename, self.at("d/a.yaml"), old)[0]:
            return
        self.written.pop("d/old.yaml", None)
        if "d/a.yaml" in self.written:  # otherwise its last write was refused
            self.written["d/old.yaml"] = self.written.pop("d/a.yaml")
        made, fd = attempt(os.open, self.at("d/a.yaml"), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        if made:
            whole = attempt(os.write, fd, self.content.encode())[0]
            self.account("d/a.yaml", attempt(os.close, fd)[0])
            if whole:
                self.written["d/a.yaml"] = self.content

    def after_backup(self):
        """The user of the tool puts the backup back if the write failed."""
        if not os.path.exists(self.at("d/a.yaml")):
            os.rename(self.at("d/old.yaml"), self.at("d/a.yaml"))
            if "d/old.yaml" in self.written:
                self.written["d/a.yaml"] = self.written.pop("d/old.yaml")

    def prepare_setfattr(self):
        self.path = f"{self.number}.yaml"
        tools.run("cp", self.source("draft"), self.at(self.path)).fails(tools.message("ENODATA"))

    def setfattr(self):
        """Submits a draft that had no risk level."""
        self.account(self.path, tools.setfattr(self.at(self.path), "user.coc.risk_level", "LOW").status == 0)
        self.written[self.path] = self.content

    def prepare_lost(self):
        self.space.front.rule(f.cuts(f.FORWARDED), "POST", times=1)

    def lost(self):
        """The answer to a create is lost. New content for the name makes the mount ask the service without a pause."""
        self.cp(f"d/{self.number}.yaml", "lost")
        self.cp(f"d/{self.number}.yaml", "again")

    def burst(self):
        """Eight writers at the same time, each with a file. The first burst makes creates, the later ones updates."""
        started = []
        for number in range(8):
            path, content = f"d/w{number}.yaml", samples.document("job", [f"burst-{self.number}-{number}"])
            source = tools.write(self.src / f"burst-{number}.yaml", content)
            started.append((path, content, tools.popen("cp", source, self.at(path))))
        for path, content, process in started:
            well = tools.finish(process).status == 0
            self.commits.append(promises.Commit(path, content, well))

    # ---- reading: the answer is right, or an error ----

    def getfattr(self):
        for name, value in {"coc.job_id": self.job, "coc.state": "submitted", "coc.version": "v1",
                            "user.coc.risk_level": None}.items():
            well, told = attempt(os.getxattr, self.at("d/a.yaml"), name)
            assert not well or told.decode() == value, name

    def ls(self):
        result = tools.run("ls", "-a", self.at("d"))
        names = [name for name in result.stdout.split() if not name.startswith("after")]
        assert result.status or names == [".", "..", "a.yaml", "a.yaml.id"]
        tools.run("ls", "-la", self.at("d"))

    def siblings(self):
        well, told = attempt(tools.read, self.at("d/a.yaml.id"))
        assert not well or told.decode() == self.job + "\n"

    def control(self):
        well, told = attempt(tools.read, self.at(".coc/queue"))
        assert not well or told.count(b"\n") == WAITING
        well, told = attempt(tools.read, self.at(".coc/metrics"))
        assert not well or told.endswith(b"\n")


WAITING = 20  # submissions in the queue when .coc/queue is read
WRITES = ["create", "update", "publish", "republish", "move", "backup", "setfattr", "lost"]
READS = ["getfattr", "ls", "siblings"]


def steps(gesture, mode, scope):
    """Returns the step: one of this many allocations is tried. It is larger for slow gestures, and for the libraries, which
    have many allocations of the same kind."""
    slow = mode == "queue" or gesture == "lost"
    return 90 if scope == "libraries" else 18 if slow else 9


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("gesture", WRITES)
@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_nth_fails_in_a_write(make_space, src, memory, gesture, mode):
    space = make_space(env=memory.env, submit=promises.submit(mode), timeout="5",
                       risk_level=None if gesture == "setfattr" else "LOW")
    trial = Trial(space, src, memory, mode)
    trial.begin()
    step = steps(gesture, mode, memory.scope)
    print(f"{gesture}: {trial.run(gesture, step)} allocations")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("gesture", READS)
@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_nth_fails_in_a_read(make_space, src, memory, gesture):
    trial = Trial(make_space(env=memory.env), src, memory)
    trial.begin()
    step = 3 if memory.scope == "program" else 9
    print(f"{gesture}: {trial.run(gesture, step)} allocations")


@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_nth_fails_when_the_queue_is_shown(make_space, src, memory):
    space = make_space(mounted=False, env=memory.env)
    space.mount().unmount()
    queues.fill_ledger(space, WAITING)
    trial = Trial(space.mount(), src, memory)
    for trial.number in numbers(3):
        memory.fail_nth(trial.number)
        trial.control()
        memory.off()
        if not memory.failed():
            break
    assert not memory.failed() and trial.number > 1
    trial.control()
    trial.cp("a.yaml").ok()


@pytest.mark.timeout(900)
@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_nth_fails_in_a_removal_that_deletes(make_space, src, memory):
    """With delete=service: if rm succeeds, the service has the job no more."""
    space = make_space(env=memory.env, delete="service")
    trial = Trial(space, src, memory)
    for trial.number in numbers(3 if memory.scope == "program" else 30):
        path = f"{trial.number}.yaml"
        trial.cp(path).ok()
        job = space.id(path)
        memory.fail_nth(trial.number)
        well = attempt(os.unlink, space.at(path))[0]
        memory.off()
        assert not trial.is_dead(), trial.is_dead()
        assert not well or job not in [held["document_id"] for held in space.jobs()], trial.number
        if not memory.failed():
            break
    assert not memory.failed() and trial.number > 1


def is_held(space, content):
    return any(space.job(job["document_id"])["content"] == content for job in space.jobs())


@pytest.mark.parametrize("memory", ["program"], indirect=True)
def test_nth_fails_when_a_mapping_is_let_go(make_space, memory):
    """Content that is written through a mapping after the close is committed when no writer waits. So an error can only be in
    .error."""
    space = make_space(env=memory.env)
    number = 0
    while number == 0 or memory.failed():
        number += 1
        name = f"{number // 20}.yaml"  # another job each 20 times: a job may have 100 versions
        old, new = (samples.document(f"job-{number}", [step]) for step in ("old", "new"))
        fd = os.open(space.at(name), os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        os.write(fd, old.encode())
        with mmap.mmap(fd, len(old)) as mapped:
            os.close(fd)
            memory.fail_nth(number)
            mapped[:] = new.encode()
        tools.eventually(lambda: memory.failed() or is_held(space, new), "the commit")
        memory.off()
        tools.eventually(lambda: space.error(name) or is_held(space, new), f"word of allocation {number}")
    assert number > 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("source", ["url", "local"])
@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_nth_fails_at_the_start(make_space, mounts, tmp_path, src, memory, source):
    """cocfs says that memory ran out and leaves no mount, or it mounts and works."""
    if source == "url":
        space = make_space(mounted=False, env=memory.env)
    else:
        space = mounts(mounting.Mount("local", tmp_path, env=memory.env))
    # here OpenSSL is set up: more numbers are tried, because callers use its context without a check
    closely = range(3, 800, 23) if memory.scope == "libraries" else ()
    for number in [*closely, *numbers(7 if memory.scope == "program" else 500)]:
        told = len(space.log())
        memory.fail_nth(number)
        try:
            space.mount()
        except mounting.MountFailed as failed:
            said = [line for line in failed.log[told:].splitlines() if line.startswith("cocfs: ")]
            assert failed.status in (SYSTEM, MOUNT) and "memory" in "".join(said), f"allocation {number}: {failed}"
            continue
        finally:
            memory.off()
        tools.run("cp", samples.file(src, f"{number}.yaml"), space.path).ok()
        assert space.unmount() == 0
        if not memory.failed():
            break
    assert not memory.failed()
    print(f"{memory.counted()} allocations")


@pytest.mark.parametrize("memory", ["program"], indirect=True)
def test_nth_fails_at_the_start_of_a_daemon(make_space, memory):
    """The program that starts cocfs learns of errors in the background, too."""
    space = make_space(mounted=False, env=memory.env)
    os.makedirs(space.path)
    refused = 0
    for number in range(1, 16, 3):
        memory.fail_nth(number)
        result = tools.finish(tools.popen_bare(*space.argv(), env=tools.environment(**space.env)))
        memory.off()
        if janitor.mounted(space.path):
            assert result.status == 0 and not janitor.unmount(space.path)
        else:
            assert result.status in (SYSTEM, MOUNT) and "memory" in result.stderr, f"{result}"
            refused += 1
    assert refused > 1


@pytest.mark.timeout(900)
@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("memory", SCOPES, indirect=True)
def test_any_fails(make_space, src, memory, mode):
    """Eight writers at the same time, a service that lies, and allocations that fail by chance."""
    space = make_space(env=memory.env, submit=promises.submit(mode), timeout="3")
    trial, rng = Trial(space, src, memory, mode), random.Random(SEED)
    trial.begin()
    failed = 0
    for trial.number in range(1, ROUNDS + 1):
        for _ in range(rng.randint(0, 2)):
            space.front.rule(rng.choice(chaos.faults(rng)), rng.choice(["POST", "PUT"]), times=None, chance=0.2)
        memory.fail_by_chance(rng.choice([1, 3, 10, 30]), rng.randrange(1, 1 << 32))
        trial.burst()
        memory.off()
        failed += memory.failed()
        space.front.clear()
        trial.goes_on()
    trial.check()
    print(f"seed {SEED}: {failed} allocations failed, {sum(c.well for c in trial.commits)} of "
          f"{len(trial.commits)} commits returned 0")
