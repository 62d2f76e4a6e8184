"""Which column of the activities a heading means: by its words, and by what stands in the cells under it."""

import re
from dataclasses import dataclass

from extractors.activity_drafts import COLUMNS, kind_of, read_format
from extractors.labels import Lexicon, lexicon
from extractors.numbering import without_number
from extractors.question_keys import section_of

CLEAR, DOUBTFUL = 0.62, 0.45
"""Scores from which a heading names its column: alone, and once most of the others are named."""
FITS, CONTRADICTS = 0.3, -0.15
EXACT, LIKELY = 0.97, 0.8
MANY = 3
"""Headings that likely ask different things about the applicant: then the table is none of activities."""
APPLICANT = ("institution", "head", "contact")
_COUNTED = re.compile(
    r"(?P<what>(?:[^\W\d_]+\.?\s*)?)(?:n[°ºo.]\s*|№\s*|#\s*)?(?P<number>\d{1,2})\s*[.)/]?", re.IGNORECASE
)
"""“3.”, “M3”, “Mission n° 3”"""


@dataclass(frozen=True)
class Series:
    """A heading and the cells that belong to it, in order; empty cells are left out."""

    heading: str
    cells: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """True for 1, 2, 3 …, also behind a letter or a word all share (M1, M2): the numbers of the activities."""
        found = [_COUNTED.fullmatch(cell.strip()) for cell in self.cells]
        told = [(place["what"].strip(), int(place["number"])) for place in found if place]
        return bool(told) and told == [(told[0][0], n + 1) for n in range(len(found))]


def name_columns(series: list[Series], columns: Lexicon, language: str, titled: bool = False) -> dict[int, str]:
    """The column of each series that has one, by its place in the list; ``number`` for the column that counts.

    ``titled``: what the activities are called stands elsewhere."""
    columns.read_ahead(_asked_in(one) for one in series)
    bids = sorted(
        (
            (score, _wordiness(one) if key == "title" else 0, place, key)
            for place, one in enumerate(series)
            for key, score in _scores(one, columns, language).items()
        ),
        reverse=True,
    )
    named: dict[int, str] = {place: "number" for place, one in enumerate(series) if one.counts}
    for bar in (CLEAR, DOUBTFUL):
        if bar == DOUBTFUL and len(named) < 0.5 * len(series):
            break
        for score, _, place, key in bids:
            if score >= bar and place not in named and (key not in named.values()):
                named[place] = key
    return _with_title(series, named, columns, titled)


def may_be_activities(series: list[Series], columns: Lexicon) -> bool:
    """True where at least two headings are known, without which nothing is a table of activities: soon told."""
    headings = [without_number(one.heading) for one in series]
    columns.read_ahead(headings)
    return sum(any(hit.score >= CLEAR for hit in columns.hits(heading)) for heading in headings) >= 2


def is_activities(series: list[Series], named: dict[int, str], columns: Lexicon) -> int:
    """How many columns are named by their words; 0 unless two are, enough others are too, and among them is what only
    activities have: a length, people, a way of working."""
    lexicon(columns.data.language).read_ahead(text for one in series for text in (one.heading, _asked_in(one)))
    asked = [_asked_by(one.heading, columns.data.language) for one in series]
    if sum(section_of(key) in APPLICANT for key in asked if key) >= 2 or "signature" in asked:
        return 0  # "Name of the institution | Acronym | Country", "Name | Post | Signature"
    guessed = [_asked_by(_asked_in(one), columns.data.language, LIKELY) for one in series]
    if len({key for key in guessed if key and section_of(key) in APPLICANT}) >= MANY:
        return 0
    keys = set(named.values()) - {"number"}
    filled = [one for one in series if one.heading]
    worded = [
        place
        for place, key in named.items()
        if any(h.key == key and h.score >= CLEAR for h in columns.hits(without_number(series[place].heading)))
    ]
    enough = (
        len(worded) >= 2
        and len(keys) >= 3
        and len(named) >= 0.6 * len(filled)
        and bool(keys & {"duration", "format", "participants"})
    )
    return len(worded) if enough else 0


def _asked_by(heading: str, language: str, least: float = EXACT) -> str | None:
    """The question of the form that a heading asks: word for word, or as likely as ``least``."""
    first = next(iter(lexicon(language).hits(heading)), None)
    groups = ("label",) if least >= EXACT else ("label", "guess")
    return first.key if first is not None and first.group in groups and first.score >= least else None


def _asked_in(one: Series) -> str:
    return without_number(one.heading).rstrip(" :*?")


def _scores(one: Series, columns: Lexicon, language: str) -> dict[str, float]:
    scores: dict[str, float] = {}
    if len(one.heading.split()) <= 14:
        for hit in columns.hits(_asked_in(one)):
            if hit.key in COLUMNS or hit.key == "number" and _may_count(one):
                scores[hit.key] = max(scores.get(hit.key, 0.0), hit.score)
    kind = kind_of(list(one.cells), language)
    if one.cells and "format" in scores and not any(read_format(cell, language) for cell in one.cells):
        if read_format(one.heading, language) is None:  # “Method: fact-finding mission”
            scores["type"] = max(scores.get("type", 0.0), scores["format"])
        scores["format"] += 2 * CONTRADICTS
    if kind is not None:
        scores[kind] = scores.get(kind, 0.4) + FITS
        for key in ("duration", "start", "format"):
            if key != kind and key in scores:
                scores[key] += CONTRADICTS
    return scores


def _may_count(one: Series) -> bool:
    """Numbers or codes stand in the cells: “Point of departure” is no number."""
    return all(any(sign.isdigit() for sign in cell) or len(cell) < 3 for cell in one.cells)


def _wordiness(one: Series) -> int:
    return sum(len(cell.split()) for cell in one.cells)


def _names(one: Series, columns: Lexicon) -> bool:
    return any(hit.key == "title" and hit.score >= EXACT for hit in columns.hits(_asked_in(one)))


def _with_title(series: list[Series], named: dict[int, str], columns: Lexicon, titled: bool) -> dict[int, str]:
    """What an activity is called is the wordiest column that nothing else explains; a last one is what is missing,
    unless its heading says that it names the activity as well."""
    rest = [place for place, one in enumerate(series) if place not in named and one.heading and one.cells]
    if "title" not in named.values() and rest and not titled:
        wordy = max(rest, key=lambda place: _wordiness(series[place]))
        named = {**named, wordy: "title"}
        rest.remove(wordy)
    missing = [key for key in ("type", "location", "participants") if key not in named.values()]
    if len(rest) == len(missing) == 1 and not _names(series[rest[0]], columns):
        named = {**named, rest[0]: missing[0]}
    return named
