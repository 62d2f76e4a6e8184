"""Reading printed words off a page picture with Tesseract: words with places, baselines and confidence."""

import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
import rtoml
from cv2.typing import MatLike

from pipeline.trouble import Unreadable

if TYPE_CHECKING:
    import tesserocr

# More threads for one page cost time and give none (measured); pages are read side by side instead.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")

INSTALL = (
    "apt-get install -y tesseract-ocr tesseract-ocr-eng tesseract-ocr-fra tesseract-ocr-spa tesseract-ocr-por "
    "tesseract-ocr-rus tesseract-ocr-osd"
)
_FOLDERS = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)
_RULED = re.compile(r"^([|¦]|_+)(?=[^\W_])|(?<=[^\W_])([|¦]|_+)$")  # the rest of a ruled line, read as part of a word
_LETTERS = re.compile(r"[^\W\d_]+")
_ENOUGH, _FINE = 200.0, 240.0
"""Dots per inch a page is read at, and above which it is made smaller first: as many letters right in 3/4 the time."""
PAGE, LINE, BLOCK = 3, 7, 6
"""Tesseract's ways to divide what it is shown: a whole page, one line, one block of lines."""


@dataclass(slots=True)
class Reading:
    """A word as OCR gave it: box and baseline in points of the picture, confidence 0 to 1, number of its line."""

    text: str
    box: tuple[int, int, int, int]
    base: float
    confidence: float
    line: int


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language as OCR knows it: the names of its data, and common words."""

    data: str
    words: frozenset[str]


@cache
def tongues() -> dict[str, Tongue]:
    """All languages of ``scan_languages.toml``; an error names the file and the key."""
    raw = rtoml.loads((resources.files("extractors") / "scan_languages.toml").read_text(encoding="utf-8"))
    found: dict[str, Tongue] = {}
    for code, block in raw.items():
        if set(block) != {"data", "words"} or not all(isinstance(v, str) and v for v in block.values()):
            raise ValueError(f"scan_languages.toml: [{code}] needs `data` and `words`, both text, and nothing else")
        found[code] = Tongue(block["data"], frozenset(block["words"].split()))
    return found


def data_folder() -> str:
    """Where Tesseract's language data lies. Raises Unreadable ``ocr_missing`` with the command that installs it."""
    named = os.environ.get("TESSDATA_PREFIX")
    needed = sorted({part for tongue in tongues().values() for part in tongue.data.split("+")})
    for folder in ([named, f"{named}/tessdata"] if named else []) + list(_FOLDERS):
        if (Path(folder) / f"{needed[0]}.traineddata").is_file():
            missing = [p for p in needed if not (Path(folder) / f"{p}.traineddata").is_file()]
            if missing:
                raise _missing(f"Tesseract has no data for {', '.join(missing)} in {folder}")
            return folder
    raise _missing("Tesseract's language data is not installed")


def _missing(what: str, command: str = INSTALL) -> Unreadable:
    message = f"{what}, so pages that are pictures cannot be read."
    return Unreadable("ocr_missing", message, f"Install it ({command}) and process the file again.")


_idle: dict[str, list["tesserocr.PyTessBaseAPI"]] = {}
_lock = threading.Lock()


@contextmanager
def _engine(data: str) -> Iterator["tesserocr.PyTessBaseAPI"]:
    """A Tesseract for these languages that nobody else uses; loading one takes long, so they are kept."""
    with _lock:
        waiting = _idle.setdefault(data, [])
        engine = waiting.pop() if waiting else None
    engine = engine or _started(data)
    yield engine
    engine.Clear()
    with _lock:
        _idle[data].append(engine)


def _started(data: str) -> "tesserocr.PyTessBaseAPI":
    folder = data_folder()
    engine = engine_maker()(path=folder, lang=data, psm=PAGE)
    engine.SetVariable("debug_file", os.devnull)
    engine.SetVariable("tessedit_do_invert", "0")
    return engine


