# SPDX-License-Identifier: MIT
"""A tool's backup whose name ends in .yaml. The job stays with the name that is written again, and the backup is submitted only
when it is written. tests/tools has the tests with real tools."""

import os
import signal
import subprocess
import sys
import threading

import pytest

import front as f
import queues
import samples
import tools

OLD, NEW, THIRD = samples.document("job", ["old"]), samples.document("job", ["fresh"]), samples.document("job", ["third"])
BAD = "just: yaml\n"
RISK = "user.coc.risk_level"

# target is a.yaml: it holds OLD and is bound. at(NAME) is the path of a file beside a.yaml. args[0] is a file with the content to
# write, and new is that content.
HELP = """
import subprocess, threading
def at(*names):
    return os.path.join(os.path.dirname(target), *names)
def create(path, content, flags=os.O_TRUNC):
    fd = attempt(os.open, path, os.O_WRONLY | os.O_CREAT | flags, 0o644)
    os.write(fd, content); attempt(os.close, fd)
def child(function, *args):
    pid = os.fork()
    if not pid:
        function(*args)
        os._exit(0)
    os.waitpid(pid, 0)
new = load(args[0])
"""

# Ways for one process to move a.yaml to old.yaml and to make a.yaml again. Each causes one update of a.yaml's job.
BACKUPS = {
    "open": "os.rename(target, at('old.yaml')); create(target, new)",
    "open-excl": "os.rename(target, at('old.yaml')); create(target, new, os.O_EXCL)",
    "mknod": "os.rename(target, at('old.yaml')); os.mknod(target, 0o644); create(target, new)",
    "link": "create(at('x.tmp'), new); os.rename(target, at('old.yaml')); os.link(at('x.tmp'), target); os.unlink(at('x.tmp'))",
    "rename": "create(at('x.tmp'), new); os.rename(target, at('old.yaml')); os.rename(at('x.tmp'), target)",
    "rename-of-a-draft": """
os.mkdir(at('.s')); create(at('.s', 'x.yaml'), new); os.rename(at('.s'), at('s'))
os.rename(target, at('old.yaml')); os.rename(at('s', 'x.yaml'), target); os.rmdir(at('s'))""",
    "rename-of-an-empty-file": """
create(at('x.tmp'), b''); os.rename(target, at('old.yaml')); os.rename(at('x.tmp'), target); create(target, new)""",
    "rename-of-an-open-file": """
fd = os.open(at('x.tmp'), os.O_WRONLY | os.O_CREAT); os.write(fd, new)
os.rename(target, at('old.yaml')); os.rename(at('x.tmp'), target); attempt(os.close, fd)""",
    "by-another-thread": """
os.rename(target, at('old.yaml'))
thread = threading.Thread(target=create, args=(target, new)); thread.start(); thread.join()""",
    "read-since": "os.rename(target, at('old.yaml')); load(at('old.yaml')); os.chmod(at('old.yaml'), 0o600); create(target, new)",
    "moved-on": "os.rename(target, at('x.yaml')); os.rename(at('x.yaml'), at('old.yaml')); create(target, new)",
    "moved-on-by-another": "os.rename(target, at('x.yaml')); child(os.rename, at('x.yaml'), at('old.yaml')); create(target, new)",
    "twice": """
os.rename(target, at('older.yaml')); create(target, load(at('older.yaml')))
os.unlink(at('older.yaml')); os.rename(target, at('old.yaml')); create(target, new)""",
}


@pytest.fixture
def bound(space, src):
    """A space with one submitted job, a.yaml, that holds OLD."""
    return bind(space, src)


def bind(space, src):
    tools.run("cp", tools.write(src / "a.yaml", OLD), space.path).ok()
    for name, content in {"new": NEW, "third": THIRD, "bad": BAD}.items():
        tools.write(src / name, content)
    space.first = space.id("a.yaml")
    assert space.first
    return space


def source_of(src, content):
    """Makes a directory with a file `new` that has this content. Returns the directory."""
    folder = src / f"source-{len(os.listdir(src))}"
    folder.mkdir()
    tools.write(folder / "new", content)
    return folder


def run(space, src, script, *args):
    return tools.python(HELP + script, space.at("a.yaml"), src / "new", *args)


