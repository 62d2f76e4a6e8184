"""What kind of institution a name belongs to, judged from the words of the name alone (guide, section 1.3)."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from pipeline.countries import cleaned, folded
from pipeline.languages import LANGUAGES, InstitutionType, Strength, load_language
from pipeline.values import Probability, Value

GAP = 4  # words that ".." may stand for
WEIGHTS: dict[Strength, float] = {"always": 6.0, "first": 4.5, "sure": 3.0, "head": 2.0, "weak": 0.8}
POSITION_COST = 0.12  # a word counts less the later it stands
LENGTH_GAIN = 0.25  # a longer phrase knows more
OTHER_LANGUAGE = 0.9  # words of a language the name is not known to be in
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
_PATRONYMIC = re.compile(r"\w+(?:ович|евич|овна|евна|ична)$|\w+(?:улы|кызы|угли|уулу)$")


class InstitutionVerdict(Value):
    """The type, or null where the name tells none; the probability that it is right; the words that told it."""

    type: InstitutionType | None = None
    confidence: Probability = 0.0
    quote: str = ""


class Phrase(NamedTuple):
    """A phrase that tells a type: its words as compared ("министерств*", ".." for a gap)."""

    parts: tuple[str, ...]
    type: InstitutionType
    strength: Strength
    language: str


class Find(NamedTuple):
    """A phrase found in a name, from word ``first`` to ``last``, and what it weighs."""

    phrase: Phrase
    first: int
    last: int
    weight: float


def judge_institution(name: str, language: str | None = None) -> InstitutionVerdict:
    """The type that the words of an institution's name tell; ``language`` is the name's (en, fr, es, pt, ru) if known.
    All languages' words are tried, for names are often written in another language than the form."""
    text = cleaned(name)
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [folded(text[start:end]) for start, end in spans]
    finds = _strongest(list(_finds(words, language)))
    if not finds:
        return _perhaps_a_person(text, spans, words)
    best = finds[0]
    quote = text[spans[best.first][0] : spans[best.last][1]]
    return InstitutionVerdict(type=best.phrase.type, confidence=_confidence(finds), quote=quote)


def _strongest(finds: list[Find]) -> list[Find]:
    """Heaviest first; what lies inside a longer phrase does not count."""
    outer = [find for find in finds if not any(_inside(find, other) for other in finds)]
    return sorted(outer, key=lambda find: (-find.weight, find.first))


def _inside(find: Find, other: Find) -> bool:
    longer = other.last - other.first > find.last - find.first
    return longer and other.first <= find.first and find.last <= other.last and other.weight >= find.weight


def _confidence(finds: list[Find]) -> float:
    """How sure the strongest phrase is, less where another type comes near. Set by the measured cases."""
    best = finds[0]
    base = {"always": 0.95, "first": 0.97, "sure": 0.96, "head": 0.85, "weak": 0.5}[best.phrase.strength]
    rivals = [find.weight for find in finds if find.phrase.type != best.phrase.type]
    margin = best.weight - max(rivals, default=0.0)
    return round(base if margin > 1.2 else base - 0.12 if margin > 0.5 else base - 0.3, 2)


def _finds(words: list[str], language: str | None) -> Iterator[Find]:
    index = _index()
    for first, word in enumerate(words):
        for phrase in index.get(word[:2], ()):
            last = _match(phrase.parts, words, first)
            if last is not None:
                yield Find(phrase, first, last, _weight(phrase, first, language))


def _weight(phrase: Phrase, first: int, language: str | None) -> float:
    cost = POSITION_COST * min(first, 8) * (0.5 if phrase.strength == "sure" else 1.0)
    strength: Strength = "head" if phrase.strength == "first" and first > 1 else phrase.strength
    weight = WEIGHTS[strength] + LENGTH_GAIN * (len([p for p in phrase.parts if p != ".."]) - 1) - cost
    return weight * (1.0 if language in (None, phrase.language) else OTHER_LANGUAGE)


def _match(parts: tuple[str, ...], words: list[str], first: int) -> int | None:
    """The last word of the phrase if it begins at ``first``."""
    place = first
    for number, part in enumerate(parts):
        if part == "..":
            nearby = range(place, min(len(words), place + GAP + 1))
            ends = (_match(parts[number + 1 :], words, start) for start in nearby)
            return next((end for end in ends if end is not None), None)
        if place >= len(words) or not _fits(part, words[place]):
            return None
        place += 1
    return place - 1


def _fits(part: str, word: str) -> bool:
    start, star, end = part.partition("*")
    return word == part if not star else word.startswith(start) and word.endswith(end)


@cache
def _index() -> dict[str, tuple[Phrase, ...]]:
    """All phrases by the first two letters of their first word."""
    table: dict[str, list[Phrase]] = {}
    for code in LANGUAGES:
        for phrase in _phrases(code):
            table.setdefault(phrase.parts[0].rstrip("*")[:2], []).append(phrase)
    return {key: tuple(phrases) for key, phrases in table.items()}


def _phrases(code: str) -> Iterator[Phrase]:
    for kind, strengths in load_language(code).institution_words.items():
        for strength, written in strengths.items():
            for phrase in written:
                yield Phrase(_parts(phrase), kind, strength, code)


def _parts(phrase: str) -> tuple[str, ...]:
    """ "union .. workers" -> its words as compared, the star and the gap kept."""
    parts: list[str] = []
    for chunk in phrase.split():
        if chunk == "..":
            parts.append(chunk)
        else:
            parts += [folded(piece) for piece in re.findall(r"[\w*]+", _joined_initials(chunk))]
    return tuple(parts)


def _joined_initials(chunk: str) -> str:
    return cleaned(chunk).strip()


def _perhaps_a_person(text: str, spans: list[tuple[int, int]], words: list[str]) -> InstitutionVerdict:
    """Two or three capitalised words and nothing else may be a person's name; a patronymic makes it likely."""
    if any(_PATRONYMIC.fullmatch(word) for word in words):
        return InstitutionVerdict(type="individual", confidence=0.6, quote=text.strip())
    written = [text[start:end] for start, end in spans]
    if len(written) in (2, 3) and all(word.istitle() for word in written):
        return InstitutionVerdict(type="individual", confidence=0.25, quote=text.strip())
    return InstitutionVerdict()
