"""Turns the noted places of a PDF into form fields: text, check boxes, radio groups, choice fields."""

from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from reportlab.pdfgen.canvas import Canvas

from tests.construct.page import Answer, Sheet, Tick
from tests.construct.write_pdf import PdfWriter, Place, fonts, wrapped

ON_STATE = {"en": "On", "fr": "Oui", "es": "Sí", "pt": "Sim", "ru": "1"}
MULTILINE, RADIO, COMBO = 1 << 12, 1 << 15, 1 << 17


@dataclass(frozen=True)
class Manner:
    """How the fields are made; ``tips`` gives the tool tip of a key."""

    tips: dict[str, str] = field(default_factory=dict)
    radio: bool = False
    choice: bool = False
    appearance_only: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()


class FieldWriter:
    """Adds the fields of a form to a PDF file."""

    def __init__(self, file: pikepdf.Pdf, language: str, face: str, manner: Manner) -> None:
        self.file, self.language, self.face, self.manner = file, language, face, manner
        self.fields: list[pikepdf.Object] = []
        self.groups: dict[str, pikepdf.Object] = {}

    def add(self, number: int, place: Place) -> None:
        """Adds one field."""
        if isinstance(place.item, Tick):
            self.tick(number, place, place.item)
        else:
            self.text(number, place, place.item)

    def finish(self) -> None:
        """Writes the form dictionary."""
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        resources = Dictionary(Font=Dictionary(Helv=self.file.make_indirect(helvetica)))
        look = String("/Helv 9 Tf 0 g")
        self.file.Root.AcroForm = Dictionary(Fields=Array(self.fields), DR=resources, DA=look)

    def widget(self, place: Place, entries: dict[str, pikepdf.Object | str | int]) -> pikepdf.Object:
        """A field that is its own widget, put on its page."""
        page = self.file.pages[place.page]
        entry = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=Array([round(v, 2) for v in place.rect]), F=4)
        entry["/P"] = page.obj
        for key, value in entries.items():
            entry[key] = String(value) if isinstance(value, str) else value
        made = self.file.make_indirect(entry)
        if "/Annots" not in page:
            page.Annots = Array([])
        page.Annots.append(made)
        return made

    def text(self, number: int, place: Place, item: Answer) -> None:
        """A text or choice field; an appearance-only field has no value entry."""
        entries: dict[str, pikepdf.Object | str | int] = {"/FT": Name.Tx, "/T": f"Texte{number}"}
        entries |= {"/DA": "/Helv 9 Tf 0 g", "/Ff": MULTILINE if place.multiline else 0}
        if self.manner.choice and item.key == "institution_country":
            names = [String(n) for n in dict.fromkeys([*self.manner.countries, item.text])]
            entries |= {"/FT": Name.Ch, "/Ff": COMBO, "/Opt": Array(names)}
        if item.key in self.manner.tips:
            entries["/TU"] = self.manner.tips[item.key]
        if item.text and item.key not in self.manner.appearance_only:
            entries["/V"] = item.text
        entries["/AP"] = Dictionary(N=self.appearance(place, item.text))
        self.fields.append(self.widget(place, entries))

    def tick(self, number: int, place: Place, item: Tick) -> None:
        """A check box, or one button of a radio group."""
        single = item.group in ("institution_type", "event_type")
        grouped = self.manner.radio and single
        state = Name("/" + (f"Opt{number}" if grouped else ON_STATE[self.language]))
        shown = state if item.on else Name.Off
        looks = Dictionary({str(state): self.appearance(place, "X", tick=True), "/Off": self.appearance(place, "")})
        entries: dict[str, pikepdf.Object | str | int] = {"/AS": shown, "/AP": Dictionary(N=looks)}
        entries["/MK"] = Dictionary(CA=String("8"), BC=Array([0, 0, 0]))
        if grouped:
            self.button(place, item, entries, state)
            return
        entries |= {"/FT": Name.Btn, "/T": f"Case{number}", "/V": shown}
        if self.manner.tips:
            entries["/TU"] = item.text
        self.fields.append(self.widget(place, entries))

    def button(self, place: Place, item: Tick, entries: dict[str, pikepdf.Object | str | int], state: Name) -> None:
        """A button of a radio group, whose parent holds the value."""
        if item.group not in self.groups:
            name = String(f"Groupe{len(self.groups) + 1}")
            group = self.file.make_indirect(Dictionary(FT=Name.Btn, Ff=RADIO, T=name, V=Name.Off, Kids=Array([])))
            self.groups[item.group] = group
            self.fields.append(group)
        parent = self.groups[item.group]
        widget = self.widget(place, entries)
        widget.Parent = parent
        parent.Kids.append(widget)
        if item.on:
            parent.V = state

    def appearance(self, place: Place, text: str, tick: bool = False) -> pikepdf.Object:
        """The drawn look of a field, made on a page of its own with embedded fonts."""
        width, height = place.rect[2] - place.rect[0], place.rect[3] - place.rect[1]
        buffer = BytesIO()
        canvas = Canvas(buffer, pagesize=(width, height))
        canvas.setStrokeGray(0.55)
        canvas.setLineWidth(0.6)
        canvas.rect(0.4, 0.4, width - 0.8, height - 0.8)
        canvas.setFont(self.face, 9)
        if tick:
            canvas.setStrokeGray(0)
            canvas.lines([(2, 2, width - 2, height - 2), (2, height - 2, width - 2, 2)])
        elif text:
            for row, words in enumerate(wrapped(text, self.face, 9, width - 6 if place.multiline else 9999)):
                canvas.drawString(3, height - 10.5 - row * 11.5 if place.multiline else height / 2 - 3, words)
        canvas.save()
        drawn = pikepdf.open(buffer)
        return self.file.copy_foreign(drawn.pages[0].as_form_xobject())


def write_fields(sheet: Sheet, path: Path, manner: Manner) -> None:
    """Writes the sheet to ``path`` as a fillable PDF, filled in."""
    fonts()
    writer = PdfWriter(sheet, fillable=True)
    places = writer.save(path)
    with pikepdf.open(path, allow_overwriting_input=True) as file:
        fields = FieldWriter(file, sheet.language, writer.face, manner)
        for number, place in enumerate(places, 1):
            fields.add(number, place)
        fields.finish()
        file.save(path)
