"""Tick boxes written as characters: box glyphs, symbol fonts, and brackets typed by hand."""

import re
from dataclasses import replace

from pipeline.document import TICKED, UNTICKED, Piece

ON = "☒☑✓✔✗✘✖⌧⊠🗹🗷🗸🗵\uf0fe\uf0fd\uf078\uf0fc\uf0fb\uf052\uf053\uf054"
OFF = "☐□▢◻⬜❏❐❑❒🗌\uf0a8\uf06f\uf070\uf071\uf072\uf0a3"
MAX_TICKS = 500
"""More boxes than this in one line are a pattern, not a question."""
SQUARES = frozenset("□▢◻❑❒")
FILLED = "■◼"

SHAPES = re.compile(
    rf"(?P<on>[{ON}])\ufe0f?|(?P<off>[{OFF}])\ufe0f?"
    r"|(?<![\w\]])\[[ \u00a0\u2002_]{0,4}(?P<square>[xXхХ✓✔✗✘vV×]?)[ \u00a0\u2002_]{0,4}\]"
    r"|(?<![\w)])\((?:[ \u00a0\u2002_]{1,4}|[ \u00a0\u2002]{0,3}(?P<round>[xXхХ✓✔✗✘×])[ \u00a0\u2002]{0,3})\)"
)
"""A tick box in running text. Latin and Cyrillic x alike; round brackets need a blank or a cross between them."""

SIGNS = re.compile(rf"[{ON}{OFF}\[(]")
"""A quick look: without one of these there is no tick box in a text."""

FILLED_SHAPES = re.compile(f"(?P<on>[{FILLED}])")
DISCS, CIRCLES = "●◉⦿", "○◯"
ROUND_SHAPES = re.compile(rf"(?P<on>[{DISCS}])|(?P<off>[{CIRCLES}])")
"""Round signs are items of a list as a rule; where both kinds stand in a document, they are boxes to tick."""

_WINGDINGS = {
    **dict.fromkeys((0x6F, 0x70, 0x71, 0x72, 0xA8), UNTICKED),
    **dict.fromkeys((0xFE, 0xFD, 0x78, 0xFC, 0xFB), TICKED),
    **dict.fromkeys((0x6C, 0x9F, 0xA7, 0x73, 0x76, 0x77, 0xD8), "•"),
    0x6E: "■",
    0xE0: "→",
    0x28: "☎",
    0x2A: "✉",
}
_WINGDINGS_2 = {
    **dict.fromkeys((0x30, 0x2A, 0xA3), UNTICKED),
    **dict.fromkeys((0x4F, 0x50, 0x51, 0x52, 0x53, 0x54), TICKED),
    **dict.fromkeys((0x95, 0x96, 0x97, 0x98), "•"),
    0xA2: "■",
}
_WEBDINGS = {0x61: TICKED, 0x72: TICKED, 0x63: UNTICKED, 0x67: "■", 0xC8: "☎"}
_SYMBOL = {0xB7: "•", 0xA8: "♦", 0xAE: "→", 0x2D: "-", 0xB3: "≥", 0xA3: "≤", 0xB0: "°", 0xB1: "±"}
FONTS = {"wingdings": _WINGDINGS, "wingdings 2": _WINGDINGS_2, "webdings": _WEBDINGS, "symbol": _SYMBOL}
"""Character codes of the symbol fonts that carry a meaning on a form."""


def is_symbol_font(font: str) -> bool:
    """True for a font whose letters are pictures."""
    return font.lower() in FONTS


def symbol(font: str, char: str) -> str:
    """What a character of a symbol font shows: a tick, another character, or nothing where it means nothing here."""
    code, private = ord(char), "\uf000" <= char <= "\uf0ff"
    table = FONTS.get(font.lower())
    if table is None or not (private or code < 0x100):
        return char
    plain = "" if private else char
    return plain if table is _SYMBOL and not private else table.get(code & 0xFF, plain)


def cut_ticks(text: str, pieces: list[Piece], shapes: re.Pattern[str] = SHAPES) -> tuple[str, list[Piece]]:
    """Text and pieces with every written tick box as one ☒ or ☐ and a tick piece of its own.

    What the applicant typed into a form field and ticks already known are left as they are.
    """
    kept = [(piece.start, piece.end) for piece in pieces if piece.kind != "text"]
    found = [m for m in shapes.finditer(text) if not any(a < m.end() and m.start() < b for a, b in kept)]
    if not found or len(found) > MAX_TICKS:
        return text, pieces
    ticks = [Piece("tick", m.start(), m.end(), checked=_is_on(m)) for m in found]
    cut = sorted([*_without(pieces, ticks), *ticks], key=lambda piece: (piece.start, piece.end))
    for tick in reversed(ticks):
        text = text[: tick.start] + (TICKED if tick.checked else UNTICKED) + text[tick.end :]
    return text, [_moved(piece, ticks) for piece in cut]


def _is_on(match: re.Match[str]) -> bool:
    groups = match.groupdict()
    return bool(groups.get("on") or groups.get("square") or groups.get("round"))


def _without(pieces: list[Piece], ticks: list[Piece]) -> list[Piece]:
    """The pieces with the stretches of the ticks taken out."""
    left: list[Piece] = []
    for piece in pieces:
        start = piece.start
        for tick in ticks:
            if piece.start < tick.end and tick.start < piece.end:
                if tick.start > start:
                    left.append(replace(piece, start=start, end=tick.start))
                start = tick.end
        if start == piece.start or start < piece.end:
            left.append(replace(piece, start=start))
    return left


def _moved(piece: Piece, ticks: list[Piece]) -> Piece:
    """The piece at its place in the shortened text."""

    def shift(position: int) -> int:
        return position - sum(tick.end - tick.start - 1 for tick in ticks if tick.end <= position)

    return replace(piece, start=shift(piece.start), end=shift(piece.end))
