"""Makes the model anew from the corpus: `python -m classifiers.theme.train`. No chance in it."""

import hashlib
from collections.abc import Sequence

import numpy as np

from classifiers.theme.cases import Corpus, Text, read_corpus, texts_of
from classifiers.theme.evaluate import ALONE, bare_model, table_of
from classifiers.theme.fitting import fit_scale
from classifiers.theme.model import AT_LENGTH, CARD, HERE, WEIGHTS, Card, pack
from classifiers.theme.teaching import answers_of, held_back_figures, held_out, is_held_back, teach
from classifiers.theme.topics import AREAS, TOPICS
from classifiers.theme.vectors import Numbers

README = HERE / "README.md"
WANTED_ACCURACY, MOST_ABSTAINING, KNOWN_FROM = 0.96, 0.09, 0.34


def main() -> None:
    """Fit scales and thresholds by folds of the training side, measure on the cases held back, teach on everything."""
    corpora = read_corpus()
    texts = texts_of(corpora)
    side = [text for text in texts if not is_held_back(text.group)]
    raw = pack(*teach(texts, corpora, seed=0))
    card = card_for(*held_out(side, corpora), hashlib.sha256(raw).hexdigest())
    WEIGHTS.write_bytes(raw)
    CARD.write_text(_printed(card), "utf-8")
    write_between("corpus", _counts(corpora))
    write_between("held-out", table_of(*held_back_figures(texts, corpora), card))


def card_for(texts: Sequence[Text], figures: Numbers, sha256: str) -> Card:
    """Scales and thresholds that fit the figures of held-out cases; the threshold for topics at length is found on the
    requests put together from them, since a paragraph of the corpus speaks of one thing and a request of several."""
    answers = answers_of(texts)
    alone = np.array([text.length in ALONE for text in texts])
    lengthy = np.array([text.length == "request" and len(text.text.split()) >= AT_LENGTH for text in texts])
    card = Card(
        sha256=sha256,
        protection_scale=fit_scale(figures[alone, -2], answers[alone, -2]),
        labour_scale=fit_scale(figures[alone, -1], answers[alone, -1]),
        topic_scale=fit_scale(figures[alone, : len(TOPICS)], answers[alone, : len(TOPICS)]),
        sure_from=0.0,
        topic_from=0.0,
        topic_from_at_length=0.0,
        known_from=KNOWN_FROM,
    )
    found = {
        "sure_from": _area_threshold(card, [text for text in texts if text.length in ALONE], figures[alone]),
        "topic_from": _topic_threshold(card, figures[alone], answers[alone]),
    }
    several = lengthy if lengthy.any() else alone
    found["topic_from_at_length"] = _topic_threshold(card, figures[several], answers[several])
    return card.model_copy(update=found)


def _topic_threshold(card: Card, figures: Numbers, answers: Numbers) -> float:
    """The threshold with the best micro-F1."""
    slope, shift = card.topic_scale
    answers = answers[:, : len(TOPICS)]
    odds = 1 / (1 + np.exp(-(slope * figures[:, : len(TOPICS)] + shift)))

    def f1(threshold: float) -> float:
        said = odds >= threshold
        return float(2 * (said * answers).sum() / (said.sum() + answers.sum()))

    return max((step / 100 for step in range(5, 80)), key=f1)


def _area_threshold(card: Card, texts: Sequence[Text], figures: Numbers) -> float:
    """The lowest threshold with the wanted accuracy, or the one that abstains as often as is allowed."""
    model = bare_model(card)
    scores = [model.areas(row) for row in figures]
    sure = np.array([max(score.values()) for score in scores])
    best = [max(AREAS, key=score.__getitem__) for score in scores]
    right = np.array([area == text.area for area, text in zip(best, texts, strict=True)])
    for step in range(30, 95):
        kept = sure >= step / 100
        if right[kept].mean() >= WANTED_ACCURACY or (sure < (step + 1) / 100).mean() > MOST_ABSTAINING:
            return step / 100
    return 0.95


def _printed(card: Card) -> str:
    lines = ["# Written by `python -m classifiers.theme.train`; the meaning of each key stands at Card in model.py."]
    for key, value in card.model_dump().items():
        shown = [round(part, 4) for part in value] if isinstance(value, tuple) else value
        lines.append(f'{key} = "{shown}"' if isinstance(shown, str) else f"{key} = {shown}")
    return "\n".join(lines) + "\n"


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
