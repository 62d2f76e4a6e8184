"""Tick boxes that stand on a page as drawings or in brackets, and where each stands in its line."""

import re
from collections.abc import Iterable

from extractors.page_sheet import Rule, Shape, Sheet, Word
from pipeline.values import Box

_TYPED = re.compile(r"^(\[[xXхХvV✓✔*+]\]|\[\s*_?\]|\([xXхХ✓✔]\)|\(\s*_?\))(.*)$")
_OPENED = re.compile(r"[\[(][xXхХvV]?")
_CROSS = re.compile(r"^[xXхХ✓✔✗✘vV√+]$")

_MOST = 400
"""More small squares than this on a page are a pattern or a drawing, not tick boxes."""


def settle_ticks(sheets: list[Sheet]) -> None:
    """Find the drawn and typed tick boxes of all pages and drop signs that are bullets in this file."""
    for sheet in sheets:
        _typed_boxes(sheet)
        _drawn_boxes(sheet)
        _merge_ticks(sheet)
    ticks = [w for s in sheets for w in s.words if w.kind == "tick"]
    unsure = [w for w in ticks if not w.sure]
    square = any(w.checked is False and w.sure for w in ticks)
    hollow = any(w.checked is False for w in unsure)
    full = any(w.checked is True for w in unsure)
    for word in unsure:
        word.kind = "text" if word.kind == "tick" and not _counts(word, square, hollow and full) else word.kind
        word.checked = word.checked if word.kind == "tick" else None


def _counts(word: Word, square: bool, both: bool) -> bool:
    return square and word.text in "■◼⬛n" or both and word.text not in "■◼⬛n"


def _typed_boxes(sheet: Sheet) -> None:
    """``[ ]``, ``[x]``, ``( )`` and ``(x)`` as tick boxes; the letters glued to them stay text."""
    words: list[Word] = []
    waiting = sheet.words[::-1]
    while waiting:
        word = waiting.pop()
        if word.kind == "text" and word.text[:1] in "[(":
            while waiting and _closes(word, waiting[-1]):
                following = waiting.pop()
                word.text += following.text
                word.x1 = following.x1
            match = _TYPED.match(word.text)
            if match and (match[1][0] == "[" or not match[2]):
                words += _divided(word, match[1], match[2])
                continue
        words.append(word)
    sheet.words = words


def _closes(word: Word, following: Word) -> bool:
    """The next word goes on with a bracket that was opened: its cross or its other half."""
    near = -1 < following.x0 - word.x1 < 1.6 * word.size and abs(following.base - word.base) < 2
    if not near or following.kind != "text" or not _OPENED.fullmatch(word.text):
        return False
    return following.text[0] in "])" or bool(re.fullmatch(r"[xXхХvV✓][\])]?", following.text))


def _divided(word: Word, box: str, rest: str) -> list[Word]:
    end = word.x0 + (word.x1 - word.x0) * len(box) / len(word.text)
    checked = bool(re.search(r"[xXхХvV✓✔*+]", box))
    tick = Word(word.text, word.x0, word.top, end, word.bottom, word.base, word.size, kind="tick", checked=checked)
    if not rest:
        tick.x1 = word.x1
        return [tick]
    return [tick, Word(rest, end, word.top, word.x1, word.bottom, word.base, word.size, word.bold, word.italic)]


def _drawn_boxes(sheet: Sheet) -> None:
    """Small squares and circles near words, ticked if something stands in them."""
    if len(sheet.squares) > _MOST:
        return
    shapes = [s for s in sheet.squares if not _is_speck(s, sheet)]
    shapes += _squares_of_rules(sheet)
    outer: list[Shape] = []
    for shape in sorted(shapes, key=lambda s: -_area(s.box)):
        holder = next((o for o in outer if _inside(shape.box, o.box, 1.0)), None)
        if holder is None:
            outer.append(shape)
        elif _area(shape.box) < 0.72 * _area(holder.box) and shape.dark and shape.filled:
            holder.dark, holder.filled, holder.steps = True, True, holder.steps + 100
    for shape in outer:
        if _near_text(shape.box, sheet) and not _is_letter_box(shape, outer, sheet):
            _add_box(sheet, shape)


def _is_letter_box(shape: Shape, others: list[Shape], sheet: Sheet) -> bool:
    """Boxes side by side for one letter or figure each are no tick boxes."""
    x0, top, x1, _ = shape.box
    if any(
        o is not shape and abs(o.box[1] - top) < 2 and min(abs(o.box[0] - x1), abs(x0 - o.box[2])) < 2 for o in others
    ):
        return True
    inner = [w for w in sheet.words if _inside(w.box, shape.box, 0.5)]
    return any(w.kind != "tick" and not _CROSS.match(w.text) for w in inner)


def _is_speck(shape: Shape, sheet: Sheet) -> bool:
    """A shape that lies on a printed word is part of a letter or its background."""
    x0, top, x1, bottom = shape.box
    return any(
        w.kind == "text" and len(w.text) > 1 and w.x0 < x1 - 2 and w.x1 > x0 + 2 and top < w.middle < bottom
        for w in sheet.words
    )


