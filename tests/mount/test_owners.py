# SPDX-License-Identifier: MIT
"""What a job's name remembers goes only to users who could have changed or replaced the file.

Ann and Cid share no group; Ben and Ann share one. The kernel judges what they may do in the mount, and cocfs what they get of a
name that was another user's.
"""

import os
import signal
import sqlite3

import pytest

import front as f
import mounting
import samples
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401

pytestmark = tools.needs_root

TEAM = 54100


class User:
    """A user who works in a directory of the mount."""

    def __init__(self, name, uid, groups=()):
        self.name, self.uid, self.groups = name, uid, groups

    def sh(self, script, *args, cwd, umask="022"):
        groups = ["--groups=" + ",".join(map(str, self.groups))] if self.groups else ["--clear-groups"]
        return tools.run("setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", *groups, "bash", "-c",
                         f"umask {umask}; {script}", "sh", *args, cwd=cwd, env=tools.environment(HOME="/"))


ANN, BEN, CID = User("ann", 54001, (TEAM,)), User("ben", 54002, (TEAM,)), User("cid", 54003)
ROOT = User("root", 0)


class Shared:
    """A directory in a mount that all users may use, sticky like /tmp."""

    def __init__(self, space, src):
        self.space, self.path, self.src = space, space.path, src
        os.chmod(self.path, 0o1777)
        os.chmod(src, 0o755)

    def document(self, name, *steps):
        """Writes a document to a file that everybody may read, outside the mount. Returns its path."""
        path = samples.file(self.src, f"{name}-{'-'.join(steps) or 'pause'}.yaml", name, steps or ("pause",))
        os.chmod(path, 0o644)
        return path

    def make(self, who, name="a.yaml", *steps, umask="022", cwd=None):
        """A user writes a document with these steps to the job file `name`, in cwd (None: in the shared directory). Returns the ID of
        the job of that name in the shared directory."""
        who.sh('cat "$1" > "$2"', self.document(os.path.basename(name)[:-5], *steps), name, cwd=cwd or self.path,
               umask=umask).ok()
        return self.id(name)

    def id(self, name):
        return self.space.id(name)

    def sees_id(self, who, name="a.yaml"):
        result = who.sh('cat "$1.id"', name, cwd=self.path)
        return result.stdout.strip() if result.status == 0 else None

    def attribute(self, who, name, attribute):
        result = who.sh('getfattr --only-values --absolute-names -n "$2" "$1"', name, attribute, cwd=self.path)
        return result.stdout if result.status == 0 else None

    def version(self, job_id):
        return self.space.job(job_id)["version"]


@pytest.fixture
def shared(make_space, src):
    return Shared(make_space(allow_other=True), src)


# How a file of Ann's goes away, and how its name is made again.
GOES = {
    "rm": "rm a.yaml",
    "backup": "mv a.yaml a.yaml~",
    "moved away": "mkdir -p .old && mv a.yaml .old/a.yaml",
}
MAKES = {
    "shell": 'cat "$1" > a.yaml',
    "cp": 'cp "$1" a.yaml',
    "install": 'install -m 644 "$1" a.yaml',
    "python mknod": 'python3 -c "import os; os.mknod(\'a.yaml\', 0o100644)" && cat "$1" > a.yaml',
    "mv of scratch": 'cp "$1" .tmp && mv .tmp a.yaml',
    "mv of another job": 'cp "$1" other.yaml && mv other.yaml a.yaml',
    "mv of an open file": 'exec 3> .tmp && mv .tmp a.yaml && cat "$1" >&3 && exec 3>&-',
    "ln of scratch": 'cp "$1" .tmp && ln .tmp a.yaml && rm .tmp',
    "ln of an empty file": 'touch .tmp && ln .tmp a.yaml && rm .tmp && cat "$1" > a.yaml',
    "exchange with a link": 'ln -s x a.yaml && cp "$1" other.yaml && python3 -c "import ctypes; assert'
                            " ctypes.CDLL(None).renameat2(-100, b'other.yaml', -100, b'a.yaml', 2) == 0\"",
    "tar": 'mkdir .in && cp "$1" .in/a.yaml && tar -C .in -c a.yaml | tar -x',
    "after a directory of the name": 'mkdir a.yaml && rmdir a.yaml && cp "$1" a.yaml',
}
IN_A_TREE = {
    "mv of a directory": 'mkdir t.new && cp "$1" t.new/a.yaml && mv t.new t',
    "mv of a hidden directory": 'mkdir .t && cp "$1" .t/a.yaml && mv .t t && touch t/a.yaml && cat "$1" > t/a.yaml',
    "mv of a directory onto an empty one": 'mkdir t t.new && cp "$1" t.new/a.yaml && mv -T t.new t',
    "mkdir and cp": 'mkdir t && cp "$1" t/a.yaml',
}


@pytest.mark.parametrize("makes", MAKES)
def test_another_users_file_gets_no_job_of_the_name(shared, makes, goes="rm"):
    job = shared.make(ANN, umask="077")
    ANN.sh("setfattr -n user.coc.description -v 'private of ann' a.yaml", cwd=shared.path).ok()
    ANN.sh(GOES[goes], cwd=shared.path).ok()
    before = shared.space.job(job)
    CID.sh(MAKES[makes], shared.document("a", "by", "cid"), cwd=shared.path).ok()
    theirs = shared.sees_id(CID)
    assert theirs and theirs != job
    assert shared.space.job(job) == before
    assert shared.attribute(CID, "a.yaml", "user.coc.description") is None
    assert shared.space.job(theirs)["description"] == ""
    # after Cid removes the file, Ann's next file of the name gets Ann's job, not Cid's
    CID.sh("rm -r a.yaml", cwd=shared.path).ok()
    assert shared.make(ANN, "a.yaml", "again") == job
    assert shared.version(job) == "v3" and shared.space.job(job)["description"] == "private of ann"
    assert shared.attribute(ANN, "a.yaml", "user.coc.description") == "private of ann"
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "a.yaml", "once", "more") == theirs


