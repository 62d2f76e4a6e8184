"""Where a paragraph begins, and where a line only goes on with the one before it."""

import re
from statistics import median

from extractors.page_lines import Draft

_BULLET = re.compile(r"[•‣▪▫●○◦·►➢➤✦❖\uf0b7☐☒*]\s|[☐☒]")
_LISTED = re.compile(r"(?:[-–—]|\(?\d{1,2}[.)]|\(?[a-zA-Zа-яА-Я][.)]|[ivxIVX]{1,4}[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s")
_NAMED = re.compile(r"[^\W\d_a-zа-я][^:.;,\d]{2,40}:\s+\S")
_FILL = re.compile(r"[\s._…]{6,}")
"""A line of dots to write on."""
_SHORT = 0.7
"""Where a line ends, as a share of the page's width, that may have left room for more."""
_CLOSED = re.compile(r"[.!?:;…»\"”)]$")


def mark_paragraphs(drafts: list[Draft]) -> None:
    """Decide for every line whether it begins a paragraph or goes on with the line before it in its flow."""
    pitch = _pitches(drafts)
    last: dict[tuple[int, ...], Draft] = {}
    for draft in drafts:
        before = last.get(draft.flow)
        if before is not None and draft.words and before.words:
            draft.new_paragraph = _begins(before, draft, pitch)
        last[draft.flow] = draft


def goes_on(before: Draft, draft: Draft) -> bool:
    """Whether a line on the next page goes on with the last line of the page before."""
    if not before.words or not draft.words or draft.words[0].kind != "text":
        return False
    if abs(before.size - draft.size) > 0.6 or _differs(before, draft) or _BULLET.match(draft.text):
        return False
    label = draft.text[:1].isupper() and draft.text.rstrip().endswith(":")
    if (label or _LISTED.match(draft.text)) and _CLOSED.search(before.text):
        return False
    moved = Draft(draft.words, draft.box, draft.sheet, right=before.right)
    return not _has_room(before, moved)


def _pitches(drafts: list[Draft]) -> dict[int, float]:
    """Line pitch over letter size per page, from lines that wrap; key 0 for the whole file."""
    found: dict[int, list[float]] = {0: []}
    last: dict[tuple[int, ...], Draft] = {}
    for draft in drafts:
        before = last.get(draft.flow)
        last[draft.flow] = draft
        if before is None or not draft.words or not before.words or abs(draft.size - before.size) > 0.4:
            continue
        ratio = (draft.base - before.base) / (draft.size or 10.0)
        if 0.8 < ratio < 2.6 and draft.words[0].kind == "text" and not _has_room(before, draft):
            found[0].append(ratio)
            found.setdefault(draft.sheet.number, []).append(ratio)
    whole = median(found[0]) if found[0] else 1.2
    return {0: whole, **{page: median(r) for page, r in found.items() if page and len(r) > 3}}


def _has_room(before: Draft, draft: Draft) -> bool:
    """The first word of this line would have fitted at the end of the line before."""
    first = draft.words[0]
    return before.right - before.box[2] > (first.x1 - first.x0) + 0.6 * (draft.size or 10.0)


def _differs(before: Draft, draft: Draft) -> bool:
    """True for two lines in different print: a bold line below one that ends in plain print is one of its own."""
    if _is_bold(draft) and not before.words[-1].bold and before.words[-1].kind == "text":
        return True
    return any(a is not None and b is not None and a != b for a, b in zip(before.style, draft.style, strict=True))


def _is_bold(draft: Draft) -> bool:
    """True if all its words are bold, be the asterisk behind them or not."""
    words = [word.bold for word in draft.words if word.kind == "text" and any(map(str.isalnum, word.text))]
    return bool(words) and all(words)


def _begins(before: Draft, draft: Draft, pitch: dict[int, float]) -> bool:
    size = draft.size or 10.0
    ratio = (draft.base - before.base) / size
    usual = pitch.get(draft.sheet.number, pitch[0])
    first, last = draft.words[0], before.words[-1]
    if first.kind == "entry" and first.parts > 1 or first.kind == "tick" or last.kind == "entry":
        return True
    other = abs(before.size - draft.size) > 0.6 or _differs(before, draft)
    if other and not _carries_bold_on(before, draft) or _BULLET.match(draft.text):
        return True
    if _FILL.fullmatch(before.text) and draft.text[:1].isupper():
        return True
    if before.tinted != draft.tinted or _is_labelled(before) and _is_labelled(draft) or _is_named(before, draft):
        return True
    if ratio > 1.17 * usual + 0.02 or ratio < 0.3:
        return True
    roomy = _has_room(before, draft)
    if _LISTED.match(draft.text) and (roomy or _CLOSED.search(before.text)):
        return True
    if roomy and not _runs_on(before, draft):
        return True
    return _is_indented(before, draft, size)


def _carries_bold_on(before: Draft, draft: Draft) -> bool:
    """True for a line that begins in the bold print of the whole line before, in small letters, though it may end in
    other print: “**programme** (optional)”."""
    first = draft.words[0]
    same = first.bold and abs(first.size - before.words[-1].size) <= 0.6
    return same and _is_bold(before) and draft.text[:1].islower()


def _is_named(before: Draft, draft: Draft) -> bool:
    """True for “Position: Director” below a short line; where all lines are short, none tells how wide the text is."""
    return before.box[2] < _SHORT * draft.sheet.width and _NAMED.match(draft.text) is not None


def _is_labelled(draft: Draft) -> bool:
    """True for a line that begins in bold and ends in plain print: “**Name:** Ms X”."""
    return draft.words[0].bold and not draft.words[-1].bold


def _runs_on(before: Draft, draft: Draft) -> bool:
    """A long line without an end mark, followed by a small letter, was broken by hand."""
    if not draft.text[:1].islower() or _CLOSED.search(before.text):
        return before.text.endswith(("-", "\u00ad")) and draft.text[:1].islower()
    if before.cell is not None and before.cell.column == 0 and before.cell.columns == 1 and not before.cell.ruled:
        return True
    return before.box[2] - before.box[0] > 0.55 * (before.right - before.box[0])


def _is_indented(before: Draft, draft: Draft, size: float) -> bool:
    step = draft.box[0] - before.box[0]
    if abs(step) < 0.6 * size:
        return False
    if step > 0:
        hangs = before.new_paragraph and (_BULLET.match(before.text) or _LISTED.match(before.text))
        centred = abs(draft.box[0] + draft.box[2] - before.box[0] - before.box[2]) < 0.6 * size
        return not (hangs or centred) and step < 6 * size
    return not before.new_paragraph
