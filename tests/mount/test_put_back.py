# SPDX-License-Identifier: MIT
"""delete=service: an editor whose new text is refused puts the old file back, and the job stays. A real removal deletes the job."""

import os

import pytest

import front as f
import samples
import tools

OLD, NEW, BAD = samples.document("job", ["old"]), samples.document("job", ["fresh"]), "just: yaml\n"
# target is a.yaml: it holds OLD and has a job. args[0] is a file with the content to write, and new is that content.
HELP = """
import time
def at(name): return os.path.join(os.path.dirname(target), name)
def write(path, content, flags=os.O_TRUNC):
    '''Writes a file, and goes on when it is refused.'''
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o644)
    try:
        os.write(fd, content); os.close(fd)
    except OSError as e:
        print(errno.errorcode[e.errno])
new = load(args[0])
"""
REFUSED = {
    "by the check": BAD,
    "by the service": NEW,
}
PUTS_BACK = {
    "a scratch name": "os.rename(target, at('a.yaml~')); write(target, new); os.unlink(target); os.rename(at('a.yaml~'), target)",
    "a job's name": "os.rename(target, at('a.bak.yaml')); write(target, new); os.unlink(target); os.rename(at('a.bak.yaml'), target)",
    "another directory":
        "os.mkdir(at('d')); os.rename(target, at('d/a.old')); write(target, new); os.unlink(target); os.rename(at('d/a.old'), target)",
    "twice": """
for _ in range(2):
    os.rename(target, at('a.yaml~')); write(target, new); os.unlink(target); os.rename(at('a.yaml~'), target)
""",
    "half a write": """
os.rename(target, at('a.yaml~'))
if not os.fork():
    fd = os.open(target, os.O_WRONLY | os.O_CREAT); os.write(fd, new); os.kill(os.getpid(), 9)
os.wait(); os.unlink(target); os.rename(at('a.yaml~'), target)
""",
    "an empty file": "os.rename(target, at('a.yaml~')); write(target, b''); os.unlink(target); os.rename(at('a.yaml~'), target)",
}
DELETES = {
    "unlink": "os.unlink(target)",
    "a refused edit": "write(target, new); os.unlink(target)",
    "the moved file is gone":
        "os.rename(target, at('a.yaml~')); write(target, new); os.unlink(at('a.yaml~')); os.unlink(target)",
    "another process": "os.rename(target, at('a.yaml~')); write(target, new); os.system(f'rm {target}')",
    "what the service holds": "os.rename(target, at('a.yaml~')); write(target, load(at('a.yaml~'))); os.unlink(target)",
}


@pytest.fixture
def bound(make_space, src):
    space = make_space(delete="service")
    tools.run("cp", tools.write(src / "a.yaml", OLD), space.path).ok()
    space.first = space.id("a.yaml")
    return space


def refuse(space, src, how):
    """Returns a file with a new text that is refused: by the check of cocfs, or from now on by the service."""
    if how == "by the service":
        space.front.rule(f.refuses(400, "COC.00040102", "no"), "PUT", times=None)
    return tools.write(src / "new", REFUSED[how])


def is_as_before(space):
    space.settle()
    assert not space.calls("DELETE")
    job = space.only_job()
    assert (job["document_id"], job["version"], job["content"]) == (space.first, "v1", OLD)
    assert space.id("a.yaml") == space.first and space.fact("a.yaml", "state") == "submitted"
    assert tools.read(space.at("a.yaml")).decode() == OLD


@pytest.mark.parametrize("how", REFUSED)
@pytest.mark.parametrize("way", PUTS_BACK)
def test_the_job_stays_when_the_old_file_is_put_back(bound, src, way, how):
    new = refuse(bound, src, how)
    tools.python(HELP + PUTS_BACK[way], bound.at("a.yaml"), new).ok()
    is_as_before(bound)


