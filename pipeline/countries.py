"""The countries of the guide (section 4) and the names by which forms call the places of the world."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import NamedTuple

import rtoml
from pydantic import Field, ValidationError

from pipeline.values import Value

LIST_FILE = Path(__file__).with_name("countries.toml")
NAMES_FILE = Path(__file__).with_name("country_names.json")


class Place(Value):
    """One of the 153 places of the guide: its names there, ISO 3166-1 alpha-2 code (XK for Kosovo), lists."""

    name: str
    code: str = Field(pattern="^[A-Z]{2}$")
    lists: tuple[str, ...] = Field(min_length=1)
    guide_names: tuple[str, ...] = Field(min_length=1)


class FormerlyActive(Value):
    """Places named as countries of past activity and not listed, by code, with the source that says so."""

    source: str
    places: dict[str, str]


class CountryList(Value):
    """The guide's list of eligible places, in one dated edition."""

    edition: str
    source: str
    list_names: dict[str, str]
    footnotes: dict[str, str]
    formerly_active: FormerlyActive
    place: tuple[Place, ...]

    def lists_of(self, code: str) -> tuple[str, ...]:
        """The guide's lists that name the place, in the guide's order; empty if none does."""
        named = {key for place in self.place if place.code == code for key in place.lists}
        return tuple(key for key in self.list_names if key in named)


class Doubtful(Value):
    """A name that fits several places; ``usual`` is what it means when nothing on the form speaks against it."""

    names: tuple[str, ...]
    candidates: tuple[str, ...]
    usual: str | None = None
    why: str


class Words(Value):
    """Small words that steer the reading of a country field."""

    generic: frozenset[str]
    not_: frozenset[str] = Field(alias="not")
    and_: frozenset[str] = Field(alias="and")
    small: frozenset[str]


class CountryNames(Value):
    """Names in compared form (see ``folded``) and the codes they stand for, made by ``build_country_names``."""

    titles: dict[str, str]
    names: dict[str, str]
    adjectives: dict[str, str]
    cities: dict[str, str]
    abbreviations: dict[str, str]
    iso3: dict[str, str]
    doubtful: tuple[Doubtful, ...]
    regions: frozenset[str]
    belongs_to: dict[str, str]
    outermost: frozenset[str]
    calling_codes: dict[str, tuple[str, ...]]
    words: Words


class Word(NamedTuple):
    """A word of a text: as compared, as written, its place in the text, and what stands right before it."""

    key: str
    written: str
    start: int
    end: int
    negated: bool = False
    joined: bool = False


class CountryDataError(ValueError):
    """A country data file does not hold what it must; the message names file and key."""


@cache
def country_list() -> CountryList:
    """The guide's list, read once. Raises CountryDataError naming file and key."""
    try:
        return CountryList.model_validate(rtoml.loads(LIST_FILE.read_text(encoding="utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise CountryDataError(f"{LIST_FILE.name}: {_first_trouble(error)}") from error


@cache
def country_names() -> CountryNames:
    """The names of all places, read once. Raises CountryDataError naming file and key."""
    try:
        return CountryNames.model_validate_json(NAMES_FILE.read_bytes())
    except ValidationError as error:
        raise CountryDataError(f"{NAMES_FILE.name}: {_first_trouble(error)}") from error


def _first_trouble(error: ValidationError | rtoml.TomlParsingError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


# Letters that look alike in both scripts; scanned and hand-typed forms mix them.
_CYRILLIC, _LATIN = "аеорсухіјѕһквмнт", "aeopcyxijshkbmht"
_TO_LATIN = str.maketrans(_CYRILLIC, _LATIN)
_TO_CYRILLIC = str.maketrans(
    {
        "a": "а",
        "e": "е",
        "o": "о",
        "p": "р",
        "c": "с",
        "y": "у",
        "x": "х",
        "i": "і",
        "k": "к",
        "b": "в",
        "m": "м",
        "h": "н",
        "t": "т",
    }
)
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ı": "i", "ə": "a", "æ": "ae", "œ": "oe", "ð": "d"})
_FLAGS = {0x1F1E6 + number: chr(65 + number) for number in range(26)}  # a flag is written as two letters
_HIDDEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BROKEN_LINE = re.compile(r"(?<=\w)-[ \t]*\n\s*(?=\w)")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.\s?){2,}(?=\W|$)|\b(?:[^\W\d_]\.){2,}")
_SPACED = re.compile(r"\s*(?:[^\W\d_]\s){3,}[^\W\d_]\s*")
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


def cleaned(text: str) -> str:
    """The text without hidden signs and divided words; "R.D.C." becomes "RDC", "K E N Y A" one word."""
    plain = _BROKEN_LINE.sub("", _HIDDEN.sub("", text.translate(_FLAGS)))
    if _SPACED.fullmatch(plain):
        return re.sub(r"\s", "", plain)
    return _INITIALS.sub(lambda found: re.sub(r"[.\s]", "", found.group()) + " ", plain)


def folded(word: str) -> str:
    """A word as compared: lower case, no accents, look-alike letters of the other script set right."""
    apart = unicodedata.normalize("NFKD", word.casefold()).replace("и\u0306", "й")
    marks_off = "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_PLAIN)
    return marks_off if marks_off.isascii() else _one_script(marks_off)


def _one_script(word: str) -> str:
    if not any("a" <= letter <= "z" for letter in word):
        return word
    latin = word.translate(_TO_LATIN)
    if latin.isascii():
        return latin
    return word.translate(_TO_CYRILLIC)


def words_of(text: str, words: Words) -> list[Word]:
    """The words of a cleaned text that count, each knowing whether "not" or "and" stands before it."""
    found: list[Word] = []
    negated = joined = False
    for match in _WORD.finditer(text):
        key = folded(match.group())
        if key in words.not_:
            negated = True
        elif key in words.and_:
            joined = True
        elif key not in words.small:
            found.append(Word(key, match.group(), match.start(), match.end(), negated, joined))
            negated = joined = False
    return found


def compared(name: str, words: Words) -> str:
    """A name as it is looked up: its words that count, one blank between."""
    return " ".join(word.key for word in words_of(cleaned(name), words))
