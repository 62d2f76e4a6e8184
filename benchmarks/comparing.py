"""Whether a value is right by the gold record: the comparison the project is scored with, as far as needed."""

import json
import re
import unicodedata
from collections import Counter
from difflib import SequenceMatcher

from pipeline.questions import questions

LONG_ENOUGH, ALIKE, CELLS_ENOUGH = 0.9, 0.95, 0.9
"""Least F1 of the words of a long text, least likeness of a short one, least share of right cells of the activities."""
_CELLS = ("title", "type", "format", "start", "duration", "participants", "location")

Gold = str | float | None | list[str] | list[dict[str, str | None]]


def is_right(key: str, want: Gold, got: Gold) -> bool:
    """True if ``got`` answers the question ``key`` as the gold record does."""
    kind = questions()[key].kind
    if kind == "text":
        return _word_f1(str(want or ""), str(got or "")) >= LONG_ENOUGH
    if kind == "line":
        return bool(got) and _alike(str(want), str(got))
    if kind in ("choices", "languages"):
        return {str(w).casefold() for w in _listed(want)} == {str(g).casefold() for g in _listed(got)}
    if kind == "list":
        wanted, given = _listed(want), _listed(got)
        return len(wanted) == len(given) and all(_alike(str(w), str(g)) for w, g in zip(wanted, given, strict=True))
    if kind == "activities":
        return _cell_share(_rows(want), _rows(got)) >= CELLS_ENOUGH
    return _same(kind, want, got)


def _same(kind: str, want: Gold, got: Gold) -> bool:
    if want is None or got is None:
        return want is got
    if kind == "months":
        return isinstance(got, int | float) and isinstance(want, int | float) and abs(want - got) < 0.01
    if kind == "phone":
        return re.sub(r"[^\d+]", "", str(want)) == re.sub(r"[^\d+]", "", str(got))
    return str(want).strip().casefold() == str(got).strip().casefold()


def _plain(text: str) -> str:
    """Compatibility forms, small letters, every run of spaces and punctuation one space."""
    return re.sub(r"[\W_]+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _alike(want: str, got: str) -> bool:
    a, b = _plain(want), _plain(got)
    return a == b or SequenceMatcher(None, a, b, autojunk=False).ratio() >= ALIKE


def _word_f1(want: str, got: str) -> float:
    a, b = _plain(want).split(), _plain(got).split()
    if not a or not b:
        return float(a == b)
    return 2 * sum((Counter(a) & Counter(b)).values()) / (len(a) + len(b))


def _listed(value: Gold) -> list[str]:
    """The items of a list; a value on its own is a list of one."""
    if value is None:
        return []
    if not isinstance(value, list):
        return [str(value)]
    return [item if isinstance(item, str) else json.dumps(item, sort_keys=True) for item in value]


def _rows(value: Gold) -> list[dict[str, str | None]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _cell_share(want: list[dict[str, str | None]], got: list[dict[str, str | None]]) -> float:
    """Share of right cells, rows in order; a row too many or too few has only wrong ones."""
    right = cells = 0
    empty: dict[str, str | None] = {}
    for number in range(max(len(want), len(got))):
        one = want[number] if number < len(want) else empty
        other = got[number] if number < len(got) else empty
        for cell in _CELLS:
            a, b = one.get(cell), other.get(cell)
            if a or b:
                cells += 1
                right += bool(a and b and (a == b if cell == "format" else _alike(a, b)))
    return right / cells if cells else 1.0
