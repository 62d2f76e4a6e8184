"""What of the form's own print was understood: a word in it that could not be read surely changes no answer."""

from collections.abc import Iterator, Mapping, Sequence

from extractors.answers import Answers
from extractors.layout import Layout, Unit
from extractors.looks import CHOICES
from extractors.printed_boxes import boxes_of
from extractors.scan_doubts import Stretch
from extractors.search import Asked, Found


def printed_in(layout: Layout, found: Found, answers: Answers) -> Mapping[int, Sequence[Stretch]]:
    """The labels, headings, notices and options without a tick: unit -> stretches of its line."""
    stretches: dict[int, list[Stretch]] = {}
    for unit, start, end in _stretches(layout, found, answers):
        stretches.setdefault(unit.index, []).append((start, end))
    return stretches


def _stretches(layout: Layout, found: Found, answers: Answers) -> Iterator[tuple[Unit, int, int]]:
    for bid in found.asked:
        for unit in layout.units[bid.label.first : bid.label.last + 1]:
            yield unit, unit.start, bid.label.cut if unit.index == bid.label.last else unit.end
        if bid.key in CHOICES:
            yield from _options_left(layout, bid, answers)
    told = {*found.notices, *(index for index, _ in found.headings)}
    yield from ((unit, unit.start, unit.end) for unit in layout.units if unit.index in told)


def _options_left(layout: Layout, bid: Asked, answers: Answers) -> Iterator[tuple[Unit, int, int]]:
    """The options without a tick, where one of the others has one."""
    region, rest = answers.region(bid)
    boxes = boxes_of(region, rest)
    near = [*region, layout.units[bid.label.last]]
    for box in boxes if any(box.checked for box in boxes) else ():
        for unit in near:
            if not box.checked and unit.line is box.span.line:
                yield unit, box.span.start, box.span.end
