# SPDX-License-Identifier: MIT
"""The blocks of a page in Markdown, and the steps that a test makes of them. ../README.md, "Commands of pages", has the
convention."""

import glob
import os
import re
from dataclasses import dataclass, field

import tools

RUN = ("console", "sh")  # languages of blocks whose text is commands that a test runs
# languages of blocks that a page only shows: a test does not run them
SHOWN = ("text", "yaml", "ini", "json", "c", "python", "make", "meson", "vim", "crontab", "fstab", "docker")
# the flags that may follow the language of a block; True: a flag with a value, as in by=FILE
FLAGS = {"cloud": False, "by": True, "file": True}

REGION = re.compile(r"\bcn-north-4\b")
JOB_ID = re.compile(r"\bDM\d{14}\w+")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
PROMPT = re.compile(r"(?P<host>\w*)\$ (?P<command>.*)")


@dataclass
class Block:
    """A fenced block of a page; or a comment that readers do not see, with commands that a test runs: its language is "setup"."""
    line: int
    language: str
    text: str
    flags: dict = field(default_factory=dict)
    unknown: list = field(default_factory=list)  # words behind the language that are no flags

    @property
    def is_run(self):
        return self.language in (*RUN, "setup") and not {"cloud", "by", "file"} & self.flags.keys()


@dataclass
class Step:
    """What a test does with a block: a command of a transcript (console), a whole script (sh), or a file to write (file). host: the
    name before the prompt, "" if there is none. expected: the lines that the page shows below a command; None for other kinds."""
    line: int
    kind: str  # console, sh or file
    host: str
    text: str
    expected: list = None
    must_work: bool = True  # does the test fail if the status is not 0?
    name: str = ""  # the name of the file, if kind is file
    mode: int = 0  # the permission bits of that file


def all_pages():
    """Returns the pages that people read: their paths, relative to the root of the source tree."""
    return sorted([*glob.glob("*.md", root_dir=tools.ROOT), *glob.glob("docs/*.md", root_dir=tools.ROOT)])


def read(page):
    with open(os.path.join(tools.ROOT, page), encoding="utf-8") as file:
        return file.read()


def _fence(line, info):
    words = info.split()
    block = Block(line, words[0] if words else "", "")
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if name in FLAGS and FLAGS[name] == bool(value) == bool(equals):
            block.flags[name] = value
        else:
            block.unknown.append(word)
    return block


def blocks(text):
    """Yields a Block for each fenced block and each <!-- setup … --> of a page, in its order."""
    pattern = re.compile(r"(?ms)^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<body>.*?)^ *```$|^<!-- setup\n(?P<setup>.*?)-->$")
    for found in pattern.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if found["setup"] is not None:
            yield Block(line, "setup", found["setup"])
            continue
        block = _fence(line, found["info"])
        block.text = re.sub(rf"(?m)^{found['indent']}", "", found["body"])
        yield block


def indented(text):
    """Yields the numbers of the lines that Markdown takes for a block of code without a fence."""
    in_list = fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        elif fenced or not line.strip():
            continue
        elif not line.startswith((" ", "\t")):
            in_list = bool(re.match(r"[-*] |\d+\. ", line))
        elif line.startswith(("    ", "\t")) and not in_list:
            yield number


def without_blocks(text):
    return re.sub(r"(?ms)^ *```.*?^ *```$|^<!--.*?-->$", "", text)


def links(text):
    """Returns the targets of a page's links to files and headings of this source tree."""
    found = re.findall(r"\]\(([^()\s]+)\)", re.sub(r"`[^`\n]*`", "", without_blocks(text)))
    return [target for target in found if not re.match(r"[a-z]+:", target)]


def anchors(text):
    """Returns the anchors that GitHub makes of a page's headings."""
    titles = [re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", title) for title in re.findall(r"(?m)^#+ (.*)$", without_blocks(text))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def is_whole(command):
    """Is the command complete, so that a shell would ask for no further line?"""
    done = tools.run("bash", "-n", "-c", command)
    return not re.search("unexpected end of file|unexpected EOF|here-document", done.stderr) and not command.endswith("\\")


def console(block):
    """Returns the steps of a transcript: its commands, each with the output that the page shows. Raises ValueError if the
    transcript does not begin with a command."""
    steps = []
    for number, line in enumerate(block.text.splitlines(), block.line + 1):
        found = PROMPT.fullmatch(line)
        if steps and not steps[-1].expected and not is_whole(steps[-1].text):
            steps[-1].text += "\n" + line.removeprefix("> ")
        elif found:
            steps.append(Step(number, "console", found["host"], found["command"], []))
        elif steps:
            steps[-1].expected.append(line)
        else:
            raise ValueError(f"line {number}: a transcript begins with a command: $ COMMAND")
    for step, following in zip(steps, [*steps[1:], None]):
        asks = following is not None and "$?" in following.text
        step.must_work = not step.expected and not asks
    return steps


def steps(text):
    """Returns the steps of a page, in its order. A block with the flag file gives a step that writes the file. Other blocks that are
    not run give none."""
    found = []
    for block in blocks(text):
        if "file" in block.flags:
            mode = 0o755 if block.language == "sh" else 0o644
            found.append(Step(block.line, "file", "", block.text, name=block.flags["file"], mode=mode))
        elif block.is_run and block.language == "console":
            found += console(block)
        elif block.is_run:
            found.append(Step(block.line, "sh", "", block.text))
    return found


def commands(block):
    """Returns the command lines of a block that a test compares instead of running: without comments, with single blanks."""
    text = "\n".join(step.text for step in console(block)) if block.language == "console" else block.text
    text = re.sub(r"\\\n", " ", text)
    found = []
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line)
        if line.strip():
            found.append(" ".join(line.split()))
    return found


class Names:
    """The job IDs that a page shows. .real has for each of them the job's ID in this run."""

    def __init__(self):
        self.real = {}

    def pattern(self, line, here):
        """Returns a regular expression for the output that a line of a page stands for. here is a dict:
        for each job ID of the page that is not yet in .real, the name of its group in the expression. This function adds to it."""
        parts = []
        for word in re.split(rf"({JOB_ID.pattern}|{TIME.pattern}|…|\s+)", line.rstrip()):
            if JOB_ID.fullmatch(word):
                if word in self.real:
                    parts.append(re.escape(self.real[word]))
                elif word in here:
                    parts.append(f"(?P={here[word]})")
                else:
                    here[word] = f"id_{len(here)}"
                    parts.append(rf"(?P<{here[word]}>{JOB_ID.pattern})")
            elif TIME.fullmatch(word):
                parts.append(TIME.pattern)
            elif word == "…":
                parts.append(r"[^\n]*?")
            else:
                parts.append(r"[^\S\n]+" if word.isspace() else re.escape(word))
        return "".join(parts)

    def same(self, expected, output):
        """Has a program printed what a page shows? A line that is only … stands for any lines. If it has, learns the IDs of new
        jobs."""
        here, pattern = {}, ""
        for line in expected:
            pattern += r"(?:[^\n]*\n)*?" if line.strip() == "…" else self.pattern(line, here) + r"[^\S\n]*\n"
        found = re.fullmatch(pattern, output.rstrip("\n") + "\n" if output.strip() else "")
        if found:
            self.real.update({name: found[group] for name, group in here.items()})
        return bool(found)


