"""The names of the ministries that ask: who asks decides nothing, so what stands in such a name is passed over."""

import re
from collections.abc import Iterable
from functools import cache, partial
from pathlib import Path

import rtoml
from pydantic import Field, ValidationError

from pipeline.values import Value

OFFICES = Path(__file__).parent / "offices.toml"
CAPITAL, BLANK = "[A-ZÀ-ÖØ-ÞА-ЯЁ]", r"[^\S\n]"
Phrases = tuple[str, ...]


class Naming(Value):
    """How one language names a ministry; see the head of ``offices.toml``."""

    code: str
    heads: Phrases = Field(min_length=1)
    of: Phrases = Field(min_length=1)
    ands: Phrases = Field(min_length=1)
    fields: Phrases = Field(min_length=1)
    beside: Phrases


class Namings(Value):
    """The namings of every language."""

    language: tuple[Naming, ...] = Field(min_length=1)


def without_offices(text: str) -> str:
    """The text with every name of a ministry of our fields reduced to its head ("Ministry", "Министерство")."""
    plain = text.lower()
    for beginnings, naming in _beginnings():
        if any(beginning in plain for beginning in beginnings) and _begun(naming).search(text):
            name, field = _name(naming)
            text = name.sub(partial(_head, field), text)
    return text


def _head(field: re.Pattern[str], found: re.Match[str]) -> str:
    return found["head"] if field.search(found.group()) else found.group()


@cache
def _beginnings() -> tuple[tuple[frozenset[str], Naming], ...]:
    """The first letters of what a name begins with in each language: most texts hold none, which is soon seen."""
    return tuple(
        (frozenset(head[:7].strip("*") for head in naming.heads), naming) for naming in read_namings().language
    )


@cache
def _begun(naming: Naming) -> re.Pattern[str]:
    """The head of a name and a blank: it is made in a moment, the whole name is not."""
    return re.compile(_head_of(naming) + BLANK)


def _head_of(naming: Naming) -> str:
    return rf"\b(?i:{_any(naming.heads)})"


@cache
def _name(naming: Naming) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A whole name, and a field that makes it one of ours; made only for a language that names a ministry at all.

    A field after the first is part of the name only if it is capitalised whenever the first is."""
    field = rf"(?i:{_any((*naming.fields, *naming.beside))})(?!\w)"
    of, also = rf"(?i:{_any(naming.of)}){BLANK}*", rf"(?i:{_any(naming.ands)}){BLANK}+"
    more = rf"(?:{BLANK}*,{BLANK}*(?:{also})?|{BLANK}+{also})(?:{of})?"
    first = rf"(?P<head>{_head_of(naming)}){BLANK}+{of}(?P<capital>(?={CAPITAL}))?{field}"
    name = rf"{first}(?:{more}(?(capital)(?={CAPITAL})){field})*"
    return re.compile(name), re.compile(rf"\b(?i:{_any(naming.fields)})(?!\w)")


def _any(phrases: Iterable[str]) -> str:
    """Any of the phrases, the longest first; an apostrophe of either form, a star for any ending."""
    escaped = (re.escape(phrase).replace("'", "['’]").replace(r"\*", r"\w*") for phrase in phrases)
    return "|".join(sorted(escaped, key=len, reverse=True))


def read_namings(path: Path = OFFICES) -> Namings:
    """The namings. Raises ValueError naming the file and the key."""
    try:
        return Namings.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error
