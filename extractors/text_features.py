"""What is seen in a short text: its words, their beginnings, their groups of letters and pairs of neighbours.

Every feature has a place among ``PLACES`` by its checksum and a sign, so no list of words is kept (Weinberger 2009).
A text is the sum of its parts, and each part (a word, a pair) is the sum of its features, scaled to a fixed length.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from pipeline.folding import fold

PLACES = 1 << 15
PAIR_SHARE, FORM_SHARE = 0.7, 0.5
MOST_WORDS = 60
SIGN = 0x8000_0000
SIZES = (1, 2, 4, 7, 11, 16, 25)
"""Numbers of words between which labels differ in kind."""

Numbers = NDArray[np.float32]
Part = tuple[str, str]
"""Kind (``w`` word, ``b`` pair of words, ``f`` form) and text of one part of a text."""


def parts_of(text: str) -> list[Part]:
    """The parts of a text's first words; empty where it holds no word."""
    words = ["0" if word.isdigit() else word for word in fold(text).split()][:MOST_WORDS]
    parts = [("w", word) for word in dict.fromkeys(words)]
    stems = [word[:5] for word in words]
    parts += [("b", f"{a} {b}") for a, b in zip(["<", *stems], [*stems, ">"], strict=True)] if words else []
    heavy = [word[:6] for word in words if len(word) > 3]
    parts += [("l", stem) for stem in dict.fromkeys(heavy[:2])] + [("t", stem) for stem in heavy[-1:]]
    return [*parts, *(("f", form) for form in _form(text, words))] if words else []


def scale_of(parts: list[Part]) -> float:
    """The factor that brings the sum of the parts to a length that hardly depends on their number."""
    return 1 / math.sqrt(max(1, sum(kind == "w" for kind, _ in parts)))


@lru_cache(maxsize=60_000)
def places_of(part: Part, language: str) -> tuple[NDArray[np.int32], Numbers]:
    """The places of a part's features and the value at each."""
    return placed(*features_of(part, language))


def placed(marks: list[int], shares: list[float]) -> tuple[NDArray[np.int32], Numbers]:
    """The places of features by their checksums, and their shares with the sign of each."""
    sums, values = np.array(marks, np.uint32), np.array(shares, np.float32)
    return (sums % PLACES).astype(np.int32), np.where(sums & SIGN, values, -values)


def features_of(part: Part, language: str) -> tuple[list[int], list[float]]:
    """The checksums of what is seen in a part, each once, and how much each counts: a word's squares sum to 1."""
    kind, text = part
    if kind != "w":
        return single_features([part])
    plain, marked = text.encode(), f"<{text}>"
    marks = [crc32(plain, crc32(b"w:")), crc32(plain, crc32(f"{language}:".encode()))]
    stems = [crc32(text[:size].encode(), _STEM) for size in (4, 5, 6) if len(text) >= size]
    groups = dict.fromkeys(marked[at : at + size] for size in (3, 4) for at in range(len(marked) - size + 1))
    grams = [crc32(group.encode(), _GROUP) for group in groups]
    one = 1 / math.sqrt(8 + len(stems) + len(grams) / 4)
    return marks + stems + grams, [2 * one] * 2 + [one] * len(stems) + [one / 2] * len(grams)


def single_features(parts: Iterable[Part]) -> tuple[list[int], list[float]]:
    """The same for parts that are no words, which are their only feature each."""
    told = [(crc32(f"{kind}:{text}".encode()), PAIR_SHARE if kind == "b" else FORM_SHARE) for kind, text in parts]
    return [mark for mark, _ in told], [share for _, share in told]


_STEM, _GROUP = crc32(b"s:"), crc32(b"g:")


def _form(label: str, words: list[str]) -> list[str]:
    """Marks of the form of the text: its length, a question mark, a full stop, figures, an at sign."""
    found = [f"size {bisect_left(SIZES, len(words))}"]
    found += ["asks"] if "?" in label else []
    found += ["stop"] if label.rstrip().endswith(".") and len(words) > 3 else []
    found += ["figures"] if any(map(str.isdigit, label)) else []
    found += ["commas"] if label.count(",") > 1 else []
    found += ["at"] if "@" in label or "://" in label else []
    return found
