"""Tick boxes of the form, printed or drawn, each with its option: before it, behind it, beside it or yes and no."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile

from extractors.layout import BULLET, Span, Unit, spans_of
from pipeline.document import TICKED, UNTICKED, Line, share_height
from pipeline.folding import fold, tidy
from pipeline.languages import LANGUAGES, load_language

AROUND = " :_.-–—"
"""What stands between a box and its option and belongs to neither."""


@dataclass(frozen=True, slots=True)
class Box:
    """One tick box with the option printed beside it."""

    checked: bool
    text: str
    span: Span


def boxes_of(units: list[Unit], rest: Span | None) -> list[Box]:
    """All tick boxes of an answer's region, each with its option."""
    spans = ([rest] if rest else []) + spans_of(units)
    if found := _answered_each(spans) or _boxes_behind(spans) or _boxes_beside(spans) or _in_a_stream(spans):
        return found
    for position, span in enumerate(spans):
        for checked, part in options_beside(span, _ticks_of(span)):
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
            (checked, part), *more = options_beside(place, _ticks_of(place))
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
    yes, no = (frozenset[str]().union(*(yes_and_no(code)[place] for code in LANGUAGES)) for place in (0, 1))
    found: list[Box] = []
    option: Span | None = None
    for span in spans:
        ticks = _ticks_of(span)
        parts = [(checked, fold(_clean(part.text))) for checked, part in options_beside(span, ticks)]
        if not parts and span.text.strip():
            option = span
            continue
        before = Span(span.line, span.start, ticks[0][1]) if ticks else span
        if len(ticks) > 1 and before.text.strip(AROUND):  # “Social protection: ☒ yes ☐ no”
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


@cache
def yes_and_no(language: str) -> tuple[frozenset[str], frozenset[str]]:
    """The single words for yes and for no, in a language and in English."""
    told = [load_language(code).options["yes_no"] for code in dict.fromkeys([language, "en"]) if code in LANGUAGES]
    yes, no = (frozenset(fold(word) for each in told for word in each[answer]) for answer in ("yes", "no"))
    return yes, no


def options_beside(span: Span, ticks: list[tuple[bool, int, int]]) -> Iterator[tuple[bool, Span]]:
    """Each tick of a stretch with the part that holds its option: behind it, or before it where options come first."""
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
