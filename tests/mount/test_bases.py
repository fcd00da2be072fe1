# SPDX-License-Identifier: MIT
"""coc.base: the version of the job whose content was read or written here last. If the service has a newer version, an update is
refused, so that it overwrites nobody's version; not so with conflict=overwrite."""

import os

import pytest

import front as fronts
import samples
import tools
from two_writers import MINE, THEIRS, console, save, submit, versions


@pytest.fixture
def bound(space, src):
    """Submits a.yaml. Returns the ID of its job."""
    return submit(space, src)


def test_the_base_is_the_version_that_was_written(space, src, bound):
    assert space.fact("a.yaml", "base") == "v1" == space.fact("a.yaml", "version")
    save(space, src, "more").ok()
    assert space.fact("a.yaml", "base") == "v2" == space.fact("a.yaml", "version")


def test_what_has_no_job_has_no_base(space):
    tools.write(space.at("draft.yaml"), b"")
    tools.write(space.at("scratch"), b"x")
    assert space.fact("draft.yaml", "base") is None and space.fact("scratch", "base") is None


def test_no_tool_lists_or_copies_it(space, src, bound):
    assert "base" not in tools.run("getfattr", "-d", "-m", "-", space.at("a.yaml")).ok().stdout
    tools.run("cp", "-a", space.at("a.yaml"), space.at("b.txt")).ok()
    assert space.fact("b.txt", "base") is None


# ---- two writers: the mount, and a user at the console ----

def name_base(space, version, name="coc.base"):
    return tools.run("setfattr", "-n", name, "-v", version, space.at("a.yaml"))


def test_an_update_is_one_question_before_it_and_one_after_it(space, src, bound):
    save(space, src, "more").ok()
    seen = [call.method for call in space.calls(path=f"/v1/documents/{bound}")]
    assert seen == ["GET", "PUT", "GET"]
    save(space, src, "more").ok()  # the same text again: no request is sent
    assert len(space.calls(path=f"/v1/documents/{bound}")) == 3


