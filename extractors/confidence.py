"""How likely a value is right: a logistic figure over signs of doubt, fitted on forms with gold records."""

import math
from dataclasses import dataclass
from functools import cache
from importlib import resources

import rtoml

from extractors.search import Asked

DOUBTFUL = 0.7
"""Below this probability a person is asked whether the label was understood."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a value: its label's words, look and rivals, and whether the answer is odd."""

    base: float
    score: float
    margin: float
    guessed: bool
    odd: bool


def signs_of(bid: Asked, odd: bool = False) -> Signs:
    """The signs of an answer to the question ``bid``; ``odd`` for an answer too long or too short for its kind."""
    return Signs(bid.base, bid.score, bid.margin, bid.guessed, odd)


@cache
def _weights() -> dict[str, float]:
    path = resources.files("extractors") / "confidence.toml"
    weights: dict[str, float] = rtoml.loads(path.read_text("utf-8"))["weights"]
    return weights


def features(signs: Signs) -> dict[str, float]:
    """The figures the weights are multiplied with; all but ``bias`` are 0 where nothing speaks against the value."""
    return {
        "bias": 1.0,
        "strange_words": max(0.0, 1.0 - signs.base),
        "rival": max(0.0, 0.35 - signs.margin),
        "bad_fit": max(0.0, 0.95 - signs.score),
        "guessed": float(signs.guessed),
        "odd": float(signs.odd),
    }


def confidence_of(signs: Signs) -> float:
    """The probability that the value is right, 0 to 1, to three digits."""
    weights = _weights()
    total = sum(weights[name] * figure for name, figure in features(signs).items())
    return round(1 / (1 + math.exp(-total)), 3)
