# SPDX-License-Identifier: MIT
"""Queue mode over a slow service: how soon the last ID is there, and how soon cp is done."""

import os
import time

import lab
import row
from sizes import IN_FLIGHT, LATENCY_MS

LOOK_SECONDS = 0.002  # between two looks for an ID
AT_FLOORS = "floors: the same and a commit for each file"


class Queue(row.Row):
    title = f"a tree of small job files, submit=queue, https, {LATENCY_MS} ms latency, {IN_FLIGHT} in flight"
    unit = "jobs/s"
    goals = (row.Goal("first write to last ID, against libcurl alone",
                      lambda v: v["first write to last ID"] / v["libcurl alone"], 0.93),
             row.Goal("cp -r against cp -r into the FUSE floor",
                      lambda v: v["cp -r"] / v["floor: cp -r into FUSE"], 0.6,
                      at_floors=lambda v: v[AT_FLOORS] / v["floor: cp -r into FUSE"]))

    def set_up(self):
        self.server = self.stage.server("https", LATENCY_MS, "bare")
        self.documents = self.stage.documents(self.sizes.files)
        self.document = self.stage.document()
        self.names = sorted(os.listdir(self.documents))

    def round(self):
        stage, count = self.stage, self.sizes.files
        seconds = {"libcurl alone": stage.post(self.server, self.document, count, "--inflight", IN_FLIGHT)}
        floor = stage.floor()
        seconds["floor: cp -r into FUSE"] = stage.timed("cp", "-r", self.documents, floor.at("all"))
        floor.destroy()
        seconds[AT_FLOORS] = seconds["floor: cp -r into FUSE"] + stage.commit(count)
        space = stage.space(self.server, submit="queue", max_inflight=str(IN_FLIGHT))
        start = time.monotonic()
        seconds["cp -r"] = stage.timed("cp", "-r", self.documents, space.at("all"))
        self.wait(space.at("all"))
        seconds["first write to last ID"] = time.monotonic() - start
        space.unmount()
        return {name: count / taken for name, taken in seconds.items()}

    def wait(self, folder):
        """Waits for every ID: looks at one until it is there, so that looking costs next to nothing."""
        deadline = time.monotonic() + lab.STEP_SECONDS
        for name in self.names:
            while not os.path.exists(os.path.join(folder, name + ".id")):
                if time.monotonic() > deadline:
                    raise lab.Failed(f"{name} has no ID after {lab.STEP_SECONDS} s")
                time.sleep(LOOK_SECONDS)
