# SPDX-License-Identifier: MIT
"""A refusal is shown until it is mended, also for a name without a file, and for a file that a copy has emptied."""

import dataclasses
import os
import signal
import sqlite3

import pytest

import front as f
import queues
import samples
import test_posix
import tools

BAD = "meta:\n\tname: tab\n"
REASON = "a tab indents this line"

# Each brings $1, whose content is refused, to the name broken.yaml of the working directory, by a file of another name.
WAYS = {
    "rsync": 'rsync -a "$1" broken.yaml',
    "mv": 'cp "$1" draft && mv draft broken.yaml',
    "mv -n": 'cp "$1" draft && mv -n draft broken.yaml',
    "ln": 'cp "$1" draft && ln draft broken.yaml',
    "install by a temporary name": 'cp "$1" .x && mv -f .x broken.yaml || { rm .x; false; }',
}


def refuse(space, src, way="mv", folder="d", name="broken.yaml"):
    """Makes a directory in which a file of this name was refused: the name has an .error and no file."""
    os.makedirs(space.at(folder), exist_ok=True)
    script = WAYS[way].replace("broken.yaml", f'"{name}"')
    tools.sh(script, tools.write(src / "bad.txt", BAD), cwd=space.at(folder)).fails()
    for draft in ("draft", ".x"):
        if os.path.exists(space.at(folder, draft)):
            os.unlink(space.at(folder, draft))


def not_submitted(result, *names):
    """cocfs-wait has named exactly these files, each with a reason."""
    assert result.status == 1, f"{result}"
    lines = result.stderr.splitlines()
    assert len(lines) == len(names), f"{result}"
    for name in names:
        assert any(f"{name}: " in line and REASON in line for line in lines), f"{result}"


@pytest.mark.parametrize("way", WAYS)
def test_a_name_without_a_file_is_told(space, src, way):
    tools.need(way.split()[0] if way == "rsync" else "sh")
    refuse(space, src, way)
    assert os.listdir(space.at("d")) == ["broken.yaml.error"]
    assert REASON in space.error("d/broken.yaml")
    for path in (space.at("d"), space.path, space.at("d/broken.yaml")):
        not_submitted(queues.wait(path), "d/broken.yaml")
    tools.run("cp", samples.file(src, "good.yaml"), space.at("d/broken.yaml")).ok()
    queues.wait(space.at("d"), space.at("d/broken.yaml")).ok()
    assert sorted(os.listdir(space.at("d"))) == ["broken.yaml", "broken.yaml.id"]


@pytest.mark.parametrize("name", ["a\nb.yaml", "a b.yaml", "a\\012b.yaml", "ä.yaml", "n" * 244 + ".yaml"])
def test_whatever_the_name_is(space, src, name):
    refuse(space, src, name=name)
    assert os.listdir(space.at("d")) == [name + ".error"]
    result = queues.wait(space.at("d"))
    assert result.status == 1 and REASON in result.stderr
    assert queues.wait(space.at("d", name)).status == 1


def test_hidden_siblings_are_not_listed_and_told(make_space, src):
    space = make_space(siblings="hidden")
    refuse(space, src)
    assert os.listdir(space.at("d")) == []
    assert REASON in space.error("d/broken.yaml")
    not_submitted(queues.wait(space.at("d")), "d/broken.yaml")
    not_submitted(queues.wait(space.at("d/broken.yaml")), "d/broken.yaml")
    assert tools.getfattr(space.at("d"), "coc.refused") == "broken.yaml\n"
    os.rmdir(space.at("d"))
    queues.wait(space.path).ok()


def test_what_the_service_refuses_is_told_too(space, src):
    space.front.rule(f.refuses(400, "COC.00010002", "Invalid parameter values"), "POST", times=2)
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "draft.txt"), space.at("d/.draft")).ok()
    tools.run("mv", space.at("d/.draft"), space.at("d/a.yaml")).fails()  # mv tries twice, in two ways
    assert sorted(os.listdir(space.at("d"))) == [".draft", "a.yaml.error"]
    result = queues.wait(space.at("d"))
    assert result.status == 1 and "Invalid parameter values" in result.stderr
    tools.run("mv", space.at("d/.draft"), space.at("d/a.yaml")).ok()
    queues.wait(space.at("d")).ok()
    assert sorted(os.listdir(space.at("d"))) == ["a.yaml", "a.yaml.id"]


