# SPDX-License-Identifier: MIT
"""cocfs is killed while it makes the files of imports and fetches their content: the next mount has each job once."""

import os
import signal

import pytest

import test_crash_points as crashes
import tools


def make(space, name):
    return space.cocd.client().create(name=name, content=f"text of {name}")


def listed(space):
    return {name: space.id(name) for name in os.listdir(space.path) if name.endswith(".yaml")}


@pytest.fixture(name="mount")
def mount_fixture(make_space):
    crashes.need_points()
    return lambda: make_space(mounted=False, program=crashes.CRASH, refresh="0")


def die(space, point, *command):
    """Mounts, and runs a command that leads to this crash point. The mount must die there. Returns the result of the command."""
    crashes.die_at(space, point)
    space.mount()
    result = tools.run(*command(space) if callable(command) else command, seconds=40)
    assert space.bury(40) == -signal.SIGKILL
    del space.env["COCFS_CRASH_AT"]
    return result


def test_names_without_files_get_their_files(mount):
    space = mount()
    made = {f"job {number}.yaml": make(space, f"job {number}") for number in range(3)}
    die(space, "imports-named", "ls", space.path)
    assert os.listdir(os.path.join(space.state, "spool")) == []
    space.mount()
    assert listed(space) == made
    assert {name: tools.read(space.at(name)).decode() for name in made} == {name: f"text of {name[:-5]}" for name in made}


@pytest.mark.parametrize("point", ["placeholder-written", "import-fetched"])
def test_content_that_is_not_recorded_is_fetched_again(mount, point):
    """The file of the import in the spool has the text, perhaps a part of it, and the ledger does not know that."""
    space = mount()
    made = {"job.yaml": make(space, "job")}
    die(space, point, "sh", "-c", f"ls {space.path}; cat {space.at('job.yaml')}")
    space.cocd.client().update(made["job.yaml"], name="job", content="short")
    space.mount()
    assert listed(space) == made
    assert tools.read(space.at("job.yaml")) == b"short"


def test_an_import_that_was_not_fetched_whole_is_an_error_without_the_service(mount):
    space = mount()
    made = {"job.yaml": make(space, "job")}
    die(space, "placeholder-written", "sh", "-c", f"ls {space.path}; cat {space.at('job.yaml')}")
    space.mount()
    assert listed(space) == made
    space.front.refuse()
    tools.run("cat", space.at("job.yaml")).fails()
    space.front.accept()
    tools.eventually(lambda: tools.run("cat", space.at("job.yaml")).stdout == "text of job", "the text")


def test_an_empty_file_that_was_filled_and_not_bound(mount):
    """setfattr coc.job_id on an empty file: the text is there, and the binding is not. A second setfattr binds the file."""
    space = mount()
    job = make(space, "job")
    space.options["jobs"] = "own"
    space.mount()
    tools.write(space.at("a.yaml"), b"")
    space.unmount()
    naming = ["setfattr", "-n", "coc.job_id", "-v", job, space.at("a.yaml")]
    die(space, "placeholder-written", *naming)
    space.mount()
    assert space.id("a.yaml") is None and tools.read(space.at("a.yaml")) in (b"", b"text of job")
    assert space.sent() == (0, 0) and len(space.jobs()) == 1
    tools.run(*naming).ok()
    assert space.id("a.yaml") == job and tools.read(space.at("a.yaml")) == b"text of job"
    assert space.fact("a.yaml", "base") == "v1" and space.sent() == (0, 0)
