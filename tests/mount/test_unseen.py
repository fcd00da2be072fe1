# SPDX-License-Identifier: MIT
"""Writers that cocfs cannot see: they are in another PID namespace, or the /proc that cocfs reads is another namespace's or hides
them. A file that they close may be half a file, so the close makes no job; with unseen=commit it makes one."""

import os
import subprocess
import sys

import pytest

import fixtures
import front as fronts
import mounting
import namespaces
import samples
import service
import tools
from samples import HALF1, HALF2, WHOLE

OTHER = samples.document("other")

only_draft = pytest.mark.parametrize("lasting", ["draft"], indirect=True)  # not with unseen=commit: there half a file may become a job


@pytest.fixture(scope="module", params=["draft", "commit"])
def lasting(request, tmp_path_factory):
    """A space whose cocfs is in a container. The mount is seen outside. All tests with the same unseen= share a space."""
    namespaces.need()
    base = tmp_path_factory.mktemp("unseen")
    process = service.Cocd(str(base / "service"), str(base / "cocd.log"))
    try:
        process.start()
        with fronts.Front(process.address) as front:
            options = {} if request.param == "draft" else {"unseen": request.param}
            os.mkdir(base / "c")
            space = namespaces.WrappedSpace(process, front, base / "c", wrapping=namespaces.CONTAINER, **options)
            space.mode = request.param
            try:
                yield space.mount()
                assert space.unmount() == 0
            finally:
                space.destroy()
    finally:
        process.stop()
    fixtures.assert_no_sanitizer_report("cocfs", space.log())


@pytest.fixture
def outside(lasting, request, exhibit):
    """A new directory in the lasting space (mounting.Room). The test writes to it from outside the container."""
    lasting.bound(request.node.get_closest_marker("timeout").args[0] - fixtures.UNHANG_SECONDS)
    room = mounting.Room(lasting)
    room.mode = lasting.mode
    exhibit("cocfs", room.log)
    yield room
    tools.end_started()
    lasting.unbound()


@pytest.fixture
def words(src):
    """The arguments of the scripts behind the target: HALF1, HALF2, WHOLE, OTHER, a folder."""
    folder = src / "scratch"
    folder.mkdir()
    return [*(tools.write(src / name, text) for name, text in
              (("half1", HALF1), ("half2", HALF2), ("whole", WHOLE), ("other", OTHER))), str(folder)]


def check_unseen_draft(space, name="job.yaml"):
    story = tools.eventually(lambda: space.error(name), "the .error of an unseen writer")
    assert "cannot see the process" in story and "errno: EOPNOTSUPP" in story
    assert "hostPID" in story and "unseen=commit" in story and "rename" in story
    assert space.fact(name, "state") == "draft" and space.id(name) is None


# What a writer in another PID namespace does with a new job file, and whether its exit status shows the refused close.
CLOSES = {
    "cp": ('cp "$3" "$0"', True),
    "tee": ('tee "$0" < "$3" > /dev/null', True),
    "dd": ('dd if="$3" of="$0" status=none', True),
    "install": ('install -m 644 "$3" "$0"', True),
    "cat": ('cat "$3" > "$0"', True),
    "truncate": ('cp "$3" x.txt; truncate -s 0 "$0"; cat x.txt >> "$0"', True),
    "vim": ('vim -es -u NONE -c "w! $0" -c q "$3"', True),
    "rsync --inplace": ('rsync --inplace "$3" "$0"', True),
    "echo": ('echo "$(cat "$3")" > "$0"', False),
}
RENAMES = {
    "mv": 'cp "$3" x.txt; mv x.txt "$0"',
    "ln": 'cp "$3" x.txt; ln x.txt "$0"',
    "sed -i": 'cp "$3" x.txt; mv x.txt "$0"; sed -i s/halves/halves/ "$0"',
    "rsync": 'rsync "$3" "$0"',
    "git mv": 'git init -q .; cp "$3" x.txt; git add x.txt; git mv x.txt "$0"',
    "python": "python3 -c 'import os, sys, shutil; shutil.copy(sys.argv[1], \"x.txt\"); os.replace(\"x.txt\", sys.argv[2])' \"$3\" \"$0\"",
}


def sh(space, script, *words):
    """Runs a script in the space. $0 is the job file, $1 to $5 are the words of the fixture. Returns the result."""
    return tools.run("bash", "-c", f'cd "$6" && {{ {script}\n}}', "job.yaml", *words, space.path)


