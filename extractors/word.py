"""The reader of Word files: every word, tick, form field and picture of a .docx, .docm, .dotx or .dotm, in order.

The XML is walked as it stands; nothing is resolved from outside the file, and no macro or link is ever followed.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from extractors.struck import STRUCK_OUT
from extractors.word_bound import fill_from_data
from extractors.word_emphasis import emphasis_of
from extractors.word_guards import SEND_AGAIN, THE_FORM, hostile
from extractors.word_lines import Story, settle_squares
from extractors.word_links import links_of
from extractors.word_names import Element, W
from extractors.word_numbering import Numbering, read_numbering
from extractors.word_package import Package, open_package
from extractors.word_styles import Styles, read_styles, without_table_styles
from extractors.word_walk import Place, Walk
from pipeline.document import Document, Line, LineRole, Mark, Trouble
from pipeline.trouble import Unreadable

FEW_WORDS = 40
SEPARATORS = frozenset({"separator", "continuationSeparator", "continuationNotice"})
NOTICES = {
    "tracked_changes": Trouble("tracked_changes", "info", "The file holds tracked changes; they are read as accepted."),
    STRUCK_OUT: Trouble(STRUCK_OUT, "info", "Words that are struck through in the file were left out."),
    "linked_content": Trouble("linked_content", "warning", "The file links to content outside it; it was not fetched."),
    "embedded_part": Trouble("embedded_part", "warning", "The file embeds another document, which was not read."),
}


def read_word(data: bytes, media_type: str) -> Document:
    """Read a Word file. Lines are paragraphs (or parts between line breaks) with ``path`` and ``cell``, no page or box.

    Raises Unreadable with code ``damaged``, ``encrypted``, ``hostile`` or ``not_a_request``.
    """
    try:
        return _read(open_package(data), media_type)
    except RecursionError as fault:
        raise hostile("The file is nested too deeply to be a form") from fault


def _read(package: Package, media_type: str) -> Document:
    body = _body(package)
    styles = read_styles(_related(package, "styles", without_table_styles))
    styles.emphasis = emphasis_of(body)
    numbering = read_numbering(_related(package, "numbering"))
    noticed: set[str] = set()
    bound = tuple(fill_from_data(package, body))
    story = Story()
    relations = package.relations(package.main_part)
    Walk(story, styles, numbering, relations, noticed, _fields_balanced(body)).read(body, Place())
    settle_squares(story)
    return Document(
        origin="word",
        media_type=media_type,
        pages=None,
        lines=tuple(story.lines),
        furniture=tuple(_furniture(package, styles)),
        marks=_marks(package, story),
        troubles=(*_troubles(package, story, noticed), *bound),
    )


def _body(package: Package) -> Element:
    """The body of the main part, or the reason why there is none."""
    root = package.tree(package.main_part)
    if root is None:
        if package.main_part in package.sizes or "[Content_Types].xml" in package.sizes:
            raise Unreadable("damaged", "The text of the Word file is missing or damaged.", SEND_AGAIN)
        raise Unreadable("not_a_request", "The file is a package, but not a Word file.", THE_FORM)
    body = root.find(f"{W}body")
    if root.tag != f"{W}document" or body is None:
        message = "The file is an Office package without a Word document in it."
        raise Unreadable("not_a_request", message, THE_FORM)
    return body


def _related(package: Package, kind: str, thin: Callable[[bytes], bytes] = bytes) -> Element | None:
    """The first part of a kind that the main part uses."""
    links = package.relations(package.main_part).values()
    names = [link.target for link in links if link.kind == kind and not link.external]
    return package.tree(names[0], thin) if names else None


def _fields_balanced(body: Element) -> bool:
    """True if every field that begins also ends."""
    kinds = [mark.get(f"{W}fldCharType") for mark in body.iter(f"{W}fldChar")]
    return kinds.count("begin") == kinds.count("end")


def _furniture(package: Package, styles: Styles) -> Iterator[Line]:
    """The running heads and feet and the notes, kept apart from the body; empty lines are left out."""
    roles: dict[str, LineRole] = {"header": "header", "footer": "footer", "footnotes": "note", "endnotes": "note"}
    links = package.relations(package.main_part).values()
    names = sorted({(link.kind, link.target) for link in links if link.kind in roles and not link.external})
    for kind, name in names:
        count = [target for other, target in names if other == kind].index(name) + 1
        root = package.tree(name)
        story = Story(roles[kind])
        walk = Walk(story, styles, Numbering(), package.relations(name), set(), fields_balanced=False)
        for place, part in _parts(kind, count, root):
            walk.read(part, place)
        yield from (line for line in story.lines if line.text.strip())


def _parts(kind: str, count: int, root: Element | None) -> Iterator[tuple[Place, Element]]:
    """The stories of a part: one for a running head, one for each note."""
    if root is None:
        return
    if kind in ("header", "footer"):
        yield Place(f"{kind}[{count}]/"), root
        return
    notes = [note for note in root if note.get(f"{W}type") not in SEPARATORS]
    for at, note in enumerate(notes, start=1):
        yield Place(f"{kind[:-1]}[{at}]/"), note


def _marks(package: Package, story: Story) -> tuple[Mark, ...]:
    """The marks of the body, and one more where the package as a whole is digitally signed."""
    last = len(story.lines) - 1
    marks = [replace(mark, after=min(mark.after, last)) for mark in story.marks]
    if any(name.startswith("_xmlsignatures/") and name.endswith(".xml") for name in package.sizes):
        marks.append(Mark("digital", last))
    return tuple(marks)


def _troubles(package: Package, story: Story, noticed: set[str]) -> Iterator[Trouble]:
    """What a person should know about the file beside its text."""
    yield from _format_troubles(package)
    if _has_comments(package):
        yield Trouble("comments_present", "info", "The file holds comments; they are not part of the form's text.")
    found = tuple(links_of(package))
    yield from found
    said = {trouble.code for trouble in found}
    yield from (trouble for code, trouble in NOTICES.items() if code in noticed and code not in said)
    words = sum(len(line.text.split()) for line in story.lines)
    if "large_picture" in noticed and words < FEW_WORDS:
        yield Trouble(
            "text_in_picture", "warning", "The file holds hardly any text; a large picture may hold the form."
        )
    if package.damaged:
        names = ", ".join(sorted(package.damaged))
        yield Trouble("damaged_part", "warning", f"A part of the file is damaged and was left out: {names}.")


def _format_troubles(package: Package) -> Iterator[Trouble]:
    """Macros, and formats that could hold them."""
    kind = package.content_type(package.main_part).lower()
    if any(name.lower().endswith("vbaproject.bin") for name in package.sizes):
        yield Trouble("macros", "warning", "The file holds macros; they were neither run nor read.")
    elif "macroenabled" in kind:
        yield Trouble("macro_enabled_format", "info", "The file is in a format for macros but holds none.")
    elif "template" in kind:
        yield Trouble("template_format", "info", "The file is a Word template, not a document.")


def _has_comments(package: Package) -> bool:
    root = _related(package, "comments")
    return root is not None and root.find(f"{W}comment") is not None
