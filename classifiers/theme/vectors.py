"""Texts as rows of numbers: which features are known, how telling each is, how the kinds weigh."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from classifiers.theme.features import PARTICLE, STEM, Features, couples_of, ideas_at, names_of, pairs_at

Numbers = NDArray[np.float32]
Places = NDArray[np.intp]

KINDS = {"i": 1.0, "c": 0.6, "s": 0.8, "p": 0.4, "g": 0.7}
"""Weight of ideas, couples of ideas, stems, pairs of stems and groups of letters; each kind counts the same however
long the text is."""


ORDER = "".join(KINDS)
SHARES = np.array(list(KINDS.values()), np.float32)
MOST_WORDS = 1 << 16


class Spots(NamedTuple):
    """The place of each known feature in the vocabulary, and the words it spans: from the first to before the last."""

    places: Places
    firsts: Places
    lasts: Places

    def within(self, first: int, last: int) -> Places:
        """The places of the features that lie wholly within these words."""
        return self.places[(self.firsts >= first) & (self.lasts <= last)]


class Rows(NamedTuple):
    """Texts x features, of which nearly all are nought: the text, the place and the value of each that is not, text by
    text, and how many texts and features there are."""

    texts: Places
    places: Places
    values: Numbers
    shape: tuple[int, int]

    def times(self, weights: Numbers) -> Numbers:
        """The rows multiplied with weights (features x questions)."""
        product = np.zeros((self.shape[0], weights.shape[1]), np.float32)
        for text, part in self._parts():
            product[text] = self.values[part] @ weights[self.places[part]]
        return product

    def turned_times(self, shares: Numbers) -> Numbers:
        """The transposed rows multiplied with shares (texts x questions)."""
        product = np.zeros((self.shape[1], shares.shape[1]), np.float32)
        for text, part in self._parts():
            product[self.places[part]] += self.values[part, None] * shares[text]
        return product

    def _parts(self) -> Iterator[tuple[int, slice]]:
        ends = np.searchsorted(self.texts, np.arange(self.shape[0] + 1))
        return ((text, slice(ends[text], ends[text + 1])) for text in range(self.shape[0]))


class Vocabulary:
    """The known features in their order, with the weight of rarity of each."""

    def __init__(self, names: Sequence[str], rarity: Numbers) -> None:
        self.names, self.rarity = tuple(names), rarity
        self.place = {name: at for at, name in enumerate(self.names)}
        self._words: dict[str, Places] = {}
        self.kind = np.array([ORDER.index(name[0]) for name in self.names if name], np.intp)

    def row(self, features: Features) -> tuple[Places, Numbers]:
        """The places and values of the known features of one text."""
        known = [(place, count) for name, count in features.items() if (place := self.place.get(name)) is not None]
        places = np.array([place for place, _ in known], np.intp)
        counts = np.array([count for _, count in known], np.float32)
        return places, self.weighed(np.zeros_like(places), places, counts)

    def weighed(self, texts: Places, places: Places, counts: Numbers) -> Numbers:
        """The values of features by the text each stands in, its place, how often it was seen and how rare it is."""
        values = np.log1p(counts) * self.rarity[places]
        kinds = self.kind[places]
        own = texts * len(ORDER) + kinds
        sizes = np.sqrt(np.bincount(own, values * values))
        return np.asarray(values * SHARES[kinds] / np.maximum(sizes[own], 1e-9), np.float32)

    def spot(self, words: Sequence[str]) -> "Spots":
        """Where in a list of folded words which known feature stands."""
        own = [self._of_word(word) for word in words]
        ideas = list(ideas_at(words))
        named = ((first, last, f"i:{idea}") for first, last, idea in ideas)
        wide = [*pairs_at(words), *named, *couples_of(ideas)]
        known = [(place, first, last) for first, last, name in wide if (place := self.place.get(name)) is not None]
        spans = np.array(known, np.intp).reshape(-1, 3)
        at = np.repeat(np.arange(len(words)), [len(places) for places in own])
        return Spots(
            places=np.concatenate([spans[:, 0], *own]),
            firsts=np.concatenate([spans[:, 1], at]),
            lasts=np.concatenate([spans[:, 2], at + 1]),
        )

    def _of_word(self, word: str) -> Places:
        known = self._words.get(word)
        if known is None:
            places = [place for name in names_of(word) if (place := self.place.get(name)) is not None]
            known = self._words[word] = np.array(places, np.intp)
            if len(self._words) > MOST_WORDS:
                self._words.clear()
        return known

    def rows(self, texts: Sequence[Features]) -> "Rows":
        """One row per text."""
        said = [self.row(features) for features in texts]
        return Rows(
            texts=np.repeat(np.arange(len(said)), [len(places) for places, _ in said]),
            places=np.concatenate([np.zeros(0, np.intp), *(places for places, _ in said)]),
            values=np.concatenate([np.zeros(0, np.float32), *(values for _, values in said)]),
            shape=(len(said), len(self.names)),
        )

    def known_stems(self, words: Sequence[str]) -> tuple[int, float]:
        """How many word stems of a text were ever seen in training, and what share of its stems they are."""
        stems = {f"s:{word[:STEM]}" for word in words if len(word) > PARTICLE}
        known = sum(name in self.place for name in stems)
        return known, known / max(len(stems), 1)


def vocabulary_of(texts: Iterable[tuple[str, Features]], least: int) -> Vocabulary:
    """The features that occur in at least ``least`` groups of texts. Each text comes with the name of its group."""
    groups: dict[str, set[str]] = {}
    everything: set[str] = set()
    for group, features in texts:
        everything.add(group)
        for name in features:
            groups.setdefault(name, set()).add(group)
    names = sorted(name for name, where in groups.items() if len(where) >= least)
    rarity = np.array([np.log1p(len(everything) / len(groups[name])) for name in names], np.float32)
    return Vocabulary(names, rarity)
