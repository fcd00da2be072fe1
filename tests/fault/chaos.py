# SPDX-License-Identifier: MIT
"""Rounds of writers, faults and sudden ends, and the account of what they must leave."""

import json
import os
import random
import select
import signal
import subprocess
import sys
import time

import front as f
import promises
import samples
import tools

WRITERS = 4
CLOCK_MS = 3600 * 1000  # a wrong service clock is off by at most so much
ROUND_SECONDS = (0.05, 0.7)
START_SECONDS = 20  # the longest wait until a writer has reported its first step
SERVICE_CALLS = [("POST", "/v1/documents"), ("PUT", None), ("GET", None), (None, None)]


def slow_down(retry_after=None):
    headers = (("Content-Type", "application/json"),)
    headers += (("Retry-After", retry_after),) if retry_after else ()
    return f.refuses(429, "APIGW.0308", "The throttling threshold has been reached", headers=headers)


def faults(rng):
    """Returns the faults to choose from, some with random delays. The two cuts after the service has done the
    request are in it twice."""
    return [
        *(f.cuts(where) for where in (f.START, f.HEAD, f.BODY, f.REQUEST)),
        *[f.cuts(f.FORWARDED), f.cuts(f.ANSWER)] * 2,
        *(f.says(status, b"{}") for status in (500, 502, 503, 504)),
        *(f.lies(status, b"<html>late</html>") for status in (500, 502, 503, 504)),
        f.lies(200, b"not json"), f.lies(200, b""), f.says(200, b"{}"), f.garbage(),
        f.says(200, b"{}", length=100), f.says(200, endless=True),
        f.silence(forward=False), f.silence(forward=True),
        *(f.Fault(delay_before=rng.uniform(0, most)) for most in (1, 2, 4, 6)), f.Fault(delay_after=rng.uniform(0, 3)),
        slow_down(), slow_down("0"), slow_down("1"),
    ]


