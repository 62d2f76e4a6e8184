"""What requests are compared by: a print of their words (figures, no words) and keys under which likes are found."""

from collections.abc import Iterator
from functools import cache
from hashlib import sha256
from typing import NamedTuple
from zlib import crc32

from pipeline.folding import fold
from pipeline.records import Activity, Record
from pipeline.transliteration import latin

WEIGHTS: dict[str, float] = {
    "title": 0.15,
    "background": 0.2,
    "objectives": 0.15,
    "activities": 0.15,
    "expected_results": 0.1,
    "deliverables": 0.05,
    "target_groups": 0.05,
    "policy_alignment": 0.05,
    "contributions": 0.05,
    "expertise_sought": 0.05,
    "institution_mandate": 0.05,
    "contribution_sought": 0.1,
    "event_place": 0.05,
}
"""The answers that are compared, and what each counts."""
MOST_WORDS = 20_000
"""Words of one request that its print is made of."""
SHINGLE = 3
BANDS, ROWS = 12, 2
"""A print has ``BANDS * ROWS`` figures; two requests that share a band are looked at."""
_PRIME = (1 << 61) - 1
_LEAST_WORDS = 8


class Print(NamedTuple):
    """A request's figures, its keys, and a digest that changes when anything compared does."""

    figures: tuple[int, ...]
    keys: tuple[str, ...]
    digest: str


def print_of(record: Record) -> Print:
    """The print of a request; without figures where it says too little to be compared."""
    words = [word for key in WEIGHTS for word in words_of(record, key)][:MOST_WORDS]
    figures = _figures(words) if len(words) >= _LEAST_WORDS else ()
    keys = tuple(dict.fromkeys((*_bands(figures), *_facts(record))))
    told = f"{' '.join(words)}\n{keys}"
    return Print(figures, keys, sha256(told.encode()).hexdigest())


def shared(first: tuple[int, ...], second: tuple[int, ...]) -> float:
    """An estimate of how many of their words in threes two requests share."""
    if not first or not second:
        return 0.0
    return sum(one == other for one, other in zip(first, second, strict=True)) / len(first)


def words_of(record: Record, key: str) -> list[str]:
    """The words of an answer as they are compared."""
    reading = record.fields.get(key)
    value = reading.value if reading else None
    if isinstance(value, str):
        return fold(value[:400_000]).split()
    if isinstance(value, list):
        return [word for part in value for word in fold(_spoken(part)).split()]
    return []


def _spoken(part: str | Activity) -> str:
    if isinstance(part, str):
        return part
    return " ".join(cell for cell in part.model_dump(exclude_none=True).values() if isinstance(cell, str))


def _figures(words: list[str]) -> tuple[int, ...]:
    """The least of each of many orders of the words in threes: alike texts have alike least ones."""
    import numpy

    threes = {" ".join(words[start : start + SHINGLE]) for start in range(max(len(words) - SHINGLE + 1, 1))}
    marks = numpy.fromiter((crc32(three.encode()) for three in threes), dtype=numpy.uint64, count=len(threes))
    factors, shifts = (numpy.array(each, dtype=numpy.uint64) for each in _orders())
    mixed = (numpy.outer(factors, marks) + shifts[:, None]) % numpy.uint64(_PRIME)
    return tuple(int(each) & 0xFFFFFFFF for each in mixed.min(axis=1))


@cache
def _orders() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The same orders on every machine and for ever: the prints of years are compared with each other."""
    made = [int.from_bytes(sha256(b"order %d" % number).digest()[:8], "big") for number in range(BANDS * ROWS * 2)]
    factors, shifts = made[: BANDS * ROWS], made[BANDS * ROWS :]
    return tuple((each % (1 << 28)) * 2 + 1 for each in factors), tuple(each % (1 << 60) for each in shifts)


def _bands(figures: tuple[int, ...]) -> Iterator[str]:
    for band in range(BANDS if figures else 0):
        part = figures[band * ROWS : (band + 1) * ROWS]
        yield f"b{band}|{_mark(*part)}"


def _facts(record: Record) -> Iterator[str]:
    """The title in any order of its words; whom to write to and when it should start, whatever the language."""
    title = sorted({*latin(" ".join(words_of(record, "title"))).split()})
    if len(title) > 2:
        yield f"t|{_mark(*title)}"
    start = _line(record, "start_date") or _line(record, "event_date")
    for key in ("contact_email", "contact_phone"):
        if start and (told := _line(record, key)):
            yield f"{key[8]}|{_mark(told, start)}"


def _mark(*parts: object) -> str:
    return sha256(repr(parts).encode()).hexdigest()[:16]


def _line(record: Record, key: str) -> str:
    reading = record.fields.get(key)
    return reading.value if reading and isinstance(reading.value, str) else ""
