# SPDX-License-Identifier: MIT
"""Starts the machine on which the commands of a page run (page_session.py)."""

import json
import os
import subprocess
import sys

import pages
import tools

SESSION = os.path.join(tools.ROOT, "tests", "lib", "page_session.py")
PROGRAMS = {"cocfs": tools.COCFS, "cocfs-wait": tools.COCFS_WAIT, "cocfs-check": tools.COCFS_CHECK, "cocd": tools.COCD}
LINKS = ("docs", "tools", "contrib", "tests")  # folders of the source tree; each host has links to them in its working directory
PAGE_SECONDS = 100  # 20 s less than the time of a test


def argv():
    """Returns the beginning of a command line that runs a command in new namespaces. A user who is not root becomes root in a user
    namespace."""
    words = [] if tools.IS_ROOT else ["--user", "--map-root-user"]
    return ["unshare", *words, "--mount", "--propagation", "private", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def is_possible():
    tools.need("unshare", "findmnt", "bash")
    return tools.run(*argv(), "true").status == 0


def play(box, steps):
    """Runs the steps of a page (pages.Step), in the directory box. Returns [[status, output], …], one for each step that was run,
    and the PIDs of cocfs that did not end."""
    os.mkdir(os.path.join(box, "bin"))
    for name, program in PROGRAMS.items():
        os.symlink(program, os.path.join(box, "bin", name))
    given = {"cloud": any(pages.REGION.search(step.text) for step in steps),
             "links": [os.path.join(tools.ROOT, name) for name in LINKS],
             "steps": [{"kind": step.kind, "host": step.host, "text": step.text, "name": step.name, "mode": step.mode}
                       for step in steps]}
    process = tools.popen(*argv(), sys.executable, SESSION, box, seconds=PAGE_SECONDS, stdin=subprocess.PIPE)
    answer = json.loads(tools.finish(process, PAGE_SECONDS + 10, json.dumps(given).encode()).ok().stdout)
    return answer["results"], answer["left"]
