# SPDX-License-Identifier: MIT
"""Every way to write a good job file makes exactly one job, byte for byte, and its ID is beside the file."""

import os
import shutil

import pytest

import samples
import tools

# Ways to bring a file $1 to $2 in the mount.
GESTURES = {
    "cp": 'cp -- "$1" "$2"',
    "tee": 'tee -- "$2" < "$1" > /dev/null',
    "cat": 'cat < "$1" > "$2"',
    "dd": 'dd if="$1" of="$2" bs=4k status=none',
    "dd-fsync": 'dd if="$1" of="$2" bs=1k conv=fsync status=none',
    "install": 'install -m 644 -- "$1" "$2"',
    "mv": 'mv -- "$1" "$2"',
}
GOOD = samples.corpus("good")
CASES = [(gesture, path) for path in GOOD for gesture in GESTURES
         if gesture == "cp" or os.path.basename(path) in samples.GOOD]


def body_of(job):
    return {key: job.get(key) or "" for key in
            ("name", "content", "description", "risk_level", "enterprise_project_id")}


def test_the_corpus_is_there():
    assert set(samples.GOOD) <= {os.path.basename(path) for path in GOOD}


@pytest.mark.parametrize("gesture, path", CASES, ids=[f"{g}-{os.path.basename(p)}" for g, p in CASES])
def test_one_job_byte_for_byte(space, other_fs, gesture, path):
    name = os.path.basename(path)
    source = shutil.copyfile(path, os.path.join(other_fs, name))
    tools.sh(GESTURES[gesture], source, space.at(name)).ok()
    job = space.only_job()
    meta_name, meta_description = samples.meta(name)
    assert body_of(job) == {
        "name": meta_name, "description": meta_description, "risk_level": "LOW",
        "enterprise_project_id": "0", "content": tools.read(path).decode()}
    assert space.id(name) == job["document_id"]
    assert space.sent() == (1, 0)
    assert not space.creates()[0].json().get("tags")
    assert tools.read(space.at(name)) == tools.read(path)
    assert space.error(name) is None
    assert os.path.exists(source) == (gesture != "mv")


def test_embedded_service(local, src):
    tools.run("cp", samples.file(src, "a.yaml", "a"), local.path).ok()
    tools.run("cp", samples.file(src, "b.yml", "b"), local.path).ok()
    jobs = local.jobs()
    assert [job["name"] for job in jobs] == ["a", "b"]
    assert [local.id("a.yaml"), local.id("b.yml")] == [job["document_id"] for job in jobs]
    assert jobs[0]["document_id"].startswith("DM20")


def test_name_falls_back_to_the_file_stem(make_space):
    space = make_space(validate="none")
    tools.sh('printf test > "$1"', space.at("night-run.yaml")).ok()
    assert space.only_job()["name"] == "night-run"


@pytest.mark.parametrize("name", ["notes.txt", "job.yaml~", ".hidden.yaml", "job.yaml.swp", "yaml", ".yaml"])
def test_scratch_is_stored_and_never_sent(space, src, name):
    tools.run("cp", samples.file(src, "a.yaml"), space.at(name)).ok()
    assert tools.read(space.at(name)).decode() == samples.document()
    assert os.listdir(space.path) == [name]
    assert space.sent() == (0, 0)


def test_below_a_hidden_directory_all_is_scratch(space, src):
    tools.run("mkdir", "-p", space.at(".git/x")).ok()
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".git/x")).ok()
    assert os.listdir(space.at(".git/x")) == ["a.yaml"]
    assert space.sent() == (0, 0)


def test_in_directories(space, src):
    os.makedirs(space.at("a/b"))
    tools.run("cp", samples.file(src, "j.yaml"), space.at("a/b")).ok()
    assert space.id("a/b/j.yaml") == space.only_job()["document_id"]


def test_copy_of_a_tree(space, src):
    for name in ("x/one.yaml", "x/y/two.yaml", "three.yml"):
        os.makedirs(os.path.dirname(src / name), exist_ok=True)
        samples.file(src, name, os.path.basename(name))
    tools.run("cp", "-r", f"{src}/.", space.path).ok()
    assert {job["name"] for job in space.jobs()} == {"one.yaml", "two.yaml", "three.yml"}
    assert space.sent() == (3, 0)
