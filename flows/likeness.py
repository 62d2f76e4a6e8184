"""When a value that was read counts as the value a person gives; how, depends on the kind of question."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from pipeline.questions import ValueKind
from pipeline.records import Activity, FieldContent

LINE, TEXT, ROWS = 0.95, 0.9, 0.9
"""From which likeness a line, a long text (F1 of its words) and a table (share of its cells) are right."""
NAMESAKE = 0.3
"""Two rows of a table whose titles are no more alike than this are not the same row."""


@dataclass(frozen=True)
class Likeness:
    """Whether a value is right. ``share`` is the finer figure of long texts and tables; of a table also its cells."""

    right: bool
    share: float | None = None
    cells_right: int = 0
    cells: int = 0


def compare(kind: ValueKind, wanted: FieldContent, given: FieldContent) -> Likeness:
    """How like the value wanted the one given is."""
    return _BY_KIND[kind](wanted, given)


@lru_cache(maxsize=4_000)
def bare(text: str) -> str:
    """Text without case, punctuation and spaces that do not matter; accents do: ``Qué  ACCIÓN?`` -> ``qué acción``."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())


def alike(one: str, other: str) -> bool:
    """Whether two lines are the same but for a slip."""
    one, other = bare(one), bare(other)
    return one == other or SequenceMatcher(None, one, other, autojunk=False).ratio() >= LINE


def common_words(one: str, other: str) -> float:
    """F1 of the words of two texts, 0 to 1."""
    these, those = bare(one).split(), bare(other).split()
    if not these or not those:
        return float(these == those)
    shared = (Counter(these) & Counter(those)).total()
    return 2 * shared / (len(these) + len(those))


def _text(wanted: FieldContent, given: FieldContent) -> Likeness:
    share = common_words(_words(wanted), _words(given))
    return Likeness(share >= TEXT, share)


def _line(wanted: FieldContent, given: FieldContent) -> Likeness:
    return Likeness(bool(given) and alike(_words(wanted), _words(given)))


def _fact(wanted: FieldContent, given: FieldContent) -> Likeness:
    """A code, an address, a day; that nobody can tell is right only where nobody can."""
    if wanted is None or given is None:
        return Likeness(wanted is None and given is None)
    return Likeness(_words(wanted).strip().casefold() == _words(given).strip().casefold())


def _phone(wanted: FieldContent, given: FieldContent) -> Likeness:
    if wanted is None or given is None:
        return Likeness(wanted is None and given is None)
    dialled = ["".join(sign for sign in _words(told) if sign.isdigit() or sign == "+") for told in (wanted, given)]
    return Likeness(dialled[0] == dialled[1])


def _months(wanted: FieldContent, given: FieldContent) -> Likeness:
    if not isinstance(wanted, float) or not isinstance(given, float):
        return Likeness(wanted is None and given is None)
    return Likeness(abs(wanted - given) < 0.01)


def _codes(wanted: FieldContent, given: FieldContent) -> Likeness:
    return Likeness({word.casefold() for word in _listed(wanted)} == {word.casefold() for word in _listed(given)})


def _list(wanted: FieldContent, given: FieldContent) -> Likeness:
    these, those = _listed(wanted), _listed(given)
    return Likeness(len(these) == len(those) and all(map(alike, these, those)))


def _activities(wanted: FieldContent, given: FieldContent) -> Likeness:
    """The share of the cells filled in on either side that are right, the rows laid beside each other in order."""
    right = cells = 0
    for mine, theirs in _beside(_rows(wanted), _rows(given)):
        for name in Activity.model_fields:
            want, give = getattr(mine, name, None), getattr(theirs, name, None)
            cells += bool(want or give)
            right += bool(want and give and (want == give if name == "format" else alike(want, give)))
    share = right / cells if cells else 1.0
    return Likeness(share >= ROWS, share, right, cells)


def _beside(wanted: Sequence[Activity], given: Sequence[Activity]) -> list[tuple[Activity | None, Activity | None]]:
    """The rows in pairs, so that the titles fit best and none changes its place; a row may stand alone."""
    like = [[_title_likeness(want, give) for give in given] for want in wanted]
    ahead = [[0.0] * (len(given) + 1) for _ in range(len(wanted) + 1)]
    for row in reversed(range(len(wanted))):
        for column in reversed(range(len(given))):
            together = like[row][column] + ahead[row + 1][column + 1]
            ahead[row][column] = max(together, ahead[row + 1][column], ahead[row][column + 1])
    pairs: list[tuple[Activity | None, Activity | None]] = []
    row = column = 0
    while row < len(wanted) and column < len(given):
        best, here = ahead[row][column], like[row][column]
        if here > NAMESAKE and best == here + ahead[row + 1][column + 1]:
            pairs.append((wanted[row], given[column]))
            row, column = row + 1, column + 1
        elif best == ahead[row + 1][column]:
            pairs.append((wanted[row], None))
            row += 1
        else:
            pairs.append((None, given[column]))
            column += 1
    pairs += [(want, None) for want in wanted[row:]]
    return pairs + [(None, give) for give in given[column:]]


def _title_likeness(one: Activity, other: Activity) -> float:
    return SequenceMatcher(None, bare(one.title or ""), bare(other.title or ""), autojunk=False).ratio()


def _words(value: FieldContent) -> str:
    if isinstance(value, list):
        return "\n".join(_listed(value))
    return f"{value:g}" if isinstance(value, float) else value or ""


def _listed(value: FieldContent) -> list[str]:
    if isinstance(value, list):
        return [part for part in value if isinstance(part, str)]
    return [value] if isinstance(value, str) and value else []


def _rows(value: FieldContent) -> list[Activity]:
    return [part for part in value if isinstance(part, Activity)] if isinstance(value, list) else []


_BY_KIND: dict[ValueKind, Callable[[FieldContent, FieldContent], Likeness]] = {
    "text": _text,
    "line": _line,
    "choice": _fact,
    "choices": _codes,
    "country": _fact,
    "email": _fact,
    "phone": _phone,
    "date": _fact,
    "months": _months,
    "languages": _codes,
    "activities": _activities,
    "list": _list,
}
