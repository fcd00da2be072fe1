# SPDX-License-Identifier: MIT
"""One sync job, written by a process that writes many, against the sum of the floors that it stands on:
a FUSE round of create, write and close, a signed POST on a warm connection, a durable commit."""

import row
import servers

FLOORS = "floor: FUSE create, write, close", "floor: signed POST", "floor: SQLite commit, FULL"


def over(transport):
    """The row for one transport: http, https, unix."""
    return lambda stage: Sync(stage, transport)


class Sync(row.Row):
    unit = "µs"
    goals = (row.Goal("a job against the sum of the floors",
                      lambda values: values["job"] / sum(values[floor] for floor in FLOORS), 1.2, False),)

    def __init__(self, stage, transport):
        super().__init__(stage)
        self.transport = transport
        self.title = f"one sync job of a process that writes many, {transport}"
        if transport == "unix":
            self.title += " (the embedded service, which keeps what it takes)"

    def set_up(self):
        stage = self.stage
        self.document = stage.document()
        if self.transport == "unix":
            self.space = stage.space(None)
            self.server = servers.Embedded(self.space)
        else:
            self.server = stage.server(self.transport)
            self.space = stage.space(self.server)
        self.floor = stage.floor()
        self.plain = stage.fresh("plain")
        stage.write(self.space.path, "warm", self.document, 1, 1)

    def round(self):
        stage, count, word = self.stage, self.sizes.jobs, self.next_round()
        seconds = {
            FLOORS[0]: stage.write(self.floor.path, word, self.document, 1, count),
            FLOORS[1]: stage.post(self.server, self.document, count, "--warm"),
            FLOORS[2]: stage.commit(count),
            "the same into a plain directory": stage.write(self.plain, word, self.document, 1, count),
            "job": stage.write(self.space.path, word, self.document, 1, count)}
        return {name: taken / count * 1e6 for name, taken in seconds.items()}
