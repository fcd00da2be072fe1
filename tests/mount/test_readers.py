# SPDX-License-Identifier: MIT
"""Which process has read which version: a program that has read an older version overwrites nobody, in every way to save."""

import os
import subprocess

import pytest

import samples
import tools
from two_writers import LONG, MINE, THEIRS, bound, console, save, space, submit, text, versions  # noqa: F401

VIM = ["vim", "-es", "-u", "NONE", "-i", "NONE", "-n"]
AWAITED = "call system('touch $1; while [ ! -e $2 ]; do sleep 0.02; done')"
PYTHON = """
import os, sys, time
text = open(sys.argv[1]).read()
open(sys.argv[2], "w").close()
while not os.path.exists(sys.argv[3]):
    time.sleep(0.02)
"""
EDITORS = {
    # each reads $0, makes the file $1, waits until the file $2 is there, and saves: meanwhile another user writes
    "vim": VIM + ["-c", "set nowritebackup", "-c", AWAITED, "-c", "normal Go# edited", "-c", "w!", "-c", "q!", "$0"],
    "python": ["python3", "-c", PYTHON + """
file = open(sys.argv[1], "w")
file.write(text + "# edited\\n")
file.close()
""", "$0", "$1", "$2"],
    "python, by renaming": ["python3", "-c", PYTHON + """
with open(sys.argv[1] + ".new", "w") as file:
    file.write(text + "# edited\\n")
os.rename(sys.argv[1] + ".new", sys.argv[1])
""", "$0", "$1", "$2"],
}


def begin_editor(editor, space, src):
    """Starts an editor that has read a.yaml, and saves when it is told to. Returns its process, and the function that tells it."""
    tools.need(editor[0])
    ready, go = str(src / "ready"), str(src / "go")
    words = [word.replace("$0", space.at("a.yaml")).replace("$1", ready).replace("$2", go) for word in editor]
    process = tools.popen(*words, stdin=subprocess.PIPE)
    tools.eventually(lambda: os.path.exists(ready), "the editor to have read")
    return process, lambda: tools.write(go, b"")


