"""The sentence with which some forms are signed: “I, Ada Obi, acting as Director, … Done at Abuja, on 3 May 2027”."""

import re
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from importlib import resources

import rtoml

from extractors.captions import captioned
from extractors.dates import read_date
from extractors.layout import DOTTED, Layout, Span, Unit
from extractors.persons import looks_like_person, looks_like_post

_LINES, _LONGEST = 3, 9
"""Lines such a sentence may run over, and words its parts may have."""
_LAST = 12
"""Units at the end of a form among which its signature stands."""
_CAPITALISED = r"[^\W\d_a-zà-ÿа-яё][^\W\d_]*"
_PLACE = re.compile(rf"{_CAPITALISED}(?:[ '’-](?:[a-zà-ÿа-яё]{{1,3}}[ '’-]){{0,2}}{_CAPITALISED}){{0,3}}")
"""The name of a town: four words with a capital at most, short ones between them."""
_CLOSED = re.compile(r"(?<=[^\W\d_]{3})[.!]\s+")
_EDGES = " \t,.:;–—-"
_WHERE_AND_WHEN = ("signature_place", "signature_date")


@dataclass(frozen=True, slots=True)
class Phrases:
    """How such a sentence speaks in one language, as patterns."""

    person: re.Pattern[str]
    post: re.Pattern[str]
    done: re.Pattern[str]
    on: re.Pattern[str]
    town: re.Pattern[str]
    year: re.Pattern[str]


