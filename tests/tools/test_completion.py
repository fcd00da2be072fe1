# SPDX-License-Identifier: MIT
"""Completion in the shells themselves: each completes a command line, and the test looks at the words that it offers.

The completion files ask the programs for --help. So the built programs come first in PATH.
"""

import os
import re
import shutil

import pytest

import tools

COMPLETION = os.path.join(tools.ROOT, "completion")
PROGRAMS = {"cocfs": tools.COCFS, "cocfs-wait": tools.COCFS_WAIT, "cocfs-check": tools.COCFS_CHECK, "cocd": tools.COCD}

# Calls the completion function in $1 as readline does for the command line $2. The function offers only what stands after the
# last "=" or ":" of the word. So the last line prints each offer with the part of the word before it.
BASH = """
source "$1/cocfs.bash"
COMP_LINE=$2 COMP_POINT=${#2} COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'
_cocfs "${2%% *}"
word=${2##* }
kept=${word%"${word##*[=:]}"}
printf '%s\\n' "${COMPREPLY[@]/#/$kept}"
"""

FISH = "source $argv[1]/cocfs.fish; complete -C $argv[2]"

# Starts an interactive zsh in a terminal of its own, and types the command line $2 and a tab. zsh offers words by calling its
# builtin compadd. The function compadd below takes its place, and writes the offered words to the file $3, too. The directory
# with the completion files is $1. The file of the fixture dump is $4.
ZSH = """
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1=; cd ${(q)PWD}; fpath=(${(q)1} \\$fpath); autoload -U compinit; compinit -C -d ${(q)4}
compadd() {
  local -a hits; local -A given
  [[ \\${@[1,(i)(-|--)]} == *-(O|A|D)\\ * ]] && { builtin compadd \\"\\$@\\"; return }
  builtin compadd -A hits \\"\\$@\\"
  zparseopts -E -A given P: S:
  print -rl -- \\$^hits\\${given[-S]} >>${(q)3}
  builtin compadd \\"\\$@\\"
}
finish() { zle complete-word; print COMPLETE''D; zle send-break }
zle -N finish; bindkey '^I' finish; print READ''Y"
zpty -r shell said '*READY*' && zpty -w -n shell "$2"$'\\t' && zpty -r shell said '*COMPLETED*'
zpty -d shell
"""


def bash(env, line, _place, _dump):
    return tools.run("bash", "-c", BASH, "bash", COMPLETION, line, env=env).ok().stdout.split()


def fish(env, line, _place, _dump):
    said = tools.run("fish", "--no-config", "-c", FISH, COMPLETION, line, env=env).ok()
    assert not said.stderr, said
    return [row.split("\t")[0].rstrip() for row in said.stdout.splitlines()]


def zsh(env, line, place, dump):
    hits = place / "hits"
    hits.unlink(missing_ok=True)
    script = tools.write(place / "complete.zsh", ZSH)
    tools.run("zsh", "-f", script, COMPLETION, line, hits, dump, env=env).ok()
    # zsh offers only what stands after the last "=" or ",": put the part before it in front, as in the other shells
    word = line.rpartition(" ")[2]
    kept = word[:max(word.rfind(mark) for mark in "=,") + 1]
    return [kept + hit for hit in hits.read_text().split()] if hits.exists() else []


@pytest.fixture(scope="module", name="dump")
def dump_fixture(tmp_path_factory):
    """The file in which zsh keeps its list of functions: making the list takes most of its time."""
    return tmp_path_factory.mktemp("zsh") / "dump"


@pytest.fixture(params=[bash, fish, zsh], ids=lambda shell: shell.__name__, name="complete")
def complete_fixture(request, tmp_path, monkeypatch, dump):
    """Completes a command line in a directory with two files and a directory: complete(line) returns a set of words."""
    tools.need(request.param.__name__)
    programs, place = tmp_path / "bin", tmp_path / "place"
    for directory in (programs, place, place / "jobs", tmp_path / "home"):
        directory.mkdir()
    for name, path in PROGRAMS.items():
        (programs / name).symlink_to(path)
    for name in ("jaw.yaml", "jet.yaml"):
        (place / name).touch()
    env = tools.environment(PATH=f"{programs}:{os.environ['PATH']}", HOME=str(tmp_path / "home"), TERM="dumb")
    env.pop("XDG_CONFIG_HOME", None)
    monkeypatch.chdir(place)
    return lambda line: {word.rstrip("/") for word in request.param(env, line, tmp_path, dump)}


