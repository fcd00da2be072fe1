# SPDX-License-Identifier: MIT
"""cocfs-check: what it finds, in which files, and what its exit status means."""

import json
import os
import re

import pytest

import samples
import tools
from checking import check, findings

SOUND = samples.document("a")


def test_a_sound_file_is_a_success_without_a_word(tmp_path):
    tools.write(tmp_path / "a.yaml", SOUND)
    for arguments in ["a.yaml"], ["."], ["./a.yaml", "a.yaml"], [str(tmp_path / "a.yaml")]:
        done = check(*arguments, cwd=tmp_path)
        assert (done.status, done.stdout, done.stderr) == (0, "", "")


def test_the_corpus_has_the_verdicts_of_the_mount():
    assert findings(tools.CORPUS + "/good", severity="error") == []
    found = {}
    for finding in findings(tools.CORPUS + "/bad", severity="error", status=1):
        found.setdefault(os.path.basename(finding["file"]), []).append(finding)
    expected = {os.path.basename(path): samples.expectation(path) for path in samples.corpus("bad")}
    assert set(found) == set(expected) and len(expected) > 19
    for name, (errno_name, place) in expected.items():
        if errno_name == "EFBIG":
            assert [finding["rule"] for finding in found[name]] == ["size"]
        elif place:
            told = [f"{finding['line']}:{finding['column']}" for finding in found[name]]
            assert any(at.startswith(place) if place.endswith(":") else at == place for at in told), (name, place, told)


@pytest.mark.parametrize("level, severities", [("none", []), ("yaml", []), ("dsl", ["warning"]), ("strict", ["error"])])
def test_the_levels_are_those_of_the_mount(tmp_path, level, severities):
    path = tools.write(tmp_path / "b.yaml", SOUND)
    found = findings(f"--level={level}", path, status=1 if level == "strict" else 0)
    assert [finding["severity"] for finding in found] == severities
    assert not found or 'meta.name is "a", but the file is named "b"' in found[0]["text"]
    tools.write(tmp_path / "b.yaml", "a: [\n")
    assert bool(findings(f"--level={level}", path, status=None)) == (level != "none")


def test_warnings_are_shown_and_are_no_failure(tmp_path):
    tools.write(tmp_path / "b.yaml", SOUND)
    done = check("b.yaml", cwd=tmp_path).ok()
    assert done.stdout == 'b.yaml:2:9: warning: meta.name is "a", but the file is named "b"\n'


@pytest.mark.parametrize("level", ["none", "dsl"])
def test_comments_are_checked_at_each_level(tmp_path, level):
    path = tools.write(tmp_path / "a.yaml", "# coc.risk: HIGH\n" + SOUND + "# coc.name: late\n")
    wrong, late = findings(f"--level={level}", path, status=1)
    assert (wrong["line"], wrong["column"], wrong["severity"], wrong["rule"]) == (1, 3, "error", "comment")
    assert wrong["text"] == "coc.risk is not an attribute of a job" and "risk_level" in wrong["hint"]
    assert (late["severity"], late["rule"], late["column"]) == ("warning", "late-comment", 1)


def test_a_risk_level_can_be_asked_for_and_bounded(tmp_path):
    path = tools.write(tmp_path / "a.yaml", SOUND)
    assert findings(path) == []
    (missing,) = findings("--require-risk", path, status=1)
    assert missing["rule"] == "risk" and "# coc.risk_level: HIGH" in missing["hint"]
    tools.write(tmp_path / "a.yaml", "# coc.risk_level: HIGH\n" + SOUND)
    assert findings("--require-risk", "--max-risk=HIGH", path) == []
    (above,) = findings("--max-risk=MEDIUM", path, status=1)
    assert (above["line"], above["column"], above["rule"]) == (1, 19, "risk")


def test_a_large_file_is_a_finding_and_is_not_read_whole(tmp_path):
    os.truncate(tools.write(tmp_path / "a.yaml", "x"), 1 << 40)
    (finding,) = findings("--level=none", tmp_path / "a.yaml", status=1)
    assert finding["rule"] == "size" and finding["line"] is None
    assert tools.sh(f"yes | {tools.COCFS_CHECK} -").status == 1  # also for input without an end


