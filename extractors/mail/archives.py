"""Archives (zip): judged by their directory before anything is inflated, unpacked in memory, names for display only."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.mail.heads import shown_name
from extractors.media import has_endless_directory
from extractors.word_guards import MAX_RATIO, RATIO_FROM, ZIP_FAULTS, hostile, refuse_overlap
from pipeline.trouble import Unreadable

MAX_FILES, MAX_UNPACKED = 200, 100_000_000
"""Files in one archive, and bytes they may have together."""

_LEAD_OUT = re.compile(r"^/|^[A-Za-z]:|(^|/)\.\.(/|$)|\0")
_HIGH = re.compile("[^\x00-\x7f]+")
_OLD_NAMES = ("cp866", "cp1251", "cp850", "cp1252")
_NOT_LETTERS = re.compile(r"[\u2500-\u259f\u0080-\u009f]|\W")


@dataclass(frozen=True)
class Member:
    """A file in an archive; ``data`` is null where it cannot be read, ``locked`` where only a password opens it."""

    name: str
    data: bytes | None
    locked: bool = False


def is_archive(data: bytes) -> bool:
    """True for a zip that can be opened and is no document (Word, OpenDocument and their like are zips, too). One with
    an endless directory is not opened to find out: as a document it is refused."""
    if has_endless_directory(data):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except ZIP_FAULTS:
        return False
    parts = ("[content_types].xml", "word/document.xml", "mimetype", "meta-inf/manifest.xml", "_rels/.rels")
    return not any(name.lower() in parts for name in names)


def members(data: bytes) -> Iterator[Member]:
    """The files in an archive, in order. Raises ``Unreadable`` for one that is an attack or far too large."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = [info for info in archive.infolist() if not info.filename.endswith("/")]
        _judge(infos, archive.start_dir)
        names = _names(infos)
        for info, name in zip(infos, names, strict=True):
            yield _member(archive, info, shown_name(name) or "file")


def _judge(infos: list[zipfile.ZipInfo], directory: int) -> None:
    if len(infos) > MAX_FILES:
        message = f"The archive holds more than {MAX_FILES} files."
        raise Unreadable("too_large", message, "Ask the sender for the request form alone.")
    if sum(info.file_size for info in infos) > MAX_UNPACKED:
        message = f"Unpacked, the archive has more than {MAX_UNPACKED // 1_000_000} MB."
        raise Unreadable("too_large", message, "Ask the sender for the request form alone.")
    for info in infos:
        if _LEAD_OUT.search(info.orig_filename.replace("\\", "/")):
            raise hostile("The archive holds a file whose name leads out of it")
        if info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * max(info.compress_size, 1):
            raise hostile(f"A file in the archive would grow more than {MAX_RATIO} times when opened")
    refuse_overlap(infos, directory)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str) -> Member:
    if info.flag_bits & 0x1:
        return Member(name, None, locked=True)
    try:
        with archive.open(info) as file:  # read(n) bounds the inflater, read() would not
            return Member(name, file.read(info.file_size) if info.file_size else b"")
    except (*ZIP_FAULTS, NotImplementedError):
        return Member(name, None)


def _names(infos: list[zipfile.ZipInfo]) -> list[str]:
    """The names as the sender saw them. Old programs do not say in which code page; all names
    together do."""
    unsaid = [info for info in infos if not info.flag_bits & 0x800]
    raw = b"\n".join(info.orig_filename.encode("cp437", "replace") for info in unsaid)
    code = _code_page(raw)
    return [
        info.orig_filename
        if info.flag_bits & 0x800
        else info.orig_filename.encode("cp437", "replace").decode(code, "replace")
        for info in infos
    ]


def _code_page(raw: bytes) -> str:
    try:
        raw.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        return max(_OLD_NAMES, key=lambda code: _likeness(raw, code))


def _likeness(raw: bytes, code: str) -> float:
    """How much names look like names in a code page: Russian letters stand in long runs of lower case, accented Latin
    ones stand alone between plain letters, and nobody draws boxes."""
    text = raw.decode(code, "replace")
    score = 0.0
    for run in _HIGH.findall(text):
        strange = len(_NOT_LETTERS.findall(run))
        cyrillic = sum("а" <= letter.lower() <= "я" or letter in "ёЁ" for letter in run)
        if cyrillic:
            changes = sum(a.islower() and b.isupper() for a, b in zip(run, run[1:], strict=False))
            score += cyrillic * (1 if len(run) >= 3 else -1) - 3 * changes - 2 * strange
        else:
            score += (1 if len(run) <= 2 else -len(run)) - 2 * strange
    return score
