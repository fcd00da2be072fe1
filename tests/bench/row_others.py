# SPDX-License-Identifier: MIT
"""The first ls of a space with very many jobs of others: cocfs reads all pages of the list, and makes a file for each job.
Against libcurl alone, which reads the same pages."""

import os
import time

import lab
import others
import row

PAGE = 100  # rows; each page but the first begins with the last row of the page before


class Others(row.Row):
    unit = "s"
    goals = (row.Goal("the first ls, against libcurl alone over the same pages",
                      lambda v: v["ls, the first"] / v["libcurl alone"], 1.1, at_least=False),)

    def set_up(self):
        count = self.sizes.others
        self.title = f"ls of {count:,} jobs of others, in a mount that is new"
        self.pages = -(-(count - 1) // (PAGE - 1))
        self.server = self.stage.server("http", kind="cocd")
        others.fill_sqlite(self.server.data, count)

    def list(self, space):
        start = time.monotonic()
        n = len(os.listdir(space.path))
        if n < self.sizes.others:
            raise lab.Failed(f"{n} entries were listed and not {self.sizes.others}")
        return time.monotonic() - start

    def round(self):
        space = self.stage.space(self.server)
        values = {"ls, the first": self.list(space), "ls, again": self.list(space)}
        space.unmount()
        values["libcurl alone"] = self.stage.post(self.server, self.stage.document(), self.pages, "--pages")
        return values
