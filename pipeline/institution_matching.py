"""Whether two names are one institution: a score with its reasons, for a person to judge; nothing is decided here."""

from functools import lru_cache
from itertools import product
from math import fsum
from typing import NamedTuple

from pipeline.institution_names import Name, Names, Token, acronym_of, names_in
from pipeline.institution_words import near
from pipeline.records import Record
from pipeline.values import Value
from pipeline.web_addresses import domain_of

EDITION = 1
"""Of the way of matching; when it changes, proposals are looked for anew."""
LEAST = 0.6
"""A likeness from here on is shown to a person."""
MOST_TOLD = 12
"""Acronyms and domains of one institution that are kept."""
SAME_TONGUE, OTHER_TONGUE = 0.25, 0.7
"""What a word of a near meaning counts: within one language the difference is meant, between two it is translation."""
_SLIP = 0.8
TELLS = 0.5
"""A word of this weight tells institutions apart."""


class Institution(Value):
    """What is known of an institution: its name as written, country, acronyms as written, domains."""

    name: str
    country: str | None = None
    acronyms: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()

    @property
    def names(self) -> Names:
        """The name taken apart."""
        return names_in(self.name, self.country)

    @property
    def place(self) -> str | None:
        """The country, or the one its name tells."""
        return self.country or self.names.country

    @property
    def all_acronyms(self) -> frozenset[str]:
        """The acronyms told and those in the name, as compared."""
        return frozenset(filter(None, map(acronym_of, self.acronyms))) | self.names.acronyms


class Reason(Value):
    """One thing that speaks for (or against) two names being one institution."""

    words: str
    speaks_for: bool = True


class Likeness(Value):
    """How alike two institutions are, 0 to 1 (no probability), and why."""

    score: float
    reasons: tuple[Reason, ...] = ()


class _Overlap(NamedTuple):
    """How much of two names is the same, what is left of each, and whether one holds all of the other."""

    share: float
    left: tuple[Token, ...]
    right: tuple[Token, ...]


def institution_of(record: Record) -> Institution | None:
    """What a request tells about its institution; null if it tells nothing to know it by."""
    acronym = _text(record, "institution_acronym").strip()[:40]
    domains = [domain_of(_text(record, key)) for key in ("institution_website", "contact_email")]
    told = Institution(
        name=_text(record, "institution_name") or _text(record, "institution_acronym"),
        country=_text(record, "institution_country") or None,
        acronyms=(acronym,) if len(acronym_of(acronym)) > 1 else (),
        domains=tuple(dict.fromkeys(domain for domain in domains if domain)),
    )
    return told if told.name or told.domains else None


def joined(first: Institution, second: Institution) -> Institution:
    """The first with the acronyms and domains of the second added."""
    return first.model_copy(
        update={
            "acronyms": tuple(sorted(_once(first.acronyms + second.acronyms)))[:MOST_TOLD],
            "domains": tuple(sorted({*first.domains, *second.domains}))[:MOST_TOLD],
        }
    )


def _once(acronyms: tuple[str, ...]) -> tuple[str, ...]:
    """One way of writing each acronym: the first in the alphabet, whichever came first."""
    return tuple({acronym_of(each): each for each in sorted(acronyms, reverse=True)}.values())


# ------------------------------------------------------------------------------------------------ likeness
def likeness(first: Institution, second: Institution) -> Likeness:
    """How alike two institutions are. Different countries are different institutions, unless name and domain agree."""
    share, said = _names_alike(first.names, second.names)
    domains = sorted({*first.domains} & {*second.domains})
    apart = first.place and second.place and first.place != second.place
    if apart and not (domains and share >= 0.9):
        return Likeness(score=0.0, reasons=(Reason(words="different countries", speaks_for=False),))
    score, reasons = share, [Reason(words=said)] if said and share >= TELLS else []
    score, told = _acronyms(first, second, score)
    reasons += told
    if domains:
        score = max(1 - (1 - score) * 0.35, 0.62)
        reasons.append(Reason(words=f"same web or mail domain: {domains[0]}"))
    elif first.domains and second.domains:
        score *= 0.95
        reasons.append(Reason(words="different web or mail domains", speaks_for=False))
    score, told_so = _places(first, second, score, bool(apart))
    return Likeness(score=round(min(score, 0.99), 2), reasons=(*reasons, *told_so))


def _places(first: Institution, second: Institution, score: float, apart: bool) -> tuple[float, tuple[Reason, ...]]:
    if apart:
        return 0.62, (Reason(words="the countries differ: one may be misread", speaks_for=False),)
    if first.place and second.place:
        return score, ()
    words = "the country of one is not known" if first.place or second.place else "neither country is known"
    return score * 0.85, (Reason(words=words, speaks_for=False),)


