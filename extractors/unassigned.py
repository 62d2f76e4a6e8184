"""Words that stand among the questions and belong to no answer: the rest of one that was cut, or an inserted page."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from extractors.activity_drafts import ActivitiesFound
from extractors.answers import Answers
from extractors.layout import Span, Unit, key_of
from extractors.persons import looks_like_person
from extractors.search import Asked, Found
from pipeline.folding import tidy
from pipeline.questions import questions
from pipeline.records import Flag, Severity

FEWEST = 6
"""Words a line must have to be worth a flag."""
FRAMED = 9
"""Words in the longest heading that stands in a frame."""
_NUMBER_ALONE = re.compile(r"\W*[^\W\d_]\W?\d{1,2}(?:\.\d{1,2})*\W*")
"""“B2”: the number of the question beside it."""
_ANSWERED = re.compile(
    r"\s*(?=[^:–—-]*[^\W\d_]{3})(?:[^\W\d_][^\s:]*\s+){0,5}[^\s:]+(?::|\s:|\s[–—-])(?:\s+[^\s:]+){1,6}\s*"
)
"""A few words, a colon or a dash, and a few words: “Designation – Director”."""


def unassigned(
    answers: Answers, found: Found, activities: ActivitiesFound, said: frozenset[int] = frozenset()
) -> Iterator[Flag]:
    """A warning for words directly behind an answer, which may be its end, or behind a question that is not understood;
    a note for others, as on a letter that was put between the pages; ``said``: units that are known to be something
    else."""
    if not found.asked:
        return
    every = (*found.asked, *found.unkept)
    answered = {unit.index for bid in every for unit in answers.region(bid)[0]} | activities.taken
    labels = {index for bid in every for index in range(bid.label.first, bid.label.last + 1)}
    labels |= {unit.index for bid in every for unit in _end_of_label(answers, bid)}
    unknown = frozenset(index for label in found.unknown for index in range(label.first, label.last + 1))
    shown = answered | labels | unknown | said
    printed = labels | {index for index, _ in found.headings} | {label.first for label in found.unknown}
    strange = unknown | found.stops - labels - {index for index, _ in found.headings} - activities.taken
    unsigned = not any(bid.key in ("signatory_name", "pair:signatory") for bid in found.asked)
    inline = {bid.label.last for bid in every if answers.region(bid)[1] is not None}
    first, last = found.asked[0].label.first, found.asked[-1].label.last
    before: Unit | None = None
    for unit in answers.layout.units[first:]:
        if not unit.text.strip():
            continue
        if answers.signs_beside(unit) or unit.index in said:
            continue
        if unit.index not in answered | printed | answers.layout.explained and _says_something(unit, answers):
            behind = before is not None and before.index in answered | strange | inline
            if unit.index < last:
                yield _flag(unit, "warning" if behind and not _explains(unit, before, answered) else "info")
        elif (
            unit.index not in shown | found.stops
            and not unit.all_italic
            and (_answers(unit, unsigned) or _goes_on(unit, before, answered | inline))
        ):
            yield _flag(unit, "warning")
        before = unit
    early = {unit.index for unit in answers.layout.units[:first]}
    known = shown | early | {index for index, _ in found.headings}
    yield from (_flag(unit, "warning") for unit in _unclaimed_cells(answers, known, unknown))
    yield from (_flag(unit, "warning") for unit in _entered(answers, known | activities.taken, every))
    yield from (_flag(unit, "warning") for unit in _beside_empty(answers, found, unknown))
    yield from (_flag(unit, "warning") for unit in _framed_ends(answers, found))
    yield from (_flag(unit, "warning") for unit in _below_empty(answers, found, known - unknown))


def _end_of_label(answers: Answers, bid: Asked) -> Iterator[Unit]:
    """The rest of a label that a narrow column breaks, in small letters: “(c) Acronym / in use”, answered beside it."""
    last = answers.layout.units[bid.label.last]
    region, rest = answers.region(bid)
    if last.cell is None or rest is not None or not any(unit.text.strip() for unit in region):
        return
    if any(unit.cell is None or key_of(unit.cell) == key_of(last.cell) for unit in region):
        return
    behind = [unit for unit in answers.layout.cells[key_of(last.cell)].units if unit.index > last.index]
    if behind and behind[0].text.lstrip(" (")[:1].islower():
        yield from takewhile(lambda unit: unit.all_bold == last.all_bold, behind)


def _beside_empty(answers: Answers, found: Found, unknown: frozenset[int]) -> Iterator[Unit]:
    """What was taken for a question not understood, and fills the place beside a question without an answer."""
    for bid in found.asked if not found.over else ():
        cell, (region, rest) = answers.layout.units[bid.label.last].cell, answers.region(bid)
        beside = answers.layout.right(cell) if cell is not None and rest is None else None
        empty = not any(unit.text.strip() or unit.has("tick") for unit in region)
        further = answers.layout.right(beside.cell) if beside is not None else None
        last = further is None or not further.text
        if empty and last and beside is not None and not unknown.isdisjoint(unit.index for unit in beside.units):
            yield beside.units[0]


def _entered(answers: Answers, known: Collection[int], asked: Sequence[Asked]) -> Iterator[Unit]:
    """Words that were filled in between the first question and the last and answer none of them."""
    for unit in answers.layout.units[asked[0].label.first : max(bid.label.last for bid in asked)]:
        filled = unit.has("entry") and not unit.has("tick") and any(map(str.isalnum, unit.text))
        if filled and unit.index not in known and not answers.is_instruction(Span(unit.line, unit.start, unit.end)):
            yield unit


def _framed_ends(answers: Answers, found: Found) -> Iterator[Unit]:
    """A few words in a frame behind an answer in running text: its end, or the heading of the next section."""
    for bid in found.asked:
        region, rest = answers.region(bid)
        said = [unit for unit in region if unit.text.strip()]
        begun = rest is not None or len(said) > 1 and said[0].cell is None
        if not begun or not said or bid.key not in questions() or questions()[bid.key].kind not in ("text", "list"):
            continue
        last = said[-1]
        before = said[-2].cell if len(said) > 1 else None
        open_end = not last.text.rstrip().endswith((".", "!", "?", ";", ")"))
        if last.cell is not None and before is None and open_end and len(last.text.split()) <= FRAMED:
            yield last


def _below_empty(answers: Answers, found: Found, known: Collection[int]) -> Iterator[Unit]:
    """What stands in the cell of a question without an answer, right below its label, and was taken for no answer."""
    units = answers.layout.units
    for bid in found.asked:
        region, rest = answers.region(bid)
        if rest is not None or any(unit.text.strip() or unit.has("tick") for unit in region):
            continue
        own = units[bid.label.last].cell
        for below in units[bid.label.last + 1 : bid.label.last + 2]:
            within = own is not None and below.cell == own and bool(below.text.strip())
            if within and below.index not in known and not below.all_italic:
                yield below


def _unclaimed_cells(answers: Answers, known: Collection[int], asked: frozenset[int]) -> Iterator[Unit]:
    """Words, be they ever so few, that fill a cell among others and were given to no question: the first of each row.
    ``asked``: the units of what is shown as a question not understood, whose answers go without saying."""
    layout, rows = answers.layout, set[tuple[int, int]]()
    texts = Counter(box.text for box in layout.cells.values())
    for box in layout.cells.values():
        table, row, column = box.cell.table, box.cell.row, box.cell.column
        words = [unit for unit in box.units if any(map(str.isalpha, unit.text)) and unit.index not in known]
        mates = [mate for mate in layout.row(box.cell) if mate.text]
        above = layout.at(table, row - 1, column)
        beside = [unit.index for mate in [*mates, *([above] if above else [])] for unit in mate.units]
        if not words or len(mates) < 2 or (table, row) in rows or not asked.isdisjoint(beside):
            continue
        if box is mates[0] and _NUMBER_ALONE.fullmatch(box.text):
            continue
        printed = all(unit.all_bold or unit.all_italic or unit.index in layout.explained for unit in words)
        told = answers.is_instruction(Span(words[0].line, words[0].start, words[0].end))
        if not (printed or told or texts[box.text] > 1 or answers.signs_beside(words[0])):
            rows.add((table, row))
            yield words[0]


def _goes_on(unit: Unit, before: Unit | None, answered: Collection[int]) -> bool:
    """True for words in small letters right below an answer: the end of it, perhaps."""
    follows = before is not None and before.index in answered and before.cell == unit.cell
    return follows and unit.text.lstrip()[:1].islower() and not unit.all_bold and not unit.has("tick")


def _answers(unit: Unit, unsigned: bool) -> bool:
    """True for a few words that may answer something by themselves: “Designation – Director”, or a person's name where
    nobody's is found who signs."""
    named = unsigned and unit.cell is None and looks_like_person(unit.text) and not unit.all_bold
    return named or _ANSWERED.fullmatch(unit.text) is not None


def _says_something(unit: Unit, answers: Answers) -> bool:
    if unit.all_italic or unit.all_bold or unit.has("tick") or unit.has("entry"):
        return False
    return len(unit.text.split()) >= FEWEST and not answers.is_instruction(Span(unit.line, unit.start, unit.end))


def _explains(unit: Unit, before: Unit | None, answered: Collection[int]) -> bool:
    """True for words in brackets behind a label, or in smaller print than the answer above them: “(in full, without
    abbreviations)”, as it stands below the line on Russian forms."""
    bracketed = unit.text.lstrip().startswith("(") and unit.text.rstrip().endswith(")")
    if not bracketed or before is None:
        return False
    return before.index not in answered or (unit.line.size or 0.0) < (before.line.size or 0.0)


def _flag(unit: Unit, severity: Severity) -> Flag:
    where = f"Page {unit.line.page}: " if unit.line.page else ""
    words = f"“{tidy(unit.text)[:100]}” belongs to no question that was found; please see whether it ends an answer."
    return Flag(code="unassigned_text", severity=severity, message=where + words)
