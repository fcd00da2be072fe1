# SPDX-License-Identifier: MIT
"""The checker itself: it sees each way in which a promise can be broken."""

import pytest

import promises
from promises import Commit


class FakeSpace:
    cocd = None

    def __init__(self, ids):
        self.ids = ids

    def id(self, path):
        return self.ids.get(path)


WELL, ILL = Commit("a.yaml", "A", True), Commit("a.yaml", "A", False)

TABLE = {
    # name: (commits, what the service holds, what is bound, what is said of it)
    "all-is-well": ([WELL], {"J": ["A"]}, [("a.yaml", "J")], None),
    "an-error-may-have-a-job": ([ILL], {"J": ["A"]}, [("a.yaml", "J")], None),
    "an-error-may-have-none": ([ILL], {}, [], None),
    "lost": ([WELL], {}, [], "lost"),
    "doubled": ([WELL], {"J": ["A"], "K": ["A"]}, [("a.yaml", "J"), ("b.yaml", "K")], "doubled"),
    "an-error-doubled": ([ILL], {"J": ["A"], "K": ["A"]}, [("a.yaml", "J"), ("b.yaml", "K")], "doubled"),
    "sent-twice": ([WELL], {"J": ["A", "A"]}, [("a.yaml", "J")], "twice"),
    "orphan": ([ILL], {"J": ["A"]}, [], "orphan"),
    "two-owners": ([WELL], {"J": ["A"]}, [("a.yaml", "J"), ("b.yaml", "J")], "2 paths"),
    "bound-to-nothing": ([ILL], {}, [("a.yaml", "J")], "does not exist"),
    "from-nowhere": ([], {"J": ["A"]}, [("a.yaml", "J")], "nobody wrote"),
}


@pytest.mark.parametrize("name", TABLE)
def test_sees(monkeypatch, name):
    commits, held, bound, said = TABLE[name]
    monkeypatch.setattr(promises, "held", lambda _: held)
    monkeypatch.setattr(promises, "bindings", lambda _: bound)
    wrong = list(promises.broken(FakeSpace({path: job for path, job in bound}), commits))
    assert any(said in line for line in wrong) if said else wrong == []


def test_sees_an_id_that_is_not_the_ledgers(monkeypatch):
    monkeypatch.setattr(promises, "held", lambda _: {"J": ["A"]})
    monkeypatch.setattr(promises, "bindings", lambda _: [("a.yaml", "J")])
    assert list(promises.broken(FakeSpace({}), [WELL])) == ["a.yaml.id says None, the ledger J"]
