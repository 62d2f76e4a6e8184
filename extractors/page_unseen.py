"""What stands in a page and is not to be seen on it: letters without ink, white on white, or under a cover (D8).

Such letters are no answers. Most are told by the drawing orders alone; where these leave a doubt (a white letter may
stand on a dark picture, a cover may let through) the page is drawn once, and the eye decides.
"""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pdfminer.layout import LTChar, LTComponent, LTCurve, LTImage

from extractors.page_drawings import shade_of
from extractors.page_limits import TooMuch
from extractors.page_sheet import Place, Sheet
from extractors.page_widgets import Notes
from pipeline.document import Trouble
from pipeline.values import Box

if TYPE_CHECKING:
    from cv2.typing import MatLike

_SIDE, _LAST = 40.0, 60
"""Points: letters and covers are compared within squares of this size; beyond so many they share the last ones."""
_MOST_SQUARES = 1_000_000
_WHITE, _DARK = 0.94, 0.8
_TINY = 0.8
"""Points; no eye reads letters of this size."""
_LEAST_COVER = 3.0
_CONTRAST = 28
"""Of 255: a letter that differs less from what is round it is not seen."""
Square = tuple[int, int]


class Picture(NamedTuple):
    """A page as drawn: its grey pixels, and how many of them make a point."""

    pixels: "MatLike"
    scale: float

    def shows(self, box: Box) -> bool:
        """True if anything is to be seen within a box of the page as displayed."""
        x0, top, x1, bottom = (max(0, round(self.scale * side)) for side in box)
        piece = self.pixels[top : bottom + 1, x0 : x1 + 1]
        return bool(piece.size) and int(piece.max()) - int(piece.min()) >= _CONTRAST


@dataclass
class Drawn:
    """The pages of a file as pictures, each drawn when it is first asked for; null where a page cannot be drawn."""

    data: bytes
    scale: float = 2.0
    _pages: dict[int, Picture | None] = field(default_factory=dict)

    def page(self, number: int) -> Picture | None:
        """The page of this number, from 1, without what is laid over it (notes and form fields)."""
        if number not in self._pages:
            self._pages[number] = self._drawn(number)
        return self._pages[number]

    def _drawn(self, number: int) -> Picture | None:
        import pypdfium2 as pdfium

        from extractors.page_rendering import fitting

        try:
            with pdfium.PdfDocument(self.data) as document:
                page = document[number - 1]
                scale = fitting(self.scale, *page.get_size())
                bitmap = page.render(scale=scale, draw_annots=False, may_draw_forms=False, grayscale=True)
                return Picture(bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width].copy(), scale)
        except pdfium.PdfiumError:
            return None


@dataclass
class _Squares:
    """Letters, or what may cover them, by the squares of the page in which they lie. Letters are sorted into squares
    only when it is first asked what lies under something: on most pages it never is."""

    held: dict[Square, list[LTComponent]] = field(default_factory=dict)
    unsorted: list[LTComponent] = field(default_factory=list)
    visited: int = 0

    def spread(self, item: LTComponent) -> None:
        """Note a cover in all squares it reaches."""
        for square in self._reached(item):
            self.held.setdefault(square, []).append(item)

    def is_under(self, letter: LTComponent) -> bool:
        """True if a cover lies where the letter has its middle."""
        middle = _middle(letter)
        return any(_covers(each, *middle) for each in self.held.get(_square(*middle), ()))

    def take_under(self, cover: LTComponent) -> Iterator[LTComponent]:
        """Take out the letters that have their middle under a cover; each once, so that covers upon covers cost
        little."""
        for letter in self.unsorted:
            self.held.setdefault(_square(*_middle(letter)), []).append(letter)
        self.unsorted.clear()
        for square in self._reached(cover):
            here = self.held.get(square)
            if here and (under := [item for item in here if _covers(cover, *_middle(item))]):
                self.held[square] = [item for item in here if not _covers(cover, *_middle(item))]
                yield from under

    def _reached(self, item: LTComponent) -> Iterator[Square]:
        (x0, y0), (x1, y1) = _square(item.x0, item.y0), _square(item.x1, item.y1)
        self.visited += (x1 - x0 + 1) * (y1 - y0 + 1)
        if self.visited > _MOST_SQUARES:
            raise TooMuch("covers")
        yield from ((x, y) for x in range(x0, x1 + 1) for y in range(y0, y1 + 1))