def expect_backup(space, name, content=OLD):
    """The file has this content, no job and no .error. The file is a draft that is marked as a backup, and cocfs-wait
    does not wait for it."""
    assert tools.read(space.at(name)).decode() == content
    assert space.id(name) is None and space.error(name) is None
    assert (space.fact(name, "state"), space.fact(name, "backup")) == ("draft", "yes")
    queues.wait(space.path).ok()
    queues.wait(space.at(name)).ok()


def expect_edit(space, version="v2", content=NEW):
    """a.yaml still has its first job, and there is no other. The job has this version and content."""
    space.settle()
    job = space.only_job()
    assert (job["document_id"], job["version"], job["content"]) == (space.first, version, content)
    assert space.id("a.yaml") == space.first and space.fact("a.yaml", "state") == "submitted"
    assert space.fact("a.yaml", "backup") is None


@pytest.mark.parametrize("way", BACKUPS)
def test_the_job_stays_with_the_name_that_is_made_again(bound, src, way):
    run(bound, src, BACKUPS[way]).ok()
    expect_edit(bound)
    assert bound.sent() == (1, 1)
    expect_backup(bound, "old.yaml")


def test_so_it_is_across_directories(bound, src):
    os.mkdir(bound.at("bak"))
    run(bound, src, "os.rename(target, at('bak', 'a.yaml')); create(target, new)").ok()
    expect_edit(bound)
    expect_backup(bound, "bak/a.yaml")


def test_so_it_is_when_a_directory_is_renamed_in_between(bound, src):
    os.mkdir(bound.at("d"))
    run(bound, src, """
os.rename(target, at('d', 'old.yaml')); child(os.rename, at('d'), at('e')); create(target, new)""").ok()
    expect_edit(bound)
    expect_backup(bound, "e/old.yaml")


def test_so_it_is_of_many_files_at_once(bound, src):
    names = [f"{number}.yaml" for number in range(20)]
    for name in names:
        tools.run("cp", samples.file(src, "x.yaml", name), bound.at(name)).ok()
    before = [bound.id(name) for name in names]
    tools.python(HELP + """
for name in args[1:]: os.rename(at(name), at('old-' + name))
for name in args[1:]: create(at(name), new)""", bound.at("a.yaml"), src / "new", *names).ok()
    assert [bound.id(name) for name in names] == before and len(bound.jobs()) == 21
    expect_backup(bound, "old-7.yaml", samples.document("7.yaml"))


def test_backups_in_turn_are_all_backups(bound, src):
    for number, content in enumerate([NEW, THIRD, NEW, THIRD]):
        run(bound, source_of(src, content), """
for n in (2, 1):
    if os.path.exists(at('a.%d.yaml' % n)): os.rename(at('a.%d.yaml' % n), at('a.%d.yaml' % (n + 1)))
os.rename(target, at('a.1.yaml')); create(target, new)""").ok()
        expect_edit(bound, f"v{number + 2}", content)
    assert bound.sent() == (1, 4)
    for name, content in {"a.1.yaml": NEW, "a.2.yaml": THIRD, "a.3.yaml": NEW}.items():
        expect_backup(bound, name, content)


@pytest.mark.parametrize("way", ["open", "rename"])
def test_a_backup_is_replaced_by_the_next_one(bound, src, way):
    run(bound, src, BACKUPS[way]).ok()
    run(bound, source_of(src, THIRD), BACKUPS[way]).ok()
    expect_edit(bound, "v3", THIRD)
    expect_backup(bound, "old.yaml", NEW)
    assert bound.sent() == (1, 2)


# These are a rename and a new job, as "mv a.yaml old.yaml; cp new a.yaml" by hand: old.yaml takes the job along.
RENAMES = {
    "another-process": "child(os.rename, target, at('old.yaml')); create(target, new)",
    "a-child": "os.rename(target, at('old.yaml')); child(create, target, new)",
    "made-by-another-and-removed": """
os.rename(target, at('old.yaml')); child(create, target, b''); child(os.unlink, target); create(target, new)""",
    "made-as-a-directory": "os.rename(target, at('old.yaml')); os.mkdir(target); os.rmdir(target); create(target, new)",
    "made-as-a-link": "os.rename(target, at('old.yaml')); os.symlink('x', target); os.unlink(target); create(target, new)",
    "replaced": "create(at('x.tmp'), new); os.rename(target, at('old.yaml')); os.rename(at('x.tmp'), at('old.yaml')); create(target, new)",
    "open-for-writing": "fd = os.open(target, os.O_WRONLY); os.rename(target, at('old.yaml')); create(target, new); os.close(fd)",
    "opened-for-writing-since": "os.rename(target, at('old.yaml')); os.close(os.open(at('old.yaml'), os.O_RDWR)); create(target, new)",
    "opened-by-another-since": """
os.rename(target, at('old.yaml')); child(lambda: os.close(os.open(at('old.yaml'), os.O_WRONLY))); create(target, new)""",
    "truncated-since": "os.rename(target, at('old.yaml')); os.truncate(at('old.yaml'), os.path.getsize(at('old.yaml'))); create(target, new)",
}


