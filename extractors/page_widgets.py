"""What stands on a page beside its print: form fields, typed notes, stamps, pen strokes, signature fields."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import resolve1

from extractors.page_limits import MOST_NOTES, TooMuch
from extractors.page_sheet import Place, Word, widget_place
from extractors.page_shown import differing_text, differing_tick, is_on, shown_text
from extractors.page_values import dict_of, file_name, list_of, name_of, number_of, text_of
from pipeline.document import MarkKind
from pipeline.values import Box

_HIDDEN, _PUSH_BUTTON, _COMBO, _PASSWORD = 2 | 32, 1 << 16, 1 << 17, 1 << 13
"""Flags of notes and fields; hidden is also what is printed only and not shown."""
_INHERITED = ("FT", "V", "DV", "Ff", "Opt", "TU", "MaxLen", "AA")
_DEEPEST = 12
"""Field trees deeper than this are not followed: real forms stay below five."""


@dataclass(slots=True)
class Sign:
    """A mark that an annotation makes: a stamp, pen strokes, a signature field."""

    kind: MarkKind
    box: Box
    words: str = ""


@dataclass(slots=True)
class Notes:
    """All annotations of one page that matter: words (entries and ticks), signs, whether it is a fillable form; the
    kinds of actions they name and the names of the files attached to them; what fields hold that are not to be seen,
    and both of what fields hold and show where these differ."""

    words: list[Word]
    signs: list[Sign]
    fillable: bool = False
    acts: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    differing: list[tuple[str, str]] = field(default_factory=list)


def read_notes(page: PDFPage, place: Place, resources: object) -> Notes:
    """Form fields with their content and other annotations of one page, in the order of the file.

    Raises ``TooMuch`` where there are more than any form has."""
    notes = Notes([], [])
    listed = list_of(page.annots)
    if len(listed) > MOST_NOTES:
        raise TooMuch("notes")
    for reference in listed:
        annotation = dict_of(reference)
        _note_acts(notes, annotation)
        box = _rectangle(annotation, place)
        kind = name_of(annotation.get("Subtype"))
        if box is None or number_of(annotation.get("F")) & _HIDDEN:
            notes.unseen += _held_unseen(annotation) if kind == "Widget" else ()
            continue
        if kind in _COVERS and list_of(annotation.get(_COVERS[kind])) and number_of(annotation.get("CA", 1)) == 1:
            _cover(notes, box)
        if kind == "Widget":
            _read_widget(notes, annotation, box, resources)
        elif kind == "FreeText":
            notes.words += _entry(text_of(annotation.get("Contents")), box, None)
        elif kind in ("Ink", "PolyLine"):
            notes.signs.append(Sign("ink", box))
        elif kind == "Stamp":
            notes.signs.append(Sign("image", box, text_of(annotation.get("Contents"))))
    return notes


_COVERS = {"FreeText": "C", "Square": "IC", "Polygon": "IC", "Redact": "IC"}
"""Notes that hide what lies under them, where they have a colour under this key."""


def _held_unseen(annotation: dict[str, object]) -> Iterator[str]:
    """What somebody entered in a field that is not shown; a value that the form brought with it is none."""
    field = _with_inherited(annotation)
    if name_of(field.get("FT")) in ("Tx", "Ch") and not number_of(field.get("Ff")) & _PASSWORD:
        held = " ".join(text_of(field.get("V")).split())
        if held and held != " ".join(text_of(field.get("DV")).split()):
            yield held


def _cover(notes: Notes, box: Box) -> None:
    """A filled note lies over the fields before it: what they hold is not to be seen."""
    under = [word for word in notes.words if _lies_in(word, box)]
    notes.words = [word for word in notes.words if not _lies_in(word, box)]
    notes.unseen += [word.text for word in under if word.kind == "entry" and word.text]


def _lies_in(word: Word, box: Box) -> bool:
    return box[0] <= (word.x0 + word.x1) / 2 <= box[2] and box[1] <= word.middle <= box[3]


def _note_acts(notes: Notes, annotation: dict[str, object]) -> None:
    """What the annotation would do, and the file that hangs on it; also of hidden ones."""
    for action in (annotation.get("A"), *list(dict_of(annotation.get("AA")).values())[:_DEEPEST]):
        notes.acts.add(name_of(dict_of(action).get("S")))
    kind = name_of(annotation.get("Subtype"))
    if kind == "FileAttachment":
        notes.files.append(file_name(annotation.get("FS")) or "without a name")
    elif kind in ("RichMedia", "Movie", "Sound", "Screen"):
        notes.acts.add("RichMedia")


def _read_widget(notes: Notes, annotation: dict[str, object], box: Box, resources: object) -> None:
    field = _with_inherited(annotation)
    kind, flags = name_of(field.get("FT")), number_of(field.get("Ff"))
    hint = text_of(field.get("TU")) or None
    if kind == "Sig":
        value = dict_of(field.get("V"))
        notes.signs.append(Sign("digital" if value.get("ByteRange") else "digital_field", box, hint or ""))
    elif kind == "Btn" and not flags & _PUSH_BUTTON:
        notes.fillable = True
        size = min(box[3] - box[1], 12.0)
        tick = Word("☐", *box, box[3] - 0.15 * size, size, kind="tick", checked=is_on(annotation, field), hint=hint)
        notes.words.append(tick)
        notes.differing += differing_tick(annotation, field)
    elif kind == "Ch":
        notes.fillable = True
        notes.words += _entry(_chosen(field) or shown_text(annotation, resources, field), box, hint, choice=True)
        if flags & _COMBO:
            notes.differing += differing_text(annotation, resources, field, _chosen(field))
    elif kind == "Tx" and not flags & _PASSWORD:
        notes.fillable = True
        held = text_of(field.get("V"))
        notes.words += _entry(held or shown_text(annotation, resources, field), box, hint)
        notes.differing += differing_text(annotation, resources, field, held)


def signed_boxes(page: PDFPage) -> list[tuple[tuple[int, ...], Box | None]]:
    """The signed fields of a page: what stretches of the file the signature covers, and its box as displayed."""
    place, found = widget_place(page, 0), []
    for reference in list_of(page.annots):
        annotation = dict_of(reference)
        value = dict_of(_with_inherited(annotation).get("V"))
        if stretches := tuple(number_of(number) for number in list_of(value.get("ByteRange"))):
            box = _rectangle(annotation, place)
            found.append((stretches, box and (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))))
    return found


def _with_inherited(annotation: dict[str, object]) -> dict[str, object]:
    """The widget with what its parent fields say where it is silent."""
    field = dict(annotation)
    parent, depth = dict_of(annotation.get("Parent")), 0
    while parent and depth < _DEEPEST:
        for key in _INHERITED:
            if field.get(key) is None and parent.get(key) is not None:
                field[key] = parent[key]
        parent, depth = dict_of(parent.get("Parent")), depth + 1
    return field


def _chosen(field: dict[str, object]) -> str:
    """The choice as displayed; several are joined by commas."""
    shown: dict[str, str] = {}
    for option in list_of(field.get("Opt")):
        pair = list_of(option)
        if len(pair) == 2:
            shown[text_of(pair[0])] = text_of(pair[1])
    value = resolve1(field.get("V"))
    values = [text_of(v) for v in value] if isinstance(value, list) else [text_of(value)]
    return ", ".join(shown.get(v, v) for v in values if v)


def _entry(text: str, box: Box, hint: str | None, choice: bool = False) -> list[Word]:
    """The content of a field as one word a paragraph, from the top of its box; an empty field is one empty word."""
    parts = [p for p in (" ".join(p.split()) for p in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")) if p]
    parts = parts or [""]
    x0, top, x1, bottom = box
    step = (bottom - top) / len(parts)
    size = min(step / 1.2, 10.0)
    words = []
    for i, part in enumerate(parts):
        upper, lower = top + i * step, top + (i + 1) * step
        base = upper + min(step, 14.0) * 0.75
        words.append(
            Word(
                part, x0, upper, x1, lower, base, size, kind="entry", hint=hint, choice=choice, part=i, parts=len(parts)
            )
        )
    return words


def _rectangle(annotation: dict[str, object], place: Place) -> Box | None:
    numbers = [float(v) for v in map(resolve1, list_of(annotation.get("Rect"))) if isinstance(v, (int, float))]
    if len(numbers) != 4:
        return None
    a, b, c, d = numbers
    box = place(min(a, c), min(b, d), max(a, c), max(b, d))
    return box if box[2] - box[0] > 1 and box[3] - box[1] > 1 else None
