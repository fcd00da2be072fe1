# SPDX-License-Identifier: MIT
"""Attributes that tools carry: out of the mount and in again, set before a rename, set after a close, removed."""

import os

import pytest

import samples
import tools

FULL = {"risk_level": "HIGH", "enterprise_project_id": "ep-17", "name": "nightly restart",
        "description": "Restarts all, at night", "tags": "team=ops,stage="}
XATTRS = {f"user.coc.{name}": value.encode() for name, value in FULL.items()}

# Ways to copy the directory $1 with its attributes into the directory $2.
WAYS = {
    "cp -a": 'cp -a "$1/." "$2"',
    "rsync -aX": 'rsync -aX "$1/" "$2/"',
    "rsync -aX --inplace": 'rsync -aX --inplace "$1/" "$2/"',
    "tar --xattrs": 'tar -C "$1" --xattrs -c . | tar -C "$2" --xattrs -x',
    "Python shutil.copytree": f'"{tools.sys.executable}" -c "import shutil, sys; shutil.copytree(*sys.argv[1:3], dirs_exist_ok=True)" "$1" "$2"',
}
# These set a file's attributes after its close. The job exists by then, so the attributes are an update.
LATE = ("rsync -aX --inplace", "Python shutil.copytree")
FIXED = ("user.coc.enterprise_project_id", "user.coc.tags")  # an update cannot change these


def xattrs(path):
    return {name: os.getxattr(path, name) for name in os.listxattr(path)}


def sent_attributes(space, document_id):
    """Returns the attributes of a job as they were sent to the service."""
    create = next(e for e in space.creates() if e.service_json()["data"] == document_id)
    fields = create.json()
    for update in space.updates():
        if update.path.endswith("/" + document_id):
            fields |= update.json()
    return {name: fields.get(name) for name in FULL}


@pytest.mark.parametrize("way", WAYS)
def test_out_and_in_again(make_space, src, way):
    """Two jobs are copied out of the mount, and in again to other paths. No read-only attribute is copied, nothing fails, and the
    new jobs get the same attributes as the old ones."""
    tools.need(*([] if way.startswith("Python") else [way.split()[0]]))
    space = make_space(siblings="hidden")
    own = {"a.yaml": {name: value for name, value in XATTRS.items() if way not in LATE or name not in FIXED},
           "sub/b.yaml": {"user.coc.risk_level": b"MEDIUM"}}
    os.makedirs(space.at("old/sub"))
    for name, attributes in own.items():
        source = samples.file(src, os.path.basename(name), os.path.basename(name))
        for attribute, value in attributes.items():
            os.setxattr(source, attribute, value)
        tools.run("cp", "-a", source, space.at("old", name)).ok()
    os.setxattr(space.at("old/sub"), "user.coc.description", b"of the directory")
    for folder in (src / "out", space.at("new")):
        os.mkdir(folder)

    result = tools.sh(WAYS[way], space.at("old"), src / "out").ok()
    assert result.stderr == "" and space.sent() == (2, 0)
    assert {name: xattrs(src / "out" / name) for name in own} == own
    assert xattrs(src / "out/sub") == {"user.coc.description": b"of the directory"}

    os.removexattr(src / "out/sub", "user.coc.description")
    result = tools.sh(WAYS[way], src / "out", space.at("new")).ok()
    space.settle()
    assert result.stderr == "" and len(space.creates()) == 4
    assert (space.updates() == []) == (way not in LATE)
    for name, attributes in own.items():
        old, new = space.id("old/" + name), space.id("new/" + name)
        assert new not in (None, old)
        assert sent_attributes(space, new) == sent_attributes(space, old)
        assert xattrs(space.at("new", name)) == attributes


@pytest.mark.parametrize("copy, status", [
    (["rsync", "-aX", "--inplace"], 23),
    ([tools.sys.executable, "-c", "import shutil, sys; shutil.copy2(*sys.argv[1:])"], 0)], ids=["rsync", "Python"])
def test_project_and_tags_that_come_after_the_close_are_refused(space, src, copy, status):
    """The job was made at the close, without project and tags. From then on both are fixed. rsync reports the error, Python ignores
    it."""
    tools.need(copy[0])
    source = samples.file(src, "a.yaml")
    for name, value in XATTRS.items():
        os.setxattr(source, name, value)
    assert tools.run(*copy, source, space.at("a.yaml")).status == status
    job = space.only_job()
    assert (job["risk_level"], job["name"], job["enterprise_project_id"]) == ("HIGH", FULL["name"], "0")
    assert not set(FIXED) & set(xattrs(space.at("a.yaml")))


@pytest.mark.parametrize("way, inherited", [("cp -a", False), ("tar --xattrs", False), ("rsync -aX", True)])
def test_a_directory_gets_its_attributes_before_its_files_or_after(space, src, way, inherited):
    os.mkdir(src / "d")
    samples.file(src / "d", "a.yaml")
    os.setxattr(src / "d", "user.coc.risk_level", b"HIGH")
    os.mkdir(space.at("in"))
    tools.need(way.split()[0])
    tools.sh(WAYS[way].replace('"$1/."', '"$1"').replace('"$1/"', '"$1"').replace('-C "$1" --xattrs -c .', '-C "${1%/*}" --xattrs -c d'),
             src / "d", space.at("in")).ok()
    assert os.getxattr(space.at("in/d"), "user.coc.risk_level") == b"HIGH"
    assert space.only_job()["risk_level"] == ("HIGH" if inherited else "LOW")


