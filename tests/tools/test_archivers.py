# SPDX-License-Identifier: MIT
"""A program that restores an archive of a job space, siblings included, ends, says what it could not do, and changes no job.

A sibling cannot be made. After its removal it is still there. A program that removes a name again and again, until it can make
the name, must get an error that ends it.
"""

import os

import pytest

import samples
import tools

FILES = ("one.yaml", "sub/two.yaml")
SECONDS = 30  # no archiver takes longer for two files
PYTHON = f'"{tools.sys.executable}"'

# Each row: a shell script that restores "tree" into its current directory, and two exit statuses of it. The first is for a restore
# over the existing tree, the second after the tree was removed. In the directory $1 are the archives, and copy/tree, a copy of it.
ROWS = {
    "tar": ('tar -xf "$1/t.tar"', 2, 2),
    "tar --overwrite": ('tar --overwrite -xf "$1/t.tar"', 2, 2),
    "tar --unlink-first": ('tar -Uxf "$1/t.tar"', 2, 2),
    "tar --recursive-unlink": ('tar --recursive-unlink -xf "$1/t.tar"', 2, 2),
    "tar --keep-old-files": ('tar -kxf "$1/t.tar"', 2, 2),
    "tar --skip-old-files": ('tar --skip-old-files -xf "$1/t.tar"', 0, 0),
    "tar --keep-newer-files": ('tar --keep-newer-files -xf "$1/t.tar"', 0, 0),
    "tar --no-overwrite-dir": ('tar --no-overwrite-dir -xf "$1/t.tar"', 2, 2),
    "tar --backup": ('tar --backup -xf "$1/t.tar"', 2, 2),
    "tar --listed-incremental": ('tar -xGf "$1/g.tar"', 2, 2),
    "busybox tar": ('busybox tar -xf "$1/t.tar"', 1, 1),
    "busybox tar --overwrite": ('busybox tar --overwrite -xf "$1/t.tar"', 1, 1),
    "busybox tar -k": ('busybox tar -kxf "$1/t.tar"', 1, 1),
    "bsdtar": ('bsdtar -xf "$1/t.tar"', 1, 1),
    "bsdtar -k": ('bsdtar -kxf "$1/t.tar"', 0, 0),
    "bsdtar -U": ('bsdtar -Uxf "$1/t.tar"', 1, 1),
    "bsdtar --keep-newer-files": ('bsdtar --keep-newer-files -xf "$1/t.tar"', 0, 0),
    "bsdtar --safe-writes": ('bsdtar --safe-writes -xf "$1/t.tar"', 1, 1),
    "cpio -i": ('cpio -id --quiet < "$1/c.cpio"', 0, 0),
    "cpio -iu": ('cpio -idum --quiet < "$1/c.cpio"', 2, 2),
    "cpio -pu": ('here=$PWD; cd "$1/copy" && find tree | cpio -pdum --quiet "$here"', 2, 2),
    "busybox cpio -iu": ('busybox cpio -idu < "$1/c.cpio"', 1, 1),
    "bsdcpio -i": ('bsdcpio -id < "$1/c.cpio"', 0, 0),
    "bsdcpio -iu": ('bsdcpio -idu < "$1/c.cpio"', 0, 0),
    "pax -r": ('pax -r -f "$1/t.tar"', 1, 1),
    "pax -rk": ('pax -rk -f "$1/t.tar"', 0, 0),
    "pax -ru": ('pax -ru -f "$1/t.tar"', 0, 0),
    "pax -rw": ('here=$PWD; cd "$1/copy" && pax -rw tree "$here"', 1, 1),
    "unzip -o": ('unzip -qo "$1/z.zip"', 50, 50),
    "unzip -n": ('unzip -qn "$1/z.zip"', 0, 0),
    "unzip -uo": ('unzip -quo "$1/z.zip"', 0, 0),
    "busybox unzip -o": ('busybox unzip -qo "$1/z.zip"', 1, 1),
    "busybox unzip -n": ('busybox unzip -qn "$1/z.zip"', 0, 0),
    "7z x -y": ('7z x -y -bd "$1/s.7z"', 2, 2),
    "7z x -aos": ('7z x -y -bd -aos "$1/s.7z"', 0, 0),
    "7z x -aou": ('7z x -y -bd -aou "$1/s.7z"', 0, 2),
    "7z x -aot": ('7z x -y -bd -aot "$1/s.7z"', 2, 2),
    "Python: zipfile": (PYTHON + ' -m zipfile -e "$1/z.zip" .', 1, 1),
    "Python: tarfile": (PYTHON + ' -m tarfile -e "$1/t.tar" .', 1, 1),
    "Python: shutil.copytree": (
        PYTHON + ' -c "import shutil, sys; shutil.copytree(sys.argv[1], \'tree\', dirs_exist_ok=True)" "$1/copy/tree"', 1, 1),
    "rsync -a": ('rsync -aI "$1/copy/tree" .', 23, 23),
    "rsync -a --delete-after": ('rsync -aI --delete-after "$1/copy/tree" .', 23, 23),
    "rsync -a --delay-updates": ('rsync -aI --delay-updates "$1/copy/tree" .', 23, 23),
    "rsync -a --backup": ('rsync -aI --backup "$1/copy/tree" .', 23, 23),
    "rsync -a --inplace": ('rsync -aI --inplace "$1/copy/tree" .', 23, 23),
    "rsync -a --ignore-existing": ('rsync -a --ignore-existing "$1/copy/tree" .', 0, 0),
    "cp -a": ('cp -a "$1/copy/tree" .', 1, 1),
    "cp -rf": ('cp -rf "$1/copy/tree" .', 1, 1),
    "cp -r --remove-destination": ('cp -r --remove-destination "$1/copy/tree" .', 1, 1),
    "cp -r --backup": ('cp -r --backup "$1/copy/tree" .', 1, 1),
    "cp -rn": ('cp -rn "$1/copy/tree" .', 0, 1),
    "busybox cp -af": ('busybox cp -af "$1/copy/tree" .', 1, 1),
    "mv from another file system": ('cp -r "$1/copy" "$1/gone" && mv -f "$1/gone/tree/"*.yaml* tree', 1, 1),
    "install": ('install "$1/copy/tree/"*.yaml* tree', 1, 1),
}
# These put a file beside the existing file, or rename the existing file. So the user wants new jobs, and the IDs may change.
RENAMING = {"7z x -aou", "7z x -aot"}
# Over a tree these end as they end in any directory, which depends on their version: tar 1.35 fails at a directory that is there
BY_VERSION = {"tar --keep-newer-files"}


