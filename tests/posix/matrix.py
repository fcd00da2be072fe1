# SPDX-License-Identifier: MIT
"""Makes each call (calls.py) on each kind of path, in a directory of a mount and in a plain one: matrix.py WHO MOUNTED PLAIN

WHO is the user who makes the calls: root, owner or member (scene.py; only root can become them), or self. Prints a line for each
call whose result or errno differs in the two directories, or after which the two scenes differ.
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))

import calls
import scene

# One path for each kind of thing, and for each way in which a path can be wrong.
SHAPES = ["file", "twin", "dir", "full", "link", "dirlink", "dangling", "loop", "fifo", "socket", "nothing", "file/x",
          "nothing/x", "dangling/x", "loop/x", "dir/new", "dirlink/new", "full/x", "file/", "nothing/", "dir/", "link/",
          "dirlink/", "dir/.", "dir/..", ".", "", "n" * 255, "n" * 256, "dir/" + "n" * 256, "./" * 2100 + "file"]
# One path for each reason why a user may or may not make a call on it.
RIGHTS = ["file", "locked", "locked/f", "locked/new", "shut", "shut/f", "shut/new", "sticky/f", "sticky/mine",
          "sticky/dir", "sticky/new", "wide/f", "wide/new", "grouped/f", "grouped/new", "none-may", "group-may", "set-id"]
PAIRS_OF_SHAPES = (
    ["file", "twin", "dir", "full", "link", "nothing", "file/x", "n" * 256, "dir/", "."],
    ["file", "twin2", "dir", "full", "full/new", "link", "nothing", "nothing/", "nothing/x", "file/x", "n" * 256, "dir/", ".."])
PAIRS_OF_RIGHTS = (
    ["file", "locked/f", "shut/f", "sticky/f", "sticky/mine", "wide/f", "dir", "shut"],
    ["nothing", "locked/new", "shut/new", "shut/f", "sticky/f", "sticky/mine", "wide/new", "wide/f", "dir"])


class Side:
    """One of the two directories, with its present scene. After a call that may have changed the scene, renew() makes a new one."""

    def __init__(self, folder, has_owners):
        self.base, self.has_owners, self.number = folder, has_owners, 0
        self.renew()

    def renew(self):
        self.number += 1
        self.folder = os.path.join(self.base, f"scene-{self.number}")
        scene.build(self.folder, self.has_owners)

    def call(self, who, function, args):
        """Makes a call in the scene as a user (None: as this process). Returns scene.outcome() of it."""
        os.chdir(self.folder)
        if who:
            os.setgroups(who.groups)
            os.setegid(who.gid)
            os.seteuid(who.uid)
        try:
            return scene.outcome(function, *args)
        finally:
            if who:
                os.seteuid(0)
                os.setegid(0)
                os.setgroups([])


def cases(shapes, rights):
    """Yields each case: (name, function, arguments). shapes, rights: whether to take the paths of SHAPES and of RIGHTS."""
    paths = list(dict.fromkeys((SHAPES if shapes else []) + (RIGHTS if rights else [])))
    for name, function in calls.ONE_PATH.items():
        for path in paths:
            yield name, function, (path,)
    for sources, targets in (PAIRS_OF_SHAPES,) * shapes + (PAIRS_OF_RIGHTS,) * rights:
        for name, function in calls.TWO_PATHS.items():
            for source in sources:
                for target in targets:
                    yield name, function, (source, target)


def compare(sides, who, name, function, args):
    """Makes a call on both sides. Yields a text for each difference in its result, or in the scene after it."""
    mounted, plain = (side.call(who, function, args) for side in sides)
    words = f"{name} {' '.join(arg[:20] or repr(arg) for arg in args)}"
    if mounted != plain:
        yield f"{words}: {mounted} in the mount, {plain} in a plain directory"
    # a call that has failed should have changed nothing; if it has, the snapshot after a later call shows it
    elif name in calls.LOOKING or scene.is_errno(mounted):
        return
    more = args[:1] if name in calls.ONE_PATH else ()
    now, expected = (scene.snapshot(side.folder, more) for side in sides)
    for path in now.keys() | expected.keys():
        if now.get(path) != expected.get(path):
            yield f"{words}: then {path} is {now.get(path)}, in a plain directory {expected.get(path)}"
    for side in sides:
        side.renew()


def main(who_name, *folders):
    who = {who.name: who for who in (scene.ROOT, scene.OWNER, scene.MEMBER)}.get(who_name)
    os.umask(0o022)
    sides = [Side(folder, who is not None) for folder in [os.path.abspath(folder) for folder in folders]]
    for case in cases(shapes=who in (None, scene.ROOT), rights=who is not scene.ROOT):
        for difference in compare(sides, who, *case):
            print(difference)


if __name__ == "__main__":
    main(*sys.argv[1:])
