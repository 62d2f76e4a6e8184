"""What the reader of labels learns from: the language files, ``label_wordings`` and texts that ask nothing.

A wording is written with choices, ``[which|what] body [applies|is applying]``, and stands for each of its spellings.
``label_wordings/editions`` holds the labels of whole invented editions, table by table, ``label_wordings/printed``
those of the invented forms of ``tests/hard_forms``.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rtoml
from pydantic import ValidationError

from pipeline.folding import fold
from pipeline.languages import LANGUAGES, LanguageData, load_language
from pipeline.values import Value

HERE = Path(__file__).parent
WORDINGS = HERE / "label_wordings"
PRINTED = WORDINGS / "printed"
CORPUS = HERE.parent / "classifiers" / "theme" / "corpus"
NONE, COLUMN = "none", "activity column"
SPELLINGS = 14
"""How many spellings of one wording are learned from."""

ASKED_OF_EVENTS = ("event_type", "event_date", "event_place")

_CHOICE = re.compile(r"\[([^\[\]]*)\]")


class Wordings(Value):
    """One file of ``label_wordings``: further wordings of each question, frames around them, texts that ask nothing.

    ``frames`` hold ``{}`` for the label; ``other`` are instructions, names, addresses and answers.
    """

    language: str
    wordings: dict[str, tuple[str, ...]]
    frames: tuple[str, ...]
    other: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A text, what it may ask (shares that sum to 1), how much it counts, and the wording it comes from.

    ``kind``: ``listed``, ``wording``, ``concept``, ``other``.
    """

    text: str
    language: str
    keys: tuple[tuple[str, float], ...]
    weight: float
    origin: str
    kind: str


Row = tuple[str, str, str, str, float]
"""Text, key, origin, kind, weight."""


@cache
def lessons() -> list[Lesson]:
    """Every lesson of every language, each folded text once; a text that several questions use is shared by them."""
    return [lesson for code in LANGUAGES for lesson in _of_language(code)]


def _of_language(code: str) -> Iterator[Lesson]:
    found: dict[str, list[Row]] = {}
    for row in (*_listed(load_language(code)), *_written(code), *_editions(code), *_printed(code), *_other(code)):
        folded = fold(row[0])
        if folded:
            found.setdefault(folded, []).append(row)
    for rows in found.values():
        asking = [row for row in rows if row[1] != NONE] or rows
        sure = [row for row in asking if row[3] != "concept"] or asking
        first = next((row for row in sure if row[3] == "listed"), sure[0])
        shares: dict[str, float] = {}
        for _, key, _, kind, weight in asking:
            shares[key] = max(shares.get(key, 0.0), 0.3 if kind == "concept" and first[3] != "concept" else weight)
        whole = sum(shares.values())
        keys = tuple(sorted((key, share / whole) for key, share in shares.items()))
        yield Lesson(first[0], code, keys, first[4], f"{code} {first[2]}", first[3])


def _listed(data: LanguageData) -> Iterator[Row]:
    tables = (("", data.labels), ("pair:", data.labels_pair), ("short:", data.short_labels))
    for prefix, table in tables:
        for key, texts in table.items():
            yield from ((text, prefix + key, text, "listed", 1.0) for text in texts)
    for texts in data.activity.values():
        yield from ((text, COLUMN, text, "listed", 0.7) for text in texts)
    for key, texts in data.concepts.items():
        yield from ((text, key, text, "concept", 0.25) for text in texts)
    headings = (data.sections, data.concept_sections, {"": data.titles.full + data.titles.simplified})
    for table in headings:
        for texts in table.values():
            yield from ((text, NONE, text, "other", 0.5) for text in texts)


def _written(code: str) -> Iterator[Row]:
    for key, patterns in wordings(code).wordings.items():
        for pattern in patterns:
            yield from ((text, key, pattern, "wording", 1.0) for text in spellings(pattern))


def _editions(code: str) -> Iterator[Row]:
    """The labels of invented editions, as a form prints them: what they ask, or that they ask nothing (options)."""
    for edition in rtoml.loads((WORDINGS / "editions" / f"{code}.toml").read_text("utf-8")).values():
        for name, text in edition.items():
            kind, _, rest = name.partition("_")
            if kind == "column":
                yield text, COLUMN, text, "wording", 0.7
            elif kind in ("option", "theme") or kind == "event" and name not in ASKED_OF_EVENTS:
                yield text, NONE, text, "other", 0.5
            else:
                yield text, f"pair:{rest}" if kind == "pair" else name, text, "wording", 1.0


def _printed(code: str) -> Iterator[Row]:
    """The labels of the invented forms whose answers are known (``label_harvest``)."""
    for key, texts in rtoml.loads((PRINTED / f"{code}.toml").read_text("utf-8")).items():
        yield from ((text, key, text, "wording", 1.0) for text in texts)


def _other(code: str) -> Iterator[Row]:
    data = load_language(code)
    groups = [texts for table in data.options.values() for texts in table.values()]
    groups += [*data.formats.values(), data.marks.placeholder, data.marks.hint, *data.nothing.values()]
    for texts in groups:
        yield from ((text, NONE, text, "other", 0.5) for text in texts)
    for patterns in wordings(code).other.values():
        for pattern in patterns:
            yield from ((text, NONE, pattern, "other", 1.0) for text in spellings(pattern, 40))
    yield from ((text, NONE, text, "other", 1.0) for text in _running_text(code))


def _running_text(code: str) -> Iterator[str]:
    """Titles and every third sentence of the theme corpus: what applicants write."""
    corpus = rtoml.loads((CORPUS / f"{code}.toml").read_text("utf-8"))
    yield from corpus.get("commonplaces", [])
    for case in corpus["case"]:
        yield case.get("title", "")
        for name in ("short", "long"):
            yield from re.split(r"(?<=[.;?!])\s+", case.get(name, ""))[::3]


def spellings(pattern: str, most: int = SPELLINGS) -> list[str]:
    """Up to ``most`` spellings of a wording with choices, the same ones each time."""
    chance = random.Random(pattern)
    found = dict.fromkeys(_spelling(pattern, chance) for _ in range(3 * most if "[" in pattern else 1))
    return list(found)[:most]


def _spelling(pattern: str, chance: random.Random) -> str:
    while _CHOICE.search(pattern):
        pattern = _CHOICE.sub(lambda match: chance.choice(match[1].split("|")), pattern)
    return " ".join(pattern.split())


@cache
def wordings(code: str) -> Wordings:
    """The file of one language. Raises ValueError naming file and key."""
    path = WORDINGS / f"{code}.toml"
    try:
        return Wordings.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error
