# SPDX-License-Identifier: MIT
"""Draws the results as an SVG: how many jobs a second each client makes, and how far each goal is met.

Both axes are logarithmic. A bar is the median; the line on it goes from the least to the most of the rounds.
"""

import html
import math

import report

WIDTH, LEFT, RIGHT = 1120, 480, 200  # widths of the picture, of the names, of the numbers
BAR, STEP, HEAD = 14, 24, 64
CLIENTS = {"cp-https": "a process for each file: ", "tree-https": ""}
STYLE = """
  text { font: 13px sans-serif; fill: #1f2328; }
  .title { font-weight: bold; font-size: 15px; }
  .grid { stroke: #8c959f; stroke-opacity: 0.35; }
  .goal { stroke: #9a6700; stroke-width: 2; }
  .spread { stroke: #1f2328; }
  .ours { fill: #1a7f5a; } .other { fill: #8c959f; } .short { fill: #bc4c00; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; } .spread { stroke: #e6edf3; } .ours { fill: #2ea97b; } .short { fill: #e0823d; }
    .goal { stroke: #d4a72c; }
  }
"""


class Panel:
    """Bars on one logarithmic axis. A bar is (name, kind, median, least, most, number): kind is its class in STYLE, number the text
    beside it. goal: a line at this value, from which the bars begin; None: they begin at the left."""

    def __init__(self, title, axis, bars, start=None, goal=None):
        self.title, self.axis, self.bars, self.goal = title, axis, bars, goal
        values = [value for bar in bars for value in bar[2:5] if value > 0]
        self.low = math.floor(math.log10(min([start or math.inf, *values])))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)

    @property
    def height(self):
        return HEAD + STEP * len(self.bars) + 40

    def x(self, value):
        """Returns the position of a value, within the ends of the axis."""
        if value <= 0:
            return LEFT
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(part, 0), 1)

    def draw(self, top):
        floor = top + self.height - 40
        out = [f'<text class="title" x="16" y="{top + 24}">{html.escape(self.title)}</text>']
        for power in range(self.low, self.high + 1):
            x = self.x(10 ** power)
            out.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 40}" y2="{floor}"/>')
            out.append(f'<text x="{x:.1f}" y="{floor + 16}" text-anchor="middle">{10.0 ** power:,g}</text>')
        out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{floor + 34}" text-anchor="middle">'
                   f'{html.escape(self.axis)}</text>')
        for place, bar in enumerate(self.bars):
            out += self._bar(top + HEAD - 16 + place * STEP, *bar)
        if self.goal:
            x = self.x(self.goal)
            out.append(f'<line class="goal" x1="{x:.1f}" x2="{x:.1f}" y1="{top + 40}" y2="{floor}"/>')
        return out

    def _bar(self, y, name, kind, median, least, most, number):
        origin = self.x(self.goal) if self.goal else LEFT
        start, end = sorted((origin, self.x(median)))
        middle = y + BAR / 2
        return [f'<text x="{LEFT - 10}" y="{y + 12}" text-anchor="end">{html.escape(name)}</text>',
                f'<rect class="{kind}" x="{start:.1f}" y="{y}" width="{max(end - start, 1):.1f}" height="{BAR}"/>',
                f'<line class="spread" x1="{self.x(least):.1f}" x2="{self.x(most):.1f}" y1="{middle}" y2="{middle}"/>',
                f'<text x="{WIDTH - RIGHT + 12}" y="{y + 12}">{html.escape(number)}</text>']


def clients(measured):
    bars = []
    for results in measured:
        if results.row.name in CLIENTS:
            for name, _, median, least, most in results.contenders():
                kind = "ours" if name.startswith("cp") else "other"
                bars.append((CLIENTS[results.row.name] + name, kind, median, least, most, report.number(median)))
    return sorted(bars, key=lambda bar: -bar[2])


def goals(measured):
    bars = []
    for results in measured:
        for goal, ratio, least, most in results.verdicts():
            if ratio is None:
                continue
            ends = sorted((goal.better(least), goal.better(most)))
            unit = f" {goal.unit}".rstrip()
            number = f"{report.number(ratio)}{unit} ({'≥' if goal.at_least else '≤'} {goal.bound:,g})"
            bars.append((f"{results.row.name}: {goal.what}", "ours" if goal.met(ratio) else "short",
                         goal.better(ratio), *ends, number))
    return bars


def draw(measured):
    """Returns the whole picture as the text of an SVG. Rows that were not measured are left out."""
    panels = []
    if clients(measured):
        panels.append(Panel("Small jobs over https", "jobs a second", clients(measured)))
    if goals(measured):
        panels.append(Panel("Goals", "times better than the goal (1: just met)", goals(measured), start=0.1, goal=1))
    height = sum(panel.height for panel in panels) + 16
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}">',
           f"<style>{STYLE}</style>"]
    top = 0
    for panel in panels:
        out += panel.draw(top)
        top += panel.height
    return "\n".join(out + ["</svg>\n"])
