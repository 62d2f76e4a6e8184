"""Form fields that were printed or flattened: small frames beside or under their labels, each round one answer.

A fillable form that is printed to PDF, or on paper and scanned, has lost its fields; what is left of each is a frame.
It is read as the field it was: its words are an entry, and an empty frame is an empty field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from extractors.page_sheet import Rule, Sheet, Word
from extractors.page_tables import joined
from extractors.page_widgets import Notes
from pipeline.values import Box

_OFF = 3.0  # points between lines that meet
_LEAST, _HIGH, _TALL = 24.0, 9.0, 560.0  # least width; least and greatest height of a frame in points
_ABOVE, _BESIDE = 17.0, 70.0  # points from a frame to its label
_DRAWN = 0.4  # part of the head and of the foot of a frame that must be seen
_FEW, _MOSTLY = 4, 0.6  # frames that make a form of frames, and their share of all frames
_MOST = 400  # ruled lines of a page beyond which it is no form
_SHORT = 0.75  # a line that ends before this part of the frame ends its paragraph
_ITEM = re.compile(r"[•▪◦–—*-]$|\(?\d{1,2}[.)]$")


@dataclass(slots=True)
class _Frame:
    box: Box
    words: list[Word] = field(default_factory=list)


def settle_frames(sheets: list[Sheet], notes: list[Notes]) -> bool:
    """Turn the frames of a form of frames into entries, in place; False where the file is no such form."""
    frames = [_frames(sheet) for sheet in sheets]
    good = [_answers(own, sheet, noted) for own, sheet, noted in zip(frames, sheets, notes, strict=True)]
    count, alike = sum(map(len, good)), sum(map(len, frames))
    if count < _FEW or count < _MOSTLY * alike:
        return False
    for sheet, own in zip(sheets, good, strict=True):
        for frame in own:
            _become_entry(sheet, frame)
    return True


def _frames(sheet: Sheet) -> list[_Frame]:
    """Rectangles of lines that end at its corners, with nothing ruled inside; on paper one side may be too faint."""
    rules = joined(sheet.rules)
    if len(rules) > _MOST:
        return []
    level = sorted((r for r in rules if not r.upright and r.end - r.start > _LEAST), key=lambda r: r.at)
    upright = [r for r in rules if r.upright and r.end - r.start > _HIGH - _OFF]
    boxes = [*_by_level_lines(level, upright), *_by_upright_lines(level, upright)]
    once = [b for i, b in enumerate(boxes) if not any(_alike(b, other) for other in boxes[:i])]
    whole = [box for box in once if not any(_divides(rule, box) for rule in rules)]
    return [_Frame(box, [w for w in sheet.words if _holds(box, w)]) for box in whole]


def _by_level_lines(level: list[Rule], upright: list[Rule]) -> Iterator[Box]:
    """Head and foot are there and one side at least."""
    for i, top in enumerate(level):
        bottom = next((b for b in level[i + 1 :] if _is_opposite(top, b)), None)
        if bottom is not None:
            box = (min(top.start, bottom.start), top.at, max(top.end, bottom.end), bottom.at)
            if any(_is_side(upright, x, top.at, bottom.at) for x in (box[0], box[2])):
                yield box


def _by_upright_lines(level: list[Rule], upright: list[Rule]) -> Iterator[Box]:
    """Both sides are there, and a good part of head and foot, which reach no further than the sides."""
    for left in upright:
        mates = [r for r in upright if r.at > left.at + _LEAST and _are_ends(left, r) and r.end - r.start < _TALL]
        right = min(mates, key=lambda r: r.at, default=None)
        if right is not None:
            box = (left.at, min(left.start, right.start), right.at, max(left.end, right.end))
            if all(_is_closed(level, box, y) for y in (box[1], box[3])):
                yield box


def _are_ends(left: Rule, right: Rule) -> bool:
    return abs(left.start - right.start) < _OFF and abs(left.end - right.end) < _OFF


def _is_closed(level: list[Rule], box: Box, y: float) -> bool:
    here = [r for r in level if abs(r.at - y) < _OFF and r.start < box[2] and r.end > box[0]]
    inside = all(box[0] - _OFF < r.start and r.end < box[2] + _OFF for r in here)
    return inside and sum(r.end - r.start for r in here) > _DRAWN * (box[2] - box[0])


def _alike(one: Box, other: Box) -> bool:
    return all(abs(a - b) < 2 * _OFF for a, b in zip(one, other, strict=True))


def _is_opposite(top: Rule, bottom: Rule) -> bool:
    off, more = sorted((abs(top.start - bottom.start), abs(top.end - bottom.end)))
    return off < _OFF and more < 5 * _OFF and _HIGH < bottom.at - top.at < _TALL


def _is_side(upright: list[Rule], x: float, top: float, bottom: float) -> bool:
    return any(abs(r.at - x) < _OFF and abs(r.start - top) < _OFF and abs(r.end - bottom) < _OFF for r in upright)


def _divides(rule: Rule, box: Box) -> bool:
    """A line inside: the frame is the outline of a table, or holds something of its own."""
    x0, top, x1, bottom = box
    if rule.upright:
        return x0 + _OFF < rule.at < x1 - _OFF and top - _OFF < rule.start and rule.end < bottom + _OFF
    return top + _OFF < rule.at < bottom - _OFF and x0 - _OFF < rule.start and rule.end < x1 + _OFF


def _holds(box: Box, word: Word) -> bool:
    return box[0] - 1 < (word.x0 + word.x1) / 2 < box[2] + 1 and box[1] - 1 < word.middle < box[3] + 1


def _answers(frames: list[_Frame], sheet: Sheet, notes: Notes) -> list[_Frame]:
    """The frames round answers: a label stands over or before each of them."""
    drawn = [*sheet.images, *(s.box for s in sheet.strokes), *(s.box for s in notes.signs)]
    held = {id(w) for frame in frames for w in frame.words}
    outside = [w for w in sheet.words if w.kind == "text" and id(w) not in held] if frames else []
    return [f for f in frames if _is_plain(f, drawn) and any(_labels(w, f.box) for w in outside)]


def _is_plain(frame: _Frame, drawn: list[Box]) -> bool:
    """Inside stands nothing that is bold, ticked or drawn."""
    if any(_is_within(box, frame.box) for box in drawn) or any(w.kind != "text" for w in frame.words):
        return False
    first = min((w.base for w in frame.words), default=0.0)
    return not any(w.bold for w in frame.words if w.base < first + 4)


def _is_within(inner: Box, outer: Box) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] < x < outer[2] and outer[1] < y < outer[3] and inner[2] - inner[0] > 8


def _labels(word: Word, box: Box) -> bool:
    x0, top, x1, bottom = box
    above = top - _ABOVE < word.bottom < top + 2 and word.x0 < x1 and word.x1 > x0
    return above or top - 3 < word.middle < bottom + 3 and 0 < x0 - word.x1 < _BESIDE


def _become_entry(sheet: Sheet, frame: _Frame) -> None:
    inside = {id(w) for w in frame.words}
    sheet.words = [w for w in sheet.words if id(w) not in inside]
    sheet.rules = [r for r in sheet.rules if not _is_edge(r, frame.box)]
    sheet.shades = [s for s in sheet.shades if max(abs(a - b) for a, b in zip(s, frame.box, strict=True)) > 2 * _OFF]
    sheet.words += _entries(frame)


def _is_edge(rule: Rule, box: Box) -> bool:
    x0, top, x1, bottom = box
    ends, sides = ((top, bottom), (x0, x1)) if rule.upright else ((x0, x1), (top, bottom))
    along = ends[0] - _OFF < rule.start and rule.end < ends[1] + _OFF
    return along and min(abs(rule.at - side) for side in sides) < _OFF


def _entries(frame: _Frame) -> list[Word]:
    """One word a paragraph, as a form field is read; an empty frame is one empty word."""
    paragraphs = _paragraphs(frame) or [[]]
    x0, top, x1, bottom = frame.box
    made: list[Word] = []
    for part, words in enumerate(paragraphs):
        upper = top if part == 0 else min(w.top for w in words)
        lower = bottom if part == len(paragraphs) - 1 else max(w.bottom for w in words)
        size = median([w.size for w in words] or [min((bottom - top) / 1.2, 10.0)])
        base = min((w.base for w in words), default=upper + min(lower - upper, 14.0) * 0.75)
        entry = Word(" ".join(w.text for w in words), x0, upper, x1, lower, base, size, kind="entry", part=part)
        entry.parts, entry.confidence = len(paragraphs), _confidence(words)
        made.append(entry)
    return made


def _confidence(words: list[Word]) -> float | None:
    """The mean over the letters; 0 where a part cannot be read at all."""
    known = [(w.confidence, len(w.text)) for w in words if w.confidence is not None]
    if not known or any("\ufffd" in w.text for w in words):
        return 0.0 if known else None
    return round(sum(c * n for c, n in known) / sum(n for _, n in known), 3)


def _paragraphs(frame: _Frame) -> list[list[Word]]:
    found: list[list[Word]] = []
    end = frame.box[0]
    for line in _lines(frame.words):
        room = frame.box[0] + _SHORT * (frame.box[2] - frame.box[0])
        if not found or end < room or _ITEM.match(line[0].text):
            found.append([])
        found[-1] += line
        end = line[-1].x1
    return found


def _lines(words: list[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda w: w.base):
        if lines and abs(word.base - lines[-1][0].base) < 0.5 * word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda w: w.x0) for line in lines]
