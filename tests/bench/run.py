#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Measures cocfs beside other clients and beside its floors, all in one run, and says which goals are met.

tools/bench builds what this needs, and runs it. README.md beside this file explains the rows.
"""

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile

HERE = os.path.dirname(os.path.realpath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [os.path.join(HERE, "..", folder) for folder in ("lib", "service")]

import against    # noqa: E402
import disk       # noqa: E402
import janitor    # noqa: E402
import lab        # noqa: E402
import plot       # noqa: E402
import report     # noqa: E402
import rows       # noqa: E402
import sizes      # noqa: E402
import tools      # noqa: E402


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"of {', '.join(rows.NAMES)}; without one, all")
    parser.add_argument("--rounds", type=int, help="of each row (default 5; 1 with --quick)")
    parser.add_argument("--quick", action="store_true", help="small numbers, to see that it works")
    parser.add_argument("--server", choices=["bare", "cocd"], default="bare",
                        help="who answers: a service that does nothing, or cocd")
    parser.add_argument("--million", action="store_true", help="with growth: a space of 1,000,000 jobs too")
    parser.add_argument("--markdown", action="store_true", help="print the goals as a table for a page")
    parser.add_argument("--plot", metavar="FILE", help="draw it all as an SVG")
    parser.add_argument("--json", metavar="FILE", help="write all that was measured as JSON too")
    parser.add_argument("--base", metavar="DIR", help="where it is all written (default: a new directory in /var/tmp)")
    parser.add_argument("--shared-disk", action="store_true",
                        help="use the file system of that directory, and not one of its own in a file there")
    parser.add_argument("--against", metavar="COMMIT",
                        help="measure this tree and another commit by turns, and say what differs beyond noise")
    parser.add_argument("--against-build", metavar="DIR", help=argparse.SUPPRESS)  # the build of COMMIT, which tools/bench has made
    options = parser.parse_args()
    for name in options.rows:
        if name not in rows.NAMES:
            parser.error(f"no row {name}; there are {', '.join(rows.NAMES)}")
    if options.rounds is not None and options.rounds < 1:
        parser.error("at least one round")
    if options.against and not options.against_build:
        parser.error("--against is for tools/bench, which builds the other commit")
    return options


def measure(name, bench, rounds):
    """Makes one row's rounds. Returns its results. If the row fails, the results say why, and no exception is raised."""
    with bench.stage(name) as stage:
        row = rows.make(name, stage)
        results = report.Results(row)
        try:
            row.set_up()
            for _ in range(rounds):
                results.add(row.round())
        except (Exception, tools.pytest.fail.Exception) as error:
            results.failed = f"{type(error).__name__}: {error}"
        return results


def write_json(path, value):
    if path:
        tools.write(path, json.dumps(value, indent=1) + "\n")


def measure_all(options, place, rounds):
    bench = lab.Bench(place, options, sizes.QUICK if options.quick else sizes.FULL)
    measured = []
    for name in options.rows or rows.NAMES:
        measured.append(measure(name, bench, rounds))
        report.print_row(measured[-1])
    return measured


def main():
    options = parse()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # cleans up, as Ctrl-C does
    rounds = options.rounds or (1 if options.quick else 5)
    measured = []
    with contextlib.ExitStack() as ends:
        place = ends.enter_context(tempfile.TemporaryDirectory(prefix="cocfs-bench-", dir=options.base or "/var/tmp"))
        what = f"the disk of {place}"
        if not options.shared_disk:
            place, what = ends.enter_context(disk.own(place))
        report.print_conditions(options, rounds, what)
        if options.against:
            build = os.path.dirname(os.path.dirname(os.path.abspath(tools.COCFS)))
            compared = against.run(options, rounds, options.rows or rows.NAMES, place, build, options.against_build)
            write_json(options.json, {"against": options.against, "rounds": rounds, "disk": what, "rows": compared})
        else:
            measured = measure_all(options, place, rounds)
            write_json(options.json, {"rounds": rounds, "disk": what, "rows": [results.as_dict() for results in measured]})
            report.print_goals(measured)
    if options.markdown:
        report.print_markdown(measured)
    if options.plot:
        tools.write(options.plot, plot.draw(measured))
    left = janitor.leftovers()
    if left:
        print("left behind:", *left, file=sys.stderr)
    return 1 if left or any(results.failed for results in measured) else 0


if __name__ == "__main__":
    sys.exit(main())
