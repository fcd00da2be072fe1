# SPDX-License-Identifier: MIT
"""Writers whose descriptors or exit status cocfs may not read: those of other users, and those that are not dumpable. cocfs runs
as an ordinary user with allow_other. With hidepid it does not see the other processes at all."""

import os
import shutil
import subprocess
import sys
import tempfile

import pytest

import fixtures
import janitor
import namespaces
import service
import tools
from samples import HALF1, HALF2, WHOLE


@pytest.fixture(scope="module", params=[None, "noaccess", "invisible", "ptraceable"], 
                ids=["shown", "noaccess", "invisible", "ptraceable"])
def lasting(request):
    """A mount that the user nobody makes, with allow_other. .hides: is the /proc that its cocfs sees mounted with hidepid?"""
    namespaces.need()
    base = tempfile.mkdtemp(prefix="cocfs-", dir="/tmp")
    janitor.watch_directory(base)
    os.chmod(base, 0o755)
    conf = tools.write(os.path.join(base, "fuse.conf"), "user_allow_other\n")
    for name, mode in (("m", 0o755), ("m/jobs", 0o755), ("m/s", 0o700)):
        os.mkdir(os.path.join(base, name), mode)
        os.chown(os.path.join(base, name), namespaces.NOBODY, namespaces.NOBODY)
    mount = namespaces.Wrapped("local", os.path.join(base, "m"), wrapping=namespaces.ordinary(conf, request.param),
                               allow_other=True)
    mount.hides = request.param is not None
    try:
        try:
            mount.mount()
        except Exception:
            if "hidepid" in mount.log():
                pytest.skip("no hidepid of that name here")
            raise
        os.chmod(mount.path, 0o777)
        mount.jobs = service.Service(os.path.join(mount.state, "service.sock"),
                                     os.path.join(mount.state, "service.keys")).jobs
        yield mount
        assert mount.unmount() == 0
    finally:
        mount.destroy()
        shutil.rmtree(base)
    fixtures.assert_no_sanitizer_report("cocfs", mount.log())


@pytest.fixture
def space(lasting, request, exhibit):
    lasting.bound(request.node.get_closest_marker("timeout").args[0] - fixtures.UNHANG_SECONDS)
    before = {job["document_id"] for job in lasting.jobs()}
    lasting.new_jobs = lambda: [job for job in lasting.jobs() if job["document_id"] not in before]
    exhibit("cocfs", lasting.log)
    yield lasting
    tools.end_started()
    for entry in os.scandir(lasting.path):
        if not entry.name.endswith((".id", ".error")):
            os.unlink(entry)
    lasting.unbound()


@pytest.fixture
def words():
    """HALF1, HALF2, WHOLE in files that everybody can read."""
    folder = tempfile.mkdtemp(prefix="cocfs-", dir="/tmp")
    os.chmod(folder, 0o755)
    yield [tools.write(os.path.join(folder, name), text) for name, text in
           (("half1", HALF1), ("half2", HALF2), ("whole", WHOLE))]
    shutil.rmtree(folder)


HIDE = "import ctypes; ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)\n"
# What runs the writer as its user, and what its script begins with.
WRITERS = {
    "own": (namespaces.AS_NOBODY, ""),
    "own, not dumpable": (namespaces.AS_NOBODY, HIDE),
    "root's": ([], ""),
    "another user's": (["setpriv", "--reuid=54001", "--regid=54001", "--clear-groups"], ""),
}
others = pytest.mark.parametrize("writer", [name for name in WRITERS if name != "own"])
where_shown = pytest.mark.parametrize("lasting", [None], indirect=True, ids=["shown"])
all_writers = pytest.mark.parametrize("writer", WRITERS)
OPEN = "half1, half2, whole = map(load, args[:3])\nfd = os.open(target, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o644)\n"


def python(writer, script, target, *words):
    who, hide = WRITERS[writer]
    return tools.run(*who, sys.executable, "-c", hide + tools.PRELUDE + OPEN + script, target, *words)


def is_unseen(space, writer):
    return space.hides and writer != "own"


def name_of(request):
    """Returns the name of a job file for this test alone: the tests share a mount."""
    return "".join(c if c.isalnum() else "-" for c in request.node.name) + ".yaml"


