# SPDX-License-Identifier: MIT
"""The sizes of a run: how many files, jobs and processes each row measures."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    processes: int    # files that are each written by a process
    node: int         # of these, those written by a Node process
    files: int        # files in a tree that is copied, and jobs of a client in one process
    jobs: int         # written by one process, one after the other
    listed: int       # jobs in the directory that is listed
    others: int       # jobs of others in a space
    many: int         # bound jobs in the large space
    few: int          # bound jobs in the small space
    growth: tuple     # how many bound jobs each of the compared spaces has
    known: int        # files that the kernel gets to know
    in_flight: int    # submissions that wait for their answers at the same time, when their memory is measured
    idle_seconds: int


FULL = Sizes(processes=300, node=5, files=1000, jobs=2000, listed=100000, others=50000, many=1000000, few=1000,
             growth=(0, 10000), known=50000, in_flight=300, idle_seconds=10)
QUICK = Sizes(processes=20, node=1, files=100, jobs=200, listed=2000, others=1000, many=20000, few=1000,
              growth=(0, 1000), known=2000, in_flight=50, idle_seconds=2)

IN_FLIGHT = 64           # requests at once: as many as the mount sends from its queue
LATENCY_MS = 50          # of the service, in the rows with a slow service
WRITERS = (1, 8, 64, 256)
MILLION = 1000000
