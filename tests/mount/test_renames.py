# SPDX-License-Identifier: MIT
"""Bindings follow names: what editors and mv do to a job file, and what a refused rename leaves."""

import os

import pytest

import front as f
import samples
import tools

OLD, NEW = samples.document("old"), samples.document("fresh")
BAD = "just: yaml\n"

# Scripts that write NEW to job.yaml, which has OLD. Each causes one update. $1 is the path of job.yaml, $2 a file with NEW, $3 an
# empty directory outside the mount. They run in the directory of job.yaml. tests/tools has the tests of whole editors.
EDITS = {
    "install-backup": 'install -b "$2" "$1"',
    "mv-backup-of-a-jobs-name": 'cp "$2" x.tmp; mv -b -S .old.yaml x.tmp "$1"',
    "rm-cat": 'rm "$1"; cat "$2" > "$1"',
    "mv-hidden-yaml": 'cp "$2" .x.yaml; mv .x.yaml "$1"',
    "mv-from-hidden-directory": 'mkdir .stage; cp "$2" .stage/job.yaml; mv .stage/job.yaml "$1"; rmdir .stage',
    "sed-backup": 'sed -i.bak s/old/fresh/ "$1"',
    "git-checkout": 'git -C "$3" init -q; cp "$2" "$3/job.yaml"; git -C "$3" add job.yaml; '
                    'git --git-dir="$3/.git" --work-tree=. checkout-index -f job.yaml',
}

# The sequences of calls by which editors save, for machines that do not have the editors.
DANCES = {
    "backup-and-write": "os.rename(target, target + '~'); create(target, new); os.unlink(target + '~')",
    "backup-stays": "os.rename(target, target + '~'); create(target, new)",
    "probe-backup-write": """
create(os.path.join(os.path.dirname(target), '4913'), b''); os.unlink(os.path.join(os.path.dirname(target), '4913'))
os.rename(target, target + '~'); create(target, new); os.unlink(target + '~')""",
    "copy-backup-write-in-place": """
create(target + '~', load(target))
fd = os.open(target, os.O_WRONLY); os.ftruncate(fd, 0); os.write(fd, new); os.fsync(fd); os.fchmod(fd, 0o644); attempt(os.close, fd)
os.unlink(target + '~')""",
    "write-then-cut": "fd = os.open(target, os.O_WRONLY); os.write(fd, new); os.ftruncate(fd, len(new)); attempt(os.close, fd)",
    "temporary-and-replace": "create(target + '.tmp', new); attempt(os.replace, target + '.tmp', target)",
    "lock-link-and-write": """
os.symlink('me@host.1', os.path.join(os.path.dirname(target), '.#job.yaml'))
create(target, new); fd = os.open(target, os.O_WRONLY); os.close(fd)
os.unlink(os.path.join(os.path.dirname(target), '.#job.yaml')); os.chmod(target, 0o644)""",
    "hold-old-replace-close": """
old = os.open(target, os.O_WRONLY); create(target + '.x', new); os.replace(target + '.x', target); os.close(old)""",
    "swap-file": """
swap = os.path.join(os.path.dirname(target), '.job.yaml.swp'); create(swap, b'swap')
create(target, new); os.unlink(swap)""",
}
CREATE = """
def create(path, content):
    fd = attempt(os.open, path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.write(fd, content); attempt(os.close, fd)
new = load(args[0])
"""


@pytest.fixture
def bound(space, src):
    """A space with one submitted job, job.yaml, that holds OLD."""
    tools.run("cp", tools.write(src / "job.yaml", OLD), space.path).ok()
    tools.write(src / "new", NEW)
    tools.write(src / "bad", BAD)
    return space


def assert_one_update(space, document_id):
    assert space.sent() == (1, 1)
    job = space.only_job()
    assert (job["document_id"], job["version"], job["content"]) == (document_id, "v2", NEW)
    assert space.id("job.yaml") == document_id
    assert tools.read(space.at("job.yaml")).decode() == NEW


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_one_update(bound, src, edit):
    tools.need(*(["git"] if edit.startswith("git") else []))
    scratch = src / "scratch"
    scratch.mkdir()
    document_id = bound.id("job.yaml")
    tools.sh(EDITS[edit], bound.at("job.yaml"), src / "new", scratch, cwd=bound.path).ok()
    assert_one_update(bound, document_id)


