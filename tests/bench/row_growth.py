# SPDX-License-Identifier: MIT
"""Jobs a second by how many are bound already, and by how many write at once."""

import os

import row
import spools
from row_many import PER_FOLDER
from sizes import MILLION, WRITERS


class Growth(row.Row):
    title = "sync jobs by bound jobs and writers, http"
    unit = "jobs/s"

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
                values[f"{count:,} bound, {writers} writer{'s' * (writers > 1)}"] = each * writers / taken
        return values
