# SPDX-License-Identifier: MIT
"""The mount against other clients over https: a process for each file, and a tree of files."""

import os

import curl
import row
import service
from sizes import IN_FLIGHT

EACH = 'for file in "$1"/*.yaml; do cp "$file" "$2" || exit; done'
PLAIN = "the same cp into a plain directory"
AT_FLOORS = "floors: cp into FUSE, POST, commit"
EACH_CURL = 'shift 1; for file; do curl -K "$file" || exit; done'


def ratio(one, other):
    return lambda values: values[one] / values[other]


class Clients(row.Row):
    unit = "jobs/s"

    def prepare(self, count):
        self.server = self.stage.server("https")
        self.space = self.stage.space(self.server)
        self.floor = self.stage.floor()
        self.documents = self.stage.documents(count)
        self.sdk = self.stage.bench.sdk()

    def sign(self):
        """Signs again: what was signed long ago is refused."""
        return curl.prepare(self.server, self.documents, self.stage.fresh("signed"))

    def post_and_commit(self, count, rest_seconds=0):
        """Seconds of a signed POST and a durable commit for each of so many files."""
        return (self.stage.post(self.server, self.files()[0], count, "--warm", rest_seconds=rest_seconds)
                + self.stage.commit(count, rest_seconds))

    def files(self):
        return [os.path.join(self.documents, name) for name in sorted(os.listdir(self.documents))]

    def node(self, in_flight, files, whole=False):
        """Seconds of one Node process; whole: with its start."""
        argv = self.sdk.argv(self.server, in_flight, *files)
        env = self.sdk.env(self.server, service.read_keys(self.server.keys_file))
        return self.stage.timed(*argv, env=env) if whole else float(self.stage.run(*argv, env=env))


class OneProcessAFile(Clients):
    title = "one process for each small job file, sync, https"
    goals = (row.Goal("cp against curl, signed beforehand", ratio("cp", "curl"), 6,
                      at_floors=ratio(AT_FLOORS, "curl")),
             row.Goal("cp against the Node SDK", ratio("cp", "Node SDK"), 100,
                      at_floors=ratio(AT_FLOORS, "Node SDK")))

    def set_up(self):
        self.prepare(self.sizes.processes)
        self.plain = self.stage.fresh("plain")
        if self.sdk.missing:
            self.missing["Node SDK"] = self.sdk.missing

    def copy(self, top, word):
        """Seconds of a cp for each file into a new directory below top."""
        into = os.path.join(top, word)
        os.mkdir(into)
        return self.stage.timed("sh", "-c", EACH, "sh", self.documents, into)

    def round(self):
        count, word, signed = self.sizes.processes, self.next_round(), self.sign()
        seconds = {"cp": self.copy(self.space.path, word), PLAIN: self.copy(self.plain, word)}
        # while a cp starts, all else rests
        seconds[AT_FLOORS] = (self.copy(self.floor.path, word)
                              + self.post_and_commit(count, rest_seconds=seconds[PLAIN] / count))
        seconds["curl"] = self.stage.timed("sh", "-c", EACH_CURL, "sh", "all", *signed)
        values = {name: count / taken for name, taken in seconds.items()}
        if not self.sdk.missing:
            some = self.files()[:self.sizes.node]
            values["Node SDK"] = len(some) / sum(self.node(1, [file], whole=True) for file in some)
        return values


class Tree(Clients):
    title = "many small job files by one command, sync, https"
    goals = (row.Goal("cp -r against the Node SDK, one call after the other",
                      ratio("cp -r", "Node SDK, 1 in flight"), 2.5,
                      at_floors=ratio(AT_FLOORS, "Node SDK, 1 in flight")),)

    def set_up(self):
        self.prepare(self.sizes.files)
        if self.sdk.missing:
            self.missing.update({f"Node SDK, {n} in flight": self.sdk.missing for n in (1, IN_FLIGHT)})

    def round(self):
        stage, document = self.stage, self.files()[0]
        signed, word, count = self.sign(), self.next_round(), self.sizes.files
        everything = os.path.join(os.path.dirname(signed[0]), "all")
        seconds = {
            "cp -r": stage.timed("cp", "-r", self.documents, self.space.at(word)),
            AT_FLOORS: stage.timed("cp", "-r", self.documents, self.floor.at(word)) + self.post_and_commit(count),
            "xargs -P8 curl": stage.timed("sh", "-c", 'printf "%s\\n" "$1"/*.curl | xargs -P8 -n1 curl -K', "sh",
                                          os.path.dirname(signed[0])),
            "curl -Z": stage.timed("curl", "-Z", "--parallel-max", IN_FLIGHT, "-K", everything),
            "libcurl alone, 1 in flight": stage.post(self.server, document, count),
            f"libcurl alone, {IN_FLIGHT} in flight": stage.post(self.server, document, count, "--inflight", IN_FLIGHT)}
        if not self.sdk.missing:
            for in_flight in (1, IN_FLIGHT):
                seconds[f"Node SDK, {in_flight} in flight"] = self.node(in_flight, self.files())
        return {name: count / taken for name, taken in seconds.items()}
