"""Requests for money: who is asked to pay for what, sentence by sentence (guide 1.1 and 3.3).

The words are the language files' ([rules.money]). A thing (a computer, a per diem, a hall) alone says nothing; what
counts is who should pay: the facility, the institution itself, somebody else, or nobody named.
"""

from typing import NamedTuple

from classifiers.cues import cue_pattern, cue_spans, folded_clause, sentences, spoken
from classifiers.payers import Clause, Finding, Stance


class Mention(NamedTuple):
    """A sentence of an answer that speaks of money, and how clearly it asks the facility for it."""

    sentence: str
    finding: Finding


def money_mentions(text: str, stance: Stance, form_language: str) -> list[Mention]:
    """The sentences of an answer that ask the facility to pay, or leave open who should."""
    language = spoken(text, form_language)
    mentions = []
    for sentence in sentences(text):
        found = {Clause(clause, language, stance).finding() for clause in clauses(sentence, language)}
        if "asks" in found:
            mentions.append(Mention(sentence, "asks"))
        elif "unclear" in found:
            mentions.append(Mention(sentence, "unclear"))
    return mentions


def clauses(sentence: str, language: str) -> list[str]:
    """A sentence as folded clauses, parted at semicolons and words such as "but" and "while"."""
    parts = [sentence] if ":" in sentence else sentence.split(";")
    found: list[str] = []
    for part in parts:
        plain = folded_clause(part)
        starts = [0]
        for turn in cue_spans(plain, language, "money", "but"):
            if not cue_pattern(language, "money", "and").match(plain, turn.start):
                starts.append(turn.start)
        found += [plain[start:end].strip(" ,") for start, end in zip(starts, [*starts[1:], len(plain)], strict=True)]
    return [clause for clause in found if clause]
