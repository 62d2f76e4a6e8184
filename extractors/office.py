"""The reader of .doc, .odt and .rtf: LibreOffice makes a Word file of them, and that one is read.

Tracked changes stay tracked on the way, so that deleted text does not come back. Macros do not run and links are
not followed. Without LibreOffice a .doc is read by antiword or catdoc, with a warning.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from extractors import media
from extractors.confined import Limits, run_confined
from extractors.old_word import deleted_stretches, with_clean_deletions
from extractors.plain_word import read_plainly
from extractors.rooms import own_folder
from extractors.word import read_word
from pipeline.document import Document, Trouble
from pipeline.trouble import Unreadable

INSTALL = "apt-get install -y --no-install-recommends libreoffice-writer-nogui"
NAMES = {media.DOC: "old Word format (.doc)", media.ODT: "OpenDocument text (.odt)", media.RTF: "Rich Text (.rtf)"}
_ENDINGS = {media.DOC: "doc", media.ODT: "odt", media.RTF: "rtf"}
_AS_WORD, _AS_PDF = ("docx", "MS Word 2007 XML"), ("pdf", "writer_pdf_Export")
_FOLDERS = "socieux-office-"
_SAVE_AS = "Open it in Word or LibreOffice and save it as .docx or PDF, or ask the sender to."
_START_AGAIN = 81
"""LibreOffice's way of saying that its folder is now made and that it wants to be started again."""
LIMITS = Limits(wall=60.0, processor=60, memory=2_000_000_000, file=200_000_000)
_SETTINGS = {
    ("Office.Common/Security/Scripting", "MacroSecurityLevel"): "3",
    ("Office.Common/Security/Scripting", "DisableMacrosExecution"): "true",
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks"): "true",
    ("Office.Writer/Content/Update", "Link"): "0",
}
"""No macros, nothing fetched from outside the file."""


def read_office(data: bytes, media_type: str, limits: Limits = LIMITS) -> Document:
    """Read a .doc, .odt or .rtf file; the Document is as from a Word file and keeps the file's own media type.

    Raises Unreadable: ``converter_missing``, ``timeout``, ``damaged``, and what ``read_word`` raises."""
    program = converter()
    if program is not None:
        document = read_word(as_word(program, data, media_type, limits), media_type)
    elif media_type == media.DOC:
        document = read_plainly(data, media_type, no_converter(media_type))
    else:
        raise no_converter(media_type)
    return replace(document, troubles=(*_troubles(data, media_type, document), *document.troubles))


def converter() -> Path | None:
    """LibreOffice's program, without the script around it that would outlive it."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        return None
    script = Path(found).resolve()
    program = script.with_name("soffice.bin")
    return program if program.exists() else script


def no_converter(media_type: str) -> Unreadable:
    """What is said where LibreOffice is missing, with the command that installs it."""
    kind = NAMES.get(media_type, "Word format")
    task = "reads it" if media_type in NAMES else "prints it"
    message = f"The file is in the {kind}, and LibreOffice, which {task}, is not installed."
    return Unreadable("converter_missing", message, f"Install it ({INSTALL}) and process the file again.")


def as_word(program: Path, data: bytes, media_type: str, limits: Limits = LIMITS) -> bytes:
    """A .doc, .odt or .rtf file as .docx, tracked changes kept. Raises Unreadable ``timeout``, ``damaged``."""
    source = with_clean_deletions(data) if media_type == media.DOC else data
    return _converted(program, source, _ENDINGS[media_type], _AS_WORD, limits, NAMES[media_type])


def as_pdf(program: Path, data: bytes, ending: str, limits: Limits = LIMITS) -> bytes:
    """A Word file (``ending``: docx, xml) as it is printed. Raises Unreadable ``timeout``, ``damaged``."""
    return _converted(program, data, ending, _AS_PDF, limits, "Word format")


def _converted(program: Path, data: bytes, ending: str, to: tuple[str, str], limits: Limits, name: str) -> bytes:
    """The file in another format, made in a folder that is gone afterwards."""
    with own_folder(_FOLDERS) as folder:
        source, target = folder / f"form.{ending}", folder / "out" / f"form.{to[0]}"
        source.write_bytes(data)
        _write_settings(folder / "profile")
        for _ in range(2):
            ended = run_confined(_command(program, folder, source, ":".join(to)), folder, limits)
            if ended.how == "too_long":
                raise Unreadable("timeout", "Converting the file took too long and was stopped.", _SAVE_AS)
            if ended.status != _START_AGAIN:
                break
        if not target.is_file() or not target.stat().st_size:
            message = f"LibreOffice cannot read this file, which says it is in the {name}."
            raise Unreadable("damaged", message, _SAVE_AS)
        return target.read_bytes()


def _command(program: Path, folder: Path, source: Path, to: str) -> list[str]:
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    quiet = ["--headless", "--norestore", "--nologo", "--nolockcheck", "--nodefault"]
    return [str(program), profile, *quiet, "--convert-to", to, "--outdir", "out", str(source)]


def _write_settings(profile: Path) -> None:
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{place}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for (place, name), value in _SETTINGS.items()
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(f"{head}\n{items}\n</oor:items>\n", "utf-8")


def _troubles(data: bytes, media_type: str, document: Document) -> Iterator[Trouble]:
    """What the converted copy no longer tells about the file."""
    if media_type in (media.ODT, media.RTF):
        message = f"The file is in {NAMES[media_type]}; the guide accepts PDF and Word only."
        yield Trouble("not_accepted_format", "warning", message)
    if _has_macros(data, media_type):
        yield Trouble("macros", "warning", "The file holds macros; they were neither run nor read.")
    if media_type == media.RTF and data.count(b"FORMCHECKBOX") > data.count(b"\\fftype1"):
        message = "The file does not say which of its boxes are ticked; look at it, or ask for the form as PDF or Word."
        yield Trouble("ticks_not_kept", "warning", message)
    if media_type == media.DOC and (kept := _kept_in(document, deleted_stretches(data))):
        message = f"Text that is tracked as deleted may stand among the answers (“{kept[:60]}”); look at the file."
        yield Trouble("may_hold_deleted_text", "warning", message)


def _has_macros(data: bytes, media_type: str) -> bool:
    """By the names in the file's directory: entries of 128 bytes in a .doc, the folder Basic in a .odt."""
    if media_type == media.DOC:
        return any(found.start() % 128 == 0 for found in re.finditer(re.escape(_PROJECT), data))
    return media_type == media.ODT and re.search(rb"Basic/[^/]+/[^/]+\.xml", data) is not None


_PROJECT = "_VBA_PROJECT".encode("utf-16-le") + b"\0\0"
_LEAST = 4
"""A shorter deletion may well stand elsewhere on the form by right."""


def _kept_in(document: Document, deleted: tuple[str, ...]) -> str:
    """The first deleted stretch that makes up a whole line of what was read, if any does."""
    lines = {" ".join(line.text.split()) for line in document.lines}
    stretches = [" ".join(part.split()) for text in deleted for part in text.split("\n")]
    return next((stretch for stretch in stretches if len(stretch) >= _LEAST and stretch in lines), "")
