# SPDX-License-Identifier: MIT
"""The picture of a terminal in the README, docs/terminal.svg. As a program: runs its commands again, and draws their output.

The picture has its own script: first the commands in its <metadata>, which readers do not see, then its lines "$ COMMAND".
"""

import html
import os
import re
import tempfile

import page_machine
import pages
import tools

PICTURE = os.path.join(tools.ROOT, "docs", "terminal.svg")
TITLE = "cocfs in a terminal"

LINE_HEIGHT, CHARACTER, MARGIN, BAR = 20, 8.43, 20, 34  # pixels
COLUMNS = 84  # characters in a line

STYLE = """
  text { font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; fill: #c9d1d9; white-space: pre; }
  .prompt { fill: #3fb950; } .command { fill: #ffffff; } .wrong { fill: #ff7b72; }
"""
WRONG = re.compile(r"cp: |\d+:\d+: |what_to_do: ")  # the beginnings of lines with an error, which are drawn in red


def read(text):
    """Returns the commands in the <metadata> of a picture ("": there are none), and the lines that it shows, without markup."""
    hidden = re.search(r"(?s)<metadata>(.*?)</metadata>", text)
    lines = re.findall(r"<text [^>]*>(.*?)</text>", text)
    return html.unescape(hidden[1]).strip() if hidden else "", [html.unescape(re.sub(r"<[^>]*>", "", line)) for line in lines]


def steps(hidden, lines):
    """Returns the commands of the picture as the steps of a page."""
    return pages.steps(f"<!-- setup\n{hidden}\n-->\n\n```console\n" + "\n".join(lines) + "\n```\n")


def _line(number, text):
    y = BAR + MARGIN + LINE_HEIGHT * number
    found = pages.PROMPT.fullmatch(text)
    if found:
        body = f'<tspan class="prompt">$</tspan> <tspan class="command">{html.escape(found["command"], quote=False)}</tspan>'
        return f'<text x="{MARGIN}" y="{y}">{body}</text>'
    of_class = ' class="wrong"' if WRONG.match(text) else ""
    return f'<text x="{MARGIN}" y="{y}"{of_class}>{html.escape(text, quote=False)}</text>'


def draw(hidden, lines):
    """Returns an SVG picture that shows these lines and has the hidden commands in its <metadata>."""
    width, height = round(2 * MARGIN + COLUMNS * CHARACTER), BAR + LINE_HEIGHT * len(lines) + MARGIN
    dots = "".join(f'<circle cx="{20 + 20 * number}" cy="18" r="6" fill="{color}"/>'
                   for number, color in enumerate(("#ff5f56", "#ffbd2e", "#27c93f")))
    body = "\n".join(_line(number, line) for number, line in enumerate(lines))
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" xml:space="preserve">\n'
            f"<title>{TITLE}</title>\n<metadata>\n{html.escape(hidden, quote=False)}\n</metadata>\n<style>{STYLE}</style>\n"
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>\n{dots}\n{body}\n</svg>\n')


def recorded(hidden, lines):
    """Runs the commands of a picture. Returns its lines with the output that the programs have today."""
    todo = steps(hidden, lines)
    with tempfile.TemporaryDirectory() as box:
        results, _ = page_machine.play(box, todo)
    shown = []
    for step, (status, output) in zip(todo, results, strict=True):
        if step.kind == "console":
            shown += [f"$ {step.text}", *output.rstrip("\n").splitlines()]
        elif status:
            raise RuntimeError(f"{step.text}: {output}")
    return shown


if __name__ == "__main__":
    with open(PICTURE, encoding="utf-8") as file:
        hidden_commands, old = read(file.read())
    tools.write(PICTURE, draw(hidden_commands, recorded(hidden_commands, old)))
