"""Cue words and sentences: the language files' words found in a text, and the text cut into its sentences."""

import re
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language

_SIGNS = str.maketrans({"€": " eur ", "$": " usd ", "£": " gbp ", "+": " ", "’": "'"})
_END = re.compile(r"(?<=[.!?…])[\"»”')\]]*\s+(?=[«“\"'(\[]*[A-ZÀ-ÖØ-ÞА-ЯЁ0-9•–—-])|\s*\n+\s*")
_ABBREVIATED = re.compile(r"(?:^|[\s(«])(?:\w|[A-ZА-ЯЁ]\w|No|Nr|Art|art|Mrs|Sra|Mme|etc|стр|руб|тыс|[гт]\.\s?\w)\.$")
_THOUSANDS = re.compile(r"(?<=\d)[., ](?=\d{3}(?!\d))")
_MARKS, _COMMAS = re.compile(r"[,()/:]"), re.compile(r"(?: ?, ?)+")
_BULLET = re.compile(r"^\s*(?:[-–—•*·▪◦]|\(?\w{1,2}[.)])\s+")


class Span(NamedTuple):
    """Where a cue stands in a folded text."""

    start: int
    end: int


@cache
def cue_pattern(language: str, table: str, name: str) -> re.Pattern[str]:
    """The words of ``[rules.TABLE] NAME`` of a language file as one pattern over folded text, longest first."""
    listed = load_language(language).rules.get(table, {}).get(name, ())
    return cues_as_pattern(listed)


def cues_as_pattern(listed: tuple[str, ...]) -> re.Pattern[str]:
    """Cue words ("financ*", "is ... paid") as one pattern over folded text; matches nothing if there are none."""
    shaped = sorted((_shape(cue) for cue in listed), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(shaped)})(?!\w)" if shaped else r"(?!)")


def _shape(cue: str) -> str:
    parts = [(fold(word), word.endswith("*")) for word in cue.replace("*", "* ").split()]
    return " ".join(re.escape(word) + (r"\w*" if goes_on else "") for word, goes_on in parts if word)


def has_cue(folded: str, language: str, table: str, name: str) -> bool:
    """True if a folded text holds one of the words."""
    return cue_pattern(language, table, name).search(folded) is not None


def cue_spans(folded: str, language: str, table: str, name: str) -> list[Span]:
    """Every place of the words in a folded text, in order."""
    return [Span(*found.span()) for found in cue_pattern(language, table, name).finditer(folded)]


@lru_cache(maxsize=5_000)
def folded_clause(text: str) -> str:
    """A text as compared, its commas and brackets kept as marks of their own: ``a hall , lunch and fuel``."""
    grouped = _THOUSANDS.sub("", text.translate(_SIGNS))
    parts = [fold(part) for part in _MARKS.split(grouped)]
    return _COMMAS.sub(" , ", " , ".join(parts)).strip(" ") if len(parts) > 1 else parts[0]


def sentences(text: str) -> list[str]:
    """The sentences of an answer as written; a list behind a colon stays with the sentence that opens it."""
    found: list[str] = []
    for piece in _END.split(text):
        if not piece.strip():
            continue
        if found and (_ABBREVIATED.search(found[-1]) or _continues(found[-1], piece)):
            found[-1] = f"{found[-1]} {piece.strip()}"
        else:
            found.append(piece.strip())
    return found


def _continues(before: str, piece: str) -> bool:
    if before.rstrip().endswith(":"):
        return True
    return ":" in before and before.rstrip().endswith((";", ",")) and bool(_BULLET.match(piece) or piece[:1].islower())


@cache
def _small_words(language: str) -> frozenset[str]:
    """The folded words of ``[rules.tongue]``; they are counted one by one, so each must be a single whole word."""
    listed = load_language(language).rules.get("tongue", {}).get("words", ())
    long = [word for word in listed if "*" in word or len(fold(word).split()) != 1]
    if long:
        raise ValueError(f"{language}.toml: [rules.tongue] words: {long[0]!r} is not one whole word")
    return frozenset(fold(word) for word in listed)


@lru_cache(maxsize=5_000)
def spoken(text: str, form: str) -> str:
    """The language of an answer: that of the form, unless its small words clearly speak for another one."""
    home = form if form in LANGUAGES else "en"
    words = folded_clause(text).split()
    counts = {code: sum(map(_small_words(code).__contains__, words)) for code in LANGUAGES}
    best = max(LANGUAGES, key=lambda code: (counts[code], code == home))
    return best if counts[best] >= 3 and counts[best] > 2 * counts[home] else home
