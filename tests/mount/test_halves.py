# SPDX-License-Identifier: MIT
"""Half a file: who may have left it, and what does not make it complete. test_writers.py has the plain cases."""

import os
import sys

import pytest

import samples
import tools
from samples import HALF1, HALF2, WHOLE

OPEN = """
import mmap, subprocess, time
half1, half2 = map(load, args[:2])
fd = os.open(target, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o644)
def die(): os.kill(os.getpid(), 9)
def child(work):
    '''Forks a process that works and is killed; returns when it is dead.'''
    pid = os.fork()
    if not pid:
        work(); die()
    os.waitpid(pid, 0)
def others_write(n=1):
    '''So many processes write a comment each, and end in good order.'''
    for _ in range(n):
        pid = os.fork()
        if not pid:
            os.write(fd, b'# more\\n'); os._exit(0)
        os.waitpid(pid, 0)
def killed_while(command, meanwhile):
    '''A command writes to the descriptor and goes on; meanwhile() is done, and the command is killed.'''
    process = subprocess.Popen(['sh', '-c', command, *args[:2]], stdout=fd)
    while os.fstat(fd).st_size < len(half1): time.sleep(0.02)
    meanwhile()
    process.kill(); process.wait()
def through_a_mapping(where=fd):
    os.ftruncate(where, len(half1))
    mapped = mmap.mmap(where, len(half1)); mapped[:] = half1
"""
# The writer is killed, and another process closes the file normally.
LEAVES_A_HALF = {
    "another writes after it": "killed_while('cat \"$0\"; exec sleep 60', others_write)",
    "the opener writes after it": "killed_while('cat \"$0\"; exec sleep 60', lambda: os.write(fd, b'# more\\n'))",
    "many write after it": "killed_while('cat \"$0\"; exec sleep 60', lambda: others_write(50))",
    "it has written through a child of a child":
        "killed_while('sh -c \\'cat \"$0\"; true\\' \"$0\"; exec sleep 60', others_write)",
    "it has written a part between two others":
        "others_write(); killed_while('cat \"$0\"; exec sleep 60', others_write)",
    "it has written through a mapping": "child(through_a_mapping)",
    "it has written through a mapping, and another writes after it":
        "child(through_a_mapping); os.lseek(fd, 0, 2); others_write()",
    "it has written through a mapping of an open of its own":
        "child(lambda: through_a_mapping(os.open(target, os.O_RDWR)))",
    "it may not be inspected":
        "import ctypes\nchild(lambda: (ctypes.CDLL(None).prctl(4, 0), os.write(fd, half1)))",
}


@pytest.fixture
def parts(src):
    return [tools.write(src / name, text) for name, text in (("half1", HALF1), ("half2", HALF2), ("whole", WHOLE))]


def is_a_draft(space, name="job.yaml"):
    story = tools.eventually(lambda: space.error(name), "the .error of a killed writer")
    assert ("killed by signal" in story or "cocfs may not know how" in story), story
    assert space.fact(name, "state") == "draft"
    space.settle()
    assert space.sent() == (0, 0)


@pytest.mark.parametrize("writer", LEAVES_A_HALF)
def test_a_killed_writer_leaves_a_half_whatever_others_do(space, parts, writer):
    result = tools.python(OPEN + LEAVES_A_HALF[writer] + "\nattempt(os.close, fd)", space.at("job.yaml"), *parts)
    assert result.stdout.strip() == "close EINTR", f"the last close hears it: {result}"
    is_a_draft(space)
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    assert space.only_job()["content"] == WHOLE and space.error("job.yaml") is None


def test_a_killed_process_above_the_writers_leaves_a_half(space, parts):
    """A process starts the shell that writes, has the file open itself, and is killed. The shell goes on to its end."""
    script = OPEN + """
subprocess.Popen(['sh', '-c', 'cat "$0"; read line; cat "$1"', *args[:2]], stdin=subprocess.PIPE, stdout=fd)
while os.fstat(fd).st_size < len(half1): time.sleep(0.02)
die()
"""
    tools.python(script, space.at("job.yaml"), *parts)
    is_a_draft(space)


WRITES_IT_ALL = {
    "what the killed one wrote was cut off": """
child(lambda: os.write(fd, half1)); os.ftruncate(fd, 0); os.lseek(fd, 0, 0); os.write(fd, half1 + half2)
""",
    "what the killed one wrote was cut off while it lived": """
def cut(): os.ftruncate(fd, 0); os.lseek(fd, 0, 0); os.write(fd, half1 + half2)
killed_while('cat "$0"; exec sleep 60', cut)
""",
    "the killed one only held the descriptor": """
idle = subprocess.Popen(['sleep', '60'], stdout=fd)
killed_while('cat "$0" "$1"', lambda: None)
idle.kill(); idle.wait()
""",
    "the killed one was started by a writer": """
os.write(fd, half1); idle = subprocess.Popen(['sleep', '60'], stdout=fd); os.write(fd, half2)
idle.kill(); idle.wait()
""",
}


