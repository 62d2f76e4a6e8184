"""What is seen in a text: ideas (word lists, the same in every language) and couples of them, word stems,
pairs of stems, letter groups."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path

import rtoml
from pydantic import ValidationError

from classifiers.theme.offices import without_offices
from pipeline.values import Value

WORDS = Path(__file__).parent / "words"

STEM, GAP, PARTICLE = 6, 2, 2
REACH = 10
"""Two ideas are a couple if at most so many words stand between them."""
WORD, ENTRY = re.compile(r"\w+"), re.compile(r"_?[^\W_]+=?")
ACCENT = re.compile("[\u0300-\u036f]+")
DOUBLE = re.compile(r"(\D)\1")
OLD_SPELLING = re.compile(r"ct(?=[aeiour])")
"""As in "acção", "directo", "eléctrico"; never at the end of a word, where it would make "act" the English "at"."""

Features = Mapping[str, float]


class Branch:
    """Entries that begin alike: the ideas of those that end here, and what may follow."""

    __slots__ = ("ideas", "twigs")

    def __init__(self) -> None:
        self.ideas: list[str] = []
        self.twigs: dict[str, Branch] = {}

    def grow(self, words: list[str], idea: str) -> None:
        """Add an entry, said once even if it stands in several lists."""
        branch = self
        for word in words:
            branch = branch.twigs.get(word) or branch.twigs.setdefault(word, Branch())
        if idea not in branch.ideas:
            branch.ideas.append(idea)


class WordList(Value):
    """The words of one language for each idea."""

    language: str
    ideas: dict[str, tuple[str, ...]]


def fold(text: str) -> str:
    """Lower case, without accents and double letters; the two spellings of Portuguese ("acção", "ação") become one."""
    plain = ACCENT.sub("", unicodedata.normalize("NFKD", text.casefold()))
    return OLD_SPELLING.sub("t", DOUBLE.sub(r"\1", plain))


def words_of(text: str) -> list[str]:
    """The folded words of a text, numbers left out."""
    return [word for word in WORD.findall(fold(text)) if not word[0].isdigit()]


def features_of(text: str) -> Features:
    """Every feature of a text with how often it occurs. Names begin with their kind: "i:" idea, "c:" couple of ideas,
    "s:" stem, "p:" pair of stems, "g:" group of letters. Names of ministries are passed over."""
    words = words_of(without_offices(text))
    ideas = list(ideas_at(words))
    found: Counter[str] = Counter(f"i:{idea}" for _, _, idea in ideas)
    found.update(name for _, _, name in couples_of(ideas))
    found.update(name for _, _, name in pairs_at(words))
    for word in words:
        found.update(names_of(word))
    return found


@lru_cache(maxsize=1 << 16)
def names_of(word: str) -> tuple[str, ...]:
    """The features a word has by itself: its stem, if it is no particle, and its groups of letters."""
    return ((f"s:{word[:STEM]}",) if len(word) > PARTICLE else ()) + letter_groups(word)


def pairs_at(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """Each pair of stems that follow each other, particles left out, with the words it spans."""
    stems = [(at, word[:STEM]) for at, word in enumerate(words) if len(word) > PARTICLE]
    for (first, stem), (last, next_stem) in pairwise(stems):
        yield first, last + 1, f"p:{stem} {next_stem}"


def letter_groups(word: str) -> tuple[str, ...]:
    """The groups of four and five letters in a word, its beginning and end marked."""
    marked = f"<{word}>"
    return tuple(f"g:{marked[at : at + size]}" for size in (4, 5) for at in range(len(marked) - size + 1))


def ideas_in(words: Sequence[str]) -> list[str]:
    """The ideas a list of folded words speaks of, one for each entry found at a place."""
    return [idea for _, _, idea in ideas_at(words)]


def ideas_at(words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """The same with the words each entry spans."""
    for at, word in enumerate(words):
        for twig in _begun_by(word, at > 0):
            for idea in twig.ideas:
                yield at, at + 1, idea
            if twig.twigs:
                for end, idea in _ideas_from(twig, words, at + 1, at + GAP + 2):
                    yield at, end, idea


@lru_cache(maxsize=1 << 16)
def _begun_by(word: str, close: bool) -> tuple[Branch, ...]:
    """Where the entries go on that a word may begin; most words begin none."""
    return tuple(_tree(beginning) for beginning in _beginnings(word, close) if beginning in _entries())


def couples_of(ideas: Sequence[tuple[int, int, str]]) -> set[tuple[int, int, str]]:
    """The couples among the ideas of a text, with the words each spans: what two say together, in any language."""
    couples: set[tuple[int, int, str]] = set()
    for at, (start, end, idea) in enumerate(ideas):
        for next_start, next_end, other in ideas[at + 1 :]:
            if next_start - end > REACH:
                break
            if idea < other:
                couples.add((start, max(end, next_end), f"c:{idea}+{other}"))
            elif other < idea:
                couples.add((start, max(end, next_end), f"c:{other}+{idea}"))
    return couples


def _ideas_from(branch: Branch, words: Sequence[str], start: int, end: int) -> Iterator[tuple[int, str]]:
    """The ideas of the entries whose next word stands in ``words[start:end]``, of each entry the first such place;
    with the place after the entry's last word."""
    seen: set[str] = set()
    for at in range(start, min(end, len(words))):
        for beginning in _beginnings(words[at], start > 0 and at == start):
            twig = branch.twigs.get(beginning)
            if twig is not None and beginning not in seen:
                seen.add(beginning)
                for idea in twig.ideas:
                    yield at + 1, idea
                if twig.twigs:
                    yield from _ideas_from(twig, words, at + 1, at + GAP + 2)


@lru_cache(maxsize=1 << 16)
def _beginnings(word: str, close: bool) -> tuple[str, ...]:
    """What an entry may call a word: the word itself, marked as whole, or any beginning of it; either may be marked as
    one that follows at once, if it does."""
    names = (f"{word}=", *(word[:size] for size in range(min(2, len(word)), len(word) + 1)))
    return names + tuple(f"_{name}" for name in names) if close else names


@cache
def _tree(beginning: str) -> Branch:
    """The entries whose first word is ``beginning``, word by word; a request needs few of them."""
    root = Branch()
    for phrase, idea in _entries()[beginning]:
        root.grow(ENTRY.findall(phrase)[1:], idea)
    return root


@cache
def _entries() -> dict[str, list[tuple[str, str]]]:
    """Every entry and its idea by the entry's first word. All languages together: requests mix them."""
    entries: dict[str, list[tuple[str, str]]] = {}
    for path in sorted(WORDS.glob("*.toml")):
        for idea, phrases in _word_list(path).ideas.items():
            for phrase in fold("\n".join(phrases)).splitlines():
                if first := ENTRY.search(phrase):
                    entries.setdefault(first.group(), []).append((phrase, idea))
    return entries


def _word_list(path: Path) -> WordList:
    try:
        return WordList.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error
