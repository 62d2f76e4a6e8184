"""A Document: what a reader saw in one file, before anybody asks what it means.

Word files and PDF pages give the same shape: lines in reading order, each knowing its cell, its place and its pieces.
Dataclasses, not pydantic models: a form has thousands of pieces and they never leave the process.
"""

from dataclasses import dataclass, field
from typing import Literal

from pipeline.values import Box

TextOrigin = Literal["word", "pdf_text", "pdf_form", "ocr", "mixed"]
PieceKind = Literal["text", "tick", "entry"]
LineRole = Literal["body", "heading", "header", "footer", "note"]
MarkKind = Literal["image", "ink", "drawing", "digital_field", "digital"]

TICKED, UNTICKED = "☒", "☐"
"""Every tick stands in ``Line.text`` as one of these two, whatever the file used."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of ``Line.text`` [start, end) that shares origin and format: a word of a PDF, a run of a Word file.

    ``text``: printed or typed words. ``tick``: one tick box, ``checked`` says whether it is on; its text is ☒ or ☐.
    ``entry``: the content of a form field (AcroForm, content control, legacy field): typed by the applicant, never a
    label; empty when start == end. ``placeholder`` is True for a content control that still shows its prompt.
    ``hint`` is the field's tool tip, title or tag where it has one; ``choice`` marks a drop-down. ``grey``: in grey
    print; ``apart``: set apart from labels and answers by its look, as the form's own explanations are.
    """

    kind: PieceKind
    start: int
    end: int
    box: Box | None = None
    checked: bool | None = None
    italic: bool = False
    bold: bool = False
    placeholder: bool = False
    choice: bool = False
    hint: str | None = None
    confidence: float | None = None
    grey: bool = False
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a line stands in a table: counted from 0, spans counted in rows and columns of the grid."""

    table: int
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    ruled: bool = True
    inside: "Cell | None" = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line as seen: a paragraph (or part between line breaks) in Word, a visual line or its part in a PDF."""

    text: str
    pieces: tuple[Piece, ...] = ()
    page: int | None = None
    box: Box | None = None
    path: str | None = None
    cell: Cell | None = None
    role: LineRole = "body"
    new_paragraph: bool = True
    band: int = 0
    size: float | None = None

    @property
    def italic(self) -> bool:
        """True if all printed words of the line are in italics."""
        words = [p for p in self.pieces if p.kind == "text" and self.text[p.start : p.end].strip()]
        return bool(words) and all(p.italic for p in words)

    @property
    def bold(self) -> bool:
        """True if all printed words of the line are bold."""
        words = [p for p in self.pieces if p.kind == "text" and self.text[p.start : p.end].strip()]
        return bool(words) and all(p.bold for p in words)


def share_height(one: Line, other: Line) -> bool:
    """True for two lines of which the middle of one lies at the height of the other."""
    if one.box is None or other.box is None or one.page != other.page:
        return False
    middle = (other.box[1] + other.box[3]) / 2
    return one.box[1] < middle < one.box[3]


@dataclass(frozen=True, slots=True)
class Mark:
    """Something drawn on a page: a picture, pen strokes, a signature field. ``after`` is the index in
    ``Document.lines`` of the line it stands in or follows (-1: before the first)."""

    kind: MarkKind
    after: int
    page: int | None = None
    box: Box | None = None
    path: str | None = None
    cell: Cell | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something a reader noticed that a person should know; becomes a flag of the record."""

    code: str
    severity: Literal["blocker", "warning", "info"]
    message: str


@dataclass(frozen=True, slots=True)
class Document:
    """One file as read. ``furniture``: running heads, feet and page numbers, kept apart from ``lines``."""

    origin: TextOrigin
    media_type: str
    pages: int | None
    lines: tuple[Line, ...]
    furniture: tuple[Line, ...] = ()
    marks: tuple[Mark, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    page_sizes: tuple[tuple[float, float], ...] = field(default=())