def test_an_empty_file_is_a_draft(tmp_path):
    (finding,) = findings(tools.write(tmp_path / "a.yaml", ""))
    assert (finding["rule"], finding["severity"]) == ("empty", "warning")


def test_standard_input_has_the_name_that_it_is_given(tmp_path):
    done = check("-", given=b"a: [\n")
    assert done.status == 1 and done.stdout.startswith("<stdin>:1:4: error: ")
    assert findings("-", given=SOUND.encode()) == []
    (finding,) = findings("--stdin-name=jobs/b.yaml", "-", given=SOUND.encode())
    assert finding["file"] == "jobs/b.yaml" and '"b"' in finding["text"]
    tools.write(tmp_path / "-", "a: [\n")
    assert check("./-", cwd=tmp_path).status == 1


def test_a_directory_has_the_files_that_a_mount_would_submit(tmp_path):
    bad = "a: [\n"
    jobs = ["a.yaml", "b.yml", "d/e/f.yaml", "d/g.yaml", "z.yaml"]
    others = [".hidden.yaml", ".git/x.yaml", "d/.tmp/y.yaml", "notes.txt", "a.yaml.id", "a_LOCAL_4711.yaml", "yaml"]
    for path in jobs + others:
        os.makedirs(os.path.dirname(tmp_path / path), exist_ok=True)
        tools.write(tmp_path / path, bad)
    os.mkdir(tmp_path / "folder.yaml")
    assert [finding["file"] for finding in findings(".", cwd=tmp_path, status=1)] == [f"./{path}" for path in jobs]
    assert [finding["uri"] for finding in findings(".", cwd=tmp_path, status=1)] == jobs
    assert [finding["file"] for finding in findings("d/", "a.yaml", cwd=tmp_path, status=1)] == ["d/e/f.yaml", "d/g.yaml", "a.yaml"]
    assert len(findings(".git", "notes.txt", cwd=tmp_path, status=1)) == 2  # files that are named are checked


def test_no_link_leads_out_of_a_directory(tmp_path):
    for folder in ("jobs", "out"):
        os.mkdir(tmp_path / folder)
    tools.write(tmp_path / "out" / "bad.yaml", "a: [\n")
    tools.write(tmp_path / "jobs" / "a.yaml", SOUND)
    os.symlink("../out/bad.yaml", tmp_path / "jobs" / "link.yaml")
    os.symlink("../out", tmp_path / "jobs" / "folder")
    os.symlink(".", tmp_path / "jobs" / "loop")
    os.symlink("nowhere", tmp_path / "jobs" / "dangling.yaml")
    found = findings("jobs", cwd=tmp_path)
    assert [(finding["file"], finding["severity"], finding["rule"]) for finding in found] == [
        ("jobs/dangling.yaml", "warning", "name"), ("jobs/link.yaml", "warning", "name")]
    assert len(findings("jobs/link.yaml", "jobs/folder", cwd=tmp_path, status=1)) == 2  # the user names these


def test_what_people_take_for_a_job_file_is_told(tmp_path):
    tools.write(tmp_path / "a.YAML", "a: [\n")
    os.mkfifo(tmp_path / "b.yaml")
    found = findings(".", cwd=tmp_path)
    assert [(finding["uri"], finding["severity"], finding["rule"]) for finding in found] == [
        ("a.YAML", "warning", "name"), ("b.yaml", "warning", "name")]


def test_a_directory_without_job_files_is_told(tmp_path):
    tools.write(tmp_path / "a.yaml.j2", "x")
    done = check(tmp_path).ok()
    assert done.stderr == f"cocfs-check: {tmp_path}: there is no job file in it: nothing was checked\n"


def test_pipes_and_devices_are_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.yaml")
    tools.write(tmp_path / "b.yaml", "a: [\n")
    for path in tmp_path / "a.yaml", "/dev/zero", "/dev/tty":
        done = check(path, tmp_path / "b.yaml")
        assert done.status == 2 and f"cocfs-check: {path}: " in done.stderr
        assert done.stdout.count("\n") == 1  # the other files are checked all the same


