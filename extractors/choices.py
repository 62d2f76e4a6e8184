"""Ticked, chosen or typed options: institution type, theme, kind of event, working languages."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate, takewhile

from extractors.answers import Answer
from extractors.layout import BULLET, Span, Unit, spans_of
from extractors.options import TYPED, option_of, options_of
from extractors.typed_marks import AMONG
from pipeline.document import TICKED, UNTICKED, Line, share_height
from pipeline.folding import fold, tidy
from pipeline.languages import LANGUAGES, load_language

DOUBTFUL = 0.52
"""Score below which a ticked option is shown to a person."""
MANY = {"declared_theme": 2}
"""So many different options (else three), a line each, are the printed list and no answer."""


def _at_an_end(sign: str) -> re.Pattern[str]:
    return re.compile(rf"^(?:{sign})(?=\s|$)|(?<=\s)(?:{sign})$")


_CROSS = _at_an_end(r"_*[xXхХ×✓✔✗✘√]_*|\[\s*[xXхХ×✓✔✗✘√vV*+]\s*\]|\(\s*[xXхХ×✓✔✗✘√]\s*\)")
"""What people type for a cross or a tick, before or behind an option; the Cyrillic letter looks the same. A star alone
is a footnote and ``v.`` a number, so neither is one."""
_SIGN_BEHIND = re.compile(r"(?P<words>.*[^\W\d_].*?)\s+(?:(?P<on>[vVxXхХ+✓✔✗✘√])|[–—-])$")
_AROUND = " :_.-–—"
_EMPTY = _at_an_end(r"_{2,}|\.{3,}|…|\[\s*\]|\(\s*\)")


@dataclass(frozen=True, slots=True)
class Box:
    """One tick box with the option printed beside it."""

    checked: bool
    text: str
    span: Span


@dataclass(frozen=True)
class Choice:
    """What was chosen: option keys in the order of the form; ``unknown``: ticked options in words we do not know."""

    values: tuple[str, ...]
    spans: tuple[Span, ...]
    boxes: tuple[Box, ...]
    unknown: tuple[str, ...] = ()

    @property
    def has_boxes(self) -> bool:
        """True if the question has boxes to tick."""
        return bool(self.boxes)


def boxes_of(units: list[Unit], rest: Span | None) -> list[Box]:
    """All tick boxes of an answer's region, each with its option."""
    spans = ([rest] if rest else []) + spans_of(units)
    if found := _answered_each(spans) or _boxes_behind(spans) or _boxes_beside(spans) or _in_a_stream(spans):
        return found
    for position, span in enumerate(spans):
        for checked, part in _options(span, _ticks_of(span)):
            if not tidy(part.text).strip("☐☒ "):
                part = _beside(spans, position) or part
            found.append(Box(checked, _clean(part.text), part))
    return found


def _boxes_beside(spans: list[Span]) -> list[Box]:
    """The options of a list whose boxes stand in a column of their own, each at the height of its option."""
    alone = [span for span in spans if len(_ticks_of(span)) == 1 and not any(map(str.isalnum, span.text))]
    said = [span for span in spans if span.text.strip() and not _ticks_of(span)]
    if len(alone) < 2:
        return []
    found: list[Box] = []
    for place in (span for span in spans if _ticks_of(span)):
        if place not in alone:  # where the words reach up to the box
            (checked, part), *more = _options(place, _ticks_of(place))
            if more or place.text.strip()[0] in TICKED + UNTICKED:
                return []
            found.append(Box(checked, _clean(part.text), part))
            continue
        level = [span for span in said if share_height(span.line, place.line)]
        if len(level) != 1 or any(box.span is level[0] for box in found):
            return []
        at = said.index(level[0])
        wrapped = takewhile(lambda span: not any(share_height(span.line, p.line) for p in alone), said[at + 1 :])
        words = " ".join(span.text for span in (level[0], *wrapped))
        found.append(Box(_ticks_of(place)[0][0], _clean(words), level[0]))
    return found


def _ticks_of(span: Span) -> list[tuple[bool, int, int]]:
    ticks = (p for p in span.line.pieces if p.kind == "tick" and span.start <= p.start and p.end <= span.end)
    return [(bool(p.checked), p.start, p.end) for p in ticks]