@pytest.mark.parametrize("writer", WRITES_IT_ALL)
def test_a_killed_process_that_left_nothing_does_not_count(space, parts, writer):
    tools.python(OPEN + WRITES_IT_ALL[writer] + "\nattempt(os.close, fd)", space.at("job.yaml"), *parts).ok()
    assert space.only_job()["content"] == WHOLE and space.error("job.yaml") is None


# ---- what does not make a half file complete: in the scripts, $1 is its path ----

@pytest.fixture
def half(space, parts):
    """The path of a half file."""
    script = OPEN + "os.write(fd, half1); die()"
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.at("job.yaml"), *parts), 30)
    is_a_draft(space)
    return space.at("job.yaml")


SIZE = len(HALF1)
CHANGES_NOTHING = {
    "truncate": f'truncate -s {SIZE} "$1"',
    "truncate to less": f'truncate -s {SIZE - 10} "$1"',
    "truncate to less and back": f'truncate -s {SIZE - 10} "$1"; truncate -s {SIZE} "$1"',
    "dd": f'dd of="$1" bs=1 seek={SIZE} count=0 status=none',
    "touch": 'touch "$1"',
    "chmod": 'chmod 600 "$1"; chmod 644 "$1"',
    "fallocate": 'fallocate -n -l 4096 "$1"',
    "open and close": ': >> "$1"',
    "sync": 'sync "$1"',
    "attribute": 'setfattr -n user.coc.risk_level -v HIGH "$1"; setfattr -x user.coc.risk_level "$1"',
    "attribute of an open file": 'exec 3>> "$1"; setfattr -n user.coc.risk_level -v HIGH "$1"; exec 3>&-',
    "while somebody reads it": 'exec 4< "$1"; : >> "$1"; truncate -s %d "$1"; chmod 600 "$1"' % SIZE,
    "another directory": 'D=$(dirname "$1"); mkdir "$D/d"; mv "$1" "$D/d"; mv "$D/d" "$D/.d"; mv "$D/.d" "$D/e"; mv "$D/e/job.yaml" "$1"',
}


@pytest.mark.parametrize("change", CHANGES_NOTHING)
def test_what_writes_nothing_does_not_submit_a_half(space, half, parts, change):
    tools.sh(CHANGES_NOTHING[change], half, parts[2]).ok()
    is_a_draft(space)


COMES_BACK = {
    "a backup": 'mv "$1" "$1~"; mv "$1~" "$1"',
    "a backup, by links": 'mv "$1" "$1~"; ln "$1~" "$1"',
    "a backup, over a new file": 'mv "$1" "$1~"; : > "$1"; mv "$1~" "$1"',
    "another name": 'mv "$1" "$1~"; mv "$1~" "$(dirname "$1")/other.yaml"',
    "a link of the backup": 'mv "$1" "$1~"; ln "$1~" "$1.link"; mv "$1.link" "$1"',
    "a hidden directory": 'D=$(dirname "$1"); mkdir "$D/.d"; mv "$1" "$D/.d/job.yaml"; mv "$D/.d/job.yaml" "$1"',
    "a backup that was truncated": f'mv "$1" "$1~"; truncate -s {SIZE} "$1~"; mv "$1~" "$1"',
    "a backup with an attribute": 'mv "$1" "$1~"; setfattr -n user.coc.risk_level -v HIGH "$1~"; mv "$1~" "$1"',
}


@pytest.mark.parametrize("way", COMES_BACK)
def test_a_half_that_was_moved_away_is_a_half(space, half, way):
    tools.sh(COMES_BACK[way], half).fails(tools.message("EINTR"))
    space.settle()
    assert space.sent() == (0, 0)


def test_a_half_by_a_writer_whose_file_was_moved_away_meanwhile(space, parts):
    script = OPEN + "os.write(fd, half1); os.rename(target, target + '~'); die()"
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.at("job.yaml"), *parts), 30)
    tools.run("mv", space.at("job.yaml~"), space.at("job.yaml")).fails(tools.message("EINTR"))
    space.settle()
    assert space.sent() == (0, 0)