def _acronyms(first: Institution, second: Institution, score: float) -> tuple[float, list[Reason]]:
    """The same acronym, an acronym that is the other's initials, or two different ones."""
    ours, theirs = first.all_acronyms, second.all_acronyms
    if shared := sorted(ours & theirs):
        return max(1 - (1 - score) * 0.4, 0.66), [Reason(words=f"same acronym: {shared[0].upper()}")]
    if spelt := sorted((ours & _initials(second.names)) | (theirs & _initials(first.names))):
        return max(1 - (1 - score) * 0.5, 0.64), [Reason(words=f"{spelt[0].upper()}: the initials of the other name")]
    one_tongue = first.names.whole.languages & second.names.whole.languages
    if ours and theirs and one_tongue and score < 0.97:
        return score * 0.75, [Reason(words="different acronyms", speaks_for=False)]
    return score, []


def _initials(names: Names) -> frozenset[str]:
    return frozenset(each for name in (names.whole, *names.others, *names.parts) for each in name.initials)


def _names_alike(first: Names, second: Names) -> tuple[float, str]:
    """How alike two names are: as a whole, or one with a name inside the other; and in what."""
    ways = [(*_alike(first.whole, second.whole), 1.0)]
    for ours, theirs in product((first.whole, *first.others), (second.whole, *second.others)):
        ways.append((*_alike(ours, theirs), 0.95))
    # Two names that both have parts may share no more than the house.
    for part, whole in (*product(first.parts, (second.whole,)), *product(second.parts, (first.whole,))):
        if not (first.parts and second.parts):
            ways.append((*_alike(part, whole), 0.85))
    share, said, counts = max(ways, key=lambda way: way[0] * way[2])
    return share * counts, said + _WITHIN[counts]


_WITHIN = {1.0: "", 0.95: " (a name beside the name)", 0.85: " (one may be a part of the other)"}


@lru_cache(maxsize=50_000)
def _alike(first: Name, second: Name) -> tuple[float, str]:
    if not first.tokens or not second.tokens:
        return 0.0, ""
    if first.letters == second.letters:
        return 0.97, "same name but for script, accents or case"
    one_tongue = bool(first.languages & second.languages) or not (first.languages and second.languages)
    overlap = _overlap(first, second, SAME_TONGUE if one_tongue else OTHER_TONGUE)
    share = overlap.share * _kinds(first, second, one_tongue) * (0.6 if _numbers(overlap) else 1.0)
    if _differs(overlap.left) and _differs(overlap.right):
        share *= 0.8
    elif not any(token.known for token in (*overlap.left, *overlap.right)) or share > 0.9:
        share = max(share, _letters(first, second))
    return share, _how(overlap, share, one_tongue)


def _overlap(first: Name, second: Name, near_counts: float) -> _Overlap:
    ours = {token: max(_same(token, other, near_counts) for other in second.tokens) for token in first.tokens}
    theirs = {token: max(_same(token, other, near_counts) for other in first.tokens) for token in second.tokens}
    every = (*ours.items(), *theirs.items())
    share = fsum(token.weight * same for token, same in every) / fsum(token.weight for token, _ in every)
    left, right = ([token for token, same in side.items() if same < TELLS] for side in (ours, theirs))
    return _Overlap(share, tuple(left), tuple(right))


def _same(token: Token, other: Token, near_counts: float) -> float:
    if token.key == other.key:
        return 1.0
    if token.known and other.known:
        return near_counts if near(token.key[1:], other.key[1:]) else 0.0
    if token.key.isdigit() or other.key.isdigit():
        return 0.0
    like = _spelling(token.spelt, other.spelt)
    return like if like >= _SLIP and min(len(token.spelt), len(other.spelt)) > 3 else 0.0


@lru_cache(maxsize=100_000)
def _spelling(first: str, second: str) -> float:
    from rapidfuzz.distance import Indel

    return Indel.normalized_similarity(first, second)


def _letters(first: Name, second: Name) -> float:
    """Slips of the pen and blanks in the wrong place: the letters of the names without their gaps."""
    like = _spelling(first.letters, second.letters)
    return like if like >= 0.92 else 0.0


def _kinds(first: Name, second: Name, one_tongue: bool) -> float:
    """A fund is no ministry; a service may be an agency in another language."""
    ours = {token.key[1:] for token in first.tokens if token.kind}
    theirs = {token.key[1:] for token in second.tokens if token.kind}
    if not ours or not theirs or ours & theirs:
        return 1.0
    if any(near(one, other) for one in ours for other in theirs):
        return 0.85 if one_tongue else 1.0
    return 0.6


def _numbers(overlap: _Overlap) -> bool:
    """Both are numbered, and otherwise: district office 4 is not district office 7."""
    return all(any(token.key.isdigit() for token in side) for side in (overlap.left, overlap.right))


def _differs(left: tuple[Token, ...]) -> bool:
    return any(token.weight >= TELLS for token in left)


def _how(overlap: _Overlap, share: float, one_tongue: bool) -> str:
    if _differs(overlap.left) != _differs(overlap.right):
        return "one name holds the other: renamed, or a part of it"
    if not one_tongue and share >= TELLS:
        return "same words in another language"
    return "spelled almost alike" if share >= 0.9 else "names partly the same"


def _text(record: Record, key: str) -> str:
    reading = record.fields.get(key)
    return reading.value if reading and isinstance(reading.value, str) else ""
