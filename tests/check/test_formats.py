# SPDX-License-Identifier: MIT
"""The forms of cocfs-check's output (--format). A program that reads them finds the file and the place, for any name of a file."""

import json
import os
import re
import urllib.parse

import pytest

import samples
import tools
from checking import check

# Names of files, and how each is shown: as text, in a URI, and in a command of GitHub (None: not compared).
NAMES = {
    "a b.yaml": ("a b.yaml", "a%20b.yaml", "a b.yaml"),
    "100%.yaml": ("100%.yaml", "100%25.yaml", "100%25.yaml"),
    "a:1,b.yaml": ("a:1,b.yaml", "a%3A1%2Cb.yaml", "a%3A1%2Cb.yaml"),
    "a\nb\r.yaml": ("a\\012b\\015.yaml", "a%0Ab%0D.yaml", "a%0Ab%0D.yaml"),
    "\x1b[2J\".yaml": ("\\033[2J\".yaml", "%1B%5B2J%22.yaml", "%1B[2J\".yaml"),
    "重启.yaml": ("重启.yaml", "%E9%87%8D%E5%90%AF.yaml", "重启.yaml"),
    b"\xff\\.yaml": ("\\377\\134.yaml", "%FF%5C.yaml", None),
}
CONTENT = "# coc.risk_level: 1%\na: [\n"  # an error with a hint, and an error of the document


@pytest.fixture(name="jobs", params=NAMES, ids=[repr(name) for name in NAMES])
def jobs_fixture(request, tmp_path):
    """(DIRECTORY, NAME): the one file is DIRECTORY/jobs/NAME, a bad document. NAME may be bytes."""
    os.mkdir(tmp_path / "jobs")
    with open(os.path.join(os.fsencode(tmp_path / "jobs"), os.fsencode(request.param)), "w", encoding="utf-8") as file:
        file.write(CONTENT)
    return tmp_path, request.param


def bad(form, path, cwd):
    done = check(f"--format={form}", path, cwd=cwd)
    assert done.status == 1 and done.stderr == "", str(done)
    return done.stdout


def test_text_has_one_form_of_line(jobs):
    folder, name = jobs
    shown = NAMES[name][0]
    assert bad("text", "jobs", folder).splitlines() == [
        f'jobs/{shown}:1:19: error: risk_level "1%" is neither LOW, MEDIUM nor HIGH; mend the comment # coc.risk_level: VALUE',
        f"jobs/{shown}:2:4: error: the bracket that opens here is never closed"]


def test_github_gets_a_command_for_each_finding(jobs):
    folder, name = jobs
    lines = bad("github", "./jobs", folder).splitlines()
    assert len(lines) == 2
    (file,) = re.fullmatch(r'::error file=([^,:]*),line=1,col=19::risk_level "1%25" is neither LOW, MEDIUM nor HIGH; mend .*', lines[0]).groups()
    if NAMES[name][2]:
        assert file == "jobs/" + NAMES[name][2]


def test_a_finding_without_a_place_has_none(tmp_path):
    os.truncate(tools.write(tmp_path / "a.yaml", "x"), 70000)
    assert bad("github", "a.yaml", tmp_path).startswith("::error file=a.yaml::the file has more than 65536 bytes")
    assert bad("text", "a.yaml", tmp_path).startswith("a.yaml:1:1: error: ")
    (finding,) = json.loads(bad("json", "a.yaml", tmp_path))["findings"]
    assert finding["line"] is None and finding["column"] is None
    (result,) = json.loads(bad("sarif", "a.yaml", tmp_path))["runs"][0]["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_warning_is_one_in_each_form(tmp_path):
    tools.write(tmp_path / "b.yaml", samples.document("a"))
    assert check("--format=github", "b.yaml", cwd=tmp_path).ok().stdout.startswith("::warning file=b.yaml,line=2,col=9::meta.name is ")
    (result,) = json.loads(check("--format=sarif", "b.yaml", cwd=tmp_path).ok().stdout)["runs"][0]["results"]
    assert result["level"] == "warning"


# ---- JSON ----


def schema():
    """Returns the JSON schema in docs/cocfs-check.md."""
    with open(os.path.join(tools.ROOT, "docs", "cocfs-check.md"), encoding="utf-8") as file:
        return json.loads(re.search(r"```json\n(.*?)```", file.read(), re.S)[1])


TYPES = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}


