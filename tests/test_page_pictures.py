"""Page pictures: the boxes lie on the words they are about, in PDF, pictures and printed Word files."""

import io
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from docx import Document as WordFile
from PIL import Image
from reportlab.pdfgen import canvas

from extractors import office, scan_words
from extractors.page_pictures import SIGNATURE, picture_pages
from extractors.printed_words import Print, places_of
from extractors.region import read_again, read_region
from flows.pictures import draw_pages
from pipeline.records import Evidence, FieldReading, MadeWith, Record, Signature, Source
from pipeline.trouble import Unreadable
from tests.bad_input import picture
from tests.desk_room import form
from tests.test_office import change

NAME = "National Agency of Labour"
QUOTE = "The beginning of a very long answer goes on and ends on the next page"


def a_record(evidence: dict[str, Evidence], mark: Evidence | None = None) -> Record:
    """A record whose answers rest on this evidence."""
    return Record(
        record_id="r-1",
        made_with=MadeWith(software="0", rules="0"),
        source=Source(filename="form", sha256="0", media_type="", size=0),
        fields={key: FieldReading(state="answered", evidence=(held,)) for key, held in evidence.items()},
        signature=Signature(mark="present", evidence=(mark,) if mark else ()),
        disposition="flagged",
    )


def a_pdf() -> bytes:
    """One page of 300 by 200 points with a line at the left, 50 points from the top."""
    out = io.BytesIO()
    paper = canvas.Canvas(out, pagesize=(300, 200))
    paper.setFont("Helvetica", 12)
    paper.drawString(40, 150, NAME)
    paper.save()
    return out.getvalue()


def a_word_file() -> bytes:
    """Two tables cells with the same answer, a deleted word, a picture."""
    file = WordFile()
    table = file.add_table(2, 2)
    for row, label in enumerate(("Head", "Contact")):
        table.cell(row, 0).text, table.cell(row, 1).text = label, "Mrs Amina Said"
    change(file.add_paragraph("Title: Pensions "), "DELETED-WORD ", "del")
    file.add_paragraph().add_run().add_picture(io.BytesIO(picture()))
    saved = io.BytesIO()
    file.save(saved)
    return saved.getvalue()


@pytest.fixture
def missing() -> Callable[[str], None]:
    """Says what is missing: a skip on a desk, a failure in CI."""
    return lambda said: (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(said)


def test_a_box_times_the_scale_is_where_the_words_are_drawn() -> None:
    box = (38.0, 38.0, 200.0, 54.0)
    shown = picture_pages(a_pdf(), a_record({"institution_name": Evidence(page=1, bbox=box, quote=NAME)}), 2.0)
    assert shown.pages[0].size == (300, 200) and shown.html is None
    page = Image.open(io.BytesIO(shown.pages[0].png)).convert("L")
    place = shown.places["institution_name"][0]
    assert place.bbox == box and page.size == (600, 400)
    x0, top, x1, bottom = (round(2 * v) for v in box)
    inked = page.point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert inked is not None and x0 <= inked[0] and top <= inked[1] and inked[2] <= x1 and inked[3] <= bottom


def test_a_photograph_is_as_large_as_its_boxes_say() -> None:
    out = io.BytesIO()
    Image.new("L", (1240, 1754), 250).save(out, "PNG")  # no resolution noted: taken for A4
    page = picture_pages(out.getvalue(), a_record({})).pages[0]
    assert page.size == pytest.approx((595, 842), abs=2)


def test_a_word_file_is_printed_and_its_answers_found(missing: Callable[[str], None]) -> None:
    if office.converter() is None:
        missing(f"LibreOffice is missing: {office.INSTALL}")
    evidence = {
        "head_name": Evidence(path="table[1]/row[1]/cell[2]/p[1]", quote="Mrs Amina Said"),
        "contact_name": Evidence(path="table[1]/row[2]/cell[2]/p[1]", quote="Mrs Amina Said"),
        "title": Evidence(path="p[1]", quote="Pensions"),
        "objectives": Evidence(path="p[1]", quote="words that stand nowhere"),
    }
    shown = picture_pages(a_word_file(), a_record(evidence, Evidence(path="p[2]")))
    assert len(shown.pages) == 1
    assert shown.unplaced == ("objectives",)
    boxes = {key: held[0].bbox for key, held in shown.places.items()}
    head, contact, mark = boxes["head_name"], boxes["contact_name"], boxes[SIGNATURE]
    assert head and contact and mark
    assert head[0] == contact[0] and head[3] <= contact[1] < mark[1]
    wide, high = shown.pages[0].size
    assert all(b and 0 < b[0] < b[2] < wide and 0 < b[1] < b[3] < high for b in boxes.values())


def test_without_libreoffice_a_word_file_is_a_page_with_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "converter", lambda: None)
    path = "table[1]/row[1]/cell[2]/p[1]"
    shown = picture_pages(a_word_file(), a_record({"head_name": Evidence(path=path, quote="Amina Said")}))
    assert shown.pages == () and shown.html is not None
    assert '<mark data-field="head_name">Amina Said</mark>' in shown.html and "DELETED" not in shown.html
    assert "apt-get install" in shown.said and office.INSTALL in shown.html


