"""What the model is taught: the corpus, requests put together from it, and the split into folds by case."""

import hashlib
import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from classifiers.theme.cases import Corpus, Text
from classifiers.theme.features import Features, features_of
from classifiers.theme.fitting import fit
from classifiers.theme.measures import QUESTIONS, Measurer, Measures
from classifiers.theme.spans import lay_out
from classifiers.theme.topics import TOPICS, area_of
from classifiers.theme.vectors import Numbers, Vocabulary, vocabulary_of

COMPOSITES, LEAST_GROUPS = 1200, 3
TAUGHT, WIDE = "taught-", "wide-"
"""How the ids of cases begin that were written when the first figures were known: they are for teaching alone. Those
of the first kind were written against mistakes seen in the folds, those of the second were not: they teach the folds
too."""


def is_held_back(group: str) -> bool:
    """True for every fifth case: it serves for the final figures alone, never for choosing or fitting anything."""
    return not group.startswith((TAUGHT, WIDE)) and int(hashlib.sha256(group.encode()).hexdigest(), 16) % 5 == 0


def folds_of(texts: Sequence[Text], count: int) -> dict[str, int]:
    """Group -> fold; the groups of each set of topics are dealt out evenly, all languages of a case together."""
    kinds: dict[str, list[str]] = {}
    for group in sorted({text.group for text in texts}):
        kinds.setdefault(group.rsplit("-", 1)[0], []).append(group)
    dealer, dealt = random.Random(1), 0
    folds: dict[str, int] = {}
    for kind in sorted(kinds):
        dealer.shuffle(kinds[kind])
        for group in kinds[kind]:
            folds[group] = dealt % count
            dealt += 1
    return folds


def composites_of(texts: Sequence[Text], corpora: Sequence[Corpus], count: int, seed: int) -> list[Text]:
    """Requests at full length, put together from texts of one language that go together, and commonplaces."""
    dealer = random.Random(seed)
    commonplaces = {corpus.language: corpus.commonplaces for corpus in corpora}
    pools = {language: [t for t in texts if t.language == language] for language in sorted(commonplaces)}
    return [_composite(pools[language], commonplaces[language], dealer) for language in _turns(pools, count)]


def _turns(pools: dict[str, list[Text]], count: int) -> list[str]:
    languages = sorted(pools)
    return [languages[at % len(languages)] for at in range(count)]


def _composite(pool: list[Text], commonplaces: Sequence[str], dealer: random.Random) -> Text:
    """One to three texts: of a shared topic, of one area, at times of two; never in and out of scope."""
    parts = [dealer.choice([text for text in pool if text.length != "title"] if dealer.random() < 0.7 else pool)]
    for more in (0.85, 0.4):
        if dealer.random() < more:
            likeness = dealer.choices(("topic", "area", "scope"), (5, 4, 1))[0]
            parts.append(dealer.choice([text for text in pool if _fits(parts[0], text, likeness)]))
    fillers = dealer.sample(list(commonplaces), dealer.randint(0, 4))
    topics = tuple(sorted({topic for part in parts for topic in part.topics}))
    return Text(
        group=parts[0].group,
        language=parts[0].language,
        length="request",
        text="\n".join([part.text for part in parts] + fillers),
        topics=topics,
        area=area_of(topics),
    )


def _fits(first: Text, other: Text, likeness: str) -> bool:
    """True if the two can stand in one request: of one topic, of one area, or both within the scope."""
    if not first.topics or not other.topics:
        return not first.topics and not other.topics
    if likeness == "topic":
        return bool(set(first.topics) & set(other.topics))
    return likeness == "scope" or first.area == other.area


def answers_of(texts: Sequence[Text]) -> Numbers:
    """For each text the right answer, 0 or 1, to each of ``QUESTIONS``."""
    rows = np.zeros((len(texts), len(QUESTIONS)), np.float32)
    for at, text in enumerate(texts):
        for topic in text.topics:
            rows[at, TOPICS.index(topic)] = 1
        rows[at, -2] = text.area in ("social_protection", "both")
        rows[at, -1] = text.area in ("labour_employment", "both")
    return rows


def teach(texts: Sequence[Text], corpora: Sequence[Corpus], seed: int) -> tuple[Vocabulary, Numbers, Numbers]:
    """The vocabulary, weights and leanings learned from these texts."""
    features: list[Features] = [_seen(text.text) for text in texts]
    vocabulary = vocabulary_of(zip([text.group for text in texts], features, strict=True), LEAST_GROUPS)
    extra = composites_of(texts, corpora, COMPOSITES, seed)
    rows = vocabulary.rows([*features, *(features_of(text.text) for text in extra)])
    weights, leanings = fit(rows, answers_of([*texts, *extra]))
    return vocabulary, weights, leanings


def held_out(
    texts: Sequence[Text], beside: Sequence[Text], corpora: Sequence[Corpus], count: int = 5
) -> tuple[list[Text], list[Measures]]:
    """Every text, and requests put together from held-out texts alone, each with the measures of a model that has
    seen neither its cases nor their counterparts in other languages. ``beside``: texts that every fold is taught."""
    folds = folds_of(texts, count)
    asked: list[Text] = []
    measures: list[Measures] = []
    for fold in range(count):
        hidden = [text for text in texts if folds[text.group] == fold]
        seen = [*(text for text in texts if folds[text.group] != fold), *beside]
        more, said = _asked_and_said(seen, hidden, corpora, fold)
        asked, measures = asked + more, measures + said
    return asked, measures


def held_back_measures(texts: Sequence[Text], corpora: Sequence[Corpus]) -> tuple[list[Text], list[Measures]]:
    """The same for the cases held back from everything, judged by a model taught all the others."""
    hidden = [text for text in texts if is_held_back(text.group)]
    seen = [text for text in texts if not is_held_back(text.group)]
    return _asked_and_said(seen, hidden, corpora, seed=5)


def _asked_and_said(
    seen: Sequence[Text], hidden: list[Text], corpora: Sequence[Corpus], seed: int
) -> tuple[list[Text], list[Measures]]:
    asked = hidden + composites_of(hidden, corpora, COMPOSITES // 6, seed=100 + seed)
    measurer = Measurer(*teach(seen, corpora, seed))
    return asked, [measurer.measure(lay_out(text.text)) for text in asked]


@lru_cache(maxsize=1 << 15)
def _seen(text: str) -> Features:
    """What is seen in a text; every fold asks for the same texts again."""
    return features_of(text)
