# SPDX-License-Identifier: MIT
"""The matrix of tools: what a row says of its tool, and the steps that show it.

| step    | what the tool writes                | what the service must see    |
| ------- | ----------------------------------- | ---------------------------- |
| new     | a sound document, a new file        | one create                   |
| same    | the same once more                  | nothing                      |
| (set)   | nothing: setfattr, by the test      | one update of the same job   |
| changed | another document                    | one update of the same job   |
| bad     | a document that is not sound        | nothing                      |
| down    | a third one, with no service        | nothing                      |
| again   | the same, the service is back       | one update of the same job   |

A script finds its words in the environment. T is the job file in the mount; the script runs in its directory. S is a file with
the same base name, which has the content to write. A and B are the same content in two pieces. A is a sound document by itself,
so that a tool that commits too early makes a call too many. D is an empty directory outside the mount. S has the
extended attribute user.coc.risk_level, MEDIUM.
"""

import errno
import os
import shutil
from dataclasses import dataclass, replace

import queues
import samples
import tools

NAME = "job.yaml"
RISK = "user.coc.risk_level"

# What a tool does to the file: writes the whole content, appends to the old content, or cuts off the end of the old content.
WHOLE, APPEND, CUT = "whole", "append", "cut"

# What a refusal leaves. DRAFT: a job file with the written content. OLD: the old content, with an .error. RESTORED: the old content
# without an .error, because the tool has put its backup back. MOVED: no job file, because the tool has not put its backup back.
DRAFT, OLD, RESTORED, MOVED = "draft", "old", "restored", "moved"
ERRNO = "errno"  # as Row.status: the exit status is the number of the errno with which the commit is refused

# What happens to a file's attributes when a tool writes it: they stay, or those of S travel. The job's risk level shows which: HIGH
# was set on the file, S has MEDIUM, the mount has LOW.
RISKS = {"stay": "HIGH", "travel": "MEDIUM"}


@dataclass(frozen=True)
class Row:
    script: str                 # runs the tool; T, S, A, B and D are its variables, as the top of this file says
    status: int | str = 1       # the exit status if the commit is refused; 0: the tool ignores the error
    then: str = DRAFT           # what a refusal leaves: DRAFT, OLD, RESTORED or MOVED
    attributes: str = "stay"    # a key of RISKS
    needs: tuple = ()           # programs that must be installed
    shell: str = "bash"         # the shell that runs the script
    writes: str = WHOLE
    late: bool = False          # the tool sets attributes after its close: that is one more update
    edits: bool = False         # the tool cannot make the file: cp makes it first
    helper: str | None = None   # the fixture that gives more variables to the script
    backup: str | None = None   # the name of a job file under which the tool keeps the old content


def wrapped(prefix, template, rows, *needs):
    """Returns copies of rows: each script is put into the template, each key gets the prefix, each row needs these programs."""
    return {prefix + name: replace(row, script=template.format(row.script), needs=needs) for name, row in rows.items()}


def sound(*steps):
    return samples.document("tools", steps)


FIRST = sound("one")
TWO, THREE, FOUR = sound("one", "two"), sound("one", "two", "three"), sound("one", "two", "three", "four")

# The content after each step. No two have the same size, because some tools compare only sizes.
GROWING = {"new": TWO, "changed": THREE, "bad": THREE + "  - name: [\n", "down": FOUR}
SHRINKING = {"new": FOUR, "changed": THREE, "bad": THREE[:THREE.rindex(": []")], "down": TWO}


