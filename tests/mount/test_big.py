# SPDX-License-Identifier: MIT
"""Big directories: what cocfs keeps of a file is small and bounded, and goes when the file goes."""

import os
import random
import re
import signal

import pytest

import queues
import samples
import spools
import test_posix
import tools

COUNT = 20000
NAMES = 2 * COUNT  # each job file has an .id
BYTES_PER_NAME = 200  # the memory for each name that the kernel knows is less than this
DIRECTORIES_OPEN_MAX = 128  # how many directories keep a descriptor; the same number as in fs/base/descriptors.h
SANITIZED = b"__asan_init" in tools.read(tools.COCFS)  # the sanitizer keeps freed memory for a while
LISTED_AT_MOST = 5000       # so many names may become known if a reader takes the first five


def filled(make_space, top, count, per_folder=None):
    """Returns a mount whose ledger and spool have count job files below top. per_folder: at most so many are in each directory
    of a tree below top; None: all are in top. The service does not have their jobs, so the long refresh= keeps the mount from
    asking for them during the test."""
    space = make_space(refresh="3600")
    space.unmount()
    spools.fill(space.state, top, count, per_folder)
    return space.mount()


def known(space):
    return int(queues.metrics(space)["cocfs_known_files"])


def memory(space):
    """Returns the bytes of cocfs's own memory, without mapped files."""
    with open(f"/proc/{space.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"RssAnon:\s+(\d+) kB", file.read())[1]) * 1024


def descriptors(space):
    """Returns how many descriptors cocfs has of files and directories below the spool's root."""
    folder = f"/proc/{space.process.pid}/fd"
    opened = [os.readlink(os.path.join(folder, fd)) for fd in os.listdir(folder)]
    return sum(path.startswith(f"{space.state}/spool/") for path in opened)


def look_at_all(space, where):
    found = tools.run("find", space.at(where), "-type", "f", "-newermt", "2000-01-01", seconds=250)
    return found.ok().stdout.count("\n")


@pytest.mark.timeout(600)
def test_a_known_file_costs_little_and_nothing_when_it_is_removed(make_space, src):
    """20,000 jobs in one directory are listed, looked at and removed."""
    space = filled(make_space, "big", COUNT)
    os.mkdir(space.at("small"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at("small")).ok()
    look_at_all(space, "small")
    space.front.refuse()  # no file is checked: the service would be asked for each job, as its list has none of them
    names, bytes_ = known(space), memory(space)
    assert look_at_all(space, "big") == NAMES
    assert known(space) - names >= NAMES
    if not SANITIZED:
        assert (memory(space) - bytes_) / (known(space) - names) < BYTES_PER_NAME
    tools.run("rm", "-r", space.at("big"), seconds=250).ok()
    assert os.listdir(space.path) == ["small"]
    tools.eventually(lambda: known(space) <= names, "the kernel to forget what is removed")
    assert space.sent() == (1, 0)


@tools.needs_root  # only root may look at the descriptors of a program that guards its keys
def test_only_directories_have_a_descriptor_and_only_so_many(make_space):
    space = filled(make_space, "tree", 600, per_folder=2)
    assert look_at_all(space, "tree") == 1200
    tools.eventually(lambda: descriptors(space) == DIRECTORIES_OPEN_MAX, "the descriptors that are kept")


def test_a_listing_streams(make_space):
    """A reader of the first names of a big directory does not wait until the others are looked at."""
    space = filled(make_space, "big", COUNT)
    assert len(tools.sh('ls -U "$1" | head -n 5', space.at("big")).ok().stdout.splitlines()) == 5
    assert known(space) < LISTED_AT_MOST
    assert tools.sh('ls -f "$1" | wc -l', space.at("big")).ok().stdout.strip() == str(NAMES + 2)


def test_a_listing_that_is_interrupted_leaves_nothing_known(make_space):
    space = filled(make_space, "big", COUNT // 10)
    before = known(space)
    chance = random.Random(1)
    for _ in range(30):
        finder = tools.popen_bare("find", space.at("big"), "-newermt", "2000-01-01")
        for _ in range(chance.randrange(1, 500)):
            assert finder.stdout.readline()
        finder.send_signal(chance.choice([signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
        tools.finish(finder, 20)
    assert known(space) > before
    tools.run("rm", "-r", space.at("big")).ok()
    tools.eventually(lambda: known(space) <= before, "the kernel to forget what is removed")


@pytest.mark.timeout(300)
def test_a_big_listing_with_siblings_can_be_sought(make_space):
    """A reader that seeks comes back to each position that the listing gave, near and far, of job files and siblings."""
    space = filled(make_space, "big", 5000)
    tools.python(test_posix.SEEKING, space.at("big"), 10000).ok()