def validate(value, rule, where="$"):
    """Checks a value against those words of JSON Schema that the page uses."""
    assert set(rule) <= {"$schema", "title", "description", "type", "required", "properties", "items", "enum", "const", "minimum"}, where
    types = rule.get("type", list(TYPES))
    types = types if isinstance(types, list) else [types]
    assert isinstance(value, tuple(TYPES[name] for name in types)), (where, value)
    assert value in rule.get("enum", [value]) and value == rule.get("const", value), (where, value)
    if isinstance(value, int):
        assert value >= rule.get("minimum", value), (where, value)
    if isinstance(value, list):
        for number, item in enumerate(value):
            validate(item, rule.get("items", {}), f"{where}[{number}]")
    if isinstance(value, dict):
        assert set(rule.get("required", [])) <= set(value), (where, value)
        properties = rule.get("properties", {})
        assert set(value) <= set(properties), (where, value)  # every member is on the page
        for name, member in value.items():
            validate(member, properties.get(name, {}), f"{where}.{name}")


def test_json_is_what_its_schema_says(jobs):
    folder, name = jobs
    said = json.loads(bad("json", "jobs", folder))
    validate(said, schema())
    assert (said["files"], said["errors"], said["warnings"], said["unreadable"]) == (1, 2, 0, 0)
    for finding in said["findings"]:
        assert urllib.parse.unquote_to_bytes(finding["uri"]) == b"jobs/" + os.fsencode(name)
        if isinstance(name, str):
            assert finding["file"] == "jobs/" + name


def test_json_of_nothing_and_of_much_is_what_its_schema_says(tmp_path):
    tools.write(tmp_path / "a.yaml", samples.document("a"))
    for arguments, status in ((["a.yaml"], 0), ([tools.CORPUS], 1), (["none"], 2), (["--level=strict", tools.CORPUS], 1)):
        done = check("--format=json", *arguments, cwd=tmp_path)
        assert done.status == status
        said = json.loads(done.stdout)
        validate(said, schema())
        assert len(said["findings"]) == said["errors"] + said["warnings"]


def test_what_the_schema_does_not_know_is_found():
    """A validator that accepts everything would show nothing."""
    finding = dict.fromkeys(schema()["properties"]["findings"]["items"]["properties"], "x")
    for wrong in ({}, {**finding, "more": 1}, finding):
        with pytest.raises(AssertionError):
            validate(wrong, schema()["properties"]["findings"]["items"])


# ---- SARIF ----


def hold_sarif(text):
    """Checks the parts of SARIF 2.1.0 (sections 3.13 to 3.49) that the log uses. Returns its run."""
    log = json.loads(text)
    assert set(log) == {"$schema", "version", "runs"} and log["version"] == "2.1.0" and log["$schema"].endswith("/sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    assert set(run) == {"tool", "columnKind", "results", "invocations"} and run["columnKind"] == "unicodeCodePoints"
    driver = run["tool"]["driver"]
    assert driver["name"] == "cocfs-check" and re.fullmatch(r"\d+\.\d+\.\d+", driver["version"])
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(rules) and all(rule["shortDescription"]["text"] for rule in driver["rules"])
    for result in run["results"]:
        assert set(result) == {"ruleId", "level", "message", "locations"}
        assert result["ruleId"] in rules and result["level"] in ("error", "warning") and result["message"]["text"]
        (location,) = result["locations"]
        place = location["physicalLocation"]
        assert set(place) <= {"artifactLocation", "region"} and set(place["artifactLocation"]) == {"uri"}
        assert re.fullmatch(r"(file:///)?([\w.~/-]|%[0-9A-F]{2})+", place["artifactLocation"]["uri"], re.A)
        assert all(isinstance(number, int) and number > 0 for number in place.get("region", {}).values())
        assert set(place.get("region", {})) in (set(), {"startLine", "startColumn"})
    (invocation,) = run["invocations"]
    assert set(invocation) == {"executionSuccessful", "exitCode"}
    return run


def test_sarif_has_the_form_of_its_standard(jobs):
    folder, name = jobs
    run = hold_sarif(bad("sarif", "./jobs", folder))
    assert [result["ruleId"] for result in run["results"]] == ["comment", "document"]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "jobs/" + NAMES[name][1]
    assert place["region"] == {"startLine": 1, "startColumn": 19}
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 1}]


def test_sarif_of_nothing_and_of_much(tmp_path):
    path = tools.write(tmp_path / "a.yaml", samples.document("a"))
    assert hold_sarif(check("--format=sarif", path).ok().stdout)["results"] == []
    run = hold_sarif(check("--format=sarif", tools.CORPUS).stdout)
    assert len(run["results"]) > 50
    run = hold_sarif(check("--format=sarif", tmp_path / "none").stdout)
    assert run["invocations"] == [{"executionSuccessful": False, "exitCode": 2}]


def test_an_absolute_path_is_a_uri_of_a_file(tmp_path):
    path = tools.write(tmp_path / "a.yaml", "a: [\n")
    (result,) = hold_sarif(bad("sarif", "/" + path, None))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file://" + path