@pytest.mark.parametrize("dance", DANCES)
def test_a_dance_is_one_update(bound, src, dance):
    document_id = bound.id("job.yaml")
    tools.python(CREATE + DANCES[dance], bound.at("job.yaml"), src / "new").ok()
    assert_one_update(bound, document_id)


def test_a_job_moved_to_a_backup_name_leaves_its_binding(bound, src):
    document_id = bound.id("job.yaml")
    tools.run("mv", bound.at("job.yaml"), bound.at("job.yaml~")).ok()
    assert not os.path.exists(bound.at("job.yaml~.id"))
    tools.run("cp", src / "new", bound.at("job.yaml")).ok()
    assert_one_update(bound, document_id)


def test_a_backup_put_back_is_the_same_job(bound):
    tools.sh('mv job.yaml job.yaml~; mv job.yaml~ job.yaml', cwd=bound.path).ok()
    assert bound.sent() == (1, 0)
    assert bound.id("job.yaml") == bound.only_job()["document_id"]


def test_a_job_moved_to_another_job_name_takes_its_binding_along(bound, src):
    document_id = bound.id("job.yaml")
    os.mkdir(bound.at("sub"))
    for old, new in (("job.yaml", "other.yml"), ("other.yml", "sub/third.yaml")):
        tools.run("mv", bound.at(old), bound.at(new)).ok()
        assert bound.id(new) == document_id and bound.id(old) is None
    assert bound.sent() == (1, 0)
    tools.run("cp", src / "new", bound.at("sub/third.yaml")).ok()
    assert bound.sent() == (1, 1) and bound.only_job()["document_id"] == document_id
    tools.run("cp", src / "new", bound.at("job.yaml")).ok()
    assert bound.sent() == (2, 1) and bound.id("job.yaml") not in (None, document_id)


@pytest.mark.parametrize("new", ["moved", ".hidden", "into/deep"])
def test_a_directory_takes_all_along(space, src, new):
    os.makedirs(space.at("d/e"))
    os.mkdir(space.at("into"))
    for name in ("d/a.yaml", "d/e/b.yaml"):
        tools.run("cp", samples.file(src, "x.yaml", name.replace("/", "-")), space.at(name)).ok()
    ids = [space.id("d/a.yaml"), space.id("d/e/b.yaml")]
    tools.run("mv", space.at("d"), space.at(new)).ok()
    tools.run("mv", space.at(new), space.at("back")).ok()
    assert [space.id("back/a.yaml"), space.id("back/e/b.yaml")] == ids and all(ids)
    assert space.sent() == (2, 0)
    tools.run("cp", samples.file(src, "x.yaml", "changed"), space.at("back/e/b.yaml")).ok()
    assert space.sent() == (2, 1)
    os.mkdir(space.at("d"))
    tools.run("cp", src / "x.yaml", space.at("d/a.yaml")).ok()
    assert space.sent() == (3, 1)


@pytest.mark.parametrize("gesture", [["mv"], ["ln"], ["ln", "-f"]], ids=" ".join)
@pytest.mark.parametrize("target", ["job.yaml", "fresh.yaml"])
def test_a_refused_rename_or_link_changes_nothing(bound, src, gesture, target):
    before = tools.read(bound.at(target)) if target == "job.yaml" else None
    tools.run("cp", src / "bad", bound.at("draft.txt")).ok()
    exists = gesture == ["ln"] and before
    # mv prints its own words for every EINVAL
    words = tools.message("EEXIST" if exists else "EINVAL") if gesture != ["mv"] else "to a subdirectory of itself"
    tools.run(*gesture, bound.at("draft.txt"), bound.at(target)).fails(words)
    assert tools.read(bound.at("draft.txt")).decode() == BAD
    assert os.path.exists(bound.at(target)) == (before is not None)
    assert before is None or tools.read(bound.at(target)) == before
    assert exists or "EINVAL" in bound.error(target)
    assert bound.sent() == (1, 0)


