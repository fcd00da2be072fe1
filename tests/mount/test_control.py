# SPDX-License-Identifier: MIT
""".coc/queue and .coc/metrics show the queue and the counters. .coc can be reached by name, and no listing has it."""

import os
import re
import stat

import pytest

import front as f
import queues
import samples
import tools


@pytest.fixture
def space(own_space):
    """Each test has a mount of its own, because it looks at what is in the root."""
    return own_space


LINES_MAX = 10000


@pytest.fixture
def queue(make_space):
    return make_space(submit="queue")


@pytest.fixture
def cut_off(make_space):
    return queues.cut_off(make_space)


def test_it_can_be_named_and_is_not_listed(space, src):
    queues.put(space, src, "a.yaml")
    assert sorted(os.listdir(space.path)) == ["a.yaml", "a.yaml.id"]
    assert ".coc" not in tools.sh('ls -A; find .; tar cf - . | tar tf -', cwd=space.path).ok().stdout
    assert sorted(os.listdir(space.at(".coc"))) == ["imports", "jobs", "metrics", "queue", "versions"]
    listed = tools.sh('ls -lai .coc; cd .coc; ls -l ..', cwd=space.path).ok().stdout
    assert "queue" in listed and "a.yaml.id" in listed
    for name in ("other", "a.yaml", "a.yaml.id", ".coc"):
        assert not os.path.lexists(space.at(".coc", name)), name
    os.mkdir(space.at("d"))
    assert not os.path.exists(space.at("d", ".coc"))
    os.mkdir(space.at("d", ".coc"))
    assert os.listdir(space.at("d")) == [".coc"]


def test_its_files_are_read_only_and_say_what_is_true_at_the_open(queue, src):
    for name in ("queue", "metrics", "jobs", "imports"):
        status = os.stat(queue.at(".coc", name))
        assert stat.S_IMODE(status.st_mode) == 0o444 and stat.S_ISREG(status.st_mode)
    gate = queue.front.gate()
    queue.front.rule(f.Fault(gate=gate), "POST")
    queues.put(queue, src, "a.yaml")
    assert gate.wait_held()
    with open(queue.at(".coc", "queue"), "rb") as file:
        gate.open()
        queues.drained(queue)
        assert file.read().startswith(b"submitting\t0\t-\ta.yaml\t-")
    assert tools.run("cat", queue.at(".coc", "queue")).ok().stdout == ""


CHANGES = {
    "create": "os.open('.coc/x', os.O_WRONLY | os.O_CREAT | os.O_EXCL)",
    "mkdir": "os.mkdir('.coc/x')",
    "symlink": "os.symlink('t', '.coc/x')",
    "mknod": "os.mkfifo('.coc/x')",
    "link-in": "os.link('t', '.coc/x')",
    "link-out": "os.link('.coc/queue', 'x')",
    "unlink": "os.unlink('.coc/queue')",
    "rmdir": "os.rmdir('.coc')",
    "rename": "os.rename('.coc', 'x')",
    "rename-out": "os.rename('.coc/queue', 'x')",
    "rename-in": "os.rename('t', '.coc/x')",
    "rename-within": "os.rename('.coc/queue', '.coc/x')",
    "rename-over": "os.rename('t', '.coc/queue')",
    "rename-directory-over": "os.rename('d', '.coc')",
    "chmod": "os.chmod('.coc/queue', 0o600)",
    "chmod-directory": "os.chmod('.coc', 0o700)",
    "utime": "os.utime('.coc/metrics')",
    "setxattr": "os.setxattr('.coc', 'user.coc.risk_level', b'LOW')",
}


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_in_it_can_be_changed(space, change):
    tools.sh("mkdir d; echo t > t", cwd=space.path).ok()
    result = tools.python(f"os.chdir(target)\ntry:\n    {CHANGES[change]}\nexcept OSError as e:\n"
                          "    print(errno.errorcode[e.errno])\n", space.path)
    assert result.stdout.strip() == "EPERM", f"{result}"
    assert sorted(os.listdir(space.path)) == ["d", "t"]
    assert sorted(os.listdir(space.at(".coc"))) == ["imports", "jobs", "metrics", "queue", "versions"]


