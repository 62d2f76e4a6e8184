"""Whether the text layer of a file can be trusted: pictures of text and letters that mean nothing."""

import re

from extractors.page_sheet import Sheet
from pipeline.document import Trouble
from pipeline.trouble import Unreadable

_LEAST_WORDS = 25
_SOUND = re.compile(
    r"(?:[A-ZÀ-ÞŒŠŽ]?[a-zß-ÿœšžāēīōūğışńćęąłśźżčřůěďťňţțș]+|[A-ZÀ-ÞŒŠŽ]+|[А-ЯЁІЇҐЎҚҒҲӘӨҮҰҢҺ]?[а-яёіїґўқғҳәөүұңһ]+|[А-ЯЁ]+)"
)
_VOWEL = re.compile(r"[aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýœāēīōūаеёиоуыэюяіїәөүұў]", re.I)
_STRANGE = re.compile(r"[^\W\d_]+")


def check_layer(sheets: list[Sheet]) -> list[Trouble]:
    """Refuse a file of pictures or of senseless letters; name the pages whose text stands only in a picture.

    Raises Unreadable ``scan`` or ``unreadable_text_layer``.
    """
    pictures = [s.number for s in sheets if is_picture(s)]
    written = [s for s in sheets if s.words and (s.number not in pictures or any(w.kind == "entry" for w in s.words))]
    if pictures and not written:
        raise Unreadable(
            "scan",
            "The pages are pictures without a text layer.",
            "Read the file by OCR, or ask for the form as a Word file or a PDF saved from Word.",
        )
    if is_senseless(sheets):
        raise Unreadable(
            "unreadable_text_layer",
            "The letters on the pages look right, but the file does not say which letters they are.",
            "Read the pages by OCR, or ask for the form as a Word file.",
        )
    if not pictures:
        return []
    cover = pictures == [1] and len(sheets) > 2
    named = ", ".join(map(str, pictures))
    return [
        Trouble(
            "text_in_picture",
            "info" if cover else "warning",
            f"Only a picture, no text that can be read: page {named}. Look at it in the original.",
        )
    ]


def is_picture(sheet: Sheet) -> bool:
    """The page shows a picture (or letters drawn as outlines) and next to no words of its own."""
    words = sum(len(w.text) for w in sheet.words if w.kind == "text")
    area = sheet.width * sheet.height
    covered = sum(max(0.0, b[2] - b[0]) * max(0.0, b[3] - b[1]) for b in sheet.images)
    if sheet.hidden_text and covered > 0.5 * area:
        return True
    outlined = sum(s.filled for s in sheet.strokes) > 150
    return words < 40 and (covered > 0.35 * area or outlined)


def is_senseless(sheets: list[Sheet]) -> bool:
    """Most letters have no meaning, or most words are no words of any script."""
    glyphs, bad = sum(s.glyphs for s in sheets), sum(s.bad_glyphs for s in sheets)
    if glyphs > 30 and bad > 0.2 * glyphs:
        return True
    words = [w.text for s in sheets for w in s.words if w.kind == "text" and len(w.text) >= 4]
    if len(words) < _LEAST_WORDS:
        return False
    judged = words[:1500]
    letters = [c for w in judged for c in w if c.isupper() or c.islower()]
    if len(letters) > 150 and sum(bool(_VOWEL.match(c)) for c in letters) < 0.24 * len(letters):
        return True
    return sum(map(_is_word, judged)) < 0.4 * len(judged)


def _is_word(text: str) -> bool:
    """Every run of letters in it is of one script, cased as words are, and can be spoken; figures count as words."""
    if "@" in text or "://" in text or "www." in text or not re.search(r"[^\W\d_]", text):
        return bool(re.search(r"\d|[._…-]{3}|@|/", text))
    runs = _STRANGE.findall(text)
    if sum(map(len, runs)) < 0.6 * len(text):
        return False
    return all(_can_be_spoken(run) for run in runs)


def _can_be_spoken(run: str) -> bool:
    if not any(c.isupper() or c.islower() for c in run):
        return True
    if len(run) > 24 or not (_SOUND.fullmatch(run) or len(run) < 4):
        return bool(re.fullmatch(r"[\u0370-\u03ff]+|[\u10a0-\u10ff]+|[\u0530-\u058f]+", run))
    return len(run) < 4 or bool(_VOWEL.search(run)) or run.isupper() and len(run) < 7
