"""Where a label goes on in the next line of its cell or paragraph, and where it ends."""

import re

from extractors.amounts import read_months
from extractors.labels import Lexicon
from extractors.layout import Layout, Unit, key_of

MARKS = " *:：()[]"
"""What stands round a remark, or alone behind a label."""
LONGEST_LENGTH = 5
"""Words in the longest length of time: “from five to six months”."""
_DIVIDED = re.compile(r"[^\W\d_]-\s*$")


def tells_length(text: str, language: str) -> bool:
    """True for “To be completed within: six months”: behind the colon stands an answer, and no more of the label."""
    behind = text.rpartition(":")[2].strip()
    return 0 < len(behind.split()) <= LONGEST_LENGTH and ":" in text and read_months(behind, language) is not None


def is_marked_below(unit: Unit, below: Unit, lexicon: Lexicon) -> bool:
    """True if the next line of the label holds its asterisk, colon or remark alone, the end of its bracket, or the rest
    of a word that a hyphen divides: a narrow cell has put it there."""
    if below.has("entry"):
        return False
    alone = not below.text.strip(MARKS) or lexicon.is_remark(below.text.strip(MARKS))
    return alone or _closes(unit, below) or bool(_DIVIDED.search(unit.text)) and below.text[:1].islower()


def _closes(unit: Unit, below: Unit) -> bool:
    """True if a bracket that opens in the one line closes in the other."""
    return unit.text.count("(") > unit.text.count(")") and below.text.count(")") > below.text.count("(")


def goes_on_bold(layout: Layout, unit: Unit) -> bool:
    """True in a cell with print in bold alone, whose paragraph goes on in the next line: so does the label. On paper
    bold print is often misread."""
    if unit.cell is None or not unit.all_bold or layout.document.origin == "ocr":
        return False
    return all(each.all_bold for each in layout.cells[key_of(unit.cell)].units if each.text.strip())


def continuation(layout: Layout, unit: Unit, taken: frozenset[int], lexicon: Lexicon) -> Unit | None:
    """The next unit, if the label may run on in it."""
    if unit.index + 1 >= len(layout.units) or unit.text.rstrip().endswith((":", "?")):
        return None
    after = layout.units[unit.index + 1]
    same_cell = (after.cell is None) == (unit.cell is None) and (
        after.cell is None or unit.cell is None or key_of(after.cell) == key_of(unit.cell)
    )
    if not same_cell or after.index in taken or after.start > 0 or not after.text.strip():
        return None
    goes_on = not after.line.new_paragraph or _closes(unit, after) or lexicon.is_remark(after.text.strip(MARKS))
    return after if goes_on else None
