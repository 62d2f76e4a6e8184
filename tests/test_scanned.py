"""Scans and photographs: small pages drawn here, read by OCR; skipped where Tesseract is missing, except in CI."""

import io
import math
import os
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from extractors import scan_words, scanned
from extractors.layout import Layout
from extractors.origin import origin_of
from extractors.scan_doubts import unclear_words
from extractors.scan_pictures import USUAL_DPI, Pages
from extractors.scan_second import addresses
from extractors.scan_stamps import is_stamp
from extractors.scan_words import Reading
from extractors.scanned import read_pictures, read_scan
from pipeline.document import Document, Line, Piece
from pipeline.records import Evidence, FieldReading
from pipeline.trouble import Unreadable

DPI = 150
SIZE = (int(6.2 * DPI), int(5.6 * DPI))


@pytest.fixture(scope="module", autouse=True)
def tesseract() -> None:
    try:
        scan_words.data_folder()
        __import__("tesserocr")
    except (Unreadable, ImportError):
        message = f"needs Tesseract: {scan_words.INSTALL} && pip install tesserocr"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)


@cache
def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def _form(smeared: bool = False) -> Image.Image:
    """A page with a heading, three boxes to tick (the second ticked), a dotted line, a table and a signature."""
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    draw.text((70, 50), "Request for technical cooperation", font=_font(30), fill=20)
    draw.text((70, 110), "Legal status of the institution", font=_font(21), fill=20)
    for row, option in enumerate(("Ministry or agency", "Trade union", "University")):
        y = 150 + 34 * row
        draw.rectangle((70, y, 88, y + 18), outline=20, width=2)
        draw.text((100, y - 3), option, font=_font(21), fill=20)
    draw.line((66, 181, 95, 205), fill=20, width=3)  # a pen goes over the edge
    draw.line((92, 180, 68, 206), fill=20, width=3)
    draw.text((70, 270), "Web page:" + "." * 60, font=_font(21), fill=20)
    _table(draw, smeared)
    draw.text((70, 560), "Signature of the head:", font=_font(21), fill=20)
    points = [(330 + 6 * k, 590 + (44 - k) * math.sin(k * 0.9)) for k in range(36)]
    draw.line(points, fill=20, width=3)
    draw.line([(320, 640), (560, 560)], fill=20, width=2)
    return page


def _table(draw: ImageDraw.ImageDraw, smeared: bool) -> None:
    telephone = "" if smeared else "+256 414 123 456"
    rows = (("Name of the institution", "National Agency of Labour"), ("Telephone", telephone))
    for row, (label, answer) in enumerate(rows):
        y = 330 + 60 * row
        draw.rectangle((70, y, 400, y + 60), outline=20, width=2)
        draw.rectangle((400, y, 860, y + 60), outline=20, width=2)
        draw.text((80, y + 15), label, font=_font(21), fill=20)
        draw.text((410, y + 15), answer, font=_font(21), fill=20)
    if smeared:
        draw.rectangle((415, 408, 600, 430), fill=60)


def _pdf(*pages: Image.Image, written: str = "") -> bytes:
    out = io.BytesIO()
    paper = canvas.Canvas(out)
    for page in pages:
        size = (page.width * 72 / DPI, page.height * 72 / DPI)
        paper.setPageSize(size)
        paper.drawImage(ImageReader(page), 0, 0, *size)
        paper.showPage()
    if written:
        paper.setPageSize((450, 500))
        for row in range(12):
            paper.drawString(50, 450 - 16 * row, f"{written} {row}")
        paper.showPage()
    paper.save()
    return out.getvalue()


@cache
def _read(turn: int = 0, skew: float = 0.0, smeared: bool = False) -> Document:
    page = _form(smeared).rotate(skew, resample=Image.Resampling.BICUBIC, fillcolor=250).rotate(turn, expand=True)
    return read_scan(_pdf(page), "application/pdf")


def _text(document: Document) -> str:
    return "\n".join(line.text for line in document.lines)


def _line(document: Document, words: str) -> Line:
    return next(line for line in document.lines if words in line.text)