@pytest.mark.parametrize("change", ["open('.coc/queue', 'w')", "os.truncate('.coc/queue', 0)"])
def test_its_files_cannot_be_written(space, change):
    result = tools.python(f"os.chdir(target)\ntry:\n    {change}\nexcept OSError as e:\n"
                          "    print(errno.errorcode[e.errno])\n", space.path)
    # for an ordinary user the kernel looks at the mode first, and refuses without a request
    assert result.stdout.strip() == ("EPERM" if tools.IS_ROOT else "EACCES"), f"{result}"


def test_a_directory_of_that_name_cannot_be_made(space):
    assert "File exists" in tools.run("mkdir", space.at(".coc")).fails().stderr
    assert os.listdir(os.path.join(space.state, "spool")) == []


def test_a_line_for_each_unfinished_submission_in_order(make_space, src):
    space = make_space(submit="queue", max_inflight="2")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    for number in range(5):
        queues.put(space, src, f"{number}.yaml")
    assert gate.wait_held(2)
    assert [line.path for line in queues.lines(space)] == [f"{number}.yaml" for number in range(5)]
    assert [line.state for line in queues.lines(space)] == ["submitting"] * 2 + ["queued"] * 3
    assert queues.text(space).splitlines()[4] == "queued\t0\t-\t4.yaml\t-"
    gate.open()
    queues.drained(space)


def test_what_is_tried_again_says_when_and_why(cut_off, src):
    queues.put(cut_off, src, "a.yaml")
    line = tools.eventually(lambda: [x for x in queues.lines(cut_off) if x.attempts], "an attempt")[0]
    assert line.state in ("queued", "submitting")
    assert "onnect" in line.error
    found = tools.eventually(lambda: [x for x in queues.lines(cut_off) if x.next_try != "-"], "a next try", 40)[0]
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", found.next_try)
    cut_off.front.accept()


def test_what_is_in_doubt_says_why(queue, src):
    queue.front.rule(f.cuts(f.FORWARDED), "POST")
    queue.front.rule(f.silence(), "GET", times=None, when=queue.creates)
    queues.put(queue, src, "a.yaml")
    tools.eventually(lambda: queues.states(queue).get("a.yaml") == "in-doubt", "the doubt")
    assert queues.lines(queue)[0].error not in ("", "-")
    assert queues.metrics(queue)["cocfs_in_doubt"] == 1
    queue.front.clear()


@pytest.mark.parametrize("name", ["tab\there.yaml", "back\\slash.yaml", "new\nline.yaml", "\\011.yaml", "重启 ☕.yaml"])
def test_no_name_can_break_a_line(cut_off, src, name):
    queues.put(cut_off, src, name, "plain")
    assert [line.path for line in queues.lines(cut_off)] == [name]
    assert queues.text(cut_off).count("\n") == 1
    assert queues.wait(cut_off.at(name), timeout=0.1).status == 124
    cut_off.front.accept()
    queues.wait(cut_off.at(name)).ok()


@pytest.mark.parametrize("more", [0, 1, 5])
def test_the_list_is_bounded_and_counts_the_rest(make_space, more):
    space = make_space(submit="queue")
    space.unmount()
    queues.fill_ledger(space, LINES_MAX + more)
    space.mount()
    assert len(queues.lines(space)) == LINES_MAX
    last = queues.text(space).splitlines()[-1]
    assert last == f"and {more} more" if more else "\t" in last
    assert queues.metrics(space)["cocfs_queued"] == LINES_MAX + more


def test_the_metrics_are_of_the_text_format(queue, src):
    queues.put(queue, src, "a.yaml")
    queues.wait(queue.path).ok()
    declared, helped = {}, set()
    for line in tools.read(queue.at(".coc", "metrics")).decode().splitlines():
        if line.startswith("# HELP "):
            name = line.split()[2]
            assert name.startswith("cocfs_") and len(line.split()) > 3 and name not in helped
            helped.add(name)
        elif line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            assert name in helped and kind in ("counter", "gauge", "histogram") and name not in declared
            assert kind != "counter" or name.endswith("_total")
            declared[name] = kind
        else:
            match = re.fullmatch(r'([a-z_]+)(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? \d+(\.\d+)?', line)
            assert match, line
            assert re.sub(r"_(bucket|sum|count)$", "", match[1]) in declared, line


