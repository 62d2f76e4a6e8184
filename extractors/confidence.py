"""How likely a value is right: a logistic figure over signs of trouble, fitted on forms with gold records."""

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Signs:
    """What speaks for and against a value: score and margin of its label, its kind, and how it was found."""

    key: str
    kind: str
    label_score: float
    margin: float
    entry: bool
    in_cell: bool
    odd: bool


@cache
def _weights() -> dict[str, float]:
    path = resources.files("extractors") / "confidence.toml"
    weights: dict[str, float] = tomllib.loads(path.read_text("utf-8"))["weights"]
    return weights


def features(signs: Signs) -> dict[str, float]:
    """The figures the weights are multiplied with."""
    return {
        "bias": 1.0,
        "label_doubt": max(0.0, 1.0 - signs.label_score),
        "small_margin": max(0.0, 0.3 - signs.margin),
        "entry": float(signs.entry),
        "in_cell": float(signs.in_cell),
        "odd": float(signs.odd),
        f"kind_{signs.kind}": 1.0,
    }


def confidence_of(signs: Signs) -> float:
    """The probability that the value is right, 0 to 1, to two digits."""
    weights = _weights()
    total = sum(weights.get(name, 0.0) * figure for name, figure in features(signs).items())
    return round(1 / (1 + math.exp(-total)), 3)