@pytest.mark.parametrize("way", RENAMES)
def test_what_is_no_backup_is_a_rename_and_a_new_job(bound, src, way):
    run(bound, src, RENAMES[way]).ok()
    assert bound.id("old.yaml") == bound.first and bound.id("a.yaml") not in (None, bound.first)
    assert len(bound.jobs()) == 2 and bound.fact("old.yaml", "backup") is None


def test_a_file_that_has_a_job_takes_it_along(bound, src):
    """A safe write through a name that ends in .yaml: the temporary file has a job already, and takes it along to a.yaml."""
    run(bound, src, """
create(at('x.yaml'), new); os.rename(target, at('old.yaml')); os.rename(at('x.yaml'), target)""").ok()
    assert bound.id("old.yaml") == bound.first and bound.id("a.yaml") not in (None, bound.first)
    assert bound.sent() == (2, 0)


def test_jobs_that_change_names_keep_their_jobs(bound, src):
    tools.write(bound.at("b.yaml"), THIRD)
    second = bound.id("b.yaml")
    run(bound, src, """
os.rename(target, at('x.yaml')); os.rename(at('b.yaml'), target); os.rename(at('x.yaml'), at('b.yaml'))""").ok()
    assert (bound.id("a.yaml"), bound.id("b.yaml")) == (second, bound.first) and bound.sent() == (2, 0)
    assert bound.fact("a.yaml", "backup") is None and bound.fact("b.yaml", "backup") is None


def test_another_directory_of_the_same_number_is_another(bound, src):
    """A program sorts files into new directories. The move of a.yaml is no backup, although new files get its name. They are in
    other directories, even if one of these has the inode number of the removed directory."""
    os.mkdir(bound.at("d"))
    tools.run("mv", bound.at("a.yaml"), bound.at("d")).ok()
    run(bound, src, """
os.rename(at('d', 'a.yaml'), at('b.yaml')); os.rmdir(at('d'))
for n in range(20): os.mkdir(at('d%d' % n)); create(at('d%d' % n, 'a.yaml'), new)""").ok()
    assert bound.id("b.yaml") == bound.first and len(bound.jobs()) == 21


@tools.needs_root
def test_another_user_of_the_same_process_gets_nothing(make_space, src):
    space = bind(make_space(allow_other=True), src)
    os.chmod(space.path, 0o777)
    run(space, src, """
os.chdir(at()); os.rename('a.yaml', 'old.yaml'); os.setresuid(65534, 65534, 65534); create('a.yaml', new)""").ok()
    assert space.id("old.yaml") == space.first


# Two steps of one process. Between them the test does something else.
HOLD = HELP + """
os.rename(target, at('old.yaml'))
print('moved', flush=True)
sys.stdin.readline()
create(target, new)
"""


class Held:
    """A process that has moved a.yaml to old.yaml, and makes a.yaml again when the test says so."""

    def __init__(self, space, src):
        self.process = tools.popen_bare(sys.executable, "-c", tools.PRELUDE + HOLD, space.at("a.yaml"), src / "new",
                                        stdin=subprocess.PIPE)
        assert self.process.stdout.readline() == b"moved\n"

    def go_on(self):
        tools.finish(self.process, given=b"\n").ok()


def test_over_a_remount_a_rename_stands_alone(make_space, src):
    space = bind(make_space(), src)
    held = Held(space, src)
    space.unmount()
    space.mount()
    held.go_on()
    assert space.id("old.yaml") == space.first and space.id("a.yaml") not in (None, space.first)


def test_a_removed_backup_is_no_obstacle(bound, src):
    held = Held(bound, src)
    os.unlink(bound.at("old.yaml"))
    held.go_on()
    expect_edit(bound)
    assert not os.path.exists(bound.at("old.yaml")) and bound.id("old.yaml") is None


