"""Where a label ends and its answer begins in one line, and what sets it off: bold print, capitals, dashes, dots."""

import re
from collections.abc import Mapping
from itertools import pairwise, takewhile

from extractors.layout import DOTTED, Unit
from extractors.numbering import NUMBER
from pipeline.document import Piece

BRACKET_OF_LABEL = re.compile(r"\s*[(\[][^()\[\]]{2,80}[)\]]\s*[:：]")
"""“Web address (may be left blank): www…”"""
HINT_BEHIND = re.compile(r"(?:[\s*:：]*[(\[][^()\[\]]{2,120}[)\]]){1,3}[\s.*:：]*")
"""“Type of institution * (one answer only)”, over the answer."""

_REMARK_BEHIND = re.compile(r"[(\[][^()\[\]]{2,40}[)\]][\s:*]*$")
_BRACKET = re.compile(r"\([^()\d]{3,40}\)\s*")
DASH = re.compile(r"\s+[–—-]\s+")
_LEADER = re.compile(r"(?<=[^\W\d_])\.{3}(?=[^\W_a-zа-я])")
"""``Person in charge...Ms X``: a row of dots too short to be told from an ellipsis by its length."""
_CAPITALS = re.compile(r"(?=(?:[\W\d]*[^\W\d_]){4})(?:(?![a-zà-öø-ÿа-яё])[^.:]){4,90}[.:]\s+(?=\S)")
"""``NAME OF THE BODY. Ministry of Labour``: a label in capitals, also small ones that were printed, and its answer."""
WIDE = 0.7
"""How wide a gap is, in heights of the print, that no space of running text has."""
IN_CAPITALS = 5
"""So many lines that begin so show that labels do."""


def lead_in_capitals(unit: Unit) -> re.Match[str] | None:
    """The label in capitals with which a paragraph begins that goes on in small letters."""
    lead = _CAPITALS.match(unit.line.text, unit.start, unit.end) if may_begin(unit) else None
    behind = unit.line.text[lead.end() : unit.end] if lead else ""
    return lead if any(sign.islower() for sign in behind) or "@" in behind else None


def first_dash(unit: Unit) -> int | None:
    """Where the words behind the first dash of a numbered unit begin, if no colon stands before it."""
    dash = dash_behind_number(unit)
    return unit.start + dash.end() if dash and ":" not in unit.text[: dash.start()] else None


def dash_behind_number(unit: Unit) -> re.Match[str] | None:
    """The first dash behind the number that opens a unit."""
    number = NUMBER.match(unit.text)
    return DASH.search(unit.text, number.end()) if number else None


def style_of(unit: Unit) -> tuple[bool, bool, int]:
    """Bold, capitals and size: where they change within a cell, a label ends and its answer begins."""
    return unit.all_bold, in_capitals(unit.text), round(2 * (unit.line.size or 0))


def lead_of(units: list[Unit]) -> list[Unit]:
    """The first units of a cell that share one style: the label, where the answer stands below it. A remark in plain
    print may end its last line: “contributed by the **institution** (compulsory)”."""
    style = style_of(units[0])
    lead = list(takewhile(lambda unit: style_of(unit) == style, units))
    behind = units[len(lead)] if len(lead) < len(units) else None
    if behind is not None and units[0].all_bold and begins_bold(behind) and behind.text[:1].islower():
        lead += [behind] if _REMARK_BEHIND.search(behind.text) else []
    return lead


def in_capitals(text: str) -> bool:
    """True for a text of several capital letters and no small one."""
    return text.isupper() and sum(map(str.isalpha, text)) >= 3


def runs_over_dash(unit: Unit) -> bool:
    """True for ``(4) our office is at - 12, Kasai Avenue``: where the numbered label ends, its answer begins."""
    dash = dash_behind_number(unit)
    return dash is not None and not unit.all_bold and bool(unit.text[dash.end() :].strip())


def begins_italic(unit: Unit) -> bool:
    """True if the words of the unit begin in italics."""
    return any(piece.italic for piece in _worded(unit)[:1])


def begins_bold(unit: Unit) -> bool:
    """True if the words of the unit begin in bold: a label may be bold and the answer behind it not."""
    return any(piece.bold for piece in _worded(unit)[:1])


def _worded(unit: Unit) -> list[Piece]:
    return [p for p in unit.pieces if p.kind == "text" and any(c.isalpha() for c in unit.line.text[p.start : p.end])]


def may_begin(unit: Unit) -> bool:
    """A label begins a line; a wrapped line of running text begins nothing, unless it is numbered or a cell's first."""
    pieces = unit.pieces
    if pieces and pieces[0].kind in ("tick", "entry") and pieces[0].start == unit.start:
        return False
    return unit.line.new_paragraph or unit.start > 0 or bool(NUMBER.match(unit.text))


def cuts_by_look(unit: Unit, limit: int, known: Mapping[int, float]) -> dict[int, float]:
    """Places where a row of dots or plain print behind bold or italics begins."""
    cuts: dict[int, float] = {}
    dots = DOTTED.search(unit.line.text, unit.start, limit) or _LEADER.search(unit.line.text, unit.start, limit)
    if dots and dots.start() > unit.start + 2:
        cuts[dots.end() if dots.re is _LEADER else dots.start()] = 0.25
    thin = _end_of_bold(unit)
    if thin is not None and thin not in known and not dots:
        cuts[thin] = 0.2
    upright = _end_of_italics(unit)
    if upright is not None and upright not in known and not dots:
        cuts[upright] = 0.2
    gap = _behind_gap(unit)
    if gap is not None and gap not in known and not dots:
        cuts.setdefault(gap, 0.1)
    return cuts


def _behind_gap(unit: Unit) -> int | None:
    """Where the words behind the only wide gap of a printed line begin; None on paper, where gaps waver."""
    words = [piece for piece in unit.pieces if piece.box is not None and piece.kind == "text"]
    if len(words) < 2 or any(piece.confidence is not None for piece in words):
        return None
    gaps = [(b.box[0] - a.box[2], b.start) for a, b in pairwise(words) if a.box and b.box]
    high = max(piece.box[3] - piece.box[1] for piece in words if piece.box)
    wide = [start for gap, start in gaps if gap >= WIDE * high]
    usual = min(gap for gap, _ in gaps) if len(gaps) > 1 else 0.0
    return wide[0] if len(wide) == 1 and usual < WIDE * high / 2 else None


def _end_of_italics(unit: Unit) -> int | None:
    """Where upright print behind the italics that open a unit begins, or behind a remark in brackets after them."""
    words = [p for p in _worded(unit) if not NUMBER.fullmatch(unit.line.text[p.start : p.end] + " ")]
    upright = next((p for p in words if not p.italic), None)
    if upright is None or not words[0].italic or words[0].bold != upright.bold:
        return None
    start = upright.end - len(unit.line.text[upright.start : upright.end].lstrip())
    remark = _BRACKET.match(unit.line.text, unit.line.text.rfind("(", unit.start, start + 1), unit.end)
    return remark.end() if remark and remark.end() > start else start


def _end_of_bold(unit: Unit) -> int | None:
    """Where plain print begins behind the bold print that opens a unit; None if it is all in one style."""
    words = [p for p in unit.pieces if p.kind == "text" and any(c.isalnum() for c in unit.line.text[p.start : p.end])]
    plain = next((p for p in words if not p.bold), None)
    if plain is None or not words[0].bold:
        return None
    return plain.end - len(unit.line.text[plain.start : plain.end].lstrip())