def test_an_editor_that_read_v1_does_not_overwrite_v2(space, src, bound):
    """vim reads v1, the console writes v2, cron greps the file, and vim saves."""
    editing = tools.read(space.at("a.yaml")).decode()
    console(space, bound)
    tools.run("grep", "-r", "mine", space.path).ok()
    saved = tools.write(src / "edited.yaml", editing + "# edited\n")
    tools.run("cp", saved, space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS and len(space.updates()) == 0
    assert versions(space) == ("v1", "v2") and space.fact("a.yaml", "state") == "failed"
    assert space.id("a.yaml") == bound and tools.read(space.at("a.yaml")).decode() == editing + "# edited\n"
    job, story = space.job(bound), space.error("a.yaml")
    assert f"author: {job['modifier']}\n" in story and "version: v2\n" in story and "base: v1\n" in story
    assert "time: 20" in story and "setfattr -n coc.base -v v2 FILE" in story
    # a second write is refused, too
    tools.run("cp", saved, space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert len(space.updates()) == 0


@pytest.mark.parametrize("name", ["coc.base", "user.coc.base"])
def test_one_command_commits_ones_own_text_on_top(space, src, bound, name):
    console(space, bound)
    save(space, src, "more").fails(tools.message("ESTALE"))
    name_base(space, "v2", name).ok()
    assert space.job(bound)["content"] == samples.document("job", ["more"]) and space.job(bound)["version"] == "v3"
    assert versions(space) == ("v3", "v3") and space.error("a.yaml") is None
    assert space.fact("a.yaml", "state") == "submitted"
    assert tools.getfattr(space.at("a.yaml"), name) == "v3"
    save(space, src, "again").ok()


def test_the_other_text_copied_over_ones_own_sends_nothing(space, src, bound):
    console(space, bound)
    save(space, src, "more").fails(tools.message("ESTALE"))
    save(space, src, "theirs").ok()
    assert len(space.updates()) == 0 and versions(space) == ("v2", "v2")
    assert space.error("a.yaml") is None and space.fact("a.yaml", "state") == "submitted"
    save(space, src, "again").ok()
    assert space.job(bound)["version"] == "v3"


@pytest.mark.parametrize("value", ["2", "v", "v0", "vx", "v-1", "v2 ", "v01", "v" + "9" * 12, ""])
def test_a_base_that_is_no_version_is_refused(space, bound, value):
    name_base(space, value).fails(tools.message("EINVAL"))
    assert versions(space) == ("v1", "v1")


def test_a_base_that_the_job_does_not_have_is_refused(space, bound):
    name_base(space, "v7").fails(tools.message("EINVAL"))
    assert "the job has no version v7" in space.error("a.yaml") and versions(space) == ("v1", "v1")
    assert len(space.updates()) == 0


def test_a_base_of_what_has_no_job_is_refused(space):
    tools.write(space.at("a.yaml"), b"")
    name_base(space, "v1").fails("No such attribute")


def test_a_foreign_version_before_the_read_after_an_update_is_no_base(space, src, bound):
    """The console writes v3 after the update, v2, and before the GET that follows it. Then the file is saved again."""
    gate = space.front.gate()
    path = f"/v1/documents/{bound}"
    space.front.rule(fronts.Fault(gate=gate), "GET", path, when=lambda: space.updates() and space.updates()[0].status)
    saving = tools.popen("cp", samples.file(src, "a.yaml", "job", ["more"]), space.at("a.yaml"))
    assert gate.wait_held()
    console(space, bound)
    gate.open()
    tools.finish(saving).ok()
    assert versions(space) == ("v2", "v3") and "v3" in space.fact("a.yaml", "warnings")
    save(space, src, "next").fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS and versions(space) == ("v2", "v3")


def test_a_foreign_version_between_check_and_update_is_told(space, src, bound):
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "PUT")
    saving = tools.popen("cp", samples.file(src, "a.yaml", "job", ["more"]), space.at("a.yaml"))
    assert gate.wait_held()
    console(space, bound)
    gate.open()
    tools.finish(saving).ok()
    assert versions(space) == ("v3", "v3") and "v2 was written by somebody else" in space.fact("a.yaml", "warnings")


@pytest.mark.parametrize("mode", ["sync", "queue"])
def test_a_lost_update_with_a_foreign_version_on_top_was_done(make_space, src, mode):
    space = make_space(submit=mode)
    save(space, src, "mine").ok()
    space.settle()
    job, gate = space.id("a.yaml"), space.front.gate()
    space.front.rule(fronts.cuts(fronts.FORWARDED), "PUT")
    space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{job}", when=space.updates)
    save(space, src, "more")
    assert gate.wait_held()
    console(space, job)
    gate.open()
    tools.eventually(lambda: space.fact("a.yaml", "state") == "submitted", "the update to be found", 30)
    assert versions(space) == ("v2", "v3") and len(space.updates()) == 1
    assert space.job(job)["content"] == THEIRS and "v3" in space.fact("a.yaml", "warnings")


@pytest.mark.parametrize("mode", ["sync", "queue"])
def test_a_lost_update_that_was_not_done_is_not_sent_on_top_of_a_foreign_version(make_space, src, mode):
    space = make_space(submit=mode, timeout="2")
    save(space, src, "mine").ok()
    space.settle()
    job = space.id("a.yaml")
    space.front.rule(fronts.cuts(fronts.REQUEST), "PUT")
    save(space, src, "more")
    tools.eventually(lambda: space.fact("a.yaml", "state") == "in-doubt", "the answer to be lost")
    console(space, job)
    tools.eventually(lambda: space.fact("a.yaml", "state") == "failed", "the doubt to end", 40)
    assert "ESTALE" in space.error("a.yaml") and "v2" in space.error("a.yaml") and versions(space) == ("v1", "v2")
    assert len(space.updates()) == 1 and space.job(job)["content"] == THEIRS


def test_what_is_queued_behind_is_on_top_of_what_the_one_before_becomes(make_space, src):
    """v3 is queued behind v2; the second time the console writes a version between the two."""
    space = make_space(submit="queue")
    save(space, src, "mine").ok()
    space.settle()
    job = space.id("a.yaml")
    for foreign in (False, True):
        gate, before = space.front.gate(), len(space.updates())
        path = f"/v1/documents/{job}"
        space.front.rule(fronts.Fault(gate=gate), "GET", path,
                         when=lambda: len(space.updates()) > before and space.updates()[-1].status)
        save(space, src, f"first {foreign}").ok()
        assert gate.wait_held()
        save(space, src, f"second {foreign}").ok()
        if foreign:
            console(space, job)
        gate.open()
        space.settle()
        if not foreign:
            assert versions(space) == ("v3", "v3") and space.fact("a.yaml", "state") == "submitted"
    assert versions(space) == ("v4", "v5") and space.fact("a.yaml", "state") == "failed"
    assert "v5" in space.error("a.yaml") and space.job(job)["content"] == THEIRS


def test_a_removal_after_a_colleagues_version_deletes_nothing(make_space, src):
    space = make_space(delete="service")
    job = submit(space, src)
    console(space, job)
    for _ in range(2):  # the second time, too: cocfs knows of v2 by then, but no user has read it
        tools.run("rm", space.at("a.yaml")).fails(tools.message("ESTALE"))
        assert os.path.exists(space.at("a.yaml")) and space.id("a.yaml") == job
        assert "v2" in space.error("a.yaml") and space.job(job)["content"] == THEIRS
    assert not space.calls("DELETE")
    assert tools.read(space.at("a.yaml")).decode() == THEIRS  # as the .error says: after a reading of v2 the file can be removed
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == []


def test_with_conflict_overwrite_nobody_looks(make_space, src):
    space = make_space(conflict="overwrite", delete="service")
    job = submit(space, src)
    console(space, job)
    save(space, src, "more").ok()
    assert [call.method for call in space.calls(path=f"/v1/documents/{job}")] == ["PUT", "GET"]
    assert versions(space) == ("v3", "v3") and space.job(job)["version"] == "v3"
    console(space, job)
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == []


def test_with_conflict_overwrite_a_base_that_is_named_is_looked_at(make_space, src):
    """A user who names a base says that this version was read. The file still has the unedited text of an older version: sent on
    top of that base, it would undo the newer version."""
    space = make_space(conflict="overwrite", refresh="3600")
    job = submit(space, src)
    console(space, job)
    name_base(space, "v2").fails(tools.message("EINVAL"))
    assert "nothing of yours is in it" in space.error("a.yaml")
    name_base(space, "v7").fails(tools.message("EINVAL"))
    assert "the job has no version v7" in space.error("a.yaml")
    assert not space.updates() and space.job(job)["content"] == THEIRS
    space.front.rule(fronts.refuses(400, "COC.00040101", "no"), "PUT", f"/v1/documents/{job}", 1)
    save(space, src, "more").fails()
    console(space, job, samples.document("job", ["more of theirs"]))
    name_base(space, "v2").ok()  # the newest is v3, but conflict=overwrite does not ask for it
    assert space.job(job)["version"] == "v4" and "more" in space.job(job)["content"]
    assert tools.read(space.at("a.yaml")).decode() == space.job(job)["content"]


def test_a_risk_level_that_was_raised_at_the_console_stays(space, src, bound):
    console(space, bound, MINE, risk_level="HIGH")
    save(space, src, "more").ok()
    assert space.job(bound)["risk_level"] == "HIGH" and versions(space) == ("v3", "v3")
    save(space, src, "again").ok()
    assert space.job(bound)["risk_level"] == "HIGH"


def test_no_update_is_sent_when_the_service_cannot_be_asked(space, src, bound):
    space.front.rule(fronts.says(502, b"late"), "GET", f"/v1/documents/{bound}")
    save(space, src, "more").fails(tools.message("EIO"))
    assert "could not be asked for the newest version" in space.error("a.yaml") and not space.updates()
    save(space, src, "more").ok()


def test_tools_that_write_over_a_refused_text_are_refused_too(space, src, bound):
    """sed -i and rsync put another file in the place of the refused one."""
    tools.need("rsync")
    console(space, bound)
    tools.run("sed", "-i", "s/mine/sed/", space.at("a.yaml")).fails()
    samples.file(src, "a.yaml", "job", ["rsync"])
    tools.run("rsync", "-a", f"{src}/a.yaml", f"{space.path}/").fails()
    assert space.id("a.yaml") == bound and not space.updates() and space.job(bound)["content"] == THEIRS
    assert versions(space) == ("v1", "v2")


@pytest.mark.parametrize("refresh", ["0", "60"])
def test_an_attribute_is_no_reading_of_the_text(make_space, src, refresh):
    """Because of setfattr the file may take the newest text of its job. Nobody has read this text, so the base does not move."""
    space = make_space(refresh=refresh)
    bound = submit(space, src)
    console(space, bound)
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "HIGH", space.at("a.yaml"))
    save(space, src, "more").fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS
    tools.run("cat", space.at("a.yaml")).ok()