@all_writers
def test_a_killed_writer_leaves_a_draft(space, words, writer, request):
    name = name_of(request)
    python(writer, "os.write(fd, half1); os.kill(os.getpid(), 9)", space.at(name), *words)
    story = tools.eventually(lambda: space.error(name), "the story")
    assert ("cannot see the process" in story if is_unseen(space, writer)
            else "SIGKILL" in story if writer == "own" else "may not know how" in story), story
    assert space.fact(name, "state") == "draft"
    space.settle()
    assert space.new_jobs() == []


@all_writers
def test_a_close_is_answered(space, words, writer, request):
    """cocfs sees that the process lives, and perhaps nothing else of it: the close commits, and the writer gets the result. A
    process that hidepid hides (is_unseen()) is not even seen to live: its close is refused, and nothing is sent."""
    name = name_of(request)
    said = python(writer, "os.write(fd, whole); attempt(os.close, fd); print('ok')", space.at(name), *words).stdout.strip()
    refused = python(writer, "os.write(fd, b'steps: ['); attempt(os.close, fd)", space.at("bad-" + name), *words).stdout.strip()
    if is_unseen(space, writer):
        assert (said, refused) == ("close ENOTSUP", "close ENOTSUP") and space.new_jobs() == []
    else:
        assert (said, refused) == ("ok", "close EINVAL")
        assert [job["content"] for job in space.new_jobs()] == [WHOLE] and space.id(name)


@others
def test_an_exit_that_cannot_be_read_is_a_draft(space, words, writer, request):
    """The writer has not closed the file before, and may have been killed."""
    name = name_of(request)
    python(writer, "os.write(fd, half1); os._exit(0)", space.at(name), *words)
    story = tools.eventually(lambda: space.error(name), "the story")
    assert ("cannot see" if is_unseen(space, writer) else "may not know how") in story
    space.settle()
    assert space.new_jobs() == [] and space.fact(name, "state") == "draft"


def test_an_exit_that_can_be_read_commits(space, words, request):
    python("own", "os.write(fd, whole); os._exit(0)", space.at(name_of(request)), *words).ok()
    tools.eventually(lambda: [job["content"] for job in space.new_jobs()] == [WHOLE], "the job")


@where_shown
@others
def test_a_close_by_another_process_waits_for_the_next(space, words, writer, request):
    """The first close is a child's. cocfs cannot see whether the parent still has the file open."""
    name = name_of(request)
    script = """
os.write(fd, half1)
if os.fork() == 0:
    os.close(fd); os._exit(0)
os.wait(); os.write(fd, half2); attempt(os.close, fd); print('ok')
"""
    assert python(writer, script, space.at(name), *words).stdout.strip() == "ok"
    space.settle()
    jobs = space.new_jobs()
    assert [job["content"] for job in jobs] == [WHOLE] and space.fact(name, "version") == "v1"


@where_shown
@others
def test_a_hidden_half_is_not_completed_by_others(space, words, writer, request):
    name = name_of(request)
    script = "fd = os.open(target, os.O_CREAT | os.O_WRONLY, 0o666); print('open', flush=True); sys.stdin.readline(); attempt(os.close, fd)"
    other = tools.popen_bare(*namespaces.AS_NOBODY, sys.executable, "-c", tools.PRELUDE + script, space.at(name), stdin=subprocess.PIPE)
    assert other.stdout.readline() == b"open\n"
    os.chmod(space.at(name), 0o666)
    python(writer, "os.write(fd, half1); os.kill(os.getpid(), 9)", space.at(name), *words)
    space.settle()  # the last descriptor of the killed writer is gone
    assert tools.finish(other, given=b"\n").stdout == "close EINTR\n"
    assert "may not know how" in space.error(name) and space.new_jobs() == []


@where_shown
@others
def test_the_last_close_by_another_process_commits_unheard(space, words, writer, request):
    name = name_of(request)
    script = """
r, w = os.pipe()
os.write(fd, half1)
if os.fork() == 0:
    os.read(r, 1); os.write(fd, half2); os.close(fd); os._exit(0)
os.dup2(os.open('/dev/null', os.O_WRONLY), fd); os.write(w, b'x'); os.wait()
"""
    python(writer, script, space.at(name), *words).ok()
    tools.eventually(lambda: [job["content"] for job in space.new_jobs()] == [WHOLE], "the whole content")


def test_what_is_hidden_is_warned_of(lasting):
    assert ("mounted with hidepid" in lasting.log()) == lasting.hides
