"""What is seen in a text: ideas (word lists, the same in every language), word stems, pairs of stems, letter groups."""

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from pydantic import ValidationError

from pipeline.values import Value

WORDS = Path(__file__).parent / "words"

STEM, GAP = 6, 2
WORD = re.compile(r"\w+")
DOUBLE = re.compile(r"(\D)\1")

Entry = tuple[tuple[str, ...], str]
Features = Mapping[str, float]


class WordList(Value):
    """The words of one language for each idea."""

    language: str
    ideas: dict[str, tuple[str, ...]]


def fold(text: str) -> str:
    """Lower case, without accents and double letters; the two spellings of Portuguese ("acção", "ação") become one."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return DOUBLE.sub(r"\1", plain).replace("ct", "t")


def words_of(text: str) -> list[str]:
    """The folded words of a text, numbers left out."""
    return [word for word in WORD.findall(fold(text)) if not word[0].isdigit()]


def features_of(text: str) -> Features:
    """Every feature of a text with how often it occurs. Names begin with their kind: "i:" idea, "s:" stem,
    "p:" pair of stems, "g:" group of letters."""
    words = words_of(text)
    stems = [word[:STEM] for word in words if len(word) > 2]
    found: Counter[str] = Counter(f"i:{idea}" for idea in ideas_in(words))
    found.update(f"s:{stem}" for stem in stems)
    found.update(f"p:{first} {second}" for first, second in zip(stems, stems[1:], strict=False))
    for word in words:
        found.update(letter_groups(word))
    return found


@lru_cache(maxsize=1 << 16)
def letter_groups(word: str) -> tuple[str, ...]:
    """The groups of four and five letters in a word, its beginning and end marked."""
    marked = f"<{word}>"
    return tuple(f"g:{marked[at : at + size]}" for size in (4, 5) for at in range(len(marked) - size + 1))


def ideas_in(words: list[str]) -> list[str]:
    """The ideas a list of folded words speaks of, one for each place where one is named."""
    return [
        idea for at, word in enumerate(words) for rest, idea in _beginning_with(word) if _follow(rest, words, at + 1)
    ]


def _follow(rest: tuple[str, ...], words: list[str], at: int) -> bool:
    for wanted in rest:
        near = range(at, min(at + GAP + 1, len(words)))
        place = next((here for here in near if _is(wanted, words[here])), None)
        if place is None:
            return False
        at = place + 1
    return True


def _is(wanted: str, word: str) -> bool:
    return word == wanted[:-1] if wanted.endswith("=") else word.startswith(wanted)


@lru_cache(maxsize=1 << 16)
def _beginning_with(word: str) -> tuple[Entry, ...]:
    entries = _entries()
    whole = entries.get(f"{word}=", ())
    return whole + tuple(entry for size in range(2, len(word) + 1) for entry in entries.get(word[:size], ()))


@cache
def _entries() -> dict[str, tuple[Entry, ...]]:
    """First word of an entry -> what must follow, and the idea. All languages together: requests mix them."""
    found: dict[str, list[Entry]] = {}
    for path in sorted(WORDS.glob("*.toml")):
        for idea, phrases in _word_list(path).ideas.items():
            for phrase in phrases:
                first, *rest = fold(phrase).split()
                found.setdefault(first, []).append((tuple(rest), idea))
    return {first: tuple(dict.fromkeys(entries)) for first, entries in found.items()}


def _word_list(path: Path) -> WordList:
    try:
        return WordList.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from error
