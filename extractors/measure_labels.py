"""How well the reader of labels reads wordings it has not seen, beside the comparison of words (``Lexicon``)."""

import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor

import numpy as np
from numpy.typing import NDArray

from extractors.label_teaching import NONE, Lesson, lessons
from extractors.labels import Lexicon
from extractors.text_features import Numbers
from extractors.text_fitting import figures, rows_of, softmax, temperature_of
from extractors.train_labels import SEED, TEMPERATURE, fitted, keys_of, targets_of
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, LanguageData, load_language

FOLDS = 5
SURE = (0.5, 0.7, 0.9)
Truths = NDArray[np.bool_]


def measure() -> None:
    """Print the figures of five folds and keep the temperature fitted on them."""
    taught = lessons()
    keys, folds, tested = keys_of(taught), _folds(taught), _tested(taught)
    raw = np.zeros((len(taught), len(keys)), np.float32)
    with ProcessPoolExecutor(2) as workers:
        for held, found in workers.map(_held_out, range(FOLDS)):
            raw[held] = found
    targets = targets_of(taught, keys)
    scale = temperature_of(raw[tested], (targets[tested] > 0).astype(np.float32))
    said = "# Written by `python -m extractors.train_labels --measure`."
    TEMPERATURE.write_text(f"{said}\ntemperature = {scale}\n", "utf-8")
    chances = softmax(raw * np.float32(scale))
    print(f"{int(tested.sum())} held-out texts, temperature {scale}")
    _print_figures(taught, tested, chances, targets > 0, keys)
    _print_lexicon(taught, folds, tested, [keys[at] for at in chances.argmax(axis=1)])


def _held_out(number: int) -> tuple[NDArray[np.int64], Numbers]:
    """The tested lessons of one fold and their raw figures under a model that saw none of their wordings."""
    taught = lessons()
    keys, folds = keys_of(taught), _folds(taught)
    held = np.flatnonzero((folds == number) & _tested(taught))
    table, lean = fitted([lesson for lesson, at in zip(taught, folds, strict=True) if at != number], keys)
    return held, figures(rows_of([(taught[at].text, taught[at].language) for at in held]), table, lean)


def _folds(taught: list[Lesson]) -> NDArray[np.int64]:
    """The fold of each lesson; all spellings of a wording lie in one."""
    origins = sorted({lesson.origin for lesson in taught})
    random.Random(SEED).shuffle(origins)
    place = {origin: at % FOLDS for at, origin in enumerate(origins)}
    return np.array([place[lesson.origin] for lesson in taught])


def _tested(taught: list[Lesson]) -> Truths:
    """Two spellings of each wording at most, no single words that only hint at a question."""
    seen: Counter[str] = Counter()
    chosen = []
    for lesson in taught:
        seen[lesson.origin] += 1
        chosen.append(lesson.kind != "concept" and seen[lesson.origin] <= 2)
    return np.array(chosen)


def _print_figures(taught: list[Lesson], tested: Truths, chances: Numbers, right: Truths, keys: list[str]) -> None:
    signs = [{"all", lesson.kind, lesson.language} for lesson in taught]
    for name in ("all", "listed", "wording", "other", *LANGUAGES):
        chosen = tested & np.array([name in sign for sign in signs])
        print(f"{name:8}", _line(chances[chosen], right[chosen], keys))


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
    if right[:, keys.index(NONE)].any():
        figures.append(f"none-precision {hits[said_none, 0].mean():.3f}")
    return ", ".join(figures)


def calibration_error(best: Numbers, right: NDArray[np.bool_]) -> float:
    """The mean distance between what was said and what came true, in ten steps of probability (Guo 2017)."""
    step = np.minimum((best * 10).astype(int), 9)
    return float(sum(abs(best[step == s].mean() - right[step == s].mean()) * (step == s).mean() for s in set(step)))


def _print_lexicon(taught: list[Lesson], folds: NDArray[np.int64], tested: Truths, read: list[str]) -> None:
    """The same held-out labels read by the words alone: a Lexicon built without them, the model not asked."""
    marks: dict[str, list[tuple[bool, bool, bool]]] = {}
    for code in LANGUAGES:
        for number in range(FOLDS):
            here = [at for at, lesson in enumerate(taught) if lesson.language == code and folds[at] == number]
            lexicon = _words_alone(load_language(code), {fold(taught[at].text) for at in here})
            for at in here:
                if tested[at] and taught[at].kind in ("listed", "wording"):
                    right, found = {key for key, _ in taught[at].keys}, _read(lexicon, taught[at].text)
                    row = (bool(right & set(found[:1])), bool(right & set(found[:3])), read[at] in right)
                    marks.setdefault(taught[at].kind, []).append(row)
    for kind, rows in marks.items():
        share = np.array(rows).mean(axis=0)
        print(f"{kind}: words alone top-1 {share[0]:.3f} top-3 {share[1]:.3f}; model top-1 {share[2]:.3f}")


def _words_alone(data: LanguageData, hidden: set[str]) -> Lexicon:
    def keep(table: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        return {key: tuple(text for text in texts if fold(text) not in hidden) for key, texts in table.items()}

    names = ("labels", "labels_pair", "short_labels")
    lexicon = Lexicon(data.model_copy(update={name: keep(getattr(data, name)) for name in names}))
    lexicon._asks = False
    return lexicon


def _read(lexicon: Lexicon, text: str) -> list[str]:
    names = {"label": "{}", "guess": "{}", "pair": "pair:{}", "short": "short:{}"}
    found = [names[hit.group].format(hit.key) for hit in lexicon.hits(text) if hit.group in names]
    return list(dict.fromkeys(found))