def test_what_was_told_of_the_free_name_gives_way(bound, src):
    held = Held(bound, src)
    tools.run("cp", src / "bad", bound.at("x.tmp")).ok()
    tools.run("mv", bound.at("x.tmp"), bound.at("a.yaml")).fails()
    assert bound.error("a.yaml")
    held.go_on()
    expect_edit(bound)
    assert bound.error("a.yaml") is None


def test_another_job_that_is_being_made_for_the_name_is_not_taken_from_it(make_space, src):
    space = bind(make_space(timeout="20"), src)
    held = Held(space, src)
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=1)
    tools.run("cp", samples.file(src, "x", "x"), space.at("x.tmp")).ok()
    mover = tools.popen_bare("mv", space.at("x.tmp"), space.at("a.yaml"))
    assert gate.wait_held()
    gate.open()
    tools.finish(mover).ok()
    held.go_on()
    assert space.id("old.yaml") == space.first and len(space.jobs()) == 2


# ---- which changes of a backup are not submitted, and which end its mark as a backup ----

@pytest.fixture
def backed(bound, src):
    """a.yaml holds NEW, and old.yaml is a backup that holds OLD."""
    run(bound, src, BACKUPS["open"]).ok()
    return bound


QUIET = {
    "setfattr": "setfattr -n user.coc.risk_level -v HIGH old.yaml",
    "setfattr -x": "setfattr -n user.coc.name -v x old.yaml && setfattr -x user.coc.name old.yaml",
    "chmod": "chmod 600 old.yaml && chmod 644 old.yaml",
    "touch": "touch old.yaml && touch -d 2020-01-01 old.yaml",
    "append-nothing": ": >> old.yaml",
    "read": "cat old.yaml; cp old.yaml old.txt",
    "refused-link": "ln old.yaml x.yaml || ln old.yaml x.txt || true",
}


@pytest.mark.parametrize("what", QUIET)
def test_what_does_not_write_a_backup_does_not_submit_it(backed, what):
    tools.sh(QUIET[what], cwd=backed.path).ok()
    backed.settle()
    assert backed.sent() == (1, 1)
    expect_backup(backed, "old.yaml")


def test_an_attribute_that_is_set_while_it_is_open_does_not_submit_it(backed):
    tools.python("""
fd = os.open(target, os.O_RDWR); os.setxattr(target, 'user.coc.risk_level', b'HIGH'); attempt(os.close, fd)""",
                 backed.at("old.yaml")).ok()
    backed.settle()
    assert backed.sent() == (1, 1)
    expect_backup(backed, "old.yaml")


WRITES = {
    "other-content": ('cp "$1" old.yaml', THIRD),
    "the-same-content": ("cat a.yaml > x.txt; cp old.yaml y.txt; cp y.txt old.yaml", OLD),
    "in-place": ("sed -i s/old/third/ old.yaml", THIRD),
    "mv": ('cp "$1" x.txt; mv x.txt old.yaml', THIRD),
    "truncate": ('truncate -s "$(stat -c %s old.yaml)" old.yaml', OLD),
    "append": ("printf '# more\\n' >> old.yaml", OLD + "# more\n"),
    "emptied-and-written": (': > old.yaml; cat "$1" > old.yaml', THIRD),
}


@pytest.mark.parametrize("what", WRITES)
def test_what_writes_a_backup_makes_a_job_of_it(backed, src, what):
    script, content = WRITES[what]
    tools.sh(script, src / "third", cwd=backed.path).ok()
    assert backed.sent() == (2, 1)
    job = backed.job(backed.id("old.yaml"))
    assert job["document_id"] != backed.first and job["content"] == content
    assert backed.fact("old.yaml", "backup") is None and backed.fact("old.yaml", "state") == "submitted"
    tools.setfattr(backed.at("old.yaml"), RISK, "HIGH").ok()
    assert backed.sent() == (2, 2)


def test_a_write_that_is_refused_ends_it_too(backed, src):
    """old.yaml is no backup any more, but a file that a user has written: its state is failed, and cocfs-wait reports it."""
    tools.run("cp", src / "bad", backed.at("old.yaml")).fails()
    assert backed.fact("old.yaml", "backup") is None and backed.fact("old.yaml", "state") == "failed"
    result = queues.wait(backed.path)
    assert result.status == 1 and "old.yaml: failed" in result.stderr


