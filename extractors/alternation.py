"""Forms typed without tables, bold print or colons: a line that asks, a line that answers, and so on to the end."""

from collections.abc import Iterable, Iterator
from itertools import dropwhile, pairwise

from extractors.candidates import Candidate
from extractors.label_ends import style_of
from extractors.layout import Layout, Unit
from extractors.persons import looks_like_person
from pipeline.document import share_height

SURE, LIKELY = 0.85, 0.5
"""How well the words of a line must fit to be surely a label, and to be one where a label must stand."""
FEWEST = 8
"""Sure labels from which it is seen that labels and answers take turns."""
IN_TURN = 0.85
"""Share of sure labels with an answer before the next."""
LONGEST = 16
"""Words in the longest label."""
FEWEST_PAIRS, MOSTLY = 4, 0.6
"""Lines with words side by side, at least, that show labels to stand before their answers, and the share that asks."""
HIGHEST = 8
"""Lines over a frame among which its label stands."""


def label_lines(layout: Layout, every: Iterable[Candidate]) -> frozenset[int]:
    """The units that are labels by their turn; empty where labels and answers do not take turns."""
    best: dict[int, float] = {}
    for candidate in every:
        if candidate.where == "line" and candidate.first == candidate.last:
            best[candidate.first] = max(best.get(candidate.first, 0.0), candidate.best)
    slanted = sum(layout.units[first].all_italic for first, score in best.items() if score >= SURE)
    lines = _lines(layout, slanted_labels=slanted > FEWEST / 2)
    below_hints = {behind.index for before, behind in pairwise(lines) if _is_explained(layout, before, behind)}
    asking = [
        best.get(unit.index, 0.0) if _is_label_like(unit) and unit.index not in below_hints else 0.0 for unit in lines
    ]
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


def lines_over_frames(layout: Layout, every: Iterable[Candidate]) -> frozenset[int]:
    """The units that are labels because each stands over a frame, with no more than hints between; empty where
    not every frame of many has one, or where their words seldom ask anything."""
    asking = {candidate.first for candidate in every if candidate.best >= LIKELY}
    frames = [boxes[0] for boxes in layout.tables.values() if len(boxes) == 1]
    over = [line.index for box in frames if (line := _line_over(layout, box.units[0].index)) is not None]
    many = len(over) >= FEWEST and len(over) >= IN_TURN * len(frames)
    return frozenset(over) if many and sum(line in asking for line in over) >= IN_TURN * len(over) else frozenset()


def lines_beside(layout: Layout, every: Iterable[Candidate]) -> frozenset[int]:
    """The units that are labels because each has its answer beside it, behind a tab or a gap; empty where few lines
    stand so, or where their first words seldom ask anything or their second ones often do."""
    sure = {c.first for c in every if c.best >= SURE and c.first == c.last}
    asking = {c.first for c in every if c.best >= LIKELY}
    rows = list(_rows(layout))
    pairs = [(units[0], units[1]) for units in rows if len(units) == 2 and _is_label_like(units[0])]
    pairs = [(a, b) for a, b in pairs if not b.has("tick") and len(b.text.strip()) > 1]  # no option with its mark
    first, second = {a.index for a, _ in pairs}, {b.index for _, b in pairs}
    if len(pairs) < FEWEST_PAIRS or len(first & asking) < MOSTLY * len(pairs) or 4 * len(second & sure) > len(pairs):
        return frozenset()
    unanswered = {units[0].index for units in rows if len(units) == 1 and units[0].text.endswith("\t")}
    return frozenset(first | unanswered)


def _rows(layout: Layout) -> Iterator[list[Unit]]:
    """The units with words outside tables, those that stand side by side together."""
    row: list[Unit] = []
    for unit in layout.units:
        if unit.cell is not None or not unit.text.strip():
            continue
        if row and unit.number != row[-1].number and not share_height(row[-1].line, unit.line):
            yield row
            row = []
        row.append(unit)
    yield row


def _line_over(layout: Layout, frame: int) -> Unit | None:
    """The first line of the paragraph over a frame, hints in italics left out; None where none may be a label."""
    above = layout.units[max(0, frame - HIGHEST) : frame]
    printed = [unit for unit in reversed(above) if unit.text.strip()]
    upright = list(dropwhile(lambda u: u.cell is None and (u.all_italic or u.index in layout.explained), printed))
    place = next((at for at, unit in enumerate(upright) if unit.line.new_paragraph), None)
    if place is None or any(unit.cell is not None or unit.has("tick") for unit in upright[: place + 1]):
        return None
    return upright[place]


def lines_in_doubt(layout: Layout, turns: frozenset[int]) -> list[Unit]:
    """Lines behind the first of an answer that may be labels in words nobody knows, each with an answer of its own."""
    lines = _lines(layout) if turns else []
    found: list[Unit] = []
    for before, unit, behind in zip(lines, lines[1:], lines[2:], strict=False):
        around = {before.index, unit.index, behind.index}
        if turns.isdisjoint(around) and _is_label_like(unit) and unit.index > min(turns):
            found.append(unit)
    return found


def _is_explained(layout: Layout, label: Unit, answer: Unit) -> bool:
    """True where a hint in italics stands between two lines that look the same: label, hint, answer."""
    between = layout.units[label.index + 1 : answer.index]
    return any(unit.all_italic for unit in between if unit.text.strip()) and style_of(label) == style_of(answer)


def _lines(layout: Layout, slanted_labels: bool = False) -> list[Unit]:
    """The paragraphs outside tables without the hints: those in italics below others, unless labels are printed so
    (``slanted_labels``). Of several boxes to tick, which are one answer, the first."""
    lines: list[Unit] = []
    for unit in layout.units:
        if unit.cell is not None or not unit.text.strip() or unit.start or not unit.line.new_paragraph:
            continue
        if unit.all_italic and lines and not lines[-1].all_italic and not slanted_labels:
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
