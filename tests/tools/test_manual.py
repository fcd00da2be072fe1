# SPDX-License-Identifier: MIT
"""The manual pages agree with the programs' --help and the tables of the code.

A page takes its tables from the documents (docs/man/make.py), so what holds here holds for the documents, too.
"""

import glob
import os
import re
import subprocess
import sys

import pytest

import tools

MAN = os.path.join(tools.ROOT, "docs", "man")
MAKE = os.path.join(MAN, "make.py")
PROGRAMS = {"cocfs.8": tools.COCFS, "cocfs-wait.1": tools.COCFS_WAIT, "cocfs-check.1": tools.COCFS_CHECK, "cocd.8": tools.COCD}
PAGES = [*PROGRAMS, "coc-job.5"]


def make(page, *scdoc):
    return subprocess.run([sys.executable, MAKE, page, *scdoc], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module", name="source")
def source_fixture():
    """The source of each page, with the parts that come from documents."""
    def source(page):
        done = make(os.path.join(MAN, page + ".scd"))
        assert done.returncode == 0, done.stderr
        return done.stdout
    return {page: source(page) for page in PAGES}


def code(pattern, *paths):
    """Returns what a pattern finds in files of fs/. Fails the test if it finds nothing."""
    found = []
    for path in paths:
        for name in glob.glob(os.path.join(tools.ROOT, "fs", path)):
            with open(name, encoding="utf-8") as file:
                found += re.findall(pattern, file.read())
    assert found, (pattern, paths)
    return found


def section(text, heading):
    """Returns the text below a heading, up to the next heading of its level or above. A heading that begins with "coc." ends no
    text."""
    level = heading.split(" ")[0]
    found = re.search(rf"(?ms)^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} (?!coc\.)|\Z)", text)
    assert found, f"no {heading}"
    return found[1]


def definitions(text):
    """Returns (terms, text) of each definition: a line, and an indented text below."""
    found = re.findall(r"(?m)^([^\t\n#].*)\n((?:\t.*\n|\n(?=\t))+)", text)
    return [(re.findall(r"\*((?:\\.|[^*\\])+)\*", term), body) for term, body in found]


def terms(text):
    return [re.sub(r"\\(.)", r"\1", term) for names, _ in definitions(text) for term in names]


def help_of(program):
    return tools.run(program, "--help").ok().stdout


def dashes(said):
    """Returns the options of a --help: name and value, such as "--timeout" and "SECONDS"."""
    lines = [re.split(r"(?<=\S)  +", line.strip())[0] for line in said.splitlines() if re.match(r" {2,4}-", line)]
    return sorted({tuple(re.split(r"[ =]", option, maxsplit=1)) for line in lines for option in line.split(", ")})


@pytest.mark.parametrize("page", PAGES)
def test_nothing_is_wrong_with_the_page(page, tmp_path):
    tools.need("scdoc", "man", "mandoc", "lexgrog")
    done = make(os.path.join(MAN, page + ".scd"), "scdoc")
    assert done.returncode == 0 and not done.stderr, done.stderr
    roff = tools.write(tmp_path / page, done.stdout)
    shown = tools.run("man", "--warnings", "-l", roff, env=tools.environment(MANWIDTH="80", PAGER="cat")).ok()
    assert not shown.stderr and "SEE ALSO" in shown.stdout, shown
    # ignore this warning: scdoc begins a paragraph where a heading has already begun one
    said = [line for line in tools.run("mandoc", "-T", "lint", "-W", "warning", roff).stdout.splitlines()
            if "skipping paragraph macro" not in line]
    assert not said, said
    tools.run("lexgrog", roff).ok()  # lexgrog finds the name and its meaning, so apropos(1) finds the page


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_no_page_or_document_that_is_not_there(page, source):
    ours = {name.replace(".", "(") + ")" for name in PAGES}
    named = set(re.findall(r"\*(coc[\w-]*)\*(\(\d\))", source[page]))
    assert {name + number for name, number in named} <= ours
    assert all(os.path.exists(os.path.join(tools.ROOT, name)) for name in re.findall(r"\bdocs/[\w-]+\.md\b", source[page]))


@pytest.mark.parametrize("page", PROGRAMS)
def test_the_page_has_the_options_of_help_and_no_other(page, source):
    listed = set()
    for term in re.findall(r"(?m)^(\*-.*)\n\t", section(source[page], "# OPTIONS")):
        term = re.sub(r"[*_\\]", "", term)
        listed |= {tuple(re.split(r"[ =]", option, maxsplit=1)) for option in re.split(r", (?=-)| or ", term) if option[0] == "-"}
    names = {option[0] for option in dashes(help_of(PROGRAMS[page]))}
    assert {option[0] for option in listed} == names and len(names) >= 3
    values = {option[0]: option[1] for option in dashes(help_of(PROGRAMS[page])) if len(option) > 1 and option[0] not in ("-o", "--data")}
    assert values == {option[0]: option[1] for option in listed if len(option) > 1 and option[0] not in ("-o", "--data")}


def mount_options():
    """Returns (name, value, text) of each option of cocfs itself: "" as the value of a flag, and what --help says of the option."""
    said = help_of(tools.COCFS).partition("mount options:")[2].partition("    of mount(8)")[0]
    rows = re.findall(r"(?m)^    ([a-z_]+)(?:=(\S+))?((?:.*\n)(?: {20,}.*\n)*)", said)
    assert len(rows) > 25
    return [(name, value, " ".join(text.split())) for name, value, text in rows]


def test_the_page_has_each_mount_option_with_its_value_and_default(source):
    text = section(source["cocfs.8"], "## Mount options of cocfs")
    page = {}
    for names, body in definitions(text):
        for name in names:
            name, _, value = re.sub(r"\\(.)", r"\1", name).partition("=")
            page[name] = (value.replace("…", "..."), re.sub(r"[\\*]", "", body.partition("Default:")[2]))
    for name, value, said in mount_options():
        assert sorted(page[name][0].split("|")) == sorted(value.split("|")), name
        default = re.search(r"\(default:? ([\w/$.-]+)", said)
        assert bool(default) <= (default[1] in page[name][1] if default else True), (name, said, page[name][1])
    assert page.keys() == {name for name, _, _ in mount_options()} | {"allow_other", "ro"}


def test_the_page_lists_what_cocfs_knows_of_mount_and_fuse(source):
    text = re.sub(r"\\", "", section(source["cocfs.8"], "## Options of mount(8), fstab(5) and fuse(8)"))
    listed = re.findall(r"\*([\w-]+)(?:=|…)?\*", text)
    rows = code(r'(?m)^\t\{"([\w-]+)", (?:WORD|VALUE|EITHER|PREFIX), (\w+)', "cocfs/option_system.c")
    assert sorted(listed) == sorted(name for name, _ in rows)
    said = help_of(tools.COCFS).partition("of mount(8), fuse(8)")[2].partition("Other options")[0].split()
    assert said == [name for name, fate in rows if fate == "PASS" or name in ("nosymfollow", "nonempty")]


def test_the_page_of_cocfs_has_all_variables_signals_and_exit_statuses(source):
    names = set(code(r'"(HUAWEICLOUD_SDK_[A-Z_]+?[A-Z])"', "coc/*.c", "cocfs/*.c"))
    names |= {"HUAWEICLOUD_SDK_" + name for name in code(r'\{PREFIX "(\w+)"', "coc/environment.c")}
    names |= set(code(r'getenv\("(\w+)"\)', "base/log_*.c", "base/notify.c", "base/unit_*.c"))
    names |= set(code(r'home_variable\("(\w+)"\)', "base/*.c", "cocfs/*.c"))
    listed = terms(section(source["cocfs.8"], "# ENVIRONMENT"))
    assert set(listed) == names | {"HUAWEICLOUD_SDK_REGION_COC_CN_NORTH_4", "https_proxy", "no_proxy"}
    signals = re.findall(r"(?m)^(?:SIG\w+, )*SIG\w+$", section(source["cocfs.8"], "# SIGNALS"))
    assert set(", ".join(signals).split(", ")) == set(code(r"sigaddset\(&set, (SIG\w+)\)", "cocfs/mount.c")) | {"SIGKILL"}


@pytest.mark.parametrize("page, main", [("cocfs.8", "cocfs/main.c"), ("cocfs-wait.1", "cocfs-wait/main.c"),
                                        ("cocfs-check.1", "cocfs-check/*.c"), ("cocd.8", "cocd/*.[ch]")])
def test_the_page_has_each_exit_status(page, main, source):
    # 0 and 1 have no #define: 1 is EXIT_FAILURE, or means findings
    statuses = {"0", "1"} | set(code(r"#define EXIT_\w+ (\d+)", main))
    text = section(source[page], "# EXIT STATUS")
    assert {re.sub(r"\D", "", line) for line in re.findall(r"(?m)^(\S+)\n\t", text)} == statuses


def test_the_page_of_a_job_has_each_attribute(source):
    page = source["coc-job.5"]
    names = code(r'\[ATTR_\w+\] = \{"(\w+)"', "job/attributes.c")
    assert terms(section(page, "# ATTRIBUTES").partition("\n## ")[0]) == [f"user.coc.{name}" for name in names]
    comments = re.findall(r"(?m)^# coc\.(\w+): ", section(page, "# ATTRIBUTES").partition("## Comments")[2])
    assert sorted(comments) == sorted(names)
    facts = set(code(r'strcmp\(fact, "(\w+)"\)', "space/coc_facts.c")) | set(code(r'"coc\.(hidden)"', "space/xattr.c")) | set(names)
    told = terms(section(page, "# WHAT COCFS TELLS").partition("## States")[0])
    assert sorted(told) == sorted(f"coc.{fact}" for fact in facts)


def test_the_page_of_a_job_has_each_state_sibling_and_file(source):
    page = source["coc-job.5"]
    states = code(r'\[JOB_\w+\] = "([\w-]+)"', "job/state.c")
    assert terms(section(page, "## States")) == states
    suffixes = re.findall(r'"(\.\w+)"', code(r"sibling_suffixes\[SIBLING_COUNT\] = (\{.*?\});", "job/name.c")[0])
    assert re.findall(r"(?m)^\*NAME(\.\w+)\*$", section(page, "# SIBLINGS")) == suffixes
    controls = code(r'\[CONTROL_\w+\] = \{"(\w+)"', "space/control.c")
    listed = terms(section(page, "# THE DIRECTORY .coc").partition("\n## ")[0])
    assert sorted(name.split("/")[1] for name in listed) == sorted(controls)


def test_the_page_of_a_job_has_each_key_of_a_story(source):
    """The page has each "key: value" line of .error, which err_detail() makes, and the errno line."""
    keys = set(code(r'err_detail\(\s*&?\w+(?:->\w+)*,\s*"(\w+)"', "base/*.c", "job/*.c", "coc/*.c", "submit/*.c", "space/*.c"))
    listed = set(terms(section(source["coc-job.5"], "## Keys of .error")))
    assert len(keys) > 10 and keys <= listed, keys - listed
    everything = "".join(code(r"(?s)(.*)", "base/*.c", "job/*.c", "coc/*.c", "submit/*.c", "space/*.c"))
    assert not [key for key in listed if f'"{key}"' not in everything and f"{key}: " not in everything]


def test_the_page_of_a_job_has_each_counter_with_its_kind(source):
    counters = {(f"cocfs_{name}", kind) for name, kind in
                code(r'write_(?:value|head)\(\s*text, "(\w+)", "(\w+)"', "submit/metrics.c")}
    counters |= {(f"cocfs_{name}", "histogram") for name in code(r'write_(?:times|histogram)\(\s*text, "(\w+)"', "submit/metrics.c")}
    counters |= set(code(r"# TYPE (cocfs_\w+) (\w+)", "space/control.c"))
    page = section(source["coc-job.5"], "## Counters of .coc/metrics").replace("\\", "")
    assert set(re.findall(r"(?m)^\*(cocfs_\w+)(?:\{.*\})?\* \((\w+)\)$", page)) == counters and len(counters) > 20


def examples(text):
    """Returns the commands of a page's examples, and the lines of fstab."""
    return [line for part in re.findall(r"(?ms)^\t?```\n(.*?)^\t?```", text) for line in part.splitlines()]


@pytest.mark.parametrize("page", PAGES)
def test_the_examples_are_commands_that_work(page, source):
    """Runs the examples as far as they go without a mount: the program accepts the command line."""
    commands = [command for line in examples(source[page]) for command in line.split(" && ")]
    assert commands
    for line in commands:
        if "fuse.cocfs" in line:
            place, mountpoint, _, options = line.split()[:4]
            line = f"cocfs -o {options} {place} {mountpoint}"
        name = line.split()[0] if line.strip() else ""
        program = PROGRAMS.get(name + ".8") or PROGRAMS.get(name + ".1")
        if program:
            tools.run(program, *re.split(r" [<&]", line)[0].split()[1:], "--help").ok()


def test_the_least_job_of_the_page_is_a_job(source, tmp_path):
    text = re.search(r"(?ms)^```\n(.*?)^```", source["coc-job.5"])[1]
    job = tools.write(tmp_path / "restart.yaml", text)
    tools.run(tools.COCFS_CHECK, "--require-risk", job).ok()
    tools.write(job, re.sub(r"(?m)^.*task:.*\n|^steps:\n|^  - .*\n", "", text))
    assert tools.run(tools.COCFS_CHECK, job).status == 1


@pytest.mark.parametrize("line", ["@rows docs/options.md | nonsense |", "@rows nonsense.md | a |", "@section docs/errors.md ## Nonsense",
                                  "@rows docs/operations.md ## Nonsense | field |", "@nonsense docs/options.md x", "@options LICENSE"])
def test_a_page_that_asks_for_what_is_not_there_is_not_made(tmp_path, line):
    page = tools.write(tmp_path / "page.scd", f"page(1)\n\n# NAME\n\n{line}\n")
    done = make(page)
    assert done.returncode == 1 and ":5: " in done.stderr and not done.stdout, done
