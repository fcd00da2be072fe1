# SPDX-License-Identifier: MIT
"""Descriptors: the number that users can open is bounded. No user takes those that other users or the mount need."""

import os
import subprocess
import sys

import pytest

import queues
import samples
import tools

LIMIT = 300         # descriptors that the mount may have
LEAST, FEW = 40, 48  # fs/base/descriptors.h: the least limit; and a limit that leaves very little room
ATTEMPTS = 400      # more than the mount may have
SECRETS = 30        # how many files are removed: then a new file is likely to get the inode number of one
GREEDY = {"user": 54001, "group": 54001, "extra_groups": []}
OTHER = {"user": 54002, "group": 54002, "extra_groups": []}

# hold(function) calls function(0), function(1), … until one raises OSError, at most args[0] times. It prints the name of the errno,
# or "all", and returns what the calls returned.
HOLDER = """
import resource
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
def hold(function):
    held = []
    for number in range(int(args[0])):
        try:
            held.append(function(number))
        except OSError as e:
            print(errno.errorcode[e.errno], flush=True)
            return held
    print('all', flush=True)
    return held
def unlinked(number, flags):
    os.mknod(f'gone-{number}')
    try:
        return os.open(f'gone-{number}', flags)
    finally:
        os.unlink(f'gone-{number}')
def removed(number):
    os.mkdir(f'gone-{number}')
    fd = os.open(f'gone-{number}', os.O_PATH)
    os.rmdir(f'gone-{number}')
    return fd
"""
# What a process holds open, and what hold() prints then.
HOLDS = {
    "files": ("hold(lambda n: os.open('mine', os.O_RDONLY | os.O_CREAT))", "EMFILE"),
    "written files": ("hold(lambda n: os.open(f'{n}.yaml', os.O_WRONLY | os.O_CREAT))", "EMFILE"),
    "listings": ("hold(lambda n: os.open('.', os.O_RDONLY))", "EMFILE"),
    "open files without a name": ("hold(lambda n: unlinked(n, os.O_RDWR))", "EMFILE"),
    # a removal is never refused for want of descriptors: beyond the user's share the removed file is out of reach (fs/space/node.c)
    "known files without a name": ("hold(lambda n: unlinked(n, os.O_PATH))", "all"),
    "known directories without a name": ("hold(removed)", "all"),
}
WAIT = "\nsys.stdin.readline()\n"


def limited(tmp_path, number):
    """Returns a script that starts cocfs with so many descriptors at most (ulimit -n)."""
    script = tools.write(tmp_path / f"cocfs-{number}", f'#!/bin/sh\nulimit -n {number}\nexec {tools.COCFS} "$@"\n')
    os.chmod(script, 0o755)
    return script


def opened(space):
    return int(queues.metrics(space)["cocfs_open_descriptors"])


@pytest.fixture
def space(make_space, tmp_path):
    """A job space with few descriptors. Two users write to it, each in a directory."""
    space = make_space(program=limited(tmp_path, LIMIT), allow_other=True, risk_level="LOW")
    for name, who in (("greedy", GREEDY), ("other", OTHER)):
        os.mkdir(space.at(name))
        os.chown(space.at(name), who["user"], who["group"])
    return space


def holder(space, script, **who):
    """Starts a process that holds what the script opens, until it is told to end. Returns the process, and what
    hold() printed: the errno that stopped it, or "all"."""
    process = tools.popen(sys.executable, "-c", tools.PRELUDE + HOLDER + "held = " + script + WAIT, ".", ATTEMPTS,
                          stdin=subprocess.PIPE, cwd=space.at("greedy"), **who)
    return process, process.stdout.readline().decode().strip()


@tools.needs_root
@pytest.mark.parametrize("what", HOLDS)
def test_a_user_who_opens_everything_is_refused_alone(space, src, what):
    script, end = HOLDS[what]
    processes = [holder(space, script, **GREEDY) for _ in range(2)]
    assert [stopped for _, stopped in processes] == [end] * 2
    assert LIMIT / 8 < opened(space) < LIMIT / 2

    # another user, and root, can do everything
    tools.sh('echo "$1" > a.yaml && mv a.yaml b.yaml && echo "$1" > b.yaml && mkdir d && ls -la . d && cat b.yaml.id && '
             'echo x > f && rm -r f d', samples.document(), cwd=space.at("other"), **OTHER).ok()
    tools.run("cp", samples.file(src, "root.yaml"), space.path).ok()
    assert space.id("root.yaml") and space.id("other/b.yaml")
    # the greedy user is refused, and is told why
    tools.run("touch", "more", cwd=space.at("greedy"), **GREEDY).fails(tools.message("EMFILE"))
    tools.run("ls", cwd=space.at("greedy"), **GREEDY).fails(tools.message("EMFILE"))

    for process, _ in processes:
        tools.finish(process, given=b"\n")
    tools.eventually(lambda: opened(space) == 0, "everything to be closed")
    tools.run("touch", "more", cwd=space.at("greedy"), **GREEDY).ok()


