# SPDX-License-Identifier: MIT
"""contrib/monitoring: promtool accepts the alert rules, the dashboard asks for existing metrics, and the script copies
.coc/metrics in the form of the textfile collector."""

import json
import os
import re

import tools

FOLDER = os.path.join(tools.ROOT, "contrib", "monitoring")
DOCS = os.path.join(tools.ROOT, "docs", "operations.md")
EXPRESSION = re.compile(r"\bcocfs_[a-z_]+")


def documented():
    """Returns the names of the metrics; for a histogram the names of its series."""
    names = set()
    for name, kind in re.findall(r"^\| `(cocfs_\w+)(?:\{[^`]*\})?` \| (\w+)", tools.read(DOCS).decode(), re.M):
        names |= {f"{name}_{part}" for part in ("bucket", "sum", "count")} if kind == "histogram" else {name}
    assert len(names) > 20
    return names


def test_promtool_takes_the_rules():
    tools.need("promtool")
    tools.run("promtool", "check", "rules", "cocfs.rules.yml", cwd=FOLDER).ok()
    tools.run("promtool", "test", "rules", "cocfs.test.yml", cwd=FOLDER).ok()


def test_each_alert_is_tested_and_says_what_to_do():
    rules = tools.read(os.path.join(FOLDER, "cocfs.rules.yml")).decode()
    names = re.findall(r"- alert: (\w+)", rules)
    tested = tools.read(os.path.join(FOLDER, "cocfs.test.yml")).decode()
    assert names and not [name for name in names if tested.count(name) < 2]
    assert rules.count("what_to_do:") == len(names)


def test_rules_and_dashboard_ask_for_metrics_that_there_are():
    dashboard = json.loads(tools.read(os.path.join(FOLDER, "cocfs-dashboard.json")))
    asked = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    rules = re.sub(r'file=~"[^"]*"', "", tools.read(os.path.join(FOLDER, "cocfs.rules.yml")).decode())
    expressions = " ".join(re.findall(r"expr: (?:>-\n)?((?:.|\n {10})*)", rules))
    used = set(EXPRESSION.findall(asked)) | set(EXPRESSION.findall(expressions))
    assert len(used) > 10 and used <= documented()


def test_the_panels_of_the_dashboard_do_not_overlap():
    taken = set()
    for panel in json.loads(tools.read(os.path.join(FOLDER, "cocfs-dashboard.json")))["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert at["x"] + at["w"] <= 24 and not cells & taken
        taken |= cells


def test_the_script_copies_the_metrics_of_each_mount(tmp_path):
    """A stub of findmnt lists two mounts. One has a blank and a quote in its name. The other is not there, and is skipped."""
    mount, into, programs = tmp_path / 'my "jobs', tmp_path / "into", tmp_path / "bin"
    for folder in (mount / ".coc", into, programs):
        folder.mkdir(parents=True)
    (mount / ".coc" / "metrics").write_text('# TYPE cocfs_queued gauge\ncocfs_queued 3\ncocfs_requests_total{outcome="done"} 4\n')
    findmnt = programs / "findmnt"
    findmnt.write_text(f"#!/bin/sh\nprintf '%s\\n' '{mount}' '{tmp_path}/gone'\n")
    findmnt.chmod(0o755)
    tools.run(os.path.join(FOLDER, "cocfs-metrics"), str(into),
              env=tools.environment(PATH=f"{programs}:{os.environ['PATH']}")).ok()
    files = list(into.iterdir())
    assert len(files) == 1 and files[0].suffix == ".prom" and files[0].stat().st_mode & 0o777 == 0o644
    label = f'mount="{str(mount)}"'.replace('my "jobs', 'my \\"jobs')
    assert files[0].read_text() == ('# TYPE cocfs_queued gauge\n'
                                    f'cocfs_queued{{{label}}} 3\ncocfs_requests_total{{{label},outcome="done"}} 4\n')


def test_the_docs_have_each_alert():
    rules = set(re.findall(r"- alert: (\w+)", tools.read(os.path.join(FOLDER, "cocfs.rules.yml")).decode()))
    docs = tools.read(os.path.join(tools.ROOT, "docs", "monitoring.md")).decode()
    assert rules == set(re.findall(r"^\| `(\w+)` \|", docs, re.M))
