# SPDX-License-Identifier: MIT
"""Tests of the checker itself (lib/promises.py): it sees each way in which a promise can be broken."""

import json
import types

import pytest

import chaos
import front as f
import promises
from promises import Commit


class FakeSpace:
    cocd = None

    def __init__(self, ids):
        self.ids = ids

    def id(self, path):
        return self.ids.get(path)


def wrote(path, letters):
    """Returns the commits of a path. A capital letter is a content whose commit returned 0."""
    return [Commit(path, letter.lower(), letter.isupper()) for letter in letters]


# name: (commits as in wrote(), the contents of each job on the service, the bindings, what the checker says with submit=sync, and
# with submit=queue; None: nothing)
TABLE = {
    "all-is-well": ("A", {"J": "a"}, {"a.yaml": "J"}, None, None),
    "an-error-may-have-a-job": ("a", {"J": "a"}, {"a.yaml": "J"}, None, None),
    "an-error-may-have-none": ("a", {}, {}, None, None),
    "versions": ("ABC", {"J": "abc"}, {"a.yaml": "J"}, None, None),
    "lost": ("A", {}, {}, "lost", "lost"),
    "the-last-is-lost": ("AB", {"J": "a"}, {"a.yaml": "J"}, "lost", "lost"),
    "the-last-is-lost-and-errors-follow": ("ABcd", {"J": "a"}, {"a.yaml": "J"}, "lost", "lost"),
    "the-bound-job-is-another": ("AB", {"J": "a", "K": "b"}, {"a.yaml": "J", "b.yaml": "K"},
                                 "was not written for it", "was not written for it"),
    "newer-content-took-its-place": ("AB", {"J": "b"}, {"a.yaml": "J"}, "lost", None),
    "newer-content-took-its-place-with-an-error": ("Ab", {"J": "b"}, {"a.yaml": "J"}, "lost", None),
    "an-error-took-no-place": ("Ab", {"J": "a"}, {"a.yaml": "J"}, None, None),
    "all-but-some-were-replaced": ("ABCDE", {"J": "bde"}, {"a.yaml": "J"}, "lost", None),
    "out-of-order": ("AB", {"J": "ba"}, {"a.yaml": "J"}, "out of order", "out of order"),
    "sent-twice": ("A", {"J": "aa"}, {"a.yaml": "J"}, "twice", "twice"),
    "sent-again-later": ("AB", {"J": "aba"}, {"a.yaml": "J"}, "twice", "twice"),
    "doubled": ("A", {"J": "a", "K": "a"}, {"a.yaml": "J", "b.yaml": "K"}, "doubled", "doubled"),
    "an-error-doubled": ("a", {"J": "a", "K": "a"}, {"a.yaml": "J", "b.yaml": "K"}, "doubled", "doubled"),
    "orphan": ("a", {"J": "a"}, {}, "orphan", "orphan"),
    "two-owners": ("A", {"J": "a"}, {"a.yaml": "J", "b.yaml": "J"}, "2 paths", "2 paths"),
    "bound-to-nothing": ("a", {}, {"a.yaml": "J"}, "does not exist", "does not exist"),
    "from-nowhere": ("", {"J": "a"}, {"a.yaml": "J"}, "nobody wrote", "nobody wrote"),
}


def say(monkeypatch, space, commits, held, bound, mode):
    monkeypatch.setattr(promises, "held", lambda _: {job: list(versions) for job, versions in held.items()})
    monkeypatch.setattr(promises, "bindings", lambda _: list(bound.items()))
    return list(promises.broken(space, commits, mode))


@pytest.mark.parametrize("mode", promises.MODES)
@pytest.mark.parametrize("name", TABLE)
def test_sees(monkeypatch, name, mode):
    letters, held, bound, *said = TABLE[name]
    wrong = say(monkeypatch, FakeSpace(bound), wrote("a.yaml", letters), held, bound, mode)
    word = said[promises.MODES.index(mode)]
    assert any(word in line for line in wrong) if word else wrong == []


@pytest.mark.parametrize("mode", promises.MODES)
def test_twins_have_a_job_each(monkeypatch, mode):
    commits = wrote("a.yaml", "A") + wrote("b.yaml", "A")
    both = {"a.yaml": "J", "b.yaml": "K"}
    assert say(monkeypatch, FakeSpace(both), commits, {"J": "a", "K": "a"}, both, mode) == []
    one = {"a.yaml": "J"}
    wrong, = say(monkeypatch, FakeSpace(one), commits, {"J": "a"}, one, mode)
    assert wrong.startswith("lost: b.yaml")


def test_sees_an_id_that_is_not_the_ledgers(monkeypatch):
    wrong = say(monkeypatch, FakeSpace({}), wrote("a.yaml", "A"), {"J": "a"}, {"a.yaml": "J"}, "sync")
    assert wrong == ["a.yaml.id says None, the ledger J"]


def test_sees_what_the_service_has_forgotten():
    made, changed, lost = (exchange(method, path, content) for method, path, content in [
        ("POST", "/v1/documents", "a"), ("PUT", "/v1/documents/J", "b"), ("PUT", "/v1/documents/J", "c")])
    refused = exchange("POST", "/v1/documents", "d", status=400)
    front = types.SimpleNamespace(exchanges=[made, changed, lost, refused])
    wrong, = chaos.forgotten(front, {"J": ["a", "b"]})
    assert str(lost) in wrong


def exchange(method, path, content, status=200):
    return f.Exchange(1, 0, method, path, [], {}, json.dumps({"content": content}).encode(),
                      service_status=status, service_body=b'{"data": "J"}')
