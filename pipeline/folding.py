"""Folding of text for comparison: case, accents, ё, punctuation and spaces do not count."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from itertools import filterfalse

_NOT_WORD = re.compile(r"[\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower case, accents off, every run of punctuation or spaces one space: ``Qué  ACCIÓN?`` -> ``que accion``."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_LIGATURES)
        text = "".join(filterfalse(unicodedata.combining, text))
    return _NOT_WORD.sub(" ", text.casefold()).strip()


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
