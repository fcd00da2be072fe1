# SPDX-License-Identifier: MIT
"""debian/ agrees with the tree: one version, each installed file in a package, each exported name in the list of symbols."""

import fnmatch
import os
import re

import tools

DEBIAN = os.path.join(tools.ROOT, "debian")


def text(*path):
    return tools.read(os.path.join(tools.ROOT, *path)).decode()


def test_the_version_is_the_trees():
    version = re.search(r"version: '([^']+)'", text("meson.build"))[1]
    assert text("debian", "changelog").startswith(f"cocfs ({version}) ")
    symbols = [line for line in text("debian", "libcocfs-dsl0.symbols").splitlines() if line.startswith(" ")]
    exported = re.findall(r"^\t(cocfs_\w+);", text("fs", "cocfs-dsl", "cocfs-dsl.sym"), re.M)
    assert exported and {line.split("@")[0].strip() for line in symbols} == {*exported, "COCFS_DSL_0"}


def test_each_installed_file_is_in_one_package(tmp_path):
    tools.need("meson", "scdoc")
    build = tmp_path / "build"
    options = re.search(r"dh_auto_configure -- (.*)", text("debian", "rules"))[1].split()
    tools.run("meson", "setup", str(build), tools.ROOT, *options, "--prefix=/usr", "--libdir=lib/x").ok()
    plan = tools.run("meson", "introspect", "--installed", str(build)).ok().stdout
    installed = set(re.findall(r'"/usr/([^"]+)"', plan))
    names = [name for name in os.listdir(DEBIAN) if name.endswith(".install")]
    patterns = {name: [line.strip() for line in text("debian", name).splitlines() if line.strip()] for name in names}
    for path in installed:
        takes = [name for name, lines in patterns.items() if any(fnmatch.fnmatch("usr/" + path, line) for line in lines)]
        assert len(takes) == 1, f"{path} is in {takes}"
    for name, lines in patterns.items():
        for line in lines:
            assert [path for path in installed if fnmatch.fnmatch("usr/" + path, line)], f"{name}: {line} is nowhere"