@pytest.fixture
def archives(space, src):
    """Makes the tree in the space, and archives of it. Returns {name in FILES: job ID}."""
    tree = space.at("tree")
    os.makedirs(os.path.join(tree, "sub"))
    for name in FILES:
        tools.run("cp", samples.file(src, os.path.basename(name), name), os.path.join(tree, name)).ok()
    script = """set -e
        mkdir "$1/copy"; cp -a tree "$1/copy"
        tar -cf "$1/t.tar" tree; tar -cf "$1/g.tar" -g "$1/snapshot" tree
        find tree | cpio -o --quiet -H newc > "$1/c.cpio"
        if command -v zip; then zip -qr "$1/z.zip" tree; fi
        if command -v 7z; then 7z a -bd "$1/s.7z" tree; fi"""
    tools.sh(script, src, cwd=space.path).ok()
    return {name: space.id("tree/" + name) for name in FILES}


def restore(space, src, row):
    script = ROWS[row][0]
    os.makedirs(space.at("tree"), exist_ok=True)
    status = tools.sh(script, src, cwd=space.path, seconds=SECONDS).status
    space.settle()
    return status


def restore_plain(src, row):
    """Restores over a copy of the tree in an ordinary directory. Returns the exit status."""
    script = 'mkdir "$1/plain" && cp -a "$1/copy/tree" "$1/plain" && cd "$1/plain" || exit 99; ' + ROWS[row][0]
    return tools.sh(script, src, seconds=SECONDS).status


def need(row):
    program = row.split()[0]
    tools.need("sh" if program == "Python:" else program, "cpio", *(["zip"] if "z.zip" in ROWS[row][0] else []))


@pytest.mark.parametrize("row", ROWS)
def test_it_ends_and_says_what_it_could_not_do(space, src, archives, row):
    need(row)
    there = restore(space, src, row)
    if row in RENAMING:
        assert there == ROWS[row][1]
        return
    assert {name: space.id("tree/" + name) for name in FILES} == archives
    tools.run("rm", "-r", space.at("tree")).ok()
    gone = restore(space, src, row)
    for name in FILES:
        if os.path.exists(space.at("tree", name)):  # some programs stop at the first sibling, so a file may be missing
            assert space.id("tree/" + name) == archives[name]
    assert space.sent() == (len(FILES), 0)
    if row in BY_VERSION:
        assert (there, gone) == (restore_plain(src, row), ROWS[row][2])
    else:
        assert (there, gone) == ROWS[row][1:]


def test_eight_at_once_end(space, src, archives):
    """Eight processes of tar restore one archive at the same time. Each ends, although others remove and make the same names."""
    script = 'for i in 1 2 3 4 5 6 7 8; do tar -xf "$1/t.tar" 2>/dev/null & done; for job in $(jobs -p); do wait $job; echo $?; done'
    result = tools.sh(script, src, cwd=space.path, seconds=SECONDS).ok()
    assert result.stdout.split() == ["2"] * 8
    space.settle()
    assert {name: space.id("tree/" + name) for name in FILES} == archives
