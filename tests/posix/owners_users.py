# SPDX-License-Identifier: MIT
"""Users of a shared mount. For each user there are two lasting processes (owners_acts.py): one makes each act in a new process, the
other looks."""

import pickle
import subprocess
import sys

import owners_acts


class User:
    """A user: act() runs in a new process each time, look() always in the same process. who: a scene.Who."""

    def __init__(self, who, folder):
        self.who = who
        self._actor, self._looker = (
            subprocess.Popen([sys.executable, "-S", owners_acts.__file__, folder, how, *map(str, (who.uid, who.gid, *who.groups))],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE) for how in ("act", "look"))

    @staticmethod
    def _ask(process, *words):
        pickle.dump(words, process.stdin)
        process.stdin.flush()
        return pickle.load(process.stdout)

    def act(self, name, *args):
        """Makes an act (owners_acts.ACTS). Returns "ok", or the name of the errno."""
        return self._ask(self._actor, name, *args)

    def look(self, questions):
        return self._ask(self._looker, "look", questions)

    def end(self):
        for process in (self._actor, self._looker):
            process.stdin.close()
            process.wait(20)
            process.stdout.close()
