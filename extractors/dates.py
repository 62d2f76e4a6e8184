"""Dates as people write them in the five languages: day first, ranges give their first day, months alone a month."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from pipeline.folding import fold
from pipeline.languages import LANGUAGES

_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?[./\-]\s?(\d{1,2})\s?[./\-]\s?(\d{4}|\d{2})(?!\d)")
_RANGE_NUMERIC = re.compile(
    r"(?<!\d)(\d{1,2})(?:[./](\d{1,2}))?\s?(?:[–—-]|to|au|al|a|до|по)\s?\d{1,2}[./](\d{1,2})[./](\d{4})(?!\d)", re.I
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)")
_YEAR_FIRST = re.compile(r"(?<!\d)((?:19|20)\d{2})[./](\d{1,2})[./](\d{1,2})(?!\d)")
_MONTH_YEAR = re.compile(r"(?<![\d./])(\d{1,2})\s?[./\-]\s?((?:19|20)\d{2})(?!\d)")
_YEAR_MONTH = re.compile(r"(?<!\d)((?:19|20)\d{2})[-/.](\d{1,2})(?![\d./-])")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_DIGIT = re.compile(r"\d")
_WORD = re.compile(r"[^\W\d_]+")
_DAY_BEFORE = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?(?:er|re|st|nd|rd|th|º|°|ª|-?е|-?го|\.)?\s?[»”\"]?\s?"
    r"(?:of\s|de\s|da\s|do\s|día\s|del mes de\s)?\s*$",
    re.I,
)
_RANGE_BEFORE = re.compile(
    r"(?<![\d.,/])(\d{1,2})\s?(?:er|st|nd|rd|th|º|°|-?го|-?е)?\s?(?:[–—-]|/|to|and|&|until|au|et|al|y|a|ao|e|до|по|и)\s?"
    r"(?:le\s|el\s|o\s|the\s)?$",
    re.I,
)
_DAY_AFTER = re.compile(r"^\s?(\d{1,2})(?:st|nd|rd|th)?(?:\s?[–—-]\s?\d{1,2})?\s?,?\s+(?=(?:19|20)\d{2})", re.I)
_ONES = {"premier": 1, "primero": 1, "primeiro": 1, "first": 1, "первого": 1}


@dataclass(frozen=True, slots=True)
class DateRead:
    """A date or month found in a text: ISO date or ``YYYY-MM``, and where it stands; ``several`` if more are there."""

    value: str
    start: int
    end: int
    several: bool = False


@cache
def month_names(language: str) -> dict[str, int]:
    """Folded month names and abbreviations of a language in all their grammatical forms (CLDR)."""
    from babel.dates import get_month_names

    names: dict[str, int] = {}
    for code in dict.fromkeys([language, *LANGUAGES]):
        if code not in LANGUAGES:
            continue
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in get_month_names(width, context=context, locale=code).items():
                    word = fold(name)
                    if len(word) >= 3 or code == language:
                        names.setdefault(word, number)
    for word, number in list(names.items()):  # Russian prepositional: в мае, в марте, в январе
        if re.fullmatch(r"[а-я]+[ья]", word) and len(word) > 3:
            names.setdefault(word[:-1] + "е", number)
        elif re.fullmatch(r"[а-я]+т", word):
            names.setdefault(word + "е", number)
    names.update({"мае": 5, "sept": 9, "setiembre": 9, "marco": 3})
    return names


def read_date(text: str, language: str) -> DateRead | None:
    """The first date in ``text``; None if it names no day or month of a year. Impossible dates are not read."""
    found = _all(text, language) if _DIGIT.search(text) else []
    if not found:
        return None
    first = min(found, key=lambda d: (len(d.value) < 10 and any(len(o.value) == 10 for o in found), d.start))
    months = {d.value[:7] for d in found}
    return DateRead(first.value, first.start, first.end, len(months) > 1)


def _all(text: str, language: str) -> list[DateRead]:
    found: list[DateRead] = []
    for pattern, order in ((_ISO, "ymd"), (_YEAR_FIRST, "ymd"), (_RANGE_NUMERIC, "range"), (_NUMERIC, "dmy")):
        for match in pattern.finditer(text):
            if not _overlaps(found, match.start(), match.end()):
                _add(found, _numeric(match, order), match.start(), match.end())
    found += [d for d in _with_month_name(text, language) if not _overlaps(found, d.start, d.end)]
    if not found:
        for pattern, order in ((_MONTH_YEAR, "my"), (_YEAR_MONTH, "ym")):
            for match in pattern.finditer(text):
                _add(found, _numeric(match, order), match.start(), match.end())
    return found


def _overlaps(found: list[DateRead], start: int, end: int) -> bool:
    return any(d.start < end and start < d.end for d in found)


def _add(found: list[DateRead], value: str | None, start: int, end: int) -> None:
    if value is not None:
        found.append(DateRead(value, start, end))


def _numeric(match: re.Match[str], order: str) -> str | None:
    groups = match.groups()
    if order == "range":
        return _iso(int(groups[3]), int(groups[1] or groups[2]), int(groups[0]))
    if order in ("my", "ym"):
        year, month = (groups[1], groups[0]) if order == "my" else groups
        return f"{int(year):04d}-{int(month):02d}" if 1 <= int(month) <= 12 else None
    day, month, year = (groups[2], groups[1], groups[0]) if order == "ymd" else groups
    number = int(year)
    return _iso(number + 2000 if number < 100 else number, int(month), int(day))


def _iso(year: int, month: int, day: int) -> str | None:
    """Day first; a month above twelve with a day of at most twelve can only be month first."""
    if month > 12 >= day:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _with_month_name(text: str, language: str) -> list[DateRead]:
    names = month_names(language)
    found: list[DateRead] = []
    for word in _WORD.finditer(text):
        month = names.get(fold(word[0]))
        if month is None:
            continue
        read = _around(text, word, month)
        if read is not None:
            found.append(read)
    return found


def _around(text: str, word: re.Match[str], month: int) -> DateRead | None:
    """A month name with the day before or behind it and the year that follows."""
    before, behind = text[: word.start()], text[word.end() :]
    year = _YEAR.search(behind)
    if year is None:
        return _behind_year(before, word, month)
    end = word.end() + year.end()
    day_after = _DAY_AFTER.match(behind)
    if day_after:
        value = _iso(int(year[1]), month, int(day_after[1]))
        return DateRead(value, word.start(), end) if value else None
    day = _DAY_BEFORE.search(before)
    if day is None:
        first = re.search(r"([^\W\d_]+)\s+(?:de\s+)?$", before)
        number = _ONES.get(fold(first[1])) if first else None
        if first is None or number is None:
            return DateRead(f"{year[1]}-{month:02d}", word.start(), end)
        value = _iso(int(year[1]), month, number)
        return DateRead(value, first.start(), end) if value else None
    start = day.start(1)
    first_day = int(day[1])
    ranged = _RANGE_BEFORE.search(before[: day.start(1)])
    if ranged:
        first_day, start = int(ranged[1]), ranged.start(1)
    value = _iso(int(year[1]), month, first_day)
    return DateRead(value, start, end) if value else None


def _behind_year(before: str, word: re.Match[str], month: int) -> DateRead | None:
    """A month name with the year right before it: "2026 июль"."""
    years = list(_YEAR.finditer(before))
    if not years or re.search(r"\d", before[years[-1].end() :]):
        return None
    return DateRead(f"{years[-1][1]}-{month:02d}", years[-1].start(), word.end())
