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

from extractors.label_features import Numbers, Part, features_of, parts_of, placed, scale_of
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
    """Weights (places x keys, one byte each with a scale per key), leanings and temperature.

    What the parts met so far speak for is kept in one array, a row a part, so that a text is the sum of its rows."""

    def __init__(self, keys: list[str], table: NDArray[np.int8], scales: Numbers, lean: Numbers) -> None:
        self.keys, self._table, self._scales, self._lean = keys, table, scales, lean
        self._rows: Numbers = np.empty((KEPT, len(keys)), np.float32)
        self._known: dict[str, dict[Part, int]] = {}
        self._used = 0

    def probabilities(self, text: str, language: str) -> Numbers:
        """The probability of each of ``keys`` for a text, number and marks left out; they sum to 1."""
        parts = parts_of(plain(text))
        raw = self._lean.copy()
        if parts:
            total = np.add.reduce(self._rows[self._numbers(parts, language)], axis=0)
            raw += total * np.float32(scale_of(parts))
        powers = np.exp(raw - raw.max())
        return np.asarray(powers / powers.sum(), np.float32)

    def _numbers(self, parts: list[Part], language: str) -> list[int]:
        """The rows of the parts; those not met before are worked out."""
        if self._used + len(parts) > KEPT:
            self._known.clear()
            self._used = 0
        known = self._known.setdefault(language, {})
        new = [part for part in dict.fromkeys(parts) if part not in known]
        if new:
            rows = range(self._used, self._used + len(new))
            self._rows[rows.start : rows.stop] = self._worked_out(new, language)
            known.update(zip(new, rows, strict=True))
            self._used = rows.stop
        return [known[part] for part in parts]

    def _worked_out(self, parts: list[Part], language: str) -> Numbers:
        """What each part speaks for: the sum of its features' weights, all parts at once."""
        marks: list[int] = []
        shares: list[float] = []
        starts: list[int] = []
        for part in parts:
            starts.append(len(marks))
            own, its_shares = features_of(part, language)
            marks += own
            shares += its_shares
        places, values = placed(marks, shares)
        weights = self._table[places] * values[:, None]
        return np.asarray(np.add.reduceat(weights, starts, axis=0) * self._scales, np.float32)

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
