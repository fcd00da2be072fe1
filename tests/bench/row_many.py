# SPDX-License-Identifier: MIT
"""A space with very many bound jobs against one with few: a commit, and the mount."""

import os
import time

import row
import spools

PER_FOLDER = 1000


class Many(row.Row):
    unit = "µs"

    def set_up(self):
        few, many = self.sizes.few, self.sizes.many
        self.title = f"{many:,} bound jobs against {few:,}, http"
        self.few, self.many = (f"commit, {count:,} bound" for count in (few, many))
        mount_many, crashed = f"mount, {many:,} bound", f"mount after a crash, {many:,} bound"
        self.goals = (
            row.Goal(f"time of a commit, {many:,} bound jobs against {few:,}",
                     lambda v: v[self.many] / v[self.few], 1.05, False),
            row.Goal(f"mount with {many:,} bindings", lambda v: v[mount_many], 0.3, False, "s"),
            row.Goal(f"mount with {many:,} bindings after a crash", lambda v: v[crashed], 0.3, False, "s"))
        self.document = self.stage.document()
        self.server = self.stage.server("http")
        self.spaces = {count: self.filled(count) for count in (few, many)}
        self.units = {f"{what}, {count:,} bound": "s" for count in self.spaces for what in ("mount", "mount after a crash")}

    def filled(self, count):
        space = self.stage.space(self.server)
        space.unmount()
        spools.fill(space.state, "filled", count, PER_FOLDER)
        space.mount()
        os.mkdir(space.at("new"))
        space.unmount()
        return space

    def round(self):
        word, values = self.next_round(), {}
        for count, space in self.spaces.items():
            values[f"mount, {count:,} bound"] = self.mount(space)
            self.stage.write(space.at("new"), f"{word}-warm", self.document, 1, 1)
        jobs = self.sizes.jobs
        for name, space in zip((self.few, self.many), self.spaces.values()):
            values[name] = self.stage.write(space.at("new"), word, self.document, 1, jobs) / jobs * 1e6
        for count, space in self.spaces.items():
            space.kill()
            values[f"mount after a crash, {count:,} bound"] = self.mount(space)
            space.unmount()
        return values

    @staticmethod
    def mount(space):
        """Returns the seconds of a mount, until its root can be looked at."""
        start = time.monotonic()
        space.mount()
        os.stat(space.at("new"))
        return time.monotonic() - start
