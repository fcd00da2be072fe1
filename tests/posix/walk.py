# SPDX-License-Identifier: MIT
"""A random walk through a mount and a plain directory at the same time.

  walk.py [--jobs] [--seed N] [--count N] MOUNTED PLAIN      draws operations and makes them
  walk.py [--jobs] --play FILE MOUNTED PLAIN                 makes those of a file, one a line

The walk stops at the first difference, says what differs, and prints the operations up to there. Save these lines for --play, and
take out those that do not matter. With --jobs, most file names are those of job files, and at the end the walk prints what the
service must hold: {"jobs": [content, …], "bound": {path: content, …}}.
"""

import argparse
import ast
import json
import os
import stat
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import scene
from design import Design
from operations import Drawing, Tree

WHOLE = 25  # after so many operations the contents are compared, too


class Difference(Exception):
    """The mount does not do or show what the plain directory and the model say."""


class Walk:
    def __init__(self, mounted, plain):
        self.mounted, self.plain = Tree(mounted), Tree(plain)
        self.design = Design(self.plain)

    def step(self, operation):
        """Makes one operation in both directories. Raises Difference if the mount does not answer as the plain directory and the
        model say."""
        name, *args = operation
        if name in ("forget", "reserved"):
            getattr(self, "step_" + name)(operation, *args)
            return
        refused = self.design.refuses(operation)
        said = self.mounted.make(operation)
        if refused and said == refused:
            return
        before = self.design.before(operation)
        expected = self.plain.make(operation)
        if expected != "skipped" and not scene.is_errno(expected):
            answer = self.design.after(operation, before)
            expected = answer or expected
            if name == "close" and answer:
                self.mounted.open.pop(args[0], None)  # a close(2) that fails closes the descriptor all the same
        if said != expected:
            raise Difference(f"{said!r:.300} in the mount, {expected!r:.300} expected")

    def step_forget(self, operation, path):
        said = self.mounted.make(operation)
        if scene.is_errno(said) == self.design.forget(path):
            raise Difference(f"{said}, and its job was{' not' * scene.is_errno(said)} bound")

    def step_reserved(self, operation, how, path, other):
        """An operation on the name of a sibling, in the mount only: it must fail. Only the removal of a sibling may succeed; it
        changes nothing."""
        said = self.mounted.make(operation)
        if not scene.is_errno(said) and how != "unlink":
            raise Difference(f"{said!r}, though the name is reserved")

    def compare(self, contents):
        """Compares both trees as they are now. With contents also the contents of files, the siblings and the bindings."""
        now, expected = self.mounted.picture(contents), self.plain.picture(contents)
        for path in now.keys() | expected.keys():
            if now.get(path) != expected.get(path):
                raise Difference(f"{path!r}: {now.get(path)!r:.500} in the mount, {expected.get(path)!r:.500} expected")
        if not contents:
            return
        for folder in [""] + [path for path in expected if stat.S_ISDIR(os.lstat(self.plain.at(path)).st_mode)]:
            listed = {name for name in scene.outcome(self.mounted.siblings, folder) if name.endswith(".id")}
            bound = {name + ".id" for name in self.plain.names(folder) if os.path.join(folder, name) in self.design.bound
                     and stat.S_ISREG(os.lstat(self.plain.at(os.path.join(folder, name))).st_mode)}
            if listed != bound:
                raise Difference(f"{folder!r} lists {listed}, {bound} expected")
        for path, job in self.design.bound.items():
            with open(self.mounted.at(path + ".id"), encoding="ascii") as file:
                found = file.read().strip()
            job.id = job.id or found
            if job.id != found:
                raise Difference(f"{path} is bound to {found}, {job.id} expected")
        if len({job.id for job in self.design.bound.values()}) != len(self.design.bound):
            raise Difference("two paths are bound to one job")

    def run(self, operations):
        """Makes the operations, and at the end closes all files. Returns the operations that were made, and the Difference that the
        last one has shown, or None."""
        made = []
        try:
            for operation in operations:
                made.append(operation)
                self.step(operation)
                self.compare(contents=len(made) % WHOLE == 0)
            for slot in list(self.plain.open):
                made.append(("close", slot))
                self.step(made[-1])
            self.compare(contents=True)
        except Difference as difference:
            return made, difference
        finally:
            self.mounted.close_all()
            self.plain.close_all()
        return made, None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--play")
    parser.add_argument("mounted")
    parser.add_argument("plain")
    args = parser.parse_args()
    os.umask(0o022)
    walk = Walk(args.mounted, args.plain)
    if args.play:
        with open(args.play, encoding="utf-8") as file:
            operations = [ast.literal_eval(line) for line in file]
    else:
        operations = Drawing(args.seed, args.jobs).operations(args.count)
    made, difference = walk.run(operations)
    if difference:
        print(*made, sep="\n")
        print(f"seed {args.seed}: the last of these {len(made)} operations differs: {difference}", file=sys.stderr)
        sys.exit(1)
    bound = {path: job.content.decode() for path, job in walk.design.bound.items()}
    print(json.dumps({"jobs": [job.content.decode() for job in walk.design.jobs], "bound": bound}))


if __name__ == "__main__":
    main()
