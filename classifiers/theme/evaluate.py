"""How well the theme is judged on cases held out from training: by language, length and topic, and how honest the figures are."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.theme.cases import Text, read_corpus, texts_of
from classifiers.theme.model import Card, Model
from classifiers.theme.teaching import answers_of, held_out_figures
from classifiers.theme.topics import AREAS, TOPICS
from classifiers.theme.vectors import Numbers, Vocabulary
from pipeline.values import Value

ALONE = ("title", "long", "whole")
"""The lengths a request can have; a sentence or two without its title is taught but not counted."""


class Figures(Value):
    """What was measured on a set of texts; shares from 0 to 1."""

    texts: int
    area_accuracy: float
    abstaining: float
    area_accuracy_all: float
    out_of_scope_recall: float | None
    topic_f1: float
    right_in_three: float | None
    calibration_error: float


def bare_model(card: Card) -> Model:
    """A model without weights, to read raw figures with its scales and thresholds."""
    nothing = np.zeros((0, 0), np.float32)
    return Model(Vocabulary((), np.zeros(0, np.float32)), nothing, np.zeros(0, np.float32), card)


def measure(texts: Sequence[Text], figures: Numbers, card: Card) -> Figures:
    """The figures of ``texts`` when judged from raw ``figures`` (texts x questions)."""
    model = bare_model(card)
    scores = [model.areas(row) for row in figures]
    said = [model.area(score) for score in scores]
    best = [max(AREAS, key=lambda area, s=score: s[area]) for score in scores]  # type: ignore[misc]
    kept = [at for at, area in enumerate(said) if area != "uncertain"]
    outside = [at for at, text in enumerate(texts) if text.area == "out_of_scope"]
    return Figures(
        texts=len(texts),
        area_accuracy=_share(said[at] == texts[at].area for at in kept),
        abstaining=1 - len(kept) / max(len(texts), 1),
        area_accuracy_all=_share(b == text.area for b, text in zip(best, texts, strict=True)),
        out_of_scope_recall=_share(best[at] == "out_of_scope" for at in outside) if outside else None,
        topic_f1=_topic_f1(texts, figures, model),
        right_in_three=_right_in_three(texts, figures),
        calibration_error=_calibration_error(texts, scores),
    )


def _share(truths: object) -> float:
    values = list(truths)  # type: ignore[call-overload]
    return sum(values) / len(values) if values else 0.0


def _topic_f1(texts: Sequence[Text], figures: Numbers, model: Model) -> float:
    hits = said = wanted = 0
    for text, row in zip(texts, figures, strict=True):
        asserted = {topic for topic, _ in model.asserted(row)}
        hits += len(asserted & set(text.topics))
        said, wanted = said + len(asserted), wanted + len(text.topics)
    return 2 * hits / max(said + wanted, 1)


def _right_in_three(texts: Sequence[Text], figures: Numbers) -> float | None:
    ranked = np.argsort(-figures[:, : len(TOPICS)], axis=1)[:, :3]
    found = [
        any(TOPICS[at] in text.topics for at in row) for text, row in zip(texts, ranked, strict=True) if text.topics
    ]
    return sum(found) / len(found) if found else None


def _calibration_error(texts: Sequence[Text], scores: Sequence[dict[str, float]]) -> float:
    """Expected calibration error of the best area, in ten bins of equal width."""
    sure = np.array([max(score.values()) for score in scores])
    right = np.array([max(score, key=lambda a: score[a]) == text.area for text, score in zip(texts, scores, strict=True)])
    bins: NDArray[np.intp] = np.minimum((sure * 10).astype(np.intp), 9)
    gaps = [abs(right[bins == b].mean() - sure[bins == b].mean()) * float((bins == b).mean()) for b in set(bins.tolist())]
    return float(sum(gaps))


def table() -> str:
    """The held-out table as Markdown: trains once for each fold, which takes a minute or two."""
    from classifiers.theme.model import CARD, _card

    corpora = read_corpus()
    texts = texts_of(corpora)
    return table_of(texts, held_out_figures(texts, corpora), _card(CARD))


def table_of(texts: Sequence[Text], figures: Numbers, card: Card) -> str:
    """The table for figures already made."""
    groups: list[tuple[str, Callable[[Text], bool]]] = [("all", lambda text: text.length in ALONE)]
    for language in sorted({text.language for text in texts}):
        groups.append((language, lambda text, language=language: text.language == language and text.length in ALONE))  # type: ignore[misc]
    for length in ("title", "short", "long", "whole"):
        groups.append((length, lambda text, length=length: text.length == length))  # type: ignore[misc]
    for topic in (*TOPICS, "out_of_scope"):
        groups.append((topic, lambda text, topic=topic: topic in (*text.topics, text.area) and text.length in ALONE))  # type: ignore[misc]
    return HEAD + "".join(_row(name, texts, figures, card, chosen) for name, chosen in groups)


HEAD = (
    "| texts | n | area right where judged | not judged | area right, all | out of scope found | topics F1 "
    "| right topic in first three | calibration error |\n|---|---|---|---|---|---|---|---|---|\n"
)


def _row(name: str, texts: Sequence[Text], figures: Numbers, card: Card, chosen: Callable[[Text], bool]) -> str:
    places = [at for at, text in enumerate(texts) if chosen(text)]
    if not places:
        return ""
    f = measure([texts[at] for at in places], figures[places], card)
    shares = (f.area_accuracy, f.abstaining, f.area_accuracy_all, f.out_of_scope_recall, f.topic_f1)
    rest = (f.right_in_three, f.calibration_error)
    return f"| {name} | {f.texts} | " + " | ".join("" if x is None else f"{x:.3f}" for x in (*shares, *rest)) + " |\n"
