# SPDX-License-Identifier: MIT
"""The job files of docs/examples: each is sound, says its risk level, and becomes a job."""

import glob
import os

import pytest

import tools

EXAMPLES = sorted(glob.glob(os.path.join(tools.ROOT, "docs", "examples", "*.yaml")))


def test_there_is_one_of_each_kind():
    texts = "".join(tools.read(path).decode() for path in EXAMPLES)
    assert len(EXAMPLES) >= 4
    for word in ("hwc:runbook:suspend@", "hwc:runbook:executeAPI@", "hwc:runbook:scripts@", "paramSource: CUSTOM", "paramSource: INSTANCE"):
        assert word in texts, word


@pytest.mark.parametrize("path", EXAMPLES, ids=os.path.basename)
def test_the_strictest_check_finds_nothing(path):
    done = tools.run(tools.COCFS_CHECK, "--level=strict", "--require-risk", path).ok()
    assert not done.stdout and not done.stderr


@pytest.mark.parametrize("path", EXAMPLES, ids=os.path.basename)
def test_it_becomes_a_job(space, path):
    name = os.path.basename(path)
    tools.run("cp", path, space.at(name)).ok()
    job, text = space.only_job(), tools.read(path).decode()
    assert (job["document_id"], job["name"], job["content"]) == (space.id(name), os.path.splitext(name)[0], text)
    assert f"# coc.risk_level: {job['risk_level']}\n" in text and f"description: {job['description']}\n" in text
    assert space.fact(name, "warnings") is None
