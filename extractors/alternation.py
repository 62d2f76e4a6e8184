"""Forms typed without tables, bold print or colons: a line that asks, a line that answers, and so on to the end."""

from collections.abc import Iterable
from itertools import pairwise

from extractors.candidates import Candidate
from extractors.layout import Layout, Unit
from extractors.persons import looks_like_person

SURE, LIKELY = 0.85, 0.5
"""How well the words of a line must fit to be surely a label, and to be one where a label must stand."""
FEWEST = 8
"""Sure labels from which it is seen that labels and answers take turns."""
IN_TURN = 0.85
"""Share of sure labels with an answer before the next."""
LONGEST = 16
"""Words in the longest label."""


def label_lines(layout: Layout, every: Iterable[Candidate]) -> frozenset[int]:
    """The units that are labels by their turn; empty where labels and answers do not take turns."""
    best: dict[int, float] = {}
    for candidate in every:
        if candidate.where == "line" and candidate.first == candidate.last:
            best[candidate.first] = max(best.get(candidate.first, 0.0), candidate.best)
    lines = _lines(layout)
    asking = [best.get(unit.index, 0.0) if _is_label_like(unit) else 0.0 for unit in lines]
    sure = [at for at, score in enumerate(asking) if score >= SURE]
    in_turn = sum(behind - before > 1 for before, behind in pairwise(sure))
    if len(sure) < FEWEST or in_turn < IN_TURN * (len(sure) - 1):
        return frozenset()
    found = set(sure)
    for before, behind in pairwise([*sure, len(lines)]):
        at = before + 2
        while at < behind - 1:
            if asking[at] >= LIKELY:
                found.add(at)
                at += 1
            at += 1
    return frozenset(lines[at].index for at in found)


def lines_in_doubt(layout: Layout, turns: frozenset[int]) -> list[Unit]:
    """Lines behind the first of an answer that may be labels in words nobody knows, each with an answer of its own."""
    lines = _lines(layout) if turns else []
    found: list[Unit] = []
    for before, unit, behind in zip(lines, lines[1:], lines[2:], strict=False):
        around = {before.index, unit.index, behind.index}
        if turns.isdisjoint(around) and _is_label_like(unit) and unit.index > min(turns):
            found.append(unit)
    return found


def _lines(layout: Layout) -> list[Unit]:
    """The paragraphs outside tables; of several boxes to tick, which are one answer, the first."""
    lines: list[Unit] = []
    for unit in layout.units:
        if unit.cell is not None or not unit.text.strip() or unit.start or not unit.line.new_paragraph:
            continue
        if not (unit.has("tick") and lines and lines[-1].has("tick")):
            lines.append(unit)
    return lines


def _is_label_like(unit: Unit) -> bool:
    text = unit.text.strip()
    short = len(text.split()) <= LONGEST and not text.endswith((".", ";", ","))
    return short and not unit.has("tick") and not any(c.isdigit() or c == "@" for c in text) and not _is_name(text)


def _is_name(text: str) -> bool:
    return looks_like_person(text) and all(word[:1].isupper() for word in text.split())
