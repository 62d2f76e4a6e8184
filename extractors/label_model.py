"""The trained reader of labels: which question a wording asks that stands in no list, with an honest probability.

Its file is written by ``python -m extractors.train_labels`` from the language files and ``extractors/label_wordings``.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from extractors.numbering import without_number
from extractors.text_model import load_model

FILE = Path(__file__).parent / "label_model.npz"
LEAST = 0.05

_MARKS = re.compile(r"[*:：\s–—-]+$|\*")


def plain(text: str) -> str:
    """The text without its number, its asterisks and the colon at its end."""
    return _MARKS.sub("", without_number(text)).strip()


@lru_cache(maxsize=20_000)
def guesses(text: str, language: str) -> tuple[tuple[str, float], ...]:
    """What ``text`` may ask in ``language``: keys with calibrated probability, best first, none below 0.05.

    Keys are those of the form, ``signature``, ``pair:…``, ``short:…``, ``activity column`` and ``none``.
    """
    model = load_model(FILE)
    chances = model.probabilities(plain(text), language)
    ranked = np.argsort(-chances)[:8]
    return tuple((model.keys[at], float(chances[at])) for at in ranked if chances[at] >= LEAST)


def read_ahead(texts: Iterable[str], language: str) -> None:
    """Make ``guesses`` quick for these texts, by working them out together."""
    load_model(FILE).read_ahead(map(plain, texts), language)
