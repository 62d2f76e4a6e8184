"""Files that hold more, or less, than one filled-in form of the usual kind (D24)."""

import io

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from tests.bad_input import picture
from tests.cabinet.case import ACCEPT, Case, form
from tests.cabinet.paged_faults import FIELDS, TEXT, changed
from tests.cabinet.word_faults import MAIN, part, repacked

OTHER = "u_fr_madagascar_visite.pdf"
FIRST = {"institution_country": "TN"}


def joined(*names: str) -> bytes:
    """Several files put together page by page."""
    out = io.BytesIO()
    with pikepdf.new() as whole:
        for name in names:
            with pikepdf.open(io.BytesIO(form(name))) as one:
                whole.pages.extend(one.pages)
        whole.save(out)
    return out.getvalue()


def written_twice() -> bytes:
    """A Word file with the form in it a second time, for another country."""
    main = part().decode()
    start, end = main.index("<w:body>") + len("<w:body>"), main.rindex("<w:sectPr")
    again = (
        main[start:end].replace(">Ghana<", ">Rwanda<").replace("National Pensions Regulatory", "Rwanda Social Security")
    )
    return repacked({MAIN: (main[:end] + again + main[end:]).encode()})


def with_passport(file: Pdf) -> None:
    """A scanned page behind the form."""
    with pikepdf.open(io.BytesIO(picture("PDF"))) as scan:
        file.pages.extend(scan.pages)


def emptied(file: Pdf) -> None:
    """Nothing is left of what somebody typed and ticked."""
    for note in (note for page in file.pages for note in page.obj.get("/Annots", Array())):
        for key in ("/V", "/DV", "/AP"):
            if key in note:
                del note[key]
        if "/AS" in note:
            note.AS = Name.Off
        if "/Parent" in note and "/V" in note.Parent:
            del note.Parent["/V"]


def written_by_hand(file: Pdf) -> None:
    """Pen strokes over the boxes of a form that nobody typed in."""
    emptied(file)
    for page in file.pages:
        strokes = [Array([x, y, x + 8, y + 6, x + 16, y]) for x in range(80, 400, 40) for y in range(120, 700, 60)]
        ink = Dictionary(
            Type=Name.Annot, Subtype=Name.Ink, Rect=Array([60, 100, 500, 760]), InkList=Array(strokes), F=4
        )
        page.obj.Annots.append(file.make_indirect(ink))


SEVERAL: dict[str, Case] = {
    "two forms in one PDF": Case("D24", lambda: joined(TEXT, OTHER), {"flagged"}, {"several_forms"}, says=FIRST),
    "the same form twice in one PDF": Case(
        "D24", lambda: joined(TEXT, TEXT), {"flagged"}, {"several_forms"}, says=FIRST
    ),
    "two forms in one Word file": Case(
        "D24", written_twice, {"flagged"}, {"several_forms"}, says={"institution_country": "GH"}
    ),
    "one form": Case("D24", lambda: form(TEXT), ACCEPT, without={"several_forms"}, says=FIRST),
    "form and a scanned passport": Case(
        "D24", lambda: changed(TEXT, with_passport), ACCEPT, without={"several_forms"}, says=FIRST
    ),
    "blank form": Case("D24", lambda: changed(FIELDS, emptied), {"flagged"}, {"empty_form"}),
    "blank form written on by hand": Case("D24", lambda: changed(FIELDS, written_by_hand), {"flagged"}),
    "edition that nobody knows": Case("D24", lambda: form(TEXT), ACCEPT, {"unknown_edition"}),
}
"""By what they hold."""
