# SPDX-License-Identifier: MIT
"""The mount against other clients over https: a process for each file, and a tree of files."""

import os

import curl
import row
import service
from sizes import IN_FLIGHT

EACH = 'for file in "$1"/*.yaml; do cp "$file" "$2" || exit; done'
PLAIN = "the same cp into a plain directory"
AT_FLOORS = "floors: cp into FUSE, calls, commit"
EACH_CURL = 'shift 1; for file; do curl -K "$file" || exit; done'


def at_floors(what, line):
    """Returns the goal of a row.Line: the jobs a second of its mount, over those of the floors together. No client could reach more
    than 1; the goal is 0.9."""
    return row.Goal(line.named(f"{what}, of its value at the floors"),
                    lambda values: values[line.named(what)] / values[line.named(AT_FLOORS)], 0.9)


class Clients(row.Row):
    unit = "jobs/s"

    def prepare(self, count):
        self.server = self.stage.server("https")
        self.spaces = {line: self.stage.space(self.server, **line.options) for line in row.LINES}
        self.floor = self.stage.floor()
        self.documents = self.stage.documents(count)
        self.sdk = self.stage.bench.sdk()

    def sign(self):
        """Signs all requests again, because the service refuses an old signature. Returns what curl.prepare() returns."""
        return curl.prepare(self.server, self.documents, self.stage.fresh("signed"))

    def call_and_commit(self, count, line, rest_seconds=0):
        """Returns the seconds of the signed calls and a durable commit for each of count files, without the rest before each."""
        return (self.stage.post(self.server, self.files()[0], count, "--warm", rest_seconds=rest_seconds, lists=line.lists)
                + self.stage.commit(count, rest_seconds))

    def files(self):
        return [os.path.join(self.documents, name) for name in sorted(os.listdir(self.documents))]

    def node(self, in_flight, files, whole=False):
        """Returns the seconds of one Node process; whole: with its start."""
        argv = self.sdk.argv(self.server, in_flight, *files)
        env = self.sdk.env(self.server, service.read_keys(self.server.keys_file))
        return self.stage.timed(*argv, env=env) if whole else float(self.stage.run(*argv, env=env))


class OneProcessAFile(Clients):
    title = "one process for each small job file, sync, https"
    goals = tuple(at_floors("cp", line) for line in row.LINES)

    def set_up(self):
        self.prepare(self.sizes.processes)
        self.plain = self.stage.fresh("plain")
        if self.sdk.missing:
            self.missing["Node SDK"] = self.sdk.missing

    def copy(self, top, word):
        """Returns the seconds of a cp for each file into a new directory below top."""
        into = os.path.join(top, word)
        os.mkdir(into)
        return self.stage.timed("sh", "-c", EACH, "sh", self.documents, into)

    def round(self):
        count, word, signed = self.sizes.processes, self.next_round(), self.sign()
        seconds = {line.named("cp"): self.copy(space.path, word) for line, space in self.spaces.items()}
        seconds[PLAIN] = self.copy(self.plain, word)
        floor = self.copy(self.floor.path, word)
        for line in row.LINES:  # a rest before each job, because everything else rests while a cp starts
            seconds[line.named(AT_FLOORS)] = floor + self.call_and_commit(count, line, seconds[PLAIN] / count)
        seconds["curl"] = self.stage.timed("sh", "-c", EACH_CURL, "sh", "all", *signed)
        values = {name: count / taken for name, taken in seconds.items()}
        if not self.sdk.missing:
            some = self.files()[:self.sizes.node]
            values["Node SDK"] = len(some) / sum(self.node(1, [file], whole=True) for file in some)
        return values


class Tree(Clients):
    title = "many small job files by one command, sync, https"
    goals = tuple(at_floors("cp -r", line) for line in row.LINES)

    def set_up(self):
        self.prepare(self.sizes.files)
        if self.sdk.missing:
            self.missing.update({f"Node SDK, {n} in flight": self.sdk.missing for n in (1, IN_FLIGHT)})

    def round(self):
        stage, document = self.stage, self.files()[0]
        signed, word, count = self.sign(), self.next_round(), self.sizes.files
        everything = os.path.join(os.path.dirname(signed[0]), "all")
        seconds = {
            "xargs -P8 curl": stage.timed("sh", "-c", 'printf "%s\\n" "$1"/*.curl | xargs -P8 -n1 curl -K', "sh",
                                          os.path.dirname(signed[0])),
            "curl -Z": stage.timed("curl", "-Z", "--parallel-max", IN_FLIGHT, "-K", everything),
            "libcurl alone, 1 in flight": stage.post(self.server, document, count),
            f"libcurl alone, {IN_FLIGHT} in flight": stage.post(self.server, document, count, "--inflight", IN_FLIGHT)}
        floor = stage.timed("cp", "-r", self.documents, self.floor.at(word))
        for line, space in self.spaces.items():
            seconds[line.named("cp -r")] = stage.timed("cp", "-r", self.documents, space.at(word))
            seconds[line.named(AT_FLOORS)] = floor + self.call_and_commit(count, line)
        if not self.sdk.missing:
            for in_flight in (1, IN_FLIGHT):
                seconds[f"Node SDK, {in_flight} in flight"] = self.node(in_flight, self.files())
        return {name: count / taken for name, taken in seconds.items()}
