# SPDX-License-Identifier: MIT
"""A job file follows its job: what others write is there at the next look, and no text gets lost on the way."""

import os

import pytest

import front as fronts
import samples
import tools
from two_writers import LONG, MINE, THEIRS, bound, console, hurry, save, space, submit, text, versions  # noqa: F401

MORE = samples.document("job", ["more of theirs"])


def shows(space, document_id):
    """Returns the requests for the newest version of a job (GET /v1/documents/ID) that the mount has sent."""
    return [call for call in space.calls("GET", f"/v1/documents/{document_id}") if not dict(call.query).get("version")]


# ---- what is shown ----

def test_what_somebody_else_writes_is_there_at_the_next_look(space, bound):
    console(space, bound)
    assert text(space) == THEIRS
    assert versions(space) == ("v2", "v2") and space.fact("a.yaml", "state") == "submitted"
    assert space.error("a.yaml") is None and len(space.updates()) == 0
    assert os.path.getsize(space.at("a.yaml")) == len(THEIRS)


def test_the_time_is_the_services(space, bound):
    console(space, bound)
    os.stat(space.at("a.yaml"))
    assert os.stat(space.at("a.yaml")).st_mtime_ns // 10**6 == space.job(bound)["update_time"]


def test_what_the_file_has_besides_its_text_stays(space, bound):
    path = space.at("a.yaml")
    tools.run("setfattr", "-n", "user.note", "-v", "kept", path).ok()
    tools.run("setfattr", "-n", "user.coc.description", "-v", "d", path).ok()
    os.chmod(path, 0o640)
    if os.geteuid() == 0:
        os.chown(path, 0, 65534)
    before = os.stat(path)
    console(space, bound, description="d")
    assert text(space) == THEIRS
    after = os.stat(path)
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
    assert after.st_ino != before.st_ino
    assert tools.getfattr(path, "user.note") == "kept" and tools.getfattr(path, "user.coc.description") == "d"


def test_a_file_that_was_checked_lately_is_not_asked_for(make_space, src):
    space = make_space(refresh=LONG)
    job = submit(space, src)
    before = len(shows(space, job))
    console(space, job)
    for _ in range(3):
        assert text(space) != THEIRS
        os.stat(space.at("a.yaml"))
    assert len(shows(space, job)) == before


def test_a_new_mount_asks_once(make_space, src):
    space = make_space(refresh=LONG)
    job = submit(space, src)
    space.unmount()
    console(space, job)
    space.mount()
    before = len(shows(space, job))
    for _ in range(3):
        assert text(space) == THEIRS
    assert len(shows(space, job)) == before + 1 and versions(space) == ("v2", "v2")


def test_a_scan_that_lists_the_version_is_a_check(make_space, src):
    space = make_space(refresh=LONG)
    names = [f"{n}.yaml" for n in range(5)]
    ids = {name: submit(space, src, name, name) for name in names}
    space.unmount()
    console(space, ids["3.yaml"])
    space.mount()
    tools.read(space.at(".coc", "jobs"))
    before = len(space.calls())
    tools.run("ls", "-la", space.path).ok()
    assert [call.path for call in space.calls()[before:]] == [f"/v1/documents/{ids['3.yaml']}"]
    assert text(space, "3.yaml") == THEIRS
    assert len(space.calls()) == before + 1


def test_who_goes_through_many_files_asks_for_a_list(make_space, src):
    """To check each file alone would be a request for each. A page of the list of all jobs has 100 versions."""
    space = make_space(refresh=LONG)
    os.mkdir(space.at("many"))
    os.mkdir(src / "many")
    for n in range(300):
        samples.file(src, f"many/{n}.yaml", f"job {n}", ["mine"])
    tools.run("cp", "-r", src / "many", space.path, seconds=120).ok()
    changed = space.id("many/123.yaml")
    space.remount()
    console(space, changed)
    calls = len(space.calls())
    tools.run("ls", "-l", space.at("many")).ok()
    tools.eventually(lambda: text(space, "many/123.yaml") == THEIRS, "the list to tell of the newer version")
    asked = [call.path for call in space.calls()[calls:]]
    assert 3 <= asked.count("/v1/documents") <= 4 and len(asked) < 300, "the pages of one list, and some files"