@pytest.mark.parametrize("goes", [goes for goes in GOES if goes != "rm"])
def test_however_the_file_went_away(shared, goes):
    test_another_users_file_gets_no_job_of_the_name(shared, "cp", goes)


@pytest.mark.parametrize("makes", IN_A_TREE)
def test_a_directory_of_ones_own_in_the_place_of_another_gets_no_job(shared, makes):
    ANN.sh("mkdir t", cwd=shared.path).ok()
    job = shared.make(ANN, "t/a.yaml")
    ANN.sh("rm -r t", cwd=shared.path).ok()
    CID.sh(IN_A_TREE[makes], shared.document("a", "by", "cid"), cwd=shared.path).ok()
    theirs = shared.sees_id(CID, "t/a.yaml")
    assert theirs and theirs != job and shared.version(job) == "v1"
    CID.sh("rm -r t", cwd=shared.path).ok()
    ANN.sh("mkdir t", cwd=shared.path).ok()
    assert shared.make(ANN, "t/a.yaml", "again") == job


# Cid brings mine/x, a file of Ann's that he may write, to the name a.yaml. $1 is the document that he writes into the file.
OTHERS_FILES = {
    "mv": 'cat "$1" > mine/x; mv mine/x a.yaml',
    "mv onto a draft": 'touch a.yaml; cat "$1" > mine/x; mv mine/x a.yaml',
    "mv onto a job": 'cat "$1" > a.yaml; cat "$1" > mine/x; echo "# more" >> mine/x; mv mine/x a.yaml',
    "ln": 'cat "$1" > mine/x; ln mine/x a.yaml',
    "mv of an empty file": ': > mine/x; mv mine/x a.yaml; python3 -c "import os, sys; fd = os.open(\'a.yaml\', os.O_WRONLY);'
                           ' os.write(fd, open(sys.argv[1], \'rb\').read()); os.close(fd)" "$1"',
    "mv of an open file": 'exec 3>> mine/x; mv mine/x a.yaml; cat "$1" >&3; exec 3>&-',
    "mv of a job file": 'cat "$1" > mine/x; mv mine/x mine/y.yaml; mv mine/y.yaml a.yaml',
    "mv of a directory": 'mkdir mine/t; cat "$1" > mine/x; mv mine/x mine/t/a.yaml; mv mine/t t',
    "exchange with a draft": 'touch a.yaml; cat "$1" > mine/x; mv mine/x mine/y.yaml; python3 -c "import ctypes; assert'
                             " ctypes.CDLL(None).renameat2(-100, b'mine/y.yaml', -100, b'a.yaml', 2) == 0\"",
    "truncate(2)": 'cat "$1" > mine/x; exec 3<> mine/x; mv mine/x a.yaml; exec 3>&-; truncate -s -1 a.yaml',
    "an attribute": 'cat "$1" > mine/x; mv mine/x a.yaml; setfattr -n user.coc.description -v mine a.yaml',
    "a close that nobody hears": ': > mine/x; mv mine/x a.yaml; python3 -c "import mmap, os, sys; text = open(sys.argv[1], \'rb\').read();'
                                 " fd = os.open('a.yaml', os.O_RDWR); os.ftruncate(fd, len(text)); m = mmap.mmap(fd, 0); os.close(fd);"
                                 ' m[:] = text; m.close()" "$1"',
    "a refusal": 'echo "just: yaml" > mine/x; mv mine/x a.yaml; cat "$1" > mine/x; mv mine/x a.yaml',
}


@pytest.mark.parametrize("puts", OTHERS_FILES)
def test_a_file_of_the_owners_that_another_user_puts_there_gets_no_job(shared, puts):
    """The user who makes the name is judged, not the owner of the file."""
    name = "t/a.yaml" if "directory" in puts else "a.yaml"
    ANN.sh('mkdir -p "$(dirname "$1")"', name, cwd=shared.path).ok()
    job = shared.make(ANN, name)
    before = shared.space.job(job)
    ANN.sh('rm -r "${1%%/*}"', name, cwd=shared.path).ok()
    CID.sh("mkdir mine && chmod 777 mine", cwd=shared.path).ok()
    ANN.sh("touch mine/x && chmod 666 mine/x", cwd=shared.path).ok()
    CID.sh(OTHERS_FILES[puts], shared.document("a", "by", "cid"), cwd=shared.path)
    tools.eventually(lambda: shared.space.fact(name, "state") != "draft" or os.path.exists(shared.space.at(name + ".error")),
                     "the outcome")
    assert os.stat(shared.space.at(name)).st_uid == ANN.uid
    shared.space.settle()
    assert shared.space.job(job) == before and shared.id(name) != job
    # Ann's next file of the name gets Ann's own job. Not so in these cases: there the file at the name has a job of its own
    if puts in ("mv of a job file", "mv of a directory", "exchange with a draft", "a close that nobody hears"):
        return
    ROOT.sh('rm -r "${1%%/*}"', name, cwd=shared.path).ok()
    ANN.sh('mkdir -p "$(dirname "$1")"', name, cwd=shared.path).ok()
    assert shared.make(ANN, name, "again") == job and shared.version(job) == "v2"


REFUSED = 'printf \'meta: {name: x, schemaVersion: 3}\\n"TOPSECRET": 1\\n"TOPSECRET": 2\\n\' > p.yaml; rm p.yaml'


