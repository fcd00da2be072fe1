# SPDX-License-Identifier: MIT
"""One sync job, written by a process that writes many, against the sum of its floors. The floors are: a FUSE round of create,
write and close; the signed calls on a warm connection; a durable commit."""

import row
import servers

FUSE, COMMIT = "floor: FUSE create, write, close", "floor: SQLite commit, FULL"
CALLS = "floor: signed calls"
SLOW_FLUSH_US = 300  # if a commit takes longer than this, the disk is slow: the goal is 1.2 then, else 1.4


def over(transport):
    """Returns a function that makes the row for a stage. transport: http, https or unix."""
    return lambda stage: Sync(stage, transport)


def against_floors(line):
    return lambda v: v[line.named("job")] / (v[FUSE] + v[line.named(CALLS)] + v[COMMIT])


class Sync(row.Row):
    unit = "µs"

    def __init__(self, stage, transport):
        super().__init__(stage)
        self.transport = transport
        self.title = f"one sync job of a process that writes many, {transport}"
        if transport == "unix":
            self.title += " (the embedded service, which keeps what it takes)"

    def set_up(self):
        stage = self.stage
        self.document = stage.document()
        self.spaces = {}
        for line in row.LINES:
            if self.transport == "unix":
                space = stage.space(None, **line.options)
                server = servers.Embedded(space)
            else:
                server = stage.server(self.transport)
                space = stage.space(server, **line.options)
            self.spaces[line] = space, server
            stage.write(space.path, "warm", self.document, 1, 1)
        self.floor = stage.floor()
        self.plain = stage.fresh("plain")
        flush_us = stage.commit(self.sizes.jobs) / self.sizes.jobs * 1e6
        bound = 1.2 if flush_us > SLOW_FLUSH_US else 1.4
        self.goals = tuple(row.Goal(line.named("a job against the sum of the floors"), against_floors(line), bound, False)
                           for line in row.LINES)

    def round(self):
        stage, count, word = self.stage, self.sizes.jobs, self.next_round()
        seconds = {
            FUSE: stage.write(self.floor.path, word, self.document, 1, count),
            COMMIT: stage.commit(count),
            "the same into a plain directory": stage.write(self.plain, word, self.document, 1, count)}
        for line, (space, server) in self.spaces.items():
            seconds[line.named(CALLS)] = stage.post(server, self.document, count, "--warm", lists=line.lists)
            seconds[line.named("job")] = stage.write(space.path, word, self.document, 1, count)
        return {name: taken / count * 1e6 for name, taken in seconds.items()}