def _answered_each(spans: list[Span]) -> list[Box]:
    """The options of a list that asks “yes ☐ no ☐” of each: those with a tick at “yes” are chosen."""
    yes, no = (frozenset[str]().union(*(_yes_and_no(code)[place] for code in LANGUAGES)) for place in (0, 1))
    found: list[Box] = []
    option: Span | None = None
    for span in spans:
        ticks = _ticks_of(span)
        parts = [(checked, fold(_clean(part.text))) for checked, part in _options(span, ticks)]
        if not parts and span.text.strip():
            option = span
            continue
        before = Span(span.line, span.start, ticks[0][1]) if ticks else span
        if len(ticks) > 1 and before.text.strip(_AROUND):  # “Social protection: ☒ yes ☐ no”
            option = before
        if parts and option is not None and all(text in yes | no for _, text in parts):
            found.append(Box(any(checked and text in yes for checked, text in parts), _clean(option.text), option))
            option = None
        elif parts:
            return []
    return found if len(found) > 1 else []


def _boxes_behind(spans: list[Span]) -> list[Box]:
    """The options of a list in which each stands before its box, alone in its cell or at the edge of the page."""
    found: list[Box] = []
    words: list[Span] = []
    for span in spans:
        ticks = _ticks_of(span)
        if not ticks:
            words += [span] if span.text.strip() else []
        elif len(ticks) > 1 or any(sign.isalnum() for sign in span.text) or not words:
            return []
        else:
            found.append(Box(ticks[0][0], _clean(" ".join(each.text for each in words)), words[0]))
            words = []
    return found if len(found) > 1 and not words else []


def _in_a_stream(spans: list[Span]) -> list[Box]:
    """The options of a list that runs on from line to line, all before their boxes or all behind: it begins with the
    one and ends with the other. Hints are no options."""
    upright = [span for span in spans if not _is_aside(span.line)] or spans
    if not any(len(_ticks_of(span)) > 1 for span in upright):
        return []
    parts = [part for span in upright for part in _parts_of(span)]
    if len(parts) < 4 or (parts[0][0] is None) == (parts[-1][0] is None):
        return []
    found: list[Box] = []
    turned = parts if parts[0][0] is not None else parts[::-1]  # a box comes first, then its words
    for checked, part in turned:
        if checked is not None:
            found.append(Box(checked, "", part))
            continue
        words = [found[-1].text, part.text] if turned is parts else [part.text, found[-1].text]
        found[-1] = Box(found[-1].checked, _clean(" ".join(words)), part)
    found = found if turned is parts else found[::-1]
    return found if all(box.text for box in found) else []


def _is_aside(line: Line) -> bool:
    """True for a line in italics or set apart as hints are."""
    words = [piece for piece in line.pieces if piece.kind == "text"]
    return bool(words) and all(piece.italic or piece.apart for piece in words)


def _parts_of(span: Span) -> Iterator[tuple[bool | None, Span]]:
    """The boxes of a stretch, on or off, and the words between them (None)."""
    at = span.start
    for checked, start, end in _ticks_of(span):
        if any(map(str.isalnum, span.line.text[at:start])):
            yield None, Span(span.line, at, start)
        yield checked, Span(span.line, start, end)
        at = end
    if any(map(str.isalnum, span.line.text[at : span.end])):
        yield None, Span(span.line, at, span.end)


def marked_boxes(units: list[Unit], rest: Span | None, key: str, language: str) -> list[Box]:
    """The options of a list without boxes in which a mark is typed before, behind or beside what is chosen: ``_X_``,
    ``(x)``, ``yes``. None where the lines are no such list: where most name no option, or nothing says which."""
    spans = ([rest] if rest and rest.text.strip() else []) + spans_of(units)
    found = _marked_throughout(spans) or _marked_in_turn(spans) or _marked_before(spans)
    found = found or _answered_in_line(spans, language)
    if found:
        return found if _name_options(found, key, language) else []
    empty = 0
    for span in spans:
        among = [(bool(m["mark"]), m.start(), m.end()) for m in AMONG.finditer(span.line.text, span.start, span.end)]
        if len(among) > 1:
            found += [Box(checked, tidy(AMONG.sub("", part.text)), part) for checked, part in _options(span, among)]
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
    return found if _name_options(found, key, language) else []


