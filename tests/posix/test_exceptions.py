# SPDX-License-Identifier: MIT
"""Each thing that a job space does differently from a plain directory: the mount does exactly that.

docs/semantics.md has the same list for users; test_semantics.py compares it with TABLE. Any other difference is a mistake, and
test_calls.py and test_walk.py would find it.
"""

import os
import sys

import pytest

import tools


@pytest.fixture
def space(own_space):
    """Each row of TABLE gets a mount of its own, because it makes files in the root."""
    return own_space


PRELUDE = f"""
import fcntl, os, sys
sys.path[:0] = [{os.path.dirname(os.path.abspath(__file__))!r}, {os.path.join(tools.ROOT, "tests", "lib")!r}]
import calls, scene
def make(path, size=0):
    os.mknod(path)
    if size:
        os.truncate(path, size)
def opened(path, flags, then):
    return calls.opening(flags, then)(path)
def put(path, size):
    return opened(path, os.O_WRONLY | os.O_CREAT, lambda fd: os.write(fd, b'x' * size))
def hole(path, mode):
    put(path, 20000)
    return opened(path, os.O_WRONLY, lambda fd: calls.fallocate(fd, mode, 4096, 4096))
"""

# Each row has a Python expression, its result in a plain directory, and its result in the mount. A text in capitals is the name of
# an errno.
TABLE = {
    "hard-link-of-a-job-file": ("(make('a.yaml'), os.link('a.yaml', 'b'))[1]", None, "EPERM"),
    "second-name-to-a-job-file": ("(make('a'), os.link('a', 'b'), os.link('b', 'c.yaml'))[2]", None, "EPERM"),
    "name-of-a-sibling": ("make('a.yaml.id')", None, "EPERM"),
    "directory-of-a-siblings-name": ("os.mkdir('a.yml.error')", None, "EPERM"),
    "name-of-the-control-directory": ("make('.coc/x')", "ENOENT", "EPERM"),
    "long-name-of-a-job-file": ("make('n' * 245 + '.yaml')", None, "ENAMETOOLONG"),
    "big-job-file": ("put('a.yaml', 65537)", 65537, "EFBIG"),
    "exchange-of-job-and-scratch": ("(make('a.yaml'), make('b'), calls.rename2(calls.EXCHANGE, 'a.yaml', 'b'))[2]", None, "EINVAL"),
    "file-without-a-name": ("os.close(os.open('.', os.O_TMPFILE | os.O_WRONLY))", None, "ENOTSUP"),
    "collapsed-range": ("hole('a', calls.COLLAPSE_RANGE)", None, "ENOTSUP"),
    "acl": ("os.setxattr('.', 'system.posix_acl_access', bytes.fromhex("
            "'0200000001000700ffffffff04000500ffffffff20000500ffffffff'))", None, "ENOTSUP"),
    "file-flags": ("opened('.', os.O_RDONLY, lambda fd: fcntl.ioctl(fd, 0x80086601, bytes(8)) and None)", None, "ENOTTY"),
    "direct-io-of-any-size": ("opened('a', os.O_WRONLY | os.O_CREAT | os.O_DIRECT, lambda fd: os.write(fd, b'x'))", "EINVAL", 1),
}


def say(where, expression):
    script = PRELUDE + f"print(repr(scene.outcome(lambda: {expression})))"
    return tools.run(sys.executable, "-c", script, cwd=where).ok().stdout.strip()


@pytest.mark.parametrize("name", TABLE)
def test_by_design(space, plain, name):
    expression, expected, mounted = TABLE[name]
    assert say(space.path, expression) == repr(mounted)
    # some file systems cannot do it either: then the plain directory answers as the mount does
    assert say(plain, expression) in (repr(expected), repr(mounted))
