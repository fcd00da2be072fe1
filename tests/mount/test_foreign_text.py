# SPDX-License-Identifier: MIT
"""Texts of others: what the service says, names of files, contents of documents. None of them controls a terminal, forges a line,
hides a part of itself, or turns the direction of writing."""

import os
import unicodedata

import pytest

import front as f
import queues
import samples
import tools

# Each of these does something to a reader's terminal. Its name says what.
HOSTILE = {
    "escape": "\x1b[2J\x1b]0;title\x07",
    "line-break": "\nerrno: FORGED\r\n",
    "c1-line-break": "\x85errno: FORGED",
    "c1-csi": "\x9b31m",
    "separators": "\u2028errno: FORGED\u2029",
    "bidi": "\u202egpj.\u202c\u2066x\u2069\u200e\u200f\u061c",
    "no-width": "a\u200bb\u200cc\u200dd\ufeffe\u2060f\xadg",
    "non-characters": "\ufdd0\ufffe\uffff\U0001ffff",
    "tags": "\U000e0041\U000e0042",
}


def assert_fit_to_be_shown(text, where):
    """Fails unless all characters may be shown, by Python's tables of Unicode. Line breaks may be; in .coc/queue tabs, too."""
    kept = "\n\t" if where == ".coc/queue" else "\n"
    assert "errno: FORGED" not in text.splitlines(), where
    for character in text:
        if character in kept:
            continue
        kind = unicodedata.category(character)
        assert kind not in ("Cc", "Cf", "Cs", "Zl", "Zp"), f"U+{ord(character):04X} in {where}: {text!r}"
        assert ord(character) & 0xfffe != 0xfffe and not 0xfdd0 <= ord(character) <= 0xfdef, where


def everything_shown(space, name):
    """Returns everything that is shown about a job file, by the place where it is shown."""
    return {
        ".error": space.error(name) or "",
        "coc.error": space.fact(name, "error") or "",
        "coc.request_id": space.fact(name, "request_id") or "",
        "coc.warnings": space.fact(name, "warnings") or "",
        ".coc/queue": tools.read(os.path.join(space.root, ".coc", "queue")).decode(),
        "the log": space.log(),
        "cocfs-wait": queues.wait(space.at(name), timeout=0).stderr,
    }


def assert_all_is_fit(space, name):
    shown = everything_shown(space, name)
    for where, text in shown.items():
        assert_fit_to_be_shown(text, where)
    return shown


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("shape", ["error_msg", "message", "nested", "text"])
def test_what_the_service_says(space, src, shape, hostile):
    text = f"Refused: {HOSTILE[hostile]} end"
    body = {"error_msg": {"error_code": "COC.00010002", "error_msg": text},
            "message": {"code": "COC.00010002", "message": text},
            "nested": {"error": {"code": "COC.00010002", "message": text}},
            "text": text.encode()}[shape]
    space.front.rule(f.says(400, body), "POST")
    assert tools.store(samples.file(src, "a.yaml"), space.at("a.yaml")) == "close EINVAL"
    shown = assert_all_is_fit(space, "a.yaml")
    assert "Refused: " in shown[".error"] and "Refused: " in shown["the log"] and "Refused: " in shown["cocfs-wait"]


def test_bytes_of_the_service_that_are_no_text(space, src):
    space.front.rule(f.says(400, b'{"error_code":"COC.1","error_msg":"Refused: \xff\x9b31m \xc0\x9b \xe4\xb8"}'), "POST")
    assert tools.store(samples.file(src, "a.yaml"), space.at("a.yaml")) == "close EINVAL"
    assert "Refused: ??31m" in assert_all_is_fit(space, "a.yaml")[".error"]


def test_a_long_message_is_cut_between_characters(space, src):
    space.front.rule(f.refuses(400, "COC.00010002", "x" + "重启" * 1000), "POST")
    assert tools.store(samples.file(src, "a.yaml"), space.at("a.yaml")) == "close EINVAL"
    shown = assert_all_is_fit(space, "a.yaml")
    assert "重启重启" in shown[".error"] and "?" not in shown["coc.error"]
    assert len(shown[".error"].encode()) < 5000


@pytest.mark.parametrize("hostile", HOSTILE)
def test_how_a_file_is_called(make_space, src, hostile):
    space = make_space(submit="queue", timeout="2")
    name = f"x{HOSTILE[hostile].replace('/', '')}.yaml"
    space.front.rule(f.refuses(429, "APIGW.0308", "busy"), "POST", times=None)
    tools.run("cp", samples.file(src, "a.yaml"), space.at(name)).ok()
    tools.eventually(lambda: b"busy" in tools.read(space.at(".coc", "queue")), "the try to be noted")
    shown = assert_all_is_fit(space, name)
    assert shown["cocfs-wait"].count("\n") == 2, shown["cocfs-wait"]
    line, = tools.read(space.at(".coc", "queue")).decode().splitlines()
    assert queues.unescape(line.split("\t")[3]) == name, "the path cannot be read back"
    space.front.clear()
    missing = space.at(f"missing{HOSTILE[hostile]}.yaml")
    assert_fit_to_be_shown(queues.wait(missing, timeout=0).fails().stderr, "cocfs-wait")


def test_a_name_that_is_no_text(make_space, src):
    space = make_space(risk_level=None)
    name = os.fsdecode(b"a\xff\xc2\x9b.yaml")
    assert tools.store(samples.file(src, "a.yaml"), space.at(name)) == "close ENODATA"
    shown = assert_all_is_fit(space, name)
    mend = next(line for line in shown[".error"].splitlines() if line.startswith("what_to_do: "))
    tools.sh(mend.removeprefix("what_to_do: "), cwd=space.path).ok()  # the command of .error works, although the name is not UTF-8
    assert tools.getfattr(space.at(name), "user.coc.risk_level")


@pytest.mark.parametrize("hostile", ["c1-csi", "c1-line-break", "separators", "bidi", "no-width"])
def test_what_a_document_holds(space, src, hostile):
    text = HOSTILE[hostile].encode("unicode_escape").decode()
    bad = samples.document() + f'"k{text}": 1\n"k{text}": 2\n'
    tools.run("cp", tools.write(src / "bad.yaml", bad), space.at("bad.yaml")).fails()
    assert_all_is_fit(space, "bad.yaml")
    odd = samples.document() + f'"odd{text}": 1\n'
    tools.run("cp", tools.write(src / "odd.yaml", odd), space.at("odd.yaml")).ok()
    assert "odd" in assert_all_is_fit(space, "odd.yaml")["coc.warnings"]


def test_words_of_a_command_line():
    for program, word in ((tools.COCFS_WAIT, "--\x1b[31m"), (tools.COCD, "--\x9b31m"), (tools.COCFS, "-o\x1b[31m")):
        result = tools.run(program, word, "x", "y")
        assert result.status != 0
        assert_fit_to_be_shown(result.stderr, program)


def test_what_libfuse_tells_when_asked(make_space, src):
    space = make_space(debug=True)
    tools.run("cp", samples.file(src, "a.yaml"), space.at(f"x{HOSTILE['escape']}{HOSTILE['c1-csi']}.yaml".replace("/", ""))).ok()
    tools.eventually(lambda: "CREATE" in space.log(), "libfuse to tell of it")
    assert_fit_to_be_shown(space.log(), "the log")
