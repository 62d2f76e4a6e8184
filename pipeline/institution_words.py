"""What the words of institutions' names mean in the five languages: ``institution_words.toml``, checked on loading."""

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

import rtoml
from pydantic import Field, ValidationError, model_validator

from pipeline.languages import LANGUAGES
from pipeline.transliteration import sounded
from pipeline.values import Value

FILE = Path(__file__).with_name("institution_words.toml")
LONGEST_PHRASE = 3


class InstitutionWordsError(ValueError):
    """The file of words does not hold what it must; the message names file and key."""


class Meaning(Value):
    """One meaning: what it weighs, whether it is what an institution is, what it is swapped with, its words."""

    kind: bool = False
    weight: float = Field(default=1.0, gt=0, le=1)
    near: tuple[str, ...] = ()
    en: tuple[str, ...]
    fr: tuple[str, ...]
    es: tuple[str, ...]
    pt: tuple[str, ...]
    ru: tuple[str, ...]


class Addresses(Value):
    """Where an address tells nothing: providers for everybody, and parts below a country's letters."""

    public: str
    shared: str


class InstitutionWords(Value):
    """All meanings, words that stand for several, the small words of each language, addresses that tell nothing."""

    meaning: dict[str, Meaning]
    short: dict[str, str]
    small: dict[str, tuple[str, ...]]
    addresses: Addresses

    @model_validator(mode="after")
    def near_meanings_are_there(self) -> "InstitutionWords":
        """What is near must be a meaning of the file."""
        for name, meaning in self.meaning.items():
            if unknown := set(meaning.near) - set(self.meaning):
                raise ValueError(f"meaning.{name}.near: no such meaning: {', '.join(sorted(unknown))}")
        return self


class Phrase(NamedTuple):
    """Words as compared (a star at the end: any ending), what they mean, and their languages."""

    parts: tuple[str, ...]
    meaning: str
    languages: frozenset[str]


class Met(NamedTuple):
    """A phrase found in a name: how many words it takes, what it means, in which languages."""

    length: int
    meaning: str
    languages: frozenset[str]


@cache
def institution_words() -> InstitutionWords:
    """The words, read once. Raises ``InstitutionWordsError`` naming file and key."""
    try:
        return InstitutionWords.model_validate(rtoml.loads(FILE.read_text(encoding="utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise InstitutionWordsError(f"{FILE.name}: {_first_trouble(error)}") from error


def _first_trouble(error: ValidationError | rtoml.TomlParsingError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
    return str(error)


@cache
def small_words() -> frozenset[str]:
    """Words of all languages that say nothing in a name, as compared."""
    return frozenset(sounded(word) for words in institution_words().small.values() for word in words)


@lru_cache(maxsize=20_000)
def written_out(word: str) -> tuple[str, ...]:
    """A word as compared, or the words it is short for: ``минтруд`` -> ministry, labour."""
    for short, words in _shorts():
        if _same(short, word):
            return words
    return (word,)


@cache
def _shorts() -> tuple[tuple[str, tuple[str, ...]], ...]:
    told = institution_words().short.items()
    return tuple((_parts(short)[0], tuple(sounded(word) for word in words.split())) for short, words in told)


def meet(words: tuple[str, ...], start: int) -> Met | None:
    """The longest known phrase that begins at a word of a name (words as compared)."""
    fitting = [phrase for phrase in _index().get(words[start][:2], ()) if _fits(phrase.parts, words, start)]
    if not fitting:
        return None
    best = max(fitting, key=lambda phrase: (len(phrase.parts), len(phrase.parts[-1])))
    same = [phrase for phrase in fitting if phrase.meaning == best.meaning]
    return Met(len(best.parts), best.meaning, frozenset().union(*(phrase.languages for phrase in same)))


def near(first: str, second: str) -> bool:
    """True if translators swap two meanings."""
    known = institution_words().meaning
    return second in known[first].near or first in known[second].near


def _fits(parts: tuple[str, ...], words: tuple[str, ...], start: int) -> bool:
    if start + len(parts) > len(words):
        return False
    return all(_same(part, word) for part, word in zip(parts, words[start:], strict=False))


def _same(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


@cache
def _index() -> dict[str, tuple[Phrase, ...]]:
    """All phrases by the first two letters of their first word; the same words of two languages are one phrase."""
    found: dict[tuple[tuple[str, ...], str], set[str]] = {}
    for name, meaning in institution_words().meaning.items():
        for language in LANGUAGES:
            for written in getattr(meaning, language):
                found.setdefault((_parts(written), name), set()).add(language)
    table: dict[str, list[Phrase]] = {}
    for (parts, name), languages in found.items():
        table.setdefault(parts[0].rstrip("*")[:2], []).append(Phrase(parts, name, frozenset(languages)))
    return {key: tuple(phrases) for key, phrases in table.items()}


def _parts(written: str) -> tuple[str, ...]:
    """ "secretaria de estado" -> its words as compared, small words left out as they are in names."""
    stars = [(word.rstrip("*"), word.endswith("*")) for word in written.replace("'", " ").split()]
    told = [(sounded(word), star) for word, star in stars]
    kept = [(word, star) for word, star in told if word not in small_words()] or told
    return tuple(word + "*" * star for word, star in kept)
