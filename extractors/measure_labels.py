"""How well the reader of labels reads wordings it has not seen, beside the comparison of words (``Lexicon``)."""

import random
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from extractors.label_features import Numbers
from extractors.label_fitting import figures, rows_of, softmax, temperature_of
from extractors.label_teaching import NONE, Lesson, lessons
from extractors.labels import Lexicon
from extractors.train_labels import SEED, TEMPERATURE, fitted, keys_of, targets_of
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, LanguageData, load_language

FOLDS = 5
SURE = (0.5, 0.7, 0.9)


def measure() -> None:
    """Print the figures of five folds and keep the temperature fitted on them."""
    taught = lessons()
    keys = keys_of(taught)
    folds = _folds(taught)
    tested = _tested(taught)
    raw = np.zeros((len(taught), len(keys)), np.float32)
    for fold_number in range(FOLDS):
        held = np.flatnonzero((folds == fold_number) & tested)
        table, lean = fitted([lesson for lesson, at in zip(taught, folds, strict=True) if at != fold_number], keys)
        raw[held] = figures(rows_of([(taught[at].text, taught[at].language) for at in held]), table, lean)
    targets = targets_of(taught, keys)
    scale = temperature_of(raw[tested], (targets[tested] > 0).astype(np.float32))
    TEMPERATURE.write_text(f"# Written by `python -m extractors.train_labels --measure`.\ntemperature = {scale}\n", "utf-8")
    chances = softmax(raw * np.float32(scale))
    print(f"{int(tested.sum())} held-out texts, temperature {scale}")
    _print_figures(taught, tested, chances, targets, keys)
    _print_lexicon(taught, folds, tested, chances, keys)


def _folds(taught: list[Lesson]) -> NDArray[np.int64]:
    """The fold of each lesson; all spellings of a wording lie in one."""
    origins = sorted({lesson.origin for lesson in taught})
    random.Random(SEED).shuffle(origins)
    place = {origin: at % FOLDS for at, origin in enumerate(origins)}
    return np.array([place[lesson.origin] for lesson in taught])


def _tested(taught: list[Lesson]) -> NDArray[np.bool_]:
    """Two spellings of each wording at most, no single words that only hint at a question."""
    seen: Counter[str] = Counter()
    chosen = []
    for lesson in taught:
        seen[lesson.origin] += 1
        chosen.append(lesson.kind != "concept" and seen[lesson.origin] <= 2)
    return np.array(chosen)


def _print_figures(taught: list[Lesson], tested: NDArray[np.bool_], chances: Numbers, targets: Numbers, keys: list[str]) -> None:
    kinds = np.array([lesson.kind for lesson in taught])
    tongues = np.array([lesson.language for lesson in taught])
    for name, chosen in (("all", tested), *((kind, tested & (kinds == kind)) for kind in ("listed", "wording", "other"))):
        print(f"{name:8}", _line(chances[chosen], targets[chosen] > 0, keys))
    for code in LANGUAGES:
        print(f"{code:8}", _line(chances[tested & (tongues == code)], targets[tested & (tongues == code)] > 0, keys))


def _line(chances: Numbers, right: NDArray[np.bool_], keys: list[str]) -> str:
    ranked = np.argsort(-chances, axis=1)[:, :3]
    hits = np.take_along_axis(right, ranked, axis=1)
    best = chances.max(axis=1)
    said_none = ranked[:, 0] == keys.index(NONE)
    figures = [f"n {len(best)} top-1 {hits[:, 0].mean():.3f} top-3 {hits.any(axis=1).mean():.3f}"]
    for least in SURE:
        sure = best >= least
        figures.append(f"p>={least} {hits[sure, 0].mean() if sure.any() else 0:.3f} of {sure.mean():.2f}")
    figures.append(f"ECE {calibration_error(best, hits[:, 0]):.3f}")
    if said_none.any():
        figures.append(f"none-precision {hits[said_none, 0].mean():.3f}")
    return ", ".join(figures)


def calibration_error(best: Numbers, right: NDArray[np.bool_]) -> float:
    """The mean distance between what was said and what came true, in ten steps of probability (Guo 2017)."""
    step = np.minimum((best * 10).astype(int), 9)
    return float(sum(abs(best[step == s].mean() - right[step == s].mean()) * (step == s).mean() for s in set(step)))


def _print_lexicon(
    taught: list[Lesson], folds: NDArray[np.int64], tested: NDArray[np.bool_], chances: Numbers, keys: list[str]
) -> None:
    """The same held-out labels read by a Lexicon that was built without them."""
    marks: dict[str, list[tuple[bool, bool, bool]]] = {}
    for code in LANGUAGES:
        for number in range(FOLDS):
            here = [at for at, lesson in enumerate(taught) if lesson.language == code and folds[at] == number]
            hidden = {fold(taught[at].text) for at in here}
            lexicon = Lexicon(_without(load_language(code), hidden))
            for at in (at for at in here if tested[at] and taught[at].kind in ("listed", "wording")):
                right = {key for key, _ in taught[at].keys}
                found = _read(lexicon, taught[at].text)
                model = keys[int(chances[at].argmax())]
                marks.setdefault(taught[at].kind, []).append((found[:1] != [] and found[0] in right, bool(right & set(found[:3])), model in right))
    for kind, rows in marks.items():
        share = np.array(rows).mean(axis=0)
        print(f"{kind}: lexicon top-1 {share[0]:.3f} top-3 {share[1]:.3f}; model top-1 {share[2]:.3f} (labels only)")


def _without(data: LanguageData, hidden: set[str]) -> LanguageData:
    def keep(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {key: tuple(text for text in texts if fold(text) not in hidden) for key, texts in table.items()}

    return data.model_copy(update={name: keep(getattr(data, name)) for name in ("labels", "labels_pair", "short_labels")})


def _read(lexicon: Lexicon, text: str) -> list[str]:
    names = {"label": "{}", "guess": "{}", "pair": "pair:{}", "short": "short:{}"}
    found = [names[hit.group].format(hit.key) for hit in lexicon.hits(text) if hit.group in names]
    return list(dict.fromkeys(found))