def test_the_histograms_add_up(queue, src):
    for number in range(3):
        queues.put(queue, src, f"{number}.yaml")
    queues.wait(queue.path).ok()
    seen = queues.metrics(queue)
    for name in ("cocfs_commit_seconds", "cocfs_request_seconds"):
        buckets = [value for key, value in seen.items() if key.startswith(name + "_bucket")]
        assert buckets == sorted(buckets)
        assert buckets[-1] == seen[name + "_count"] == 3


@pytest.mark.parametrize("submit", ["sync", "queue"])
def test_the_counters_count(make_space, src, submit):
    space = make_space(submit=submit)
    queues.put(space, src, "a.yaml")
    queues.wait(space.path).ok()
    first = len(samples.document("a"))
    queues.put(space, src, "a.yaml", "other")
    queues.wait(space.path).ok()
    queues.put(space, src, "a.yaml", "other")
    tools.run("cp", tools.write(src / "bad.yaml", "just: yaml\n"), space.path).fails()
    space.front.rule(f.refuses(403, "APIGW.0302", "no"), "POST")
    tools.run("cp", samples.file(src, "b.yaml"), space.path)
    assert queues.wait(space.at("b.yaml")).status == 1
    seen = queues.metrics(space)
    assert seen['cocfs_submissions_total{kind="create",outcome="submitted"}'] == 1
    assert seen['cocfs_submissions_total{kind="update",outcome="submitted"}'] == 1
    assert seen['cocfs_submissions_total{kind="update",outcome="unchanged"}'] == 1
    assert seen['cocfs_submissions_total{kind="create",outcome="failed"}'] == 1
    assert seen['cocfs_requests_total{outcome="done"}'] == 2
    assert seen['cocfs_requests_total{outcome="refused"}'] == 1
    assert seen["cocfs_refused_total"] == 1
    assert seen["cocfs_submitted_bytes_total"] == first + len(samples.document("other"))
    assert seen['cocfs_ledger_commits_total{durable="yes"}'] >= 3
    assert 0 <= seen['cocfs_ledger_commits_total{durable="no"}'] < 1000
    assert seen["cocfs_requests_in_flight"] == seen["cocfs_queued"] == seen["cocfs_in_doubt"] == 0


def test_a_sync_without_a_commit_is_counted_nowhere(make_space):
    """At its start a mount records whose ledger it is, and syncs that without a commit. The count must not fall below 0 by it."""
    seen = queues.metrics(make_space())
    for durable in "yes", "no":
        assert 0 <= seen[f'cocfs_ledger_commits_total{{durable="{durable}"}}'] < 100


def test_what_is_under_way_and_what_waits_is_measured(make_space, src):
    space = make_space(submit="queue", max_inflight="2")
    gate = space.front.gate()
    space.front.rule(f.Fault(gate=gate), "POST", times=None)
    for number in range(5):
        queues.put(space, src, f"{number}.yaml")
    assert gate.wait_held(2)
    seen = queues.metrics(space)
    assert (seen["cocfs_requests_in_flight"], seen["cocfs_queued"]) == (2, 3)
    gate.open()
    queues.drained(space)


def test_a_pause_after_authentication_failures_is_told(queue, src):
    rule = queue.front.rule(f.refuses(401, "APIGW.0301", "Incorrect IAM authentication information"), times=None)
    for number in range(4):
        queues.put(queue, src, f"{number}.yaml")
    tools.eventually(lambda: queues.metrics(queue)["cocfs_calls_paused"], "the pause", 60)
    assert queues.metrics(queue)["cocfs_auth_failures"] == 3
    rule.times = 0


def test_a_read_only_mount_has_it_too(make_space):
    space = make_space(ro=True)
    assert queues.text(space) == ""
    assert queues.metrics(space)["cocfs_queued"] == 0