@pytest.mark.parametrize("writer", CLOSES)
def test_a_close(outside, words, writer):
    script, hears = CLOSES[writer]
    tools.need(*script.split()[:1])
    result = sh(outside, script, *words)
    if outside.mode == "draft":
        if hears:
            result.fails(*([] if "vim" in writer else [tools.message("EOPNOTSUPP")]))
        check_unseen_draft(outside)
        assert outside.sent() == (0, 0)
    else:
        result.ok()
        outside.settle()
        assert outside.sent() == (1, 0) and outside.error("job.yaml") is None
        assert outside.id("job.yaml") == outside.only_job()["document_id"]


@pytest.mark.parametrize("writer", RENAMES)
def test_a_rename_or_a_link_commits(outside, words, writer):
    tools.need(RENAMES[writer].split()[0])
    sh(outside, RENAMES[writer], *words).ok()
    assert outside.only_job()["content"] == WHOLE and outside.id("job.yaml")


def test_a_refused_rename_is_answered(outside, words):
    bad = tools.write(outside.at("x.txt"), "steps: [\n")
    tools.run("mv", bad, outside.at("job.yaml")).fails()
    assert "errno: EINVAL" in outside.error("job.yaml")
    assert outside.sent() == (0, 0)


def test_the_same_file_by_a_rename_ends_the_story(outside, words):
    sh(outside, 'cp "$3" "$0"', *words)
    sh(outside, 'cp "$3" "$0.tmp"; mv "$0.tmp" "$0"', *words).ok()
    assert outside.error("job.yaml") is None and outside.only_job()["content"] == WHOLE
    assert outside.fact("job.yaml", "state") == "submitted"


OPEN = "half1, half2, whole = map(load, args[:3])\nfd = os.open(target, os.O_CREAT | os.O_RDWR | os.O_TRUNC, 0o644)\n"
KILLED = {
    "alone": "os.write(fd, half1); os.kill(os.getpid(), 9)",
    "through a mapping": "import mmap; os.ftruncate(fd, len(half1)); m = mmap.mmap(fd, len(half1)); m[:] = half1; os.kill(os.getpid(), 9)",
    "after an allocation": "os.posix_fallocate(fd, 0, len(half1)); os.pwrite(fd, half1, 0); os.kill(os.getpid(), 9)",
}


@only_draft
@pytest.mark.parametrize("writer", KILLED)
def test_a_killed_writer_leaves_a_draft(outside, words, writer):
    assert tools.python(OPEN + KILLED[writer], outside.at("job.yaml"), *words).status in (-9, 137)
    check_unseen_draft(outside)
    outside.settle()
    assert outside.sent() == (0, 0)


LATE = {
    "a mapping that is written after the close": """
import mmap
os.ftruncate(fd, len(whole)); m = mmap.mmap(fd, len(whole)); m[:] = whole; m.flush(); os.pwrite(fd, b'm', 0)
try: os.close(fd)
except OSError: pass
m[:] = whole; m.close()
""",
    "two descriptors": """
other = os.open(target, os.O_WRONLY | os.O_APPEND); os.write(fd, half1); os.close(fd); os.write(other, half2)
try: os.close(other)
except OSError: pass
""",
}


@pytest.mark.parametrize("writer", LATE)
def test_what_comes_late(outside, words, writer):
    tools.python(OPEN + LATE[writer], outside.at("job.yaml"), *words).ok()
    if outside.mode == "draft":
        check_unseen_draft(outside)
        assert outside.sent() == (0, 0)
    else:
        tools.eventually(lambda: [job["content"] for job in outside.jobs()] == [WHOLE], "the whole content")
        outside.settle()
        assert outside.sent()[0] == 1


def test_two_halves_are_no_job(outside, words):
    """Two writers share an open file, and the first closes it long before the second writes. By default nothing is sent. With
    unseen=commit the first close sends the half, and the second close an update."""
    sh(outside, '(cat "$1"; sleep 0.2; cat "$2") > "$0"', *words)
    outside.settle()
    if outside.mode == "draft":
        check_unseen_draft(outside)
        assert outside.sent() == (0, 0)
    else:
        assert outside.sent() == (1, 1) and outside.only_job()["content"] == WHOLE


def test_no_change_is_no_error(outside, words):
    tools.python("os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))", outside.at("job.yaml")).ok()
    tools.python("os.close(os.open(target, os.O_RDWR))", outside.at("job.yaml")).ok()
    assert outside.error("job.yaml") is None