def test_a_text_that_was_read_in_doubt_is_read_when_it_is_read_again(make_space, src):
    """The first reading happens while an update is in doubt, so it does not move the base. The kernel caches the text. A later
    reading moves the base all the same."""
    space = make_space(refresh="0", timeout="4")
    bound = submit(space, src)
    console(space, bound)
    space.front.rule(fronts.cuts(fronts.FORWARDED), "PUT")
    space.front.rule(fronts.says(502, b"late"), "GET", times=1000, when=space.updates)
    tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "HIGH", space.at("a.yaml")).fails()
    assert space.fact("a.yaml", "state") == "in-doubt" and versions(space)[0] == "v1"
    assert tools.read(space.at("a.yaml")) == THEIRS.encode()
    space.front.clear()
    space.settle()
    assert versions(space) == ("v1", "v3") and space.fact("a.yaml", "state") == "submitted"
    assert tools.read(space.at("a.yaml")) == THEIRS.encode()
    assert versions(space) == ("v3", "v3")
    save(space, src, "more").ok()


EDITOR = """
text = load(target); ready()
os.stat(target)  # the file follows its job
os.setxattr(target, "user.coc.risk_level", b"HIGH")
with open(target, "wb") as file:
    file.write(text + b"# edited\\n")
"""


def test_an_editor_that_changes_an_attribute_has_not_read_the_text(make_space, src):
    """The editor reads v1, cron reads v2, the console writes v3. Then the editor sets an attribute before it saves."""
    space = make_space(refresh="0")
    bound = submit(space, src)
    editor = tools.begin_python(EDITOR, space.at("a.yaml"))
    console(space, bound)
    tools.run("cat", space.at("a.yaml")).ok()
    newest = samples.document("job", ["theirs", "again"])
    console(space, bound, newest)
    tools.finish(editor, given=b"\n").fails("Errno 116")
    assert space.job(bound)["content"] == newest