def options(program):
    said = tools.run(PROGRAMS[program], "--help").ok().stdout
    rows = [re.split(r"(?<=\S)  +", line.strip())[0] for line in said.splitlines() if re.match(r" {2,4}-", line)]
    return said, {re.split(r"[ =]", option)[0] for row in rows for option in row.split(", ")}


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_options_of_a_program_are_those_of_its_help(program, complete):
    _, names = options(program)
    dashes = "-" if program == "cocfs" else "--"
    assert {word.rstrip("=") for word in complete(f"{program} {dashes}")} == names and len(names) >= 3


def test_mount_options_are_those_of_help(complete):
    said, _ = options("cocfs")
    said = said.partition("mount options:")[2]
    own, _, system = said.partition("of mount(8), fuse(8)")
    names = set(re.findall(r"(?m)^    ([a-z_]+=?)", own)) | set(system.partition("Other")[0].split())
    offered = complete("cocfs -o ")
    assert {word.rstrip("=") for word in offered} == {name.rstrip("=") for name in names} and len(names) > 40
    assert complete("cocfs -o submit=queue,ad") == {"submit=queue,adopt="}
    assert complete("cocfs -f -o ro,al") == {"ro,allow_other", "ro,allow_root"}


def test_each_value_that_help_lists_is_offered_and_no_other(complete):
    said, _ = options("cocfs")
    rows = re.findall(r"(?m)^    ([a-z_]+)=((?:[a-z]+\|)+[a-z]+|LOW\|MEDIUM\|HIGH)\b", said)
    assert len(rows) > 10
    for name, values in rows[:3] + rows[-2:]:
        assert complete(f"cocfs -o {name}=") == {f"{name}={value}" for value in values.split("|")}
    assert complete("cocfs -o submit=queue,adopt=n") == {"submit=queue,adopt=name", "submit=queue,adopt=never"}


def test_values_that_are_files_directories_and_users_are_offered(complete):
    assert complete("cocfs -o cacert=ja") == {"cacert=jaw.yaml"}
    assert complete("cocfs -o state_dir=j") == {"state_dir=jobs"}
    assert "uid=root" in complete("cocfs -o uid=roo")
    assert complete("cocfs -o timeout=") == set()


def test_source_comes_before_a_directory(complete):
    said, _ = options("cocfs")
    regions = re.search(r"(?m)^    (cn-.*)$", said)[1].split(", ")
    assert complete("cocfs -o ro ") == {"local", *regions}
    assert complete("cocfs -o ro local j") == {"jobs"}


def test_the_values_of_cocfs_check_are_those_that_it_takes(complete, tmp_path):
    job = tools.write(tmp_path / "a.yaml", "")
    for option, count in (("--format", 4), ("--level", 4), ("--max-risk", 3)):
        words = complete(f"cocfs-check {option}=")
        assert len(words) == count
        for word in words:
            value = word.rpartition("=")[2]
            assert tools.run(tools.COCFS_CHECK, f"{option}={value}", job).status < 2, word


@pytest.mark.parametrize("line", ["cocfs-wait j", "cocfs-check --require-risk j", "cocd --tls-key j"])
def test_files_are_offered(line, complete):
    assert {word for word in complete(line) if word.endswith(".yaml")} == {"jaw.yaml", "jet.yaml"}


@pytest.mark.parametrize("shell", [["bash", "-c", BASH, "bash"], ["fish", "--no-config", "-c", FISH]], ids=lambda shell: shell[0])
def test_without_the_programs_nothing_is_said(shell, tmp_path):
    tools.need(shell[0])
    said = tools.run("env", f"PATH={tmp_path}", f"HOME={tmp_path}", shutil.which(shell[0]), *shell[1:], COMPLETION, "cocfs -o ").ok()
    assert not said.stderr and not said.stdout.strip(), said
