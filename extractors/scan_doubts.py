"""What a person must look at on a scan: boxes that may be ticked, and print that could not be read surely."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from extractors.layout import ILLEGIBLE, Layout
from pipeline.document import Document, Line, Piece, Trouble
from pipeline.folding import fold

_SURE_TICK = 0.75
"""Confidence below which a box is neither surely empty nor surely ticked."""
_SURE_WORD, _LETTERS = 0.5, 3
"""Confidence below which a word may be another one, and letters from which it can mean something."""
_SURE_ADDRESS, _SURE_COMPOUND = 0.87, 0.85
_ADDRESS = re.compile(r"@|www\.|://", re.IGNORECASE)
_OF_ADDRESSES = frozenset("www http https com org net gov gob gouv info edu int".split())
_COMPOUND = re.compile(r"[^\W\d_]-[^\W\d_]")
_CYRILLIC, _LATIN = re.compile(r"[А-Яа-яЁё]"), re.compile(r"\W*[a-z]{2,3}\W*")
_MIXED = re.compile(r"[A-Za-z][А-Яа-яЁё]|[А-Яа-яЁё][A-Za-z]")
_BEYOND_DOUBT = 0.9
"""Confidence from which a word bears out the same word read elsewhere with less."""
_SHOWN = 5
Stretch = tuple[int, int]
"""Start and end in the text of a line."""


def with_doubts(document: Document) -> Document:
    """The document with the boxes in doubt as a trouble: they are shown to a person, never guessed in silence."""
    pieces = [(line, piece) for line in document.lines for piece in line.pieces]
    ticks = [(line.page, _behind(line, piece)) for line, piece in pieces if _is_unclear_tick(piece)]
    if not ticks:
        return document
    message = "It cannot be told surely whether these boxes are ticked; look at the original: "
    return replace(document, troubles=(*document.troubles, Trouble("unclear_tick", "warning", message + _named(ticks))))


def unclear_words(layout: Layout, printed: Mapping[int, Collection[Stretch]]) -> Iterator[Trouble]:
    """The words that could not be read surely, where they may be an answer's. ``printed``: unit -> stretches of its
    line that are the form's own print and were understood: labels, headings, options that are not ticked."""
    read = [(unit, piece, _part(unit.line, piece)) for unit in layout.units for piece in unit.pieces]
    sure = {fold(text) for _, piece, text in read if (piece.confidence or 0.0) >= _BEYOND_DOUBT}
    counted = Counter(word for unit in layout.units for word in fold(unit.text).split())
    cyrillic = _is_cyrillic(layout)
    words = [
        (unit.line.page, text)
        for unit, piece, text in read
        if (
            cyrillic
            and _is_misread(text, piece)
            or _is_unclear_word(unit.line, piece)
            and (ILLEGIBLE in text or fold(text) not in sure and not _is_borne_out(text, piece, counted))
        )
        and not any(start <= piece.start and piece.end <= end for start, end in printed.get(unit.index, ()))
    ]
    if words:
        message = "These words could not be read surely; compare the answers round them with the original: "
        yield Trouble("unclear_words", "warning", message + _named(words))


def _is_unclear_tick(piece: Piece) -> bool:
    return piece.kind == "tick" and piece.confidence is not None and piece.confidence < _SURE_TICK


def _is_unclear_word(line: Line, piece: Piece) -> bool:
    """What cannot be read at all may stand in one piece with a word that can."""
    text = _part(line, piece)
    if piece.kind == "tick" or piece.confidence is None:
        return False
    return ILLEGIBLE in text or sum(c.isalnum() for c in text) >= _LETTERS and piece.confidence < _sure(text)


def _is_cyrillic(layout: Layout) -> bool:
    text = "".join(unit.text for unit in layout.units)
    return len(_CYRILLIC.findall(text)) > len(text) / 3


def _is_misread(text: str, piece: Piece) -> bool:
    """True for two or three small Latin letters, or letters of both alphabets in one word, on a form in Russian:
    “yn.” was “ул.”."""
    if piece.kind == "tick" or piece.confidence is None or _ADDRESS.search(text):
        return False
    return _LATIN.fullmatch(text) is not None or _MIXED.search(text) is not None


def _is_borne_out(text: str, piece: Piece, counted: Mapping[str, int]) -> bool:
    """True for an address fairly read whose parts stand elsewhere too: the surname, the short name, the site's name."""
    parts = [part for part in fold(text).split() if len(part) > 2 and part not in _OF_ADDRESSES]
    fair = bool(_ADDRESS.search(text)) and (piece.confidence or 0.0) >= _SURE_WORD
    return fair and bool(parts) and all(counted[part] > 1 for part in parts)


def _sure(text: str) -> float:
    """The confidence from which a word is taken as read: in an address each letter counts and no other word helps to
    guess it; a hyphen between small letters is often a smudge that joins two words."""
    if _ADDRESS.search(text):
        return _SURE_ADDRESS
    return _SURE_COMPOUND if _COMPOUND.search(text) else _SURE_WORD


def _part(line: Line, piece: Piece) -> str:
    return line.text[piece.start : piece.end]


def _behind(line: Line, piece: Piece) -> str:
    return " ".join(line.text[piece.end :].split())


def _named(places: list[tuple[int | None, str]]) -> str:
    named = (f"page {page}: “{text[:50]}”" if text else f"page {page}" for page, text in places[:_SHOWN])
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return "; ".join(named) + more + "."
