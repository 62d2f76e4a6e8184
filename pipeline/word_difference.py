"""What changed from one text to another, word by word."""

import re
from typing import Literal, NamedTuple

MOST = 4_000
"""Words of each text that are compared; of longer ones the beginnings are."""
_PIECE = re.compile(r"\s+|\w+|[^\w\s]")

Change = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """A stretch of text that stayed, went or came."""

    change: Change
    text: str


class Difference(NamedTuple):
    """The stretches in order; ``cut`` if one of the texts goes on beyond what was compared."""

    pieces: tuple[Piece, ...]
    cut: bool = False

    @property
    def changed(self) -> bool:
        """True if anything went or came."""
        return any(piece.change != "same" for piece in self.pieces)


def word_difference(earlier: str, later: str) -> Difference:
    """What went and what came from one text to the other; blanks go with the words before them."""
    from rapidfuzz.distance import Indel

    before, after = _pieces(earlier), _pieces(later)
    cut = len(before) > MOST or len(after) > MOST
    before, after = before[:MOST], after[:MOST]
    found: list[Piece] = []
    for step in Indel.opcodes(before, after):
        if step.tag == "equal":
            _add(found, "same", before[step.src_start : step.src_end])
        else:
            _add(found, "gone", before[step.src_start : step.src_end])
            _add(found, "new", after[step.dest_start : step.dest_end])
    return Difference(tuple(_gathered(found)), cut)


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text[: MOST * 60])


def _add(found: list[Piece], change: Change, pieces: list[str]) -> None:
    if pieces:
        found.append(Piece(change, "".join(pieces)))


def _gathered(found: list[Piece]) -> list[Piece]:
    """Between two blanks that stayed, what went stands together, then what came: "one by one" is hard to read."""
    made: list[Piece] = []
    gone = new = ""
    for piece in (*found, Piece("same", "")):
        blank = piece.change == "same" and piece.text and not piece.text.strip() and "\n" not in piece.text
        if piece.change == "gone" or (blank and (gone or new)):
            gone += piece.text
        if piece.change == "new" or (blank and (gone or new)):
            new += piece.text
        if piece.change == "same" and not (blank and (gone or new)):
            made += _two(gone, new)
            gone = new = ""
            made += [piece] if piece.text else []
    return made


def _two(gone: str, new: str) -> list[Piece]:
    """What went and what came; a blank that both end in stayed."""
    if gone and new and gone[-1] == new[-1] and gone[-1].isspace():
        return [*_two(gone[:-1], new[:-1]), Piece("same", gone[-1])]
    told: tuple[Piece, ...] = (Piece("gone", gone), Piece("new", new))
    return [piece for piece in told if piece.text]