@pytest.mark.parametrize("options", ["", "set backupext=.bak.yaml backup"])
@pytest.mark.parametrize("how", REFUSED)
def test_vim(bound, src, how, options):
    tools.need("vim")
    new = refuse(bound, src, how)
    vim = ["vim", "-N", "-u", "NONE", "-i", "NONE", "-es", "--cmd", "set backupskip= backupcopy=no | " + (options or "set nobackup")]
    tools.run(*vim, "-c", "%d _", "-c", f"0r {new}", "-c", "w", "-c", "q!", bound.at("a.yaml"))
    is_as_before(bound)
    assert bound.calls("PUT") or how == "by the check"


@pytest.mark.parametrize("way", DELETES)
def test_what_is_meant_as_a_removal_deletes_the_job(bound, src, way):
    tools.python(HELP + DELETES[way], bound.at("a.yaml"), tools.write(src / "new", BAD)).ok()
    assert bound.jobs() == [] and not os.path.exists(bound.at("a.yaml"))


def test_what_does_not_come_back_leaves_the_job_with_the_name(bound, src):
    tools.python(HELP + "os.rename(target, at('a.yaml~')); write(target, new); os.unlink(target)",
                 bound.at("a.yaml"), tools.write(src / "new", BAD)).ok()
    assert bound.only_job()["document_id"] == bound.first
    tools.run("cp", tools.write(src / "new", NEW), bound.at("a.yaml")).ok()
    assert bound.only_job()["version"] == "v2"


# Each replaces a.yaml in the current directory by $1, or by the content of an archive of $1 in the directory $2. Those that remove
# the name first mean a removal, as far as cocfs can know. docs/tools.md lists them.
MAKES_A_NEW_JOB = {
    "cp --remove-destination": 'cp --remove-destination "$1" a.yaml',
    "install": 'install -m 644 "$1" a.yaml',
    "tar": 'tar -xf "$2/all.tar"',
    "bsdtar": 'bsdtar -xf "$2/all.tar"',
    "cpio": 'cpio -iu --quiet < "$2/all.cpio"',
    "unzip": 'unzip -qo "$2/all.zip"',
    "git": 'git init -q . && git add a.yaml && git commit -qm 1 && cp "$1" a.yaml && git commit -qam 2 && git checkout -q HEAD~1',
}
KEEPS_THE_JOB = {
    "cp -b": 'cp -b "$1" a.yaml',
    "install -b": 'install -b -m 644 "$1" a.yaml',
    "mv": 'cp "$1" x.tmp && mv x.tmp a.yaml',
    "ln -f": 'cp "$1" x.tmp && ln -f x.tmp a.yaml',
    "sed": "sed -i s/old/fresh/ a.yaml",
    "perl": "perl -i.bak -pe s/old/fresh/ a.yaml",
    "rsync": 'mkdir "$2/r" && cp "$1" "$2/r/a.yaml" && rsync -I "$2/r/a.yaml" .',
    "tar": 'tar --overwrite -xf "$2/all.tar"',
    "bsdtar": 'bsdtar --safe-writes -xf "$2/all.tar"',
}


def replace(bound, src, script, tool):
    tools.need(tool.split()[0], "zip", "cpio")
    folder = src / "archives"
    folder.mkdir()
    new = tools.write(folder / "a.yaml", NEW)
    tools.sh("tar -cf all.tar a.yaml; echo a.yaml | cpio -o --quiet > all.cpio; zip -q all.zip a.yaml", cwd=folder).ok()
    env = tools.environment(HOME=str(src), GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b")
    tools.sh(script, new, folder, cwd=bound.path, env=env).ok()
    bound.settle()
    return bound.only_job()["document_id"]


@pytest.mark.parametrize("tool", MAKES_A_NEW_JOB)
def test_a_tool_that_removes_the_name_first_makes_a_new_job(bound, src, tool):
    new = replace(bound, src, MAKES_A_NEW_JOB[tool], tool)
    assert new != bound.first and len(bound.calls("DELETE")) == 1
    assert bound.id("a.yaml") == new


@pytest.mark.parametrize("tool", KEEPS_THE_JOB)
def test_a_tool_that_replaces_the_name_keeps_the_job(bound, src, tool):
    assert replace(bound, src, KEEPS_THE_JOB[tool], tool) == bound.first
    assert bound.only_job()["content"] == NEW and not bound.calls("DELETE")