def test_the_name_and_the_description_that_the_service_holds_are_its_owners(shared):
    """Cid gets the job of Ann's private file. The name and the description are private, like the text of a refusal. The risk level,
    the project and the tags are not."""
    os.chmod(shared.path, 0o777)
    facts = ("name", "description", "risk_level", "enterprise_project_id", "tags")

    def seen(who):
        return [shared.attribute(who, "a.yaml", "coc." + fact) for fact in facts]

    ANN.sh('(echo "# coc.description: private of ann"; echo "# coc.tags: a=1"; cat "$1") > a.yaml', shared.document("a"),
           cwd=shared.path, umask="077").ok()
    assert seen(ANN) == ["a", "private of ann", "LOW", "0", "a=1"] == seen(ROOT) and seen(CID) == [None] * 5
    CID.sh("rm -f a.yaml; touch a.yaml", cwd=shared.path).ok()
    assert seen(CID) == [None, None, "LOW", "0", "a=1"]
    assert seen(ANN) == ["a", "private of ann", "LOW", "0", "a=1"] == seen(ROOT)
    ROOT.sh("rm a.yaml", cwd=shared.path).ok()


@pytest.mark.parametrize("mode", [0o1777, 0o777])
def test_a_private_story_is_its_owners(shared, mode):
    """Cid cannot read the text of Ann's refusal, also if the directory is not sticky, and lets him make a file of the name."""
    os.chmod(shared.path, mode)
    ANN.sh(REFUSED, cwd=shared.path, umask="077")
    story = ANN.sh("cat p.yaml.error", cwd=shared.path).ok().stdout
    assert "TOPSECRET" in story
    reads = "cat p.yaml.error; getfattr --only-values -n coc.error p.yaml; getfattr --only-values -n coc.warnings p.yaml"
    for prepare in ("true", "ln -s x p.yaml", "rm -f p.yaml; mkfifo p.yaml", "rm -f p.yaml; mkdir p.yaml",
                    "rmdir p.yaml; touch p.yaml"):
        CID.sh(prepare, cwd=shared.path).ok()
        result = CID.sh(reads, cwd=shared.path)
        assert "SECRET" not in result.stdout + result.stderr, prepare
    if mode & 0o1000:
        CID.sh("rm p.yaml.error", cwd=shared.path).fails()
    else:
        assert ANN.sh("cat p.yaml.error", cwd=shared.path).ok().stdout == story
        assert ROOT.sh("getfattr --only-values -n coc.error p.yaml", cwd=shared.path).ok().stdout == story
    CID.sh("rm p.yaml", cwd=shared.path).ok()
    ANN.sh("touch p.yaml", cwd=shared.path).ok()
    assert ANN.sh("cat p.yaml.error", cwd=shared.path).ok().stdout == story


def test_what_is_left_of_a_removed_file_is_its_owners(shared):
    job = shared.make(ANN)
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.sees_id(ANN) == job and shared.sees_id(CID) is None and shared.sees_id(BEN) is None
    CID.sh("rm a.yaml.id", cwd=shared.path).fails("not permitted")
    ANN.sh("rm a.yaml.id", cwd=shared.path).ok()


def test_a_refusal_that_left_no_file_is_not_ended_by_others(shared):
    """The .error is listed until its owner, or a user who may have the name, makes the file or removes the .error."""
    refused = 'echo "just: yaml" > .new; mv .new p.yaml; rm .new'
    ANN.sh("mkdir d; chmod 755 d; cd d; " + refused, cwd=shared.path)
    ANN.sh(refused, cwd=shared.path)
    assert {"p.yaml.error"} == {name for name in os.listdir(shared.path) if name.startswith("p")}
    for act in ("ln -s x p.yaml; rm p.yaml", "mkdir p.yaml; rmdir p.yaml", "mkfifo p.yaml; rm p.yaml",
                "mkdir e; mv -T e p.yaml; rmdir p.yaml"):
        CID.sh(act, cwd=shared.path).ok()
        assert "p.yaml.error" in os.listdir(shared.path), act
    CID.sh("rm p.yaml.error", cwd=shared.path).fails()
    os.chmod(shared.path, 0o777)
    CID.sh("rmdir d", cwd=shared.path).ok()
    ANN.sh("mkdir d", cwd=shared.path).ok()
    assert os.listdir(shared.space.at("d")) == ["p.yaml.error"]
    ANN.sh("rmdir d; mkdir d", cwd=shared.path).ok()
    assert os.listdir(shared.space.at("d")) == []
    os.chmod(shared.path, 0o1777)
    shared.make(CID, "p.yaml", "cid")
    assert "p.yaml.error" not in os.listdir(shared.path)
    CID.sh("rm p.yaml", cwd=shared.path).ok()
    ANN.sh("touch p.yaml", cwd=shared.path).ok()
    assert "meta" in ANN.sh("cat p.yaml.error", cwd=shared.path).ok().stdout


def test_the_former_owner_of_a_file_in_a_sticky_directory_removes_no_story(shared):
    """The kernel still has the .error in its cache with the former owner, and would let that user remove it. cocfs refuses."""
    bad = tools.write(os.path.join(shared.src, "bad.yaml"), "meta:\n\tname: bad\n")
    os.chmod(bad, 0o644)
    ANN.sh('cat "$1" > a.yaml', bad, cwd=shared.path, umask="000")
    ROOT.sh("ls -l", cwd=shared.path).ok()
    os.chown(shared.space.at("a.yaml"), BEN.uid, BEN.uid)
    ANN.sh("unlink a.yaml.error", cwd=shared.path).fails("Operation not permitted")  # rm would ask for the owner first
    assert "tab" in shared.space.error("a.yaml")
    BEN.sh("ls -l a.yaml.error && rm a.yaml.error", cwd=shared.path).ok()


