"""What a person must look at on a scan: boxes that may be ticked, and print that could not be read surely."""

import re
from collections.abc import Iterator
from dataclasses import replace

from extractors.layout import ILLEGIBLE
from pipeline.document import Document, Line, Piece, Trouble

_SURE_TICK = 0.75
"""Confidence below which a box is neither surely empty nor surely ticked."""
_SURE_WORD, _LETTERS = 0.5, 3
"""Confidence below which a word may be another one, and letters from which it can mean something."""
_SURE_ADDRESS, _SURE_COMPOUND = 0.65, 0.85
_ADDRESS = re.compile(r"@|www\.|://", re.IGNORECASE)
_COMPOUND = re.compile(r"[^\W\d_]-[^\W\d_]")
_SHOWN = 5


def with_doubts(document: Document) -> Document:
    """The document with its doubts as troubles: they are shown to a person, never guessed in silence."""
    return replace(document, troubles=(*document.troubles, *_doubts(document)))


def _doubts(document: Document) -> Iterator[Trouble]:
    pieces = [(line, piece) for line in document.lines for piece in line.pieces if piece.confidence is not None]
    if ticks := [(line.page, _behind(line, piece)) for line, piece in pieces if _is_unclear_tick(piece)]:
        message = "It cannot be told surely whether these boxes are ticked; look at the original: "
        yield Trouble("unclear_tick", "warning", message + _named(ticks))
    if words := [(line.page, _part(line, piece)) for line, piece in pieces if _is_unclear_word(line, piece)]:
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
