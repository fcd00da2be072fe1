#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A random schedule of two mounts and a third client on one service: schedule.py SEED FOLDER [OPTION=VALUE…]

Two hosts mount the same account, each with a state directory of its own. A third client, the console, writes without them. They
write, rename, remove, set attributes, forget, adopt, and settle conflicts. Each host may be killed at any request, and its
answers may get lost. The model knows only what the service holds and which results the writers got. When everything is mounted
and nothing is unfinished, these must hold:

- every acknowledged text is a version of its file's job;
- no file has a second job, except that two hosts may create at the same moment, and then get a warning;
- nobody is overwritten: the writer of a text has read or written the version below it, or that version came at the same
  moment;
- no job is without its file, no text is there more often than it was committed, and no written text is lost;
- coc.version and coc.base are true.

Everything that happens comes from the seed, apart from the kernel's scheduling. A schedule is a process of its own, because a
fork in another test would hold the descriptors of its writers. It prints the story, and exits with 1 if something does not hold.
"""

import collections
import errno
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "lib"))
sys.dont_write_bytecode = True

import front as fronts  # noqa: E402
import janitor  # noqa: E402
import mounting  # noqa: E402
import promises  # noqa: E402
import samples  # noqa: E402
import service  # noqa: E402
import tools  # noqa: E402

ROUNDS = (6, 14)            # the least and the most of a schedule: in each round every host, and the console, does one thing
SETTLE_SECONDS = 90
DEAD = {errno.ENOTCONN, errno.ECONNABORTED, errno.EIO, errno.ENODEV, errno.ESTALE}  # errors of calls on a killed mount
OK, ERROR, UNKNOWN = "ok", "error", "unknown"
CHANGES = [("POST", "/v1/documents"), ("PUT", "/v1/documents/[^/]+")]


@dataclass
class Commit:
    text: str
    told: str           # the result that the writer got: OK, ERROR or UNKNOWN
    round: int
    known: frozenset    # the texts that its writer had read or written before


@dataclass(eq=False)
class File:
    """A file of a host, from its first write until its binding is forgotten. Its path may change."""
    host: "Host"
    path: str
    name: str           # the name of its job
    there: bool = True
    commits: list = field(default_factory=list)
    known: set = field(default_factory=set)
    content: set = field(default_factory=set)   # the contents that the file may have; several after an act that was cut off
    moved: set = field(default_factory=set)     # other paths that the file may have, because a rename was cut off
    stale: bool = False     # its last commit was refused as a conflict

    def __str__(self):
        return f"{self.host.name}:{self.path}"

    def last(self):
        """Returns the text that was committed last; None if there was no commit."""
        return self.commits[-1].text if self.commits else None

    def holds(self):
        """Returns the content as any program reads it; None if the file cannot be read. cocfs may have put a newer text of the
        job into the file: that text counts as read then."""
        try:
            text = tools.read(self.host.at(self.path)).decode()
        except OSError as error:
            if error.errno != errno.ENOENT and not self.host.dead:
                self.host.broken.append(f"{self} cannot be read: {errno.errorcode[error.errno]}")
            return None
        self.known.add(text)
        return text


class Host:
    """A mount with a state directory of its own, and with a front (a proxy before the service) of its own."""

    def __init__(self, name, cocd, folder, exhibits, **options):
        self.name, self.front = name, fronts.Front(cocd.address).start()
        base = os.path.join(folder, name)
        os.makedirs(base, exist_ok=True)
        self.mount = mounting.Space(cocd, self.front, base, timeout="3", **options)
        self.files, self.past, self.dead, self.hidden = [], [], False, set()
        self.path, self.broken = self.mount.path, []
        exhibits.append(self)

    def at(self, path):
        return self.mount.at(path)

    def begin(self):
        self.mount.mount()

    def end(self):
        self.mount.destroy()
        self.front.stop()


class Schedule:
    def __init__(self, seed, folder, help_text, **options):
        self.seed, self.folder, self.random = seed, folder, random.Random(seed)
        self.adopts, self.numbers, self.round = "adopt=" in help_text, 0, 0
        self.with_risk = collections.Counter()  # how often the risk level of a file was changed, by its job's ID
        self.ended_doubts = collections.Counter()   # how often a person ended the doubt of a create, by its text
        self.console = {}       # by text that the console wrote: when the write was over; inf: not yet
        self.lines, self.hosts, self.broken = [], [], []
        self.lock = threading.Lock()
        self.cocd = service.Cocd(os.path.join(folder, "service"), os.path.join(folder, "cocd.log")).start()
        for name in "AB":
            own = {"submit": self.random.choice(["sync", "sync", "queue"]), "refresh": self.random.choice(["0", "1", "60"]),
                   "jobs": self.random.choice(["own", "read", "all", "all"])}
            if self.adopts:
                own["adopt"] = self.random.choice(["same", "same", "same", "name", "never"])
            Host(name, self.cocd, folder, self.hosts, **{**own, **options})

    def say(self, text):
        with self.lock:
            self.lines.append(f"{self.round:2} {text}")

    def text(self, name):
        with self.lock:
            self.numbers += 1
            return samples.document(name, [f"s{self.numbers}"])

    @staticmethod
    def step(text):
        """Returns the step's name in a text, for the printed report: each text has another. None stays None."""
        return text.partition("- name: ")[2].partition("\n")[0] if text else text

    # ---- acts of a host ----

    def told(self, host, file, text, function, *args, known=()):
        """Calls a function that commits a text to a file, and records the result. Returns "0", or the name of the errno. known:
        texts that the writer has seen before."""
        file.known |= set(known)
        commit = Commit(text, UNKNOWN, self.round, frozenset(file.known))
        file.commits.append(commit)
        file.known.add(text)
        said = "0"
        try:
            function(*args)
            commit.told = OK
        except OSError as error:
            said = errno.errorcode[error.errno]
            commit.told = UNKNOWN if host.dead and error.errno in DEAD else ERROR
            file.stale = error.errno == errno.ESTALE
        else:
            file.stale = False
        return said

    def write(self, host, file, text=None, via=None):
        """Writes a file as one of several tools does. via: the name that is written first, and then renamed onto the file; None:
        the file is written in place."""
        text = text or self.text(file.name)
        before = set(file.content) or {None}

        def act():
            place = host.at(via or file.path)
            fd = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            try:
                os.write(fd, text.encode())
            finally:
                os.close(fd)
            if via:
                os.rename(place, host.at(file.path))

        said = self.told(host, file, text, act)
        told = file.commits[-1].told
        if told == OK or not via:
            file.content = {text}
        else:
            file.content = before | {text}
        if told == UNKNOWN:
            file.content |= before | {"", None}
        file.there = True
        self.say(f"{file} = {self.step(text)}{' by rename' if via else ''}: {said}")

    def new(self, host, name=None, text=None):
        with self.lock:
            self.numbers += 1
            number = self.numbers
        name = name or f"job{number}"
        folder = host.random.choice(["", "", "d/"])
        if folder:
            os.makedirs(host.at("d"), exist_ok=True)
        file = File(host, f"{folder}{name}-{number}.yaml", name)
        host.files.append(file)
        self.write(host, file, text)

    def rename(self, host, file):
        with self.lock:
            self.numbers += 1
        path = f"moved-{self.numbers}.yaml"
        try:
            os.rename(host.at(file.path), host.at(path))
            said = "0"
        except OSError as error:
            said = errno.errorcode[error.errno]
        self.say(f"{file} -> {path}: {said}")
        if said == "0" or host.dead:
            file.moved.add(file.path if said == "0" else path)
            if said == "0":
                file.moved.clear()
                file.path = path

    def remove(self, host, file):
        try:
            os.unlink(host.at(file.path))
            file.there, file.content = False, {None}
            said = "0"
        except OSError as error:
            said = errno.errorcode[error.errno]
            if host.dead:
                file.content.add(None)
        self.say(f"rm {file}: {said}")

    def set_risk(self, host, file):
        text, risk = file.holds(), host.random.choice(["LOW", "MEDIUM", "HIGH"])
        try:
            self.with_risk[host.mount.id(file.path)] += 1
        except OSError:
            pass  # the mount is dead, and changes nothing
        said = self.told(host, file, text, os.setxattr, host.at(file.path), "user.coc.risk_level", risk.encode())
        self.say(f"{file} risk {risk}: {said}")

    def newest(self, file):
        """Returns the job of a file as the service has it now: (ID, its texts); None if there is none."""
        job = file.host.mount.id(file.path)
        texts = promises.held(self.cocd).get(job)
        return (job, texts) if texts else None

    def name_base(self, host, file):
        """Commits the host's own text on top of the newest version; nothing if the file has no job."""
        found = self.newest(file)
        if not found:
            return
        version, text = f"v{len(found[1])}", file.holds()
        said = self.told(host, file, text, os.setxattr, host.at(file.path), "coc.base", version.encode(),
                         known=[found[1][-1]])
        self.say(f"{file} base {version}: {said}")

    def take_theirs(self, host, file):
        """Copies the newest text over the host's own; nothing if the file has no job."""
        found = self.newest(file)
        if found:
            self.write(host, file, found[1][-1])

    def adopt_by_hand(self, host, _):
        """A person names a job for a draft by the job's ID, and commits on top of what the job has. No file of the host has that
        job."""
        jobs = promises.held(self.cocd)
        try:
            free = sorted(set(jobs) - {host.mount.id(file.path) for file in host.files})
        except OSError:
            free = None     # the mount is dead
        if not free:
            return
        job = host.random.choice(free)
        with self.lock:
            self.numbers += 1
        file = File(host, f"taken-{self.numbers}.yaml", jobs[job][-1].partition("name: ")[2].partition("\n")[0])
        try:
            os.close(os.open(host.at(file.path), os.O_WRONLY | os.O_CREAT, 0o644))
            os.setxattr(host.at(file.path), "coc.job_id", job.encode())
            said = "0"
        except OSError as error:
            said = errno.errorcode[error.errno]
        self.say(f"{file} is {job[-6:]}: {said}")
        if said != "0" and not host.dead:
            return
        file.content = {"", None, *jobs[job]}
        host.files.append(file)
        file.content.add(file.holds())

    def forget(self, host, file):
        try:
            os.removexattr(host.at(file.path), "coc.job_id")
        except OSError as error:
            self.say(f"forget {file}: {errno.errorcode[error.errno]}")
            if host.dead:  # the act may have been done
                host.files.remove(file)
                host.past.append(file)
            return
        self.say(f"forget {file}: 0")
        host.files.remove(file)
        host.past.append(file)
        fresh = File(host, file.path, file.name, content=file.content)
        host.files.append(fresh)
        self.write(host, fresh)

    def deploy(self, host, file):
        """Makes a new file with the text of the other host's file, as the same repository on another machine does."""
        self.new(host, file.name, file.last())

    def imports(self, host):
        """Returns the job file names in the root that none of the host's files has, without those that adopt_by_hand() makes."""
        own = {file.path for file in host.files} | {path for file in host.files for path in file.moved}
        return sorted(name for name in os.listdir(host.path) if name.endswith(".yaml") and name not in own
                      and not name.startswith("taken-"))

    def edit_import(self, host):
        """Edits a job of another client as an editor does: reads, then writes. Unless the host has jobs=all, only tries to open the
        file for writing, which must fail."""
        try:
            name = host.random.choice(self.imports(host) or [None])
            if not name:
                return
            text = tools.read(host.at(name)).decode()
        except OSError as error:
            self.say(f"{host.name}: no import: {errno.errorcode[error.errno]}")
            return
        file = File(host, name, text.partition("name: ")[2].partition("\n")[0], content={text}, known={text})
        if host.mount.options["jobs"] == "all":
            host.files.append(file)
            host.random.choice([self.write, self.publish, self.set_risk])(host, file)
            return
        try:
            os.close(os.open(host.at(name), os.O_WRONLY))
            self.broken.append(f"{file} could be opened for writing with jobs={host.mount.options['jobs']}")
        except OSError:
            pass

    def remove_import(self, host):
        names = self.imports(host)
        if names:
            name = host.random.choice(names)
            job = host.mount.id(name)
            try:
                os.unlink(host.at(name))
                host.hidden.add(job)
                said = "0"
            except OSError as error:
                said = errno.errorcode[error.errno]
            self.say(f"rm import {host.name}:{name}: {said}")

    def act_if_alive(self, host):
        """Does one act, unless the host is killed while it looks for something to do. With submit=queue a kill comes at any time."""
        try:
            self.act(host)
        except OSError as error:
            if not host.dead or error.errno not in DEAD:
                raise

    def act(self, host):
        """Does one random act with the files of a host."""
        dice = host.random
        files = [file for file in host.files if not file.moved]
        bound = [file for file in files if file.there and file.commits]
        file = dice.choice(bound) if bound else None
        if dice.random() < 0.25 and host.mount.options["jobs"] != "own":
            dice.choices([self.edit_import, self.remove_import], [5, 1])[0](host)
        elif file is None or dice.random() < 0.2:
            others = [f for h in self.hosts if h is not host for f in h.files if f.commits and f.commits[-1].told == OK]
            if self.adopts and others and dice.random() < 0.5:
                self.deploy(host, dice.choice(others))
            else:
                self.new(host)
        elif file.stale and dice.random() < 0.6:
            dice.choice([self.name_base, self.take_theirs])(host, file)
        else:
            what = dice.choices([self.write, self.publish, self.rename, self.remove, self.set_risk, self.forget, self.again,
                                 self.name_base, self.adopt_by_hand],
                                [10, 4, 3, 2, 3, 1, 2, 1, 1 if self.adopts else 0])[0]
            what(host, file)
        gone = [file for file in files if not file.there]
        if gone and dice.random() < 0.5:
            self.write(host, dice.choice(gone))

    def publish(self, host, file):
        self.write(host, file, via=f"{file.path}.tmp")

    def again(self, host, file):
        """Writes the text that was committed last to the file again."""
        self.write(host, file, file.last())

    # ---- acts of the console ----

    def at_the_console(self):
        dice = self.console_random
        client, jobs = self.cocd.client(), promises.held(self.cocd)
        if not jobs or dice.random() < 0.3:
            text = self.text(f"console{self.numbers}")
            self.console[text] = float("inf")
            job = client.create(name=text.partition("name: ")[2].partition("\n")[0], content=text)
            self.console[text] = time.monotonic()
            self.say(f"console {job[-6:]} = {self.step(text)}, new")
            return
        job = dice.choice(sorted(jobs))
        shown = client.show(job)
        text = self.text(shown["name"])
        self.console[text] = float("inf")
        client.update(job, name=shown["name"], content=text, risk_level=shown["risk_level"])
        self.console[text] = time.monotonic()
        self.say(f"console {job[-6:]} = {self.step(text)}")

    # ---- what goes wrong ----

    def misfortune(self, host):
        """Draws what goes wrong for a host in this round: nothing, a fault at the next change that it sends, or a kill. Returns a
        function to call when the round is over."""
        kind = host.random.choices(["none", "lost", "dropped", "busy", "kill", "kill-late", "kill-lost", "kill-after"],
                                   [10, 2, 1, 1, 1, 1, 1, 2])[0]
        if kind == "none":
            return lambda: None
        self.say(f"{host.name}: {kind}")
        if kind == "kill-after":
            return lambda: self.kill(host)
        method, path = host.random.choice(CHANGES)
        if kind in ("lost", "dropped", "busy"):
            fault = {"lost": fronts.cuts(fronts.FORWARDED), "dropped": fronts.cuts(fronts.REQUEST),
                     "busy": fronts.refuses(429, "APIGW.0308", "throttled")}[kind]
            host.front.rule(fault, method, path)
            return host.front.clear
        gate = host.front.gate()
        fault = fronts.cuts(fronts.FORWARDED) if kind == "kill-lost" else fronts.Fault(gate=gate, forward=kind != "kill",
                                                                                      cut=fronts.REQUEST if kind == "kill" else None)
        rule = host.front.rule(fault, method, path)
        return self.kill_at(host, rule, gate, kind == "kill-late")

    def kill_at(self, host, rule, gate, late):
        """Starts a thread that kills a host as soon as the rule of its front has hit, after 30 seconds, or at the end of the round.
        Returns the function for that end: it waits for the kill, and mounts again. late: the request that the gate holds goes on
        after the kill; this is only for the story."""
        over = threading.Event()

        def watch():
            host.front.wait(lambda: over.is_set() or rule.hits and (gate.held or rule.fault.gate is None), 30)
            host.dead = True
            host.mount.process.kill()

        thread = threading.Thread(target=watch)
        thread.start()

        def end():
            over.set()
            thread.join()
            self.bury(host)
            if late:
                self.say(f"{host.name}: the held request goes on")
            gate.open()
            host.front.clear()
            self.revive(host)

        return end

    def kill(self, host):
        host.dead = True
        host.mount.process.kill()
        self.bury(host)
        self.revive(host)

    def bury(self, host):
        host.mount.bury()
        self.say(f"{host.name} is dead")

    def revive(self, host):
        host.begin()
        host.dead = False
        self.look(host)

    def look(self, host):
        """After a kill: finds out how far the last act came before it was cut off, and corrects the model of the host's files."""
        for file in host.files:
            for path in list(file.moved):
                if os.path.exists(host.at(path)) and not os.path.exists(host.at(file.path)):
                    file.path = path
                file.moved.discard(path)
            content = file.holds()
            file.there = content is not None
            if content in file.content:
                file.content = {content}

    # ---- the whole schedule ----

    def play(self):
        for host in self.hosts:
            host.random = random.Random(self.random.getrandbits(64))
            host.begin()
        self.console_random = random.Random(self.random.getrandbits(64))
        for _ in range(self.random.randint(*ROUNDS)):
            self.round += 1
            ends = [self.misfortune(host) for host in self.hosts]
            if self.adopts and self.random.random() < 0.1:
                acts = self.twins()
            else:
                acts = [lambda host=host: self.act_if_alive(host) for host in self.hosts]
            self.together(acts + [self.at_the_console])
            for end in ends:
                end()
        self.settle()
        return list(self.wrong())

    def twins(self):
        """Returns an act for each host: all hosts make a job of the same name and content in one round."""
        self.numbers += 1
        name = f"twin{self.numbers}"
        text = self.text(name)
        return [lambda host=host: self.new(host, name, text) for host in self.hosts]

    def together(self, acts):
        """Does several acts, by chance at the same moment or one after the other, each in a thread. When all have ended, raises an
        exception of one, if there is any."""
        failed = []

        def guarded(act):
            try:
                act()
            except BaseException as error:  # raised below, in the thread of the schedule
                failed.append(error)

        threads = [threading.Thread(target=guarded, args=(act,)) for act in acts]
        at_once = self.random.random() < 0.5
        for thread in threads:
            thread.start()
            if not at_once:
                thread.join()
        for thread in threads:
            thread.join()
        for error in failed:
            raise error

    def settle(self):
        for host in self.hosts:
            host.front.clear()
        deadline = time.monotonic() + SETTLE_SECONDS
        for host in self.hosts:
            while promises.unfinished(host.mount):
                self.decide(host)
                if time.monotonic() > deadline or host.mount.process.poll() is not None:
                    self.broken.append(f"{host.name} does not settle: {promises.unfinished(host.mount)}\n"
                                       f"{tools.read(host.at('.coc/queue')).decode()}")
                    break
                time.sleep(0.1)

    def decide(self, host):
        """Does what a person does if nothing can tell whether a create made a job: ends the doubt by removing coc.job_id. The
        next write of the file makes a job."""
        for file in list(host.files):
            if "nobody can tell" in (host.mount.error(file.path) or ""):
                try:
                    # with O_CREAT, because the file may be removed
                    os.close(os.open(host.at(file.path), os.O_WRONLY | os.O_CREAT, 0o644))
                    os.removexattr(host.at(file.path), "coc.job_id")
                except OSError:
                    continue
                self.say(f"{file}: nobody can tell whose the job is")
                self.ended_doubts.update({commit.text for commit in file.commits})
                host.files.remove(file)
                host.past.append(file)

    def wrong(self):
        yield from self.broken
        for host in self.hosts:
            yield from host.broken
        jobs = promises.held(self.cocd)
        files = [file for host in self.hosts for file in host.files]
        writers = collections.defaultdict(set)
        past = [file for host in self.hosts for file in host.past]
        for file in files + past:
            for commit in file.commits:
                writers[commit.text].add(file)
        for host in self.hosts:
            names = {file.path for file in host.files} | {name for name in os.listdir(host.path) if name.endswith(".yaml")}
            owned = collections.defaultdict(list)
            for name in names:
                owned[host.mount.id(name)].append(name)
            for job, found in owned.items():
                if job in host.hidden - {None} and not {file.path for file in host.files} & set(found):
                    yield f"{found} of {host.name} have the job {job}, whose file was removed"
                if job and len(found) > 1:
                    yield f"{found} of {host.name} have the job {job}"
        for file in files:
            yield from self.file_wrong(file, jobs, writers)
        yield from self.jobs_wrong(files, past, jobs, writers)

    def file_wrong(self, file, jobs, writers):
        job = file.host.mount.id(file.path)
        texts = jobs.get(job, [])
        content = file.holds()
        if content not in file.content and content not in texts:
            yield f"{file} holds {self.step(content)}, and not {[self.step(text) for text in file.content]}"
        mine = {commit.text for commit in file.commits if writers[commit.text] == {file} and commit.text not in self.console}
        holders = {holder for holder, held in jobs.items() if mine & set(held)}
        taken = self.taken_over(file) if not job else set()
        if holders - {job} - taken:
            yield f"{file} has the job {job}, and its texts are in {holders}"
        state = file.host.mount.fact(file.path, "state") if file.there else None
        acknowledged = [commit for commit in file.commits if commit.told == OK]
        if file.host.mount.options["submit"] == "queue":
            acknowledged = acknowledged[-1:] if state == "submitted" and file.commits[-1:] == acknowledged[-1:] else []
        for commit in acknowledged:
            if commit.text not in texts and not any(commit.text in jobs.get(other, []) for other in taken):
                yield f"{file}: {self.step(commit.text)} was acknowledged, and is no version of {job}"
        if file.there and job:
            yield from self.facts_wrong(file, job, texts, content, state)

    @staticmethod
    def taken_over(file):
        """Returns the jobs of the host's other files with the same job name; with adopt=never none. If this file was removed,
        adoption may have given its job to one of them."""
        if file.host.mount.options.get("adopt") == "never":
            return set()
        return {file.host.mount.id(other.path) for other in file.host.files if other is not file and other.name == file.name} - {None}

    def facts_wrong(self, file, job, texts, content, state):
        mount = file.host.mount
        os.stat(mount.at(file.path))
        base, version = mount.fact(file.path, "base"), mount.fact(file.path, "version")
        if base is None or not 1 <= int(base[1:]) <= len(texts):
            yield f"{file}: the base is {base}, and {job} has {len(texts)} versions"
            return
        text = texts[int(base[1:]) - 1]
        if state == "submitted" and text != content:
            yield f"{file} is submitted, its base {base} is {self.step(text)}, and it holds {self.step(content)}"
        takes_unread = mount.options.get("adopt") == "name"  # adopt=name takes a job with any text
        if text not in file.known and text != content and not takes_unread:
            yield f"{file}: nobody here has read or written the base {base}: {self.step(text)}"
        if int(version[1:]) < int(base[1:]) or int(version[1:]) > len(texts):
            yield f"{file}: the version is {version}, the base {base}, and {job} has {len(texts)}"

    def jobs_wrong(self, files, past, jobs, writers):
        bound = {file.host.mount.id(file.path) for file in files}
        committed = collections.Counter(commit.text for file in files + past for commit in file.commits)
        forgotten = {commit.text for file in past for commit in file.commits}
        for job, texts in jobs.items():
            made = [text for text in texts if text in writers]
            if made and job not in bound and not forgotten & set(made):
                yield f"no file has the job {job}: {[self.step(text) for text in texts]}"
            for text, count in collections.Counter(texts).items():
                # a change of the risk level commits the file's text again, which may be a newer text of the job
                if text in committed and text not in self.console and count > committed[text] + self.with_risk[job]:
                    yield f"{count} versions of {job} are {self.step(text)}, which was committed {committed[text]} times"
            for below, text in zip(texts, texts[1:]):
                yield from self.overwritten(job, texts, below, text, writers)
        for text, owners in writers.items():
            holders = [job for job, texts in jobs.items() if text in texts]
            if len(holders) > max(1, len(owners)) + self.ended_doubts[text]:
                yield f"{self.step(text)} is in {holders}, and was written for {[str(file) for file in owners]}"
            elif len(holders) > 1 and "name: twin" in text and text not in self.console:
                yield from self.unwarned(text, holders, owners, jobs)

    def unwarned(self, text, holders, owners, jobs):
        """Yields a line if a warning is missing. Two hosts made a job of the same name and content, each when it could not see
        the other's. Then one of them must get a warning that names both jobs. There is no warning with adopt=never, nor if a file
        could not take the job because its answer was lost. Only hosts with adopt=same and submit=sync are looked at."""
        made = [job for job in holders if jobs[job][0] == text]
        alike = [file for file in owners if file.host.mount.options["adopt"] == "same" and file in file.host.files
                 and file.commits[0].text == text and file.commits[0].told == OK and file.host.mount.options["submit"] == "sync"]
        at_once = len({file.commits[0].round for file in alike}) == 1
        # leave out the jobs that a later copy has made
        made = [job for job in made if job in {file.host.mount.id(file.path) for file in alike}]
        if len(made) > 1 and at_once and {file.host for file in alike} == set(self.hosts) and len(alike) == len(self.hosts):
            logs = [file.host.mount.log() for file in alike]
            if not any(all(job in line for job in made) for log in logs for line in log.splitlines()):
                yield f"{made} are jobs of {self.step(text)}, and no host is warned of both"

    def overwritten(self, job, texts, below, text, writers):
        """Yields a line if a host's text was written over a text (below) that its writer had not read. If the text below came after
        the check had begun, nothing is wrong, because no mount can see it. The console may write over any text."""
        commits = [commit for file in writers.get(text, ()) for commit in file.commits if commit.text == text]
        for file in writers.get(text, ()):  # adopt=name takes a job with any text, and updates it
            own = {commit.text for commit in file.commits if writers[commit.text] == {file}}
            if file.host.mount.options.get("adopt") == "name" and not own & set(texts[:texts.index(text)]):
                return
        if not commits or below == text or text in self.console or any(below in commit.known for commit in commits):
            return
        checked = [begin for begin in self.checks(job, text)]
        came = self.console.get(below) or self.came(below)
        if not checked or came is None or came < min(checked):
            yield f"{job}: {self.step(text)} overwrites {self.step(below)}"

    def sent(self, text):
        """Yields (front, request) for each request that brought a text to the service."""
        for host in self.hosts:
            for call in host.front.calls("POST") + host.front.calls("PUT"):
                if call.body and call.json().get("content") == text:
                    yield host.front, call

    def checks(self, job, text):
        """Yields, for each request that brought a text, when cocfs began to read the job before it; without such a read, when the
        request began."""
        for front, call in self.sent(text):
            before = [other.started for other in front.calls("GET", f"/v1/documents/{job}") if other.started < call.started]
            yield before[-1] if before else call.started

    def came(self, text):
        """Returns the latest time at which a text of a host can have reached the service. That is the end of the last request with
        it; inf: one has not ended; None: no request brought it."""
        ends = [call.ended or float("inf") for _, call in self.sent(text)]
        return max(ends, default=None)

    def end(self):
        for host in self.hosts:
            host.end()
        self.cocd.stop()


def main():
    seed, folder = int(sys.argv[1]), sys.argv[2]
    help_text = tools.run(tools.COCFS, "--help").ok().stdout
    schedule = Schedule(seed, folder, help_text, **dict(word.split("=") for word in sys.argv[3:]))
    wrong = ["it did not come to its end"]
    try:
        wrong = schedule.play()
    finally:
        print(f"seed {seed}: " + ", ".join(f"{host.name} {host.mount.options['submit']}" for host in schedule.hosts))
        print("\n".join(schedule.lines))
        for host in schedule.hosts:
            if wrong:
                print(f"---- {host.name} ----\n{host.front.story(200)}\n{host.mount.log()}")
        schedule.end()
    print("\n".join(f"WRONG: {line}" for line in wrong))
    janitor.sweep()
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