@pytest.mark.parametrize("way", ["cp -a", "rsync -aX", "tar --xattrs"])
def test_shown_siblings_are_copied_out_without_an_attribute(space, src, way):
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    os.setxattr(space.at("a.yaml"), "user.coc.risk_level", b"HIGH")
    os.mkdir(src / "out")
    assert tools.sh(WAYS[way], space.path, src / "out").ok().stderr == ""
    assert sorted(os.listdir(src / "out")) == ["a.yaml", "a.yaml.id"]
    assert xattrs(src / "out/a.yaml.id") == {}
    assert tools.read(src / "out/a.yaml.id").decode() == space.id("a.yaml") + "\n"


def test_moved_out_and_in_again_is_the_same_job(space, src, other_fs):
    source = samples.file(src, "a.yaml")
    os.setxattr(source, "user.coc.risk_level", b"HIGH")
    tools.run("cp", "-a", source, space.path).ok()
    document_id = space.id("a.yaml")
    tools.run("mv", space.at("a.yaml"), other_fs).ok()
    assert not os.path.exists(space.at("a.yaml")) and space.only_job()["document_id"] == document_id
    tools.run("mv", os.path.join(other_fs, "a.yaml"), space.path).ok()
    assert space.sent() == (1, 0)
    assert space.id("a.yaml") == document_id and space.fact("a.yaml", "state") == "submitted"
    assert os.getxattr(space.at("a.yaml"), "user.coc.risk_level") == b"HIGH"


def test_set_on_a_temporary_name_before_the_rename(make_space, src):
    space = make_space(risk_level=None)
    tools.run("cp", samples.file(src, "a.yaml"), space.at(".a.tmp")).ok()
    for name, value in XATTRS.items():
        os.setxattr(space.at(".a.tmp"), name, value)
    tools.run("mv", space.at(".a.tmp"), space.at("a.yaml")).ok()
    assert space.sent() == (1, 0)
    job = space.only_job()
    assert {name: job[name] for name in FULL if name != "tags"} == {n: v for n, v in FULL.items() if n != "tags"}


def test_removed_from_a_job_is_an_update_to_what_is_inherited(space, src):
    source = samples.file(src, "a.yaml", "a")
    for name in ("risk_level", "name"):
        os.setxattr(source, "user.coc." + name, FULL[name].encode())
    tools.run("cp", "-a", source, space.path).ok()
    document_id = space.id("a.yaml")
    for count, name in enumerate(("risk_level", "name"), 1):
        tools.run("setfattr", "-x", "user.coc." + name, space.at("a.yaml")).ok()
        assert space.sent() == (1, count)
    job = space.only_job()
    assert (job["document_id"], job["risk_level"], job["name"]) == (document_id, "LOW", "a")


def test_removing_the_last_risk_level_is_refused_and_keeps_the_job(make_space, src):
    space = make_space(risk_level=None)
    source = samples.file(src, "a.yaml")
    os.setxattr(source, "user.coc.risk_level", b"HIGH")
    tools.run("cp", "-a", source, space.path).ok()
    tools.run("setfattr", "-x", "user.coc.risk_level", space.at("a.yaml")).fails("No such attribute")
    assert "errno: ENODATA" in space.error("a.yaml")
    assert space.sent() == (1, 0) and space.only_job()["risk_level"] == "HIGH"
    tools.setfattr(space.at("a.yaml"), "user.coc.risk_level", "HIGH").ok()
    assert space.sent() == (1, 0) and space.error("a.yaml") is None


def test_of_a_directory_hold_from_the_next_write(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml", "a"), space.at("d")).ok()
    tools.setfattr(space.at("d"), "user.coc.risk_level", "HIGH").ok()
    assert space.sent() == (1, 0) and space.only_job()["risk_level"] == "LOW"
    tools.run("cp", samples.file(src, "a.yaml", "b"), space.at("d")).ok()
    assert space.sent() == (1, 1) and space.only_job()["risk_level"] == "HIGH"


@pytest.mark.parametrize("replace", ['sed -i "s/: pause/: wait/" d/a.yaml', 'cp --remove-destination "$1" d/a.yaml',
                                     'cp "$1" d/x.tmp; mv d/x.tmp d/a.yaml', 'rsync "$1" d/a.yaml'],
                         ids=["sed", "cp", "mv", "rsync"])
def test_of_a_directory_outlive_a_tool_that_replaces_the_file(make_space, src, replace):
    """The attributes of a directory hold for every file in it."""
    space = make_space(risk_level=None)
    tools.need("sed", "rsync")
    os.mkdir(space.at("d"))
    tools.setfattr(space.at("d"), "user.coc.risk_level", "HIGH").ok()
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d")).ok()
    tools.sh(replace, samples.file(src, "new.yaml", "restart", ["wait"]), cwd=space.path).ok()
    assert space.sent() == (1, 1)
    job = space.only_job()
    assert (job["risk_level"], job["content"]) == ("HIGH", samples.document("restart", ["wait"]))