class Arena:
    """A job space, its random writers, and the account of what they did and which results they got.

    The seed decides every choice: of writers, faults and moments. Only the kernel's scheduler makes choices of its own. A failure
    leaves the whole state under pytest's temporary directory. mode is the value of -o submit=. files_survive is true if cocfs
    alone dies: then all written files stay. It is false for a loss of power: a file that nobody has synced may be gone, or have
    any of its former names. name is in all contents, if several arenas share a service.
    """

    def __init__(self, space, source, seed, mode, files_survive=True, name=""):
        self.space, self.source, self.seed, self.mode, self.name = space, str(source), seed, mode, name
        self.files_survive = files_survive
        self.random = random.Random(seed)
        space.front.random.seed(seed)
        self.commits = []
        self.contents = {}      # by path: the set of contents that the file may have (None in it: no file), or None: any content
        self.files = [[] for _ in range(WRITERS)]
        self.names = {}         # by the present path of a renamed file: all its paths, the oldest first
        self.rounds = self.hit = self.service_kills = 0

    def misbehave(self):
        """Gives the front, the proxy before the service, up to four random faults for a round, in the place of the old ones. Also moves
        the service's clock."""
        front = self.space.front
        front.clear()
        for _ in range(self.random.randint(0, 4)):
            method, path = self.random.choice(SERVICE_CALLS)
            fault = self.random.choice(faults(self.random))
            if fault.cut == f.START:
                method = path = None
            front.rule(fault, method, path, times=None, chance=self.random.choice([0.05, 0.2, 0.5]))
        self.set_clock()

    def set_clock(self):
        """Sets the service's clock wrong by another time, if the front has a wrong clock for the service."""
        if self.space.front.clock:
            self.space.front.clock.offset_ms = self.random.randint(-CLOCK_MS, CLOCK_MS)

    def start_writers(self):
        started = []
        for number, files in enumerate(self.files):
            given = {"seed": self.random.getrandbits(32), "mount": self.space.path, "source": self.source,
                     "prefix": f"{self.name}r{self.rounds}w{number}", "files": files,
                     "template": samples.document("NAME", ["STEP"]), "backups": self.files_survive}
            process = tools.popen_bare(sys.executable, "-S", "-E", os.path.join(os.path.dirname(__file__), "writer.py"),
                                       stdin=subprocess.PIPE)
            process.stdin.write(json.dumps(given).encode())
            process.stdin.close()
            process.stdin = None
            started.append(process)
        return started

    def trouble(self, seconds):
        """Lets time pass. In some rounds the service is away for a part of the time, or killed. Returns a function to call when
        cocfs is mounted again: it starts a service that is still dead."""
        kind = self.random.choices(["none", "away", "killed", "killed-for-long"], [12, 2, 3, 3])[0]
        begin, end = sorted(self.random.uniform(0, seconds) for _ in range(2))
        time.sleep(begin)
        if kind == "away":
            self.space.front.refuse()
        elif kind != "none":
            self.space.cocd.kill()
            self.service_kills += 1
        time.sleep(end - begin)
        self.set_clock()
        if kind == "away":
            self.space.front.accept()
        elif kind == "killed":
            self.revive()
        time.sleep(seconds - end)
        return self.revive if kind == "killed-for-long" else lambda: None

    def revive(self):
        """Starts the service with its store again, at another port. Tells the front the new port."""
        self.space.front.upstream = self.space.cocd.start().address
        self.set_clock()

    def round(self, crash, restore):
        """Lets writers write for a random time. crash() then ends cocfs, and leaves the dead mount until the writers notice it.
        restore() mounts again."""
        self.rounds += 1
        self.misbehave()
        seconds = self.random.uniform(*ROUND_SECONDS)
        before = len(self.space.front.exchanges)
        writers = self.start_writers()
        await_first_steps(writers)
        mend = self.trouble(seconds)
        crash()
        results = [tools.finish(writer, 30) for writer in writers]
        restore()
        mend()
        self.hit += sum(str(e.fault) != "none" for e in self.space.front.exchanges[before:])
        for result, files in zip(results, self.files):
            assert result.status == 0, f"{result}"
            self.pending = {}
            for line in result.stdout.splitlines():
                self.account(json.loads(line), files)
            for what in self.pending.values():
                self.conclude(what, False, False, files)
        if not self.files_survive:
            self.look_for_files()

    def account(self, line, files):
        if "begin" in line:
            self.pending[line["begin"]["path"]] = line["begin"]
        else:
            self.conclude(self.pending.pop(line["end"]), line["well"], line["alive"], files)

    def conclude(self, what, well, alive, files):
        """Enters the result of one act of a writer into the account. well: the act succeeded. alive: it got an error while the
        mount lived. Neither: the crash has cut the act off."""
        path = what["path"]
        if what["kind"] == "move":
            self.moved(path, what["to"], well, alive, files)
            return
        if what["kind"] == "backup" and not well and not self.is_rewritten(path, what["to"], files):
            return
        if path not in files:
            files.append(path)
        content, before = what["content"], self.contents.get(path, {None})
        self.commits.append(promises.Commit(path, content, well))
        if well:
            self.contents[path] = {content}
        elif what["kind"] == "publish":
            places = [what["draft"]] if alive else [what["draft"], path]
            if self.files_survive:
                assert content in map(self.in_spool, places), f"{places} have lost {content!r}"
            self.contents[path] = before if alive or before is None else before | {content}
        else:
            self.contents[path] = {content} if alive else None

    def is_rewritten(self, path, to, files):
        """Call this after an act "backup" without success: it was cut off, or its new content was refused. Returns whether the
        file has moved from path to `to`: only then path may have new content. If the job went with the file to `to`, enters the
        rename into the account; otherwise the job has come back to path."""
        if self.in_spool(to) is None:
            return False
        self.await_renames()
        if to in promises.owners(self.space):
            self.called(path, to, files)
        return True

    def await_renames(self):
        tools.eventually(lambda: "rename" not in dict(promises.unfinished(self.space)),
                         "half-done renames to be mended")

    def moved(self, path, to, well, alive, files):
        if not well and (alive or self.in_spool(to) is None) and self.files_survive:
            return
        self.called(path, to, files)

    def called(self, path, to, files):
        """Enters into the account that the file at path is at `to` now."""
        self.names[to] = self.names.pop(path, [path]) + [to]
        if path in self.contents:
            self.contents[to] = self.contents.pop(path)
        for commit in self.commits:
            if commit.path == path:
                commit.path = to
        if path in files:
            files.remove(path)
        files.append(to)

    def look_for_files(self):
        """After a loss of power a renamed file may have one of its earlier names again. Finds out which, and enters it into the
        account."""
        self.await_renames()
        owners = promises.owners(self.space)
        for last, names in list(self.names.items()):
            there = [name for name in names if self.in_spool(name) is not None]
            owned = [name for name in names if name in owners]
            assert len(there) <= 1 and len(owned) <= 1, f"{there}, bound {owned}: one file under {names}"
            assert not there or not owned or there == owned, f"the job of {there} is bound to {owned}"
            now = (there or owned or [last])[0]
            if now != last:
                files = next(files for files in self.files if last in files)
                del self.names[last]
                self.called(last, now, files)
                self.names[now] = names

    def wrong(self):
        """Yields a line for each promise (lib/promises.py) that does not hold, and for each answered request that the service has
        forgotten. Also for each file with a content that it may not have. Call it when nothing is unfinished."""
        jobs = promises.held(self.space.cocd)
        yield from promises.broken(self.space, self.commits, self.mode)
        yield from forgotten(self.space.front, jobs)
        for path, allowed in self.contents.items() if self.files_survive else ():
            content = self.in_spool(path)
            if allowed is not None and content not in allowed:
                yield f"{path} holds {content!r}, not one of {allowed}"

    def in_spool(self, path):
        """Returns the content of a file in the spool, also when nothing is mounted; None if there is no file."""
        try:
            return tools.read(os.path.join(self.space.state, "spool", path)).decode()
        except FileNotFoundError:
            return None

    def settle(self, seconds=600):
        """Lets the service tell the truth again, waits until nothing is unfinished, and asserts that nothing is lost or doubled."""
        self.space.front.clear()
        tools.eventually(self.is_settled, "everything to be settled", seconds,
                         give_up=lambda: self.space.process.poll() is not None and "cocfs is dead")
        wrong = list(self.wrong())
        assert not wrong, f"seed {self.seed}, after {self.rounds} rounds:\n" + "\n".join(wrong[:40])

    def is_settled(self):
        unfinished = promises.unfinished(self.space)
        if unfinished and self.mode == "queue":
            self.space.process.send_signal(signal.SIGHUP)  # cocfs tries waiting submissions again now
        return not unfinished

    def write_all_again(self, most=20):
        """Writes up to `most` files again. A file that had a job must keep this job, and each file must have exactly one job
        then."""
        paths = sorted(self.contents)
        for number, path in enumerate(self.random.sample(paths, min(most, len(paths)))):
            content = samples.document("again", [f"{self.name}again-{number}"])
            before = self.space.id(path)
            source = tools.write(os.path.join(self.source, "again.yaml"), content)
            tools.run("cp", source, self.space.at(path)).ok()
            self.commits.append(promises.Commit(path, content, True))
            self.contents[path] = {content}
            assert before in (None, self.space.id(path))
        self.settle()

    def story(self):
        well = sum(commit.well for commit in self.commits)
        return (f"seed {self.seed}, {self.mode}: {self.rounds} rounds, {self.service_kills} of them killed the "
                f"service too, {len(self.commits)} commits, {well} returned 0, {self.hit} requests hit by a fault, "
                f"{len(promises.held(self.space.cocd))} jobs")


def forgotten(front, jobs):
    """Yields a line for each create or update that the service has answered with 200, and whose content is not in jobs."""
    for exchange in front.exchanges:
        if exchange.service_status != 200 or exchange.method not in ("POST", "PUT"):
            continue
        job = exchange.service_json()["data"]
        if exchange.json()["content"] not in jobs.get(job, []):
            yield f"the service has forgotten of {job}: {exchange}"


def await_first_steps(writers):
    """Waits until each writer has reported its first step. Leaves the reports unread."""
    for writer in writers:
        assert select.select([writer.stdout], [], [], START_SECONDS)[0], "a writer does nothing"


def kill(space):
    """Kills cocfs with SIGKILL. Leaves the dead mount there, so that its writers notice it."""
    space.process.send_signal(signal.SIGKILL)
    space.process.wait(10)