def test_who_waits_for_many_checks_asks_for_a_list(make_space, src):
    """The service is so slow that a program makes few checks in a second, and small directories give it the next file only after
    each answer. All the same a list comes after the first hundred."""
    space = make_space(refresh=LONG)
    for n in range(300):
        os.makedirs(src / "many" / str(n // 3), exist_ok=True)
        samples.file(src, f"many/{n // 3}/{n}.yaml", f"job {n}", ["mine"])
    tools.run("cp", "-r", src / "many", space.path, seconds=120).ok()
    space.remount()  # each file is to be checked again
    calls = len(space.calls())
    space.front.rule(fronts.Fault(delay_before=0.05), "GET", times=None)
    tools.run("grep", "-r", "theirs", space.at("many"), seconds=100)
    asked = [call.path for call in space.calls()[calls:]]
    assert "/v1/documents" in asked and len(asked) < 200


def test_a_listing_tells_what_is_there_now(space, src, bound):
    console(space, bound)
    listed = tools.run("ls", "-l", space.path).ok().stdout.split("\n")
    line = next(line for line in listed if line.endswith(" a.yaml"))
    assert line.split()[4] == str(len(THEIRS))


def test_the_same_text_under_a_newer_version_is_only_noted(space, src, bound):
    before = os.stat(space.at("a.yaml")).st_ino
    console(space, bound, MINE, description="other")
    text(space)
    assert os.stat(space.at("a.yaml")).st_ino == before and versions(space) == ("v2", "v2")
    save(space, src, "more").ok()
    assert versions(space) == ("v3", "v3")


def test_the_longest_text_is_there_too(space, bound):
    long = THEIRS + "# " + "é" * 32000 + "\n"
    console(space, bound, long)
    assert text(space) == long
    console(space, bound)
    assert text(space) == THEIRS


# ---- a colleague who is fast ----

LOOKS = {"cat": ["cat"], "stat": ["stat"], "head": ["head", "-c", "1000"], "getfattr": ["getfattr", "-d"],
         "grep": ["grep", "-r", "steps"], "test": ["test", "-r"]}


@pytest.mark.parametrize("look", LOOKS)
def test_a_reader_hears_nothing_of_a_colleague_who_is_fast(space, bound, look):
    """After ESTALE the kernel walks the path a second time. The program sees only that walk's result."""
    change = hurry(space, bound)
    for _ in range(5):
        asked = len(shows(space, bound))
        tools.run(*LOOKS[look], space.at("a.yaml")).ok()
        assert len(shows(space, bound)) > asked
    change.end()
    assert text(space) == space.job(bound)["content"]
    assert len(space.updates()) == 0


def test_whoever_has_looked_a_name_up_opens_the_newer_text(space, bound):
    """Several readers at the same moment: the check of one is held, and the check of another brings a newer text, longer or shorter."""
    for step in ("a longer text of theirs", "s"):
        before = text(space)
        gate = space.front.gate()
        space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{bound}", 1)
        newer = samples.document("job", [step])
        console(space, bound, newer)
        readers = [tools.popen("cat", space.at("a.yaml")) for _ in range(4)]
        assert gate.wait_held()
        gate.open()
        for reader in readers:
            assert tools.finish(reader).ok().stdout == newer != before
        assert os.path.getsize(space.at("a.yaml")) == len(newer)


def test_an_outdated_writer_still_hears_of_it(space, src, bound):
    change = hurry(space, bound)
    for _ in range(3):
        tools.run("cat", space.at("a.yaml")).ok()
        save(space, src, "more").fails(tools.message("ESTALE"))
    change.end()
    assert len(space.updates()) == 0


# ---- what is not replaced ----

def test_a_file_that_is_open_keeps_its_text_and_base(space, bound):
    with open(space.at("a.yaml"), "rb") as file:
        console(space, bound)
        assert os.fstat(file.fileno()).st_size != len(THEIRS)
        assert "mine" in file.read().decode()
        assert space.fact("a.yaml", "base") == "v1"
        assert text(space) != THEIRS
    tools.eventually(lambda: text(space) == THEIRS, "the text")


def test_a_draft_stays(space, src, bound):
    console(space, bound)
    save(space, src, "more").fails(tools.message("ESTALE"))
    for _ in range(2):
        assert "more" in text(space) and space.fact("a.yaml", "state") == "failed"
    assert versions(space)[0] == "v1"


def test_a_refresh_while_a_file_is_edited(space, src, bound):
    """The answer to the check is on its way, and meanwhile the file is written."""
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{bound}", 1)
    console(space, bound)
    looking = tools.popen("cat", space.at("a.yaml"))
    assert gate.wait_held()
    edited = samples.document("job", ["edited"])
    saving = tools.popen("sh", "-c", 'printf "%s" "$1" > "$2"', "sh", edited, space.at("a.yaml"))
    tools.eventually(lambda: tools.read(os.path.join(space.state, "spool", os.path.relpath(space.at("a.yaml"), space.root)))
                     == edited.encode(), "the text in the spool")
    gate.open()
    tools.finish(looking).ok()
    tools.finish(saving)
    assert text(space) == edited and space.job(bound)["content"] == THEIRS
    assert "ESTALE" in space.error("a.yaml") and len(space.updates()) == 0


def test_an_open_handle_is_no_way_around(space, bound):
    """A writer opens the file while the check is on its way, and writes after it."""
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{bound}", 1)
    console(space, bound)
    looking = tools.popen("cat", space.at("a.yaml"))
    assert gate.wait_held()
    writer = tools.begin_python("fd = os.open(target, os.O_WRONLY); ready()\n"
                                "os.ftruncate(fd, 0); os.write(fd, args[0].encode()); os.close(fd)", space.at("a.yaml"), MORE)
    gate.open()
    tools.finish(looking).ok()
    result = tools.finish(writer, given=b"go\n")
    assert "Stale" in result.stderr
    assert space.job(bound)["content"] == THEIRS and text(space) == MORE


# ---- a refusal that left the file unchanged ----

REFUSED = {
    "sed": ["sed", "-i", "s/mine/sed/", "{}"],
    "mv": ["sh", "-c", 'cp "$2" "$1.txt"; mv "$1.txt" "$1"', "sh", "{}", "{src}"],
    "rm": ["rm", "{}"],
}


# no sed with refresh=0: there sed reads the newest text, and is not refused
@pytest.mark.parametrize("command, refresh", [(command, LONG) for command in REFUSED] + [(command, "0") for command in ("mv", "rm")])
def test_after_a_refusal_a_clean_file_follows_its_job(make_space, src, command, refresh):
    space = make_space(refresh=refresh, delete="service")
    job, path = submit(space, src), space.at("a.yaml")
    console(space, job)
    other = str(samples.file(src, "b.yaml", "job", ["other"]))
    refused = tools.run(*(word.replace("{}", path).replace("{src}", other) for word in REFUSED[command]))
    assert refused.status != 0 and versions(space)[0] == "v1" and space.fact("a.yaml", "state") == "failed"
    assert space.error("a.yaml")
    for _ in range(2):
        assert text(space) == THEIRS and versions(space) == ("v2", "v2")
    assert "ESTALE" in space.error("a.yaml")  # the .error stays until a commit succeeds
    # a text that was read may be overwritten
    tools.run("sed", "-i", "s/theirs/ours/", path).ok()
    assert space.job(job)["content"] == THEIRS.replace("theirs", "ours") and versions(space) == ("v3", "v3")
    assert space.error("a.yaml") is None and space.fact("a.yaml", "state") == "submitted"


def test_an_attribute_comes_on_top_of_the_newer_text(make_space, src):
    """After ESTALE the kernel repeats the setxattr, and by then the file has followed its job: no text is overwritten."""
    space = make_space(refresh=LONG)
    job, path = submit(space, src), space.at("a.yaml")
    console(space, job)
    tools.run("setfattr", "-n", "user.coc.description", "-v", "other", path).ok()
    assert text(space) == space.job(job)["content"] == THEIRS and space.job(job)["description"] == "other"
    assert versions(space) == ("v3", "v3") and space.error("a.yaml") is None


def test_after_a_refusal_by_the_check_a_clean_file_follows_its_job(space, src, bound):
    tools.run("sh", "-c", 'echo "steps: [" > "$1.txt"; mv "$1.txt" "$1"', "sh", space.at("a.yaml")).fails()
    console(space, bound)
    assert text(space) == THEIRS and versions(space) == ("v2", "v2") and "never closed" in space.error("a.yaml")
    tools.run("sed", "-i", "s/theirs/ours/", space.at("a.yaml")).ok()
    assert versions(space) == ("v3", "v3") and space.error("a.yaml") is None


def test_a_removal_that_was_refused_can_be_made_again(make_space, src):
    space = make_space(refresh=LONG, delete="service")
    job = submit(space, src)
    console(space, job)
    for _ in range(2):  # refused again, because nobody has read v2
        tools.run("rm", space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert text(space) == THEIRS
    tools.run("rm", space.at("a.yaml")).ok()
    assert space.jobs() == []


def test_a_refused_draft_is_not_asked_for(space, src, bound):
    console(space, bound)
    save(space, src, "more").fails(tools.message("ESTALE"))
    before = len(shows(space, bound))
    for _ in range(2):
        assert "more" in text(space)
        os.stat(space.at("a.yaml"))
    assert len(shows(space, bound)) == before and versions(space) == ("v1", "v2")


# ---- a version that was not read is no base ----

def test_a_look_is_no_reading(space, src, bound):
    """cp looks at its target before it writes. It must not overwrite a text that nobody has seen."""
    console(space, bound)
    os.stat(space.at("a.yaml"))
    assert os.stat(space.at("a.yaml")).st_size == len(THEIRS) and versions(space) == ("v1", "v2")
    save(space, src, "more").fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS and versions(space) == ("v1", "v2")
    assert "more" in text(space)
    save(space, src, "more").fails(tools.message("ESTALE"))


def test_an_open_is_no_reading(space, src, bound):
    """rsync opens the file that it replaces, and does not read it."""
    tools.need("rsync")
    console(space, bound)
    other = samples.file(src, "a.yaml", "job", ["a step of rsync's"])
    for _ in range(2):
        tools.run("rsync", "-a", other, space.at("a.yaml")).fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS and versions(space) == ("v1", "v2") and not space.updates()
    with open(space.at("a.yaml"), "rb") as first, open(space.at("a.yaml"), "rb") as second:
        assert versions(space)[0] == "v1"
        assert first.read() == second.read() == THEIRS.encode()
    assert versions(space) == ("v2", "v2")
    tools.run("rsync", "-a", other, space.at("a.yaml")).ok()


def test_what_was_read_can_be_written_over(space, src, bound):
    console(space, bound)
    assert text(space) == THEIRS
    save(space, src, "more").ok()
    assert versions(space) == ("v3", "v3") and space.job(bound)["version"] == "v3"


def test_what_was_not_read_stays_so_over_a_remount(make_space, src):
    space = make_space(refresh="0")
    job = submit(space, src)
    console(space, job)
    os.stat(space.at("a.yaml"))
    space.remount()
    assert os.stat(space.at("a.yaml")).st_size == len(THEIRS) and versions(space) == ("v1", "v2")
    save(space, src, "more").fails(tools.message("ESTALE"))


def test_the_unread_text_written_again_sends_nothing(space, src, bound):
    console(space, bound)
    os.stat(space.at("a.yaml"))
    save(space, src, "theirs").ok()
    assert len(space.updates()) == 0 and versions(space) == ("v2", "v2")


def test_an_attribute_that_the_service_has_already_is_no_reading(space, src, bound):
    """Nothing is sent for the attribute, and the text is still unread here."""
    console(space, bound, risk_level="HIGH")
    os.stat(space.at("a.yaml"))
    for _ in range(2):
        tools.run("setfattr", "-n", "user.coc.risk_level", "-v", "HIGH", space.at("a.yaml")).ok()
        assert not space.updates() and versions(space) == ("v1", "v2")
    save(space, src, "more").fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS


def test_an_older_base_that_is_named_is_no_reading(space, src, bound):
    """The file has followed its job since the person read v1."""
    console(space, bound)
    os.stat(space.at("a.yaml"))
    tools.run("setfattr", "-n", "coc.base", "-v", "v1", space.at("a.yaml")).ok()
    assert not space.updates() and versions(space) == ("v1", "v2")
    save(space, src, "more").fails(tools.message("ESTALE"))
    assert space.job(bound)["content"] == THEIRS


def test_the_version_that_a_person_names_counts_as_read(space, src, bound):
    console(space, bound)
    os.stat(space.at("a.yaml"))
    tools.run("setfattr", "-n", "coc.base", "-v", "v2", space.at("a.yaml")).ok()
    assert not space.updates() and versions(space) == ("v2", "v2")
    save(space, src, "more").ok()


def test_the_unread_text_and_an_attribute_written_together_are_known(space, src, bound):
    console(space, bound)
    os.stat(space.at("a.yaml"))
    file = samples.file(src, "a.yaml", "job", ["theirs"])
    os.setxattr(file, "user.coc.description", b"mine")
    tools.run("cp", "--preserve=xattr", file, space.at("a.yaml")).ok()
    assert space.job(bound)["description"] == "mine" and versions(space) == ("v3", "v3")
    save(space, src, "more").ok()


# ---- the service is away; jobs that are gone ----

def test_while_the_service_is_away_what_is_there_can_be_read(make_space, src):
    space = make_space(refresh="0", timeout="2")
    for n in range(20):
        submit(space, src, f"{n}.yaml", str(n))
    before = len(space.calls())
    space.front.rule(fronts.silence(), "GET", times=None)
    for n in range(20):
        assert str(n) in text(space, f"{n}.yaml")
    tools.run("ls", "-la", space.path).ok()
    assert len(space.calls()) - before < 10  # not one timeout for each file


def test_keys_that_are_refused_hide_nothing(space, src, bound):
    space.front.rule(fronts.refuses(403, "APIGW.0302", "not authorised"), "GET", times=None)
    assert "mine" in text(space) and space.fact("a.yaml", "state") == "submitted"


def test_a_job_that_is_gone_leaves_the_file(space, src, bound):
    space.cocd.client().delete(bound)
    for _ in range(2):
        assert "mine" in text(space)
    assert space.id("a.yaml") == bound and space.error("a.yaml") is None
    assert "gone" in space.fact("a.yaml", "warnings")
    save(space, src, "more").fails(tools.message("ESTALE"))


def test_an_answer_that_makes_no_sense_changes_nothing(space, src, bound):
    console(space, bound)
    space.front.rule(fronts.lies(500), "GET", f"/v1/documents/{bound}")
    assert "mine" in text(space)


def test_nobody_waits_for_a_mount_that_ends(make_space, src):
    space = make_space(refresh="0")
    job = submit(space, src)
    gate = space.front.gate()
    space.front.rule(fronts.Fault(gate=gate), "GET", f"/v1/documents/{job}")
    looking = tools.popen("stat", space.at("a.yaml"))
    assert gate.wait_held()
    looking.terminate()
    tools.finish(looking)
    assert space.unmount() == 0
    gate.open()
    space.mount()
