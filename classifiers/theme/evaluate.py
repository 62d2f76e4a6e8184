"""How well the theme is judged on cases held out from training: by language, length and topic."""

from collections.abc import Mapping, Sequence

from classifiers.theme.cases import Text, read_corpus, texts_of
from classifiers.theme.measures import Measures
from classifiers.theme.model import Card, Verdicts, read_card
from classifiers.theme.teaching import held_back_measures
from classifiers.theme.topics import AREAS, TOPICS
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


def measure(texts: Sequence[Text], said: Sequence[Measures], card: Card) -> Figures:
    """The figures of ``texts`` when judged from their measures."""
    verdicts = Verdicts(card)
    scores = [verdicts.areas(measures) for measures in said]
    judged = list(zip(texts, scores, strict=True))
    kept = [_right(text, score) for text, score in judged if verdicts.area(score) != "uncertain"]
    outside = [_right(text, score) for text, score in judged if text.area == "out_of_scope"]
    topics = [verdicts.topics(measures, score) for measures, score in zip(said, scores, strict=True)]
    return Figures(
        texts=len(texts),
        area_accuracy=_share(kept),
        abstaining=1 - len(kept) / max(len(texts), 1),
        area_accuracy_all=_share([_right(text, score) for text, score in judged]),
        out_of_scope_recall=_share(outside) if outside else None,
        topic_f1=_topic_f1(texts, topics, card.topic_from),
        right_in_three=_right_in_three(texts, topics),
        calibration_error=_calibration_error(judged),
    )


def _right(text: Text, scores: Mapping[str, float]) -> bool:
    return max(AREAS, key=lambda area: scores[area]) == text.area


def _share(truths: Sequence[bool]) -> float:
    return sum(truths) / len(truths) if truths else 0.0


def _topic_f1(texts: Sequence[Text], topics: Sequence[Mapping[str, float]], least: float) -> float:
    hits = said = wanted = 0
    for text, shares in zip(texts, topics, strict=True):
        asserted = {topic for topic, share in shares.items() if share >= least}
        hits += len(asserted & set(text.topics))
        said, wanted = said + len(asserted), wanted + len(text.topics)
    return 2 * hits / max(said + wanted, 1)


def _right_in_three(texts: Sequence[Text], topics: Sequence[Mapping[str, float]]) -> float | None:
    found = [
        not set(sorted(shares, key=lambda topic: -shares[topic])[:3]).isdisjoint(text.topics)
        for text, shares in zip(texts, topics, strict=True)
        if text.topics
    ]
    return _share(found) if found else None


def _calibration_error(judged: Sequence[tuple[Text, Mapping[str, float]]]) -> float:
    """Expected calibration error of the best area, in ten bins of equal width."""
    bins: dict[int, list[tuple[float, bool]]] = {}
    for text, scores in judged:
        sure = max(scores.values())
        bins.setdefault(min(int(sure * 10), 9), []).append((sure, _right(text, scores)))
    gaps = [abs(sum(sure for sure, _ in held) - sum(right for _, right in held)) for held in bins.values()]
    return sum(gaps) / max(len(judged), 1)


def table() -> str:
    """The table of the cases held back as Markdown: teaches a model all the others, which takes about half a minute."""
    corpora = read_corpus()
    return table_of(*held_back_measures(texts_of(corpora), corpora), read_card())


def table_of(texts: Sequence[Text], said: Sequence[Measures], card: Card) -> str:
    """The table for figures already made: all, by language, by length, by topic."""
    whole = [at for at, text in enumerate(texts) if text.length in ALONE]
    groups = {"all": whole}
    for language in sorted({text.language for text in texts}):
        groups[language] = [at for at in whole if texts[at].language == language]
    for length in ("title", "short", "long", "whole", "request"):
        groups[length] = [at for at, text in enumerate(texts) if text.length == length]
    for area in AREAS:
        groups[area] = [at for at in whole if texts[at].area == area]
    for topic in TOPICS:
        groups[topic] = [at for at in whole if topic in texts[at].topics]
    return HEAD + "".join(_row(name, texts, said, card, places) for name, places in groups.items() if places)


HEAD = (
    "| texts | n | area right where judged | not judged | area right, all | out of scope found | topics F1 "
    "| right topic in first three | calibration error |\n|---|---|---|---|---|---|---|---|---|\n"
)


def _row(name: str, texts: Sequence[Text], said: Sequence[Measures], card: Card, places: list[int]) -> str:
    f = measure([texts[at] for at in places], [said[at] for at in places], card)
    shares = (f.area_accuracy, f.abstaining, f.area_accuracy_all, f.out_of_scope_recall, f.topic_f1)
    shown = ["" if share is None else f"{share:.3f}" for share in (*shares, f.right_in_three, f.calibration_error)]
    return f"| {name} | {f.texts} | " + " | ".join(shown) + " |\n"