def test_a_half_that_somebody_reads_while_it_is_left(space, parts):
    """A reader keeps the file open. What the mount knows of the open file must not let a later close submit the half."""
    script = OPEN + """
reader = os.open(target, os.O_RDONLY)
if not os.fork():
    os.write(fd, half1); die()
os.wait()
try: os.close(fd)
except OSError: print('half')
for change in range(3):
    fd = os.open(target, os.O_WRONLY)
    if change == 1: os.ftruncate(fd, len(half1))
    if change == 2: os.setxattr(target, 'user.coc.risk_level', b'HIGH')
    attempt(os.close, fd)
"""
    tools.python(script, space.at("job.yaml"), *parts).ok()
    is_a_draft(space)


@pytest.mark.parametrize("way", ["a backup", "another name"])
def test_over_a_remount_too(make_space, parts, way):
    space = make_space()
    script = OPEN + "os.write(fd, half1); die()"
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.at("job.yaml"), *parts), 30)
    is_a_draft(space)
    before, after = COMES_BACK[way].split("; ")
    tools.sh(before, space.at("job.yaml")).ok()
    space.remount()
    tools.sh(after, space.at("job.yaml")).fails(tools.message("EINTR"))
    assert space.sent() == (0, 0)


def test_an_update_that_was_left_half_is_a_half_after_a_backup(space, parts):
    tools.run("cp", parts[2], space.at("job.yaml")).ok()
    script = OPEN + "os.write(fd, half1); die()"
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.at("job.yaml"), *parts), 30)
    tools.eventually(lambda: space.error("job.yaml"), "the .error of a killed writer")
    tools.sh(COMES_BACK["a backup"], space.at("job.yaml")).fails(tools.message("EINTR"))
    assert space.sent() == (1, 0) and space.only_job()["content"] == WHOLE


# $1 is the half file, $2 has the whole content, $3 has the half that is missing.
WRITTEN_AGAIN = {
    "cp": 'cp "$2" "$1"',
    "cp over the backup": 'mv "$1" "$1~"; cp "$2" "$1~"; mv "$1~" "$1"',
    "in place": 'dd if="$2" of="$1" conv=notrunc status=none',
    "the rest": 'cat "$3" >> "$1"',
    "the rest, in the backup": 'mv "$1" "$1~"; cat "$3" >> "$1~"; mv "$1~" "$1"',
    "another file": 'mv "$1" "$1~"; cp "$2" "$1"',
    "emptied first": ': > "$1"; cat "$2" >> "$1"',
    "emptied by truncate": 'truncate -s 0 "$1"; cat "$2" >> "$1"',
}


@pytest.mark.parametrize("how", WRITTEN_AGAIN)
def test_a_half_that_is_written_again_is_a_job(space, half, parts, how):
    tools.sh(WRITTEN_AGAIN[how], half, parts[2], parts[1]).ok()
    tools.eventually(space.jobs, "the job")
    assert space.only_job()["content"] == WHOLE and space.error("job.yaml") is None
    tools.sh('mv "$1" "$1~"; mv "$1~" "$1"', half).ok()
    assert len(space.creates()) == 1


def test_a_half_without_a_write_bit(space, parts):
    """The mount of an ordinary user may not change the attributes of such a file."""
    script = "os.umask(0)\n" + OPEN.replace("0o644", "0o444") + "os.write(fd, half1); die()"
    tools.finish(tools.popen_bare(sys.executable, "-c", tools.PRELUDE + script, space.at("job.yaml"), *parts), 30)
    is_a_draft(space)
    assert os.stat(space.at("job.yaml")).st_mode & 0o777 == 0o444
    tools.sh(COMES_BACK["a backup"], space.at("job.yaml")).fails(tools.message("EINTR"))
    os.chmod(space.at("job.yaml~"), 0o644)
    os.chmod(parts[2], 0o444)
    tools.sh('cp -p "$2" "$1~"; mv "$1~" "$1"', space.at("job.yaml"), parts[2]).ok()
    assert space.only_job()["content"] == WHOLE
    assert os.stat(space.at("job.yaml")).st_mode & 0o777 == 0o444


def test_what_is_refused_for_its_size_is_no_job_after_a_backup(space, src):
    """A write that fails leaves half a file, too."""
    big = tools.write(src / "big.yaml", samples.document("big") + "# x\n" * 20000)
    tools.sh('dd if="$1" of="$2" bs=4096', big, space.at("job.yaml")).fails(tools.message("EFBIG"))
    assert 0 < os.stat(space.at("job.yaml")).st_size <= 65536
    tools.sh(COMES_BACK["a backup"], space.at("job.yaml")).fails()
    space.settle()
    assert space.sent() == (0, 0)


def test_nobody_sees_the_mark(space, half):
    assert os.listxattr(half) == []
    tools.sh('mv "$1" "$1~"', half).ok()
    assert os.listxattr(half + "~") == []
