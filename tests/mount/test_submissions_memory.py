# SPDX-License-Identifier: MIT
"""Submissions that wait are held in memory. No user takes all the memory."""

import os
import subprocess
import sys

import pytest

import front as f
import samples
import tools

LIMIT = 300  # descriptors: with so few, only some requests are under way at the same time, and the others wait
GREEDY = {"user": 54001, "group": 54001, "extra_groups": []}
OTHER = {"user": 54002, "group": 54002, "extra_groups": []}
ATTEMPTS = 700  # documents of 64 KB: more than fs/submit/bounds.h lets one of many users hold in memory

# Closes one file after the other, and each close is interrupted while it waits. Prints the number of the first file whose close
# ends in another way, and how.
INTERRUPTED = """
import errno, os, signal, sys
signal.signal(signal.SIGALRM, lambda *_: None)
content = sys.stdin.buffer.read()
for number in range(int(sys.argv[1])):
    fd = os.open(f'{number}.yaml', os.O_WRONLY | os.O_CREAT, 0o644)
    os.write(fd, content)
    signal.setitimer(signal.ITIMER_REAL, 0.003, 0.003)
    try:
        os.close(fd)
        done = 0
    except OSError as e:
        done = e.errno
    signal.setitimer(signal.ITIMER_REAL, 0)
    if done != errno.EINTR:
        print(number, errno.errorcode.get(done, done), flush=True)
        break
"""


@tools.needs_root
@pytest.mark.timeout(300)
def test_a_user_with_too_many_submissions_is_refused_alone(make_space, tmp_path, src):
    script = tools.write(tmp_path / "cocfs-limited", f'#!/bin/sh\nulimit -n {LIMIT}\nexec {tools.COCFS} "$@"\n')
    os.chmod(script, 0o755)
    space = make_space(program=script, allow_other=True, timeout="120", validate="none")
    for name, who in (("greedy", GREEDY), ("other", OTHER)):
        os.mkdir(space.at(name))
        os.chown(space.at(name), who["user"], who["group"])
    tools.run("cp", samples.file(src, "first.yaml"), space.path).ok()
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), times=None)
    greedy = tools.run(sys.executable, "-c", INTERRUPTED, ATTEMPTS, cwd=space.at("greedy"), seconds=200,
                       given=samples.document().ljust(65536, "\n").encode(), **GREEDY).ok().stdout.split()
    assert greedy[1] == "EAGAIN" and 300 < int(greedy[0]) < ATTEMPTS
    assert "too many submissions" in space.error(f"greedy/{greedy[0]}.yaml")

    # another user is not refused, but waits for the service
    other = tools.popen("sh", "-c", 'cat > other.yaml', cwd=space.at("other"), stdin=subprocess.PIPE, seconds=250, **OTHER)
    other.stdin.write(samples.document("other").encode())
    other.stdin.close()
    other.stdin = None
    gate.open()
    tools.finish(other, 260).ok()
    tools.eventually(lambda: space.id("other/other.yaml"), "the job of the other", 200)
