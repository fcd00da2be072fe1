#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes a manual page: make.py PAGE.scd [SCDOC] writes the page, or without SCDOC its whole source, to standard output.

The pages and the documents say the same things, and nobody writes a table twice: a page takes it from the document. Such
a line stands by itself in PAGE.scd:

  @rows FILE [HEADING] BEGINNING   a definition for each row of the first table of FILE (below the heading) that begins so
  @section FILE HEADING            what stands below the heading, up to the next one of its level
  @options FILE                    a definition for each option of a --help that FILE shows

FILE is seen from the root of the tree. A third column of a table is said with its heading before it: "Default: 30." A column
"type" stands behind the term.
"""

import os
import re
import subprocess
import sys

ROOT = os.path.realpath(os.path.join(os.path.dirname(__file__), "..", ".."))
SPAN = re.compile(r"`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+(?:`[^`]*`[^*]*)?)\*\*|(?<![\w*])\*(?P<word>[^*`]+)\*(?![\w*])"
                  r"|!?\[(?P<text>(?:`[^`]*`|[^\]`])+)\]\((?P<target>[^)]*)\)")


class Wrong(Exception):
    """A line of a page that asks for what is not there."""


def read(name):
    with open(os.path.join(ROOT, name), encoding="utf-8") as file:
        return file.read()


def plain(text):
    """Text that scdoc shows as it is."""
    return re.sub(r"([\\*_])", r"\\\1", text)


def span(match):
    if match["code"]:
        return f"*{plain(match['code'])}*"
    if match["bold"]:
        return f"*{plain(match['bold'].replace('`', ''))}*"
    if match["word"]:
        return f"_{plain(match['word'])}_"
    return inline(match["text"])


def inline(text):
    """Markdown's spans, for scdoc. A link is its text, and a file of docs/ has that name everywhere."""
    text = re.sub(r" \(\[(?:below|above)\]\([^)]*\)\)|: \[(?:below|above)\]\([^)]*\)", "", text)
    text = re.sub(r"\[([\w-]+\.md)\]\([^)]*\)", r"docs/\1", text)
    parts, at = [], 0
    for match in SPAN.finditer(text):
        parts += [plain(text[at:match.start()]), span(match)]
        at = match.end()
    line = "".join(parts) + plain(text[at:])
    return "\\" + line if line[:1] in "#-.|[]:; " and line else line


def cells(row):
    return [cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", row)[1:-1]]


def definition(term, *texts):
    return [term] + ["\t" + text if text else "" for text in texts] + [""]


def rows(table):
    """The lines of a table of Markdown, as definitions."""
    header = cells(table[0])
    kind = header[1] == "type"  # a word for the term's line
    for row in table[2:]:
        term, *more = cells(row)
        term = f"{term} ({more.pop(0)})" if kind else term
        text, *more = more
        texts = [inline(text)] if text else []
        for name, cell in zip(header[2 + kind:], more):
            if cell:
                texts += [""] * bool(texts) + [f"{inline(name).capitalize()}: {inline(cell)}"]
        yield from definition(inline(term), *texts)


def block(lines):
    """One paragraph, list, table or example of Markdown."""
    if lines[0].startswith("|"):
        yield from rows(lines)
    elif lines[0].startswith("#"):
        yield from [lines[0][1:], ""]
    elif lines[0].startswith("    "):
        yield from ["```", *(line[4:].replace("\\", "\\\\") for line in lines), "```", ""]
    elif re.match(r"- |\d+\. ", lines[0]):
        items = re.split(r"\n(?=- |\d+\. )", "\n".join(lines))
        for item in items:
            mark, text = re.match(r"(- |\d+\. )(.*)", item, re.S).groups()
            yield ("- " if mark == "- " else ". ") + inline(" ".join(text.split()))
        yield ""
    else:
        yield from [inline(" ".join(line.strip() for line in lines)), ""]


def blocks(text):
    """The blocks of Markdown, without fences and hidden comments."""
    text = re.sub(r"(?ms)^<!--.*?-->\n?", "", text)
    fenced = re.sub(r"(?ms)^```[^\n`]*\n(.*?)^```$", lambda match: re.sub(r"(?m)^", "    ", match[1].rstrip("\n")), text)
    for part in re.split(r"\n(?:[ \t]*\n)+", fenced.strip("\n")):
        lines = part.split("\n")
        begin = 0
        for at in range(1, len(lines) + 1):  # a table needs no empty line around it, and neither does a list
            if at == len(lines) or lines[at].startswith("|") != lines[begin].startswith("|") \
                    or lines[at - 1].startswith("#") or lines[at].startswith("- ") and not re.match(r"- |  ", lines[begin]):
                yield lines[begin:at]
                begin = at


def below(name, heading):
    """What stands below a heading. In a block of code a line that begins with # is none."""
    level = heading.partition(" ")[0]
    text = read(name)
    hidden = re.sub(r"(?ms)^```.*?^```$", lambda block: re.sub(r"(?m)^#", " ", block[0]), text)
    found = re.search(rf"(?ms)^{re.escape(heading)}\n(.*?)(?=^#{{1,{len(level)}}} |\Z)", hidden)
    if not found:
        raise Wrong(f"{name} has no heading {heading}")
    return text[found.start(1):found.end(1)]


def take_rows(name, wanted):
    heading, _, beginning = wanted.partition("|")
    text = below(name, heading.strip()) if heading else read(name)
    found = re.search(rf"(?m)^\|{re.escape(beginning)}.*\n\| ?-.*\n(?:\|.*\n)+", text + "\n")
    if not found:
        raise Wrong(f"{name} has no table that begins with |{beginning}")
    return rows(found[0].splitlines())


def take_section(name, heading):
    return (line for lines in blocks(below(name, heading)) for line in block(lines))


def take_options(name):
    """The options of a --help: "  --name VALUE   text", and text that goes on below."""
    found = re.findall(r"(?m)^  (-.*?)(?:   +|\n {8,})(\S.*(?:\n {8,}\S.*)*)", read(name))
    if not found:
        raise Wrong(f"{name} shows no --help")
    for term, text in found:
        yield from definition(f"*{plain(term)}*", plain(" ".join(text.split())))


TAKES = {"rows": take_rows, "section": take_section, "options": take_options}


def source(path):
    """The page, with what it takes from documents."""
    for number, line in enumerate(read(path).splitlines(), 1):
        verb, _, rest = line[1:].partition(" ")
        if not line.startswith("@"):
            yield line
            continue
        try:
            yield from TAKES[verb](*rest.split(" ", 1))
        except (KeyError, TypeError, OSError, Wrong) as error:
            raise Wrong(f"{path}:{number}: {error}") from error


def main():
    try:
        text = "\n".join(source(os.path.realpath(sys.argv[1]))) + "\n"
    except Wrong as error:
        sys.exit(f"make.py: {error}")
    text = re.sub(r"\n{3,}", "\n\n", text)
    if len(sys.argv) < 3:
        sys.stdout.write(text)
        return
    roff = subprocess.run([sys.argv[2]], input=text.encode(), stdout=subprocess.PIPE, check=True).stdout
    sys.stdout.buffer.write(b".nr HY 0\n" + roff)  # a word that is copied from the page has no hyphen of the line's end


if __name__ == "__main__":
    main()
