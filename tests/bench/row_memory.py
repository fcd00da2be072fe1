# SPDX-License-Identifier: MIT
"""What cocfs takes of the machine: memory when idle, for a known entry, and for a submission in flight. Also: does an idle cocfs
use the processor?"""

import time

import process
import queues
import row
import samples
import servers
import spools
import tools

MIB = 1024 * 1024
CONTENT = 16384      # bytes of a document in flight
ALLOWED = 45000
HELD_MS = 5000       # how long the service holds the answer to a create, so that all creates are in flight at once
SETTLE_SECONDS = 3   # after a job, before the idle time is measured


def large_document(folder):
    text = samples.document("large")
    return tools.write(f"{folder}/large.yaml", text + "#" * (CONTENT - len(text) - 1) + "\n")


class Memory(row.Row):
    title = "memory of cocfs"
    unit = "MiB"
    goals = (row.Goal("idle, resident", lambda v: v["idle, after a job"], 9, False, "MiB"),
             row.Goal("a known entry", lambda v: v["a known entry"], 140, False, "bytes"),
             row.Goal(f"a submission in flight of {CONTENT:,} bytes", lambda v: v["a submission in flight"], ALLOWED,
                      False, "bytes"))

    def set_up(self):
        self.units = {"a known entry": "bytes", "a submission in flight": "bytes"}
        self.slow = self.stage.server("https", HELD_MS, "bare", lists_at_once=True)
        self.server = self.stage.server("https")
        self.document, self.large = self.stage.document(), large_document(self.stage.fresh("large"))

    def idle(self):
        space = self.stage.space(self.server)
        mounted = process.status(space.process.pid, "VmRSS") * 1024 / MIB
        self.stage.write(space.path, "job", self.document, 1, 1)
        used, own = (process.status(space.process.pid, field) * 1024 / MIB for field in ("VmRSS", "RssAnon"))
        space.unmount()
        return mounted, used, own

    def entry(self):
        """Returns how many bytes of memory cocfs takes for each name that the kernel knows."""
        space = self.stage.space(self.server)
        space.unmount()
        spools.fill(space.state, "big", self.sizes.known)
        space.mount()
        self.stage.run("find", space.path, "-maxdepth", "1", "-newermt", "2000-01-01")
        pid, names = space.process.pid, queues.metrics(space)["cocfs_known_files"]
        before = process.status(pid, "RssAnon")
        self.stage.run("sh", "-c", 'find "$1" -newermt 2000-01-01 >/dev/null', "sh", space.at("big"))
        names = queues.metrics(space)["cocfs_known_files"] - names
        grown = process.status(pid, "RssAnon") - before
        space.unmount()
        return grown * 1024 / names

    def in_flight(self):
        """Returns how many bytes of memory cocfs takes at its peak, for each of many submissions that wait for their answers."""
        count, space = self.sizes.in_flight, self.stage.space(self.slow)
        pid = space.process.pid
        queues.metrics(space)
        before = process.status(pid, "VmRSS")
        writers = tools.popen(servers.program("write"), space.path, "held", self.large, count, 1)
        tools.eventually(lambda: queues.metrics(space)["cocfs_requests_in_flight"] == count,
                         f"{count} submissions in flight", give_up=lambda: writers.poll() is not None and "they ended")
        grown = process.status(pid, "VmHWM") - before
        tools.finish(writers).ok()
        space.unmount()
        return grown * 1024 / count

    def round(self):
        mounted, used, own = self.idle()
        return {"idle, mounted": mounted, "idle, after a job": used, "idle, no file's pages": own,
                "a known entry": self.entry(), "a submission in flight": self.in_flight()}


class Idle(row.Row):
    title = "what cocfs does while there is nothing to do"
    unit = "wake-ups"
    goals = (row.Goal("wake-ups while idle", lambda v: v["wake-ups"], 0, False, ""),
             row.Goal("clock ticks of processor time while idle", lambda v: v["clock ticks"], 0, False, ""))

    def set_up(self):
        self.units = {"clock ticks": "ticks"}
        self.space = self.stage.space(self.stage.server("https"))
        self.document = self.stage.document()

    def round(self):
        pid = self.space.process.pid
        self.stage.write(self.space.path, self.next_round(), self.document, 1, 1)
        time.sleep(SETTLE_SECONDS)
        woken, ticks = process.wake_ups(pid), process.ticks(pid)
        time.sleep(self.sizes.idle_seconds)
        return {"wake-ups": process.wake_ups(pid) - woken, "clock ticks": process.ticks(pid) - ticks}
