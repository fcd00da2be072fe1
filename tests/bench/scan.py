#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What a whole scan costs the local service: scan.py [--jobs N] [--store sqlite|postgresql].

Fills a store directly, lists all jobs in pages of 100, and shows some jobs and versions. Prints for each the time, and the CPU
time of the daemon, which is without PostgreSQL's. The variable COCD has the path of cocd.
"""

import argparse
import os
import random
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import others  # noqa: E402
import postgresql  # noqa: E402
import service  # noqa: E402

PAGE = 100
SHOWS = 2000


def cpu_s(daemon):
    with open(f"/proc/{daemon.process.pid}/stat", encoding="ascii") as file:
        return sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13])) / os.sysconf("SC_CLK_TCK")


def measured(daemon, what, work):
    began, cpu = time.monotonic(), cpu_s(daemon)
    result = work()
    print(f"{what}: {time.monotonic() - began:.2f} s, {cpu_s(daemon) - cpu:.2f} s of CPU in cocd", flush=True)
    return result


def scan(client, creator=None):
    """Lists all pages of the jobs; with creator, only those of this creator. Returns the IDs."""
    found = []
    while True:
        query = [("limit", str(PAGE)), ("offset", str(len(found)))] + ([("creator", creator)] if creator else [])
        answer = client.ask("GET", "/v1/documents", query)
        found += [row["document_id"] for row in answer["data"]]
        if not answer["data"]:
            assert len(set(found)) == answer["total"], "the scan is not whole"
            return found


def measure(daemon):
    client = daemon.client()
    ids = measured(daemon, "a whole scan", lambda: scan(client))
    measured(daemon, "a scan of one creator's", lambda: scan(client, "me"))
    some = random.Random(1).choices(ids, k=SHOWS)
    measured(daemon, f"{SHOWS} shows", lambda: [client.show(one) for one in some])
    measured(daemon, f"{SHOWS} shows of v1", lambda: [client.show(one, "v1") for one in some])
    most = ids[-1]
    measured(daemon, f"200 shows of a job of {others.VERSIONS} versions", lambda: [client.show(most) for _ in range(200)])
    measured(daemon, "the same of v50", lambda: [client.show(most, "v50") for _ in range(200)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=50000)
    parser.add_argument("--store", choices=["sqlite", "postgresql"], default="sqlite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        daemon = service.Cocd(os.path.join(folder, "d"), os.path.join(folder, "log"))
        server = postgresql.Server() if options.store == "postgresql" else None
        try:
            if server:
                uri = server.new()
                os.makedirs(daemon.data, mode=0o700)
                service.write_keys(daemon.keys_file, "AK", "SK")
                daemon.store = lambda: ["--data", uri, "--credentials", daemon.keys_file]
            daemon.start()
            others.fill_postgresql(uri, options.jobs) if server else others.fill_sqlite(daemon.data, options.jobs)
            measure(daemon)
        finally:
            daemon.stop()
            if server:
                server.close()


if __name__ == "__main__":
    main()