def test_words_keep_box_and_confidence() -> None:
    document = _read()
    line = _line(document, "Request for technical cooperation")
    assert document.origin == "ocr" and document.pages == 1
    assert line.box is not None and abs(line.box[0] - 70 * 72 / DPI) < 3
    assert all(p.box and p.confidence and p.confidence > 0.6 for p in line.pieces)


@pytest.mark.parametrize(("turn", "skew"), [(0, 0.0), (0, 2.5), (90, 1.0), (180, 0.0), (270, 0.0)])
def test_turned_and_skewed_pages_give_the_same_ticks(turn: int, skew: float) -> None:
    lines = [line.text for line in _read(turn, skew).lines if any(p.kind == "tick" for p in line.pieces)]
    assert lines == ["☐ Ministry or agency", "☒ Trade union", "☐ University"]


def test_boxes_are_on_the_page_as_displayed() -> None:
    upright, turned = _line(_read(), "National Agency"), _line(_read(180), "National Agency")
    assert upright.box is not None and turned.box is not None
    wide, high = SIZE[0] * 72 / DPI, SIZE[1] * 72 / DPI
    back = (wide - turned.box[2], high - turned.box[3], wide - turned.box[0], high - turned.box[1])
    assert all(abs(a - b) < 4 for a, b in zip(upright.box, back, strict=True))


def test_ruled_lines_make_cells_with_their_words() -> None:
    document = _read(skew=2.5)
    answer, label = _line(document, "National Agency of Labour"), _line(document, "Name of the institution")
    assert label.cell is not None and (label.cell.row, label.cell.column) == (0, 0)
    assert answer.cell is not None and (answer.cell.row, answer.cell.column) == (0, 1)


def test_a_dotted_line_is_read_as_dots() -> None:
    assert _line(_read(), "Web page").text.count(".") > 30


def test_a_smear_is_there_but_not_read() -> None:
    document = _read(smeared=True)
    pieces = [(p, line) for line in document.lines for p in line.pieces if "\ufffd" in line.text[p.start : p.end]]
    assert len(pieces) == 1
    piece, line = pieces[0]
    assert piece.confidence == 0 and piece.box is not None
    assert line.cell is not None and line.cell.column == 1


def test_pen_strokes_are_a_mark_and_no_words() -> None:
    document = _read(skew=2.5)
    assert [m.kind for m in document.marks] == ["ink"]
    assert "Signature of the head" in document.lines[document.marks[0].after].text
    assert document.lines[-1].text.startswith("Signature of the head")


def test_a_page_with_text_is_not_read_again() -> None:
    document = read_scan(_pdf(_form(), written="An exact line with a rare word zyzzyva"), "application/pdf")
    assert document.origin == "mixed" and document.pages == 2
    exact = _line(document, "zyzzyva")
    assert exact.page == 2 and all(p.confidence is None for p in exact.pieces)
    assert "☒ Trade union" in _text(document)


def test_an_empty_back_page_gives_nothing() -> None:
    document = read_scan(_pdf(_form(), Image.new("L", SIZE, 246)), "application/pdf")
    assert document.pages == 2 and all(line.page == 1 for line in document.lines)


def test_a_tiff_of_two_pages_is_read_and_flagged() -> None:
    out = io.BytesIO()
    _form().save(out, "TIFF", save_all=True, append_images=[_form(smeared=True)], dpi=(DPI, DPI))
    document = read_pictures(out.getvalue(), "image/tiff")
    assert document.pages == 2 and {line.page for line in document.lines} == {1, 2}
    assert [t.code for t in document.troubles] == ["not_accepted_format"]
    assert [t.code for t in unclear_words(Layout(document), {})] == ["unclear_words"]


def test_a_photograph_on_a_dark_table_is_set_straight() -> None:
    out = io.BytesIO()
    paper = Image.new("RGB", (1080, 1527), (250, 250, 250))
    paper.paste(_form().convert("RGB"), (70, 90))
    ground = Image.new("RGB", (1380, 1830), (60, 50, 45))
    sheet = Image.new("RGBA", ground.size)
    sheet.paste(paper, (150, 150))
    corners = (0, -40, 60, 1870, 1430, 1810, 1370, 30)
    bent = sheet.transform(ground.size, Image.Transform.QUAD, corners, resample=Image.Resampling.BICUBIC)
    ground.paste(bent, (0, 0), bent)
    ground.save(out, "JPEG", quality=70)
    text = _text(read_pictures(out.getvalue(), "image/jpeg"))
    assert "☒ Trade union" in text and "National Agency of Labour" in text