def test_a_rename_refused_by_the_service_changes_nothing(bound, src):
    bound.front.rule(f.refuses(403, "APIGW.0302", "not allowed"), "PUT")
    tools.run("cp", src / "new", bound.at("draft.txt")).ok()
    tools.run("mv", bound.at("draft.txt"), bound.at("job.yaml")).fails(tools.message("EPERM"))
    assert tools.read(bound.at("draft.txt")).decode() == NEW
    assert tools.read(bound.at("job.yaml")).decode() == OLD
    assert "APIGW.0302" in bound.error("job.yaml")
    tools.run("mv", bound.at("draft.txt"), bound.at("job.yaml")).ok()
    assert bound.error("job.yaml") is None and not os.path.exists(bound.at("draft.txt"))
    assert bound.only_job()["content"] == NEW


def test_a_refused_rename_by_sed_is_heard(bound):
    tools.run("sed", "-i", "s/^steps:/stops:/", bound.at("job.yaml")).fails(tools.message("EINVAL"))
    assert tools.read(bound.at("job.yaml")).decode() == OLD
    assert sorted(os.listdir(bound.path)) == ["job.yaml", "job.yaml.error", "job.yaml.id"]


def test_hard_links_from_a_job_file_are_refused(bound):
    for name in ("other.yaml", "notes.txt", ".hidden"):
        tools.run("ln", bound.at("job.yaml"), bound.at(name)).fails(tools.message("EPERM"))
    assert sorted(os.listdir(bound.path)) == ["job.yaml", "job.yaml.id"]


def test_a_draft_linked_to_a_job_name_is_committed(bound, src):
    tools.run("cp", src / "new", bound.at("draft.txt")).ok()
    tools.run("ln", bound.at("draft.txt"), bound.at("fresh.yaml")).ok()
    assert bound.sent() == (2, 0)
    assert bound.id("fresh.yaml")


@pytest.mark.parametrize("remove", ['rm job.yaml', 'mv job.yaml "$1"', 'git clean -fdq'])
def test_removed_and_written_again_is_a_new_version(bound, src, remove):
    document_id = bound.id("job.yaml")
    if remove.startswith("git"):
        tools.need("git")
        tools.sh("git init -q", cwd=bound.path).ok()
    tools.sh(remove, src / "away", cwd=bound.path).ok()
    assert not os.path.exists(bound.at("job.yaml"))
    assert bound.only_job()["document_id"] == document_id
    tools.run("cp", src / "new", bound.at("job.yaml")).ok()
    assert_one_update(bound, document_id)


TREE = ("a.yaml", "sub/b.yaml", "sub/deep/c.yaml")


