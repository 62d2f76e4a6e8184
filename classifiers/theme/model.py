"""The trained model: read from its file, checked against its fingerprint, asked for probabilities."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import rtoml
from pydantic import Field, ValidationError

from classifiers.theme.features import ideas_at
from classifiers.theme.fitting import choice
from classifiers.theme.measures import AREA_SIGNS, TOPIC_SIGNS, Measurer, Measures, area_signs, topic_signs
from classifiers.theme.topics import AREAS, TOPICS, Area
from classifiers.theme.vectors import Numbers, Vocabulary
from pipeline.values import Probability, Value

HERE = Path(__file__).parent
WEIGHTS, CARD = HERE / "model.bin", HERE / "model.toml"
LEAST_KNOWN = 3
"""A text with fewer known words, and no idea of the word lists, is not judged."""

Row = Annotated[tuple[float, ...], Field(min_length=AREA_SIGNS, max_length=AREA_SIGNS)]


class Card(Value):
    """What goes with the weights: their fingerprint, and what was fitted on held-out cases.

    ``area_weights``: for each of ``AREAS`` how much each of ``area_signs`` says for it; ``topic_weights``: how much
    each of ``topic_signs`` says for a topic. ``area_rates``: how much rarer each area is among requests than among the
    cases taught (Saerens 2002). ``sure_from``: an area below this probability is not asserted.
    ``topic_from``: a topic from this probability on is asserted. ``known_from``: a text of which a smaller share of
    words was ever seen, and no idea, is not judged.
    """

    sha256: str
    area_weights: tuple[Row, Row, Row, Row]
    area_rates: tuple[float, float, float, float]
    topic_weights: Annotated[tuple[float, ...], Field(min_length=TOPIC_SIGNS, max_length=TOPIC_SIGNS)]
    sure_from: Probability
    topic_from: Probability
    known_from: Probability


class ModelDamaged(Exception):
    """The model's file is not the one its card describes."""


class Verdicts:
    """Reads the measures of a text with the weights and thresholds of a card."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self._area = np.array(card.area_weights)
        self._rates = np.array(card.area_rates)
        self._topic = np.array(card.topic_weights)

    def areas(self, said: Measures) -> dict[str, float]:
        """The probability of each area; they sum to 1."""
        shares = choice(self._area @ area_signs(said).astype(np.float64)) * self._rates
        return dict(zip(AREAS, map(float, shares / shares.sum()), strict=True))

    def topics(self, said: Measures, areas: Mapping[str, float]) -> dict[str, float]:
        """The probability of each topic, given those of the areas."""
        odds = topic_signs(said, [areas[area] for area in AREAS]) @ self._topic
        return dict(zip(TOPICS, map(float, 1 / (1 + np.exp(-odds))), strict=True))

    def area(self, scores: Mapping[str, float]) -> Area | Literal["uncertain"]:
        """The most probable area, or ``uncertain`` where none is probable enough."""
        best = max(AREAS, key=lambda area: scores[area])
        return best if scores[best] >= self.card.sure_from else "uncertain"

    def asserted(self, said: Measures, areas: Mapping[str, float]) -> list[tuple[str, float]]:
        """The topics that are probable enough, the most probable first."""
        ranked = sorted(self.topics(said, areas).items(), key=lambda item: -item[1])
        return [(topic, share) for topic, share in ranked if share >= self.card.topic_from]


class Model(Measurer, Verdicts):
    """Weights with their vocabulary and card."""

    def __init__(self, vocabulary: Vocabulary, weights: Numbers, leanings: Numbers, card: Card) -> None:
        Measurer.__init__(self, vocabulary, weights, leanings)
        Verdicts.__init__(self, card)

    def speaks_of(self, words: Sequence[str]) -> bool:
        """True if the text holds enough words the model has learned from, or an idea of the word lists."""
        known, share = self.vocabulary.known_stems(words)
        return (known >= LEAST_KNOWN and share >= self.card.known_from) or next(ideas_at(words), None) is not None


@cache
def load(weights: Path = WEIGHTS, card: Path = CARD) -> Model:
    """The model. Raises ModelDamaged if its bytes are not those of the card, ValueError if the card is faulty."""
    raw, said = weights.read_bytes(), read_card(card)
    if hashlib.sha256(raw).hexdigest() != said.sha256:
        raise ModelDamaged(f"{weights.name} is not the file {card.name} describes; restore it or run `make train`.")
    held = np.load(io.BytesIO(raw), allow_pickle=False)
    names = held["names"].tobytes().decode("utf-8").split("\n")
    vocabulary = Vocabulary(names, held["rarity"].astype(np.float32))
    return Model(vocabulary, held["weights"].astype(np.float32), held["leanings"], said)


def pack(vocabulary: Vocabulary, weights: Numbers, leanings: Numbers) -> bytes:
    """The bytes of the model's file; the same for the same model."""
    names = np.frombuffer("\n".join(vocabulary.names).encode("utf-8"), np.uint8)
    buffer = io.BytesIO()
    np.savez_compressed(
        buffer,
        names=names,
        rarity=vocabulary.rarity.astype(np.float16),
        weights=weights.astype(np.float16),
        leanings=leanings.astype(np.float32),
    )
    return buffer.getvalue()


def read_card(path: Path = CARD) -> Card:
    """The card of the model. Raises ValueError naming the file and the key."""
    try:
        return Card.model_validate(rtoml.loads(path.read_text("utf-8")))
    except (ValidationError, rtoml.TomlParsingError) as error:
        raise ValueError(f"{path.name}: {error}") from error