# ---- after a refused rename the file keeps its text ----

@pytest.mark.parametrize("how", ["sed", "rsync", "mv"])
def test_the_story_of_a_refused_rename_is_no_trap(make_space, src, how):
    """a.yaml still has the text of v1. A commit of that text on top of v2 would undo the colleague's version."""
    space = make_space(refresh="3600")
    save(space, src, "mine").ok()
    job, path = space.id("a.yaml"), space.at("a.yaml")
    console(space, job)
    other = samples.file(src, "b.yaml", "job", ["another step"])
    if how == "mv":
        tools.run("cp", other, space.at("b.txt")).ok()
    commands = {"sed": ["sed", "-i", "s/mine/sed/", path], "rsync": ["rsync", "-a", other, path], "mv": ["mv", space.at("b.txt"), path]}
    tools.need(how)
    tools.run(*commands[how]).fails()
    story = space.error("a.yaml")
    assert "ESTALE" in story and "keeps your text" not in story and "coc.base" not in story and "read FILE" in story
    # to name the version all the same undoes nothing
    name_base(space, "v2")
    assert space.job(job)["content"] == THEIRS and not space.updates()
    # do what the .error recommends
    assert tools.read(path).decode() == THEIRS
    if how == "mv":
        assert "another step" in tools.read(space.at("b.txt")).decode()
        tools.run(*commands[how]).ok()
    else:
        tools.run("sed", "-i", "s/theirs/ours/", path).ok()
    assert space.job(job)["version"] == "v3" and space.error("a.yaml") is None


def test_a_base_for_a_text_in_which_nothing_was_written_commits_nothing(space, src, bound):
    """This mount has not seen v2 yet, so it asks the service."""
    console(space, bound)
    name_base(space, "v2").fails(tools.message("EINVAL"))
    assert space.job(bound)["content"] == THEIRS and not space.updates() and versions(space)[0] == "v1"
    assert "FILE has the text of v1" in space.error("a.yaml") and "read FILE" in space.error("a.yaml")


def test_a_base_whose_text_the_file_has_is_noted(space, src, bound):
    console(space, bound, MINE, description="other")
    name_base(space, "v2").ok()
    assert versions(space) == ("v2", "v2")
    assert space.job(bound)["content"] == MINE and space.error("a.yaml") is None
