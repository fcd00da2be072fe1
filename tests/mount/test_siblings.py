# SPDX-License-Identifier: MIT
"""NAME.id and NAME.error: derived, never out of date, and never in the way."""

import os
import stat
import subprocess

import pytest

import samples
import tools

BAD = "just: yaml\n"


@pytest.fixture
def both(space, src):
    """A space with a submitted job, good.yaml, and a refused one, bad.yaml."""
    fill(space, src)
    return space


def fill(space, src):
    tools.run("cp", samples.file(src, "good.yaml", "good"), space.path).ok()
    tools.run("cp", tools.write(src / "bad.yaml", BAD), space.path).fails(tools.message("EINVAL"))


def test_listing(both):
    expected = ["bad.yaml", "bad.yaml.error", "good.yaml", "good.yaml.id"]
    assert sorted(os.listdir(both.path)) == expected
    assert sorted(tools.run("ls", both.path).ok().stdout.split()) == expected
    tools.run("ls", "-la", both.path).ok()
    found = tools.run("find", both.path, "-type", "f").ok().stdout.split()
    assert sorted(map(os.path.basename, found)) == expected
    assert "good.yaml.error" not in found and not os.path.exists(both.at("bad.yaml.id"))


def test_they_look_like_files(both):
    for name in ("good.yaml.id", "bad.yaml.error"):
        seen = os.stat(both.at(name))
        assert stat.S_ISREG(seen.st_mode) and not seen.st_mode & 0o222
        assert seen.st_size == len(tools.read(both.at(name)))
        assert (seen.st_uid, seen.st_nlink) == (os.geteuid(), 1)
        assert abs(seen.st_mtime - os.stat(both.at(name.rpartition(".")[0])).st_mtime) < 3600
    inodes = [entry.inode() for entry in os.scandir(both.path)]
    assert len(set(inodes)) == 4


def test_error_tells_the_whole_story(both):
    lines = both.error("bad.yaml").splitlines()
    assert lines[0] and not lines[0].startswith("errno:")
    assert "errno: EINVAL" in lines
    assert all(": " in line for line in lines[1:])


def test_hidden(make_space, src):
    space = make_space(siblings="hidden")
    fill(space, src)
    assert sorted(os.listdir(space.path)) == ["bad.yaml", "good.yaml"]
    assert space.id("good.yaml") == space.only_job()["document_id"]
    assert "EINVAL" in space.error("bad.yaml")
    tools.run("rm", "-r", space.at("good.yaml"), space.at("bad.yaml")).ok()


def test_no_stale_entry(space, src):
    for round_ in range(3):
        tools.run("cp", tools.write(src / "a.yaml", BAD), space.path).fails(tools.message("EINVAL"))
        tools.sh('test -e "$1.error"', space.at("a.yaml")).ok()
        tools.run("cp", samples.file(src, "a.yaml", f"round-{round_}"), space.path).ok()
        tools.sh('test ! -e "$1.error" && test -e "$1.id"', space.at("a.yaml")).ok()
        assert sorted(os.listdir(space.path)) == ["a.yaml", "a.yaml.id"]


def test_a_lookup_before_there_is_one_leaves_no_trace(space, src):
    assert not os.path.exists(space.at("a.yaml.id"))
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    assert os.path.exists(space.at("a.yaml.id"))


def test_removing_the_id_is_accepted_and_changes_nothing(both):
    for command in (["rm"], ["rm", "-f"], ["unlink"]):
        tools.run(*command, both.at("good.yaml.id")).ok()
        assert both.id("good.yaml") == both.only_job()["document_id"]
    assert both.sent() == (1, 0)


# target is good.yaml.id, args[0] a scratch file. Removes target, and makes calls on it, one of them in another thread. Prints for
# each call "done" or the errno. Then prints whether target is listed, and waits for a line.
REMOVER = """
import threading
def told(*call):
    try:
        call[0](*call[1:])
        return "done"
    except OSError as e:
        return errno.errorcode[e.errno]
def make(*call):
    print(told(*call), flush=True)
attempt(os.unlink, target)
make(os.stat, target)
thread = threading.Thread(target=make, args=(os.stat, target))
thread.start()
thread.join()
make(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
make(os.open, target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
make(os.mkdir, target)
make(os.symlink, "x", target)
make(os.rename, args[0], target)
make(os.unlink, target)
print(target in os.listdir("."), flush=True)
sys.stdin.readline()
"""


def removed_by(space, *before):
    """Starts a REMOVER, which has just removed good.yaml.id. Returns the process, and the nine lines that it has printed."""
    tools.write(space.at("note"), "x")
    process = tools.popen_bare(*before, tools.sys.executable, "-u", "-c", tools.PRELUDE + REMOVER, "good.yaml.id", "note",
                               cwd=space.path, stdin=subprocess.PIPE)
    return process, [process.stdout.readline().decode().strip() for _ in range(9)]


def test_who_removed_an_id_does_not_see_it_for_a_second(both):
    process, seen = removed_by(both)
    assert seen == ["ENOENT", "ENOENT", "EPERM", "EPERM", "EPERM", "EPERM", "EPERM", "ENOENT", "False"]
    assert "good.yaml.id" in os.listdir(both.path)
    assert both.id("good.yaml") == both.only_job()["document_id"]
    tools.run("test", "-e", both.at("good.yaml.id")).ok()
    tools.finish(process, given=b"\n").ok()


def test_the_second_ends(both):
    script = """
import time
attempt(os.unlink, target)
until = time.monotonic() + 30
while not os.path.exists(target) and time.monotonic() < until:
    time.sleep(0.05)
print(os.path.exists(target))
"""
    assert tools.python(script, both.at("good.yaml.id")).ok().stdout == "True\n"


