"""PDF files that show the eye one thing and say another (D8), and signed ones with a later revision (D9)."""

import io
from collections.abc import Callable
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from pyhanko.pdf_utils.generic import BooleanObject, NameObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from extractors.extraction import extract
from extractors.paged import read_pdf
from pipeline.values import Box
from tests.cabinet.case import ACCEPT, Case, form
from tests.cabinet.paged_faults import FIELDS, TEXT, changed
from tests.test_digital_signature import overprinted, signed, written

UNSEEN = {"hidden_text"}


def widget(file: Pdf, value: str) -> pikepdf.Object:
    """The form field that holds this value."""
    notes = [note for page in file.pages for note in page.obj.get("/Annots", Array())]
    return next(note for note in notes if note.get("/V") == value)


def field(change: Callable[[Pdf, pikepdf.Object], None]) -> Callable[[], bytes]:
    """The sample with form fields after a change of the one for the country."""
    return lambda: changed(FIELDS, lambda file: change(file, widget(file, "Namibia")))


def holds_another(_file: Pdf, note: pikepdf.Object) -> None:
    """The value is changed, its picture is not."""
    note.V = "Kenya"


def is_hidden(_file: Pdf, note: pikepdf.Object) -> None:
    """The field is not shown."""
    note.F = 2


def is_tiny(_file: Pdf, note: pikepdf.Object) -> None:
    """The field has no size."""
    note.Rect = Array([100, 100, 100, 100])


def is_covered(file: Pdf, note: pikepdf.Object) -> None:
    """A white box is laid over the field."""
    box = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=note.Rect, IC=Array([1, 1, 1]), F=4)
    for page in file.pages:
        if note in page.obj.get("/Annots", Array()):
            page.obj.Annots.append(file.make_indirect(box))


def shows_as_written(_file: Pdf, note: pikepdf.Object) -> None:
    """A script of the form shows the value in another way: no contradiction, but a script."""
    note.V = "NAMIBIA"
    note.AA = Dictionary(F=Dictionary(S=Name.JavaScript, JS="event.value = event.value.toUpperCase()"))


def of_two_minds(file: Pdf) -> None:
    """A tick box is drawn ticked, and its field says that it is not."""
    notes = [note for page in file.pages for note in page.obj.get("/Annots", Array())]
    ticked = next(note for note in notes if note.get("/AS", Name.Off) != Name.Off)
    ticked.V = Name.Off


def printed(orders: str, first: bool = False, **states: object) -> bytes:
    """The printed sample with more orders behind, or before, those of its first page."""

    def change(file: Pdf) -> None:
        page = file.pages[0]
        font = file.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        fonts = page.obj.Resources.get("/Font", Dictionary())
        fonts["/FX"] = font
        page.obj.Resources.Font = fonts
        page.obj.Resources.ExtGState = Dictionary({f"/{name}": state for name, state in states.items()})
        page.contents_add(Stream(file, b"q"), prepend=True)
        page.contents_add(Stream(file, b"Q"))
        page.contents_add(Stream(file, f"q {orders} Q".encode()), prepend=first)

    return changed(TEXT, change)


def text(words: str, x: float, y: float, before: str = "0 g") -> str:
    """Orders that print words."""
    return f"BT {before} /FX 9 Tf {x} {y} Td ({words}) Tj ET"


@cache
def country() -> Box:
    """Where the sample's country stands, as PDF counts: from the bottom."""
    document = read_pdf(form(TEXT))
    box = extract(document).fields["institution_country"].evidence[0].bbox
    assert box is not None
    height = document.page_sizes[0][1]
    return (box[0] - 1, height - box[3] - 1, box[2] + 1, height - box[1] + 1)


def over_country(colour: str, more: str = "") -> str:
    """A filled box over the country."""
    x0, y0, x1, y1 = country()
    return f"{colour} {x0} {y0} {x1 - x0} {y1 - y0} re f {more}"


def replaced() -> bytes:
    """The country under a white box, another one printed on it."""
    x0, y0, _, _ = country()
    return printed(over_country("1 g", text("Maroc", x0 + 1, y0 + 4)))


def marked() -> bytes:
    """The country under a marker's colour, which lets it through."""
    multiply = Dictionary(Type=Name.ExtGState, BM=Name.Multiply)
    return printed(over_country("/GM gs 1 1 0 rg"), GM=multiply)


