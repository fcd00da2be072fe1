# SPDX-License-Identifier: MIT
"""The recipes of docs/recipes.md work, as far as they run without the services that they are for."""

import json
import os
import re
import subprocess

import pytest

import samples
import tools

PAGE = os.path.join(tools.ROOT, "docs", "recipes.md")
GOOD = "# coc.risk_level: LOW\n" + samples.document("good")
BAD = samples.document("bad")  # has no risk level
SAID = "no comment says the risk level"


def recipes(kind, section):
    """Returns the code blocks of a kind in a section of the page."""
    with open(PAGE, encoding="utf-8") as file:
        (text,) = re.findall(rf"(?ms)^## {re.escape(section)}\n(.*?)(?=^## |\Z)", file.read())
    return re.findall(rf"(?ms)^```{kind}(?: [^\n]*)?\n(.*?)^```$", text)


def files(section):
    """Returns {name: content} of the files that a section of the page shows: its code blocks with file=NAME."""
    with open(PAGE, encoding="utf-8") as file:
        (text,) = re.findall(rf"(?ms)^## {re.escape(section)}\n(.*?)(?=^## |\Z)", file.read())
    return dict(re.findall(r"(?ms)^```\w+ file=(\S+)\n(.*?)^```$", text))


def environment(tmp_path, **extra):
    """Returns an environment in which the recipes find cocfs-check by name, and no settings of this machine's git."""
    os.makedirs(tmp_path / "bin", exist_ok=True)
    tools.write(tmp_path / "bin" / "cocfs-check", f'#!/bin/sh\nexec "{tools.COCFS_CHECK}" "$@"\n')
    os.chmod(tmp_path / "bin" / "cocfs-check", 0o755)
    return tools.environment(PATH=f"{tmp_path / 'bin'}:{os.environ['PATH']}", HOME=str(tmp_path), GIT_CONFIG_NOSYSTEM="1",
                             GIT_AUTHOR_NAME="a", GIT_AUTHOR_EMAIL="a@b", GIT_COMMITTER_NAME="a", GIT_COMMITTER_EMAIL="a@b", **extra)


@pytest.fixture(name="repository")
def repository_fixture(tmp_path):
    """A repository with a good job, which its next commit adds. .run(script) runs a shell script in it.
    A call of .put(name, content) writes a file into jobs/, and adds all files to the index."""
    tools.need("git")
    folder, env = tmp_path / "repository", environment(tmp_path)
    os.makedirs(folder / "jobs")
    subprocess.run(["git", "init", "-q", folder], env=env, check=True)

    class Repository:
        path = folder

        @staticmethod
        def run(script):
            return tools.sh("set -e\n" + script, cwd=folder, env=env)

        @staticmethod
        def put(name, content):
            tools.write(folder / "jobs" / name, content)
            Repository.run("git add -A").ok()

    Repository.put("good.yaml", GOOD)
    return Repository


def test_the_hook_of_git_looks_at_what_is_committed(repository):
    (hook,) = recipes("sh", "git alone")
    os.chmod(tools.write(repository.path / ".git" / "hooks" / "pre-commit", hook), 0o755)
    repository.run("git commit -qm 1").ok()
    repository.put("bad.yaml", BAD)
    tools.write(repository.path / "jobs" / "bad.yaml", GOOD)  # mended, but not added to the index
    done = repository.run("git commit -qm 2")
    assert done.status != 0 and f"jobs/bad.yaml:1:1: error: {SAID}" in done.stdout + done.stderr
    repository.run("git rm -qf jobs/bad.yaml && git mv jobs/good.yaml 'jobs/a b.yml' && git commit -qm 3").ok()


@pytest.mark.parametrize("ours", [False, True], ids=["local", "of-the-project"])
def test_the_hook_of_pre_commit(repository, tmp_path, ours):
    tools.need("pre-commit")
    (config,) = recipes("yaml", "pre-commit")
    if ours:
        hooks = os.path.join(tools.ROOT, ".pre-commit-hooks.yaml")
        if not os.path.exists(hooks):
            pytest.skip("the project's hooks are not beside the tests")
        os.mkdir(tmp_path / "project")
        tools.write(tmp_path / "project" / ".pre-commit-hooks.yaml", tools.read(hooks))
        repository.run(f"cd {tmp_path}/project && git init -q . && git add -A && git commit -qm 1").ok()
        revision = repository.run(f"git -C {tmp_path}/project rev-parse HEAD").ok().stdout.strip()
        config = f"repos: [{{repo: {tmp_path}/project, rev: {revision}, hooks: [{{id: cocfs-check, args: [--require-risk]}}]}}]\n"
    tools.write(repository.path / ".pre-commit-config.yaml", config)
    tools.write(repository.path / "jobs" / ".hidden.yaml", "a: [\n")
    repository.run("git add -A && pre-commit install && git commit -qm 1").ok()
    repository.put("bad.yaml", BAD)
    done = repository.run("git commit -qm 2")
    assert done.status != 0 and f"jobs/bad.yaml:1:1: error: {SAID}" in done.stdout + done.stderr


