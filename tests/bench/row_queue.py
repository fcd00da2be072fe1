# SPDX-License-Identifier: MIT
"""Queue mode over a slow service: how soon the last ID is there, and how soon cp is done."""

import os
import time

import lab
import row
from sizes import IN_FLIGHT, LATENCY_MS

LOOK_SECONDS = 0.002  # between two looks for an ID
AT_FLOORS = "floors: the same and a commit for each file"
ALONE, LAST = "libcurl alone", "first write to last ID"


class Queue(row.Row):
    title = f"a tree of small job files, submit=queue, https, {LATENCY_MS} ms latency, {IN_FLIGHT} in flight"
    unit = "jobs/s"
    def set_up(self):
        self.server = self.stage.server("https", LATENCY_MS, "bare")
        self.documents = self.stage.documents(self.sizes.files)
        self.document = self.stage.document()
        self.names = sorted(os.listdir(self.documents))
        self.goals = tuple(goal for line in row.LINES for goal in self.goals_of(line))

    @staticmethod
    def goals_of(line):
        last, copied, alone = map(line.named, (LAST, "cp -r", ALONE))
        yield row.Goal(line.named("first write to last ID, against the slower of libcurl alone and the floors"),
                       lambda v: v[last] / min(v[alone], v[AT_FLOORS]), 0.95)
        yield row.Goal(line.named("cp -r, of its value at the floors"), lambda v: v[copied] / v[AT_FLOORS], 0.9)

    def round(self):
        stage, count, seconds = self.stage, self.sizes.files, {}
        floor = stage.floor()
        seconds["floor: cp -r into FUSE"] = stage.timed("cp", "-r", self.documents, floor.at("all"))
        floor.destroy()
        seconds[AT_FLOORS] = seconds["floor: cp -r into FUSE"] + stage.commit(count)
        for line in row.LINES:
            seconds[line.named(ALONE)] = stage.post(self.server, self.document, count, "--inflight", IN_FLIGHT,
                                                    lists=line.lists)
            space = stage.space(self.server, submit="queue", max_inflight=str(IN_FLIGHT), **line.options)
            start = time.monotonic()
            seconds[line.named("cp -r")] = stage.timed("cp", "-r", self.documents, space.at("all"))
            self.wait(space.at("all"))
            seconds[line.named(LAST)] = time.monotonic() - start
            space.unmount()
        return {name: count / taken for name, taken in seconds.items()}

    def wait(self, folder):
        """Waits for every ID: looks at one until it is there, so that looking costs almost nothing."""
        deadline = time.monotonic() + lab.STEP_SECONDS
        for name in self.names:
            while not os.path.exists(os.path.join(folder, name + ".id")):
                if time.monotonic() > deadline:
                    raise lab.Failed(f"{name} has no ID after {lab.STEP_SECONDS} s")
                time.sleep(LOOK_SECONDS)
