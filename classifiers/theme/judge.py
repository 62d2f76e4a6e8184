"""The thematic area of a request, its topics, and the sentences that speak for each (guide, section 1.2)."""

from collections.abc import Mapping, Sequence

import numpy as np

from classifiers.theme.model import load
from classifiers.theme.spans import joined, lay_out
from classifiers.theme.topics import TOPICS
from classifiers.theme.vectors import Numbers
from pipeline.records import Area
from pipeline.values import Probability, Value

PART_WEIGHTS: Mapping[str, float] = {
    "title": 2.0,
    "objectives": 1.5,
    "expected_results": 1.0,
    "deliverables": 1.0,
    "activities": 1.0,
    "background": 1.0,
    "contribution_sought": 1.0,
    "expertise_sought": 0.5,
    "target_groups": 0.5,
}
"""How much an answer of the form says about the theme. Parts not named here are left out: policies, other partners
and the institution's mandate speak of much that is not asked for."""

TEXT = "text"
GROUNDS: Mapping[str, int] = {"social_protection": -2, "labour_employment": -1}
"""Where the figures of the two areas stand among those of ``QUESTIONS``."""
MOST_PASSAGES, MOST_TOPICS = 3, 5
FAINT = 0.4
"""A passage speaks for a topic if it does so at least by this share of the strongest."""


class Passage(Value):
    """Words of the request: the part they stand in and their place in it, [start, end) in characters."""

    part: str
    start: int
    end: int
    quote: str


class TopicVerdict(Value):
    """A topic that the request asserts, how probably, and the passages that speak most for it."""

    key: str
    score: Probability
    evidence: tuple[Passage, ...] = ()


class ThemeVerdict(Value):
    """The area (``uncertain`` when the figures do not carry one), the probability of each area (they sum to 1) and
    the topics asserted, most probable first."""

    area: Area
    scores: dict[str, Probability]
    topics: tuple[TopicVerdict, ...] = ()
    grounds: dict[str, tuple[Passage, ...]] = {}
    """For each of the two areas asserted, the passages that speak most for it."""


def judge_theme_text(text: str) -> ThemeVerdict:
    """The theme of a request's text or of its title alone, in any mixture of the five languages."""
    return _judge({TEXT: text}, {TEXT: 1.0})


def judge_theme(parts: Mapping[str, str]) -> ThemeVerdict:
    """The theme of a request from its answers by field key; a title alone is enough. See ``PART_WEIGHTS``."""
    chosen = {key: parts[key] for key in PART_WEIGHTS if parts.get(key, "").strip()}
    return _judge(chosen, PART_WEIGHTS)


def _judge(parts: Mapping[str, str], weights: Mapping[str, float]) -> ThemeVerdict:
    model = load()
    laid = {part: lay_out(text) for part, text in parts.items()}
    whole = joined(list(laid.values()))
    importance = np.repeat([weights[part] for part in laid], [len(each.words) for each in laid.values()])
    said = model.measure(whole, np.asarray(importance, np.float32))
    scores = model.areas(said)
    if not model.speaks_of(whole.words):
        return ThemeVerdict(area="uncertain", scores=scores)
    quotes = ((part, *quote) for part, each in laid.items() for quote in each.quotes)
    passages = [
        (Passage(part=part, start=start, end=start + len(quote), quote=quote), figures - model.leanings)
        for (part, start, quote), figures in zip(quotes, said.sentences, strict=True)
    ]
    topics = tuple(
        TopicVerdict(key=key, score=score, evidence=_evidence(passages, TOPICS.index(key)))
        for key, score in model.asserted(said, scores)[:MOST_TOPICS]
    )
    area = model.area(scores)
    grounds = {name: _evidence(passages, at) for name, at in GROUNDS.items() if area in (name, "both")}
    return ThemeVerdict(area=area, scores=scores, topics=topics, grounds=grounds)


def _evidence(weighed: Sequence[tuple[Passage, Numbers]], topic: int) -> tuple[Passage, ...]:
    """The passages that speak for a topic, the strongest first; those that hardly speak for it are left out."""
    speaking = sorted(((float(f[topic]), -at) for at, (_, f) in enumerate(weighed)), reverse=True)
    least = max(speaking[0][0] * FAINT, 0.0) if speaking else 0.0
    return tuple(weighed[-at][0] for strength, at in speaking[:MOST_PASSAGES] if strength > least)
