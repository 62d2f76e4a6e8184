"""Drawn paths of a page sorted into ruled lines, shaded areas, small squares and free strokes."""

from collections.abc import Iterator

from pdfminer.layout import LTCurve

from extractors.page_sheet import Place, Rule, Shape, Sheet
from pipeline.values import Box


def shade_of(colour: object) -> float:
    """0 for black to 1 for white; patterns and unknown colours count as middle grey."""
    values = list(colour) if isinstance(colour, (tuple, list)) else [colour]
    numbers = [float(v) for v in values if isinstance(v, (int, float))]
    if colour is None or not values:
        return 0.0
    if len(numbers) == 4:
        return 1 - min(1.0, numbers[3] + sum(numbers[:3]) / 3)
    return sum(numbers) / len(numbers) if numbers else 0.5


def read_drawing(sheet: Sheet, shape: LTCurve, place: Place) -> None:
    """Sort one drawn path into rules, shades, small squares and strokes."""
    box = place(*shape.bbox)
    x0, top, x1, bottom = box
    wide, high = x1 - x0, bottom - top
    stroke = bool(shape.stroke) and shade_of(shape.stroking_color) < 0.97
    tone = shade_of(shape.non_stroking_color) if shape.fill else 1.0
    if not stroke and tone >= 0.99 or not _overlaps(box, sheet):
        return
    curved = _curved_steps(shape)
    if max(wide, high) <= 2.2:  # a dot or dash of a dotted line, of either direction
        _add_rule(sheet, box, False)
        _add_rule(sheet, box, True)
    elif min(wide, high) <= 2.2 and (not curved or min(wide, high) < 0.7):
        _add_rule(sheet, box, wide < high)
    elif 4.5 <= wide <= 17 and 4.5 <= high <= 17 and 0.7 <= wide / high <= 1.43 and _is_closed(shape):
        sheet.squares.append(Shape(box, tone < 0.6, curved, True, tone < 0.99))
    elif curved and not _is_round_box(shape, box):
        sheet.strokes.append(Shape(box, tone < 0.6, curved, _is_closed(shape), tone < 0.99))
    elif stroke:
        _add_sides(sheet, shape, box, place, curved > 0)
    else:
        sheet.shades.append(box)


def _overlaps(box: Box, sheet: Sheet) -> bool:
    return box[2] > 0 and box[3] > 0 and box[0] < sheet.width and box[1] < sheet.height


def _steps(shape: LTCurve) -> Iterator[tuple[str, float, float]]:
    """Each step of the path: its command, how far it leads across and how far up or down."""
    last: tuple[float, float] | None = None
    for segment in shape.original_path or ():
        end: object = segment[-1]
        if isinstance(end, tuple):
            if last is not None:
                yield str(segment[0]), abs(end[0] - last[0]), abs(end[1] - last[1])
            last = end


def _curved_steps(shape: LTCurve) -> int:
    """How many steps of the path are neither level nor upright."""
    return sum(command in ("c", "v", "y") or min(across, up) > 1.5 for command, across, up in _steps(shape))


def _is_closed(shape: LTCurve) -> bool:
    path = shape.original_path or []
    if not path or len(path) < 4:
        return False
    (x, y), (a, b) = shape.pts[0], shape.pts[-1]
    return path[-1][0] == "h" or abs(x - a) + abs(y - b) < 1 or bool(shape.fill)


def _is_round_box(shape: LTCurve, box: Box) -> bool:
    """A box with rounded corners: most of its outline runs level or upright."""
    straight = sum(max(a, b) for command, a, b in _steps(shape) if command == "l" and min(a, b) < 0.5)
    return straight > box[2] - box[0] + box[3] - box[1]


def _add_rule(sheet: Sheet, box: Box, upright: bool) -> None:
    x0, top, x1, bottom = box
    if upright:
        sheet.rules.append(Rule(True, (x0 + x1) / 2, top, bottom))
    else:
        sheet.rules.append(Rule(False, (top + bottom) / 2, x0, x1))


def _add_sides(sheet: Sheet, shape: LTCurve, box: Box, place: Place, rounded: bool) -> None:
    """The straight sides of a stroked path as rules; a rounded box counts as its frame."""
    if rounded or len(shape.pts) in (4, 5) and _is_closed(shape):
        x0, top, x1, bottom = box
        for side in ((x0, top, x1, top), (x0, bottom, x1, bottom)):
            _add_rule(sheet, side, False)
        for side in ((x0, top, x0, bottom), (x1, top, x1, bottom)):
            _add_rule(sheet, side, True)
        return
    for (a, b), (c, d) in zip(shape.pts, shape.pts[1:], strict=False):
        side = place(min(a, c), min(b, d), max(a, c), max(b, d))
        if max(side[2] - side[0], side[3] - side[1]) > 2.2:
            _add_rule(sheet, side, side[2] - side[0] < side[3] - side[1])
