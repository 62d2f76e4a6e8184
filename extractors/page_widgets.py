"""What stands on a page beside its print: form fields, typed notes, stamps, pen strokes, signature fields."""

from dataclasses import dataclass

from pdfminer.converter import PDFPageAggregator
from pdfminer.layout import LAParams, LTPage, LTTextContainer
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import PDFDocEncoding, decode_text

from extractors.page_sheet import Place, Word, widget_place
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
    """All annotations of one page that matter: words (entries and ticks), signs, whether it is a fillable form."""

    words: list[Word]
    signs: list[Sign]
    fillable: bool = False
    active: bool = False


def read_notes(page: PDFPage, place: Place, resources: object) -> Notes:
    """Form fields with their content and other annotations of one page, in the order of the file."""
    notes = Notes([], [])
    for reference in _list(page.annots):
        annotation = _dict(reference)
        box = _rectangle(annotation, place)
        if box is None or _number(annotation.get("F")) & _HIDDEN:
            continue
        kind = _name(annotation.get("Subtype"))
        if kind == "Widget":
            _read_widget(notes, annotation, box, resources)
        elif kind == "FreeText":
            notes.words += _entry(_text(annotation.get("Contents")), box, None)
        elif kind in ("Ink", "PolyLine"):
            notes.signs.append(Sign("ink", box))
        elif kind == "Stamp":
            notes.signs.append(Sign("image", box, _text(annotation.get("Contents"))))
        action = _dict(annotation.get("A"))
        notes.active |= _name(action.get("S")) in ("JavaScript", "Launch") or kind == "FileAttachment"
    return notes


def _read_widget(notes: Notes, annotation: dict[str, object], box: Box, resources: object) -> None:
    field = _with_inherited(annotation)
    kind, flags = _name(field.get("FT")), _number(field.get("Ff"))
    hint = _text(field.get("TU")) or None
    if kind == "Sig":
        value = _dict(field.get("V"))
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
        notes.words += _entry(_text(field.get("V")) or _shown_text(annotation, resources, field), box, hint)


def signed_boxes(page: PDFPage) -> list[tuple[tuple[int, ...], Box | None]]:
    """The signed fields of a page: what stretches of the file the signature covers, and its box as displayed."""
    place, found = widget_place(page, 0), []
    for reference in _list(page.annots):
        annotation = _dict(reference)
        value = _dict(_with_inherited(annotation).get("V"))
        if stretches := tuple(_number(number) for number in _list(value.get("ByteRange"))):
            box = _rectangle(annotation, place)
            found.append((stretches, box and (round(box[0], 1), round(box[1], 1), round(box[2], 1), round(box[3], 1))))
    return found


def _with_inherited(annotation: dict[str, object]) -> dict[str, object]:
    """The widget with what its parent fields say where it is silent."""
    field = dict(annotation)
    parent, depth = _dict(annotation.get("Parent")), 0
    while parent and depth < _DEEPEST:
        for key in _INHERITED:
            if field.get(key) is None and parent.get(key) is not None:
                field[key] = parent[key]
        parent, depth = _dict(parent.get("Parent")), depth + 1
    return field


def _is_on(annotation: dict[str, object], field: dict[str, object]) -> bool:
    """Ticked: the shown state, else the value, else what the only picture of the box shows. Never a named "Yes"."""
    normal = resolve1(_dict(annotation.get("AP")).get("N"))
    states = [k for k in normal if k != "Off"] if isinstance(normal, dict) else []
    state = _name(annotation.get("AS"))
    if state and (state == "Off" or not states or state in states):
        return state != "Off"
    value = _name(field.get("V")) or _text(field.get("V"))
    if value:
        return value != "Off" and (not states or value in states)
    if isinstance(normal, PDFStream):
        return b"Tj" in _data(normal)
    return False


def _chosen(field: dict[str, object]) -> str:
    """The choice as displayed; several are joined by commas."""
    shown: dict[str, str] = {}
    for option in _list(field.get("Opt")):
        pair = _list(option)
        if len(pair) == 2:
            shown[_text(pair[0])] = _text(pair[1])
    value = resolve1(field.get("V"))
    values = [_text(v) for v in value] if isinstance(value, list) else [_text(value)]
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
    normal = resolve1(_dict(annotation.get("AP")).get("N"))
    if not isinstance(normal, PDFStream) or b"T" not in _data(normal):
        return _text(field.get("DV")) if normal is None else ""
    manager = PDFResourceManager()
    device = PDFPageAggregator(manager, laparams=LAParams())
    own: dict[object, object] = dict((_dict(normal.get("Resources")) or _dict(resources)).items())
    page = LTPage(1, (0, 0, 1000, 1000))
    device.cur_item = page
    PDFPageInterpreter(manager, device).render_contents(own, [normal], ctm=(1, 0, 0, 1, 0, 0))
    page.analyze(LAParams())
    return "\n".join(item.get_text().strip() for item in page if isinstance(item, LTTextContainer)).strip()


def _data(stream: PDFStream) -> bytes:
    data = stream.get_data()
    return data if isinstance(data, bytes) else b""


def _rectangle(annotation: dict[str, object], place: Place) -> Box | None:
    numbers = [float(v) for v in map(resolve1, _list(annotation.get("Rect"))) if isinstance(v, (int, float))]
    if len(numbers) != 4:
        return None
    a, b, c, d = numbers
    box = place(min(a, c), min(b, d), max(a, c), max(b, d))
    return box if box[2] - box[0] > 1 and box[3] - box[1] > 1 else None


def _dict(value: object) -> dict[str, object]:
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = value.attrs
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[object]:
    value = resolve1(value)
    return value if isinstance(value, list) else []


def _number(value: object) -> int:
    value = resolve1(value)
    return int(value) if isinstance(value, (int, float)) else 0


def _name(value: object) -> str:
    value = resolve1(value)
    if not isinstance(value, PSLiteral):
        return ""
    name = value.name
    return name if isinstance(name, str) else name.decode("latin-1")


def _text(value: object) -> str:
    """A text string of the file: UTF-16, UTF-8 with its mark, or the PDF's own encoding; a name or stream likewise."""
    value = resolve1(value)
    if isinstance(value, PDFStream):
        value = _data(value)
    if isinstance(value, PSLiteral):
        return _name(value)
    if isinstance(value, str):
        return value
    if not isinstance(value, bytes):
        return str(value) if isinstance(value, (int, float)) else ""
    if value.startswith(b"\xef\xbb\xbf"):
        return value[3:].decode("utf-8", "replace")
    if value.startswith(b"\xff\xfe"):
        return value[2:].decode("utf-16-le", "replace")
    if value.startswith(b"\xfe\xff"):
        return value[2:].decode("utf-16-be", "replace").replace("\x00", "")
    return decode_text(value) if PDFDocEncoding else value.decode("latin-1")
