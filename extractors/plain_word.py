"""The light reader of .doc: what antiword or catdoc print becomes lines and tables. Used only without LibreOffice."""

import shutil
from pathlib import Path

from lxml import etree

from extractors.confined import Limits, run_confined
from extractors.rooms import own_folder
from extractors.word_lines import Story, settle_squares
from extractors.word_styles import Face
from pipeline.document import Cell, Document, Trouble
from pipeline.trouble import Unreadable

_LIMITS = Limits(wall=20.0, processor=20, memory=500_000_000, file=50_000_000)
Stretch = tuple[str, Face]
_FIELD_CODES = ("FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN")
_WARNING = Trouble(
    "may_hold_deleted_text",
    "warning",
    "The old Word file was read without LibreOffice: deleted text may stand among the answers, and ticks, form "
    "fields and pictures may be missing. Look at the file, or install LibreOffice and process it again.",
)


def read_plainly(data: bytes, media_type: str, missing: Unreadable) -> Document:
    """Read a .doc by antiword, else by catdoc; always with a warning. Raises ``missing`` where neither is there.

    Lines are paragraphs with ``path`` and, from antiword, ``cell``. Raises Unreadable with code ``damaged``."""
    program = light_reader()
    if program is None:
        raise missing
    story = Story()
    if program.name == "antiword":
        _tell_book(story, _printed([str(program), "-x", "db"], data))
    else:
        _tell_text(story, _printed([str(program), "-d", "utf-8", "-w"], data))
    settle_squares(story)
    if not any(line.text.strip() for line in story.lines):
        message = f"The old Word file (.doc) cannot be read by {program.name}."
        raise Unreadable("damaged", message, f"It may need more than that. {missing.remedy}")
    return Document("word", media_type, None, tuple(story.lines), troubles=(_WARNING,))


def light_reader() -> Path | None:
    """The program that reads .doc without LibreOffice."""
    found = shutil.which("antiword") or shutil.which("catdoc")
    return Path(found) if found else None


def _printed(command: list[str], data: bytes) -> bytes:
    with own_folder("socieux-office-") as folder:
        (folder / "form.doc").write_bytes(data)
        return run_confined([*command, "form.doc"], folder, _LIMITS).said


def _tell_book(story: Story, printed: bytes) -> None:
    """The paragraphs and tables of antiword's XML; its own title of the book is no part of the form."""
    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, load_dtd=False)
    book = etree.fromstring(printed, parser) if printed.strip() else None
    tables = paragraphs = 0
    for node in book.iter("para", "title", "tgroup") if book is not None else ():
        above = {parent.tag for parent in node.iterancestors()}
        if "tgroup" in above or "bookinfo" in above or _parent(node) == "book":
            continue
        if node.tag == "tgroup":
            _tell_table(story, node, tables)
            tables += 1
        elif stretches := _stretches(node):
            paragraphs += 1
            _tell_paragraph(story, stretches, f"paragraph[{paragraphs}]", None)


def _parent(node: etree._Element) -> str:
    parent = node.getparent()
    return str(parent.tag) if parent is not None else ""


def _tell_table(story: Story, table: etree._Element, number: int) -> None:
    for row, cells in enumerate(table.iter("row")):
        for column, entry in enumerate(cells.iter("entry")):
            path = f"table[{number + 1}]/row[{row + 1}]/cell[{column + 1}]"
            _tell_paragraph(story, _stretches(entry), path, Cell(number, row, column))


def _tell_paragraph(story: Story, stretches: list[Stretch], path: str, cell: Cell | None) -> None:
    """One line for each line of the paragraph, with its bold and slanted words."""
    story.begin(path, cell, False, "")
    for text, face in stretches:
        for at, part in enumerate(text.split("\n")):
            if at:
                story.break_line()
            story.write(part, face)
    story.end()


def _stretches(node: etree._Element) -> list[Stretch]:
    """The words of a paragraph or cell, without tables inside it and the line breaks that only lay out the XML."""
    found: list[Stretch] = [(node.text or "", Face())]
    for part in node:
        if next(part.iter("tgroup"), None) is None:
            bold = part.get("role") == "bold"
            words = "".join(text for text in part.itertext() if isinstance(text, str))
            found.append((words, Face(bold=bold, italic=part.tag == "emphasis" and not bold)))
        found.append((part.tail or "", Face()))
    found = [(text, face) for text, face in found if text]
    while found and not found[0][0].strip():
        del found[0]
    while found and not found[-1][0].strip():
        del found[-1]
    if found:
        found[0] = (found[0][0].lstrip("\n "), found[0][1])
        found[-1] = (found[-1][0].rstrip("\n "), found[-1][1])
    return found


def _tell_text(story: Story, printed: bytes) -> None:
    """The paragraphs of plain text; the names that Word gives its form fields are no text."""
    for number, line in enumerate(printed.decode("utf-8", "replace").splitlines(), start=1):
        for code in _FIELD_CODES:
            line = line.replace(code, "")
        if line.strip():
            story.begin(f"paragraph[{number}]", None, False, "")
            story.write(" ".join(line.split()), Face())
            story.end()