def _name_options(boxes: list[Box], key: str, language: str) -> bool:
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
    yes, each = _yes_and_no(language)[0], _each_answered(language)
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
            return marked, (text[: found.start()] + text[found.end() :]).strip(_AROUND)
    first, _, behind = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for words, marked in zip(_yes_and_no(language), (True, False), strict=True):
        if fold(first) in words and (behind or marked):
            return marked, behind.strip(_AROUND)
        if fold(last) in words and before:
            return marked, before.strip(_AROUND)
    return None, text.strip(" _.")


@cache
def _yes_and_no(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The single words for yes and for no, in a language and in English."""
    told = [load_language(code).options["yes_no"] for code in dict.fromkeys([language, "en"]) if code in LANGUAGES]
    yes, no = (frozenset(fold(word) for each in told for word in each[answer]) for answer in ("yes", "no"))
    return yes, no


def _same_row(option: Span, mark: Span) -> bool:
    """True if a mark alone in its cell or line belongs to the option before it."""
    here, there = option.line.cell, mark.line.cell
    return here is None or there is None or (here.table, here.row) == (there.table, there.row)


def _options(span: Span, ticks: list[tuple[bool, int, int]]) -> Iterator[tuple[bool, Span]]:
    if not ticks:
        return
    line = span.line
    before = line.text[span.start : ticks[0][1]].strip(" \t:.")
    behind = line.text[ticks[-1][2] : span.end].strip(" \t:.")
    option_first = bool(before) and not behind
    for number, (checked, start, end) in enumerate(ticks):
        if option_first:
            left = ticks[number - 1][2] if number else span.start
            yield checked, Span(line, left, end)
        else:
            right = ticks[number + 1][1] if number + 1 < len(ticks) else span.end
            yield checked, Span(line, start, right)


def _beside(spans: list[Span], position: int) -> Span | None:
    """A box alone in its line or cell: the option stands next to it, to the right or else to the left."""
    for other in (position + 1, position - 1):
        if 0 <= other < len(spans):
            near = spans[other]
            if near.text.strip() and not any(p.kind == "tick" for p in near.line.pieces):
                return near
    return None


def _clean(text: str) -> str:
    return tidy(BULLET.sub("", text.replace("☐", " ").replace("☒", " ")))


def ticked(boxes: list[Box], key: str, language: str) -> Choice:
    """The options that are ticked; the whole list is read together, so that each option is found once."""
    values: list[str] = []
    unknown: list[str] = []
    spans: list[Span] = []
    for box, (option, score) in zip(boxes, options_of([b.text for b in boxes], key, language), strict=True):
        if not box.checked:
            continue
        spans.append(box.span)
        if option is None or score < DOUBTFUL and key != "working_languages":
            unknown.append(box.text)
        if option is not None and option not in values:
            values.append(option)
    return Choice(tuple(values), tuple(spans), tuple(boxes), tuple(unknown))


def typed(answer: Answer, key: str, language: str) -> Choice:
    """The option nearest to what is typed where there is nothing to tick."""
    text = answer.text
    option, score = option_of(text, key, language)
    if option is not None and (option != "other" or score > 0.9):
        return Choice((option,), answer.spans, (), () if score >= TYPED else (text,))
    if len({option_of(line, key, language)[0] for line in text.splitlines()} - {None, "other"}) >= MANY.get(key, 3):
        # The printed list stands there as it was, or what is struck out cannot be seen.
        return Choice((), answer.spans, (), (text,))
    named = _contained(text, key, language)
    return Choice(tuple(named), answer.spans, (), () if named else (text,))


def _contained(text: str, key: str, language: str) -> list[str]:
    """Options whose words all stand in the text; the longest wording first, no part of a longer one again."""
    folded = f" {fold(text)} "
    found: list[tuple[int, int, str]] = []
    for code in dict.fromkeys([language, "en"]):
        if code not in LANGUAGES:
            continue
        for option, names in load_language(code).options.get(key, {}).items():
            for name in names:
                place = folded.find(f" {fold(name)} ")
                if place >= 0 and option != "other":
                    found.append((place, place + len(fold(name)), option))
        if found:
            break
    found.sort(key=lambda f: -(f[1] - f[0]))
    kept: list[tuple[int, int, str]] = []
    for place, end, option in found:
        if not any(p < end and place < e for p, e, _ in kept):
            kept.append((place, end, option))
    kept.sort()
    options = list(dict.fromkeys(option for _, _, option in kept))
    return options[:1] if key == "institution_type" else options
