"""Two answers in one place: ``Mrs X, Director``; ``Dakar, 3 March 2025``; an e-mail address and a telephone."""

import re

from extractors.dates import read_date
from extractors.layout import Span
from extractors.persons import split_person
from pipeline.folding import fold, tidy

Halves = tuple[str | None, str | None]
_PARTING = re.compile(r"[,;–—\n]|\s-|-\s|\s(?:le|el|em|aos|on|от)\s|\s\w{1,3}\s?:")
_ENDS = re.compile(r"^[\s,;–—:/-]+|(?:[\s,;–—:/(-]|\b(?:le|el|em|aos|on|от|dia|día))+$")


def halves_of(pair: str, text: str, language: str) -> Halves:
    """The answers to the two questions of a pair, in their order; None for one that is not there."""
    if pair == "pair:place_date":
        return _place_and_date(text, language)
    if pair == "pair:event":
        return _apart_from_date(text, language)
    if pair == "pair:address":
        return text, text  # each is found by its own form
    return split_person(text)


def _place_and_date(text: str, language: str) -> Halves:
    """``Dakar, le 3 mars 2025`` -> place and date."""
    first = re.search(r"\d", text)
    if first is None:
        return tidy(text), None
    place = _PARTING.split(text[: first.start()])[0].strip(" ,")
    if not place:
        return _apart_from_date(text, language)
    return place, tidy(text[len(place) :]).lstrip(" ,–—-")


def _apart_from_date(text: str, language: str) -> Halves:
    """What stands before or behind a date, and the date."""
    found = read_date(text, language)
    if found is None:
        return (None, tidy(text)) if re.search(r"\d", text) else (tidy(text), None)
    before, behind = _ENDS.sub("", text[: found.start]), _ENDS.sub("", text[found.end :])
    return tidy(before or behind) or None, tidy(text[found.start : found.end])


def spans_with(spans: tuple[Span, ...], text: str) -> list[Span]:
    """The part of the spans that holds the words of ``text``."""
    for span in spans:
        at = span.text.find(text)
        if at >= 0:
            return [Span(span.line, span.start + at, span.start + at + len(text))]
    over_lines = _over_lines(spans, text.split())
    wanted = fold(text)
    return over_lines or [span for span in spans if fold(span.text) and fold(span.text) in wanted]


def _over_lines(spans: tuple[Span, ...], words: list[str]) -> list[Span]:
    """Where words stand that begin at the end of one line and go on in the next; nothing if not all are found."""
    found: list[Span] = []
    for span in spans:
        printed = list(re.finditer(r"\S+", span.text))
        for first in range(len(printed)) if not found else range(1):
            run = [word.group() for word in printed[first : first + len(words)]]
            if run and run == words[: len(run)]:
                last = printed[first + len(run) - 1]
                found.append(Span(span.line, span.start + printed[first].start(), span.start + last.end()))
                words = words[len(run) :]
                break
    return [] if words else found