class Work:
    """Runs the tool of a row on one job file, and counts the calls that the service has got."""

    def __init__(self, row, space, folder, words):
        self.row, self.space, self.words = row, space, words
        self.texts = SHRINKING if row.writes == CUT else GROWING
        self.source = os.path.join(folder, NAME)
        self.pieces = [os.path.join(folder, piece) for piece in ("a", "b")]
        self.scratch = os.path.join(folder, "scratch")
        self.calls = (0, 0)
        self.job = None
        self.turn = 0

    def write(self, content):
        """Runs the tool, which has to give the file this content. Returns the result."""
        row, target = self.row, self.space.at(NAME)
        if row.writes == APPEND:
            old = tools.read(target).decode() if os.path.exists(target) else ""
            assert content.startswith(old)
            content = content[len(old):]
        shutil.rmtree(self.scratch, ignore_errors=True)
        os.mkdir(self.scratch)
        tools.write(self.source, content)
        os.setxattr(self.source, RISK, RISKS["travel"].encode())
        self.turn += 1
        os.utime(self.source, (self.turn, self.turn))  # a new time: rsync compares sizes and times
        if row.writes == WHOLE:
            tools.write(self.pieces[0], FIRST)
            tools.write(self.pieces[1], content.removeprefix(FIRST))
        env = tools.environment(T=target, S=self.source, A=self.pieces[0], B=self.pieces[1],
                                D=self.scratch, **self.words)
        return tools.sh(row.script, shell=row.shell, env=env, cwd=self.space.path)

    def copy(self, content):
        """Gives the file this content with cp, without the tool. Returns the result of cp."""
        return tools.run("cp", tools.write(self.source, content), self.space.at(NAME))

    def back_to(self, content):
        """Call this after a refusal: a tool that does not write the whole content needs the old content in the file. It is the
        content of the job, so nothing is sent."""
        if self.row.writes != WHOLE:
            self.copy(content).ok()
            self.expect(content)

    def expect(self, content, creates=0, updates=0):
        """Fails the test unless this many calls were added, and the file and the job have this content. Returns the job."""
        space = self.space
        self.calls = (self.calls[0] + creates, self.calls[1] + updates)
        tools.eventually(lambda: space.sent() >= self.calls, f"{self.calls} calls, not {space.sent()}")
        space.settle()
        assert space.sent() == self.calls
        assert tools.read(space.at(NAME)).decode() == content
        job = space.only_job()
        assert (job["content"], job["version"]) == (content, f"v{1 + self.calls[1]}")
        self.job = self.job or job["document_id"]
        assert job["document_id"] == self.job
        tools.eventually(lambda: space.id(NAME) == self.job, "the ID")
        assert space.error(NAME) is None and state(space) == b"submitted"
        return job

    def expect_backup(self, old):
        """Fails the test unless the tool's backup has the old content, is no job, and keeps no process of cocfs-wait waiting."""
        name, space = self.row.backup, self.space
        assert tools.read(space.at(name)).decode() == old
        assert (space.id(name), space.error(name), space.fact(name, "backup")) == (None, None, "yes")
        queues.wait(space.path).ok()

    def expect_refusal(self, step, result, name, old):
        """Fails the test unless the tool got the error as the row says, and no call was made. What is left must be what row.then
        says: an .error with the errno or none, and the content at NAME or at the backup's name. name: of the errno."""
        space, row, target = self.space, self.row, self.space.at(NAME)
        assert result.status == (getattr(errno, name) if row.status == ERRNO else row.status), f"{result}"
        if row.then != RESTORED:
            tools.eventually(lambda: space.error(NAME), "the .error")
            assert f"errno: {name}" in space.error(NAME)
        space.settle()
        assert space.sent() == self.calls and space.id(NAME) == self.job
        if row.then == MOVED:
            kept = self.space.at(row.backup or NAME + "~")
            assert not os.path.exists(target) and tools.read(kept).decode() == old
            if row.edits:  # the tool needs the file under its own name
                os.rename(kept, target)
                self.expect(old)
        else:
            assert tools.read(target).decode() == (self.texts[step] if row.then == DRAFT else old)
            assert (space.error(NAME) is None) == (row.then == RESTORED)


def state(space):
    return os.getxattr(space.at(NAME), "coc.state")


def perform(row, space, folder, words):
    """Takes a row through the steps of the table at the top of this file."""
    work = Work(row, space, folder, words)
    texts = work.texts

    (work.copy if row.edits else work.write)(texts["new"]).ok()
    job = work.expect(texts["new"], creates=1, updates=row.late)
    travels = row.attributes == "travel" and not row.edits
    assert job["risk_level"] == (RISKS["travel"] if travels else "LOW")

    work.write(texts["new"]).ok()
    work.expect(texts["new"])

    tools.setfattr(space.at(NAME), RISK, "HIGH").ok()
    work.expect(texts["new"], updates=1)

    work.write(texts["changed"]).ok()
    job = work.expect(texts["changed"], updates=1 + row.late)
    assert job["risk_level"] == RISKS[row.attributes]
    if row.backup:
        work.expect_backup(texts["new"])

    result = work.write(texts["bad"])
    work.expect_refusal("bad", result, "EINVAL", texts["changed"])
    assert space.only_job()["content"] == texts["changed"]
    work.back_to(texts["changed"])

    space.front.refuse()
    result = work.write(texts["down"])
    work.expect_refusal("down", result, "ECONNREFUSED", texts["changed"])
    space.front.accept()
    work.back_to(texts["changed"])

    work.write(texts["down"]).ok()
    work.expect(texts["down"], updates=1)
