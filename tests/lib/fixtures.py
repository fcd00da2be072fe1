# SPDX-License-Identifier: MIT
"""Fixtures of the mounted tests: a service, a front before it, a mount. Each cleans up after itself."""

import contextlib
import functools
import os
import pathlib
import shutil
import tempfile

import pytest

import default_signals
import front as fronts
import janitor
import mounting
import service
import tools

default_signals.hand_on()

TEST_SECONDS = int(os.environ.get("COCFS_TEST_SECONDS", "120"))  # the time of a test that has no mark timeout of its own
# so many seconds before a test's time is over, its mounts are killed: a process that hangs in them gets an error
UNHANG_SECONDS = 20
EXHIBITS = pytest.StashKey[list]()  # in a test's stash: what exhibit() has been given


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    report = (yield).get_result()
    if report.failed:
        for title, text in item.stash.get(EXHIBITS, []):
            report.sections.append((title, text()[-20000:]))


@pytest.fixture
def reachable_tmp_path():
    """Replaces tmp_path by a directory that every user can reach; pytest's own is for root only."""
    path = tempfile.mkdtemp(prefix="cocfs-reachable-")
    os.chmod(path, 0o755)
    janitor.watch_directory(path)
    yield pathlib.Path(path)
    shutil.rmtree(path)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left():
    """At the end of the session no mount and no process of the tests is left."""
    yield
    left = janitor.leftovers()
    janitor.sweep()
    assert not left, f"left over: {left}"


@pytest.fixture
def exhibit(request):
    """exhibit(title, function): if the test fails, pytest shows the text that function() returns then, below the title."""
    shown = request.node.stash.setdefault(EXHIBITS, [])
    return lambda title, text: shown.append((title, text))


@pytest.fixture
def src(tmp_path):
    """A directory outside the mount, for the files that a test copies into the mount."""
    path = tmp_path / "src"
    path.mkdir()
    return path


@pytest.fixture
def other_fs():
    """A directory on another file system than those of the mount and the spool."""
    if not os.access("/dev/shm", os.W_OK):
        pytest.skip("/dev/shm is not writable")
    path = tempfile.mkdtemp(prefix="cocfs-", dir="/dev/shm")
    yield path
    shutil.rmtree(path)


@pytest.fixture
def open_base():
    """A directory that every user can reach."""
    path = tempfile.mkdtemp(prefix="cocfs-", dir="/tmp")
    janitor.watch_directory(path)
    os.chmod(path, 0o755)
    yield path
    shutil.rmtree(path)


@contextlib.contextmanager
def running(process):
    """Starts a service.Cocd and yields it; stops it at the end. Then fails the test if its log has a report of a sanitizer."""
    try:
        yield process.start()
    finally:
        process.stop()
    assert_no_sanitizer_report("cocd", process.log())


@pytest.fixture
def cocd(tmp_path, exhibit):
    """A running service (service.Cocd) for this test alone."""
    process = service.Cocd(str(tmp_path / "service"), str(tmp_path / "cocd.log"))
    exhibit("cocd", process.log)
    with running(process):
        yield process


@pytest.fixture
def front(cocd, exhibit):
    """A running front.Front before the service of the fixture cocd."""
    with fronts.Front(cocd.address) as front:
        exhibit(f"front, seed {front.seed}", front.story)
        yield front


@pytest.fixture
def mounts(request, exhibit):
    """mounts(mount) takes care of a mount and returns it: shows its log if the test fails, bounds its time, and cleans it away.
    Fails the test if a mount does not end well after its unmount."""
    registered = []
    seconds = request.node.get_closest_marker("timeout").args[0]

    def register(mount):
        registered.append(mount)
        exhibit(f"cocfs at {mount.path}", mount.log)
        mount.bound(max(seconds - UNHANG_SECONDS, UNHANG_SECONDS))
        return mount

    try:
        yield register
        tools.end_started()
        for mount in registered:
            if mount.process is not None and mount.process.poll() is None:
                assert mount.unmount() == 0, "cocfs did not end well after the unmount"
    finally:
        tools.end_started()
        for mount in registered:
            mount.destroy()
    for mount in registered:
        assert_no_sanitizer_report("cocfs", mount.log())


@pytest.fixture
def make_host(cocd, front, mounts, tmp_path):
    """make_host(NAME, option=value, …): a mount of the same account as on another machine: its state is in the directory NAME.
    mounted=False: returns the Space before the mount."""
    def make(name, /, mounted=True, **options):
        base = tmp_path / name
        base.mkdir(exist_ok=True)
        space = mounts(mounting.Space(cocd, front, base, **options))
        return space.mount() if mounted else space
    return make


@pytest.fixture
def make_space(make_host):
    """make_space(option=value, …): a mounted job space; the fixture front passes its requests on to cocd. mounted=False: not yet
    mounted."""
    return functools.partial(make_host, "")


@pytest.fixture
def own_space(make_space):
    """A job space for this test alone, with risk_level=LOW and no other option."""
    return make_space()


@pytest.fixture(scope="module")
def lasting_space(tmp_path_factory):
    """A job space with risk_level=LOW and no other option, for all tests of a file: the fixture space gives each a directory in it."""
    base = tmp_path_factory.mktemp("lasting")
    with running(service.Cocd(str(base / "service"), str(base / "cocd.log"))) as process, fronts.Front(process.address) as front:
        space = mounting.Space(process, front, base)
        try:
            yield space.mount()
            assert space.process is None or space.unmount() == 0, "cocfs did not end well after the unmount"
        finally:
            space.destroy()
    assert_no_sanitizer_report("cocfs", space.log())


@pytest.fixture
def space(lasting_space, request, exhibit):
    """A directory for this test in a job space that is mounted already (mounting.Room): a test uses it like a Space."""
    mount, seconds = lasting_space, request.node.get_closest_marker("timeout").args[0]
    if mount.process.poll() is not None:  # cocfs has crashed, or the watchdog of an earlier test has killed it
        mount.bury()
        mount.mount()
    mount.bound(max(seconds - UNHANG_SECONDS, UNHANG_SECONDS))
    room = mounting.Room(mount)
    exhibit(f"cocfs at {mount.path}", room.log)
    exhibit("cocd", mount.cocd.log)
    exhibit("front", mount.front.story)
    yield room
    tools.end_started()
    mount.front.clear()
    mount.unbound()


@pytest.fixture
def local(mounts, tmp_path):
    """A job space over the embedded service; .jobs() asks that service at its Unix socket."""
    mount = mounts(mounting.Mount("local", tmp_path)).mount()
    client = service.Service(os.path.join(mount.state, "service.sock"),
                             os.path.join(mount.state, "service.keys"))
    mount.jobs = client.jobs
    return mount


def assert_no_sanitizer_report(program, log):
    found = tools.SANITIZER.search(log)
    assert not found, f"{program}: {log[found.start():][:4000]}"
