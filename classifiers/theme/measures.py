"""What a model says about a text, and what of it speaks for an area and for a topic."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from classifiers.theme.spans import Laid, Span
from classifiers.theme.topics import TOPICS
from classifiers.theme.vectors import Numbers, Places, Spots, Vocabulary

COUNT = len(TOPICS)
QUESTIONS = (*TOPICS, "social_protection", "labour_employment")
"""What the model answers with yes or no: each topic, then each of the two areas."""
PROTECTION = np.array([topic.startswith("sp_") for topic in TOPICS])
AREA_SIGNS, TOPIC_SIGNS = 13, 11


class Measures(NamedTuple):
    """Raw figures, one for each of ``QUESTIONS``: of the whole text, the greatest of its sentences, the greatest and
    the least of its clauses; the logarithms of how many words and clauses it has; and the figures of each sentence."""

    whole: Numbers
    sentence: Numbers
    clause: Numbers
    least: Numbers
    words: float
    clauses: float
    sentences: Numbers


class Measurer:
    """A vocabulary with the weights and leanings learned for it."""

    def __init__(self, vocabulary: Vocabulary, weights: Numbers, leanings: Numbers) -> None:
        self.vocabulary, self.weights, self.leanings = vocabulary, weights, leanings

    def measure(self, laid: Laid, importance: Numbers | None = None) -> Measures:
        """The measures of a text; ``importance`` says how much each of its words counts in the whole."""
        spots = self.vocabulary.spot(laid.words)
        whole = self._whole(spots, importance)
        known: dict[Span, Numbers] = {}
        sentences = self._each(spots, laid.sentences, whole, known)
        clauses = self._each(spots, laid.clauses, whole, known)
        words, parts = np.log(max(len(laid.words), 1)), np.log(max(len(laid.clauses), 1))
        best, least = clauses.max(axis=0), clauses.min(axis=0)
        return Measures(whole, sentences.max(axis=0), best, least, float(words), float(parts), sentences)

    def _whole(self, spots: Spots, importance: Numbers | None) -> Numbers:
        """What spans two answers counts as the one that counts less."""
        counts = None if importance is None else np.minimum(importance[spots.firsts], importance[spots.lasts - 1])
        return np.asarray(self._figures([spots.places], counts)[0], np.float32)

    def _each(self, spots: Spots, spans: Sequence[Span], whole: Numbers, known: dict[Span, Numbers]) -> Numbers:
        """Many a sentence is one clause: what is known of a span is not made twice."""
        if len(spans) < 2:
            return whole[None]
        new = [span for span in dict.fromkeys(spans) if span not in known]
        known |= zip(new, self._figures([spots.within(*span) for span in new]), strict=True)
        return np.stack([known[span] for span in spans])

    def _figures(self, seen: Sequence[Places], importance: Numbers | None = None) -> Numbers:
        """The figures of several texts, a row each, from the places of their features; each feature counts once, or
        by its ``importance``."""
        size = len(self.vocabulary.names)
        numbers = np.repeat(np.arange(len(seen)) * size, [len(places) for places in seen])
        marks, back = np.unique(numbers + np.concatenate([np.zeros(0, np.intp), *seen]), return_inverse=True)
        counts = np.asarray(np.bincount(back, importance, len(marks)), np.float32)
        texts, places = np.divmod(marks, size)
        values = self.vocabulary.weighed(texts, places, counts)
        figures = np.repeat(self.leanings[None], len(seen), axis=0)
        starts = np.flatnonzero(np.diff(texts, prepend=-1))
        if len(starts):
            figures[texts[starts]] += np.add.reduceat(self.weights[places] * values[:, None], starts, axis=0)
        return np.asarray(figures, np.float32)


def area_signs(said: Measures) -> Numbers:
    """What speaks for an area: the figures of the two areas in the whole, in the strongest clause and in the weakest,
    the length, and the strongest topic of each area in the whole and in the clauses. A text of both areas seldom says
    so as a whole: the words of the one outweigh those of the other."""
    two = slice(COUNT, COUNT + 2)
    figures = (*said.whole[two], *said.clause[two], *said.least[two], said.words, said.clauses)
    tops = [figures[:COUNT][side].max() for figures in (said.whole, said.clause) for side in (PROTECTION, ~PROTECTION)]
    return np.array([1, *figures, *tops], np.float32)


def topic_signs(said: Measures, shares: Sequence[float]) -> Numbers:
    """What speaks for each topic (topics x signs): its figures in the whole, the strongest sentence and clause, its
    strongest rival, the best of its area, how probable its area is, and the length. ``shares``: those of the areas."""
    whole, sentence, clause = (figures[:COUNT] for figures in (said.whole, said.sentence, said.clause))
    protection, labour = shares[0] + shares[2], shares[1] + shares[2]
    area = np.where(PROTECTION, _odds(protection), _odds(labour))
    leader = np.where(PROTECTION, whole[PROTECTION].max(), whole[~PROTECTION].max())
    second, first = np.sort(whole)[-2:]
    rival = np.where(whole == first, second, first)
    one, long = np.ones(COUNT), np.full(COUNT, said.words)
    plain = (one, whole, rival, area, sentence, clause, leader, long)
    return np.stack([*plain, long * whole, long * rival, long * sentence], axis=1).astype(np.float32)


def _odds(share: float) -> float:
    return float(np.log((share + 1e-3) / (1 - share + 1e-3)))