def engine_maker() -> "type[tesserocr.PyTessBaseAPI]":
    """What makes a Tesseract. Raises Unreadable ``ocr_missing`` with the command that installs it."""
    try:
        import tesserocr
    except ImportError as error:
        raise _missing(
            "Tesseract's library (tesserocr) is not installed", f"pip install tesserocr; {INSTALL}"
        ) from error
    made: type[tesserocr.PyTessBaseAPI] = tesserocr.PyTessBaseAPI
    return made


def read_page_words(grey: MatLike, dpi: float, data: str, mode: int = PAGE) -> list[Reading]:
    """All words of a page or a strip of one; a fine picture is read smaller. Places are those in the given picture."""
    if dpi <= _FINE:
        return read_words(grey, dpi, data, mode)
    factor = _ENOUGH / dpi
    small = cv2.resize(grey, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    words = read_words(small, _ENOUGH, data, mode)
    for word in words:
        x0, top, x1, bottom = (round(v / factor) for v in word.box)
        word.box, word.base = (x0, top, x1, bottom), word.base / factor
    return words


def read_words(grey: MatLike, dpi: float, data: str, mode: int = PAGE) -> list[Reading]:
    """All words of a grey picture (height x width), line by line in the order of Tesseract."""
    with _engine(data) as engine:
        grey = np.ascontiguousarray(grey)
        high, wide = grey.shape
        engine.SetPageSegMode(mode)
        engine.SetImageBytes(grey.tobytes(), wide, high, 1, wide)
        engine.SetSourceResolution(round(dpi))
        engine.Recognize()
        return list(_readings(engine))


def _readings(engine: "tesserocr.PyTessBaseAPI") -> Iterator[Reading]:
    import tesserocr

    iterator = engine.GetIterator()
    line, level = 0, tesserocr.RIL.WORD
    for word in tesserocr.iterate_level(iterator, level) if iterator is not None else ():
        line += word.IsAtBeginningOf(tesserocr.RIL.TEXTLINE)
        try:
            text = _RULED.sub("", word.GetUTF8Text(level).strip())
        except RuntimeError:  # nothing was recognised at this place
            continue
        box, base = word.BoundingBox(level), word.Baseline(level)
        if text and box:
            height = (base[0][1] + base[1][1]) / 2 if base else box[3]
            yield Reading(text, box, height, word.Confidence(level) / 100, line)


def sureness(words: list[Reading]) -> float:
    """Mean confidence over the letters of all words, 0 without any."""
    weights = [len(w.text) for w in words]
    return sum(w.confidence * n for w, n in zip(words, weights, strict=True)) / max(sum(weights), 1)


def tongue_of(text: str) -> str | None:
    """The language whose common words the text holds most of; None for too short or foreign texts."""
    words = [w.casefold() for w in _LETTERS.findall(text)]
    if sum("а" <= w[0] <= "я" for w in words) > 0.4 * len(words) and len(words) > 2:
        return "ru"
    votes = {code: sum(w in tongue.words for w in words) for code, tongue in tongues().items()}
    first, second = sorted(votes, key=lambda c: -votes[c])[:2]
    return first if votes[first] >= 3 and votes[first] > votes[second] else None


_TWINS = str.maketrans("AaBCcEeHKMOoPpTXxy", "АаВСсЕеНКМОоРрТХху")
_CYRILLIC, _LATIN = re.compile(r"[А-Яа-яЁё]"), re.compile(r"[A-Za-z]")


def one_script(words: list[Reading]) -> None:
    """Latin letters that look like Cyrillic ones become such inside Russian words and between them (``AO``)."""
    for i, word in enumerate(words):
        latin, cyrillic = len(_LATIN.findall(word.text)), len(_CYRILLIC.findall(word.text))
        if not latin or "@" in word.text or "." in word.text.strip(".,"):
            continue
        beside = [w for w in words[max(i - 1, 0) : i + 2] if w is not word and w.line == word.line]
        among = len(word.text) < 5 and word.text.isupper() and beside and all(_CYRILLIC.search(w.text) for w in beside)
        changed = word.text.translate(_TWINS)
        if not _LATIN.search(changed) and (cyrillic > latin or among):
            word.text = changed
