"""Variants of a wording: how another form would print the same label, with small words, marks, abbreviations, slips."""

import random
from collections.abc import Callable

from extractors.label_teaching import Lesson, wordings

LONG_WORD = 6


def variants(lesson: Lesson, number: int, chance: random.Random) -> list[str]:
    """The text itself and up to ``number`` variants of it."""
    found = [lesson.text]
    for _ in range(number):
        text = lesson.text
        for change in chance.sample(CHANGES, k=chance.choice((1, 1, 2, 2, 3))):
            text = change(text, lesson, chance)
        found.append(text)
    return list(dict.fromkeys(found))


def _frame(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Ask for the label in a sentence or set a mark behind it."""
    if lesson.kind == "other" or len(text.split()) > 9:
        return text
    return chance.choice(wordings(lesson.language).frames).replace("{}", text)


def _drop(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Leave out a word, rather a small one."""
    words = text.split()
    small = [at for at, word in enumerate(words) if len(word) < 4]
    if len(words) < 3:
        return text
    del words[chance.choice(small if small and chance.random() < 0.8 else range(len(words)))]
    return " ".join(words)


def _swap(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Change the order of two parts."""
    words = text.split()
    if len(words) < 3:
        return text
    at = chance.randrange(1, len(words))
    return " ".join(words[at:] + words[:at]) if chance.random() < 0.5 else _neighbours(words, at)


def _neighbours(words: list[str], at: int) -> str:
    return " ".join([*words[: at - 1], words[at], words[at - 1], *words[at + 1 :]])


def _slip(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Make a typing error in a longer word."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) >= LONG_WORD]
    if not long:
        return text
    at = chance.choice(long)
    word, place = words[at], chance.randrange(1, len(words[at]) - 2)
    slips = (
        word[:place] + word[place + 1 :],
        word[:place] + word[place] * 2 + word[place + 1 :],
        word[:place] + word[place + 1] + word[place] + word[place + 2 :],
    )
    words[at] = chance.choice(slips)
    return " ".join(words)


def _shorten(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Abbreviate a longer word with a full stop: ``Inst. name``."""
    words = text.split()
    long = [at for at, word in enumerate(words) if len(word) > LONG_WORD and word.isalpha()]
    if not long or lesson.kind == "other":
        return text
    at = chance.choice(long)
    words[at] = words[at][: chance.randint(3, 5)] + "."
    return " ".join(words)


def _mark(text: str, lesson: Lesson, chance: random.Random) -> str:
    """Add or take away the question mark, or go on with the next line of a printed text."""
    return text.rstrip("?") if text.endswith("?") else text + chance.choice(("?", "", " "))


Change = Callable[[str, Lesson, random.Random], str]
CHANGES: list[Change] = [_frame, _frame, _drop, _swap, _slip, _shorten, _mark]
