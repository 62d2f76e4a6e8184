"""``python -m benchmarks.confidence FOLDER...``: the weights of the confidence, fitted on forms with gold records.

A logistic regression of "the value is right" on the signs of doubt. Signs can only speak against a value, so no weight
but the first may be positive. Five folds by form say how well the figure holds on forms it was not fitted on.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.comparing import is_right
from extractors.confidence import Signs, features, signs_of
from extractors.extraction import Survey, extract, survey
from extractors.question_keys import PAIRS
from extractors.reading import read
from extractors.search import Asked
from pipeline.questions import questions
from pipeline.records import FieldReading
from pipeline.trouble import Unreadable

FILE = Path(__file__).resolve().parent.parent / "extractors" / "confidence.toml"
HEAD = (
    "# Weights of the logistic confidence (extractors/confidence.py); "
    "made by `python -m benchmarks.confidence`, not by hand.\n[weights]\n"
)
FOLDS, BINS, STEPS, CALM = 5, 10, 20_000, 5e-4
"""Parts the forms are divided into, bins of the calibration error, steps of the fit, weight of its regularisation."""
FEWEST_WRONG = 20
"""Wrong values without which the fit would only say that all is well."""
Figures = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Case:
    """A value that was read: its form, the signs of doubt, the confidence it was given, and whether it is right."""

    form: str
    signs: Signs
    given: float
    right: bool


def cases_of(folder: Path) -> Iterator[Case]:
    """All values with a confidence on the forms of a folder that have a gold record beside them."""
    for path in sorted(folder.glob("*.gold.json")):
        gold = json.loads(path.read_text("utf-8"))
        try:
            document = read((folder / gold["file"]).read_bytes())
            readings, surveyed = extract(document).fields, survey(document)
        except Unreadable as trouble:
            print(f"{gold['file']}: left out, {trouble}", file=sys.stderr)
            continue
        for key, bid in _asked(surveyed):
            reading = readings[key]
            if reading.confidence is not None and reading.state == "answered":
                value = json.loads(reading.model_dump_json())["value"]
                right = key in gold["fields"] and is_right(key, gold["fields"][key], value)
                yield Case(gold["file"], signs_of(bid, _odd(key, reading)), reading.confidence, right)


def _asked(surveyed: Survey) -> Iterator[tuple[str, Asked]]:
    for bid in surveyed.found.asked:
        for key in PAIRS.get(bid.key, (bid.key,)):
            if key != "signature":
                yield key, bid


def _odd(key: str, reading: FieldReading) -> bool:
    """Too long or too short for its kind, as ``extractors.fields`` judges it."""
    words, kind = len((reading.raw or "").split()), questions()[key].kind
    return kind == "line" and words > 40 or kind == "text" and words < 3


def fit(table: Figures, right: Figures) -> Figures:
    """Weights (one per column of ``table``, n x k) that make the right values (n, 0 or 1) most likely."""
    step = 1 / (0.25 * float(np.linalg.eigvalsh(table.T @ table / len(right))[-1]) + CALM)
    weights = np.zeros(table.shape[1])
    for _ in range(STEPS):
        slope = table.T @ (chances(table, weights) - right) / len(right) + CALM * weights
        weights -= step * slope
        weights[1:] = np.minimum(weights[1:], 0.0)
    return weights


def chances(table: Figures, weights: Figures) -> Figures:
    """The probability of each row."""
    return np.asarray(1 / (1 + np.exp(-(table @ weights))))


def calibration_error(chance: Figures, right: Figures) -> float:
    """Expected calibration error over ten equal bins: how far promise and outcome lie apart on average."""
    places = np.minimum((chance * BINS).astype(int), BINS - 1)
    apart = [abs(float((chance - right)[places == place].sum())) for place in range(BINS)]
    return sum(apart) / len(right)


def held_out(table: Figures, right: Figures, forms: list[str]) -> Figures:
    """The probability of each row by weights fitted on the other forms."""
    order = {form: number % FOLDS for number, form in enumerate(dict.fromkeys(forms))}
    fold = np.array([order[form] for form in forms])
    chance = np.zeros(len(right))
    for part in sorted(set(order.values())):
        inside = fold == part
        chance[inside] = chances(table[inside], fit(table[~inside], right[~inside]))
    return chance


def main(words: list[str]) -> int:
    """Fit, tell, and write the file unless told not to; exit status 1 where the forms are too few or too well read."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.confidence", description=__doc__)
    parser.add_argument("folders", type=Path, nargs="+", help="forms with gold records beside them")
    parser.add_argument("--dry-run", action="store_true", help="tell the figures, write nothing")
    told = parser.parse_args(words)
    cases = [case for folder in told.folders for case in cases_of(folder)]
    if len({case.form for case in cases}) < FOLDS:
        print(f"At least {FOLDS} forms with gold records are needed.", file=sys.stderr)
        return 1
    weights = _fitted(cases)
    body = "".join(f"{name} = {weight}\n" for name, weight in weights.items())
    print(body, end="")
    wrong = sum(not case.right for case in cases)
    if wrong < FEWEST_WRONG:
        print(f"Only {wrong} values are wrong: from so few nothing is learnt, nothing is written.", file=sys.stderr)
        return 0 if told.dry_run else 1
    if not told.dry_run:
        FILE.write_text(HEAD + body, "utf-8")
        print(f"Written: {FILE}")
    return 0


def _fitted(cases: list[Case]) -> dict[str, float]:
    """The weights by name, to two digits; how well they are calibrated is printed."""
    rows = [features(case.signs) for case in cases]
    table = np.array([list(row.values()) for row in rows])
    right = np.array([float(case.right) for case in cases])
    given = np.array([case.given for case in cases])
    forms = [case.form for case in cases]
    weights = fit(table, right).round(2)
    print(f"{len(cases)} values on {len(set(forms))} forms, {right.mean():.4f} of them right")
    print("expected calibration error:")
    print(f"  with the weights of today      {calibration_error(given, right):.4f}")
    print(f"  with those below               {calibration_error(chances(table, weights), right):.4f}")
    print(f"  on forms left out of the fit   {calibration_error(held_out(table, right, forms), right):.4f}")
    return dict(zip(rows[0], weights.tolist(), strict=True))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