def commands(yaml, text):
    """Returns the shell commands in a recipe for a CI service. text: its YAML, in which `run` or `script` has them."""
    found, waiting = [], [yaml.safe_load(text)]
    while waiting:
        value = waiting.pop(0)
        if isinstance(value, dict):
            found += [value["run"]] if "run" in value else value.get("script", [])
        waiting += value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return found


@pytest.mark.parametrize("section, number", [("GitHub Actions", 0), ("GitHub Actions", 1), ("GitLab CI", 0), ("GitLab CI", 1)])
def test_the_commands_for_a_service(repository, section, number):
    yaml = pytest.importorskip("yaml")
    scripts = commands(yaml, recipes("yaml", section)[number])
    assert scripts
    if "jq" in " ".join(scripts):
        tools.need("jq")
    script = "\n".join(scripts)
    repository.run(script).ok()
    repository.put("bad.yaml", BAD)
    done = repository.run(script)
    if "sarif" in script:  # findings must not stop the recipe here: the upload comes after this command
        done.ok()
        (result,) = json.loads(tools.read(repository.path / "check.sarif"))["runs"][0]["results"]
        assert SAID in result["message"]["text"]
    else:
        assert done.status == 1
    if "gl-code" in script:
        (entry,) = json.loads(tools.read(repository.path / "gl-code-quality-report.json"))
        assert SAID in entry["description"] and entry["severity"] == "major" and entry["fingerprint"]
        assert entry["location"] == {"path": "jobs/bad.yaml", "lines": {"begin": 1}}
    elif "sarif" not in script:
        assert SAID in done.stdout
    os.rename(repository.path / "jobs", repository.path / "elsewhere")  # if nothing was checked, the recipe must not succeed
    assert repository.run(script).status != 0


def test_vim_goes_to_the_place(tmp_path):
    tools.need("vim")
    (lines,) = recipes("vim", "vim")
    path = tools.write(tmp_path / "a b.yaml", "meta: {name: a b, schemaVersion: 3}\nsteps: [\n")
    tools.write(tmp_path / "vimrc", lines)
    tools.run("vim", "-es", "-u", "NONE", path, "-S", tmp_path / "vimrc", "-c", "silent make!", "-c", "cfirst",
              "-c", f"call writefile([line('.') . ':' . col('.') . ' ' . getqflist()[0].type . ' ' . getqflist()[0].text], '{tmp_path}/said')",
              "-c", "qa!", env=environment(tmp_path))
    assert tools.read(tmp_path / "said").decode() == "2:8 e the bracket that opens here is never closed\n"


@pytest.mark.timeout(120)
def test_ansible_takes_the_role(tmp_path):
    tools.need("ansible-playbook")
    role = files("An Ansible role")
    assert {"roles/coc_jobs/defaults/main.yml", "roles/coc_jobs/tasks/main.yml", "site.yml"} == set(role)
    for name, content in role.items():
        os.makedirs((tmp_path / name).parent, exist_ok=True)
        tools.write(tmp_path / name, content)
    command = ["ansible-playbook", "--syntax-check", "-i", "operations,", "site.yml"]
    env = environment(tmp_path, ANSIBLE_LOCAL_TEMP=str(tmp_path / "local"), ANSIBLE_HOME=str(tmp_path), ANSIBLE_NOCOLOR="1")
    tools.run(*command, cwd=tmp_path, env=env, seconds=90).ok()
    tools.write(tmp_path / "roles" / "coc_jobs" / "tasks" / "main.yml", "- name: no module\n  nonsense_of_a_module: 1\n")
    assert tools.run(*command, cwd=tmp_path, env=env, seconds=90).status != 0


def test_the_lines_of_cron_are_commands():
    (table,) = recipes("crontab", "cron")
    lines = [line for line in table.splitlines() if not re.match(r"\w+=", line)]
    assert len(lines) >= 2
    for line in lines:
        *times, command = line.split(" ", 5)
        assert len(times) == 5 and all(re.fullmatch(r"[*\d,/-]+", field) for field in times), line
        tools.run("sh", "-n", "-c", command).ok()
        assert "%" not in command, "cron ends a line there"


def test_each_script_that_deploys_is_a_script():
    for section, name in (("Deploy from CI, with FUSE", "deploy.sh"), ("A git hook that deploys", "post-merge")):
        tools.run("sh", "-n", given=files(section)[name].encode()).ok()
