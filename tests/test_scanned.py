"""Scans and photographs: small pages drawn here, read by OCR; skipped where Tesseract is missing, except in CI."""

import io
import math
import os
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen import canvas

from extractors import scan_words
from extractors.scanned import read_pictures, read_scan
from pipeline.document import Document, Line, Unreadable

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
