"""Makes the model anew from the corpus: `python -m classifiers.theme.train`. No chance in it."""

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.theme.cases import Corpus, Text, read_corpus, texts_of
from classifiers.theme.evaluate import ALONE, table_of
from classifiers.theme.fitting import Exact, fit_choice, fit_odds
from classifiers.theme.measures import TOPIC_SIGNS, Measures, area_signs, topic_signs
from classifiers.theme.model import CARD, HERE, WEIGHTS, Card, Verdicts, pack
from classifiers.theme.teaching import TAUGHT, WIDE, answers_of, held_back_measures, held_out, is_held_back, teach
from classifiers.theme.topics import AREAS, TOPICS
from classifiers.theme.vectors import Numbers

README = HERE / "README.md"
WANTED_ACCURACY, MOST_ABSTAINING, KNOWN_FROM = 0.97, 0.065, 0.34
"""Stricter than what is asked for (0.95, 0.08), for the folds are not the cases held back."""
RATES = {"both": 0.5}
"""Border cases are taught more often than requests treat both areas: 1 in 13 of the cases held back, 4 of 238
of our forms."""


def main() -> None:
    """Fit scales and thresholds by folds of the training side, measure on the cases held back, teach on everything."""
    corpora = read_corpus()
    texts = texts_of(corpora)
    wide = [text for text in texts if text.group.startswith(WIDE)]
    side = [text for text in texts if not is_held_back(text.group) and not text.group.startswith((TAUGHT, WIDE))]
    raw = pack(*teach(texts, corpora, seed=0))
    card = card_for(*held_out(side, wide, corpora), hashlib.sha256(raw).hexdigest())
    WEIGHTS.write_bytes(raw)
    CARD.write_text(_printed(card), "utf-8")
    write_between("corpus", _counts(corpora))
    write_between("held-out", table_of(*held_back_measures(texts, corpora), card))


def card_for(texts: Sequence[Text], said: Sequence[Measures], sha256: str) -> Card:
    """Weights and thresholds that fit the measures of held-out cases: the weights what can be a request, the thresholds
    what stands in the corpus so. A sentence or two without its title is neither."""
    whole = [at for at, text in enumerate(texts) if text.length != "short"]
    texts, said = [texts[at] for at in whole], [said[at] for at in whole]
    areas = fit_choice(
        np.stack([area_signs(measures) for measures in said]),
        np.array([AREAS.index(text.area) for text in texts], np.intp),
        len(AREAS),
    )
    first: dict[str, object] = {"sha256": sha256, "area_weights": _rounded(areas.T), "known_from": KNOWN_FROM}
    first["area_rates"] = tuple(RATES.get(area, 1.0) for area in AREAS)
    unset = {"topic_weights": (0.0,) * TOPIC_SIGNS, "sure_from": 0.0, "topic_from": 0.0}
    card = Card.model_validate(first | unset)
    scores = [Verdicts(card).areas(measures) for measures in said]
    signs = np.stack([topic_signs(m, [s[area] for area in AREAS]) for m, s in zip(said, scores, strict=True)])
    answers = answers_of(texts)[:, : len(TOPICS)]
    topics = fit_odds(signs.reshape(-1, TOPIC_SIGNS), answers.ravel())
    (row,) = _rounded(topics[None])
    alone = [at for at, text in enumerate(texts) if text.length in ALONE]
    found: dict[str, object] = {
        "topic_weights": row,
        "sure_from": _area_threshold([scores[at] for at in alone], [texts[at].area for at in alone]),
        "topic_from": _topic_threshold(1 / (1 + np.exp(-(signs[alone] @ topics))), answers[alone]),
    }
    return Card.model_validate(first | found)


def _rounded(weights: Exact) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(weight), 4) for weight in row) for row in weights)


def _topic_threshold(shares: Exact, answers: Numbers) -> float:
    """The threshold with the best micro-F1."""

    def f1(threshold: float) -> float:
        said = shares >= threshold
        return float(2 * (said * answers).sum() / (said.sum() + answers.sum()))

    return max((step / 100 for step in range(5, 80)), key=f1)


def _area_threshold(scores: Sequence[Mapping[str, float]], areas: Sequence[str]) -> float:
    """The lowest threshold with the wanted accuracy, or the one that abstains as often as is allowed."""
    sure = np.array([max(score.values()) for score in scores])
    right = np.array([max(score, key=score.__getitem__) == area for score, area in zip(scores, areas, strict=True)])
    for step in range(30, 95):
        kept = sure >= step / 100
        if right[kept].mean() >= WANTED_ACCURACY or (sure < (step + 1) / 100).mean() > MOST_ABSTAINING:
            return step / 100
    return 0.95


def _printed(card: Card) -> str:
    lines = ["# Written by `python -m classifiers.theme.train`; the meaning of each key stands at Card in model.py."]
    for key, value in card.model_dump().items():
        lines.append(f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {_listed(value)}")
    return "\n".join(lines) + "\n"


def _listed(value: object) -> str:
    return f"[{', '.join(map(_listed, value))}]" if isinstance(value, tuple) else str(value)


def _counts(corpora: Sequence[Corpus]) -> str:
    counts = "| language | cases | texts |\n|---|---|---|\n"
    for corpus in corpora:
        texts = sum(bool(words) for case in corpus.case for words in (case.title, case.short, case.long))
        counts += f"| {corpus.language} | {len(corpus.case)} | {texts} |\n"
    return counts


def write_between(mark: str, content: str) -> None:
    """Put a generated table between its marks in the model card."""
    before, rest = README.read_text("utf-8").split(f"<!-- {mark} -->\n")
    after = rest.split(f"<!-- end {mark} -->")[1]
    README.write_text(f"{before}<!-- {mark} -->\n{content}<!-- end {mark} -->{after}", "utf-8")


if __name__ == "__main__":
    main()