@tools.needs_root
def test_the_files_of_a_user_who_opens_everything_are_committed(space):
    """A close needs descriptors, too. The mount takes them from those that it keeps for itself."""
    script = ("hold(lambda n: os.open(f'{n}.yaml', os.O_WRONLY | os.O_CREAT)); sys.stdin.readline(); "
              "[(os.write(fd, os.fsencode(args[1])), os.close(fd)) for fd in held[:20]]; print('closed', flush=True)")
    process = tools.popen(sys.executable, "-c", tools.PRELUDE + HOLDER + "held = " + script, ".", ATTEMPTS,
                          samples.document(), stdin=subprocess.PIPE, cwd=space.at("greedy"), **GREEDY)
    assert process.stdout.readline() == b"EMFILE\n"
    assert tools.finish(process, given=b"\n").ok().stdout == "closed\n"
    assert len(space.jobs()) == 20


@tools.needs_root
def test_a_removed_file_that_is_out_of_reach_is_not_taken_for_another(space):
    """The kernel still knows the removed file, and the next file may get its inode number. Only the mount can tell the two apart."""
    script = """hold(lambda n: os.open('mine', os.O_RDONLY | os.O_CREAT))
for number in range(FILES):
    os.mknod(f'secret-{number}')
known = [os.open(f'secret-{number}', os.O_PATH) for number in range(FILES)]
print(*[os.fstat(fd).st_ino for fd in known], flush=True)
for number in range(FILES):
    os.unlink(f'secret-{number}')
print('removed', flush=True)
sys.stdin.readline()
os.close(held.pop())
for fd in known:
    for look in (os.fstat, lambda fd: os.open(f'/proc/self/fd/{fd}', os.O_RDONLY)):
        try:
            print('reached', look(fd), flush=True)
        except OSError as e:
            print(errno.errorcode[e.errno], flush=True)
""".replace("FILES", str(SECRETS))
    os.chmod(space.at("greedy"), 0o1777)
    process, _ = holder(space, script, **GREEDY)
    secrets = set(process.stdout.readline().split())
    assert process.stdout.readline() == b"removed\n"
    tools.sh(f'for n in $(seq {SECRETS}); do echo of the other > $n; done; cat $(seq {SECRETS})',
             cwd=space.at("greedy"), **OTHER).ok()
    spool = os.path.join(space.state, "spool", "greedy")
    numbers = {b"%d" % os.stat(os.path.join(spool, str(n + 1))).st_ino for n in range(SECRETS)}
    assert tools.finish(process, given=b"\n\n").ok().stdout.split("\n")[:-1] == ["ESTALE"] * 2 * SECRETS
    for number in range(SECRETS):
        assert tools.read(space.at("greedy", str(number + 1))) == b"of the other\n"
    if not secrets & numbers:
        pytest.skip("the file system gave no number out again")


@pytest.mark.parametrize("what", ["files", "listings"])
def test_where_only_one_user_may_the_user_may_have_all(make_space, tmp_path, src, what):
    """The mount itself still has what it needs."""
    space = make_space(program=limited(tmp_path, LIMIT))
    os.mkdir(space.at("greedy"))
    process, stopped = holder(space, HOLDS[what][0])
    assert stopped == "EMFILE"
    most = int(queues.metrics(space)["cocfs_open_descriptors_max"])
    assert opened(space) == most
    tools.run("touch", space.at("x")).fails(tools.message("EMFILE"))
    tools.run("mv", space.at("greedy"), space.at("renamed")).ok()
    tools.finish(process, given=b"\n")
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert space.id("a.yaml")


@pytest.mark.parametrize("number", [LEAST, FEW])
def test_a_mount_with_very_few_descriptors_works(make_space, tmp_path, src, number):
    space = make_space(program=limited(tmp_path, number))
    files = [samples.file(src, f"{n}.yaml") for n in range(20)]
    for writer in [tools.popen("cp", file, space.path) for file in files]:
        assert tools.finish(writer).status == 0 or "Too many open files" in tools.finish(writer).stderr
    tools.run("cp", *files, space.path).ok()
    tools.sh("mkdir -p a/b/c/d/e/f/g/h && cp 0.yaml a/b/c/d/e/f/g/h && mv a/b x && ls -laR && "
             "rm x/c/d/e/f/g/h/0.yaml && rmdir -p x/c/d/e/f/g/h", cwd=space.path).ok()
    assert len(space.jobs()) == 21
    assert f"only {number} descriptors" in space.log()


def test_too_few_descriptors_are_refused_with_a_reason(make_space, tmp_path):
    space = make_space(mounted=False, program=limited(tmp_path, LEAST - 1))
    os.mkdir(space.path)
    result = tools.run(*space.argv())
    result.fails(f"only {LEAST - 1} descriptors", f"allow at least {LEAST}", "ulimit -n")