@pytest.mark.parametrize("editor", EDITORS)
def test_vim_reads_v1_the_console_writes_v2_cron_greps_and_vim_saves(space, src, bound, editor):
    process, go = begin_editor(EDITORS[editor], space, src)
    console(space, bound)
    tools.run("grep", "-r", "theirs", space.path).ok()
    assert versions(space) == ("v2", "v2")
    go()
    saved = tools.finish(process, given=b"y\n")  # vim asks whether to write over a file that has changed
    # the exit status of vim -es shows an error only when vim is told to
    assert saved.status != 0 or editor.startswith("vim"), saved
    assert space.job(bound)["content"] == THEIRS and len(space.updates()) == 0
    assert "ESTALE" in space.error("a.yaml") and "base: v1\n" in space.error("a.yaml")
    if editor == "python, by renaming":  # a refused rename leaves both files
        assert "# edited" in text(space, "a.yaml.new") and text(space) == THEIRS and versions(space) == ("v2", "v2")
        return
    assert "# edited" in text(space) and "mine" in text(space) and versions(space) == ("v1", "v2")
    # the file is now an edit of v1, so a change by another program is refused, too
    tools.run("sed", "-i", "s/edited/edited twice/", space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS
    tools.run("setfattr", "-n", "coc.base", "-v", "v2", space.at("a.yaml")).ok()
    assert "# edited" in space.job(bound)["content"] and versions(space) == ("v3", "v3")


SAVE_TWICE = ["-c", "normal Go# edited", "-c", "w!", "-c", "w!", "-c", "q!", "$0"]
EMACS = """(progn (setq backup-by-copying %s kill-emacs-hook nil vc-handled-backends nil) (find-file "$0")
(call-process "sh" nil nil nil "-c" "touch $1; while [ ! -e $2 ]; do sleep 0.02; done")
(goto-char (point-max)) (insert "# edited\n")
(dotimes (i 2) (set-visited-file-modtime) (set-buffer-modified-p t) (ignore-errors (save-buffer))))"""
BACKUPS = {
    # editors with a backup: the editor makes it of the present file when it saves, and puts it back after the save has failed
    "vim, a copy": VIM + ["-c", "set backupskip= backupcopy=yes", "-c", AWAITED] + SAVE_TWICE,
    "vim, a copy that stays": VIM + ["-c", "set backup backupskip= backupcopy=yes", "-c", AWAITED] + SAVE_TWICE,
    "vim, the old file": VIM + ["-c", "set backupskip= backupcopy=no", "-c", AWAITED] + SAVE_TWICE,
    "emacs, a copy": ["emacs", "-Q", "--batch", "--eval", EMACS % "t"],
    "emacs, the old file": ["emacs", "-Q", "--batch", "--eval", EMACS % "nil"],
}


@pytest.mark.parametrize("is_read", [True, False], ids=["read", "unread"])
@pytest.mark.parametrize("editor", BACKUPS)
def test_a_backup_is_no_reading(space, src, bound, editor, is_read):
    """An editor reads v1, and copies v2 for its backup when it saves. What it saves is no edit of v2, also the second time."""
    process, go = begin_editor(BACKUPS[editor], space, src)
    console(space, bound)
    if is_read:
        tools.run("grep", "-r", "theirs", space.path).ok()
    go()
    tools.finish(process, given=b"y\ny\n")
    assert space.job(bound)["content"] == THEIRS and len(space.updates()) == 0 and len(space.jobs()) == 1


@pytest.mark.parametrize("editor", BACKUPS)
def test_an_editor_with_a_backup_saves_again_and_again(space, src, bound, editor):
    process, go = begin_editor(BACKUPS[editor], space, src)
    text(space)
    go()
    tools.finish(process).ok()
    assert "# edited" in space.job(bound)["content"] and space.id("a.yaml") == bound and len(space.jobs()) == 1


@pytest.mark.parametrize("refresh", ["0", LONG])
def test_who_has_read_v1_does_not_know_the_v2_that_was_copied_over_it(make_space, src, refresh):
    space = make_space(refresh=refresh)
    job = submit(space, src)
    script = '''
text = load(target); ready()
with open(target, 'wb') as file:
    file.write(text + b'# edited')
'''
    editor = tools.begin_python(script, space.at("a.yaml"))
    console(space, job)
    save(space, src, "theirs").ok()
    assert versions(space) == ("v2", "v2") and not space.updates()
    assert tools.finish(editor, given=b"go\n").status != 0
    assert space.job(job)["content"] == THEIRS and "# edited" in text(space) and versions(space) == ("v1", "v2")


def edits_theirs(space, bound, script):
    """A program that has read v1 reads v2 again. Its edit of v2 is no conflict."""
    editor = tools.begin_python(script, space.at("a.yaml"))
    console(space, bound)
    text(space)
    tools.finish(editor, given=b"go\n").ok()
    assert space.job(bound)["content"] == THEIRS + "# edited\n"


def test_who_makes_a_copy_and_reads_again_knows_better(space, src, bound):
    script = """
load(target); ready()
text = load(target)
with open(target + '.copy', 'wb') as file:
    file.write(text)
text = load(target)
with open(target, 'wb') as file:
    file.write(text + b'# edited\\n')
"""
    edits_theirs(space, bound, script)


@pytest.mark.parametrize("editor", EDITORS)
def test_an_editor_saves_again_and_again(space, src, bound, editor):
    """Without another writer there is no conflict, not with the editor's own version either."""
    process, go = begin_editor(EDITORS[editor], space, src)
    text(space)
    go()
    tools.finish(process).ok()
    assert "# edited" in space.job(bound)["content"] and versions(space) == ("v2", "v2")


def test_sed_edits_what_is_there_now(space, bound):
    console(space, bound)
    tools.run("sed", "-i", "s/theirs/ours/", space.at("a.yaml")).ok()
    assert space.job(bound)["content"] == THEIRS.replace("theirs", "ours") and versions(space) == ("v3", "v3")


def test_an_editor_that_reads_again_knows_better(space, src, bound):
    script = """
load(target); ready()
text = load(target)
with open(target, 'wb') as file:
    file.write(text + b'# edited\\n')
"""
    edits_theirs(space, bound, script)


@pytest.fixture
def imported(make_space):
    """Returns (a space that shows an import as a.yaml and lets users edit it, the ID of the import's job)."""
    space = make_space(refresh="0", jobs="all")
    made = space.cocd.client().create(name="a", content=MINE)
    tools.eventually(lambda: "a.yaml" in os.listdir(space.path), "the import")
    return space, made


def test_an_editor_that_has_read_an_import_overwrites_nobody(imported, src):
    """The job is not bound here yet, and the editor's first save binds it."""
    space, made = imported
    process, go = begin_editor(EDITORS["python"], space, src)
    console(space, made, name="a")
    tools.run("grep", "-r", "theirs", space.path).ok()
    go()
    assert tools.finish(process).status != 0
    assert space.job(made)["content"] == THEIRS and "# edited" in text(space)
    assert space.id("a.yaml") == made and len(space.updates()) == 0


@pytest.mark.parametrize("is_read", [True, False], ids=["read", "unread"])
@pytest.mark.parametrize("editor", BACKUPS)
def test_a_backup_of_an_import_is_no_reading(imported, src, editor, is_read):
    space, made = imported
    process, go = begin_editor(BACKUPS[editor], space, src)
    console(space, made, name="a")
    if is_read:
        tools.run("grep", "-r", "theirs", space.path).ok()
    go()
    tools.finish(process, given=b"y\ny\n")
    assert space.job(made)["content"] == THEIRS and len(space.updates()) == 0 and len(space.jobs()) == 1


def test_an_editor_of_an_import_saves(imported, src):
    space, made = imported
    process, go = begin_editor(EDITORS["python"], space, src)
    go()
    tools.finish(process).ok()
    assert "# edited" in space.job(made)["content"] and space.id("a.yaml") == made


def test_a_search_through_many_files_does_not_push_an_editor_out(space, src, bound):
    process, go = begin_editor(EDITORS["python"], space, src)
    for n in range(300):
        tools.write(space.at(f"{n}.yaml"), b"")
    console(space, bound)
    tools.run("grep", "-r", "theirs", space.path).ok()
    go()
    assert tools.finish(process).status != 0 and space.job(bound)["content"] == THEIRS


def test_an_open_of_an_import_is_no_reading(imported, src):
    """rsync opens the file that it replaces, and does not read it."""
    tools.need("rsync")
    space, made = imported
    other = samples.file(src, "a.yaml", "a", ["a step of rsync's"])
    for _ in range(2):
        tools.run("rsync", "-a", other, space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert space.job(made)["content"] == MINE and not space.updates() and len(space.jobs()) == 1
    assert text(space) == MINE
    tools.run("rsync", "-a", other, space.at("a.yaml")).ok()
    assert space.job(made)["version"] == "v2"


PUT_BACK = {
    # the tool moves the old file away, and puts it back when the service has refused the new one
    "cp -b": 'cp -b "$1" "$2"',
    "install -b": 'install -b "$1" "$2"',
    "under a job's name": 'cp -b --suffix=.old.yaml "$1" "$2"',
    "by hand": 'mv "$2" "$2.old" && { cp "$1" "$2" || { mv "$2.old" "$2"; exit 1; }; }',
}


@pytest.mark.parametrize("tool", PUT_BACK)
def test_what_is_put_back_is_no_reading(space, src, bound, tool):
    """The second time the tool finds the same text as the first time, and still nobody has read that text."""
    console(space, bound)
    os.stat(space.at("a.yaml"))
    other = samples.file(src, "b.yaml", "job", ["other"])
    for _ in range(2):
        tools.sh(PUT_BACK[tool], other, space.at("a.yaml")).fails(tools.message("ESTALE"))
        assert versions(space) == ("v1", "v2") and space.job(bound)["content"] == THEIRS
    assert text(space) == THEIRS
    tools.sh(PUT_BACK[tool], other, space.at("a.yaml")).ok()
    assert space.id("a.yaml") == bound and space.job(bound)["version"] == "v3" and len(space.jobs()) == 1


UNREAD = {
    # a program has the text of v1 in memory, and opens the file without reading it
    "to lock it": """
file = open(target, 'r+b')
fcntl.flock(file, fcntl.LOCK_EX)
file.truncate(0)
file.write(text + b'# edited\\n')
file.close()
""",
    "to look at it": """
os.close(os.open(target, os.O_RDONLY))
with open(target + '.new', 'wb') as file:
    file.write(text + b'# edited\\n')
os.rename(target + '.new', target)
""",
}


@pytest.mark.parametrize("kind", UNREAD)
def test_an_open_by_who_has_read_v1_is_no_reading_of_v2(space, src, bound, kind):
    editor = tools.begin_python("import fcntl\ntext = load(target); ready()\n" + UNREAD[kind], space.at("a.yaml"))
    console(space, bound)
    assert text(space) == THEIRS
    assert tools.finish(editor, given=b"go\n").status != 0
    assert space.job(bound)["content"] == THEIRS and "ESTALE" in space.error("a.yaml")


def test_who_reads_what_another_program_has_read_is_noted(space, src, bound):
    """The kernel has the text of v2 in its cache by then, so cocfs gets no read request from the program. All the same cocfs must know
    that the program has read v2, and no later version."""
    script = """
fd = os.open(target, os.O_RDONLY); ready()
text = os.read(fd, 100000)
os.close(fd); ready()
with open(target, 'wb') as file:
    file.write(text + b'# edited\\n')
"""
    console(space, bound)
    editor = tools.begin_python(script, space.at("a.yaml"))
    assert versions(space) == ("v1", "v2") and text(space) == THEIRS
    editor.stdin.write(b"go\n")
    editor.stdin.flush()
    assert editor.stdout.readline() == b"ready\n"
    third = samples.document("job", ["third"])
    console(space, bound, third)
    assert text(space) == third and versions(space) == ("v3", "v3")
    assert tools.finish(editor, given=b"go\n").status != 0
    assert space.job(bound)["content"] == third and versions(space) == ("v2", "v3")


@pytest.mark.parametrize("how", ["open(target, 'wb')", "open(target + '.new', 'wb')"], ids=["in place", "by renaming"])
def test_who_writes_what_a_colleague_has_written_too_knows_it(space, src, bound, how):
    """Two hosts deploy the same text. The program here has read v1, and has written the text of v2 itself."""
    script = f"""
load(target); ready()
for text in args:
    with {how} as file:
        file.write(text.encode())
    if file.name != target:
        os.rename(file.name, target)
"""
    service = tools.begin_python(script, space.at("a.yaml"), THEIRS, THEIRS + "# edited\n")
    console(space, bound)
    tools.finish(service, given=b"go\n").ok()
    assert space.job(bound)["content"] == THEIRS + "# edited\n" and space.job(bound)["version"] == "v3"
