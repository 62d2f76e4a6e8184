"""What stands on a page beside its print: form fields, typed notes, stamps, pen strokes, signature fields."""

from dataclasses import dataclass, field

from pdfminer.layout import LAParams, LTTextContainer
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1

from extractors.page_limits import MOST_NOTES, TooMuch, layout_of_drawing
from extractors.page_sheet import Place, Word, widget_place
from extractors.page_values import data_of, dict_of, file_name, list_of, name_of, number_of, text_of
from pipeline.document import MarkKind
from pipeline.values import Box

_HIDDEN, _PUSH_BUTTON, _PASSWORD = 2, 1 << 16, 1 << 13
_INHERITED = ("FT", "V", "DV", "Ff", "Opt", "TU", "MaxLen")
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
    kinds of actions they name and the names of the files attached to them."""

    words: list[Word]
    signs: list[Sign]
    fillable: bool = False
    acts: set[str] = field(default_factory=set)
    files: list[str] = field(default_factory=list)


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
        if box is None or number_of(annotation.get("F")) & _HIDDEN:
            continue
        kind = name_of(annotation.get("Subtype"))
        if kind == "Widget":
            _read_widget(notes, annotation, box, resources)
        elif kind == "FreeText":
            notes.words += _entry(text_of(annotation.get("Contents")), box, None)
        elif kind in ("Ink", "PolyLine"):
            notes.signs.append(Sign("ink", box))
        elif kind == "Stamp":
            notes.signs.append(Sign("image", box, text_of(annotation.get("Contents"))))
    return notes


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
        tick = Word("☐", *box, box[3] - 0.15 * size, size, kind="tick", checked=_is_on(annotation, field), hint=hint)
        notes.words.append(tick)
    elif kind == "Ch":
        notes.fillable = True
        notes.words += _entry(_chosen(field) or _shown_text(annotation, resources, field), box, hint, choice=True)
    elif kind == "Tx" and not flags & _PASSWORD:
        notes.fillable = True
        notes.words += _entry(text_of(field.get("V")) or _shown_text(annotation, resources, field), box, hint)


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


def _is_on(annotation: dict[str, object], field: dict[str, object]) -> bool:
    """Ticked: the shown state, else the value, else what the only picture of the box shows. Never a named "Yes"."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    states = [k for k in normal if k != "Off"] if isinstance(normal, dict) else []
    state = name_of(annotation.get("AS"))
    if state and (state == "Off" or not states or state in states):
        return state != "Off"
    value = name_of(field.get("V")) or text_of(field.get("V"))
    if value:
        return value != "Off" and (not states or value in states)
    if isinstance(normal, PDFStream):
        return b"Tj" in data_of(normal)
    return False


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


def _shown_text(annotation: dict[str, object], resources: object, field: dict[str, object]) -> str:
    """The text of the field's own picture, for files that keep the value only there."""
    normal = resolve1(dict_of(annotation.get("AP")).get("N"))
    if not isinstance(normal, PDFStream) or b"T" not in data_of(normal):
        return text_of(field.get("DV")) if normal is None else ""
    own: dict[object, object] = dict((dict_of(normal.get("Resources")) or dict_of(resources)).items())
    page = layout_of_drawing(normal, own)
    page.analyze(LAParams())
    return "\n".join(item.get_text().strip() for item in page if isinstance(item, LTTextContainer)).strip()


def _rectangle(annotation: dict[str, object], place: Place) -> Box | None:
    numbers = [float(v) for v in map(resolve1, list_of(annotation.get("Rect"))) if isinstance(v, (int, float))]
    if len(numbers) != 4:
        return None
    a, b, c, d = numbers
    box = place(min(a, c), min(b, d), max(a, c), max(b, d))
    return box if box[2] - box[0] > 1 and box[3] - box[1] > 1 else None
