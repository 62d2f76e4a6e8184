"""Trains the reader of answers: ``python -m extractors.train_answers`` writes its file, ``--measure`` tests it first.

The temperature is fitted on held-out answers and kept beside the examples, in ``answer_examples/temperature.toml``.
"""

import sys
from collections.abc import Sequence

import numpy as np
import rtoml

from extractors.answer_model import FILE
from extractors.answer_teaching import EXAMPLES, Example, examples
from extractors.measure_labels import calibration_error
from extractors.text_features import Numbers
from extractors.text_fitting import balance, figures, fit, rows_of, softmax, temperature_of
from extractors.text_model import TextModel, save_model
from pipeline.languages import LANGUAGES

SEED, ROUNDS, FOLDS = 2026, 6, 5
TEMPERATURE = EXAMPLES / "temperature.toml"


def fitted(taught: Sequence[Example], keys: list[str]) -> tuple[Numbers, Numbers]:
    """Weights and leanings learned from the examples."""
    targets = targets_of(taught, keys)
    return fit(rows_of([(each.text, each.language) for each in taught]), targets, balance(targets), ROUNDS, SEED)


def targets_of(taught: Sequence[Example], keys: list[str]) -> Numbers:
    """What each example answers, as rows over ``keys``."""
    targets = np.zeros((len(taught), len(keys)), np.float32)
    targets[np.arange(len(taught)), [keys.index(each.kind) for each in taught]] = 1
    return targets


def keys_of(taught: Sequence[Example]) -> list[str]:
    """Every kind that has an example, in alphabetical order."""
    return sorted({each.kind for each in taught})


def measure() -> None:
    """Print how well the answers of held-out forms are told apart, and keep the temperature fitted on them."""
    taught = examples()
    keys = keys_of(taught)
    forms = sorted({each.form for each in taught if each.form})
    held = [set(forms[number::FOLDS]) for number in range(FOLDS)]
    tested = [each for some in held for each in taught if each.form in some]
    raw = np.concatenate([_held_out(taught, keys, some) for some in held])
    targets = targets_of(tested, keys)
    scale = temperature_of(raw, targets)
    said = "# Written by `python -m extractors.train_answers --measure`."
    TEMPERATURE.write_text(f"{said}\ntemperature = {scale}\n", "utf-8")
    _print(tested, keys, softmax(raw * np.float32(scale)), targets)


def _held_out(taught: Sequence[Example], keys: list[str], forms: set[str]) -> Numbers:
    """The raw figures of these forms' answers under a model that has seen none of them."""
    held = [(each.text, each.language) for each in taught if each.form in forms]
    return figures(rows_of(held), *fitted([each for each in taught if each.form not in forms], keys))


def _print(taught: list[Example], keys: list[str], chances: Numbers, targets: Numbers) -> None:
    right = chances.argmax(axis=1) == targets.argmax(axis=1)
    print(f"{len(taught)} held-out answers, ECE {calibration_error(chances.max(axis=1), right):.3f}")
    for name in ("all", *LANGUAGES, *keys):
        chosen = np.array([name in ("all", each.language, each.kind) for each in taught])
        if chosen.any():
            print(f"{name:24} {chosen.sum():5} right {right[chosen].mean():.3f}")


def train() -> None:
    """Write the model and its fingerprint."""
    taught = examples()
    keys = keys_of(taught)
    scale = float(rtoml.loads(TEMPERATURE.read_text("utf-8"))["temperature"])
    size = save_model(TextModel.from_weights(keys, *fitted(taught, keys), scale), FILE)
    print(f"{len(taught)} answers, {len(keys)} kinds, {size / 1e6:.2f} MB")


if __name__ == "__main__":
    if "--measure" in sys.argv:
        measure()
    train()