def _squares_of_rules(sheet: Sheet) -> list[Shape]:
    """Squares drawn as four short lines that belong to no longer line; their lines are rules no more."""
    short = [r for r in sheet.rules if 4.5 <= r.end - r.start <= 17]
    if not 4 <= len(short) <= 2 * _MOST:
        return []
    level = sorted((r for r in short if not r.upright), key=lambda r: r.at)
    upright = [r for r in short if r.upright]
    squares: list[Shape] = []
    used: set[int] = set()
    for i, top in enumerate(level):
        for bottom in level[i + 1 :]:
            if (
                not 4.5 <= bottom.at - top.at <= 17
                or abs(top.start - bottom.start) > 1.2
                or abs(top.end - bottom.end) > 1.2
            ):
                continue
            sides = [
                r for r in upright if abs(r.start - top.at) < 1.5 and abs(r.end - bottom.at) < 1.5
                and min(abs(r.at - top.start), abs(r.at - top.end)) < 1.5
            ]  # fmt: skip
            parts = [top, bottom, *sides]
            if len({round(r.at) for r in sides}) >= 2 and not any(_is_longer(r, sheet.rules) for r in parts):
                squares.append(Shape((top.start, top.at, top.end, bottom.at), False, 0, True, False))
                used.update(id(r) for r in parts)
    sheet.rules = [r for r in sheet.rules if id(r) not in used]
    return squares


def _is_longer(piece: Rule, rules: list[Rule]) -> bool:
    return any(
        r is not piece
        and r.upright == piece.upright
        and abs(r.at - piece.at) < 1
        and (abs(r.start - piece.end) < 1 or abs(r.end - piece.start) < 1)
        for r in rules
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _inside(inner: Box, outer: Box, slack: float) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] - slack <= x <= outer[2] + slack and outer[1] - slack <= y <= outer[3] + slack


def _near_text(box: Box, sheet: Sheet) -> bool:
    middle, high = (box[1] + box[3]) / 2, box[3] - box[1]
    return any(
        word.kind == "text"
        and abs(word.middle - middle) < 0.8 * max(word.size, high)
        and (-3 < word.x0 - box[2] < 26 or -3 < box[0] - word.x1 < 26)
        for word in sheet.words
    )


def _add_box(sheet: Sheet, shape: Shape) -> None:
    box = shape.box
    inner = [w for w in sheet.words if _inside(w.box, box, 0.5) and (len(w.text) == 1)]
    crosses = [w for w in inner if _CROSS.match(w.text) or w.kind == "tick" and w.checked]
    strokes = [s for s in sheet.strokes if _inside(s.box, box, 2) and s.box[2] - s.box[0] < 2.2 * (box[2] - box[0])]
    bars = [r for r in sheet.rules if r.end - r.start < 17 and _inside(_rule_box(r), box, -1.2)]
    checked = bool(crosses or strokes or bars) or shape.steps >= 100 or (shape.dark and shape.filled)
    sheet.strokes = [s for s in sheet.strokes if s not in strokes]
    sheet.words = [w for w in sheet.words if w not in inner]
    sheet.rules = [r for r in sheet.rules if r not in bars]
    size = box[3] - box[1]
    sheet.words.append(Word("☐", *box, box[3] - 0.15 * size, size, kind="tick", checked=checked))


def _rule_box(rule: Rule) -> Box:
    if rule.upright:
        return (rule.at, rule.start, rule.at, rule.end)
    return (rule.start, rule.at, rule.end, rule.at)


def _merge_ticks(sheet: Sheet) -> None:
    """A tick or a cross set over a printed box is one ticked box."""
    boxes = [w for w in sheet.words if w.kind == "tick" and w.checked is False]
    gone: list[Word] = []
    for box in boxes:
        for word in sheet.words:
            if word is box or word in gone or len(word.text) != 1 or not _inside(word.box, box.box, 0.0):
                continue
            if word.kind == "tick" or _CROSS.match(word.text):
                box.checked = bool(box.checked) or word.checked is True or word.kind == "text"
                gone.append(word)
    sheet.words = [w for w in sheet.words if w not in gone]


def settle_on_lines(sheet: Sheet, added: Iterable[Word]) -> None:
    """Set boxes and form fields on the line of the printed words beside them (ticks look right, entries left)."""
    printed = [w for w in sheet.words if w.kind == "text" and not w.alone]
    for word in added:
        best = _neighbour(word, printed)
        if best is not None:
            word.base = best.base


def _neighbour(word: Word, printed: list[Word]) -> Word | None:
    best, least = None, 1e9
    tall = word.kind == "entry" and (word.bottom - word.top) > 19
    for other in printed:
        reach = 0.62 * max(other.bottom - other.top, min(word.bottom - word.top, 14))
        level = word.top - 2 < other.middle < word.bottom + 1 if tall else abs(other.middle - word.middle) < reach
        if not level:
            continue
        right, left = other.x0 - word.x1, word.x0 - other.x1
        if word.kind == "tick":
            far = right if right > -3 else left + 12 if left > -3 else 40.0
        else:
            far = left if left > -3 else 60.0 if right <= -3 else right + 30
        far += 0.5 * (other.middle - word.top) if tall else 2 * abs(other.middle - word.middle)
        if far < least:
            best, least = other, far
    return best
