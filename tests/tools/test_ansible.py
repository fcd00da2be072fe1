# SPDX-License-Identifier: MIT
"""Ansible's copy and template, file and unarchive. Ansible takes seconds to start, so one play has all the steps of the matrix
that write."""

import json
import os
import re

import pytest

import steps
import tools
from steps import OLD, RISK, Row

# Here the script of a row is the name of Ansible's module.
ROWS = {
    "Ansible copy": Row("copy", status=2, then=OLD),
    "Ansible template": Row("template", status=2, then=OLD),
}
TEXTS = steps.GROWING
SECONDS = 240  # a task takes seconds if many processes share the machine


def play(space, src, turns):
    """Runs one task for each (module, name, step) of turns: the module writes TEXTS[step] to the job file name.yaml. Returns the exit
    status, and how each task ended, such as "CHANGED"."""
    return run(src, [{module: {"src": tools.write(src / f"{step}.yaml", TEXTS[step]), "dest": space.at(f"{name}.yaml")}}
                     for module, name, step in turns])


def run(src, tasks):
    """Runs tasks, and goes on after a task that fails. Returns the exit status, which is that of the last task, and how each task
    ended."""
    place = str(src / "ansible")
    env = tools.environment(
        ANSIBLE_LOCAL_TEMP=place + "/local", ANSIBLE_REMOTE_TEMP=place + "/remote", ANSIBLE_HOME=place,
        ANSIBLE_STDOUT_CALLBACK="minimal", ANSIBLE_NOCOLOR="1")
    tasks = [{**task, "ignore_errors": number < len(tasks)} for number, task in enumerate(tasks, 1)]
    book = tools.write(src / "play.json", json.dumps(
        [{"hosts": "all", "connection": "local", "gather_facts": False, "tasks": tasks,
          "vars": {"ansible_python_interpreter": "/usr/bin/python3"}}]))
    result = tools.finish(tools.popen("ansible-playbook", "-i", "localhost,", book, env=env, seconds=SECONDS), SECONDS + 10)
    return result.status, re.findall(r"^localhost \| (\w+)", result.stdout, re.MULTILINE)


@pytest.mark.timeout(SECONDS + 60)
def test_copy_and_template(space, src):
    tools.need("ansible-playbook")
    for name in ("copy", "template"):
        tools.run("cp", tools.write(src / "old.yaml", TEXTS["new"]), space.at(f"{name}.yaml")).ok()
        os.setxattr(space.at(f"{name}.yaml"), RISK, b"HIGH")
    first = {name: space.id(f"{name}.yaml") for name in ("copy", "template")}
    assert space.sent() == (2, 2)

    status, told = play(space, src, [("copy", "fresh", "new"), ("copy", "copy", "changed"), ("template", "template", "changed"),
                                     ("copy", "copy", "bad"), ("template", "template", "bad")])
    assert told == ["CHANGED", "CHANGED", "CHANGED", "FAILED", "FAILED"]
    space.settle()
    sent = [f"{call}: {call.body[:200]}" for call in space.creates() + space.updates()]
    assert space.sent() == (3, 4), "\n".join(sent)
    assert space.id("fresh.yaml")
    for row in ROWS.values():
        name = row.script + ".yaml"
        job = space.job(space.id(name))
        assert job["document_id"] == first[row.script] and job["content"] == TEXTS["changed"]
        assert job["risk_level"] == steps.RISKS[row.attributes]
        assert "errno: EINVAL" in space.error(name)
        assert tools.read(space.at(name)).decode() == TEXTS["changed"] and row.then == OLD
        assert status == row.status
    assert not [name for name in os.listdir(space.path) if "ansible" in name]


@pytest.mark.timeout(SECONDS + 60)
def test_file_and_unarchive_over_siblings(space, src):
    tools.need("ansible-playbook", "zip", "unzip")
    os.mkdir(space.at("d"))
    tools.run("cp", tools.write(src / "a.yaml", TEXTS["new"]), space.at("d")).ok()
    tools.run("cp", tools.write(src / "bad.yaml", TEXTS["bad"]), space.at("d")).fails()
    job, story = space.id("d/a.yaml"), space.error("d/bad.yaml")
    owned = {"path": space.at("d"), "state": "directory", "recurse": True, "owner": str(os.geteuid()), "group": str(os.getegid())}
    tools.sh('tar -cf "$1/all.tar" d; zip -qr "$1/all.zip" d; tar --exclude "*.yaml.*" --exclude bad.yaml -cf "$1/clean.tar" d',
             src, cwd=space.path).ok()
    unpacked = {"dest": space.path, "remote_src": True}
    status, told = run(src, [
        {"file": {**owned, "mode": "u=rwX,g=rX,o="}}, {"file": {**owned, "mode": "0755", "modification_time": "now"}},
        {"unarchive": {**unpacked, "src": str(src / "clean.tar")}}, {"unarchive": {**unpacked, "src": str(src / "all.zip")}},
        {"unarchive": {**unpacked, "src": str(src / "all.tar")}}])
    assert [word in ("CHANGED", "SUCCESS") for word in told] == [True, True, True, False, False]
    assert status == 2
    assert space.id("d/a.yaml") == job == space.only_job()["document_id"]
    assert space.fact("d/bad.yaml", "error").splitlines()[0] == story.splitlines()[0]  # unarchive has removed the .error, but coc.error still has the story
