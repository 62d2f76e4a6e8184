"""A trained reader of short texts: which of its keys a text speaks for, with an honest probability.

Softmax over the features of ``extractors.text_features``; one file holds the weights, another its fingerprint.
"""

import hashlib
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from extractors.text_features import Numbers, Part, features_of, parts_of, placed, scale_of, single_features

KEPT = 30_000
"""How many words and pairs of words are remembered with what they speak for."""
TEXTS_KEPT, AT_ONCE = 20_000, 100
"""How many texts are remembered with their probabilities, and how many are worked out at once."""


class ModelDamaged(Exception):
    """The file of a model is not the one its fingerprint describes."""


class TextModel:
    """Weights (places x keys, one byte each with a scale per key), leanings and temperature.

    What the parts met so far speak for is kept in one array, a row a part, so that a text is the sum of its rows."""

    def __init__(self, keys: list[str], table: NDArray[np.int8], scales: Numbers, lean: Numbers) -> None:
        self.keys, self._table, self._scales, self._lean = keys, table, scales, lean
        self._rows: Numbers = np.empty((KEPT, len(keys)), np.float32)
        self._known: dict[str, dict[Part, int]] = {}
        self._used = 0
        self._read: dict[tuple[str, str], Numbers] = {}

    def probabilities(self, text: str, language: str) -> Numbers:
        """The probability of each of ``keys`` for a text; they sum to 1."""
        if (text, language) not in self._read:
            self.read_ahead([text], language)
        return self._read[text, language]

    def read_ahead(self, texts: Iterable[str], language: str) -> None:
        """Work out several texts at once, which takes less time than one after the other."""
        new = [text for text in dict.fromkeys(texts) if (text, language) not in self._read]
        if len(self._read) + len(new) > TEXTS_KEPT:
            self._read.clear()
        for first in range(0, len(new), AT_ONCE):
            some = new[first : first + AT_ONCE]
            self._read.update(zip(((text, language) for text in some), self._worked(some, language), strict=True))

    def _worked(self, texts: list[str], language: str) -> Numbers:
        """The probabilities of texts, a row each."""
        parts = [parts_of(text) for text in texts]
        raw = np.repeat(self._lean[None], len(texts), axis=0)
        worded = [place for place, own in enumerate(parts) if own]
        if worded:
            rows = self._numbers([part for own in parts for part in own], language)
            starts = np.cumsum([0, *(len(parts[place]) for place in worded[:-1])])
            scales = np.array([scale_of(parts[place]) for place in worded], np.float32)
            raw[worded] += np.add.reduceat(self._rows[rows], starts, axis=0) * scales[:, None]
        powers = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=1, keepdims=True), np.float32)

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
        """What each part speaks for: the sum of its features' weights, all parts at once; all but words have one."""
        rows = np.empty((len(parts), len(self.keys)), np.float32)
        words = [at for at, (kind, _) in enumerate(parts) if kind == "w"]
        others = [at for at, (kind, _) in enumerate(parts) if kind != "w"]
        places, values = placed(*single_features(parts[at] for at in others))
        rows[others] = self._table[places] * values[:, None]
        marks: list[int] = []
        shares: list[float] = []
        starts: list[int] = []
        for at in words:
            starts.append(len(marks))
            own, its_shares = features_of(parts[at], language)
            marks += own
            shares += its_shares
        if words:
            places, values = placed(marks, shares)
            rows[words] = np.add.reduceat(self._table[places] * values[:, None], starts, axis=0)
        return rows * self._scales

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


@cache
def load_model(file: Path) -> TextModel:
    """The model in ``file``. Raises ModelDamaged if its bytes are not those of the fingerprint beside it."""
    raw = file.read_bytes()
    fingerprint = fingerprint_of(file)
    if hashlib.sha256(raw).hexdigest() != fingerprint.read_text("utf-8").strip():
        raise ModelDamaged(f"{file.name} is not the file of {fingerprint.name}; restore it or train it again.")
    return TextModel.unpack(raw)


def save_model(model: TextModel, file: Path) -> int:
    """Write the model and its fingerprint; the number of bytes."""
    raw = model.pack()
    file.write_bytes(raw)
    fingerprint_of(file).write_text(hashlib.sha256(raw).hexdigest() + "\n", "utf-8")
    return len(raw)


def fingerprint_of(file: Path) -> Path:
    """Where the fingerprint of a model's file stands: beside it."""
    return file.with_suffix(".sha256")
