# SPDX-License-Identifier: MIT
"""The attributes of a job of others that is edited here: only what the file itself says counts."""

import pytest

import mounting
import samples
import tools
from fixtures import reachable_tmp_path as tmp_path  # noqa: F401
from tools import setfattr

THEIRS = {"risk_level": "HIGH", "description": "of the console", "enterprise_project_id": "ep-1"}


@pytest.fixture(name="edited")
def edited_fixture(cocd, front, mounts, tmp_path):  # noqa: F811
    """edited(option=value, …): a mount that shows the file NAME, and lets users edit it. A third client has made its job, with HIGH."""
    def mount(**options):
        space = mounting.Space(cocd, front, tmp_path / "b", **{"refresh": "3600", "jobs": "all", **options})
        space.cocd.client().create(**{"name": "of the console", "content": samples.document("job", ["one"]), **THEIRS})
        mounts(space).mount()
        tools.eventually(lambda: tools.run("ls", space.path).ok().stdout, "the import to be listed")
        assert space.fact(NAME, "risk_level") == "HIGH"
        return space
    return mount


NAME = "of the console.yaml"
OPTIONS = {"a lower option": "LOW", "no option": None, "the same option": "HIGH"}


def edit(space, src, step, before="", **own):
    """Reads the file NAME, and copies another text over it. before: lines in front of the document. own: the user.coc.* attributes
    that the copied file has. Returns the result of cp."""
    tools.read(space.at(NAME))
    source = tools.write(src / "source.yaml", before + samples.document("job", [step]))
    for name, value in own.items():
        setfattr(source, "user.coc." + name, value).ok()
    return tools.run("cp", "--preserve=xattr", source, space.at(NAME))


def holds(space, step, **other):
    """Fails unless the only job has the values of THEIRS or, where given, of other, and step in its content. The file must show the
    same values, and no create was sent."""
    job = space.only_job()
    expected = {"name": "of the console", **THEIRS, **other}
    assert {name: job[name] for name in expected} == expected and step in job["content"]
    assert {name: space.fact(NAME, name) for name in expected} == expected
    assert not space.creates()


@pytest.mark.parametrize("submit", ["sync", "queue"])
@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_an_edit_changes_nothing_that_was_only_inherited(edited, src, option, submit):
    space = edited(risk_level=option, description="of the mount", submit=submit)
    setfattr(space.path, "user.coc.risk_level", "MEDIUM").ok()
    for count, step in enumerate(("two", "six"), 1):
        edit(space, src, step).ok()
        tools.eventually(lambda: len(space.updates()) == count and space.fact(NAME, "state") == "submitted", "the update")
        holds(space, step)


def test_what_the_file_says_of_its_own_wins(edited, src):
    space = edited()
    edit(space, src, "two", risk_level="LOW", description="own").ok()
    holds(space, "two", risk_level="LOW", description="own")


def test_a_comment_wins(edited, src):
    space = edited()
    edit(space, src, "two", "# coc.risk_level: MEDIUM\n# coc.name: other\n").ok()
    job = space.only_job()
    assert (job["risk_level"], job["name"], job["description"]) == ("MEDIUM", "other", THEIRS["description"])


def test_what_a_user_sets_wins(edited, src):
    space = edited()
    setfattr(space.at(NAME), "user.coc.risk_level", "MEDIUM").ok()
    holds(space, "one", risk_level="MEDIUM")


def test_after_the_first_edit_a_change_here_is_a_change(edited, src):
    """The first edit notes which attributes hold here. If one of them changes later, such as that of a directory, it is sent."""
    space = edited()
    edit(space, src, "two").ok()
    setfattr(space.path, "user.coc.risk_level", "MEDIUM").ok()
    edit(space, src, "six").ok()
    holds(space, "six", risk_level="MEDIUM")


def test_a_project_that_differs_cannot_be_had_and_tags_are_not_known(edited, src):
    space = edited()
    edit(space, src, "two", "# coc.tags: a=1\n").ok()
    assert space.fact(NAME, "tags") is None and "two" in space.only_job()["content"]
    edit(space, src, "six", "# coc.tags: a=2\n").ok()
    setfattr(space.at(NAME), "user.coc.tags", "a=1").fails(tools.message("EPERM"))
    assert "the service does not tell" in space.error(NAME)
    edit(space, src, "ten", "# coc.enterprise_project_id: ep-2\n").fails(tools.message("EPERM"))
    edit(space, src, "ten", "# coc.enterprise_project_id: ep-1\n").ok()
    holds(space, "ten")


@pytest.mark.parametrize("own", [None, "HIGH"])
def test_max_risk_holds_for_a_job_that_others_made(edited, src, own):
    space = edited(max_risk="MEDIUM")
    edit(space, src, "two", **({"risk_level": own} if own else {})).fails(tools.message("EPERM"))
    assert not space.updates() and "max_risk=HIGH" in space.error(NAME)
    edit(space, src, "two", risk_level="LOW").ok()
    holds(space, "two", risk_level="LOW")


# ---- a repository that two machines copy ----

SAID = "# coc.risk_level: MEDIUM\n# coc.name: nightly\n# coc.description: of the repository\n# coc.tags: team=ops\n"


@pytest.fixture(name="machine")
def machine_fixture(cocd, front, mounts, tmp_path):  # noqa: F811
    """machine(NAME, option=value, …): a mount as on another machine."""
    def make(name, **options):
        return mounts(mounting.Space(cocd, front, tmp_path / name, risk_level=None, **options)).mount()
    return make


def test_a_second_machine_takes_a_job_whose_comments_say_its_attributes(machine, src):
    """No second job and no update. Later changes are updates of the same job, which keeps its tags."""
    a, b = machine("a"), machine("b")
    for space in (a, b):
        tools.run("cp", tools.write(src / "job.yaml", SAID + samples.document("job", ["one"])), space.path).ok()
    assert b.sent() == (1, 0) and a.id("job.yaml") == b.id("job.yaml")
    assert [space.fact("job.yaml", "tags") for space in (a, b)] == ["team=ops", None]
    assert {b.fact("job.yaml", name) for name in ("risk_level", "name", "description")} == {
        "MEDIUM", "nightly", "of the repository"}
    tools.run("cp", tools.write(src / "job.yaml", SAID + samples.document("job", ["two"])), b.path).ok()
    assert b.sent() == (1, 1) and b.only_job()["risk_level"] == "MEDIUM" and b.only_job()["name"] == "nightly"


@pytest.mark.parametrize("adopt", ["same", "name"])
def test_a_comment_of_the_repository_counts_when_a_job_is_taken(machine, src, adopt):
    """A colleague has raised the level since. The repository's level counts."""
    a = machine("a")
    content = SAID + samples.document("job", ["one"])
    tools.run("cp", tools.write(src / "job.yaml", content), a.path).ok()
    job = a.only_job()
    a.cocd.client().ask("PUT", f"/v1/documents/{job['document_id']}",
                        body={"name": "nightly", "content": content, "risk_level": "HIGH", "description": "of the console"})
    b = machine("b", adopt=adopt)
    tools.run("cp", src / "job.yaml", b.path).ok()
    job = b.only_job()
    assert (job["risk_level"], job["description"]) == ("MEDIUM", "of the repository") and b.sent() == (1, 1)
    tools.run("cp", tools.write(src / "job.yaml", SAID + samples.document("job", ["two"])), a.path).ok()
    assert a.only_job()["risk_level"] == "MEDIUM" and a.fact("job.yaml", "risk_level") == "MEDIUM"