@dataclass
class _Suspects:
    """Letters that may not be seen: those too small or too pale by themselves, and those under each cover."""

    tiny: list[LTChar] = field(default_factory=list)
    pale: list[LTChar] = field(default_factory=list)
    covered: list[list[LTChar]] = field(default_factory=list)
    printed_over: set[int] = field(default_factory=set)

    def hidden(self, shows: Callable[[LTChar], bool]) -> Iterator[LTChar]:
        """Those that are not to be seen, where ``shows`` looks at the page."""
        yield from (letter for letter in self.pale if not shows(letter))
        for letters in self.covered:
            seen = {id(letter) for letter in letters if id(letter) not in self.printed_over and shows(letter)}
            judged = [id(letter) in seen for letter in letters if letter._text.isalnum()]
            opaque = 2 * sum(judged) < len(judged)
            yield from (letter for letter in letters if opaque or id(letter) not in seen | self.printed_over)


def unseen_letters(items: Iterable[LTComponent], number: int, place: Place, drawn: Drawn) -> set[int]:
    """The ids of the letters among the items of a page, in the order they were printed, that nobody sees.

    ``place`` sets a box on the page as displayed. Raises ``TooMuch``."""
    suspects = _suspects(items)
    unseen = {id(letter) for letter in suspects.tiny}
    picture = drawn.page(number) if suspects.pale or suspects.covered else None
    if picture is None:
        return unseen
    return unseen | {id(letter) for letter in suspects.hidden(lambda letter: picture.shows(place(*letter.bbox)))}


def _suspects(items: Iterable[LTComponent]) -> _Suspects:
    letters, dark, covered, found = _Squares(), _Squares(), _Squares(), _Suspects()
    state, pale = None, False
    for item in items:
        if isinstance(item, LTChar):
            if item._text.isspace():
                continue
            if found.covered:
                found.printed_over |= {id(each) for each in covered.take_under(item)}
            letters.unsorted.append(item)
            if item.graphicstate is not state:  # one state serves a whole string
                state, pale = item.graphicstate, shade_of(item.graphicstate.ncolor) >= _WHITE
            if item.size < _TINY:
                found.tiny.append(item)
            elif pale and not dark.is_under(item):
                found.pale.append(item)
        elif isinstance(item, LTImage):
            dark.spread(item)
        elif isinstance(item, LTCurve) and item.fill and min(item.width, item.height) > _LEAST_COVER:
            if under := [each for each in letters.take_under(item) if isinstance(each, LTChar)]:
                found.covered.append(under)
                covered.unsorted += under
            if shade_of(item.non_stroking_color) < _DARK:
                dark.spread(item)
    return found


def told(letters: Iterable[LTChar]) -> str:
    """The words that letters make up, for a person to read."""
    text, last = "", None
    for letter in letters:
        near = last is not None and abs(letter.y0 - last.y0) < letter.size and letter.x0 - last.x1 < 0.2 * letter.size
        text += letter._text if near or not text else f" {letter._text}"
        last = letter
    return " ".join(text.split())


def unseen_troubles(sheets: Iterable[Sheet], notes: Iterable[Notes]) -> Iterator[Trouble]:
    """What stands in the file and is not seen on its pages, and form fields that show something else than they hold."""
    for sheet, own in zip(sheets, notes, strict=True):
        words = [each for each in (sheet.unseen, *own.unseen) if sum(map(str.isalnum, each)) >= _LEAST_WORDS]
        if words:
            quoted = "”, “".join(each[:_QUOTED] for each in words[:_NAMED])
            message = f"On page {sheet.number} stands what nobody sees, and it was not read as an answer: “{quoted}”."
            yield Trouble("hidden_text", "warning", message)
        for held, shown in own.differing[:_NAMED]:
            look = f"shows “{shown[:_QUOTED]}”" if shown else "shows nothing"
            message = f"A form field on page {sheet.number} holds “{held[:_QUOTED]}” and {look}."
            yield Trouble("value_not_shown", "warning", message)


_LEAST_WORDS = 2
"""Letters and digits; less is a stroke or a point somewhere."""
_QUOTED, _NAMED = 120, 5


def _middle(item: LTComponent) -> tuple[float, float]:
    return (item.x0 + item.x1) / 2, (item.y0 + item.y1) / 2


def _covers(cover: LTComponent, x: float, y: float) -> bool:
    return bool(cover.x0 <= x <= cover.x1 and cover.y0 <= y <= cover.y1)


def _square(x: float, y: float) -> Square:
    return _bounded(x), _bounded(y)


def _bounded(at: float) -> int:
    return int(max(-1.0, min(at / _SIDE, _LAST))) if math.isfinite(at) else _LAST
