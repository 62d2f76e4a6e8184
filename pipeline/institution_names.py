"""An institution's name taken apart: its words and what they mean, its other names, its initials, the country in it."""

import re
from functools import lru_cache
from typing import NamedTuple

from pipeline.countries import Word, cleaned, country_names, words_of
from pipeline.folding import fold
from pipeline.institution_words import LONGEST_PHRASE, institution_words, meet, small_words, written_out
from pipeline.transliteration import latin, sounded

LONGEST_NAME = 400
"""Letters of a name that count; a whole paragraph is no name."""
MOST_WORDS = 40
_OTHER_NAMES = re.compile(
    r"[()\[\];|/«»\"“”]|,?\s+(?:formerly|anciennement|antes|antiguamente|antigo|antiga|ранее|бывш\w+)\b"
)
_PARTS = re.compile(r"\s[-–—]\s")
_CAPITALS = re.compile(r"(?:[^\W\d_][^\W_&.-]{0,11})")
_NOT_LETTER = re.compile(r"[\W_]+")


class Token(NamedTuple):
    """One word of a name: what it means ("=labour"), or itself as compared; what it weighs; whether it is a kind; the
    word itself as compared."""

    key: str
    weight: float
    kind: bool = False
    spelt: str = ""

    @property
    def known(self) -> bool:
        """True if its meaning is known."""
        return self.key.startswith("=")


class Name(NamedTuple):
    """One name: its words that count, the languages most of them are of, its letters, its initials."""

    tokens: tuple[Token, ...]
    languages: frozenset[str]
    letters: str
    initials: frozenset[str]


class Names(NamedTuple):
    """The whole name; other names beside it (in brackets, after a stroke); what stands between dashes, a house and its
    parts; acronyms that stand in it; the one country it names, if it names one."""

    whole: Name
    others: tuple[Name, ...]
    parts: tuple[Name, ...]
    acronyms: frozenset[str]
    country: str | None


@lru_cache(maxsize=20_000)
def names_in(text: str, country: str | None = None) -> Names:
    """A name taken apart; words that only name the institution's ``country`` (a code) do not count."""
    text = text[:LONGEST_NAME]
    told = country or _country_in(text)
    beside, between = (_split(pattern, text) for pattern in (_OTHER_NAMES, _PARTS))
    acronyms = frozenset(acronym_of(each) for each in (text.strip(), *beside, *between) if _is_acronym(each))
    whole, *names = (_name(each, told, acronyms) for each in (text, *beside, *between))
    return Names(
        whole=whole,
        others=tuple(name for name in names[: len(beside)] if len(name.tokens) > 1),
        parts=tuple(name for name in names[len(beside) :] if len(name.tokens) > 1),
        acronyms=acronyms - {""},
        country=told,
    )


def _split(pattern: re.Pattern[str], text: str) -> list[str]:
    """The pieces of a name, if it has more than one."""
    pieces = [piece.strip(" ,.") for piece in pattern.split(text)]
    return [piece for piece in pieces if piece] if len(pieces) > 1 else []


def acronym_of(text: str) -> str:
    """An acronym as compared: Latin letters and figures only."""
    return _NOT_LETTER.sub("", latin(text))[:16]


def _is_acronym(part: str) -> bool:
    """ "MTSS", "MoSVY", "BPJS": one word with at least two capitals, most of it capitals or short."""
    capitals = sum(letter.isupper() for letter in part)
    return bool(_CAPITALS.fullmatch(part)) and capitals >= 2 and capitals * 2 >= len(part)


def _name(text: str, country: str | None, acronyms: frozenset[str]) -> Name:
    words = _counted(text, country)
    spelt = [(key, word.written) for word in words for key in written_out(sounded(word.written))]
    keys = tuple(key for key, _ in spelt)
    tokens: list[Token] = []
    spoken: dict[str, int] = {}
    start = 0
    while start < len(keys):
        met = meet(keys[: start + LONGEST_PHRASE], start) if keys[start] else None
        if met:
            meaning = institution_words().meaning[met.meaning]
            tokens.append(Token(f"={met.meaning}", meaning.weight, meaning.kind, keys[start]))
            for language in met.languages:
                spoken[language] = spoken.get(language, 0) + 1
        elif keys[start] and acronym_of(spelt[start][1]) not in acronyms:
            telling = len(keys[start]) > 2 or keys[start].isdigit()
            tokens.append(Token(keys[start], 1.0 if telling else 0.2, spelt=keys[start]))
        start += met.length if met else 1
    most = max(spoken.values(), default=0)
    languages = frozenset(language for language, count in spoken.items() if count == most)
    once = {token.key: token for token in reversed(tokens)}
    return Name(tuple(reversed(once.values())), languages, "".join(keys), _initials(text, words))


def _counted(text: str, country: str | None) -> list[Word]:
    """The words of a name without small ones and without those that name the country."""
    words = [word for word in words_of(cleaned(text), country_names().words) if sounded(word.written) or word.key]
    words = [word for word in words if sounded(word.written) not in small_words()][:MOST_WORDS]
    named = _places(words)
    used = {number for first, last, code in named if code == country for number in range(first, last + 1)}
    return [word for number, word in enumerate(words) if number not in used]


def _country_in(text: str) -> str | None:
    codes = {code for _, _, code in _places(words_of(cleaned(text), country_names().words))}
    return codes.pop() if len(codes) == 1 else None


def _places(words: list[Word]) -> list[tuple[int, int, str]]:
    """Where places are named, as nouns or adjectives: first word, last word, code; the longest name first."""
    table, adjectives = country_names().names, country_names().adjectives
    found: list[tuple[int, int, str]] = []
    start = 0
    while start < len(words):
        for end in range(min(len(words), start + 6), start, -1):
            stretch = " ".join(word.key for word in words[start:end])
            code = table.get(stretch) or adjectives.get(stretch)
            if code:
                found.append((start, end - 1, code))
                start = end - 1
                break
        start += 1
    return found


def _initials(text: str, counted: list[Word]) -> frozenset[str]:
    """The initials of a name: of the words that count, of these and the country's, of all words."""
    every = [word for word in fold(text).split() if word]
    big = [word for word in every if sounded(word) not in small_words()]
    lists = ([fold(word.written) for word in counted], big, every)
    return frozenset(made for words in lists if len(made := _first_letters(words)) >= 3)


def _first_letters(words: list[str]) -> str:
    return "".join(latin(word)[:1] for word in words if word)[:16]
