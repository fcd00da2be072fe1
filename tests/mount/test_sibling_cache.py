# SPDX-License-Identifier: MIT
"""The kernel caches siblings, so that ls -l sends no request for them. As soon as a call that changes a sibling has returned, the
kernel never shows the old one."""

import itertools
import os
import subprocess
import sys

import pytest

import front as fronts
import kept
import samples
import spools
import tools
import two_writers
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

BAD = "just: yaml\n"
WORSE = "just: yaml\nand: more\n"
SIBLINGS = [name + suffix for name in ("a.yaml", "b.yaml", "c.yaml") for suffix in (".id", ".error")]


@pytest.fixture
def requests(tmp_path):
    return kept.requests(tmp_path)


# ---- which requests are sent ----

def test_a_listing_asks_nobody_for_siblings(make_space, requests):
    """One answer has many entries, and no entry costs a request of its own, also in a new mount."""
    jobs = 3000
    space = make_space(env=requests.env, loglevel="info")
    space.unmount()
    spools.fill(space.state, "big", jobs)
    space.mount()
    for most in (0.1, 0.01, 0.01):  # the first listing finds some files whose check is due
        caused, n = requests.during(lambda: tools.run("ls", "-l", space.at("big")).ok())
        listed = caused.pop("LISTXATTR", 0)  # listxattr(2), which a newer ls calls for each entry: the kernel keeps no answer
        assert n - listed <= most * 2 * jobs and listed <= 2 * jobs + 1, caused
    assert not {"LOOKUP", "GETATTR"} & {kind for kind, count in caused.items() if count > 10}, caused


def test_who_polls_a_sibling_asks_twice(make_space, src, requests):
    space = make_space(env=requests.env)
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    for _ in range(2):
        os.stat(space.at("a.yaml.id"))
    caused, _ = requests.during(lambda: [os.stat(space.at("a.yaml.id")) for _ in range(1000)])
    assert not caused


def test_that_there_is_none_is_not_kept(make_space, requests):
    space = make_space(env=requests.env)
    caused, _ = requests.during(lambda: [os.path.exists(space.at("a.yaml.id")) for _ in range(10)])
    assert caused["LOOKUP"] == 10


def test_a_descriptor_of_the_path_alone(make_space, src, requests):
    """An open that sends no request may succeed on a sibling that is gone. A call that sends one fails."""
    space = fill(make_space(env=requests.env), src)
    know(space, requests)
    tools.run("setfattr", "-x", "coc.job_id", space.at("d", "a.yaml")).ok()
    try:
        fd = os.open(space.at("d", "a.yaml.id"), os.O_PATH)
    except FileNotFoundError:
        return
    try:
        with pytest.raises(OSError):
            os.fstat(fd)
    finally:
        os.close(fd)


# ---- what changes ----

@pytest.fixture
def tree(make_space, src, requests):
    """A space whose directory d has a submitted job, a.yaml, and a refused one, b.yaml."""
    return fill(make_space(env=requests.env), src)


