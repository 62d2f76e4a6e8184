"""Folding of text for comparison: case, accents, ё, punctuation and spaces do not count."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import filterfalse

_NOT_WORD = re.compile(r"[\W_]+")
_BETWEEN = "\ua000"
"""A letter that no text of ours has, and that folding leaves as it is."""


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, accents off, every run of punctuation or spaces one space: ``Qué  ACCIÓN?`` -> ``que accion``."""
    if not text.isascii():
        text = "".join(filterfalse(unicodedata.combining, unicodedata.normalize("NFKD", text)))
        text = text.casefold().replace("œ", "oe").replace("æ", "ae")
    return _NOT_WORD.sub(" ", text.casefold()).strip()


def fold_each(texts: Iterable[str]) -> list[str]:
    """``fold`` of each text of our own data, all at once: that takes a fraction of the time."""
    parts = list(texts)
    folded = [part.strip() for part in fold.__wrapped__(_BETWEEN.join(parts)).split(_BETWEEN)]
    return folded if parts else []


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text."""
    return tuple(fold(text).split())


def whole_words(texts: Iterable[str]) -> re.Pattern[str]:
    """Finds any of the texts, folded, in a folded text with a blank on either side; nothing where there is none."""
    return _whole_words(tuple(texts))


@lru_cache(maxsize=500)
def _whole_words(texts: tuple[str, ...]) -> re.Pattern[str]:
    names = "|".join(re.escape(fold(text)) for text in texts)
    return re.compile(f" (?:{names}) " if names else r"(?!)")


def tidy(text: str) -> str:
    """Every run of spaces one space, ends trimmed."""
    return " ".join(text.split())