def test_the_same_content_that_was_refused_can_be_submitted_by_its_attribute(make_space, src):
    space = make_space(risk_level=None)
    tools.run("cp", tools.write(src / "a.yaml", OLD), space.path).fails(tools.message("ENODATA"))
    tools.write(src / "new", NEW)
    assert run(space, src, BACKUPS["open"]).stdout == "close ENODATA\n"
    assert space.fact("old.yaml", "backup") == "yes"
    tools.run("cp", src / "a.yaml", space.at("old.yaml")).fails(tools.message("ENODATA"))
    tools.setfattr(space.at("old.yaml"), RISK, "LOW").ok()
    assert space.only_job()["content"] == OLD


def test_half_a_write_is_no_backup(make_space, src):
    """cocfs is killed before the close: old.yaml is a draft that is no longer marked as a backup, and cocfs-wait reports it."""
    space = bind(make_space(), src)
    run(space, src, BACKUPS["open"]).ok()
    writer = tools.popen_bare(sys.executable, "-c", """
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC); os.write(fd, b'x: y\\n'); print('written', flush=True); sys.stdin.readline()""",
                              space.at("old.yaml"), stdin=subprocess.PIPE)
    assert writer.stdout.readline() == b"written\n"
    space.kill()
    tools.finish(writer, given=b"\n")
    space.mount()
    assert (space.fact("old.yaml", "state"), space.fact("old.yaml", "backup")) == ("draft", None)
    assert queues.wait(space.path).status == 1


def test_a_killed_writer_of_a_backup_leaves_a_draft_that_says_so(backed):
    writer = tools.popen_bare(sys.executable, "-c", """
import os, signal, sys
fd = os.open(sys.argv[1], os.O_WRONLY | os.O_TRUNC); os.write(fd, b'x: y\\n'); os.kill(os.getpid(), signal.SIGKILL)""",
                              backed.at("old.yaml"))
    assert tools.finish(writer).status == -signal.SIGKILL
    tools.eventually(lambda: backed.error("old.yaml"), "the .error")
    assert "SIGKILL" in backed.error("old.yaml") and backed.fact("old.yaml", "backup") is None


# ---- a backup that is renamed, exchanged, put back or removed ----

def test_the_mark_is_kept_over_a_remount(make_space, src):
    space = bind(make_space(), src)
    run(space, src, BACKUPS["rename"]).ok()
    for end in (space.unmount, space.kill):
        end()
        space.mount()
        tools.setfattr(space.at("old.yaml"), RISK, "HIGH").ok()
        assert space.sent() == (1, 1)
        expect_backup(space, "old.yaml")
        assert space.id("a.yaml") == space.first


@pytest.mark.parametrize("script, name", [
    ("mv old.yaml older.yml", "older.yml"), ("mkdir d && mv old.yaml d", "d/old.yaml"),
    ("mkdir d && mv old.yaml d && mv d e && mv e .e && mv .e f", "f/old.yaml"),
    ("mv old.yaml b.yaml && mv b.yaml old.yaml", "old.yaml")])
def test_the_mark_moves_along(backed, script, name):
    tools.sh(script, cwd=backed.path).ok()
    expect_backup(backed, name)
    tools.setfattr(backed.at(name), RISK, "HIGH").ok()
    assert backed.sent() == (1, 1) and backed.id("a.yaml") == backed.first


def test_an_exchange_takes_job_and_mark_along(backed):
    tools.python("""
import ctypes
assert ctypes.CDLL(None).renameat2(-100, target.encode(), -100, args[0].encode(), 2) == 0""",
                 backed.at("a.yaml"), backed.at("old.yaml")).ok()
    assert backed.id("old.yaml") == backed.first and backed.fact("old.yaml", "backup") is None
    expect_backup(backed, "a.yaml")


@pytest.mark.parametrize("gone", [False, True])
def test_a_backup_that_is_put_back_is_the_job_again(backed, gone):
    if gone:
        os.unlink(backed.at("a.yaml"))
    tools.run("mv", "-f", backed.at("old.yaml"), backed.at("a.yaml")).ok()
    expect_edit(backed, "v3", OLD)
    assert not os.path.exists(backed.at("old.yaml")) and backed.id("old.yaml") is None
    tools.run("cp", backed.at("a.yaml"), backed.at("old.yaml")).ok()  # old.yaml has no mark any more: the copy makes a job
    assert backed.sent() == (2, 2)


