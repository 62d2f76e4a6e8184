"""What stands where the answer to a label would be, roughly: a look ahead while labels compete."""

from itertools import takewhile

from extractors.candidates import Candidate
from extractors.label_ends import HINT_BEHIND
from extractors.layout import Unit, key_of
from extractors.search import Search
from pipeline.folding import tidy


def peek(search: Search, candidate: Candidate) -> str:
    """What would be the answer, roughly; an empty string where nothing or another label stands there."""
    return " ".join(peek_lines(search, candidate))


def peek_lines(search: Search, candidate: Candidate) -> list[str]:
    """The lines of what would be the answer."""
    layout = search.layout
    last = layout.units[candidate.last]
    rest = last.line.text[candidate.cut : last.end].strip()
    if rest and not HINT_BEHIND.fullmatch(rest):
        return [rest, *_wrapped(search, last)]
    return _behind(search, last) or ([rest] if rest else [])


def said_beside(search: Search, candidate: Candidate) -> list[str]:
    """The lines in the cell beside a label, past the hint in italics in its own cell."""
    last = search.layout.units[candidate.last]
    beside = search.layout.right(last.cell) if last.cell is not None else None
    return [tidy(u.text) for u in beside.units if u.text.strip() and not _is_prompt(u)] if beside is not None else []


def _behind(search: Search, last: Unit) -> list[str]:
    layout = search.layout
    if last.cell is not None:
        return _peek_in_table(search, last)
    behind = [u for u in layout.units[last.index + 1 : last.index + 14] if u.text.strip()][:8]
    if not behind or _begins_anew(search, behind[0]):
        return []
    if behind[0].has("tick"):
        bare = len(behind[0].text.strip()) == 1  # the option stands in the cell beside
        return [u.text for u in behind if bare or u.has("tick")]
    return [u.text for u in takewhile(lambda u: not _begins_anew(search, u), behind)]


def _begins_anew(search: Search, unit: Unit) -> bool:
    """True for a line that looks as labels do, and for a heading."""
    return search.fits(unit) or unit.line.role == "heading" or unit.index in search.series


def _wrapped(search: Search, unit: Unit) -> list[str]:
    """The lines in which a paragraph goes on, or the rest of a cell."""
    behind = search.layout.units[unit.index + 1 : unit.index + 9]
    goes_on = takewhile(lambda u: not u.line.new_paragraph and u.cell == unit.cell and u.start == 0, behind)
    return [u.text for u in goes_on]


def _peek_in_table(search: Search, last: Unit) -> list[str]:
    layout = search.layout
    assert last.cell is not None
    within = layout.cells[key_of(last.cell)].units
    own = [u for u in within if u.index > last.index and u.text.strip() and u.index not in layout.explained]
    own = own or [u for u in layout.inner.get(last.cell, ()) if u.text.strip()]
    if own:
        return [u.text for u in own]
    beside = layout.right(last.cell)
    while beside is not None and beside.text and all(u.all_italic for u in beside.units if u.text.strip()):
        beside = layout.right(beside.cell)  # an explanation stands between
    for box in (beside, layout.below(last.cell)):
        if box is None or not box.text or search.fits(box.units[0]):
            continue
        if beside is not None and box is not beside and (box.units[0].index, box.units[-1].index) in search.label_cells:
            continue  # the place beside is left open, and below stands the next label
        if box.cell.row == last.cell.row or box.cell.columns >= last.cell.columns:
            return [tidy(u.text) for u in box.units if u.text.strip() and not _is_prompt(u)]
    return []


def _is_prompt(unit: Unit) -> bool:
    """True for a field that still shows its prompt: “Click here to enter text.”"""
    fields = [piece for piece in unit.pieces if piece.kind == "entry"]
    return bool(fields) and all(piece.placeholder for piece in fields) and len(fields) == len(unit.pieces)