def test_a_cut_off_picture_is_damaged() -> None:
    out = io.BytesIO()
    _form().save(out, "PNG")
    with pytest.raises(Unreadable) as refusal:
        read_pictures(out.getvalue()[:900], "image/png")
    assert refusal.value.code == "damaged"


def test_missing_language_data_is_said_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scan_words, "_FOLDERS", ("/nowhere",))
    monkeypatch.delenv("TESSDATA_PREFIX", raising=False)
    with pytest.raises(Unreadable) as refusal:
        read_scan(_pdf(_form()), "application/pdf")
    assert refusal.value.code == "ocr_missing" and "apt-get install" in refusal.value.remedy


def test_noise_makes_no_ticks() -> None:
    grain = np.random.default_rng(1).normal(0, 14, (SIZE[1], SIZE[0]))
    page = Image.fromarray(np.clip(np.asarray(_form(), float) + grain, 0, 255).astype(np.uint8))
    lines = read_scan(_pdf(page), "application/pdf").lines
    ticks = [p.checked for line in lines for p in line.pieces if p.kind == "tick"]
    assert ticks == [False, True, False]


def _options(chosen: str) -> Image.Image:
    """A page with three circles to choose from, one of them ``filled``, ``crossed`` or ``disc``; letters O as well."""
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    draw.text((70, 50), "Legal status of the organisation", font=_font(30), fill=20)
    for row, option in enumerate(("Ministry or agency", "Trade union", "University")):
        y = 130 + 44 * row
        draw.ellipse((70, y, 94, y + 24), outline=20, width=2)
        draw.text((106, y), option, font=_font(21), fill=20)
    inner = {"filled": (77, 181, 87, 191), "disc": (70, 174, 94, 198)}
    if chosen in inner:
        draw.ellipse(inner[chosen], fill=20)
    else:
        draw.line((66, 170, 98, 202), fill=20, width=3)
        draw.line((98, 170, 66, 202), fill=20, width=3)
    for row in range(3):
        draw.text((70, 300 + 40 * row), "O Ministério pede apoio técnico", font=_font(24), fill=20)
    return page


@pytest.mark.parametrize("chosen", ["filled", "crossed", "disc"])
def test_circles_are_chosen_from_and_letters_are_not(chosen: str) -> None:
    lines = read_scan(_pdf(_options(chosen)), "application/pdf").lines
    ticked = [line.text for line in lines if any(p.kind == "tick" for p in line.pieces)]
    assert ticked == ["☐ Ministry or agency", "☒ Trade union", "☐ University"]


def _fields_form() -> Image.Image:
    """A fillable form printed and scanned: labels, thin grey frames round the answers (one empty), grey tick boxes."""
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    asked = ("Name of the institution", "Country", "Telephone", "Web page", "Contact person")
    given = ("National Agency of Labour", "Uganda", "+256 414 123 456", "", "Amina Okello")
    for row, (label, answer) in enumerate(zip(asked, given, strict=True)):
        y = 60 + 70 * row
        draw.text((70, y), label, font=_font(20), fill=20)
        draw.rectangle((70, y + 28, 700, y + 58), outline=165, width=1)
        draw.text((80, y + 31), answer, font=_font(20), fill=20)
    for row, option in enumerate(("English", "French", "Spanish")):
        y = 440 + 40 * row
        draw.rectangle((70, y, 92, y + 22), outline=170, width=1)
        draw.text((104, y - 1), option, font=_font(21), fill=20)
    draw.line((74, 484, 88, 498), fill=20, width=2)
    draw.line((88, 484, 74, 498), fill=20, width=2)
    return page


def test_grey_frames_are_the_fields_they_were() -> None:
    document = read_scan(_pdf(_fields_form()), "application/pdf")
    entries = [line.text[p.start : p.end] for line in document.lines for p in line.pieces if p.kind == "entry"]
    assert entries == ["National Agency of Labour", "Uganda", "+256 414 123 456", "", "Amina Okello"]
    assert all(line.cell is None for line in document.lines)
    ticked = [line.text for line in document.lines if any(p.kind == "tick" for p in line.pieces)]
    assert ticked == ["☐ English", "☒ French", "☐ Spanish"]