def test_a_writer_that_was_let_go_is_no_reason_to_be_silent(space, src):
    """Ctrl-C ends the wait of mv. The submission goes on, and is refused."""
    gate = space.front.gate()
    space.front.rule(dataclasses.replace(f.refuses(400, "COC.00010002", "Invalid parameter values"), gate=gate), "POST")
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "draft.txt"), space.at("d/.draft")).ok()
    writer = tools.popen_bare("mv", space.at("d/.draft"), space.at("d/a.yaml"))
    assert gate.wait_held()
    os.kill(writer.pid, signal.SIGINT)
    tools.finish(writer)
    gate.open()
    space.settle()
    assert sorted(os.listdir(space.at("d"))) == [".draft", "a.yaml.error"]
    assert queues.wait(space.at("d")).status == 1


@pytest.mark.parametrize("how", ["remount", "kill"])
def test_it_is_told_at_the_next_mount(make_space, src, how):
    space = make_space()
    refuse(space, src)
    if how == "remount":
        space.unmount()
    else:
        space.kill()
    space.mount()
    assert os.listdir(space.at("d")) == ["broken.yaml.error"]
    not_submitted(queues.wait(space.path), "d/broken.yaml")


def test_a_file_that_was_there_and_was_removed_is_not_told_of(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", tools.write(src / "bad.yaml", BAD), space.at("d")).fails()
    os.unlink(space.at("d/bad.yaml"))
    assert os.listdir(space.at("d")) == []
    queues.wait(space.at("d")).ok()
    refuse(space, src)
    tools.run("touch", space.at("d/broken.yaml")).ok()
    assert sorted(os.listdir(space.at("d"))) == ["broken.yaml", "broken.yaml.error"]
    os.unlink(space.at("d/broken.yaml"))
    assert os.listdir(space.at("d")) == []
    queues.wait(space.at("d")).ok()


# $1 is the name. With (sleep 0; …) the cp runs in another process than the rest of the script
@pytest.mark.parametrize("make", ["touch $1", "mkdir $1", "ln -s x $1", "mkfifo $1", "touch x; mv x $1", "touch x; ln x $1",
                                  "(sleep 0; cp good.txt $1)", "cp good.txt .x; mv .x $1", "cp good.txt .x; ln .x $1"])
def test_every_way_to_make_the_file_is_noticed(space, src, make):
    """Once the name has a file, the refusal is listed with the file, and not a second time."""
    refuse(space, src)
    tools.run("cp", samples.file(src, "good.txt"), space.at("d")).ok()
    tools.sh(make.replace("$1", "broken.yaml"), cwd=space.at("d")).ok()
    listed = os.listdir(space.at("d"))
    assert "broken.yaml" in listed and len(set(listed)) == len(listed)
    tools.run("rm", "-r", space.at("d/broken.yaml")).ok()
    assert not [name for name in os.listdir(space.at("d")) if name.startswith("broken")]
    queues.wait(space.at("d")).ok()


def test_with_no_file_the_story_ends_with_the_error(space, src):
    refuse(space, src)
    os.unlink(space.at("d/broken.yaml.error"))
    assert os.listdir(space.at("d")) == []
    queues.wait(space.path).ok()
    assert "No such file" in queues.wait(space.at("d/broken.yaml")).fails().stderr
    refuse(space, src)
    assert os.listdir(space.at("d")) == ["broken.yaml.error"]


def test_with_a_file_the_reason_is_told_on(space, src):
    os.mkdir(space.at("d"))
    bad = tools.write(src / "bad.yaml", BAD)
    tools.run("cp", bad, space.at("d")).fails()
    story = space.error("d/bad.yaml")
    tools.run("rm", space.at("d/bad.yaml.error")).ok()
    assert os.listdir(space.at("d")) == ["bad.yaml"] and space.error("d/bad.yaml") is None
    assert space.fact("d/bad.yaml", "error") == story and space.fact("d/bad.yaml", "state") == "failed"
    not_submitted(queues.wait(space.at("d")), "d/bad.yaml")
    tools.run("rm", space.at("d/bad.yaml.error")).fails("No such file")
    tools.run("cp", bad, space.at("d")).fails()
    assert sorted(os.listdir(space.at("d"))) == ["bad.yaml", "bad.yaml.error"]
    tools.run("rm", space.at("d/bad.yaml.error")).ok()
    tools.run("cp", samples.file(src, "good.yaml"), space.at("d/bad.yaml")).ok()
    queues.wait(space.at("d")).ok()
    assert space.fact("d/bad.yaml", "error") is None


def test_a_name_with_a_job_and_no_file_keeps_its_job(space, src):
    os.mkdir(space.at("d"))
    tools.run("cp", samples.file(src, "good.yaml"), space.at("d/broken.yaml")).ok()
    job = space.id("d/broken.yaml")
    os.unlink(space.at("d/broken.yaml"))
    refuse(space, src)
    assert os.listdir(space.at("d")) == ["broken.yaml.error"]
    not_submitted(queues.wait(space.at("d")), "d/broken.yaml")
    os.unlink(space.at("d/broken.yaml.error"))
    queues.wait(space.at("d")).ok()
    assert space.id("d/broken.yaml") == job
    tools.run("cp", samples.file(src, "good.yaml"), space.at("d/broken.yaml")).ok()
    assert space.sent() == (1, 0) and space.fact("d/broken.yaml", "state") == "submitted"


REMOVERS = {
    "rmdir": "rmdir d", "rmdir -p": "mkdir -p e/f; mv d e/f/d; rmdir -p e/f/d", "rm -r": "rm -r d", "find -delete": "find d -delete",
    "git clean": "cd d && git init -q . && git clean -qfdx && rm -rf .git && cd .. && rmdir d", "rsync": "mkdir x; rsync -r --delete x/ ./",
    "rename over": "mkdir empty; mv -T empty d; rmdir d", "exchange and remove": "mkdir e; mv d e/; rm -r e",
    "python": "/usr/bin/python3 -c 'import shutil; shutil.rmtree(\"d\")'",
}


@pytest.mark.parametrize("siblings", ["shown", "hidden"])
@pytest.mark.parametrize("remover", REMOVERS)
def test_a_directory_with_nothing_else_can_be_removed(make_space, src, remover, siblings):
    tools.need(*{"git clean": ["git"], "rsync": ["rsync"]}.get(remover, ["sh"]))
    space = make_space(siblings=siblings)
    for name in ("one.yaml", "two.yml", "three.yaml"):
        refuse(space, src, name=name)
    tools.sh(REMOVERS[remover], cwd=space.path, env=tools.environment(HOME=str(src))).ok()
    assert not os.path.exists(space.at("d"))
    os.mkdir(space.at("d"))
    assert os.listdir(space.at("d")) == []
    queues.wait(space.path).ok()
    space.unmount()
    with sqlite3.connect(os.path.join(space.state, "ledger.db")) as db:
        assert db.execute("SELECT count(*) FROM job").fetchone() == (0,)
    db.close()


def test_it_moves_along_with_its_directory(space, src):
    refuse(space, src)
    os.rename(space.at("d"), space.at("e"))
    assert os.listdir(space.at("e")) == ["broken.yaml.error"]
    not_submitted(queues.wait(space.path), "e/broken.yaml")
    os.mkdir(space.at("d"))
    assert os.listdir(space.at("d")) == []


# ---- files that a copy has emptied ----

def test_a_copy_that_was_too_big_is_told(space, src):
    tools.run("cp", samples.file(src, "good.yaml"), space.at("a.yaml")).ok()
    big = tools.write(src / "big", "#" * 70000)
    for name in ("a.yaml", "new.yaml"):
        tools.run("cp", big, space.at(name)).fails(tools.message("EFBIG"))
    assert [os.path.getsize(space.at(name)) for name in ("a.yaml", "new.yaml")] == [0, 0]
    for _ in range(2):
        result = queues.wait(space.path)
        assert result.status == 1 and result.stderr.count("a job is at most 65536 bytes") == 2
        tools.sh("rm -f *.error", cwd=space.path).ok()
    for name in ("a.yaml", "new.yaml"):
        assert queues.wait(space.at(name)).status == 1
        tools.run("cp", samples.file(src, "good.yaml"), space.at(name)).ok()
    queues.wait(space.path).ok()


def test_what_is_empty_on_purpose_is_not(space, src):
    tools.run("cp", samples.file(src, "good.yaml"), space.at("a.yaml")).ok()
    tools.sh(": > a.yaml; touch b.yaml", cwd=space.path).ok()
    queues.wait(space.path, space.at("a.yaml"), space.at("b.yaml")).ok()


def test_a_refused_attribute_of_a_job_is_told(space, src):
    tools.run("cp", samples.file(src, "good.yaml"), space.at("a.yaml")).ok()
    tools.setfattr(space.at("a.yaml"), "user.coc.risk_level", "SEVERE").fails(tools.message("EINVAL"))
    for _ in range(2):
        result = queues.wait(space.path)
        assert result.status == 1 and "risk_level" in result.stderr
        if space.error("a.yaml"):
            os.unlink(space.at("a.yaml.error"))


# ---- many ----

MANY = 10500
FAILED = 4  # the number of the state "failed" (fs/job/state.h)


@pytest.fixture
def many(make_space):
    """A space with a directory "many": it has MANY names that were refused and have no file."""
    space = make_space()
    os.mkdir(space.at("many"))
    space.unmount()
    with sqlite3.connect(os.path.join(space.state, "ledger.db")) as db:
        db.executemany("INSERT INTO job (dir, name, state, changed_ms, refused, errnum, error, unmade) VALUES"
                       f" ('many', ?, {FAILED}, 1750000000000, 1, 22, 'no document', 1)",
                       ((f"{number:05}.yaml",) for number in range(MANY)))
    db.close()
    return space.mount()


NAMES = {f"{number:05}.yaml.error" for number in range(MANY)}


@pytest.mark.timeout(300)
def test_very_many_are_listed_once_each_and_can_be_removed(many):
    listed = os.listdir(many.at("many"))
    assert len(listed) == MANY and set(listed) == NAMES
    assert tools.sh("ls -l many | wc -l", cwd=many.path).ok().stdout.split() == [str(MANY + 1)]
    result = queues.wait(many.at("many"))
    assert result.status == 1 and "many/00000.yaml: failed: no document" in result.stderr
    tools.run("rm", "-r", many.at("many"), seconds=120).ok()
    queues.wait(many.path).ok()
    assert os.listdir(many.path) == []


@pytest.mark.timeout(300)
def test_very_many_end_with_their_directory(many):
    os.rmdir(many.at("many"))
    os.mkdir(many.at("many"))
    tools.eventually(lambda: not os.listdir(many.at("many")), "the stories to end")
    queues.wait(many.path).ok()


def test_a_listing_of_them_can_be_sought(many):
    tools.python(test_posix.SEEKING, many.at("many"), MANY).ok()


def test_files_and_names_are_listed_together(many, src):
    for number in (3, 4000, 7000):
        tools.run("cp", samples.file(src, "good.yaml"), many.at(f"many/{number:05}.yaml")).ok()
    tools.run("cp", samples.file(src, "good.yaml"), many.at("many/good.yaml")).ok()
    listed = os.listdir(many.at("many"))
    made = {f"{number:05}.yaml" for number in (3, 4000, 7000)}
    expected = (NAMES - {name + ".error" for name in made} | made | {name + ".id" for name in made} | {"good.yaml", "good.yaml.id"})
    assert len(listed) == len(expected) and set(listed) == expected
