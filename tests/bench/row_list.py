# SPDX-License-Identifier: MIT
"""ls -l of a large directory, siblings included, against passthrough_ll on a tree with the same names. If descriptors are too few,
the tree has fewer names. Also measures ls -l of that tree without FUSE: no file system can be much faster."""

import os
import time

import floors
import lab
import row
import spools
import tools


class List(row.Row):
    unit = "entries/s"
    goals = (row.Goal("ls -l after the mount, against passthrough_ll",
                      lambda v: v["ls -l after the mount"] / v["passthrough_ll, after the mount"], 4,
                      at_floors=lambda v: v["that tree without FUSE"] / v["passthrough_ll, after the mount"]),
             row.Goal("ls -l after the mount, against that tree without FUSE",
                      lambda v: v["ls -l after the mount"] / v["that tree without FUSE"], 0.6))

    def set_up(self):
        count, stage = self.sizes.listed, self.stage
        self.title = f"ls -l of {count:,} jobs and their IDs"
        self.space = stage.space(None)
        self.space.unmount()
        spools.fill(self.space.state, "big", count)
        self.tree = tree = stage.fresh("tree")
        argv, entries = floors.passthrough(stage.place, tree, 2 * count)
        if argv is None:
            self.missing = {f"passthrough_ll, {when}": entries for when in ("after the mount", "again")}
            return
        self.copied = entries // 2
        if self.copied < count:
            self.title += f" (passthrough_ll: of {self.copied:,}, it may have no more descriptors)"
        self.copy(tree, self.copied)
        self.other = stage.other(argv)
        self.other.unmount()

    def copy(self, tree, count):
        """Makes plain files with the names and sizes that the mount shows."""
        folder = os.path.join(tree, "big")
        os.mkdir(folder)
        for number in range(count):
            path = tools.write(os.path.join(folder, spools.name(number)), "")
            os.truncate(path, len(spools.CONTENT))
            tools.write(path + ".id", f"DM20250701180239{number:08}\n")

    def list(self, top, jobs):
        """Returns entries a second. The output goes into a file, so that no reader is waited for."""
        listing = os.path.join(self.stage.place, "listing")
        start = time.monotonic()
        self.stage.run("sh", "-c", 'exec ls -l "$1" >"$2"', "sh", os.path.join(top, "big"), listing)
        taken = time.monotonic() - start
        entries = tools.read(listing).count(b"\n") - 1
        if entries != 2 * jobs:
            raise lab.Failed(f"{entries} entries were listed and not {2 * jobs}")
        return entries / taken

    def twice(self, mount, jobs):
        mount.mount()
        rates = self.list(mount.path, jobs), self.list(mount.path, jobs)
        mount.unmount()
        return rates

    def round(self):
        names = "ls -l after the mount", "ls -l again"
        values = dict(zip(names, self.twice(self.space, self.sizes.listed)))
        if not self.missing:
            names = "passthrough_ll, after the mount", "passthrough_ll, again"
            values.update(zip(names, self.twice(self.other, self.copied)))
            values["that tree without FUSE"] = self.list(self.tree, self.copied)
        return values