def test_a_box_that_may_be_ticked_is_shown_to_a_person() -> None:
    page = _form()
    ImageDraw.Draw(page).rectangle((72, 152, 86, 166), fill=220)
    document = read_scan(_pdf(page), "application/pdf")
    ticks = [p for line in document.lines for p in line.pieces if p.kind == "tick"]
    doubtful = [p for p in ticks if p.confidence is not None and p.confidence < 0.75]
    assert len(doubtful) == 1
    assert [(t.code, t.severity) for t in document.troubles] == [("unclear_tick", "warning")]
    assert "Ministry or agency" in document.troubles[0].message


def test_a_sure_page_has_no_unclear_ticks() -> None:
    assert _read().troubles == ()


@pytest.mark.parametrize(
    ("answered", "origin"), [((2, 3), "pdf_text"), ((1, 2), "mixed"), ((1,), "ocr"), ((), "pdf_text")]
)
def test_only_answers_in_pictures_make_a_file_mixed(answered: tuple[int, ...], origin: str) -> None:
    piece, printed = Piece("text", 0, 1, confidence=0.9), Piece("text", 0, 1)
    lines = (Line("a", (piece,), page=1), Line("b", (printed,), page=2), Line("c", (printed,), page=3))
    readings = {f"k{n}": FieldReading(state="answered", evidence=(Evidence(page=n),)) for n in answered}
    assert origin_of(Document("mixed", "application/pdf", 3, lines), readings) == origin


@pytest.mark.parametrize(("shape", "stamp"), [("round", True), ("frame", True), ("pen", False)])
def test_a_stamp_is_told_from_pen_strokes(shape: str, stamp: bool) -> None:
    page = Image.new("L", (600, 400), 0)
    draw = ImageDraw.Draw(page)
    if shape == "round":
        draw.ellipse((150, 50, 400, 300), outline=255, width=5)
    elif shape == "frame":
        draw.rectangle((120, 120, 450, 260), outline=255, width=5)
        page = page.rotate(9, resample=Image.Resampling.BICUBIC)
    else:
        draw.line([(100 + 10 * k, 200 + 120 * math.sin(k * 0.9)) for k in range(40)], fill=255, width=5)
    assert is_stamp(np.asarray(page), (60, 20, 560, 380), 200 / 25.4) is stamp


@pytest.mark.parametrize("drawn_over", [False, True])
def test_the_picture_is_taken_as_it_came_where_nothing_else_is_on_the_page(drawn_over: bool) -> None:
    out = io.BytesIO()
    size = (SIZE[0] * 72 / DPI, SIZE[1] * 72 / DPI)
    paper = canvas.Canvas(out, pagesize=size)
    paper.drawImage(ImageReader(_form()), 0, 0, *size)
    if drawn_over:
        paper.rect(5, size[1] - 15, 10, 10, fill=1)
    paper.save()
    with Pages(out.getvalue()) as pages:
        pixels = pages.picture(1).pixels
    assert drawn_over == bool((pixels[:40, :40] < 100).any())
    assert drawn_over or np.array_equal(pixels, np.asarray(_form()))


def test_a_fine_scan_is_brought_down_to_what_ocr_needs() -> None:
    out = io.BytesIO()
    Image.new("L", (2481, 3508), 250).save(out, "PDF", resolution=300)
    with Pages(out.getvalue()) as pages:
        picture = pages.picture(1)
    assert picture.dpi == USUAL_DPI and abs(picture.pixels.shape[0] - 11.69 * USUAL_DPI) < 3


def test_light_print_on_a_dark_band_is_read() -> None:
    page = _form()
    draw = ImageDraw.Draw(page)
    draw.rectangle((60, 480, 870, 520), fill=40)
    draw.text((80, 487), "Declaration and consent", font=_font(24), fill=250)
    text = _text(read_scan(_pdf(page), "application/pdf"))
    assert "Declaration and consent" in text and "\ufffd" not in text


