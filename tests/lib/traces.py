# SPDX-License-Identifier: MIT
"""All that a mount shows of itself to users and root: no secret may be in it."""

import os

import tools

NOBODY = {"user": 65534, "group": 65534, "extra_groups": []}


def files_below(folder):
    for where, _, names in os.walk(folder):
        yield from (os.path.join(where, name) for name in names if os.path.isfile(os.path.join(where, name)))


def content_of(path):
    """Returns the content of a file of the mount; no bytes if the mount answers with an error."""
    try:
        return tools.read(path)
    except OSError:
        return b""


def facts_of(path):
    for name in os.listxattr(path):
        try:
            yield name, os.getxattr(path, name)
        except OSError:  # the attribute has gone since it was listed
            continue


def traces(mount):
    """Yields (where, bytes) for the log, files in /proc of cocfs, the output of ps, and each file of the state directory. Then for
    each file of the mount and of .coc, and for each of its attributes."""
    pid = mount.process.pid
    yield "the log", mount.log().encode()
    for name in ("cmdline", "comm", "mountinfo"):
        yield name, tools.read(f"/proc/{pid}/{name}")
    if tools.IS_ROOT:  # cocfs keeps secrets, so only root may read its environment
        yield "environ", tools.read(f"/proc/{pid}/environ")
    yield "ps", tools.run("ps", "-efww").ok().stdout.encode()
    for path in files_below(mount.state):
        yield path, tools.read(path)
    for path in [*files_below(mount.root), *files_below(os.path.join(mount.root, ".coc"))]:
        yield path, content_of(path)
        for name, value in facts_of(path):
            yield f"{path}: {name}", value


def assert_unseen(mount, secrets):
    """Fails the test if a secret is in anything that a mount shows (traces())."""
    assert secrets and all(len(secret) >= 8 for secret in secrets)
    n = 0
    for where, seen in traces(mount):
        n += 1
        for secret in secrets:
            assert secret.encode() not in seen, f"a secret is in {where}"
    assert n > 10, "there was nothing to look at"


def assert_closed_to_others(mount):
    """Fails the test unless another user gets EACCES for the files in /proc with cocfs's environment and memory."""
    pid = mount.process.pid
    for path in (f"/proc/{pid}/environ", f"/proc/{pid}/mem", f"/proc/{pid}/maps"):
        tools.run("head", "-c1", path, **NOBODY).fails(tools.message("EACCES"))