def test_what_cannot_be_read_is_no_success(tmp_path):
    tools.write(tmp_path / "a.yaml", "a: [\n")
    done = check("none.yaml", "a.yaml", "", cwd=tmp_path)
    assert done.status == 2 and done.stdout.startswith("a.yaml:1:4: error: ")
    assert done.stderr.splitlines() == ["cocfs-check: none.yaml: No such file or directory", "cocfs-check: : No such file or directory"]
    said = json.loads(check("--format=json", "none.yaml", "a.yaml", cwd=tmp_path).stdout)
    assert (said["files"], said["errors"], said["unreadable"]) == (1, 1, 1)
    assert check("-", stdin=os.open(tmp_path, os.O_RDONLY)).fails("Is a directory").status == 2


@pytest.mark.skipif(tools.IS_ROOT, reason="root may read all")
def test_a_directory_that_may_not_be_read_is_no_success(tmp_path):
    os.mkdir(tmp_path / "closed")
    tools.write(tmp_path / "closed" / "a.yaml", SOUND)
    os.chmod(tmp_path / "closed", 0)
    try:
        assert check(tmp_path).fails("closed: Permission denied").status == 2
    finally:
        os.chmod(tmp_path / "closed", 0o700)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["bad.yaml"], ["--format=json", "bad.yaml"], ["--format=sarif", "a.yaml"]])
def test_an_output_that_nobody_gets_is_no_success(tmp_path, arguments):
    tools.write(tmp_path / "bad.yaml", "a: [\n")
    tools.write(tmp_path / "a.yaml", SOUND)
    reader, writer = os.pipe()
    os.close(reader)
    ways = {'"$@" >/dev/full': "No space left on device", '"$@" >&-': "Bad file descriptor", f'"$@" >&{writer}': "Broken pipe"}
    for way, words in ways.items():
        done = tools.sh(way, tools.COCFS_CHECK, *arguments, cwd=tmp_path, pass_fds=[writer])
        assert done.status == 2 and done.stderr == f"cocfs-check: standard output: {words}\n", done
    os.close(writer)


def test_without_a_standard_output_no_file_takes_its_place(tmp_path):
    path = tools.write(tmp_path / "bad.yaml", "a: [\n")
    assert tools.sh('"$@" >&- <&-', tools.COCFS_CHECK, path).status == 2
    assert tools.read(path) == b"a: [\n"


USAGE = [[], ["--format=xml", "a"], ["--level=STRICT", "a"], ["--level"], ["--max-risk=low", "a"], ["--nonsense", "a"], ["-x", "a"],
         ["-", "-"], ["--stdin-name=", "-"], ["--stdin-name=a", "b"], ["--format", "text"]]


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_a_wrong_command_line_is_told(arguments):
    done = check(*arguments)
    assert done.status == 2 and done.stdout == "" and done.stderr.startswith("cocfs-check: ") and "see cocfs-check --help" in done.stderr
    assert done.stderr.count("\n") == 1


def test_the_help_names_each_option():
    text = check("--help").ok().stdout
    assert re.findall(r"(?m)^  (--[\w-]+)", text) == ["--format", "--level", "--max-risk", "--require-risk", "--stdin-name", "--help"]
    with open(os.path.join(tools.ROOT, "docs", "cocfs-check.md"), encoding="utf-8") as file:
        assert text.strip() in file.read()
    assert re.fullmatch(r"cocfs-check \d+\.\d+\.\d+\n", check("--version").ok().stdout)


def test_it_needs_neither_fuse_nor_a_network():
    tools.need("readelf")
    needed = re.findall(r"NEEDED.*\[(.*?)\.so", tools.run("readelf", "-d", tools.COCFS_CHECK).ok().stdout)
    assert {"libyaml-0", "libc"} <= set(needed)
    assert set(needed) <= {"libyaml-0", "libc", "libasan", "libubsan", "libm", "libgcc_s"}
