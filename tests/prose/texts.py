# SPDX-License-Identifier: MIT
"""The sentences that people read: in pages, in comments, and in the messages that programs print."""

import ast
import io
import itertools
import re
import tokenize
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sentence:
    path: str
    line: int  # of the file, at which the sentence begins
    text: str
    is_first: bool = False  # the sentence is the first of a comment


# A capital letter begins a sentence. So does a name in small letters, if a full stop ends the word before. A blank line ends a
# sentence, and so does the next item of a list.
_END = re.compile(r"(?<=[.!?:])[*)]*\s+(?=[A-Z0-9\"'`(*\[]|-E[A-Z]|-1:)|(?<=[\w)\]\"'`]{2}[.!?])\s+(?=[a-z_])|\n\s*\n|\n(?=[ \t]*- )")


def _sentences(path, line, text):
    """Yields the sentences of a text. A blank line ends a sentence, too."""
    at = 0
    for found in [*_END.finditer(text), None]:
        end = found.start() if found else len(text)
        part = text[at:end]
        if part.strip():
            first = line + text[:at].count("\n") + len(part[: len(part) - len(part.lstrip())].split("\n")) - 1
            yield Sentence(path, first, " ".join(part.split()))
        at = found.end() if found else end


# ---- pages ----

_CODE = re.compile(r"`[^`\n]*`")


def _without_code(text):
    """Returns a text with one word in the place of each piece of code. The words are CODE1, CODE2 and so on, because a repeated
    word would be a finding."""
    count = itertools.count(1)
    return _CODE.sub(lambda _: f"CODE{next(count)}", text)


def _of_paragraph(path, line, lines):
    text = _without_code("\n".join(lines))
    text = re.sub(r"\]\([^)]*\)", "]", text)
    yield from _sentences(path, line, text)


def of_page(path, content):
    """Yields the sentences of a page in Markdown, without its code and hidden comments. A cell of a table is a paragraph, and so
    is an item of a list."""
    paragraph, first, fenced = [], 1, False
    content = re.sub(r"(?ms)^<!--.*?-->$", lambda found: "\n" * found[0].count("\n"), content)
    for number, line in enumerate([*content.split("\n"), ""], 1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
            line = ""
        is_code = fenced or line.startswith("    ")
        starts = re.match(r"\s*([-*#|]|\d+\.)", line)
        if paragraph and (is_code or not line.strip() or starts):
            yield from _of_paragraph(path, first, paragraph)
            paragraph = []
        if is_code or not line.strip():
            continue
        if line.lstrip().startswith("|"):
            for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
                if not re.fullmatch(r"[\s:-]*", cell):
                    yield from _of_paragraph(path, number, [cell])
            continue
        if not paragraph:
            first = number
        paragraph.append(re.sub(r"^\s*([-*#]+|\d+\.)\s+", "", line))


def of_manual(path, content):
    """Yields the sentences of a manual page in scdoc. Bold and underlined words are names, like code on other pages."""
    content = re.sub(r"(?m)^[;@].*", "", content)  # a comment (;), or a line (@) that docs/man/make.py replaces by a part of a page
    content = re.sub(r"\*[^*\n]+\*|\b_[^_\n]+_\b", "`x`", content)
    yield from of_page(path, re.sub(r"(?m)^\t+", "", content))


# ---- comments ----

_COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.S)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def _of_comment(path, line, comment):
    body = re.sub(r"^/\*+|\*+/$|^//", "", comment)
    body = re.sub(r"(?m)^\s*\* ?", "", body)
    # leave out the lines that are no sentences: a drawing, words in columns, a row of a table, a usage beside its meaning
    lines = ["" if re.search(r"[─│┌└▶]|->|  \S+  |^\s*\||\S {3,}\S", text) else text for text in body.split("\n")]
    found = list(_sentences(path, line, _without_code("\n".join(lines))))
    yield from (replace(sentence, is_first=sentence is found[0]) for sentence in found)


def of_comments(path, content):
    """Yields the sentences in the comments of a file in C."""
    hidden = _STRING.sub(lambda found: '"' + "x" * (len(found[0]) - 2) + '"', content)
    for found in _COMMENT.finditer(hidden):
        comment = content[found.start():found.end()]
        if "SPDX" not in comment:
            yield from _of_comment(path, content.count("\n", 0, found.start()) + 1, comment)


_TOOLS_WORD = re.compile(r"^# ?(shellcheck|pylint|noqa|type:|fmt:)")


def _of_hashes(path, found):
    """Yields the sentences of comments, given as [(line, stands alone on its line, text)]. Comments that stand alone on lines
    below each other are one text."""
    block, first, last = [], 0, 0
    for line, own, text in [*found, (-1, True, "")]:
        if block and not (own and line == last + 1):
            yield from _of_comment(path, first, "\n".join(block))
            block = []
        if line > 0 and "SPDX" not in text and not text.startswith("#!") and not _TOOLS_WORD.match(text):
            first = first if block else line
            block.append(re.sub(r"^#+ ?", "", text))
            last = line if own else -1


def of_python(path, content):
    """Yields the sentences in the comments and docstrings of a file in Python."""
    comments = []
    for token in tokenize.generate_tokens(io.StringIO(content).readline):
        if token.type == tokenize.COMMENT:
            comments.append((token.start[0], token.line.lstrip().startswith("#"), token.string))
    yield from _of_hashes(path, comments)
    for node in ast.walk(ast.parse(content)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and ast.get_docstring(node):
            yield from _of_comment(path, node.body[0].lineno, ast.get_docstring(node))


def of_script(path, content):
    """Yields the sentences in the comments of a file where `#` begins a comment: a shell script, a build file, a unit of systemd."""
    comments = []
    for number, line in enumerate(content.split("\n"), 1):
        found = re.match(r"\s*(#.*)", line) or re.search(r"\s(# [^'\"]*)$", line)
        if found:
            comments.append((number, line.lstrip().startswith("#"), found[1]))
    yield from _of_hashes(path, comments)


# ---- messages ----

_CALL = re.compile(r"\b(?:err_set|err_detail|err_context|log_(?:error|warning|info|about)|warn|refuse|note|usage|dsl_finding_set)\s*\(")


def _arguments(content, at):
    """Returns the arguments of a call. at: the offset behind the bracket that opens them."""
    depth, start = 1, at
    while depth and at < len(content):
        if content[at] == '"':
            found = _STRING.match(content, at)
            at = found.end() if found else at + 1
            continue
        depth += {"(": 1, ")": -1}.get(content[at], 0)
        at += 1
    return content[start:at - 1]


def of_messages(path, content):
    """Yields the texts of a file in C that a program prints or writes into an `.error`."""
    for found in _CALL.finditer(content):
        arguments = _arguments(content, found.end())
        for run in re.finditer(r'(?:"(?:[^"\\\n]|\\.)*"\s*)+', arguments):
            text = "".join(part[1:-1] for part in _STRING.findall(run[0]))
            values = itertools.count(1)  # each value becomes another word, because a repeated word would be a finding
            text = re.sub(r"%[-#0-9.*lzhj]*[a-zA-Z%]", lambda _: f"X{next(values)}", text)
            text = text.replace("\\n", "\n").replace('\\"', "'")
            if " " in text.strip():
                yield from _sentences(path, content.count("\n", 0, found.start()) + 1, text)