def test_a_quote_parted_by_a_page_foot_has_a_box_on_either_page() -> None:
    first, foot, second = "thebeginningofaverylonganswer", "confidential12", "goesonandendsonthenextpage"
    text = first + foot + second
    pages = [1] * (len(first) + len(foot)) + [2] * len(second)
    tops = [50.0] * len(first) + [190.0] * len(foot) + [20.0] * len(second)
    places = [(page, (0.0, top, 5.0, top + 9)) for page, top in zip(pages, tops, strict=True)]
    found = places_of(
        Print(text, places), "The beginning of a very long answer goes on and ends on the next page", None
    )
    assert found == [(1, (0.0, 50.0, 5.0, 59.0)), (2, (0.0, 20.0, 5.0, 29.0))]


def test_a_mail_has_no_pages() -> None:
    with pytest.raises(Unreadable) as refusal:
        picture_pages(b"From: a@b.example\nSubject: x\n\nHello", a_record({}))
    assert refusal.value.code == "no_pages"


def test_show_draws_the_pages_of_a_sample(tmp_path: Path) -> None:
    sample = Path(__file__).parent.parent / "sample_forms" / "r_pt_guine_mesa.pdf"
    drawn = draw_pages(sample, tmp_path, date(2026, 11, 22))
    assert [p.name for p in drawn] == ["r_pt_guine_mesa-page-1.png", "r_pt_guine_mesa-page-2.png"]
    colours = Image.open(drawn[0]).convert("RGB").getcolors(1_000_000)
    assert any(colour == (0x1B, 0x6E, 0x3C) for _, colour in colours or ())


def test_a_region_is_read_again(missing: Callable[[str], None]) -> None:
    try:
        scan_words.data_folder()
    except Unreadable as trouble:
        missing(trouble.remedy)
    box = (36.0, 36.0, 210.0, 56.0)
    again = read_again(a_pdf(), 1, box, "en")
    assert again.text == NAME and again.confidence is not None and again.confidence > 0.8
    page = picture_pages(a_pdf(), a_record({})).pages[0]
    assert read_region(page.png, page.size, box, "unknown").text == NAME
    assert read_again(a_pdf(), 1, (20.0, 100.0, 200.0, 150.0), "en") == ("", None)
    with pytest.raises(Unreadable):
        read_again(a_pdf(), 2, box, "en")


def test_labels_lie_on_their_words_beside_the_answers() -> None:
    """In a PDF where its words stand; in a Word file where they are printed, to the left of the answer or above it."""
    record, data = form("u_fr_madagascar_visite.pdf")
    shown = picture_pages(data, record, labels=True)
    assert not picture_pages(data, record).labels
    page = pypdfium2.PdfDocument(data)[0]
    label = shown.labels["institution_country"][0]
    assert label.page == 1 and label.bbox and label.quote == "Pays:"
    x0, top, x1, bottom = label.bbox
    height = page.get_height()
    assert page.get_textpage().get_text_bounded(x0, height - bottom, x1, height - top).strip() == "Pays:"
    assert {"title", "contact_email", "signature", "institution_acronym"} <= set(shown.labels), "blank ones as well"


def test_labels_of_a_word_file_stand_left_of_the_answer_or_above_it(missing: Callable[[str], None]) -> None:
    if office.converter() is None:
        missing(f"LibreOffice is missing: {office.INSTALL}")
    record, data = form("en_jordan_ngo.docx")
    shown = picture_pages(data, record, labels=True)
    beside = 0
    for key in ("title", "institution_name", "contact_email", "signatory_name"):
        (label, *_), (answer, *_) = shown.labels[key], shown.places[key]
        assert label.bbox and answer.bbox and (label.page or 0) <= (answer.page or 0)
        beside += label.bbox[0] < answer.bbox[0] or label.bbox[1] < answer.bbox[1]
    assert beside == 4