@pytest.mark.parametrize("kind", ["ln -s x a.yaml", "mkfifo a.yaml", "touch a.yaml"])
def test_what_is_no_job_of_ones_own_takes_no_job_along(shared, kind):
    """Cid makes a link, a FIFO or an empty file at the name. When he moves or removes it, Ann's job stays with the name."""
    job = shared.make(ANN)
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    CID.sh(f"{kind}; mv a.yaml b.yaml; rm b.yaml; {kind}; mv a.yaml .x", cwd=shared.path).ok()
    assert shared.make(ANN, "a.yaml", "again") == job and shared.version(job) == "v2"


@pytest.mark.parametrize("kind", ["ln -s x a.yaml", "mkfifo a.yaml", "touch a.yaml", 'cat "$1" > a.yaml'])
def test_removing_ones_own_deletes_no_job_of_anothers(make_space, src, kind):
    shared = Shared(make_space(allow_other=True, delete="service", siblings="hidden"), src)
    job = shared.make(ANN)
    ANN.sh("mv a.yaml a.yaml~", cwd=shared.path).ok()
    CID.sh(kind, shared.document("a", "cid"), cwd=shared.path).ok()
    CID.sh("setfattr -x coc.job_id a.yaml", cwd=shared.path)
    CID.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.version(job) == "v1"
    ANN.sh("mv a.yaml~ a.yaml", cwd=shared.path).ok()
    assert shared.id("a.yaml") == job
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    assert job not in [left["document_id"] for left in shared.space.jobs()]


def test_the_rights_of_the_file_decide_and_follow_it(shared):
    """chmod, chown and a commit by another user change who may have the job of the name."""
    job = shared.make(ANN)
    ANN.sh("chmod 666 a.yaml && rm a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "a.yaml", "1") == job
    CID.sh("rm a.yaml", cwd=shared.path).ok()
    theirs = shared.make(ANN, "a.yaml", "2")  # Cid's file had 0644
    assert theirs != job
    os.chown(shared.space.at("a.yaml"), CID.uid, CID.uid)
    CID.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.make(ANN, "a.yaml", "3") not in (job, theirs)
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "a.yaml", "4") in (job, theirs)


