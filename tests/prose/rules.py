# SPDX-License-Identifier: MIT
"""The rules: what makes a sentence hard to read for a person who reads it once, in a second language."""

import re
from dataclasses import dataclass

WORDS_MAX = 28  # of a sentence; a longer one must be read twice
_NAMES = re.compile(r"(?:[·—,] )?\bCODE\d+(?:(?:,| ·| —)? CODE\d+)+$")  # a list of names at the end of a sentence: its words do not count


@dataclass(frozen=True)
class Rule:
    name: str
    mend: str
    pattern: re.Pattern
    example: str  # a sentence that breaks the rule
    of_first: bool = False  # the rule holds only for the first sentence of a comment


def _rule(name, mend, pattern, example, of_first=False):
    return Rule(name, mend, re.compile(pattern), example, of_first)


RULES = (
    _rule("that-one", "say the noun", r"\b([Tt]hat|[Tt]his|[Tt]he other|[Ee]ither) one\b(?! of)",
          "That one cannot carry an error back."),
    _rule("the-one", "say the noun", r"\bfor the (one|other)\b[,;.]|\bthe one,", "Somebody waits for the one, nobody for the other."),
    _rule("whoever", "name the person or the program", r"\b([Ww]hoever|[Ww]homever|[Ww]hichever|[Ww]hatever)\b",
          "Whoever was held wakes in a run."),
    _rule("who-as-a-noun", "name the person or the program",
          r"^Who [a-z]+s?\b(?![^?]*\?)|\b(for|to|of|by|from) who\b|, who (it|that)\b", "What that state is, for who writes it."),
    _rule("told-of", "say who reports what to whom", r"\b(told of|telling of|tells of|tell of)\b", "It is told of by the other two."),
    _rule("what-is-told", "say the noun", r"\bwhat is (told|said|meant)\b", "This is what is told to the writer."),
    _rule("it-first", "say the noun: there is no word before", r"^(It|They|Its|Their)\b", "It is told of by the other two.", of_first=True),
    _rule("same-first", "say what: there is no sentence before",
          r"^(The same( (if|with|when|while|for|before|over|on|in|as)\b|\.)|But |Also |Nor )", "The same over a crash.", of_first=True),
    _rule("but-for", "apart from, without, except", r"\bbut for (?!at\b|other\b)", "Nothing is sent but for the list."),
    _rule("of-whose", "two sentences", r"\bof (which|whose|whom)\b", "Two files, of which one is a job."),
    _rule("lest", "a common word", r"\b(lest|thereof|therein|whereupon|hence|thus|hereby)\b", "It is copied lest it change."),
    _rule("turn", "iteration", r"\b(this|that|a|the|each|next|later|one|every) turn\b(?! (of|to|around))", "It is answered in a later turn."),
    _rule("ticket", "waiter", r"\btickets?\b", "The engine hands out a ticket."),
    _rule("ghost", "deleted sibling", r"\bghosts?\b", "A ghost can still be named."),
    _rule("inquiry", "lost answer, lost create", r"\binquir(y|ies)\b", "The task joins an inquiry."),
)


def findings(sentence):
    """Yields the rules that a sentence breaks: name, what was found, how to mend it."""
    words = _NAMES.sub("", sentence.text).split()
    if len(words) > WORDS_MAX:
        yield "long", f"{len(words)} words", f"at most {WORDS_MAX}: make two sentences"
    for rule in RULES:
        found = (sentence.is_first or not rule.of_first) and rule.pattern.search(sentence.text)
        if found:
            yield rule.name, found[0], rule.mend


def blind():
    """Returns the names of the rules that do not find their own example: the pattern of such a rule is wrong."""
    return [rule.name for rule in RULES if not rule.pattern.search(rule.example)]
