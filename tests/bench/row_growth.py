# SPDX-License-Identifier: MIT
"""Jobs a second, by how many are bound already, and by how many processes write at once."""

import os

import row
import spools
from row_many import PER_FOLDER
from sizes import MILLION, WRITERS


def name_of(count, writers):
    return f"{count:,} bound, {writers} writer{'s' * (writers > 1)}"


def at_once(many, few):
    return lambda values: values[name_of(0, many)] / values[name_of(0, few)]


class Growth(row.Row):
    title = "sync jobs by bound jobs and writers, http"
    unit = "jobs/s"

    goals = (row.Goal("64 writers against one", at_once(64, 1), 2.5), row.Goal("256 writers against 64", at_once(256, 64), 1))

    def set_up(self):
        self.document, server = self.stage.document(), self.stage.server("http")
        counts = self.sizes.growth + ((MILLION,) if self.stage.bench.options.million else ())
        self.spaces = {count: self.filled(server, count) for count in counts}

    def filled(self, server, count):
        space = self.stage.space(server)
        if count:
            space.unmount()
            spools.fill(space.state, "filled", count, PER_FOLDER)
            space.mount()
        os.mkdir(space.at("new"))
        self.stage.write(space.at("new"), "warm", self.document, 1, 1)
        return space

    def round(self):
        word, jobs, values = self.next_round(), self.sizes.jobs, {}
        for writers in WRITERS:
            for count, space in self.spaces.items():
                each = max(jobs // writers, 1)
                taken = self.stage.write(space.at("new"), f"{word}-{writers}", self.document, writers, jobs)
                values[name_of(count, writers)] = each * writers / taken
        return values
