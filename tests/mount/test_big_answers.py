# SPDX-License-Identifier: MIT
"""A service that answers with megabytes takes neither memory nor time from the mount."""

import re

import pytest

import front as f
import samples
import tools

MEGABYTES = (4 << 20) - 4096
GROWTH_KB = 24 * 1024  # cocfs may keep a few answers of half a MiB, and what its allocator does not give back


class Body(bytes):
    """Bytes that a failing test shows in a short form."""

    def __repr__(self):
        return f"{self[:20]} and so on, {len(self)} bytes"


BODIES = {
    "numbers": b'{"data":[' + b"0," * (MEGABYTES // 2) + b"0]}",
    "rows": b'{"data":[' + b'{"document_id":"D","name":"n"},' * 30000 + b'{}],"total":1}',
    "objects": b'{"data":{' + b'"":{},' * 150000 + b'"":0}}',
    "nested": b'{"data":' * 130000 + b"0" + b"}" * 130000,
    "string": b'{"data":"' + b"x" * (MEGABYTES - 20) + b'"}',
    "spaces": b" " * MEGABYTES,
}


def peak_kb(process):
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        return int(re.search(r"^VmHWM:\s+(\d+) kB", status.read(), re.M)[1])


def is_sanitized():
    with open(tools.COCFS, "rb") as program:
        return b"libasan" in program.read()


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize("body", BODIES)
def test_it_costs_no_memory(make_space, src, body, status):
    space = make_space()
    tools.run("cp", samples.file(src, "a.yaml"), space.path).ok()
    before = peak_kb(space.process)
    big = f.says(status, Body(BODIES[body]))
    answers = [space.front.rule(big, *call, times=None)
               for call in (("POST",), ("PUT",))]
    answers.append(space.front.rule(big, "GET", "/v1/documents/.+", times=None, when=space.updates))
    assert tools.store(samples.file(src, "a.yaml", "two"), space.at("a.yaml")).startswith("close ")
    assert tools.store(samples.file(src, "b.yaml", "b"), space.at("b.yaml")).startswith("close ")
    lists = space.front.rule(big, "GET", "/v1/documents", times=None)
    assert tools.store(samples.file(src, "c.yaml", "c"), space.at("c.yaml")).startswith("close ")
    if status == 200:  # a 200 that cannot be read counts as lost: cocfs asks the service
        assert space.front.wait(lambda: answers[2].hits)
    else:  # before an update cocfs asks for the newest version
        assert tools.store(samples.file(src, "a.yaml", "three"), space.at("a.yaml")).startswith("close ")
        assert answers[2].hits
    assert all(rule.hits for rule in [*answers[:2], lists])
    if not is_sanitized():
        assert peak_kb(space.process) - before < GROWTH_KB
    space.front.clear()
    tools.run("ls", "-la", space.path).ok()