@tools.needs_root
def test_a_remover_of_another_pid_namespace_is_known_by_its_user(make_space, src):
    """The kernel gives cocfs no process ID of such a remover."""
    tools.need("unshare", "setpriv")
    space = make_space(allow_other=True)
    fill(space, src)
    os.chmod(space.path, 0o777)
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    process, seen = removed_by(space, "unshare", "-pf", *nobody)
    assert seen[:3] == ["ENOENT", "ENOENT", "EPERM"]
    assert space.id("good.yaml") == space.only_job()["document_id"]
    tools.run(*nobody, "test", "-e", "good.yaml.id", cwd=space.path).ok()
    tools.finish(process, given=b"\n").ok()


def test_removing_the_error_dismisses_it(both):
    tools.run("rm", both.at("bad.yaml.error")).ok()
    assert not os.path.exists(both.at("bad.yaml.error"))
    assert os.path.exists(both.at("bad.yaml"))


@pytest.mark.parametrize("command", [
    'touch "$1"', 'mkdir "$1"', 'ln -s x "$1"', 'mv note "$1"', 'ln note "$1"', 'cp note "$1"', 'mkfifo "$1"'])
@pytest.mark.parametrize("name", ["new.yaml.id", "new.yaml.error", "new.yml.id"])
def test_reserved_names_cannot_be_made(space, command, name):
    tools.sh("echo x > note", cwd=space.path).ok()
    result = tools.sh(command, name, cwd=space.path)
    result.fails(tools.message("EPERM"))
    assert os.listdir(space.path) == ["note"]


@pytest.mark.parametrize("command", [
    'echo x > "$1"', 'echo x >> "$1"', 'truncate -s 0 "$1"', 'mv "$1" note', 'mv good.yaml "$1"',
    'ln "$1" note', 'setfattr -n user.x -v y "$1"'])
@pytest.mark.parametrize("name", ["good.yaml.id", "bad.yaml.error"])
def test_siblings_cannot_be_written(both, command, name):
    if command.startswith("setfattr"):
        tools.need("setfattr")
    before = tools.read(both.at(name))
    result = tools.sh(command, name, cwd=both.path)
    assert result.status != 0
    assert any(tools.message(e) in result.stderr for e in ("EPERM", "EACCES")), result
    assert tools.read(both.at(name)) == before
    assert sorted(os.listdir(both.path)) == ["bad.yaml", "bad.yaml.error", "good.yaml", "good.yaml.id"]


@pytest.mark.parametrize("name", ["notes.id", "x.error", ".a.yaml.id", "yaml.id", "a.yaml.idx"])
def test_other_names_with_the_same_ending_are_free(space, name):
    tools.sh('echo x > "$1"; cat "$1"; rm "$1"', space.at(name)).ok()


def test_after_the_job_file_is_removed_they_can_be_named_but_are_not_listed(both):
    tools.run("rm", both.at("good.yaml"), both.at("bad.yaml")).ok()
    assert os.listdir(both.path) == []
    tools.run("rm", both.at("good.yaml.id"), both.at("bad.yaml.error")).ok()
    assert os.listdir(both.path) == []


@pytest.mark.parametrize("count", [3, 40])
def test_recursive_remove(space, src, count):
    os.makedirs(space.at("d/e"))
    source = samples.file(src, "x.yaml")
    script = 'for i in $(seq "$1"); do cp "$2" "$3/$i.yaml" || exit 1; done'
    tools.sh(script, count, source, space.at("d/e")).ok()
    tools.sh('cd "$1" && echo "just: yaml" > bad.yaml; ls | wc -l', space.at("d")).ok()
    assert len(os.listdir(space.at("d/e"))) == 2 * count
    tools.run("rm", "-r", space.at("d")).ok()
    assert os.listdir(space.path) == []
    assert space.sent() == (count, 0)


def test_copied_out(both, src):
    out = src / "out"
    tools.run("cp", "-r", both.path, out).ok()
    tools.run("cp", "-a", both.path, src / "out-a").ok()
    for folder in (out, src / "out-a"):
        assert sorted(os.listdir(folder)) == ["bad.yaml", "bad.yaml.error", "good.yaml", "good.yaml.id"]
        assert tools.read(folder / "good.yaml.id").decode() == both.id("good.yaml") + "\n"
    tools.run("diff", "-r", both.path, out).ok()


@pytest.mark.parametrize("command", [
    'tar -C "$1" -cf "$2/t.tar" . && tar -tf "$2/t.tar"', 'rsync -a "$1/" "$2/" && ls "$2"', 'du -a "$1"',
    'find "$1" -newermt 1990-01-01', 'grep -rl . "$1"', 'wc -c "$1"/*'])
def test_ordinary_tools_walk_over_them(both, src, command):
    tools.need(command.split()[0])
    out = src / "out"
    out.mkdir()
    result = tools.sh(command, both.path, out).ok()
    assert result.stderr == ""
    for name in ("good.yaml.id", "bad.yaml.error"):
        assert name in result.stdout


def test_a_directory_with_a_job_name_has_no_siblings(space):
    os.mkdir(space.at("d.yaml"))
    assert os.listdir(space.path) == ["d.yaml"]
    assert not os.path.exists(space.at("d.yaml.id"))
    os.rmdir(space.at("d.yaml"))


def test_longest_name(space, src):
    name = "n" * 244 + ".yaml"
    tools.run("cp", samples.file(src, "a.yaml"), space.at(name)).ok()
    assert space.id(name) == space.only_job()["document_id"]
    too_long = tools.run("cp", src / "a.yaml", space.at("n" + name))
    too_long.fails(tools.message("ENAMETOOLONG"))