@only_draft
def test_each_close_of_what_is_refused_fails(outside, words):
    """Each close of a refused file fails, not only the last one."""
    script = OPEN + """
other = os.dup(fd); os.write(fd, whole)
for descriptor in (fd, other):
    try: os.close(descriptor); print('closed')
    except OSError as e: print(errno.errorcode[e.errno])
"""
    assert tools.python(script, outside.at("job.yaml"), *words).ok().stdout.split() == ["ENOTSUP"] * 2
    assert outside.log().count("cannot see the process") == 1


@only_draft
def test_an_attribute_does_not_submit_the_draft(outside, words):
    sh(outside, 'cp "$3" "$0"', *words)
    tools.setfattr(outside.at("job.yaml"), "user.coc.risk_level", "HIGH").ok()
    outside.settle()
    assert outside.sent() == (0, 0)
    check_unseen_draft(outside)


def test_a_file_too_big_is_told_as_such(outside, words):
    script = OPEN + """
try: os.write(fd, b'#' * 65537)
except OSError: pass
attempt(os.close, fd)
"""
    assert tools.python(script, outside.at("job.yaml"), *words).stdout.strip() == "close EFBIG"


def test_calls_that_say_it_all_commit(outside, words):
    """truncate(2) of a closed file, and setting an attribute, commit without a close, like a rename, also by an unseen process."""
    sh(outside, RENAMES["mv"], *words).ok()
    tools.python("os.truncate(target, int(args[0]))", outside.at("job.yaml"), len(HALF1)).ok()
    assert outside.sent() == (1, 1) and outside.only_job()["content"] == HALF1
    tools.setfattr(outside.at("job.yaml"), "user.coc.risk_level", "HIGH").ok()
    assert outside.sent() == (1, 2) and outside.only_job()["risk_level"] == "HIGH"


def test_ranges_that_are_allocated_are_a_change(outside, words):
    sh(outside, RENAMES["mv"], *words).ok()
    script = "fd = os.open(target, os.O_WRONLY); os.posix_fallocate(fd, 0, 2000); attempt(os.close, fd)"
    result = tools.python(script, outside.at("job.yaml"))
    # with the zeros it is no document, which shows only if the close commits
    assert result.stdout.strip() == ("close ENOTSUP" if outside.mode == "draft" else "close EINVAL")
    assert outside.sent() == (1, 0)


def test_who_is_seen_is_judged_as_ever(lasting, outside, words):
    """A process in the PID namespace of cocfs uses the same mount. cocfs sees that process, and how it ends."""
    tools.need("nsenter")
    inside = namespaces.first_child(lasting.process.pid)
    script = tools.PRELUDE + OPEN + KILLED["alone"]
    tools.run(*namespaces.enter(inside, sys.executable, "-c", script, outside.at("killed.yaml"), *words))
    story = tools.eventually(lambda: outside.error("killed.yaml"), "the .error of a killed writer")
    assert "SIGKILL" in story and "cannot see" not in story
    tools.run(*namespaces.enter(inside, "cp", words[2], outside.at("job.yaml"))).ok()
    assert outside.only_job()["content"] == WHOLE


@only_draft
def test_the_half_of_an_unseen_writer_is_not_completed_by_others(lasting, outside, words):
    """A process that cocfs sees has the file open, too, and closes it normally after that."""
    tools.need("nsenter")
    inside = namespaces.first_child(lasting.process.pid)
    script = "fd = os.open(target, os.O_CREAT | os.O_WRONLY); print('open', flush=True); sys.stdin.readline(); attempt(os.close, fd)"
    other = tools.popen_bare(*namespaces.enter(inside, sys.executable, "-c", tools.PRELUDE + script, outside.at("job.yaml")),
                             stdin=subprocess.PIPE)
    assert other.stdout.readline() == b"open\n"
    tools.python(OPEN + KILLED["alone"], outside.at("job.yaml"), *words)
    outside.settle()  # the last descriptor of the killed writer is gone
    assert tools.finish(other, given=b"\n").stdout == "close ENOTSUP\n"
    check_unseen_draft(outside)
    assert outside.sent() == (0, 0)


def test_the_log_warns_at_the_mount(lasting):
    assert "is seen beyond the PID namespace" in lasting.log() and "hostPID" in lasting.log()


# ---- other reasons why some processes are unseen ----