def test_supplementary_groups_count(shared):
    job = shared.make(ANN, umask="002")
    ANN.sh(f"chgrp {TEAM} a.yaml && rm a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "a.yaml", "cid") != job
    CID.sh("rm a.yaml", cwd=shared.path).ok()
    assert shared.make(BEN, "a.yaml", "ben") == job


@pytest.mark.parametrize("mode, group, inherits", [(0o777, 0, True), (0o1777, 0, False), (0o775, CID.uid, True),
                                                   (0o1775, CID.uid, False), (0o775, 0, None)])
def test_who_may_replace_the_file_inherits(shared, mode, group, inherits):
    """What counts is the mode and the group of the directory when Cid makes the name again, not when Ann removed it."""
    os.chmod(shared.path, 0o777)
    job = shared.make(ANN)
    ANN.sh("rm a.yaml", cwd=shared.path).ok()
    os.chown(shared.path, 0, group)
    os.chmod(shared.path, mode)
    result = CID.sh('cat "$1" > a.yaml', shared.document("a", "cid"), cwd=shared.path)
    assert result.status == 0 or inherits is None, result
    assert inherits is None or (shared.id("a.yaml") == job) == inherits


def test_the_owner_of_a_sticky_directory_inherits(shared):
    CID.sh("mkdir d && chmod 1777 d", cwd=shared.path).ok()
    job = shared.make(ANN, "d/a.yaml")
    ANN.sh("rm d/a.yaml", cwd=shared.path).ok()
    assert shared.make(BEN, "d/a.yaml", "ben") != job
    BEN.sh("rm d/a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "d/a.yaml", "cid") != None
    CID.sh("rm d/a.yaml", cwd=shared.path).ok()
    assert shared.make(ANN, "d/a.yaml", "ann") == job


def test_text_goes_along_by_the_read_bits_and_the_risk_level_always(shared):
    os.chmod(shared.path, 0o777)
    for umask, reads in (("022", True), ("077", False)):
        job = shared.make(ANN, umask=umask)
        ANN.sh("setfattr -n user.coc.description -v ours a.yaml; setfattr -n user.coc.risk_level -v HIGH a.yaml",
               cwd=shared.path).ok()
        CID.sh('cp "$1" .new && mv .new a.yaml', shared.document("a", "cid", umask), cwd=shared.path).ok()
        assert shared.sees_id(CID) == job
        assert shared.space.job(job)["risk_level"] == "HIGH"
        assert (shared.attribute(CID, "a.yaml", "user.coc.description") == "ours") == reads
        CID.sh("setfattr -x coc.job_id a.yaml; rm a.yaml; rm -f a.yaml.error", cwd=shared.path).ok()


def test_text_goes_to_no_file_that_shows_more(shared):
    """Root gets the job of a private file, and puts a file there that all may read. This file does not get the description."""
    os.chmod(shared.path, 0o777)
    job = shared.make(ANN, umask="077")
    ANN.sh("setfattr -n user.coc.description -v private a.yaml", cwd=shared.path).ok()
    ROOT.sh('install -m 644 "$1" a.yaml', shared.document("a", "deployed"), cwd=shared.path).ok()
    assert shared.id("a.yaml") == job and shared.version(job) == "v3"
    assert shared.attribute(CID, "a.yaml", "user.coc.description") is None


@pytest.mark.parametrize("makes", ["mv free/.x a.yaml", "mv free/.x free/b.yaml && mv free/b.yaml a.yaml"])
def test_text_goes_to_no_file_of_another_user_also_if_its_row_stays_as_it_was(shared, makes):
    """Ben makes his name again with a file of Cid's. Cid has had the name meanwhile, and may not read Ben's file."""
    ROOT.sh("mkdir free && chmod 777 free", cwd=shared.path).ok()
    job = shared.make(BEN, umask="007")
    BEN.sh("setfattr -n user.coc.description -v 'private of ben' a.yaml && rm a.yaml", cwd=shared.path).ok()
    assert shared.make(CID, "a.yaml", "cid") != job
    CID.sh('rm a.yaml && cp "$1" free/.x && chmod 660 free/.x', shared.document("a", "by", "cid"), cwd=shared.path).ok()
    BEN.sh(makes, cwd=shared.path).ok()
    assert os.stat(shared.space.at("a.yaml")).st_uid == CID.uid and shared.sees_id(CID) == job
    assert shared.attribute(CID, "a.yaml", "user.coc.description") is None


@pytest.mark.parametrize("who, reads", [(BEN, True), (CID, False)], ids=["in the group", "not in the group"])
@pytest.mark.parametrize("mode", ["777", "2777"])
def test_a_story_is_for_the_user_of_the_file_if_the_user_may_read_what_was_refused(shared, who, reads, mode):
    """The group of a file need not be a group of its user: a directory passes its group on."""
    ROOT.sh(f"mkdir d && chgrp {TEAM} d && chmod {mode} d", cwd=shared.path).ok()
    job = shared.make(who, "d/p.yaml", umask="007")
    assert os.stat(shared.space.at("d/p.yaml")).st_gid == (TEAM if mode == "2777" else who.uid)
    ANN.sh(f"cd d; {REFUSED.split('>')[0]} > .x; chgrp {TEAM} .x; chmod 640 .x; mv .x p.yaml", cwd=shared.path).fails()
    result = who.sh("cat d/p.yaml.error; getfattr --only-values -n coc.error d/p.yaml", cwd=shared.path)
    assert result.stdout.count("SECRET") == (2 if reads else 0), result
    assert shared.id("d/p.yaml") == job


def test_text_goes_to_no_file_by_the_files_group(shared):
    ROOT.sh(f"mkdir d && chgrp {TEAM} d && chmod 2777 d", cwd=shared.path).ok()
    job = shared.make(ANN, "d/a.yaml", umask="007")
    ANN.sh("setfattr -n user.coc.description -v 'private of the team' d/a.yaml && rm d/a.yaml", cwd=shared.path).ok()
    CID.sh('cat "$1" > d/.x', shared.document("a", "by", "cid"), cwd=shared.path, umask="007").ok()
    ANN.sh("mv d/.x d/a.yaml", cwd=shared.path).ok()
    assert os.stat(shared.space.at("d/a.yaml")).st_gid == TEAM and shared.sees_id(CID, "d/a.yaml") == job
    assert shared.attribute(CID, "d/a.yaml", "user.coc.description") is None


def test_text_goes_along_into_a_file_that_another_user_has_put_there(shared):
    """The description goes along, because Ben, who writes the file, could read the removed file by a supplementary group."""
    ROOT.sh("mkdir d && chmod 777 d", cwd=shared.path).ok()
    job = shared.make(ANN, "d/a.yaml", umask="077")
    ANN.sh(f"cd d; chgrp {TEAM} a.yaml && chmod 640 a.yaml && setfattr -n user.coc.description -v told a.yaml && rm a.yaml",
           cwd=shared.path).ok()
    BEN.sh("touch d/.x && chmod 600 d/.x", cwd=shared.path).ok()
    CID.sh("mv d/.x d/a.yaml", cwd=shared.path).ok()
    BEN.sh('cat "$1" > d/a.yaml', shared.document("a", "by", "ben"), cwd=shared.path).ok()
    assert shared.id("d/a.yaml") == job and shared.attribute(BEN, "d/a.yaml", "user.coc.description") == "told"


# How a user who may write in the directory takes the name of a private file. In most of these ways the user gets its job, too.
TAKES = {
    "mv of scratch": 'cp "$1" .tmp && mv -f .tmp a.yaml',
    "mv of another job": 'cp "$1" b.yaml && mv -f b.yaml a.yaml',
    "mv of an empty file": "touch .tmp && mv -f .tmp a.yaml",
    "mv of what is refused": 'echo "steps: [" > .tmp && ! mv -f .tmp a.yaml',
    "rm and cp": 'rm -f a.yaml && cp "$1" a.yaml',
    "rm and touch": "rm -f a.yaml && touch a.yaml",
    "rm and ln": 'cp "$1" .tmp && rm -f a.yaml && ln .tmp a.yaml',
    "rm and mv": 'cp "$1" b.yaml && rm -f a.yaml && mv b.yaml a.yaml',
    "exchange": 'cp "$1" b.yaml && python3 -c "import ctypes; assert'
                " ctypes.CDLL(None).renameat2(-100, b'b.yaml', -100, b'a.yaml', 2) == 0\"",
    "mv of a directory": 'mkdir .t && cp "$1" .t/a.yaml && mv -f .t/a.yaml a.yaml',
}


def reads_versions(shared, who, name="a.yaml"):
    """Returns {"v1": text, …}: those of the versions v1 to v5 of a file that this user can read."""
    found = {}
    for version in range(1, 6):
        result = who.sh('cat ".coc/versions/$1/v$2.yaml"', name, str(version), cwd=shared.path)
        if result.status == 0:
            found[f"v{version}"] = result.stdout
    return found


@pytest.mark.parametrize("takes", TAKES)
def test_the_versions_of_a_private_file_stay_private(shared, takes):
    """Cid may write in the directory, and so takes the name. If he gets Ann's job with it, his text is its v2: he can read this
    version and later ones, but not v1."""
    os.chmod(shared.path, 0o777)
    job = shared.make(ANN, "a.yaml", "secret", umask="077")
    assert list(reads_versions(shared, ANN)) == ["v1"] and not reads_versions(shared, CID)
    CID.sh(TAKES[takes], shared.document("a", "cid"), cwd=shared.path).ok()
    for who in (BEN, CID):
        for name in os.listdir(shared.path):
            if name.endswith(".yaml"):
                assert "secret" not in "".join(reads_versions(shared, who, name).values()), (who.name, name)
    if shared.id("a.yaml") == job and shared.version(job) == "v2":
        assert list(reads_versions(shared, CID)) == ["v2"]
        CID.sh('cat "$1" > a.yaml', shared.document("a", "again"), cwd=shared.path).ok()
        assert list(reads_versions(shared, CID)) == ["v2", "v3"]
        assert list(reads_versions(shared, BEN)) == ["v2", "v3"]
    for name in ("a.yaml", "b.yaml"):
        if shared.id(name) == job:
            assert "secret" in reads_versions(shared, ROOT, name)["v1"]
    shared.space.remount()
    assert "secret" not in "".join(reads_versions(shared, CID).values())


def test_the_versions_are_ones_own_after_a_refused_rename_of_anothers(shared):
    os.chmod(shared.path, 0o777)
    job = shared.make(ANN, "a.yaml", "one")
    CID.sh('umask 077; echo "steps: [" > .tmp && ! mv -f .tmp a.yaml && rm .tmp', cwd=shared.path).ok()
    assert "one" in reads_versions(shared, ANN)["v1"]
    ANN.sh('cat "$1" > a.yaml', shared.document("a", "two"), cwd=shared.path).ok()
    assert shared.id("a.yaml") == job and list(reads_versions(shared, ANN)) == ["v1", "v2"]
    assert list(reads_versions(shared, CID)) == ["v1", "v2"]


def test_the_versions_of_a_file_that_could_be_read_go_along(shared):
    os.chmod(shared.path, 0o777)
    job = shared.make(ANN, "a.yaml", "one")
    CID.sh('cp "$1" .tmp && mv -f .tmp a.yaml', shared.document("a", "cid"), cwd=shared.path).ok()
    assert shared.id("a.yaml") == job and list(reads_versions(shared, CID)) == ["v1", "v2"]


def test_what_is_set_aside_moves_with_its_directory(shared):
    ANN.sh("mkdir d && chmod 1777 d", cwd=shared.path).ok()
    job, theirs = shared.make(BEN, "d/a.yaml"), None
    BEN.sh("rm d/a.yaml", cwd=shared.path).ok()
    theirs = shared.make(CID, "d/a.yaml", "cid")
    assert theirs != job
    ANN.sh("mv d e", cwd=shared.path).ok()
    assert shared.id("e/a.yaml") == theirs
    CID.sh("rm e/a.yaml", cwd=shared.path).ok()
    shared.space.remount()
    assert shared.make(BEN, "e/a.yaml", "ben") == job


def test_what_was_queued_of_the_one_who_is_set_aside_is_sent(make_space, src, front):
    shared = Shared(make_space(allow_other=True, submit="queue"), src)
    front.refuse()
    shared.make(ANN)
    ANN.sh("mv a.yaml a.yaml~", cwd=shared.path).ok()
    CID.sh('cp "$1" a.yaml', shared.document("a", "cid"), cwd=shared.path).ok()
    front.accept()
    shared.space.process.send_signal(signal.SIGHUP)
    shared.space.settle()
    jobs = {job["document_id"]: job for job in shared.space.jobs()}
    theirs = shared.sees_id(CID)
    assert len(jobs) == 2 and "cid" in shared.space.job(theirs)["content"]
    CID.sh("rm a.yaml", cwd=shared.path).ok()
    ANN.sh("mv a.yaml~ a.yaml", cwd=shared.path).ok()
    shared.space.settle()
    assert {shared.id("a.yaml"), theirs} == set(jobs) and len(shared.space.jobs()) == 2


def queue_of(who, shared):
    """Returns what .coc/queue shows a user: the paths, and the other lines."""
    lines = who.sh("cat .coc/queue", cwd=shared.path).ok().stdout.splitlines()
    return sorted(line.split("\t")[3] for line in lines if "\t" in line), [line for line in lines if "\t" not in line]


def test_the_queue_shows_what_one_may_read_and_counts_the_rest(make_space, src, front):
    """The read bits of the files decide, the search bits of the directories, and the owners of files that are gone."""
    shared = Shared(make_space(allow_other=True, submit="queue"), src)
    ANN.sh("mkdir closed open team; chmod 700 closed; chgrp 54100 team; chmod 750 team", cwd=shared.path).ok()
    front.refuse()
    for name, umask in (("all.yaml", "022"), ("mine.yaml", "077"), ("closed/a.yaml", "022"), ("open/gone.yaml", "022"),
                        ("open/aside.yaml", "022"), ("team/a.yaml", "022")):
        shared.make(ANN, name, umask=umask)
    ANN.sh("rm open/gone.yaml open/aside.yaml; chmod 1777 open", cwd=shared.path).ok()
    shared.make(CID, "open/aside.yaml", "cid")
    everything = ["all.yaml", "closed/a.yaml", "mine.yaml", "open/aside.yaml", "open/aside.yaml", "open/gone.yaml", "team/a.yaml"]
    hidden = "and {} of files that you may not read"
    assert queue_of(ROOT, shared) == (everything, [])
    assert queue_of(ANN, shared) == (everything, [])  # everybody may read Cid's file
    assert queue_of(BEN, shared) == (["all.yaml", "open/aside.yaml", "team/a.yaml"], [hidden.format(4)])
    assert queue_of(CID, shared) == (["all.yaml", "open/aside.yaml"], [hidden.format(5)])
    counts = {where: shared.attribute(CID, where, "coc.hidden") for where in (".", "open")}
    assert counts == {".": "5", "open": "2"}
    assert shared.attribute(ANN, ".", "coc.hidden") is None


def test_cocfs_wait_waits_for_what_it_may_not_see_below_its_target(make_space, src, front):
    shared = Shared(make_space(allow_other=True, submit="queue"), src)
    CID.sh("mkdir -m 1777 ours; mkdir mine", cwd=shared.path).ok()
    held = front.gate()
    front.rule(f.Fault(gate=held), "POST")
    shared.make(ANN, "ours/a.yaml", umask="077")
    ANN.sh("rm ours/a.yaml", cwd=shared.path).ok()
    held.wait_held()
    shared.make(CID, "mine/b.yaml")
    shared.make(CID, "ours/c.yaml")
    wait = f"{tools.COCFS_WAIT} --timeout "
    CID.sh(wait + "30 mine ours/c.yaml", cwd=shared.path).ok()
    timed_out = CID.sh(wait + "1 ours", cwd=shared.path)
    assert timed_out.status == 124 and "ours: 1 of files that you may not read are unfinished" in timed_out.stderr
    assert CID.sh(wait + "1 .", cwd=shared.path).status == 124
    held.open()
    CID.sh(wait + "30 ours .", cwd=shared.path).ok()


MANY = """
import os, sys
with open(sys.argv[1]) as file:
    document = file.read()
for uid in range(60000, 60000 + int(sys.argv[2])):
    os.seteuid(uid)
    try:
        with open("a.yaml", "w") as file:
            file.write(document + f"# {uid}\\n")
        os.unlink("a.yaml")
    except OSError as error:
        print(uid - 60000, error.strerror)
    os.seteuid(0)
"""


def test_a_name_keeps_the_rows_of_few_users(shared):
    said = tools.run("python3", "-c", MANY, shared.document("a"), 36, cwd=shared.path).ok().stdout
    assert said.split("\n")[0].endswith("Disk quota exceeded") and said.startswith("33 ")
    assert len(shared.space.jobs()) == 33
    assert not os.path.exists(shared.space.at("a.yaml"))
    assert shared.make(ROOT, "a.yaml", "root") in [job["document_id"] for job in shared.space.jobs()]


REPLACEMENTS = {"root's": 0, "another user's": BEN.uid, "the owner's": ANN.uid, "one's own": CID.uid}
BRINGS = {"nothing": "true", "a file": 'cat "$1" > open/a.yaml', "a draft": "touch open/a.yaml; rm open/a.yaml; touch open/b.yaml"}


@pytest.mark.parametrize("brings", BRINGS)
@pytest.mark.parametrize("whose", REPLACEMENTS)
def test_a_directory_that_is_moved_into_the_place_of_another_gives_no_right(shared, whose, brings):
    """Only the directory that the file was in says who could have replaced the file."""
    os.chmod(shared.path, 0o777)
    ANN.sh("mkdir t", cwd=shared.path).ok()
    job = shared.make(ANN, "t/a.yaml")
    ANN.sh("rm -r t", cwd=shared.path).ok()
    os.mkdir(shared.space.at("open"))
    os.chown(shared.space.at("open"), REPLACEMENTS[whose], -1)
    os.chmod(shared.space.at("open"), 0o777)
    CID.sh(BRINGS[brings], shared.document("a", "by"), cwd=shared.path).ok()
    CID.sh("mv open t", cwd=shared.path).ok()
    assert shared.make(CID, "t/a.yaml", "by", "cid") != job
    assert shared.version(job) == "v1"
    CID.sh("rm t/a.yaml", cwd=shared.path).ok()
    assert shared.make(ANN, "t/a.yaml", "again") == job


# ---- colleagues and deployments: tools that replace files and continue with the job ----

@pytest.fixture
def team(shared):
    """A directory of a group, with Ann's job file of the group. Returns the job's ID."""
    os.mkdir(shared.space.at("team"))
    os.chown(shared.space.at("team"), 0, TEAM)
    os.chmod(shared.space.at("team"), 0o2775)
    job = shared.make(ANN, "team/a.yaml", umask="002")
    ANN.sh("setfattr -n user.coc.description -v ours team/a.yaml", cwd=shared.path).ok()
    return job


# Ways to replace the word $1 by $2 in a.yaml.
EDITS = {
    "sed -i": 'sed -i "s/$1/$2/" a.yaml',
    "perl -i": 'perl -pi -e "s/$1/$2/" a.yaml',
    "vim": 'vim -Nu NONE -es -c "%s/$1/$2/" -c wq a.yaml < /dev/null',
    "vim, with a backup": 'vim -Nu NONE -es -c "set backup backupcopy=no" -c "%s/$1/$2/" -c wq a.yaml < /dev/null',
    "in place": 'sed "s/$1/$2/" a.yaml > .new; cat .new > a.yaml; rm .new',
    "mv": 'sed "s/$1/$2/" a.yaml > .new; mv -f .new a.yaml',
    "rm and cp": 'sed "s/$1/$2/" a.yaml > .new; rm -f a.yaml; cp .new a.yaml; rm .new',
    "cp --remove-destination": 'sed "s/$1/$2/" a.yaml > .new; cp --remove-destination .new a.yaml; rm .new',
    "install": 'sed "s/$1/$2/" a.yaml > .new; install -m 664 .new a.yaml; rm .new',
    "rsync": 'mkdir .in; sed "s/$1/$2/" a.yaml > .in/a.yaml; rsync -rc .in/a.yaml a.yaml; rm -r .in',
    "tar": 'mkdir .in; sed "s/$1/$2/" a.yaml > .in/a.yaml; tar -C .in -c a.yaml | tar -x; rm -r .in',
    "sed -i, with a backup of a job's name": "sed -i'old_*' \"s/$1/$2/\" a.yaml",
    "cp, with a backup of a job's name": 'sed "s/$1/$2/" a.yaml > .new; cp -b -S .old.yaml --remove-destination .new a.yaml; rm .new',
    "a backup that is kept": 'sed "s/$1/$2/" a.yaml > .new; mv a.yaml a.yaml.orig; cp .new a.yaml; rm .new',
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_colleague_makes_a_version(shared, team, edit):
    tools.need(EDITS[edit].split()[0])
    for number, who in enumerate((BEN, ANN, BEN)):
        words = ("pause", "one", "two", "three")[number:number + 2]
        before = int(shared.version(team)[1:])
        who.sh(EDITS[edit], *words, cwd=shared.space.at("team"), umask="002").ok()
        assert shared.id("team/a.yaml") == team, who.name
        assert words[1] in shared.space.job(team)["content"] and shared.version(team) == f"v{before + 1}"
    assert shared.space.job(team)["description"] == "ours"
    assert len(shared.space.jobs()) == 1


def test_colleagues_pull_into_a_shared_work_tree(shared, team, src):
    """git checks out with umask 002: the user who pulls makes and removes the files and directories."""
    tools.need("git")
    origin, tree = src / "origin.git", shared.space.at("team")
    (src / ".gitconfig").write_text("[safe]\n\tdirectory = *\n")
    git = f"HOME={src} git -c user.name=x -c user.email=x@example.com -c core.sharedRepository=group "
    os.chmod(src, 0o777)
    ANN.sh(f"git init -q --bare --shared=0666 {origin} && chmod -R a+rwX {origin}", cwd="/").ok()
    ANN.sh(f"cd team && git init -q --shared=group . && {git} add a.yaml && {git} commit -qm 1 && mkdir d && cp a.yaml d/b.yaml &&"
           f" {git} add d && {git} commit -qm 2 && {git} push -q {origin} HEAD:main", cwd=shared.path, umask="002").ok()
    jobs = {name: shared.id(name) for name in ("team/a.yaml", "team/d/b.yaml")}
    assert None not in jobs.values()
    BEN.sh(f"{git} clone -q -b main {origin} other && cd other && sed -i s/pause/pulled/ a.yaml d/b.yaml && {git} commit -qam 3"
           f" && {git} push -q {origin} HEAD:main", cwd=src, umask="002").ok()
    BEN.sh(f"{git} pull -q {origin} main", cwd=tree, umask="002").ok()
    assert {name: shared.id(name) for name in jobs} == jobs
    assert [shared.version(job) for job in jobs.values()] == ["v3", "v2"]
    # Ann removes the directory, and Ben makes it again
    ANN.sh(f"{git} checkout -q HEAD~2", cwd=tree, umask="002").ok()
    assert not os.path.exists(shared.space.at("team/d"))
    BEN.sh(f"{git} checkout -q -", cwd=tree, umask="002").ok()
    assert {name: shared.id(name) for name in jobs} == jobs and len(shared.space.jobs()) == 2


def test_roots_deployments_are_edited_by_users(shared, src):
    tools.need("rsync")
    ANN.sh("mkdir mine && chmod 755 mine", cwd=shared.path).ok()
    jobs = []
    deployed = os.path.join(str(src), "deployed")
    os.mkdir(deployed)
    for number in range(3):
        tools.run("cp", shared.document("a", f"deployed-{number}"), os.path.join(deployed, "a.yaml")).ok()
        os.chown(os.path.join(deployed, "a.yaml"), *((0, 0) if number < 2 else (ANN.uid, ANN.uid)))
        tools.run("rsync", "-a", deployed + "/", shared.space.at("mine/")).ok()
        os.chown(shared.space.at("mine"), ANN.uid, ANN.uid)
        jobs.append(shared.id("mine/a.yaml"))
        ANN.sh("sed -i s/deployed/edited/ a.yaml", cwd=shared.space.at("mine")).ok()
        jobs.append(shared.id("mine/a.yaml"))
        tools.run("install", "-m", "644", shared.document("a", f"installed-{number}"), shared.space.at("mine/a.yaml")).ok()
        jobs.append(shared.id("mine/a.yaml"))
        ANN.sh("rm a.yaml", cwd=shared.space.at("mine")).ok()
    assert len(set(jobs)) == 1 and len(shared.space.jobs()) == 1
    assert shared.version(jobs[0]) == "v9"


# ---- ledgers of older versions ----

def test_an_older_ledger_takes_the_owners_from_the_files(tmp_path, mounts):
    space = mounts(mounting.Mount("local", tmp_path, timeout="30", allow_other=True))
    os.makedirs(os.path.join(space.state, "spool", "sub"))
    os.chmod(space.state, 0o700)
    ledger = os.path.join(tools.ROOT, "tests", "ledgers", "v3.sql")
    db = sqlite3.connect(os.path.join(space.state, "ledger.db"))
    db.executescript(tools.read(ledger).decode())
    jobs = {os.path.join(*row[:2]): row[2] for row in db.execute("SELECT dir, name, job_id FROM job")}
    db.close()
    for path, who in (("a.yaml", ANN), ("sub/b.yaml", CID)):
        file = tools.write(os.path.join(space.state, "spool", path), samples.document(os.path.basename(path)[:-5]))
        os.chown(file, who.uid, who.uid)
    os.chmod(os.path.join(space.state, "spool"), 0o1777)
    space.mount()
    ANN.sh("rm a.yaml; touch removed.yaml", cwd=space.path).ok()
    CID.sh("touch a.yaml", cwd=space.path).ok()
    assert CID.sh("cat a.yaml.id", cwd=space.path).status and ANN.sh("cat removed.yaml.id", cwd=space.path).status
    assert space.fact("a.yaml", "job_id") is None
    CID.sh("rm a.yaml", cwd=space.path).ok()
    ANN.sh("rm removed.yaml; touch a.yaml", cwd=space.path).ok()
    tools.sh("touch removed.yaml", cwd=space.path).ok()
    assert ANN.sh("cat a.yaml.id", cwd=space.path).ok().stdout.strip() == jobs["a.yaml"]
    assert space.id("removed.yaml") == jobs["removed.yaml"]
