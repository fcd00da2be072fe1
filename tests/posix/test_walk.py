# SPDX-License-Identifier: MIT
"""Random walks (walk.py): random operations are made both in the mount and in a plain directory, and compared after each.

COCFS_WALK_COUNT is the number of operations of a walk. COCFS_WALKS is the number of walks of each test; their seeds rise from
COCFS_WALK_SEED. A failure prints the seed, and the operations in a form for walk.py --play.
"""

import json
import os
import sys

import pytest

import tools
from operations import Tree

COUNT = int(os.environ.get("COCFS_WALK_COUNT", "200"))
FIRST = int(os.environ.get("COCFS_WALK_SEED", "1"))
SEEDS = range(FIRST, FIRST + int(os.environ.get("COCFS_WALKS", "2")))
SECONDS_A_STEP = 0.25  # far more than an operation takes


def walk(space, plain, seed, *more):
    os.mkdir(space.at("here"))
    process = tools.popen(sys.executable, os.path.join(os.path.dirname(os.path.abspath(__file__)), "walk.py"), "--seed", seed, "--count", COUNT, *more,
                          space.at("here"), plain, seconds=60 + COUNT * SECONDS_A_STEP)
    return json.loads(tools.finish(process, 70 + COUNT * SECONDS_A_STEP).ok().stdout)


pytestmark = pytest.mark.timeout(120 + int(COUNT * SECONDS_A_STEP))


@pytest.mark.parametrize("seed", SEEDS)
def test_scratch_files(make_space, plain, seed):
    space = make_space(validate="none")
    walk(space, plain, seed)
    assert space.sent() == (0, 0)
    assert space.unmount() == 0
    beneath = Tree(os.path.join(space.state, "spool", "here"))
    assert beneath.picture(contents=True) == Tree(plain).picture(contents=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_job_files(make_space, plain, seed):
    """After the walk the service holds the jobs of the model (design.py), each once and with the content that was committed
    last."""
    space = make_space(validate="none")
    model = walk(space, plain, seed, "--jobs")
    jobs = {job["document_id"]: job["content"] for job in space.jobs()}
    assert sorted(jobs.values()) == sorted(model["jobs"])
    assert {path: jobs[space.id(os.path.join("here", path))] for path in model["bound"]} == model["bound"]
    assert model["bound"], "the walk has no job at its end: draw another seed"
