"""The trained reader of labels: which question a wording asks that stands in no list, with an honest probability.

Its file is written by ``python -m extractors.train_labels`` from the language files and ``extractors/label_wordings``.
"""

import hashlib
import io
import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from extractors.label_features import Numbers, Part, parts_of, places_of, scale_of
from extractors.numbering import without_number

FILE = Path(__file__).parent / "label_model.npz"
FINGERPRINT = Path(__file__).parent / "label_model.sha256"
LEAST = 0.05
KEPT = 30_000
"""How many words and pairs of words are remembered with what they speak for."""

_MARKS = re.compile(r"[*:：\s–—-]+$|\*")


class LabelModelDamaged(Exception):
    """The file of the label model is not the one its fingerprint describes."""


class LabelModel:
    """Weights (places x keys, one byte each with a scale per key), leanings and temperature."""

    def __init__(self, keys: list[str], table: NDArray[np.int8], scales: Numbers, lean: Numbers) -> None:
        self.keys, self._table, self._scales, self._lean = keys, table, scales, lean
        self._known: dict[tuple[Part, str], Numbers] = {}

    def probabilities(self, text: str, language: str) -> Numbers:
        """The probability of each of ``keys`` for a text, number and marks left out; they sum to 1."""
        parts = parts_of(plain(text))
        raw = self._lean.copy()
        if parts:
            total = self._part(parts[0], language).copy()
            for part in parts[1:]:
                total += self._part(part, language)
            raw += total * np.float32(scale_of(parts))
        powers = np.exp(raw - raw.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def _part(self, part: Part, language: str) -> Numbers:
        found = self._known.get((part, language))
        if found is None:
            if len(self._known) > KEPT:
                self._known.clear()
            places, values = places_of(part, language)
            found = self._known[part, language] = self._sum(places, values)
        return found

    def _sum(self, places: NDArray[np.int32], values: Numbers) -> Numbers:
        if len(places) == 1:
            return np.asarray(self._table[places[0]] * (self._scales * values[0]), np.float32)
        return np.asarray((values @ self._table[places].astype(np.float32)) * self._scales, np.float32)

    def pack(self) -> bytes:
        """The bytes of the model's file; the same for the same model."""
        buffer = io.BytesIO()
        names = np.frombuffer("\n".join(self.keys).encode(), np.uint8)
        np.savez(buffer, names=names, table=self._table, scales=self._scales, lean=self._lean)
        return buffer.getvalue()

    @classmethod
    def from_weights(cls, keys: list[str], table: Numbers, lean: Numbers, temperature: float) -> Self:
        """The model with its weights rounded to one byte each and the temperature worked in."""
        scales = np.asarray(np.abs(table).max(axis=0) / 127 + 1e-9, np.float32)
        small = np.asarray(np.rint(table / scales), np.int8)
        return cls(keys, small, scales * np.float32(temperature), lean * np.float32(temperature))

    @classmethod
    def unpack(cls, raw: bytes) -> Self:
        """The model a file holds."""
        held = np.load(io.BytesIO(raw), allow_pickle=False)
        return cls(held["names"].tobytes().decode().split("\n"), held["table"], held["scales"], held["lean"])


def plain(text: str) -> str:
    """The text without its number, its asterisks and the colon at its end."""
    return _MARKS.sub("", without_number(text)).strip()


@cache
def load(file: Path = FILE, fingerprint: Path = FINGERPRINT) -> LabelModel:
    """The model. Raises LabelModelDamaged if its bytes are not those of the fingerprint."""
    raw = file.read_bytes()
    if hashlib.sha256(raw).hexdigest() != fingerprint.read_text("utf-8").strip():
        raise LabelModelDamaged(f"{file.name} is not the file of {fingerprint.name}; restore it or train it again.")
    return LabelModel.unpack(raw)


@lru_cache(maxsize=20_000)
def guesses(text: str, language: str) -> tuple[tuple[str, float], ...]:
    """What ``text`` may ask in ``language``: keys with calibrated probability, best first, none below 0.05.

    Keys are those of the form, ``signature``, ``pair:…``, ``short:…``, ``activity column`` and ``none``.
    """
    model = load()
    chances = model.probabilities(text, language)
    ranked = np.argsort(-chances)[:8]
    return tuple((model.keys[at], float(chances[at])) for at in ranked if chances[at] >= LEAST)


def guesses_of(texts: list[str], language: str) -> list[tuple[tuple[str, float], ...]]:
    """``guesses`` for several texts of one language, in their order."""
    return [guesses(text, language) for text in texts]