def test_a_proc_of_another_namespace_shows_nobody(cocd, front, mounts, tmp_path, words):
    """The numbers in that /proc belong to other processes, so even a process in cocfs's PID namespace is not seen."""
    namespaces.need()
    os.mkdir(tmp_path / "c")
    space = mounts(namespaces.WrappedSpace(cocd, front, tmp_path / "c", wrapping=namespaces.FOREIGN_PROC)).mount()
    assert "does not show the processes of this PID namespace" in space.log()
    sh(space, CLOSES["cp"][0], *words).fails(tools.message("EOPNOTSUPP"))
    check_unseen_draft(space)
    inside = namespaces.first_child(space.process.pid)
    tools.run(*namespaces.enter(inside, "cp", words[2], space.at("in.yaml"))).fails(tools.message("EOPNOTSUPP"))
    sh(space, RENAMES["mv"], *words).ok()
    assert space.sent() == (1, 0)


# A child has the descriptor, too, and writes the second half after the parent has closed. The script must be put behind one that
# defines before_close().
HELD_BY_A_CHILD = OPEN + """
r, w = os.pipe()
os.write(fd, half1)
if not os.fork():
    os.read(r, 1); os.write(fd, half2); os.close(fd); os._exit(0)
before_close()
os.close(fd); os.write(w, b'x'); os.wait()
"""


def check_one_job(space):
    tools.eventually(lambda: space.sent() != (0, 0) and space.only_job()["content"] == WHOLE, "the whole content")
    space.settle()
    assert space.sent() == (1, 0)


def test_a_false_loadavg_is_not_believed(cocd, front, mounts, tmp_path, words):
    """/proc/loadavg names the newest process. The false file always names the same one, as if no child had been born."""
    namespaces.need()
    os.mkdir(tmp_path / "c")
    fake = tools.write(tmp_path / "loadavg", "0.00 0.00 0.00 1/1 1\n")
    wrapping = [*namespaces.FALSE_LOADAVG, fake]
    space = mounts(namespaces.WrappedSpace(cocd, front, tmp_path / "c", wrapping=wrapping)).mount()
    tools.python("def before_close(): pass\n" + HELD_BY_A_CHILD, space.at("job.yaml"), *words).ok()
    check_one_job(space)


@pytest.mark.parametrize("ignore", [None, "*.bak.yaml"])
def test_an_unseen_tools_backup_takes_the_job_unless_its_name_is_ignored(cocd, front, mounts, tmp_path, src, ignore):
    """cocfs cannot see that the same process moves the file and makes its name again: the rename counts alone."""
    namespaces.need()
    os.mkdir(tmp_path / "c")
    space = mounts(namespaces.WrappedSpace(cocd, front, tmp_path / "c", wrapping=namespaces.CONTAINER, ignore=ignore)).mount()
    tools.run("install", samples.file(src, "a.yaml"), space.at(".new")).ok()
    tools.run("mv", space.at(".new"), space.at("a.yaml")).ok()
    job = space.id("a.yaml")
    tools.run("sed", "-i.bak.yaml", "s/pause/edited/", space.at("a.yaml")).ok()
    assert (space.id("a.yaml") == job) == (ignore is not None)
    assert space.sent() == ((1, 1) if ignore else (2, 0))
    assert space.id("a.yaml.bak.yaml") == (None if ignore else job)


TURN_AROUND = """
import time
def last(): return '/proc/sys/kernel/ns_last_pid'
def before_close():
    with open(last(), 'w') as file: file.write(newest)  # as after 32768 or more births
    time.sleep(0.1)  # 32768 processes can be born in this time
with open(last()) as file: newest = file.read()
"""


def test_numbers_of_processes_that_came_around(cocd, front, mounts, tmp_path, words):
    """Process numbers have come around: the newest process has the same number as at the open, although a child was born."""
    namespaces.need()
    tools.need("nsenter")
    os.mkdir(tmp_path / "c")
    space = mounts(namespaces.WrappedSpace(cocd, front, tmp_path / "c", wrapping=namespaces.CONTAINER)).mount()
    inside = namespaces.first_child(space.process.pid)
    with open("/proc/sys/kernel/pid_max", encoding="ascii") as file:
        if int(file.read()) > 40000:
            pytest.skip("more numbers than can be used up in a tenth of a second")
    script = tools.PRELUDE + TURN_AROUND + HELD_BY_A_CHILD
    tools.run(*namespaces.enter(inside, "unshare", "--mount", "sh", "-c", 'mount -t proc proc /proc && exec "$@"', "sh",
                                sys.executable, "-c", script, space.at("job.yaml"), *words)).ok()
    check_one_job(space)


def test_a_mount_that_sees_all_does_not_warn(own_space):
    assert "warning" not in own_space.log()
