"""Letters of a page become words; everything else printed on it is gathered beside them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache

from pdfminer.layout import LTChar, LTComponent, LTContainer, LTCurve, LTImage
from pdfminer.pdfpage import PDFPage

from extractors.grey_print import is_grey
from extractors.page_drawings import read_drawing
from extractors.page_limits import Printed
from extractors.page_sheet import Place, Sheet, Word, placer, seen, window_of
from extractors.page_ticks import is_picture_font, tick_of_glyph
from extractors.page_unseen import Drawn, told, unseen_letters
from pipeline.values import Box

_SPACING = {"\xa0": " ", "\u2007": " ", "\u202f": " ", "\u2009": " ", "\u2002": " ", "\u2003": " ", "\t": " "}
_NOTHING = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\x00"), "")
_LIGATURES = {"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"}
_BOLD = re.compile(r"bold|black|heavy|demi|-bd|,bd", re.I)
_ITALIC = re.compile(r"italic|oblique|slanted|-it\b|boldit|kursiv", re.I)
# A gap above this part of the letter size divides words where no space is printed.
_WORD_GAP = 0.17
_SLANT = 0.15
_COVER = 0.8


def read_sheet(printed: Printed, page: PDFPage, number: int, drawn: Drawn) -> Sheet:
    """Everything printed on one page, its words grouped from the letters in the order they were printed; what nobody
    sees is kept apart. Raises ``TooMuch``."""
    left, top, width, height = window_of(page)
    items = list(_items(printed.layout))
    unseen = unseen_letters(items, number, placer(left, top, width, height, 0), drawn)
    letters: list[LTChar] = []
    drawings: list[LTCurve] = []
    images: list[LTImage] = []
    covered = 0
    for item in items:
        if isinstance(item, LTChar):
            if id(item) not in unseen:
                letters.append(item)
        elif isinstance(item, LTCurve):
            drawings.append(item)
        elif isinstance(item, LTImage):
            images.append(item)
            covered = len(letters) if item.width * item.height > _COVER * width * height else covered
    turn = _reading_turn(letters)
    # A picture of the whole page printed over its letters: a scan with a text layer beneath.
    sheet = Sheet(number, width, height, turn, hidden_text=0 < covered == len(letters))
    if turn in (90, 270):
        sheet.width, sheet.height = height, width
    place = placer(left, top, width, height, turn)
    _read_letters(sheet, letters, place)
    for shape in drawings:
        read_drawing(sheet, shape, place)
    sheet.images = [box for i in images if (box := seen(place(*i.bbox), sheet))]
    _tell_unseen(sheet, printed.inkless, [item for item in items if id(item) in unseen], images)
    return sheet


def _tell_unseen(sheet: Sheet, inkless: list[LTChar], hidden: list[LTComponent], images: list[LTImage]) -> None:
    """What stands there unseen; letters without ink over a picture are the layer that an OCR program laid there."""
    stray = [letter for letter in inkless if not any(_lies_in(letter, image) for image in images)]
    sheet.hidden_text |= len(inkless) - len(stray) > sheet.glyphs
    sheet.unseen = told((*stray, *(letter for letter in hidden if isinstance(letter, LTChar)))).translate(_NOTHING)


def _lies_in(letter: LTChar, image: LTImage) -> bool:
    x, y = (letter.x0 + letter.x1) / 2, (letter.y0 + letter.y1) / 2
    return bool(image.x0 <= x <= image.x1 and image.y0 <= y <= image.y1)


def _items(container: LTContainer[LTComponent]) -> Iterator[LTComponent]:
    for item in container:
        if isinstance(item, LTContainer):
            yield from _items(item)
        else:
            yield item


def _direction(letter: LTChar) -> int:
    """0 for letters that stand upright, 90/180/270 for the turn that sets them upright, -1 for slanted ones."""
    a, b, *_ = letter.matrix
    if abs(b) <= _SLANT * abs(a):
        return 0 if a > 0 else 180
    if abs(a) <= _SLANT * abs(b):
        return 90 if b > 0 else 270
    return -1


def _reading_turn(letters: list[LTChar]) -> int:
    turns = Counter(_direction(letter) for letter in letters if letter.matrix[1] or letter.matrix[0] < 0)
    if not turns or sum(turns.values()) * 2 < len(letters):
        return 0
    return max(0, turns.most_common(1)[0][0])


@cache
def _look(font: str) -> tuple[bool, bool]:
    name = font.split("+", 1)[-1]
    return bool(_BOLD.search(name)), bool(_ITALIC.search(name))


def _read_letters(sheet: Sheet, letters: list[LTChar], place: Place) -> None:
    """Join letters to words while they follow each other on one line; a space or a gap ends the word."""
    word: Word | None = None
    previous = ""
    for letter in letters:
        text = letter._text
        turn = _direction(letter) if letter.matrix[1] or letter.matrix[0] < 0 else 0
        if turn != sheet.turn:
            word = _add_sideways(sheet, letter, word, place, turn)
            continue
        text = _SPACING.get(text, text)
        if not text.strip():
            word = None
            continue
        sheet.glyphs += 1
        box, size = place(*letter.bbox), letter.size
        base = place(letter.matrix[4], letter.matrix[5], letter.matrix[4], letter.matrix[5])[1]
        tick = _tick(text, letter, box, base)
        if tick is not None:
            sheet.words.append(tick)
            word = None
            continue
        text = _plain(sheet, text, letter.fontname)
        if word is not None and _follows(word, box, base, size):
            if text == previous and box[0] - (word.x1 - (box[2] - box[0])) < 0.1 * size:
                continue  # the same letter struck twice to look bold
            word.text += text
            word.x1 = max(box[2], word.x1)
            word.top, word.bottom = min(box[1], word.top), max(box[3], word.bottom)
        elif text:
            word = Word(text, *box, base, size, *_look(str(letter.fontname)), grey=_in_grey(letter))
            sheet.words.append(word)
        previous = text
    sheet.words = [w for w in _once(sheet.words) if seen(w.box, sheet)]


def _in_grey(letter: LTChar) -> bool:
    colour = letter.graphicstate.ncolor
    parts = [part for part in (colour if isinstance(colour, tuple) else (colour,)) if isinstance(part, int | float)]
    return is_grey(parts)


def _follows(word: Word, box: Box, base: float, size: float) -> bool:
    """True if a letter goes on with the word: on its line, close behind it, of about its size."""
    return (
        abs(base - word.base) < 0.25 * size
        and -0.35 * size < box[0] - word.x1 < _WORD_GAP * size
        and abs(size - word.size) < 0.5 * size
    )


def _tick(text: str, letter: LTChar, box: Box, base: float) -> Word | None:
    """The tick box that is printed as a letter, or None."""
    tick = tick_of_glyph(text, letter.fontname)
    if tick is None:
        return None
    checked, sure = tick
    plain = ("■" if checked else "○") if is_picture_font(letter.fontname) else text
    return Word(plain, *box, base, letter.size, kind="tick", checked=checked, sure=sure)


def _plain(sheet: Sheet, text: str, font: str) -> str:
    """The letter as a reader would write it; what picture fonts print is a bullet."""
    if is_picture_font(font):
        return "•"
    return _clean(sheet, text, font) if len(text) > 1 or not " " < text < "\u0500" else text


def _clean(sheet: Sheet, text: str, font: str) -> str:
    """The letter without ligature or invisible signs; letters that mean nothing are counted."""
    if text == "(cid:127)":
        return "•"  # the code Western fonts without a name for it print as a bullet
    if text.startswith("(cid:"):
        text = "\ufffd"
    if any(c == "\ufffd" or "\ue000" <= c <= "\uf8ff" or c < " " for c in text):
        if not re.search(r"wingd|webd|dingbat|symbol", font, re.I):
            sheet.bad_glyphs += 1
        elif "\uf020" <= text <= "\uf0ff":
            return "•"
    return _LIGATURES.get(text, text).translate(_NOTHING)


def _add_sideways(sheet: Sheet, letter: LTChar, word: Word | None, place: Place, turn: int) -> Word | None:
    """Letters that run across the page's reading direction: a run of them is one word, standing alone."""
    x0, top, x1, bottom = place(*letter.bbox)
    text = _SPACING.get(letter._text, letter._text)
    near = word is not None and word.alone and max(x0 - word.x1, word.x0 - x1, top - word.bottom, word.top - bottom) < 6
    if word is not None and near:
        word.text = f"{word.text}{text}".replace("  ", " ")
        word.x0, word.top = min(x0, word.x0), min(top, word.top)
        word.x1, word.bottom = max(x1, word.x1), max(bottom, word.bottom)
        word.base = word.bottom
        return word
    if not text.strip():
        return None
    sheet.glyphs += 1
    word = Word(text, x0, top, x1, bottom, bottom, letter.size, alone=True, aside=turn < 0)
    sheet.words.append(word)
    return word


def _once(words: list[Word]) -> Iterator[Word]:
    """Each word once, where a program printed it twice at the same place (shadow, false bold)."""
    known: set[tuple[str, int, int]] = set()
    for word in words:
        word.text = word.text.strip()
        x, y = round(word.x0 / 1.5), round(word.base / 1.5)
        keys = {(word.text, x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} if len(word.text) > 1 else set()
        if word.text and not (keys & known):
            known.add((word.text, x, y))
            yield word
