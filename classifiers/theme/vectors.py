"""Texts as rows of numbers: which features are known, how telling each is, how the kinds weigh."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from classifiers.theme.features import Features

Numbers = NDArray[np.float32]

KINDS = {"i": 1.0, "s": 0.8, "p": 0.4, "g": 0.7}
"""Weight of ideas, stems, pairs of stems and groups of letters; each kind counts the same however long the text is."""


ORDER = "".join(KINDS)


class Vocabulary:
    """The known features in their order, with the weight of rarity of each."""

    def __init__(self, names: Sequence[str], rarity: Numbers) -> None:
        self.names, self.rarity = tuple(names), rarity
        self.place = {name: at for at, name in enumerate(self.names)}
        self.kind = np.array([ORDER.index(name[0]) for name in self.names if name], np.intp)

    def row(self, features: Features) -> tuple[NDArray[np.intp], Numbers]:
        """The places and values of the known features of one text."""
        known = [(place, count) for name, count in features.items() if (place := self.place.get(name)) is not None]
        if not known:
            return np.zeros(0, np.intp), np.zeros(0, np.float32)
        places = np.array([place for place, _ in known], np.intp)
        values = np.log1p(np.array([count for _, count in known], np.float32)) * self.rarity[places]
        kinds = self.kind[places]
        sizes = np.sqrt(np.bincount(kinds, values * values, minlength=len(ORDER)))
        shares = np.array(list(KINDS.values())) / np.maximum(sizes, 1e-9)
        return places, np.asarray(values * shares[kinds], np.float32)

    def matrix(self, texts: Sequence[Features]) -> Numbers:
        """One row per text."""
        rows = np.zeros((len(texts), len(self.names)), np.float32)
        for at, features in enumerate(texts):
            places, values = self.row(features)
            rows[at, places] = values
        return rows

    def known_stems(self, features: Features) -> tuple[int, float]:
        """How many word stems of a text were ever seen in training, and what share of its stems they are."""
        stems = [name for name in features if name.startswith("s:")]
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
