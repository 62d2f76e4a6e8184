"""The lines of a Word file while they are being written: text goes in, ``Line`` and ``Piece`` come out."""

import re
from dataclasses import dataclass, field, replace

from extractors.word_guards import hostile
from extractors.word_styles import Face
from extractors.word_ticks import CIRCLES, DISCS, FILLED, FILLED_SHAPES, ROUND_SHAPES, SIGNS, SQUARES, cut_ticks
from pipeline.document import TICKED, UNTICKED, Cell, Line, LineRole, Mark, MarkKind, Piece

MAX_LINES, MAX_WRITES = 60_000, 20_000
IN_A_ROW = 3
"""Empty circles in one line that are boxes to tick."""
DROPPED = str.maketrans({"\u00ad": None, "\u200b": None, "\ufeff": None, "\n": " ", "\r": " ", "\u2003": "\t"})
"""Soft hyphens and blanks of no width are not text; a line end inside a run's text is a blank; a blank as wide as a
letter parts a label from its answer as a tab does."""
BLANKS = " \u00a0\u2002\u2003\t"
"""What Word shows in an empty form field."""


@dataclass
class Entry:
    """A form field being read. ``default``: what it shows before anybody types; ``checked`` makes it a tick box."""

    hint: str | None = None
    placeholder: bool = False
    choice: bool = False
    default: str | None = None
    checked: bool | None = None
    shown: bool = False


@dataclass
class Story:
    """One run of lines: the body, a running head, a note. A paragraph is begun, written to, and ended."""

    role: LineRole = "body"
    lines: list[Line] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    squares: bool = False
    discs: bool = False
    circles: bool = False
    _text: str = ""
    _pieces: list[Piece] = field(default_factory=list)
    _open: bool = False
    _path: str | None = None
    _cell: Cell | None = None
    _heading: bool = False
    _lead: str = ""
    _size: float | None = None
    _writes: int = 0
    _entry: Entry | None = None
    _entry_start: int = 0
    _entry_face: Face | None = None
    _prompts_only: bool = True

    @property
    def is_blank(self) -> bool:
        """True while nothing stands in the line being written."""
        return not self._text and not self._pieces

    def begin(self, path: str, cell: Cell | None, heading: bool, lead: str) -> None:
        """Begin a paragraph; one whose predecessor's end mark was deleted goes on in the same line."""
        if self._open and not self.is_blank:
            return
        self._open, self._path, self._cell, self._heading, self._lead = True, path, cell, heading, lead

    def write(self, text: str, face: Face) -> None:
        """Add printed or typed words."""
        if self._entry is not None and self._entry.checked is not None:
            self._show_box(self._entry)
            return
        if not text.isascii():
            self.squares = self.squares or not SQUARES.isdisjoint(text)
            self.discs = self.discs or any(sign in text for sign in DISCS)
            self.circles = self.circles or any(sign in text for sign in CIRCLES)
        self._writes += 1
        if self._writes > MAX_WRITES:
            raise hostile("A line of the file is broken into more pieces than any form's")
        if text := text.translate(DROPPED):
            self._put_lead(face)
            self._size = self._size or face.size
            self._append(text, face)

    def tick(self, checked: bool, hint: str | None = None) -> None:
        """Add a tick box; inside a form field it is text like any other."""
        sign = TICKED if checked else UNTICKED
        if self._entry is not None and self._entry.checked is None:
            self.write(sign, Face())
            return
        self._put_lead(Face())
        start = len(self._text)
        self._text += sign
        self._pieces.append(Piece("tick", start, start + 1, checked=checked, hint=hint))

    def enter(self, entry: Entry) -> bool:
        """Begin a form field; False inside another one, whose content this then simply is."""
        if self._entry is not None:
            return False
        self._entry, self._entry_start, self._prompts_only, self._entry_face = entry, len(self._text), True, None
        if self._open and entry.checked is None:
            self._put_lead(Face())
        return True

    def leave(self) -> None:
        """End the form field."""
        entry = self._entry
        if entry is not None and self._open:
            if entry.checked is None:
                self._close_entry(entry)
            else:
                self._show_box(entry)
        self._entry = None

    def break_line(self) -> None:
        """End the line but not the paragraph."""
        self._emit()

    def end(self, after_page_break: bool = False) -> None:
        """End the paragraph; it gives one line even if it is empty, unless it only ends behind a page break."""
        if not (after_page_break and self.is_blank):
            self._emit()
        self._open, self._path, self._heading = False, None, False

    def close(self) -> None:
        """End a paragraph that was left open because its end mark was deleted."""
        if self._open:
            self.end()

    def mark(self, kind: MarkKind, words: str = "") -> None:
        """Note a picture or drawing at this place."""
        after = len(self.lines) if self._open else len(self.lines) - 1
        self.marks.append(Mark(kind, after, path=self._path or self._last_path(), cell=self._cell, words=words))

    def _last_path(self) -> str | None:
        return self.lines[-1].path if self.lines else None

    def _put_lead(self, face: Face) -> None:
        """Write the paragraph's number or bullet, once there is something to stand before."""
        lead, self._lead = self._lead, ""
        if not lead or self._text:
            return
        self._text = lead
        if lead[0] in (TICKED, UNTICKED):
            self._pieces.append(Piece("tick", 0, 1, checked=lead[0] == TICKED))
            self._pieces.append(Piece("text", 1, len(lead)))
        else:
            self._pieces.append(Piece("text", 0, len(lead), bold=face.bold, italic=face.italic, grey=face.grey))
        if self._entry is not None:
            self._entry_start = len(lead)

    def _append(self, text: str, face: Face) -> None:
        """Add text, and a piece for it unless it stands in a form field or continues the last piece."""
        start = len(self._text)
        self._text += text
        if self._entry is not None:
            self._entry_face = self._entry_face or face
            self._prompts_only = self._prompts_only and face.prompt
            return
        last = self._pieces[-1] if self._pieces else None
        goes_on = last is not None and last.kind == "text" and last.end == start
        if last and goes_on and (last.bold, last.italic, last.grey) == (face.bold, face.italic, face.grey):
            self._pieces[-1] = replace(last, end=len(self._text))
        else:
            piece = Piece("text", start, len(self._text), italic=face.italic, bold=face.bold, grey=face.grey)
            self._pieces.append(piece)

    def _show_box(self, entry: Entry) -> None:
        """Show a tick box once, whatever its content control holds."""
        if not entry.shown:
            entry.shown, self._entry = True, None
            self.tick(bool(entry.checked), entry.hint)
            self._entry = entry

    def _close_entry(self, entry: Entry) -> None:
        """Cut the piece of a form field out of the line; one that shows only blanks is empty."""
        start = self._entry_start
        typed = self._text[start:]
        if not typed.strip(BLANKS):
            self._text, typed = self._text[:start], ""
        if not typed and entry.shown:
            return
        prompt = bool(typed) and (self._prompts_only or typed.strip() == (entry.default or "").strip())
        face = self._entry_face or Face()
        entry.shown = True
        self._pieces.append(
            Piece(
                "entry",
                start,
                len(self._text),
                italic=face.italic,
                bold=face.bold,
                placeholder=entry.placeholder or prompt,
                choice=entry.choice,
                hint=entry.hint,
            )
        )

    def _emit(self) -> None:
        """Turn what has been written into a Line and clear the slate."""
        if self._entry is not None and self._entry.checked is None:
            self._close_entry(self._entry)
            self._entry_start = 0
        elif self._entry is not None:
            self._show_box(self._entry)
        text, pieces = self._text, self._pieces
        if SIGNS.search(text):
            text, pieces = cut_ticks(text, pieces)
        role: LineRole = "heading" if self._heading and self.role == "body" and text.strip() else self.role
        self.lines.append(Line(text, tuple(pieces), path=self._path, cell=self._cell, role=role, size=self._size))
        self._text, self._pieces, self._size, self._writes = "", [], None, 0
        if len(self.lines) > MAX_LINES:
            raise hostile("The file holds more lines than any form")


