# SPDX-License-Identifier: MIT
"""A git repository in the mount, with job files as its working tree: git writes, cocfs submits."""

import os

import pytest

import queues
import samples
import tools

ENV = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "a",
       "GIT_COMMITTER_EMAIL": "a@example.com", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


def git(folder, *argv):
    tools.need("git")
    return tools.run("git", "-c", "safe.directory=*", "-c", "init.defaultBranch=main", "-C", folder, *argv,
                     env=tools.environment(**ENV))


def commit(folder, files):
    """Writes the files of {name: content}, removes those with None as content, and commits all changes."""
    for name, content in files.items():
        if content is None:
            os.unlink(folder / name)
        else:
            tools.write(folder / name, content)
    git(folder, "add", "-A").ok()
    git(folder, "commit", "-q", "-m", "change").ok()


@pytest.fixture
def upstream(src):
    """A repository with two branches. "main" has a.yaml and b.yaml. "other" has a.yaml with another content, and c.yaml."""
    folder = src / "upstream"
    folder.mkdir()
    git(folder, "init", "-q").ok()
    commit(folder, {"a.yaml": samples.document("a"), "b.yaml": samples.document("b"), "README": "jobs\n"})
    git(folder, "checkout", "-q", "-b", "other").ok()
    commit(folder, {"a.yaml": samples.document("a", ["other"]), "b.yaml": None, "c.yaml": samples.document("c")})
    git(folder, "checkout", "-q", "main").ok()
    return folder


class Clone:
    """A clone in the mount. It counts the calls that the service has got, and keeps the IDs of the jobs."""

    def __init__(self, space, upstream):
        self.space, self.calls, self.ids = space, (0, 0), {}
        self.folder = space.at("repo")
        git(space.path, "clone", "-q", upstream, "repo").ok()

    def git(self, *argv):
        git(self.folder, *argv).ok()

    def expect(self, creates=0, updates=0, **contents):
        """Fails the test unless this many calls were added, and the jobs of these files (by stem) hold these contents and are the
        same jobs. git must see no change in the working tree."""
        self.calls = (self.calls[0] + creates, self.calls[1] + updates)
        self.space.settle()
        assert self.space.sent() == self.calls
        for stem, content in contents.items():
            job = self.space.id(f"repo/{stem}.yaml")
            assert self.ids.setdefault(stem, job) == job
            assert self.space.job(job)["content"] == content
        assert git(self.folder, "status", "--porcelain").ok().stdout == ""


@pytest.fixture
def clone(make_space, upstream):
    clone = Clone(make_space(siblings="hidden"), upstream)
    clone.expect(creates=2, a=samples.document("a"), b=samples.document("b"))
    return clone


def test_checkout_of_another_branch_and_back(clone):
    clone.git("checkout", "-q", "other")
    clone.expect(creates=1, updates=1, a=samples.document("a", ["other"]), c=samples.document("c"))
    clone.git("checkout", "-q", "main")
    clone.expect(updates=1, a=samples.document("a"), b=samples.document("b"))


def test_stash_and_pop(clone, src):
    changed = samples.document("a", ["changed"])
    tools.run("cp", tools.write(src / "a.yaml", changed), f"{clone.folder}/a.yaml").ok()
    clone.git("stash", "-q")
    clone.expect(updates=2, a=samples.document("a"))
    clone.git("stash", "pop", "-q")
    clone.git("commit", "-q", "-a", "-m", "popped")
    clone.expect(updates=1, a=changed)


def test_pull(clone, upstream):
    commit(upstream, {"a.yaml": samples.document("a", ["pulled"]), "d.yaml": samples.document("d")})
    clone.git("pull", "-q")
    clone.expect(creates=1, updates=1, a=samples.document("a", ["pulled"]), d=samples.document("d"))
    clone.git("pull", "-q")
    clone.expect()


def test_merge_rebase_reset_and_clean(clone, upstream):
    clone.git("checkout", "-q", "-b", "mine")
    commit(upstream, {"b.yaml": samples.document("b", ["upstream"])})
    clone.git("pull", "-q", "--rebase", "origin", "main")
    clone.expect(updates=1, b=samples.document("b", ["upstream"]))
    clone.git("reset", "-q", "--hard", "HEAD~1")
    clone.expect(updates=1, b=samples.document("b"))
    clone.git("clean", "-q", "-d", "-f", "-x")
    clone.expect()
    assert clone.space.id("repo/b.yaml")


@pytest.mark.parametrize("keep", ["true", "false"])
def test_mergetool_leaves_the_job_with_the_file(clone, upstream, keep):
    """git moves a.yaml away, copies it back, and puts three more files beside it. All names end in .yaml, but no other becomes a job."""
    theirs = samples.document("a", ["theirs"])
    clone.git("checkout", "-q", "-b", "mine")
    commit(upstream, {"a.yaml": theirs})
    tools.write(clone.folder + "/a.yaml", samples.document("a", ["mine"]))
    clone.git("commit", "-q", "-a", "-m", "mine")
    git(clone.folder, "pull", "-q", "--no-rebase", "origin", "main").fails()
    assert clone.space.fact("repo/a.yaml", "state") == "failed"  # git has written the marks of the conflict into the file: it is no YAML
    seen = 'ls *_BACKUP_*.yaml *_BASE_*.yaml *_LOCAL_*.yaml *_REMOTE_*.yaml > "$PWD.seen"'
    clone.git("-c", "mergetool.take.cmd=" + seen + ' && cp "$REMOTE" "$MERGED"', "-c", "mergetool.take.trustExitCode=true",
              "-c", f"mergetool.keepBackup={keep}", "mergetool", "--tool=take", "-y")
    assert len(tools.read(clone.folder + ".seen").decode().split()) == 4
    clone.git("commit", "-q", "-a", "-m", "merged")
    clone.git("clean", "-q", "-f")
    clone.expect(updates=2, a=theirs)
    assert len(clone.space.jobs()) == 2


def test_a_branch_with_what_is_not_sound_is_checked_out_and_told(clone, upstream):
    git(upstream, "checkout", "-q", "-b", "bad").ok()
    commit(upstream, {"a.yaml": "just: yaml\n"})
    clone.git("fetch", "-q")
    clone.git("checkout", "-q", "bad")
    tools.eventually(lambda: clone.space.error("repo/a.yaml"), "the .error")
    told = queues.wait(clone.folder).fails("repo/a.yaml")
    assert told.status == 1 and "b.yaml" not in told.stderr
    clone.expect(a=samples.document("a"))
    clone.git("checkout", "-q", "main")
    clone.expect(a=samples.document("a"))
    assert clone.space.error("repo/a.yaml") is None


def test_shown_siblings_are_excluded_by_hand(space, upstream):
    clone = Clone(space, upstream)
    assert "a.yaml.id" in git(clone.folder, "status", "--porcelain").ok().stdout
    tools.write(os.path.join(clone.folder, ".git/info/exclude"), "*.yaml.id\n*.yaml.error\n*.yml.id\n*.yml.error\n")
    clone.expect(creates=2, a=samples.document("a"), b=samples.document("b"))
    clone.git("add", "-A")
    clone.git("clean", "-q", "-d", "-f", "-x")
    clone.expect()
    assert clone.space.id("repo/a.yaml")
