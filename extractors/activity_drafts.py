"""One activity while it is read: the words of each column, and what kind of column its cells speak for."""

import re
from dataclasses import dataclass, field
from functools import cache, lru_cache

from extractors.amounts import read_months
from extractors.dates import read_date
from extractors.joining import joined
from extractors.labels import Lexicon
from extractors.layout import DOTTED, Span
from extractors.numbering import without_number
from extractors.typed_marks import marked_of
from pipeline.country_naming import name_country
from pipeline.folding import fold, tidy, whole_words
from pipeline.languages import load_language
from pipeline.records import Activity, Format

_LABELLED = re.compile(r"[^\W\d_]\s?:\s+[^\W\d_]{2}")
COLUMNS = ("title", "type", "format", "start", "duration", "participants", "location")
ENOUGH = 0.78
"""Score from which a cell is the heading of a column."""


@dataclass
class Draft:
    """One activity being read: the spans of each column."""

    cells: dict[str, list[Span]] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)

    def add(self, column: str, spans: list[Span]) -> None:
        """Add words to a column."""
        self.cells.setdefault(column, []).extend(spans)

    def text(self, column: str) -> str | None:
        """The words of a column without dotted lines, of options those that are marked; None if there are none."""
        words = marked_of(tidy(joined(self.cells.get(column, []))))
        words = tidy(DOTTED.sub(" ", words)).strip()
        return words if words.strip(" .:–—-_") else None


@dataclass(frozen=True)
class ActivitiesFound:
    """The activities read, the units they stand in, whether the form has a place for them at all,
    the headings of columns that were not understood, and how many are named by their words."""

    drafts: tuple[Draft, ...]
    taken: frozenset[int]
    headed: bool
    unread: tuple[str, ...] = ()
    clear: int = 0

    def values(self, language: str) -> list[Activity]:
        """The activities that say something, cells as written, ``format`` normalised."""
        read = [self._value(draft, language) for draft in self.drafts]
        return [activity for activity in read if activity is not None]

    def unread_formats(self, language: str) -> list[str]:
        """What is written where the way of working is asked and names none we know, or one of two joined by "and"."""
        written = [mode for draft in self.drafts if (mode := draft.text("format"))]
        return [m for m in dict.fromkeys(written) if read_format(m, language) is None or _names_half(m, language)]

    def labelled(self) -> list[str]:
        """What is written in columns for a few words and has a label within it: “Mission Mode: on site”."""
        texts = [text for draft in self.drafts for column in COLUMNS[1:] if (text := draft.text(column))]
        return [text for text in dict.fromkeys(texts) if _LABELLED.search(text)]

    def spans(self) -> list[Span]:
        """All words read, in the order of the form."""
        found = [s for d in self.drafts for column in d.cells.values() for s in column if s.text.strip()]
        return sorted(found, key=lambda s: (s.line.page or 0, s.line.band))

    @staticmethod
    def _value(draft: Draft, language: str) -> Activity | None:
        cells = {column: draft.text(column) for column in COLUMNS if column != "format"}
        mode = draft.text("format")
        if not any(cells.values()) and not mode:
            return None
        return Activity(**cells, format=read_format(mode, language))


@lru_cache(maxsize=5_000)
def read_format(text: str | None, language: str) -> Format | None:
    """On site, remote or hybrid, by the words of the language and of English."""
    if not text:
        return None
    found = _ways(text, language)
    if not found and name_country(text).code is not None:
        return "on_site"  # "In Sri Lanka": where the experts go
    if "hybrid" in found or {"remote", "on_site"} <= found:
        return "hybrid"
    return next(iter(found), None)


@lru_cache(maxsize=5_000)
def _ways(text: str, language: str) -> frozenset[Format]:
    """The ways of working that the words of a text name."""
    folded = f" {fold(text)} "
    for code in (language, "en"):
        words = _format_words(code) if code != "unknown" else {}
        if found := frozenset(name for name, names in words.items() if names.search(folded)):
            return found
    return frozenset()


def _names_half(text: str, language: str) -> bool:
    """True for “field visit and online”: of two ways one is known. “On site in Lomé and Kara” names places."""
    if len(_ways(text, language)) != 1 or "hybrid" in _ways(text, language) or language == "unknown":
        return False
    parts = [part for part in _joint(language).split(text) if any(map(str.isalpha, part))]
    unknown = [part for part in parts if not _ways(part, language) and not any(map(str.isupper, part.strip()[1:]))]
    return len(parts) > 1 and any(not part.strip()[:1].isupper() or text.startswith(part) for part in unknown)


@cache
def _joint(language: str) -> re.Pattern[str]:
    """What finds the words that join two things."""
    words = "|".join(map(re.escape, load_language(language).marks.both))
    return re.compile(rf"\s(?:{words}|\+|/)\s|\s*[+/]\s*", re.I)


@cache
def _format_words(code: str) -> dict[Format, re.Pattern[str]]:
    """What finds the words for each way of working in a language."""
    words = load_language(code).formats
    names: tuple[Format, ...] = ("hybrid", "remote", "on_site")
    return {name: whole_words(words[name]) for name in names}


def column_of(text: str, columns: Lexicon, enough: float = ENOUGH) -> str | None:
    """The column a heading names, or None."""
    hits = [hit for hit in columns.hits(without_number(text).rstrip(" :*?")) if hit.key != "heading"]
    return hits[0].key if hits and hits[0].score >= enough else None


def kind_of(cells: list[str], language: str) -> str | None:
    """The column that cells of this kind fill, whatever its heading says; None if they say nothing."""
    if not cells:
        return None
    half = (len(cells) + 1) // 2
    if sum(read_date(cell, language) is not None for cell in cells) >= half:
        return "start"
    if sum(read_months(cell, language) is not None and not cell.isdigit() for cell in cells) >= half:
        return "duration"
    said = [marked_of(cell) for cell in cells]
    short = [cell for cell in said if len(cell.split()) <= 3]
    says = any(_ways(cell, language) for cell in short)  # countries alone may be anything
    if says and sum(read_format(cell, language) is not None for cell in short) >= half:
        return "format"
    if len(said) > 1 and all(len(cell.split()) <= 7 and _ways(cell, language) for cell in said):
        return "format"
    if sum(bool(re.search(r"\d", cell)) for cell in cells) >= half:
        return "participants"
    return None