@pytest.fixture
def tree(src):
    """A directory outside the mount with three jobs, named after their places."""
    for name in TREE:
        (src / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
        samples.file(src / "tree", name, name.replace("/", "-"))
    return src / "tree"


def ids(space, top):
    return [space.id(f"{top}/{name}") for name in TREE]


@pytest.mark.parametrize("again", ['cp -r "$1" d', 'mkdir d && tar -C "$1" -c . | tar -C d -x', 'cp -r "$1" x && mv x/* d/'])
def test_a_tree_removed_and_written_again_is_the_same_jobs(space, src, tree, again):
    tools.run("cp", "-r", tree, space.at("d")).ok()
    before = ids(space, "d")
    tools.run("rm", "-r", space.at("d")).ok()
    assert os.listdir(space.path) == [] and len(space.jobs()) == 3
    if "mv" in again:
        os.mkdir(space.at("d"))
        again = again.replace("x", ".x")  # hidden, so that what is in it is no job yet
    for name in TREE:
        samples.file(tree, name, name.replace("/", "-") + "-new")
    tools.sh(again, tree, cwd=space.path).ok()
    assert ids(space, "d") == before and all(before)
    assert space.sent() == (3, 1 if "mv" in again else 3)


def test_with_delete_service_a_removed_tree_is_deleted_there(make_space, src, tree):
    space = make_space(delete="service")
    tools.run("cp", "-r", tree, space.at("d")).ok()
    tools.run("cp", tools.write(src / "bad.yaml", BAD), space.at("d/sub")).fails()
    tools.sh("echo x > sub/notes.txt", cwd=space.at("d")).ok()
    first = ids(space, "d")
    tools.run("rm", "-r", space.at("d")).ok()
    assert os.listdir(space.path) == [] and space.jobs() == []
    os.mkdir(space.at("d"))
    assert [space.id(f"d/{name}") for name in ("a.yaml", "b.yaml")] == [None, None]
    os.rmdir(space.at("d"))
    tools.run("cp", "-r", tree, space.at("d")).ok()
    assert len(space.jobs()) == 3 and not set(ids(space, "d")) & set(first)


def test_a_directory_moved_to_where_jobs_are_remembered_leaves_them_their_names(space, src, tree):
    tools.run("cp", "-r", tree, space.at("d")).ok()
    tools.run("cp", "-r", tree, space.at("e")).ok()
    of_d, of_e = ids(space, "d"), ids(space, "e")
    tools.run("rm", "-r", space.at("e")).ok()
    tools.run("mv", space.at("d"), space.at("e")).ok()
    assert ids(space, "e") == of_e
    tools.run("cp", "-r", tree, space.at("d")).ok()
    assert ids(space, "d") == of_d
    assert space.sent() == (6, 0)


def test_with_delete_service_a_removed_job_is_deleted_there(make_space, src):
    space = make_space(delete="service")
    source = samples.file(src, "job.yaml")
    tools.run("cp", source, space.path).ok()
    first = space.id("job.yaml")
    tools.run("rm", space.at("job.yaml")).ok()
    assert space.jobs() == []
    tools.run("cp", source, space.path).ok()
    assert space.only_job()["document_id"] == space.id("job.yaml") != first


def test_with_delete_service_a_refusal_keeps_the_file(make_space, src):
    space = make_space(delete="service")
    tools.run("cp", samples.file(src, "job.yaml"), space.path).ok()
    space.front.rule(f.refuses(403, "APIGW.0302", "no"), "DELETE")
    tools.run("rm", space.at("job.yaml")).fails(tools.message("EPERM"))
    assert space.id("job.yaml") == space.only_job()["document_id"]
    assert os.path.exists(space.at("job.yaml"))


def test_with_delete_service_the_id_can_be_named_until_it_is_removed(make_space, src):
    space = make_space(delete="service")
    source = samples.file(src, "job.yaml")
    tools.run("cp", source, space.path).ok()
    listed = os.listdir(space.path)
    assert listed == ["job.yaml", "job.yaml.id"]
    for name in listed:  # as rm -r does
        tools.run("unlink", space.at(name)).ok()
    assert not os.path.exists(space.at("job.yaml.id"))
    tools.run("unlink", space.at("job.yaml.id")).fails(tools.message("ENOENT"))
    tools.run("cp", source, space.path).ok()
    tools.run("rm", space.at("job.yaml")).ok()
    assert tools.read(space.at("job.yaml.id")) == b"" and os.listdir(space.path) == []
    tools.run("touch", space.at("job.yaml")).ok()
    assert not os.path.exists(space.at("job.yaml.id"))


def test_a_rename_in_a_directory_that_cannot_be_read_is_synced_all_the_same(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml"), space.at("d/a.yaml")).ok()
    job_id = space.id("d/a.yaml")
    os.chmod(space.at("d"), 0o300)
    tools.run("mv", space.at("d/a.yaml"), space.at("d/b.yaml")).ok()
    os.chmod(space.at("d"), 0o700)
    assert space.id("d/b.yaml") == job_id
    assert "cannot be synced" not in space.log()


def test_a_directory_in_the_place_of_a_removed_job_leaves_the_name_its_job(space, src):
    tools.run("cp", samples.file(src, "a.yaml", "one"), space.path).ok()
    job_id = space.id("a.yaml")
    os.unlink(space.at("a.yaml"))
    os.mkdir(space.at("a.yaml"))
    os.rename(space.at("a.yaml"), space.at("d"))
    tools.run("cp", samples.file(src, "a.yaml", "two"), space.path).ok()
    assert space.id("a.yaml") == job_id == space.only_job()["document_id"]
