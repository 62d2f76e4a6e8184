"""How the labels of one form look: numbered in a chain, bold, in capitals, of one size. Forms are consistent; we use it."""

import re
from dataclasses import dataclass

from extractors.candidates import Candidate, in_capitals
from extractors.labels import NUMBER
from extractors.layout import Layout, Unit

SHORTEST_CHAIN = 8
"""Numbered questions a form must have for its numbers to mean anything."""
_NUMBER = re.compile(r"\s*(?:[A-Za-zА-Яа-я]\.?\s?)?(\d{1,2})(?:[.\-](\d{1,2}))?\s?[.):]?\s?(?=[^\d\s])")


@dataclass(frozen=True)
class Habit:
    """How the labels of this form look where its answers do not."""

    traits: frozenset[str] = frozenset()
    size: float | None = None
    chain: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.traits or self.chain)

    def fits(self, unit: Unit) -> bool:
        """True if the unit looks like a label of this form; always False on a form without a habit."""
        if self.chain:
            return unit.index in self.chain
        return bool(self.traits) and self.traits <= _traits(unit, self.size)


def habit_of(layout: Layout, strong: list[Candidate]) -> Habit:
    """The chain of numbers, or else the traits that most sure labels have and most of the other words have not."""
    chain = _chain(layout)
    if len(chain) >= SHORTEST_CHAIN:
        return Habit(chain=frozenset(chain))
    if len(strong) < 4:
        return Habit()
    labels = {unit for c in strong for unit in range(c.first, c.last + 1)}
    sizes = [round(2 * (layout.units[c.first].line.size or 0)) / 2 for c in strong]
    size = max(set(sizes), key=sizes.count)
    having: dict[str, int] = {}
    for candidate in strong:
        for trait in _traits(layout.units[candidate.first], size):
            having[trait] = having.get(trait, 0) + 1
    others = [u for u in layout.units if u.index not in labels and u.text.strip()]
    words = sum(len(u.text) for u in others) or 1
    traits = set()
    for trait, number in having.items():
        share = sum(len(u.text) for u in others if trait in _traits(u, size)) / words
        if number >= 0.8 * len(strong) and share <= 0.45:
            traits.add(trait)
    return Habit(frozenset(traits), size)


def _traits(unit: Unit, size: float | None) -> set[str]:
    traits = set()
    text = unit.printed().strip()
    if _begins_bold(unit):
        traits.add("bold")
    if in_capitals(re.split(r"[:?]", text)[0]):
        traits.add("capitals")
    if NUMBER.match(text):
        traits.add("numbered")
    if size and unit.line.size and abs(unit.line.size - size) < 0.3:
        traits.add("size")
    return traits


def _begins_bold(unit: Unit) -> bool:
    """True if the unit begins in bold: a label may be bold and the answer behind it not."""
    for piece in unit.pieces:
        if piece.kind == "text" and unit.line.text[piece.start : piece.end].strip(" .:*"):
            return piece.bold
    return False


def _chain(layout: Layout) -> list[int]:
    """The longest run of consecutive numbers at the beginning of units: 1, 2, 3 … or 1.1, 1.2, 2.1 …"""
    best: dict[tuple[int, int], list[int]] = {}
    for unit in layout.units:
        match = _NUMBER.match(unit.text)
        if match is None or unit.start > 0 and unit.cell is None:
            continue
        number = (int(match[1]), int(match[2] or 0))
        before = [best[p] for p in _predecessors(number) if p in best]
        longest = max(before, key=len, default=[])
        run = [*longest, unit.index]
        if number[0] <= 1 and number[1] <= 1 or longest:
            if len(run) > len(best.get(number, [])):
                best[number] = run
    return max(best.values(), key=len, default=[])


def _predecessors(number: tuple[int, int]) -> list[tuple[int, int]]:
    major, minor = number
    if minor == 0:
        return [(major - 1, 0), (major - 2, 0)]
    if minor > 1:
        return [(major, minor - 1), (major, minor - 2)]
    return [(major - 1, k) for k in range(1, 25)] + [(major - 2, k) for k in range(1, 25)]
