"""What a form itself tells: notices under a heading that says so, such as “Please note” or “Data protection”, and the
declaration over the signature."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import takewhile

from extractors.layout import CellBox, Layout, Unit
from extractors.search import Asked
from pipeline.folding import fold, whole_words
from pipeline.languages import LanguageData

LONGEST = 9
"""Words in the longest heading of a notice."""
SIGNING = ("signat", "pair:signat", "pair:place")
"""How the keys of what is asked about the signature begin."""
SENTENCE = 5
"""Words a line under such a heading must have, at least, to be part of the notice."""

_OF_THE_FORM = re.compile(r"requests?@socieux\.eu|\b2018/1725\b|\b2016/679\b", re.IGNORECASE)
"""Where to send the form, and the regulations on personal data (of the EU's bodies, and the general one)."""


def notices_of(layout: Layout, data: LanguageData) -> frozenset[int]:
    """The units of all notices: boxes with such a heading, also where the text has a row of its own below it, and the
    sentences in plain print behind such a heading in bold or in the same paragraph."""
    openings = tuple(fold(text) for text in data.marks.notice)
    found: set[int] = set()
    for boxes in layout.tables.values():
        for place, box in enumerate(boxes):
            printed = [unit for unit in box.units if unit.text.strip()]
            if printed and _is_alone(layout, box) and _heads(printed[0], openings):
                below = boxes[place + 1 : place + 2] if len(printed) == 1 else []
                told = [each for each in below if _is_alone(layout, each) and _sentence(layout, each.units[0])]
                found |= {unit.index for each in (box, *told) for unit in each.units}
    for unit in layout.units:
        if unit.cell is None and (unit.all_bold or unit.line.role == "heading") and _heads(unit, openings):
            found |= {unit.index, *_sentences_behind(layout, unit)}
        elif unit.line.new_paragraph and _OF_THE_FORM.search(unit.text) and len(unit.text.split()) >= SENTENCE:
            found.add(unit.index)
        elif unit.cell is None and unit.line.new_paragraph and _tells(unit, openings):
            found |= {unit.index, *_rest_of_paragraph(layout, unit)}
    return frozenset(found)


def declarations_of(
    layout: Layout, asked: Sequence[Asked], data: LanguageData, heads: Collection[int] = ()
) -> frozenset[int]:
    """The units of what is signed (“I confirm that the information is correct.”): sentences behind the last question
    but those of the signature, up to the next label. Directly below a heading (``heads``) they may begin otherwise."""
    labels = {at for bid in asked for at in range(bid.label.first, bid.label.last + 1)}
    others = [bid.label.last for bid in asked if not bid.key.startswith(SIGNING)]
    openings = tuple(f"{fold(text)} " for text in data.marks.declaration)
    declared = whole_words(data.marks.declaration)
    about = {fold(text) for text in data.marks.declared}
    found: set[int] = set()
    above = -1
    for unit in layout.units[max(others, default=len(layout.units)) + 1 :]:
        text, headed = f"{fold(unit.text)} ", above in heads
        above = unit.index if unit.text.strip() else above
        opens = text.startswith(openings) or headed and declared.search(f" {text}") is not None
        if unit.index in labels or not unit.line.new_paragraph or not opens:
            continue
        lines = [unit.index, *takewhile(lambda at: at not in labels, _rest_of_paragraph(layout, unit))]
        said = " ".join(layout.units[at].text for at in lines)
        told = {text for text in about if f" {text} " in f" {fold(said)} "}
        if len(said.split()) >= SENTENCE and len(told) > 1 and ":" not in said.rstrip(" :"):
            found.update(lines)
    return frozenset(found)


def _heads(unit: Unit, openings: tuple[str, ...]) -> bool:
    """True for a short line of one of the words for a notice, or that begins with several: “Note”, but “Note by the
    Board” may be an answer."""
    words = fold(unit.text.partition(":")[0]).split()
    several = tuple(f"{text} " for text in openings if " " in text)
    line = " ".join(words)
    return 0 < len(words) <= LONGEST and (line in openings or f"{line} ".startswith(several))


def _tells(unit: Unit, openings: tuple[str, ...]) -> bool:
    """True for a paragraph in plain print that says by several words what it tells: “Data protection: we keep …”."""
    told, _, behind = unit.text.partition(":")
    return len(behind.split()) >= SENTENCE and " " in fold(told) and fold(told) in openings


def _rest_of_paragraph(layout: Layout, unit: Unit) -> Iterator[int]:
    rest = takewhile(lambda u: not u.line.new_paragraph and u.cell is None, layout.units[unit.index + 1 :])
    return (each.index for each in rest)


def _is_alone(layout: Layout, box: CellBox) -> bool:
    """True for a box with a row to itself in which nothing is to be filled in and no question in bold follows."""
    asks = any(unit.has("tick") or unit.has("entry") or unit.all_bold for unit in box.units[1:])
    return not asks and len(layout.row(box.cell)) == 1


def _sentence(layout: Layout, unit: Unit) -> bool:
    """True for a line in plain print that ends as sentences do, or goes on in the next: no question asks so."""
    wraps = any(not after.line.new_paragraph for after in layout.units[unit.index + 1 : unit.index + 2])
    ends = unit.text.rstrip().endswith((".", ";", "!", ")", "»", "”"))
    return len(unit.text.split()) >= SENTENCE and not unit.all_bold and (ends or wraps)


def _sentences_behind(layout: Layout, heading: Unit) -> Iterator[int]:
    for unit in layout.units[heading.index + 1 :]:
        goes_on = not unit.line.new_paragraph and not unit.all_bold
        plain = unit.cell is None and not unit.has("tick") and not unit.has("entry")
        if unit.text.strip() and not (plain and (goes_on or _sentence(layout, unit))):
            return
        yield unit.index