@cache
def _phrases(language: str) -> Phrases | None:
    raw = rtoml.loads((resources.files("extractors") / "signing_sentences.toml").read_text("utf-8")).get(language)
    if raw is None:
        return None
    either = {key: "|".join(re.escape(text) for text in sorted(raw[key], key=len, reverse=True)) for key in raw}
    return Phrases(
        re.compile(rf"\s*(?:{either['person']})(?=[\s,:])\s*[,:]?\s*", re.I),
        re.compile(rf"\b(?:{either['post']})\b\s*:?\s*", re.I),
        re.compile(rf"(?<!\w)(?:{either['done']})\s+", re.I),
        re.compile(rf"[\s,]+(?:(?:{either['on']})[\s,:]*)?$", re.I),
        re.compile(rf"\s*(?:{either.get('town') or '(?!)'})\s*", re.I),
        re.compile(rf"\s*(?:{either.get('year') or ''})\s*", re.I),
    )


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a signing sentence says: the words of each key that it fills in, and the units it stands in."""

    parts: dict[str, tuple[Span, ...]]
    units: frozenset[int]


NONE = Sentence({}, frozenset())


def signing_sentence(layout: Layout, language: str, asked: Set[str] = frozenset()) -> Sentence:
    """The last sentence of a form that names who signs, where and when; nothing where none does. ``asked``: the
    questions that have a label of their own."""
    phrases = _phrases(language)
    if phrases is None:
        return NONE
    for unit in reversed(layout.units[len(layout.units) // 2 :]):
        if not phrases.person.match(unit.text):
            continue
        units = layout.units[unit.index : unit.index + _LINES]
        lines = [each for each in units if each.cell == unit.cell and not each.all_bold and not each.all_italic]
        found = _parts(lines, phrases, language)
        if "signatory_name" in found and "signature_date" in found:
            inside = {u.index for u in lines for spans in found.values() for s in spans if s.line is u.line}
            return Sentence(found, frozenset(range(unit.index, max(inside) + 1)))
    said = over_captions(layout, language) or _line_of_place_and_day(layout, phrases, language)
    if said is None and asked.isdisjoint(_WHERE_AND_WHEN):
        said = _bare_place_and_day(layout, phrases, language)
    return said or NONE


def over_captions(layout: Layout, language: str) -> Sentence | None:
    """What stands over “(position) (signature) (name)”, as officials of many countries sign; None without captions."""
    found, units = captioned(layout, language)
    return Sentence({key: tuple(spans) for key, spans in found.items()}, units) if found else None


def _bare_place_and_day(layout: Layout, phrases: Phrases, language: str) -> Sentence | None:
    """“Abuja, 3 May 2027” among the last lines, as letters are dated."""
    for unit in reversed(layout.units[-_LAST:]):
        day = read_date(unit.text, language)
        if day is None or len(day.value) < len("2027-05-03") or day.several:
            continue
        if phrases.year.sub("", unit.text[day.end :], count=1).strip(_EDGES):
            continue
        place = phrases.on.sub("", unit.text[: day.start])
        begins = prefix.end() if (prefix := phrases.town.match(place)) else 0
        if "," in unit.text[len(place) : day.start] and _PLACE.fullmatch(place[begins:].strip(_EDGES)):
            stretches = (begins, len(place)), (day.start, day.end)
            parts = zip(_WHERE_AND_WHEN, stretches, strict=True)
            found = {key: _spans([unit], unit.text, *part) for key, part in parts}
            return Sentence(found, frozenset([unit.index]))
    return None


def _line_of_place_and_day(layout: Layout, phrases: Phrases, language: str) -> Sentence | None:
    """“Signed at Abuja, on 3 May 2027”, in a line of its own; the place alone where no day stands there."""
    for unit in reversed(layout.units[len(layout.units) // 2 :]):
        done = phrases.done.match(unit.text)
        if done is None:
            continue
        when = _place_and_day(unit.text, done.start(), phrases, language)
        if when is not None and unit.text[when[1][1] :].strip(_EDGES):
            continue
        place = phrases.on.sub("", DOTTED.sub(" ", unit.text).rstrip())
        stretches = when or ((done.end(), len(place)),)
        found = {key: _spans([unit], unit.text, *part) for key, part in zip(_WHERE_AND_WHEN, stretches, strict=False)}
        if all(found.values()) and (when or len(place) < len(unit.text.rstrip(_EDGES))):
            return Sentence(found, frozenset([unit.index]))
    return None


def _parts(units: list[Unit], phrases: Phrases, language: str) -> dict[str, tuple[Span, ...]]:
    text = " ".join(unit.text for unit in units)
    opening = phrases.person.match(text)
    if opening is None:
        return {}
    post = phrases.post.search(text, opening.end())
    comma = text.find(",", opening.end())
    named = min((end for end in (post.start() if post else -1, comma) if end > 0), default=opening.end())
    found = {"signatory_name": (opening.end(), named)}
    begins = post.end() if post else named + 1
    ends = text.find(",", begins)
    if ends > 0 and (post or looks_like_post(text[begins:ends].strip(_EDGES), language)):
        found["signatory_position"] = (begins, ends)
    if (when := _place_and_day(text, max(begins, ends), phrases, language)) is not None:
        found["signature_place"], found["signature_date"] = when
    if not looks_like_person(text[opening.end() : named].strip(_EDGES)):
        return {}  # “I hereby certify that …”
    spans = {key: _spans(units, text, *part) for key, part in found.items()}
    return {key: own for key, own in spans.items() if own}


def _place_and_day(
    text: str, start: int, phrases: Phrases, language: str
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where place and day stand: behind “done at”, or in the last sentence."""
    done = phrases.done.search(text, start)
    closed = [match.end() for match in _CLOSED.finditer(text, start)]
    for begins in [done.end()] if done else reversed(closed):
        day = read_date(text[begins:], language)
        if day is not None and day.start:
            place = phrases.on.sub("", text[begins : begins + day.start])
            return (begins, begins + len(place)), (begins + day.start, begins + day.end)
    return None


def _spans(units: list[Unit], text: str, start: int, end: int) -> tuple[Span, ...]:
    """The stretch of the joined lines as parts of them; none where it is empty, dotted or too long."""
    words = DOTTED.sub(" ", text[start:end]).strip(_EDGES)
    if not words or len(words.split()) > _LONGEST:
        return ()
    start += len(text[start:end]) - len(text[start:end].lstrip(_EDGES))
    end = start + len(text[start:end].rstrip(" \t,:;"))
    found: list[Span] = []
    at = 0
    for unit in units:
        first, last = max(start, at), min(end, at + len(unit.text))
        if first < last:
            found.append(Span(unit.line, unit.start + first - at, unit.start + last - at))
        at += len(unit.text) + 1
    return tuple(found)
