"""Marks typed in a list of options that has no boxes: ``_X_``, ``(x)``, ``yes``."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import cache
from itertools import accumulate

from extractors.layout import Span, Unit, spans_of
from extractors.options import option_of
from extractors.printed_boxes import AROUND, Box, options_beside, yes_and_no
from extractors.typed_marks import AMONG
from pipeline.folding import fold, tidy
from pipeline.languages import LANGUAGES, load_language


def _at_an_end(sign: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{sign})(?=\s|$)|(?<=\s)(?:{sign})$")


_CROSS = _at_an_end(r"_*[xXхХ×✓✔✗✘√]_*|\[\s*[xXхХ×✓✔✗✘√vV*+]\s*\]|\(\s*[xXхХ×✓✔✗✘√]\s*\)")
"""What people type for a cross or a tick, before or behind an option; the Cyrillic letter looks the same. A star alone
is a footnote and ``v.`` a number, so neither is one."""
_SIGN_BEHIND = re.compile(r"(?P<words>.*[^\W\d_].*?)\s+(?:(?P<on>[vVxXхХ+✓✔✗✘√])|[–—-])$")
_EMPTY = _at_an_end(r"_{2,}|\.{3,}|…|\[\s*\]|\(\s*\)")


def marked_boxes(units: list[Unit], rest: Span | None, key: str, language: str) -> list[Box]:
    """The options of a list without boxes in which a mark is typed before, behind or beside what is chosen: ``_X_``,
    ``(x)``, ``yes``. None where the lines are no such list: where most name no option, or nothing says which."""
    spans = ([rest] if rest and rest.text.strip() else []) + spans_of(units)
    found = _marked_throughout(spans) or _marked_in_turn(spans) or _marked_before(spans)
    found = found or _answered_in_line(spans, language)
    if found:
        return found if _nameoptions_beside(found, key, language) else []
    empty = 0
    for span in spans:
        among = [(bool(m["mark"]), m.start(), m.end()) for m in AMONG.finditer(span.line.text, span.start, span.end)]
        if len(among) > 1:
            found += [
                Box(checked, tidy(AMONG.sub("", part.text)), part) for checked, part in options_beside(span, among)
            ]
            empty += sum(not checked for checked, *_ in among)
            continue
        marked, text = _typed_mark(tidy(span.text), language)
        empty += marked is False
        if text:
            found.append(Box(bool(marked), text, span))
        elif marked and found and _same_row(found[-1].span, span):
            found[-1] = Box(True, found[-1].text, found[-1].span)
    told = {box.checked for box in found}
    if len(found) < 2 or True not in told and 2 * empty < len(found) or False not in told:
        return []
    return found if _nameoptions_beside(found, key, language) else []


def _nameoptions_beside(boxes: list[Box], key: str, language: str) -> bool:
    """True if most of the boxes stand for an option of the question."""
    return 2 * sum(option_of(box.text, key, language)[0] is not None for box in boxes) >= len(boxes)


def _marked_throughout(spans: list[Span]) -> list[Box]:
    """The options of a list in which every line ends in a sign: ``V`` or ``+`` for yes, a dash for no."""
    said = [span for span in spans if span.text.strip()]
    ends = [_SIGN_BEHIND.match(tidy(span.text)) for span in said]
    boxes = [Box(bool(end["on"]), end["words"], span) for span, end in zip(said, ends, strict=True) if end is not None]
    complete = len(boxes) == len(said) and {box.checked for box in boxes} == {True, False}
    return boxes if complete else []


def _marked_in_turn(spans: list[Span]) -> list[Box]:
    """The options of rows in which a cell for the mark, empty where nothing is chosen, stands before each option, or
    behind each."""
    rows = list(_rows_of(spans).values())
    for before in (True, False):
        cells = [_paired_cells(row, before) for row in rows]
        if any(len(row) % 2 for row in cells):
            continue
        pairs = [pair for row in cells for pair in zip(row[not before :: 2], row[before::2], strict=True)]
        complete = all(is_cross(mark) or not mark.text.strip() for mark, _ in pairs)
        named = all(option.text.strip() and not is_cross(option) for _, option in pairs)
        if complete and named and {is_cross(mark) for mark, _ in pairs} == {True, False}:
            return [Box(is_cross(mark), tidy(option.text), option) for mark, option in pairs]
    return []


def _paired_cells(row: list[Span], before: bool) -> list[Span]:
    """The cells of a row from the first option, or the cell before it, to the last, or the cell behind it."""
    said = [place for place, span in enumerate(row) if span.text.strip() and not is_cross(span)]
    if not said:
        return []
    return row[max(0, said[0] - 1) : said[-1] + 1] if before else row[said[0] : said[-1] + 2]


def is_cross(span: Span) -> bool:
    """True for a typed cross or tick that stands alone."""
    return _CROSS.fullmatch(tidy(span.text)) is not None


def _rows_of(spans: Iterable[Span]) -> dict[tuple[int, int], list[Span]]:
    """The spans that stand in cells, row by row."""
    rows: dict[tuple[int, int], list[Span]] = {}
    for span in spans:
        if (cell := span.line.cell) is not None:
            rows.setdefault((cell.table, cell.row), []).append(span)
    return rows


def _marked_before(spans: list[Span]) -> list[Box]:
    """The options of a list whose marks have a column of their own before them, empty where nothing is chosen."""
    rows = _rows_of(span for span in spans if span.text.strip())
    marks = [row[0] for row in rows.values() if len(row) > 1 and is_cross(row[0])]
    if not marks or len(rows) == len(marks):
        return []
    column = marks[0].line.cell.column if marks[0].line.cell is not None else 0
    boxes = []
    for row in rows.values():
        words = row[1:] if row[0] in marks else row
        beside = words[0].line.cell
        if beside is None or beside.column <= column:
            return []
        boxes.append(Box(row[0] in marks, tidy(" ".join(span.text for span in words)), words[0]))
    return boxes


def _answered_in_line(spans: list[Span], language: str) -> list[Box]:
    """The options of a list that says yes or no behind each: “Social protection – no  Labour – yes”."""
    yes, each = yes_and_no(language)[0], _each_answered(language)
    text = " ".join(span.text.strip() for span in spans)
    starts = list(accumulate((len(span.text.strip()) + 1 for span in spans), initial=0))
    boxes, at = [], 0
    while found := each.match(text, at):
        span = spans[bisect_right(starts, found.start("words")) - 1]
        boxes.append(Box(fold(found["said"]) in yes, found["words"], span))
        at = found.end()
    return boxes if len(boxes) > 1 and not text[at:].strip() else []


@cache
def _each_answered(language: str) -> re.Pattern[str]:
    """An option, a dash or colon, and one of the words for yes and no, with its accents or without."""
    told = [load_language(code).options["yes_no"] for code in dict.fromkeys([language, "en"]) if code in LANGUAGES]
    words = {form for each in told for said in each.values() for word in said for form in (word, fold(word))}
    answers = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    return re.compile(rf"\s*(?P<words>\S.*?)\s*[–—:-]\s*(?P<said>{answers})(?=[\s.,;/|]|$)[.,;/|]*", re.IGNORECASE)


def _typed_mark(text: str, language: str) -> tuple[bool | None, str]:
    """Whether a line carries a mark (None: no sign of one), and the line without it or without the empty place."""
    for sign, marked in ((_CROSS, True), (_EMPTY, False)):
        if found := sign.search(text):
            return marked, (text[: found.start()] + text[found.end() :]).strip(AROUND)
    first, _, behind = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for words, marked in zip(yes_and_no(language), (True, False), strict=True):
        if fold(first) in words and (behind or marked):
            return marked, behind.strip(AROUND)
        if fold(last) in words and before:
            return marked, before.strip(AROUND)
    return None, text.strip(" _.")


def _same_row(option: Span, mark: Span) -> bool:
    """True if a mark alone in its cell or line belongs to the option before it."""
    here, there = option.line.cell, mark.line.cell
    return here is None or there is None or (here.table, here.row) == (there.table, there.row)