def settle_squares(story: Story) -> None:
    """Read a filled square as a ticked box where empty squares stand elsewhere in the document, and a disc where empty
    circles do, which then are boxes too, as are several circles in one line; else they are bullets."""
    if story.squares:
        _cut(story, [at for at, line in enumerate(story.lines) if any(s in line.text for s in FILLED)], FILLED_SHAPES)
    if story.circles:
        rounds = {*_round_options(story.lines), *_lone_rounds(story.lines)} if story.discs else set[int]()
        _cut(story, sorted(rounds | _rows_of_circles(story.lines)), ROUND_SHAPES)


def _rows_of_circles(lines: list[Line]) -> set[int]:
    """The lines with several empty circles: options in a row, none of them marked; an item of a list has one."""
    return {at for at, line in enumerate(lines) if sum(line.text.count(sign) for sign in CIRCLES) >= IN_A_ROW}


def _round_options(lines: list[Line]) -> list[int]:
    """The lines of lists in which some items have a disc and others an empty circle, before or behind their words, in
    a cell or in the cells of a table."""
    found: list[int] = []
    run: list[int] = []
    said = [at for at, line in enumerate(lines) if line.text.strip()]
    for at in [*said, None]:
        if at is not None and _has_round(lines[at]) and (not run or _in_one_list(lines[run[-1]], lines[at])):
            run.append(at)
            continue
        signs = "".join(lines[each].text for each in run)
        if any(sign in signs for sign in DISCS) and any(sign in signs for sign in CIRCLES):
            found += run
        run = [at] if at is not None and _has_round(lines[at]) else []
    return found


def _has_round(line: Line) -> bool:
    text = line.text.strip()
    return text[0] in DISCS + CIRCLES or text[-1] in DISCS + CIRCLES


def _in_one_list(one: Line, other: Line) -> bool:
    here, there = one.cell, other.cell
    if (one.text.strip()[0] in DISCS + CIRCLES) != (other.text.strip()[0] in DISCS + CIRCLES):
        return False  # a disc behind a label marks what must be answered
    return here == there or here is not None and there is not None and here.table == there.table


def _lone_rounds(lines: list[Line]) -> list[int]:
    """The cells that hold a disc or an empty circle and no more, where the form has both."""
    rounds = {*DISCS, *CIRCLES}
    found = [at for at, line in enumerate(lines) if line.cell is not None and line.text.strip() in rounds]
    signs = {lines[at].text.strip() for at in found}
    return found if signs & {*DISCS} and signs & {*CIRCLES} else []


def _cut(story: Story, places: list[int], shapes: re.Pattern[str]) -> None:
    for index in places:
        line = story.lines[index]
        text, pieces = cut_ticks(line.text, list(line.pieces), shapes)
        story.lines[index] = replace(line, text=text, pieces=tuple(pieces))
