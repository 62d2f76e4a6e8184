"""Trains the reader of labels: ``python -m extractors.train_labels`` writes its file, ``--measure`` tests it first.

Whole wordings are held out before any variant is made, so no variant of a held-out wording is learned from. The
temperature is fitted on held-out figures and kept beside the wordings, in ``label_wordings/temperature.toml``.
"""

import random
import sys

import numpy as np
import rtoml

from extractors.label_model import FILE
from extractors.label_teaching import WORDINGS, Lesson, lessons
from extractors.label_variants import variants
from extractors.text_features import Numbers
from extractors.text_fitting import balance, fit, rows_of
from extractors.text_model import TextModel, save_model

SEED, ROUNDS = 20260, 6
VARIANTS = {"listed": 3, "wording": 0, "concept": 0, "other": 0}
TEMPERATURE = WORDINGS / "temperature.toml"


def keys_of(taught: list[Lesson]) -> list[str]:
    """Every key that occurs, in alphabetical order."""
    return sorted({key for lesson in taught for key, _ in lesson.keys})


def targets_of(taught: list[Lesson], keys: list[str]) -> Numbers:
    """What each lesson asks, as rows over ``keys`` that sum to 1."""
    place = {key: at for at, key in enumerate(keys)}
    targets = np.zeros((len(taught), len(keys)), np.float32)
    for row, lesson in enumerate(taught):
        for key, share in lesson.keys:
            targets[row, place[key]] = share
    return targets


def fitted(taught: list[Lesson], keys: list[str], seed: int = SEED) -> tuple[Numbers, Numbers]:
    """Weights and leanings learned from the lessons and their variants."""
    chance = random.Random(seed)
    texts: list[tuple[str, str]] = []
    owners: list[int] = []
    for number, lesson in enumerate(taught):
        found = variants(lesson, VARIANTS[lesson.kind], chance)
        texts += [(text, lesson.language) for text in found]
        owners += [number] * len(found)
    targets = targets_of(taught, keys)[owners]
    weights = np.array([taught[owner].weight for owner in owners], np.float32) * balance(targets)
    return fit(rows_of(texts), targets, weights, ROUNDS, seed)


def temperature() -> float:
    """The factor on the raw figures, fitted on held-out wordings."""
    return float(rtoml.loads(TEMPERATURE.read_text("utf-8"))["temperature"])


def train() -> None:
    """Write the model and its fingerprint."""
    taught = lessons()
    keys = keys_of(taught)
    table, lean = fitted(taught, keys)
    size = save_model(TextModel.from_weights(keys, table, lean, temperature()), FILE)
    print(f"{len(taught)} lessons, {len(keys)} keys, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        from extractors.measure_labels import measure

        measure()
    train()