def sealed(data: bytes) -> bytes:
    """The file, digitally signed on its second page."""
    return signed(data, box=(420, 20, 560, 60))


@cache
def once() -> bytes:
    """The printed sample, signed."""
    return sealed(form(TEXT))


def revised(change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """A signed file with a later revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed(form(FIELDS))))
    change(writer)
    return written(writer)


def asks_to_draw_anew(writer: IncrementalPdfFileWriter) -> None:
    """Every viewer shall draw the fields from what they hold."""
    fields = writer.root["/AcroForm"]
    fields[NameObject("/NeedAppearances")] = BooleanObject(True)
    writer.update_container(fields)


def another_value(writer: IncrementalPdfFileWriter) -> None:
    """The field for the country holds another value than the one that was signed, and looks as before."""
    from pyhanko.pdf_utils.generic import pdf_string

    fields = (reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"])
    note = next(each for each in fields if each.get("/V") == "Namibia")
    note["/V"] = pdf_string("Kenya")
    writer.update_container(note)


SHOWN: dict[str, Case] = {
    "field holds another value than it shows": Case(
        "D8",
        field(holds_another),
        {"flagged"},
        {"value_not_shown"},
        says={"institution_country": "KE"},
        told=("Kenya", "Namibia"),
    ),
    "value not shown": Case("D8", field(is_hidden), {"flagged"}, UNSEEN, told=("Namibia",)),
    "field without size": Case("D8", field(is_tiny), {"flagged"}, UNSEEN, told=("Namibia",)),
    "field under a white box": Case("D8", field(is_covered), {"flagged"}, UNSEEN, told=("Namibia",)),
    "field with a script that writes it": Case(
        "D8", field(shows_as_written), {"flagged"}, {"active_content"}, {"value_not_shown"}
    ),
    "tick box of two minds": Case("D8", lambda: changed(FIELDS, of_two_minds), {"flagged"}, {"value_not_shown"}),
    "white on white": Case(
        "D8",
        lambda: printed(text("Pays: Kenya", 60, 30, "1 g")),
        {"flagged"},
        UNSEEN,
        told=("Pays: Kenya",),
        says={"institution_country": "TN"},
    ),
    "without ink": Case(
        "D8", lambda: printed(text("Pays: Kenya", 60, 30, "3 Tr")), {"flagged"}, UNSEEN, told=("Kenya",)
    ),
    "too small to be seen": Case(
        "D8",
        lambda: printed(text("Pays: Kenya", 60, 30).replace("9 Tf", "0.5 Tf")),
        {"flagged"},
        UNSEEN,
        told=("Kenya",),
    ),
    "under a white box": Case("D8", lambda: printed(over_country("1 g")), {"flagged"}, UNSEEN, told=("Tunisie",)),
    "under a white box with another word on it": Case(
        "D8", replaced, {"flagged"}, UNSEEN, told=("Tunisie",), says={"institution_country": "MA"}
    ),
    "marked with colour": Case("D8", marked, ACCEPT, without=UNSEEN, says={"institution_country": "TN"}),
    "white on a dark bar": Case(
        "D8",
        lambda: printed("0.1 0.2 0.5 rg 50 20 300 20 re f " + text("Page de garde", 60, 26, "1 g")),
        ACCEPT,
        without=UNSEEN,
    ),
    "signed": Case("D9", once, ACCEPT, {"signer_not_verified"}, {"changed_after_signing", "invalid_signature"}),
    "printed over after signing": Case("D9", lambda: overprinted(once()), {"flagged"}, {"changed_after_signing"}),
    "one byte of the signed part altered": Case(
        "D9",
        lambda: once().replace(b"/Title", b"/Titlf", 1).replace(b"/Producer", b"/Producfr", 1),
        {"flagged"},
        {"invalid_signature"},
    ),
    "told to draw anew after signing": Case(
        "D9", lambda: revised(asks_to_draw_anew), ACCEPT, {"signer_not_verified"}, says={"institution_country": "NA"}
    ),
    "another value after signing": Case(
        "D9", lambda: revised(another_value), {"flagged"}, {"value_not_shown"}, told=("Kenya", "Namibia")
    ),
}
"""By what is wrong with them."""
