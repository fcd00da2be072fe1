# SPDX-License-Identifier: MIT
"""A whole tree is copied into the mount twice. The second run sends nothing, and no binding is lost."""

import os

import pytest

import samples
import tools

FILES = ("a.yaml", "b.yml", "sub/c.yaml", "sub/deep/d.yaml")

# Scripts that copy the tree into the mount. $1 is the tree, $2 the root of the mount, $3 a directory outside the two.
WAYS = {
    "cp -r": 'cp -r "$1/." "$2"',
    "cp -a": 'cp -a "$1/." "$2"',
    "rsync -a --delete": 'rsync -a --delete "$1/" "$2/"',
    "rsync -aX --delete": 'rsync -aX --delete "$1/" "$2/"',
    "rsync -a --delete --inplace": 'rsync -a --delete --inplace "$1/" "$2/"',
    "rsync -a --delete --delay-updates": 'rsync -a --delete --delay-updates "$1/" "$2/"',
    "tar x": 'tar -C "$1" -c . | tar -C "$2" -x',
    "tar x --recursive-unlink": 'tar -C "$1" -c ./sub ./a.yaml ./b.yml | tar -C "$2" --recursive-unlink -x',
    "cpio -p": 'cd "$1" && find . | cpio -pdu --quiet "$2"',
    "unzip -o": 'cd "$1" && rm -f "$3/z.zip" && zip -qr "$3/z.zip" . && unzip -qo "$3/z.zip" -d "$2"',
    "ditto by Python": f'"{tools.sys.executable}" -c "import shutil, sys; shutil.copytree(*sys.argv[1:3], dirs_exist_ok=True)" "$1" "$2"',
}


@pytest.fixture
def tree(src):
    """The tree of job files to copy. All files have the same old time, as the files of a release have."""
    root = src / "tree"
    for name in FILES:
        os.makedirs(os.path.dirname(root / name), exist_ok=True)
        samples.file(root, name, name)
    for name in FILES:
        os.utime(root / name, (10 ** 9, 10 ** 9))
    return root


def bring(way, tree, space):
    program = way.split()[0]
    tools.need(*(["zip", "unzip"] if program == "unzip" else ["sh"] if program == "ditto" else [program]))
    tools.sh(WAYS[way], tree, space.path, tree.parent).ok()
    space.settle()


def ids(space):
    return {name: space.id(name) for name in FILES}


@pytest.mark.parametrize("way, siblings", [*((way, "shown") for way in WAYS), ("rsync -aX --delete", "hidden")])
def test_twice(make_space, tree, way, siblings):
    space = make_space(siblings=siblings)
    bring(way, tree, space)
    assert space.sent() == (len(FILES), 0)
    first = ids(space)
    assert all(first.values())
    assert {job["document_id"]: job["content"] for job in space.jobs()} == {
        first[name]: samples.document(name) for name in FILES}
    bring(way, tree, space)
    assert space.sent() == (len(FILES), 0)
    assert ids(space) == first

    tools.write(tree / "sub/c.yaml", samples.document("c", ["another"]))
    bring(way, tree, space)
    assert space.sent() == (len(FILES), 1)
    assert ids(space) == first
    assert space.job(first["sub/c.yaml"])["content"] == samples.document("c", ["another"])


@pytest.mark.parametrize("options", [["-a"], ["-a", "--inplace"], ["-aX", "--delay-updates"]], ids=" ".join)
def test_what_rsync_deletes_is_kept_by_the_service_and_comes_back_as_the_same_job(space, tree, options):
    tools.need("rsync")
    sync = ["rsync", *options, "--delete", f"{tree}/", f"{space.path}/"]
    tools.run(*sync).ok()
    first = ids(space)
    os.rename(tree / "sub", tree.parent / "away")
    tools.run(*sync).ok()
    assert not os.path.exists(space.at("sub")) and len(space.jobs()) == len(FILES)
    os.rename(tree.parent / "away", tree / "sub")
    tools.run(*sync).ok()
    space.settle()
    assert space.sent() == (len(FILES), 0) and ids(space) == first


def test_cp_n_leaves_alone_what_is_there(space, src):
    old, new = samples.file(src, "old.yaml", "old"), samples.file(src, "new.yaml", "new")
    for source in (old, new):
        tools.run("cp", "-n", source, space.at("job.yaml")).ok()
    assert space.sent() == (1, 0)
    assert space.only_job()["content"] == tools.read(space.at("job.yaml")).decode() == samples.document("old")
