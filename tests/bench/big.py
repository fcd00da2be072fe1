#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures a job space with very many jobs against one with few. Both are measured in one run and by turns, so that the ratios are
meaningful on a busy machine. Prints a table; asserts nothing.

tests/bench/big.py [--flat 200000] [--tree 1000000] [--base DIR]

--flat: jobs in one directory. --tree: jobs in a tree of directories. The next run uses again what was filled into --base. Without
--base a temporary directory is used.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(HERE, "..", "lib"))

import mounting  # noqa: E402
import queues    # noqa: E402
import samples   # noqa: E402
import spools    # noqa: E402

ROUNDS = 300       # how often each operation is done in each directory
PER_FOLDER = 1000  # jobs in a directory of the tree
FEW = 1000         # jobs in the small directory that listings are compared with
TICKS = os.sysconf("SC_CLK_TCK")


def seconds(function, *args):
    start = time.monotonic()
    function(*args)
    return time.monotonic() - start


def field(space, name):
    with open(f"/proc/{space.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith(name + ":"))


def processor(space):
    """Returns the seconds of processor time that cocfs has used."""
    with open(f"/proc/{space.process.pid}/stat", encoding="utf-8") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def known(space):
    return queues.metrics(space)["cocfs_known_files"]


def row(what, *columns):
    print(f"{what:44}" + "".join(f"  {column:>17}" for column in columns), flush=True)


def compare(space, what, operation):
    """Times operation(directory, number) in the empty and in the big directory, by turns. Prints the medians and their ratio."""
    times = {"empty": [], "big": []}
    for number in range(ROUNDS):
        for where, found in times.items():
            found.append(seconds(operation, space.at(where), number))
    empty, big = (statistics.median(times[where]) * 1e6 for where in ("empty", "big"))
    row(what, f"{empty:.0f} us", f"{big:.0f} us", f"x {big / empty:.2f}")


def look_up(folder, number):
    os.path.exists(os.path.join(folder, f"nothing-{os.getpid()}-{number}"))


def look_up_id(folder, number):
    os.path.exists(os.path.join(folder, f"nothing-{os.getpid()}-{number}.yaml.id"))


def commit(folder, number):
    with open(os.path.join(folder, f"new-{os.getpid()}-{number}.yaml"), "w", encoding="utf-8") as file:
        file.write(samples.document(f"new-{number}"))


def first_names(folder, _number):
    with os.scandir(folder) as entries:
        next(entries, None)


def run(*argv):
    done = subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, check=True)
    return done.stdout.count(b"\n")


def walk(space, what, *argv):
    """Runs a tool that prints a line for each name. Prints the cost."""
    start, before, names = time.monotonic(), processor(space), run(*argv)
    spent, took = processor(space) - before, time.monotonic() - start
    row(what, f"{names} names", f"{took / names * 1e6:.1f} us each", f"{spent / names * 1e6:.1f} us cpu each")


def measure(space):
    walk(space, "ls -f of 1,000 jobs", "ls", "-f", space.at("few"))
    walk(space, "ls -f of the big directory", "ls", "-f", space.at("big"))
    print()
    # by now the directory and the ledger have been read from the disk
    row("", "empty", "big", "ratio")
    compare(space, "look up a name that is not there", look_up)
    compare(space, "the same, an .id", look_up_id)
    compare(space, "open a directory and read its first names", first_names)
    compare(space, "commit a new job", commit)
    print()
    names, bytes_ = known(space), field(space, "RssAnon") * 1024
    walk(space, "find -newermt of 1,000 jobs", "find", space.at("few"), "-newermt", "2000-01-01")
    walk(space, "find -newermt of the big directory", "find", space.at("big"), "-newermt", "2000-01-01")
    walk(space, "find -newermt of the tree", "find", space.at("tree"), "-newermt", "2000-01-01")
    more = known(space) - names
    print()
    row("names that the kernel knows", f"{more:.0f} more")
    row("memory of cocfs", f"{field(space, 'VmRSS') // 1024} MiB RSS",
        f"{(field(space, 'RssAnon') * 1024 - bytes_) / more:.0f} bytes a name")
    row("descriptors of cocfs", f"{len(os.listdir(f'/proc/{space.process.pid}/fd'))}")
    for old, new in (("few", "few-moved"), ("big", "big-moved")):
        row(f"rename the directory {old}", f"{seconds(os.rename, space.at(old), space.at(new)):.3f} s",
            f"and back: {seconds(os.rename, space.at(new), space.at(old)):.3f} s")


def fill(space, flat, tree):
    """Makes the jobs, if they do not exist. The space is not mounted, neither before nor after."""
    if os.path.exists(os.path.join(space.state, "spool", "tree")):
        return
    space.mount()
    space.unmount()
    for top, count, per_folder in (("few", FEW, None), ("big", flat, None), ("tree", tree, PER_FOLDER)):
        row(f"{count} jobs put into {top}", f"{seconds(spools.fill, space.state, top, count, per_folder):.0f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flat", type=int, default=200000)
    parser.add_argument("--tree", type=int, default=1000000)
    parser.add_argument("--base")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cocfs-bench-") as temporary:
        base = options.base or temporary
        os.makedirs(base, exist_ok=True)
        mounting.MOUNT_SECONDS = 600  # long, because after a kill cocfs reads the whole ledger from the disk
        space = mounting.Mount("local", base, loglevel="warning")
        try:
            fill(space, options.flat, options.tree)
            for end in ("a clean end", "a kill"):
                row(f"mount after {end}", f"{seconds(space.mount):.2f} s", f"{field(space, 'VmRSS') // 1024} MiB RSS")
                if end == "a clean end":
                    space.kill()
            os.makedirs(space.at("empty"), exist_ok=True)
            measure(space)
            row("unmount", f"{seconds(space.unmount):.2f} s")
        finally:
            space.destroy()


if __name__ == "__main__":
    main()
