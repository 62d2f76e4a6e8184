"""What a PDF could do beside being read: scripts, commands, files inside it. Nothing of it is done."""

from collections.abc import Iterable, Iterator

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdftypes import resolve1

from extractors.page_values import dict_of, file_name, list_of, name_of, text_of
from extractors.page_widgets import Notes
from pipeline.document import Trouble

_ACTS = {
    "JavaScript": "a script",
    "Launch": "a command to start a program",
    "SubmitForm": "a command to send the form somewhere",
    "ImportData": "a command to fetch data",
    "GoToR": "a link to another file",
    "GoToE": "a link to a file inside it",
    "RichMedia": "a film or a sound",
    "Rendition": "a film or a sound",
}
_MOST_NAMES, _DEEPEST = 50, 8


def active_content(document: PDFDocument, notes: Iterable[Notes]) -> Iterator[Trouble]:
    """One trouble that names everything of the kind, and one that names the files inside the file."""
    catalog = document.catalog
    names = dict_of(catalog.get("Names"))
    found = set().union(*(note.acts for note in notes))
    found |= set(_acts(dict_of(catalog.get("OpenAction")))) | set(_acts_in(dict_of(catalog.get("AA"))))
    found |= {"JavaScript"} if "JavaScript" in names else set()
    files = [*_names(dict_of(names.get("EmbeddedFiles")), _DEEPEST)]
    attached = [name for note in notes for name in note.files]
    if told := sorted({_ACTS[each] for each in found if each in _ACTS}):
        message = f"The PDF carries {', '.join(told)}; nothing of it was opened or run."
        yield Trouble("active_content", "warning", message)
    if held := list(dict.fromkeys([*files, *attached])):
        listed = ", ".join(f"“{name[:80]}”" for name in held[:10]) + (" and others" if len(held) > 10 else "")
        yield Trouble("embedded_files", "warning", f"Files are inside the PDF and were not read: {listed}.")


def _acts(action: dict[str, object]) -> Iterator[str]:
    """The kinds of an action and of those that follow it."""
    for _ in range(_MOST_NAMES):
        if not action:
            return
        yield name_of(action.get("S"))
        following = resolve1(action.get("Next"))
        action = dict_of(following[0] if isinstance(following, list) and following else following)


def _acts_in(events: dict[str, object]) -> Iterator[str]:
    for event in list(events.values())[:_MOST_NAMES]:
        yield from _acts(dict_of(event))


def _names(tree: dict[str, object], depth: int) -> Iterator[str]:
    """The names of the files in a tree of names, as far as anybody would look."""
    pairs = list_of(tree.get("Names"))[: 2 * _MOST_NAMES]
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        yield file_name(value) or text_of(key) or "without a name"
    if depth:
        for child in list_of(tree.get("Kids"))[:_MOST_NAMES]:
            yield from _names(dict_of(child), depth - 1)