def fill(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml", "a"), space.at("d")).ok()
    tools.run("cp", tools.write(src / "b.yaml", BAD), space.at("d")).fails(tools.message("EINVAL"))
    return space


def paths_of(space, folder="d"):
    return [space.at(folder, name) for name in SIBLINGS]


def know(space, requests, folder="d"):
    """Makes the kernel cache all siblings in a folder. Returns what stat(1) says of SIBLINGS there."""
    known = [path for path in paths_of(space, folder) if os.path.exists(path)]
    for _ in range(2):
        for path in known:
            os.stat(path)
    caused, _ = requests.during(lambda: [os.stat(path) for path in known])
    assert known and not caused, caused
    return kept.shown(*paths_of(space, folder))


EXCHANGE = """import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.renameat2(-100, b"a.yaml", -100, b"b.yaml", 2):
    sys.exit(os.strerror(ctypes.get_errno()))
"""

# what is done in d; good.yaml, other.yaml, bad.yaml and worse.yaml are at $src
GESTURES = {
    # an update changes only the time of a.yaml.id, in milliseconds: so it must come in a later millisecond
    "an update": "sleep 0.01; cp $src/other.yaml a.yaml",
    "a refused update": "! cp $src/bad.yaml a.yaml",
    "another refusal": "! cp $src/worse.yaml b.yaml",
    "a job after a refusal": "cp $src/other.yaml b.yaml",
    "a refusal that is written over": "! cp $src/worse.yaml a.yaml && cp $src/good.yaml a.yaml && ! cp $src/bad.yaml a.yaml",
    "a dismissal": "rm b.yaml.error",
    "a removal of the file": "rm a.yaml",
    "a removal of the refused file": "rm b.yaml",
    "a file that is made again": "rm a.yaml; stat a.yaml.id; stat a.yaml.id; cp $src/other.yaml a.yaml",
    "a scratch file that becomes one": "cp $src/other.yaml draft && mv draft a.yaml",
    "a mode": "chmod 0600 a.yaml",
    "a mode of the refused file": "chmod 0640 b.yaml",
    "a binding that is forgotten": "setfattr -x coc.job_id a.yaml",
    "a rename": "mv a.yaml c.yaml",
    "a rename to a scratch file": "mv a.yaml draft",
    "a rename away and back": "mv a.yaml c.yaml; stat c.yaml.id; stat c.yaml.id; mv c.yaml a.yaml; chmod 0600 a.yaml",
    "a refused rename onto the other": "! mv b.yaml a.yaml",
    "a rename of the job onto the refused one": "mv a.yaml b.yaml",
    "an exchange": f"{sys.executable} -c '{EXCHANGE}'",
    "an attribute": "setfattr -n user.coc.risk_level -v HIGH a.yaml",
    "a refused attribute": "! setfattr -n user.coc.risk_level -v WORST a.yaml",
    "an emptied file": ": > b.yaml; rm b.yaml.error",
    "a job by hand": "id=$(cat a.yaml.id); setfattr -x coc.job_id a.yaml; stat a.yaml.id; setfattr -n coc.job_id -v $id a.yaml",
    "a symbolic link in its place": "rm a.yaml; stat a.yaml.id; stat a.yaml.id; chmod 0600 b.yaml; ln -s b.yaml a.yaml",
}


def perform(space, src, script):
    samples.file(src, "good.yaml", "a")
    samples.file(src, "other.yaml", "a", ["other"])
    tools.write(src / "bad.yaml", BAD)
    tools.write(src / "worse.yaml", WORSE)
    tools.run("bash", "-c", script, cwd=space.at("d"), env=tools.environment(src=str(src))).ok()


@pytest.mark.parametrize("script", GESTURES.values(), ids=GESTURES)
def test_nothing_old_is_shown_after(tree, src, requests, script):
    before = know(tree, requests)
    perform(tree, src, script)
    assert kept.shown(*paths_of(tree)) != before


@pytest.mark.parametrize("script", GESTURES.values(), ids=GESTURES)
def test_nor_after_a_listing(tree, src, requests, script):
    """The kernel knows the siblings from a listing alone, in a new mount."""
    tree.unmount()
    tree.mount()
    tools.run("ls", "-l", tree.at("d")).ok()
    caused, _ = requests.during(lambda: [os.stat(tree.at("d", name)) for name in ("a.yaml.id", "b.yaml.error")])
    assert not caused
    before = kept.stats(paths_of(tree), "default")
    perform(tree, src, script)
    assert kept.shown(*paths_of(tree)) != before


def test_a_hidden_directory_has_none(tree, src, requests):
    before = know(tree, requests)
    os.rename(tree.at("d"), tree.at(".d"))
    assert all("No such file" in line for line in kept.shown(*paths_of(tree, ".d")))
    tools.write(tree.at(".d", "a.yaml.id"), "a file of its own")
    assert tools.read(tree.at(".d", "a.yaml.id")) == b"a file of its own"
    os.rename(tree.at(".d"), tree.at("d"))
    assert kept.shown(*paths_of(tree)) == before
    know(tree, requests)
    os.rename(tree.at("d"), tree.at(".d"))
    assert tools.read(tree.at(".d", "a.yaml.id")) == b"a file of its own"


def test_a_directory_takes_its_own_along(tree, src, requests):
    """The kernel goes on with what it has cached. A later change is found under the new name."""
    before = know(tree, requests)
    os.mkdir(tree.at("up"))
    os.rename(tree.at("d"), tree.at("up", "e"))
    after = kept.shown(*paths_of(tree, "up/e"))
    assert [line.replace("/up/e/", "/d/") for line in after] == before
    know(tree, requests, "up/e")
    tools.run("cp", tools.write(src / "bad.yaml", WORSE), tree.at("up", "e", "b.yaml")).fails(tools.message("EINVAL"))
    assert kept.shown(*paths_of(tree, "up/e")) != after


def test_a_directory_comes_to_what_is_remembered_of_its_name(tree, src, requests):
    """The binding of a removed file stays with its name (docs/semantics.md)."""
    os.mkdir(tree.at("e"))
    tools.run("cp", samples.file(src, "a.yaml", "another"), tree.at("e")).ok()
    tools.run("rm", "-r", tree.at("e")).ok()
    know(tree, requests)
    os.rename(tree.at("d"), tree.at("e"))
    kept.shown(*paths_of(tree, "e"))


def test_a_job_that_is_deleted_with_its_file(make_space, src, requests):
    space = fill(make_space(env=requests.env, delete="service"), src)
    before = know(space, requests)
    os.unlink(space.at("d", "a.yaml"))
    assert kept.shown(*paths_of(space)) != before
    os.unlink(space.at("d", "a.yaml.id"))
    assert not os.path.exists(space.at("d", "a.yaml.id"))


def test_who_removes_an_id_leaves_it_for_others(tree, requests):
    before = know(tree, requests)
    tools.run("rm", tree.at("d", "a.yaml.id")).ok()
    assert kept.shown(*paths_of(tree)) == before
    tools.eventually(lambda: know_quietly(tree, requests), "the kernel to keep it again")


def know_quietly(space, requests):
    for _ in range(2):
        os.stat(space.at("d", "a.yaml.id"))
    return not requests.during(lambda: os.stat(space.at("d", "a.yaml.id")))[0]


def test_an_ignored_name(make_space, src, requests):
    """The file has siblings as long as it has a job."""
    space = make_space(env=requests.env)
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d")).ok()
    space.unmount()
    space.options["ignore"] = "a.yaml"
    space.mount()
    assert any("size=" in line for line in [*kept.shown(*paths_of(space)), *kept.shown(*paths_of(space))])
    tools.run("setfattr", "-x", "coc.job_id", space.at("d", "a.yaml")).ok()
    assert all("No such file" in line for line in kept.shown(*paths_of(space)))


def test_a_queued_job(make_space, src, requests):
    """The job's .id comes and its .error goes, while no call waits for that."""
    space = make_space(env=requests.env, submit="queue")
    fill(space, src)
    tools.eventually(lambda: space.id("d/a.yaml"), "the job")
    know(space, requests)
    gate = space.front.gate()
    for method in ("PUT", "POST"):
        space.front.rule(fronts.Fault(gate=gate), method)
    tools.run("cp", samples.file(src, "a.yaml", "a", ["newer"]), space.at("d")).ok()
    tools.run("cp", samples.file(src, "b.yaml", "b"), space.at("d")).ok()
    assert gate.wait_held(2)
    kept.shown(*paths_of(space))
    gate.open()
    tools.eventually(lambda: space.fact("d/a.yaml", "version") == "v2" and space.id("d/b.yaml"), "the update")
    kept.shown(*paths_of(space))


@tools.needs_root
def test_other_users(make_space, src, requests, open_base):
    """The file's owner and mode change, and with them the users who may read the siblings."""
    space = fill(make_space(env=requests.env, allow_other=True), src)
    know(space, requests)
    os.chmod(space.path, 0o755)
    for act in (lambda: os.chown(space.at("d", "a.yaml"), 1001, 1001), lambda: os.chmod(space.at("d", "a.yaml"), 0o640),
                lambda: os.unlink(space.at("d", "b.yaml")), lambda: tools.run("cp", samples.file(src, "b.yaml"), space.at("d")).ok()):
        before = kept.shown(*paths_of(space))
        act()
        assert kept.shown(*paths_of(space)) != before


# ---- imports ----

def test_imports(make_space, cocd, requests):
    client = cocd.client()
    for number in range(5):
        client.create(content=samples.document("more"), name=f"more{number}")
    one = client.create(content=samples.document("one"), name="one")
    space = make_space(env=requests.env, refresh="0", jobs="all")
    paths = [space.at(name + suffix) for name in ("one.yaml", "two.yaml") for suffix in (".id", ".error")]
    assert "one.yaml.id" in os.listdir(space.path)
    kept.shown(*paths)
    kept.shown(*paths)
    client.delete(one)
    client.create(content=samples.document("two"), name="two")
    assert "two.yaml.id" in os.listdir(space.path)
    tools.eventually(lambda: "one.yaml" not in os.listdir(space.path), "the job to go")
    assert "one.yaml.id" not in os.listdir(space.path)
    told = kept.shown(*paths)
    assert any("two.yaml.id size=" in line for line in told) and not any("one.yaml.id size=" in line for line in told)


# ---- siblings that change while the kernel takes an answer with them ----

# Reads a directory into memory that has no pages yet (userfaultfd). So the kernel stops while it copies an answer there, until the
# script gets a line. Its arguments are the directory and a user ID.
STALLED = """
import ctypes, fcntl, mmap, struct, threading
folder, uid = sys.argv[1], int(sys.argv[2])
libc = ctypes.CDLL(None, use_errno=True)
uffd = libc.syscall(323, os.O_CLOEXEC)
assert uffd >= 0, os.strerror(ctypes.get_errno())
fcntl.ioctl(uffd, 0xc018aa3f, bytearray(struct.pack("QQQ", 0xaa, 0, 0)))  # UFFDIO_API
size = 1 << 15
memory = mmap.mmap(-1, size)
at = ctypes.addressof(ctypes.c_char.from_buffer(memory))
fcntl.ioctl(uffd, 0xc020aa00, bytearray(struct.pack("QQQQ", at, size, 1, 0)))  # UFFDIO_REGISTER, missing pages
fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
os.setresuid(uid, uid, uid)
def read():
    while libc.syscall(217, fd, ctypes.c_void_p(at), size) > 0:
        pass
thread = threading.Thread(target=read)
thread.start()
select.select([uffd], [], [])
print("stalled", flush=True)
sys.stdin.readline()
fcntl.ioctl(uffd, 0x8010aa01, bytearray(struct.pack("QQ", at, size)))  # UFFDIO_UNREGISTER, which lets go
thread.join()
print("done", flush=True)
sys.stdin.readline()
"""


@tools.needs_root
@pytest.mark.parametrize("uid", [0, 1001])
@pytest.mark.parametrize("script", ["! cp $src/worse.yaml b.yaml", "chmod 0600 b.yaml", "cp $src/other.yaml a.yaml",
                                    "setfattr -x coc.job_id a.yaml"])
def test_an_answer_that_was_on_its_way(make_space, src, requests, uid, script):
    """A listing has a sibling in its answer, the kernel has not taken the answer yet, and the sibling changes. (An operation that
    needs the directory for itself waits in the kernel for such a reader.)"""
    space = fill(make_space(env=requests.env, allow_other=True), src)
    os.chmod(space.at("d"), 0o755)
    space.unmount()
    space.mount()
    reader = tools.popen_bare(sys.executable, "-c", "import os, select, sys\n" + STALLED, space.at("d"), str(uid), stdin=subprocess.PIPE)
    assert reader.stdout.readline() == b"stalled\n", reader.stderr.read() if reader.poll() else ""
    perform(space, src, script)
    reader.stdin.write(b"\n")
    reader.stdin.flush()
    assert reader.stdout.readline() == b"done\n"
    kept.shown(*paths_of(space))
    tools.finish(reader, given=b"\n").ok()


# ---- under load ----

READERS = """
import itertools, random
mine = random.Random(int(args[0]))
names = [name + suffix for name in ("a.yaml", "b.yaml", "c.yaml") for suffix in (".id", ".error")]
print("ready", flush=True)
for _ in itertools.count():
    if mine.random() < 0.3:
        for entry in os.scandir(target):
            try:
                entry.stat()
            except FileNotFoundError:
                pass
    for name in names:
        try:
            os.stat(os.path.join(target, name))
            if mine.random() < 0.3:
                with open(os.path.join(target, name)) as file:
                    file.read()
        except FileNotFoundError:
            pass
"""
ROUNDS = int(os.environ.get("COCFS_SIBLING_ROUNDS", "3"))


def test_readers_and_a_writer(tree, src, requests):
    """Readers list, stat and read all the time. They get no error but "no such file". The change of a gesture is seen as soon as
    the gesture returns."""
    readers = [tools.begin_python(READERS, tree.at("d"), str(seed)) for seed in range(3)]
    for _, (name, script) in itertools.product(range(ROUNDS), GESTURES.items()):
        perform(tree, src, "cp $src/good.yaml a.yaml; ! cp $src/bad.yaml b.yaml; rm -f c.yaml draft")
        perform(tree, src, script)
        told = kept.stats(paths_of(tree), "default")
        assert told == kept.stats(paths_of(tree), "never"), name
        assert not [line for line in told if "stale" in line.lower()], told
        perform(tree, src, "rm -f a.yaml b.yaml c.yaml")
    for reader in readers:
        assert reader.poll() is None, reader.stderr.read()
        reader.kill()


def test_two_mounts(make_host, src, requests, tmp_path):
    """One mount writes, the other follows. In both, the kernel shows of the siblings what cocfs has."""
    one = make_host("one")
    other = make_host("other", env=requests.env, refresh="0", jobs="all")
    tools.run("cp", samples.file(src, "a.yaml", "a"), one.path).ok()
    paths = [other.at(name) for name in ("a.yaml.id", "a.yaml.error")]
    tools.eventually(lambda: "a.yaml" in os.listdir(other.path), "the import")
    reader = tools.begin_python(READERS, other.path, "1")
    for step in range(10):
        tools.run("cp", samples.file(src, "a.yaml", "a", [f"step{step}"]), one.path).ok()
        assert f"step{step}" in tools.read(other.at("a.yaml")).decode()
        told = kept.shown(*paths)
        assert any("size=" in line for line in told), told
        two_writers.console(other, one.id("a.yaml"), samples.document("a", [f"theirs{step}"]), name="a")
        tools.run("cp", samples.file(src, "a.yaml", "a", [f"outdated{step}"]), one.path).fails(tools.message("ESTALE"))
        kept.shown(*[one.at(name) for name in ("a.yaml.id", "a.yaml.error")])
        tools.run("setfattr", "-n", "coc.base", "-v", one.fact("a.yaml", "version"), one.at("a.yaml")).ok()
        kept.shown(*[one.at(name) for name in ("a.yaml.id", "a.yaml.error")])
    assert reader.poll() is None, reader.stderr.read()
    reader.kill()


# Gives a file to one user and to the other, by turns. Each time the user who has just got it reads its .id.
GIVEN = """
import socket
users = {}
for uid in (54001, 54002):
    ours, theirs = socket.socketpair()
    if not os.fork():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
        while theirs.recv(1):
            try:
                with open(target + ".id") as file:
                    file.read()
                theirs.send(b".")
            except OSError as e:
                theirs.send(errno.errorcode[e.errno].encode())
        os._exit(0)
    theirs.close()
    users[uid] = ours
seen = set()
for number in range(int(args[0])):
    for uid, user in users.items():
        os.chown(target, uid, uid)
        user.send(b"?")
        seen.add(user.recv(100).decode())
print(seen)
for user in users.values():
    user.shutdown(socket.SHUT_RDWR)
"""


@tools.needs_root
def test_a_user_who_is_given_a_file_reads_its_id_at_once(make_space, src):
    space = fill(make_space(allow_other=True), src)
    os.chmod(space.path, 0o755)
    os.chmod(space.at("d"), 0o755)
    os.chmod(space.at("d", "a.yaml"), 0o400)
    assert tools.python(GIVEN, space.at("d", "a.yaml"), "1000", seconds=100).ok().stdout == "{'.'}\n"
