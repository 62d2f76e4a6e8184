"""A text laid out once: its words, and which of them make a sentence or a clause."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from classifiers.theme.features import words_of
from classifiers.theme.offices import without_offices
from classifiers.theme.sentences import clauses_of, sentences_of

Span = tuple[int, int]
"""Words from the first of them to before the second."""


class Laid(NamedTuple):
    """The folded words of a text; its sentences with their place in it; which words make each sentence and clause."""

    words: tuple[str, ...]
    quotes: tuple[tuple[int, str], ...]
    sentences: tuple[Span, ...]
    clauses: tuple[Span, ...]


@lru_cache(maxsize=1 << 13)
def lay_out(text: str) -> Laid:
    """The text word by word, names of ministries passed over; sentences without any word are left out."""
    words: list[str] = []
    quotes: list[tuple[int, str]] = []
    sentences: list[Span] = []
    clauses: list[Span] = []
    for start, quote in sentences_of(text):
        before = len(words)
        for clause in clauses_of(without_offices(quote)):
            more = words_of(clause)
            if more:
                clauses.append((len(words), len(words) + len(more)))
                words += more
        if len(words) > before:
            quotes.append((start, quote))
            sentences.append((before, len(words)))
    return Laid(tuple(words), tuple(quotes), tuple(sentences), tuple(clauses))


def joined(texts: Sequence[Laid]) -> Laid:
    """Several texts one after the other; the places of the quotes stay those in their own text."""
    words: tuple[str, ...] = ()
    sentences: list[Span] = []
    clauses: list[Span] = []
    for laid in texts:
        by = len(words)
        sentences += [(first + by, last + by) for first, last in laid.sentences]
        clauses += [(first + by, last + by) for first, last in laid.clauses]
        words += laid.words
    return Laid(words, tuple(quote for laid in texts for quote in laid.quotes), tuple(sentences), tuple(clauses))