def test_a_grey_stamp_is_taken_off_the_answer_beneath_it() -> None:
    page = _form()
    stamp = Image.new("L", page.size, 255)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((470, 320, 760, 400), outline=140, width=4)
    draw.text((490, 330), "REGISTRY 0417", font=_font(30), fill=140)
    draw.text((490, 365), "12 March 2026", font=_font(24), fill=140)
    stamp = stamp.rotate(4, resample=Image.Resampling.BICUBIC, fillcolor=255, center=(615, 360))
    document = read_scan(_pdf(ImageChops.multiply(page, stamp)), "application/pdf")
    answers = [line.text for line in document.lines if line.cell is not None and line.cell.column == 1]
    assert answers == ["National Agency of Labour", "+256 414 123 456"]
    assert any(m.words == "stamp" for m in document.marks)


def test_words_that_could_not_be_read_surely_are_shown_to_a_person() -> None:
    troubles = list(unclear_words(Layout(_read(smeared=True)), {}))
    assert [(t.code, t.severity) for t in troubles] == [("unclear_words", "warning")]
    assert "page 1" in troubles[0].message


def test_a_page_after_one_that_fails_does_not_wait_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanned, "set_upright", _fails)
    with pytest.raises(RuntimeError, match="broken"):
        read_scan(_pdf(_form(), _form()), "application/pdf")


def _fails(picture: object) -> None:
    raise RuntimeError("broken")


def test_an_address_read_in_pieces_is_one() -> None:
    pieces = [Reading("j.soares", (0, 0, 80, 20), 20, 0.9, 1), Reading("@sefope.gov.tl", (84, 0, 200, 20), 20, 0.8, 1)]
    assert [(w.text, w.confidence) for w in addresses(pieces)] == [("j.soares@sefope.gov.tl", 0.8)]
    far = [pieces[0], Reading("@sefope.gov.tl", (180, 0, 300, 20), 20, 0.8, 1)]
    assert list(addresses(far)) == []


def test_a_bold_label_over_its_answer_keeps_its_weight() -> None:
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    rows = (
        ("Name of the institution", "National Agency of Labour and Pensions"),
        ("Country of the requester", "Uganda"),
        ("Person in charge of the request", "Amina Okello, head of unit"),
        ("Main purpose", "To train the inspectors"),
    )
    for row, (label, answer) in enumerate(rows):
        y = 60 + 80 * row
        draw.rectangle((70, y, 860, y + 70), outline=20, width=2)
        draw.text((82, y + 8), label, font=_font(22), fill=20, stroke_width=1, stroke_fill=20)
        draw.text((82, y + 38), answer, font=_font(22), fill=20)
    lines = read_scan(_pdf(page), "application/pdf").lines
    assert [line.bold for line in lines] == [True, False] * len(rows)


def test_grey_print_is_no_stamp() -> None:
    page = Image.new("L", SIZE, 250)
    draw = ImageDraw.Draw(page)
    draw.text((70, 40), "What the institution itself contributes", font=_font(22), fill=20)
    told = "Say in a few lines which rooms,\nstaff and means of transport the\ninstitution gives and\nwho will pay."
    for row, line in enumerate(told.split("\n")):
        draw.text((70, 80 + 27 * row), line, font=_font(20), fill=140)
    text = _text(read_scan(_pdf(page), "application/pdf"))
    assert "which rooms" in text and "will pay" in text


@pytest.mark.parametrize(
    ("text", "confidence", "doubted"),
    [("Windhoek\ufffd", 0.88, True), ("ratache", 0.45, True), ("rattache", 0.9, False), ("à", 0.2, False)],
)
def test_a_doubtful_word_is_named(text: str, confidence: float, doubted: bool) -> None:
    line = Line(text, (Piece("text", 0, len(text), confidence=confidence),), page=2)
    scan = Document("ocr", "application/pdf", 2, (line,))
    troubles = tuple(unclear_words(Layout(scan), {}))
    assert not tuple(unclear_words(Layout(scan), {0: [(0, len(text))]}))
    assert [t.code for t in troubles] == (["unclear_words"] if doubted else [])
    assert all(f"page 2: “{text}”" in t.message for t in troubles)
