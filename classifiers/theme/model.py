"""The trained model: read from its file, checked against its fingerprint, asked for probabilities."""

import hashlib
import io
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import ValidationError

from classifiers.theme.features import Features
from classifiers.theme.topics import AREAS, TOPICS, Area
from classifiers.theme.vectors import Numbers, Vocabulary
from pipeline.values import Probability, Value

HERE = Path(__file__).parent
WEIGHTS, CARD = HERE / "model.bin", HERE / "model.toml"
AT_LENGTH, SENTENCE_SHARE = 60, 0.4
LEAST_KNOWN = 3
"""A text with fewer known words, and no idea of the word lists, is not judged."""

QUESTIONS = (*TOPICS, "social_protection", "labour_employment")
"""What the model answers with yes or no: each topic, then each of the two areas."""


class Card(Value):
    """What goes with the weights: their fingerprint, the scales fitted on held-out cases and the thresholds.

    ``protection_scale``, ``labour_scale``, ``topic_scale``: slope and shift of the log-odds. ``sure_from``: an area
    below this probability is not asserted. ``topic_from``: a topic from this probability on is asserted;
    ``topic_from_at_length``: the same for texts of ``AT_LENGTH`` words or more, which speak of several things.
    ``known_from``: a text of which a smaller share of words was ever seen, and no idea, is not judged.
    """

    sha256: str
    protection_scale: tuple[float, float]
    labour_scale: tuple[float, float]
    topic_scale: tuple[float, float]
    sure_from: Probability
    topic_from: Probability
    topic_from_at_length: Probability
    known_from: Probability


class ModelDamaged(Exception):
    """The model's file is not the one its card describes."""


class Model:
    """Weights with their vocabulary and card."""

    def __init__(self, vocabulary: Vocabulary, weights: Numbers, leanings: Numbers, card: Card) -> None:
        self.vocabulary, self.weights, self.leanings, self.card = vocabulary, weights, leanings, card

    def figures(self, features: Features) -> Numbers:
        """The raw figure for each of ``QUESTIONS``."""
        places, values = self.vocabulary.row(features)
        return np.asarray(values @ self.weights[places] + self.leanings, np.float32)

    def areas(self, figures: Numbers) -> dict[str, float]:
        """The probability of each area; they sum to 1."""
        protection = chance(figures[-2], self.card.protection_scale)
        labour = chance(figures[-1], self.card.labour_scale)
        shares = (
            protection * (1 - labour),
            (1 - protection) * labour,
            protection * labour,
            (1 - protection) * (1 - labour),
        )
        return dict(zip(AREAS, shares, strict=True))

    def topics(self, figures: Numbers) -> dict[str, float]:
        """The probability of each topic."""
        return {topic: chance(figures[at], self.card.topic_scale) for at, topic in enumerate(TOPICS)}

    def speaks_of(self, features: Features) -> bool:
        """True if the text holds enough words the model has learned from, or an idea of the word lists."""
        known, share = self.vocabulary.known_stems(features)
        enough = known >= LEAST_KNOWN and share >= self.card.known_from
        return enough or any(name.startswith("i:") for name in features)

    def area(self, scores: Mapping[str, float]) -> Area | Literal["uncertain"]:
        """The most probable area, or ``uncertain`` where none is probable enough."""
        best = max(AREAS, key=lambda area: scores[area])
        return best if scores[best] >= self.card.sure_from else "uncertain"

    def asserted(self, figures: Numbers, words: int) -> list[tuple[str, float]]:
        """The topics that are probable enough in a text of so many words, the most probable first."""
        least = self.card.topic_from_at_length if words >= AT_LENGTH else self.card.topic_from
        ranked = sorted(self.topics(figures).items(), key=lambda item: -item[1])
        return [(topic, share) for topic, share in ranked if share >= least]


def blended(whole: Numbers, sentences: Sequence[Numbers]) -> Numbers:
    """The figures of a text, those of the topics mixed with the greatest of its sentences: what a long request says in
    one place only would be lost in the whole. The areas are judged on the whole alone."""
    if not sentences:
        return whole
    mixed = whole.copy()
    topics = slice(0, len(TOPICS))
    mixed[topics] = (1 - SENTENCE_SHARE) * whole[topics] + SENTENCE_SHARE * np.max(sentences, axis=0)[topics]
    return mixed


def chance(figure: float, scale: tuple[float, float]) -> float:
    """The probability that stands for a raw figure."""
    return float(1 / (1 + np.exp(-(scale[0] * float(figure) + scale[1]))))


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
        return Card.model_validate(tomllib.loads(path.read_text("utf-8")))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise ValueError(f"{path.name}: {error}") from error