@pytest.mark.parametrize("way", ["open", "rename"])
def test_a_backup_of_what_the_service_still_holds_is_put_back_without_a_call(bound, src, way):
    """Tools put the backup back when the new content is refused."""
    assert run(bound, source_of(src, BAD), BACKUPS[way]).status == 1
    assert "EINVAL" in bound.error("a.yaml") and bound.id("a.yaml") == bound.first
    assert bound.fact("old.yaml", "backup") == "yes"
    tools.run("mv", "-f", bound.at("old.yaml"), bound.at("a.yaml")).ok()
    assert bound.error("a.yaml") is None
    expect_edit(bound, "v1", OLD)
    assert bound.sent() == (1, 0)


def test_a_backup_moved_to_a_scratch_name_is_scratch(backed):
    tools.run("mv", backed.at("old.yaml"), backed.at("old.txt")).ok()
    tools.run("touch", backed.at("old.yaml")).ok()
    assert backed.fact("old.yaml", "backup") is None
    tools.run("mv", "-f", backed.at("old.txt"), backed.at("old.yaml")).ok()
    assert backed.sent() == (2, 1) and backed.id("old.yaml") not in (None, backed.first)


def test_a_directory_that_becomes_the_name_of_a_removed_backup_has_no_mark(backed):
    os.unlink(backed.at("old.yaml"))
    os.mkdir(backed.at(".s"))
    tools.write(backed.at(".s/old.yaml"), OLD)  # not submitted, because .s is a hidden directory
    tools.run("mv", backed.at(".s/old.yaml"), backed.at("old.yaml")).ok()
    assert backed.sent() == (2, 1)


@pytest.mark.parametrize("remove", ["rm old.yaml", "mkdir d && mv old.yaml d && rm -r d", "find . -name 'old*' -delete"])
def test_with_delete_service_removing_a_backup_leaves_the_job(make_space, src, remove):
    space = bind(make_space(delete="service"), src)
    run(space, src, BACKUPS["open"]).ok()
    tools.sh(remove, cwd=space.path).ok()
    expect_edit(space)
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == []


def test_with_delete_service_the_moved_file_has_the_job_until_the_name_is_back(make_space, src):
    """If the user removes old.yaml before a.yaml is made again, the job is deleted, and a.yaml gets a new job."""
    space = bind(make_space(delete="service"), src)
    held = Held(space, src)
    os.unlink(space.at("old.yaml"))
    assert space.jobs() == []
    held.go_on()
    assert space.only_job()["document_id"] == space.id("a.yaml") != space.first


# Two ways in which rsync keeps a file that is gone at its source. Each has the option of rsync, and the mount option ignore= with
# which the backups are scratch files. The files of a hidden directory are scratch files anyway.
KEPT_BY_RSYNC = {"a suffix": ("--suffix=.bak.yaml", "*.bak.yaml"), "a directory": ("--backup-dir=.old", "")}


@pytest.mark.parametrize("how", KEPT_BY_RSYNC)
def test_a_sync_whose_backups_are_scratch_leaves_the_job(make_space, src, how):
    """rsync --delete moves a file that is gone at the source to its backup. A later run, so another process, makes the file again.
    If the backup had a job file name, the move would be a rename, which takes the job along."""
    tools.need("rsync")
    option, ignore = KEPT_BY_RSYNC[how]
    space = make_space(delete="service", siblings="hidden", ignore=ignore)
    tree = src / "tree"
    tree.mkdir()
    sync = ("rsync", "-a", "--delete", "--backup", option, f"{tree}/", space.path + "/")
    for words in (OLD, NEW):
        tools.write(tree / "a.yaml", words)
        tools.run(*sync).ok()
        job = space.id("a.yaml")
        os.unlink(tree / "a.yaml")
        tools.run(*sync).ok()
        assert not os.path.exists(space.at("a.yaml"))
    tools.write(tree / "a.yaml", THIRD)
    tools.run(*sync).ok()
    tools.run("find", space.path, "(", "-name", "*.bak.yaml", "-o", "-path", "*/.old/*.yaml", ")", "-print", "-delete").ok()
    assert space.only_job()["document_id"] == space.id("a.yaml") == job
    assert space.only_job()["content"] == THIRD


def test_a_directory_as_a_backup_keeps_the_jobs_that_its_files_have(make_space, src):
    """mv -bT renames two directories, one after the other: the bindings in them go along."""
    space = make_space()
    for folder in ("new", "live"):
        os.mkdir(space.at(folder))
        tools.run("cp", samples.file(src, "a.yaml", folder), space.at(folder)).ok()
    jobs = {folder: space.id(f"{folder}/a.yaml") for folder in ("new", "live")}
    tools.run("mv", "-bT", space.at("new"), space.at("live")).ok()
    assert space.id("live/a.yaml") == jobs["new"] and space.id("live~/a.yaml") == jobs["live"]
    assert space.sent() == (2, 0)


def test_a_removed_backup_leaves_nothing_in_the_ledger(make_space, src):
    space = bind(make_space(), src)
    for number in range(3):
        run(space, src, "os.rename(target, at('old-%s.yaml' % args[1])); create(target, load(at('old-%s.yaml' % args[1])))",
            str(number)).ok()
        os.unlink(space.at(f"old-{number}.yaml"))
    space.unmount()
    assert queues.job_paths(space) == ["a.yaml"]


# ---- what stays with the name a.yaml ----

def test_what_is_its_own_stays_with_the_name(bound, src):
    tools.setfattr(bound.at("a.yaml"), RISK, "HIGH").ok()
    run(bound, src, BACKUPS["open"]).ok()
    assert bound.only_job()["risk_level"] == "HIGH"
    assert os.getxattr(bound.at("a.yaml"), RISK) == os.getxattr(bound.at("old.yaml"), RISK) == b"HIGH"


def test_what_was_refused_is_mended_and_its_backup_is_not_named(space, src):
    tools.run("cp", tools.write(src / "a.yaml", BAD), space.path).fails()
    tools.write(src / "new", NEW)
    run(space, src, BACKUPS["rename"]).ok()
    assert space.error("a.yaml") is None and space.only_job()["content"] == NEW
    expect_backup(space, "old.yaml", BAD)


def test_half_a_file_that_is_a_backup_does_not_become_a_job(space, src):
    tools.python("""
fd = os.open(target, os.O_WRONLY | os.O_CREAT); os.write(fd, load(args[0])); os.kill(os.getpid(), 9)""",
                 space.at("a.yaml"), tools.write(src / "new", NEW))
    tools.eventually(lambda: space.error("a.yaml"), "the .error")
    run(space, source_of(src, THIRD), BACKUPS["open"]).ok()
    expect_backup(space, "old.yaml", NEW)
    tools.run("mv", "-f", space.at("old.yaml"), space.at("a.yaml")).fails(tools.message("EINTR"))
    assert space.only_job()["content"] == THIRD


def test_what_is_queued_stays_with_the_name(make_space, src):
    space = make_space(submit="queue", mounted=False)
    space.front.refuse()
    space.mount()
    tools.run("cp", tools.write(src / "a.yaml", OLD), space.path).ok()
    tools.write(src / "new", NEW)
    run(space, src, BACKUPS["rename"]).ok()
    assert list(queues.states(space)) == ["a.yaml"] and space.fact("old.yaml", "backup") == "yes"
    space.front.accept()
    queues.wait(space.path).ok()
    assert space.only_job()["content"] == NEW and space.id("a.yaml") and space.id("old.yaml") is None


@pytest.mark.parametrize("fault", ["held", "lost"])
def test_what_is_under_way_stays_with_the_name(make_space, src, fault):
    space = make_space(timeout="20")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate) if fault == "held" else f.cuts(f.FORWARDED), "POST", times=1)
    writer = tools.popen_bare("cp", tools.write(src / "a.yaml", OLD), space.path)
    if fault == "held":
        assert gate.wait_held()
        writer.send_signal(signal.SIGINT)
    tools.finish(writer)
    tools.write(src / "new", NEW)
    edit = threading.Thread(target=lambda: run(space, src, BACKUPS["open"]).ok())
    edit.start()
    tools.eventually(lambda: os.path.exists(space.at("old.yaml")), "the backup")
    gate.open()
    edit.join()
    queues.wait(space.path).ok()
    assert space.only_job()["content"] == NEW and space.id("a.yaml") == space.only_job()["document_id"]
    assert space.id("old.yaml") is None and space.fact("old.yaml", "backup") == "yes"
