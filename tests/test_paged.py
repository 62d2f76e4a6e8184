"""The PDF reader: words, tables, ticks, form fields, marks and refusals, on small PDFs made here."""

import io
from collections.abc import Callable

import pikepdf
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from extractors.paged import read_pdf
from pipeline.document import Document, Line, Piece
from pipeline.trouble import Unreadable

HEIGHT = A4[1]
Draw = Callable[[Canvas], None]
PROSE = (
    "The agency prepares the rules for social insurance and pays pensions",
    "to workers in the whole country, and it wants to learn from the peers",
    "of other countries how informal workers can be covered at low cost.",
)


def made(*pages: Draw, **options: object) -> bytes:
    """A PDF with a page for each drawing; y counts from the top through ``put``."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, **options)
    for draw in pages:
        canvas.setFont("Helvetica", 10)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def read(*pages: Draw) -> Document:
    return read_pdf(made(*pages))


def put(canvas: Canvas, x: float, y: float, text: str, font: str = "Helvetica", size: float = 10) -> None:
    canvas.setFont(font, size)
    canvas.drawString(x, HEIGHT - y, text)


def box(canvas: Canvas, x: float, y: float, wide: float, high: float, fill: int = 0, stroke: int = 1) -> None:
    canvas.rect(x, HEIGHT - y - high, wide, high, fill=fill, stroke=stroke)


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def cells(document: Document) -> dict[tuple[int, int, int], str]:
    found: dict[tuple[int, int, int], list[str]] = {}
    for line in document.lines:
        if line.cell:
            found.setdefault((line.cell.table, line.cell.row, line.cell.column), []).append(line.text)
    return {place: " ".join(t) for place, t in found.items()}


def pieces(line: Line, kind: str) -> list[Piece]:
    return [p for p in line.pieces if p.kind == kind]


def grid(canvas: Canvas, xs: list[float], ys: list[float]) -> None:
    for y in ys:
        canvas.line(xs[0], HEIGHT - y, xs[-1], HEIGHT - y)
    for x in xs:
        canvas.line(x, HEIGHT - ys[0], x, HEIGHT - ys[-1])


# --- words and paragraphs


def test_words_have_places_and_offsets() -> None:
    document = read(lambda c: put(c, 72, 100, "Requesting  institution: Ministry"))
    (line,) = document.lines
    assert line.text == "Requesting institution: Ministry"
    assert [line.text[p.start : p.end] for p in line.pieces] == ["Requesting", "institution:", "Ministry"]
    assert line.pieces[0].box is not None and line.pieces[0].box[0] == pytest.approx(72, abs=1)
    assert line.page == 1 and line.box is not None and 88 < line.box[1] < 100 < line.box[3] < 106
    assert document.origin == "pdf_text" and document.page_sizes[0] == pytest.approx(A4)


def test_italic_and_bold_come_from_the_font() -> None:
    document = read(
        lambda c: (
            put(c, 72, 100, "Answer here", "Helvetica-Oblique"),
            put(c, 72, 150, "Title", "Times-BoldItalic", 14),
        )
    )
    assert [(x.italic, x.bold, x.size) for x in document.lines] == [(True, False, 10.0), (True, True, 14.0)]


def test_wrapped_lines_are_one_paragraph() -> None:
    def draw(c: Canvas) -> None:
        for i, text in enumerate((*PROSE, "The end.")):
            put(c, 72, 100 + 12 * i, text)
        for i, text in enumerate(PROSE):
            put(c, 72, 154 + 12 * i, text)
        put(c, 72, 190, "• first point")
        put(c, 72, 202, "• second point")

    starts = [line.new_paragraph for line in read(draw).lines]
    assert starts == [True, False, False, False, True, False, False, True, True]


def test_a_sentence_goes_on_over_the_page_break() -> None:
    def first(c: Canvas) -> None:
        for i, text in enumerate(PROSE):
            put(c, 72, 700 + 12 * i, text)

    def second(c: Canvas) -> None:
        put(c, 72, 130, "without new contributions from the State.")
        put(c, 72, 160, "Objectives", "Helvetica-Bold")

    assert [x.new_paragraph for x in read(first, second).lines] == [True, False, False, False, True]


def test_fields_side_by_side_are_lines_of_one_band() -> None:
    document = read(lambda c: (put(c, 72, 100, "Name: Ada Obi"), put(c, 300, 100, "Position: Director")))
    assert texts(document) == ["Name: Ada Obi", "Position: Director"]
    assert len({line.band for line in document.lines}) == 1


def test_spaced_letters_are_words() -> None:
    def draw(c: Canvas) -> None:
        text = c.beginText(60, HEIGHT - 100)
        text.setCharSpace(4)
        text.textOut("REQUEST FORM")
        c.drawText(text)

    assert texts(read(draw)) == ["REQUEST FORM"]


def test_label_and_answer_set_off_by_a_tab_stay_one_line() -> None:
    assert texts(read(lambda c: (put(c, 72, 100, "Name:"), put(c, 180, 100, "Ada Obi")))) == ["Name: Ada Obi"]


def test_cyrillic_with_embedded_font() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    document = read(lambda c: put(c, 72, 100, "Министерство труда ☒ да ☐ нет", "DejaVu"))
    assert texts(document) == ["Министерство труда ☒ да ☐ нет"]
    assert [p.checked for p in pieces(document.lines[0], "tick")] == [True, False]


def test_rotated_and_cropped_pages_are_read_as_displayed() -> None:
    data = made(lambda c: (put(c, 100, 200, "Head: Ada"), put(c, 100, 300, "Place: Lusaka")))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.pages[0].Rotate = 90
        pdf.pages[0].CropBox = [20, 30, 580, 800]
        turned = io.BytesIO()
        pdf.save(turned)
    document = read_pdf(turned.getvalue())
    assert sorted(texts(document)) == ["Head: Ada", "Place: Lusaka"]
    assert document.page_sizes[0] == pytest.approx((770, 560))
    head = next(x for x in document.lines if x.text.startswith("Head"))
    # As displayed the words run down the page: x from the right follows y of the file.
    assert head.box is not None and head.box[3] - head.box[1] > head.box[2] - head.box[0]
    assert head.box[1] == pytest.approx(80, abs=2) and head.box[0] == pytest.approx(HEIGHT - 200 - 30, abs=4)


# --- tables


def test_ruled_table_with_empty_and_merged_cells() -> None:
    def draw(c: Canvas) -> None:
        xs, ys = [50, 200, 350, 500], [100, 130, 160, 190]
        for y in ys:
            c.line(xs[0], HEIGHT - y, xs[-1], HEIGHT - y)
        c.line(50, HEIGHT - 100, 50, HEIGHT - 190)
        c.line(500, HEIGHT - 100, 500, HEIGHT - 190)
        c.line(200, HEIGHT - 130, 200, HEIGHT - 190)
        c.line(350, HEIGHT - 130, 350, HEIGHT - 190)
        put(c, 55, 115, "Activities")
        put(c, 55, 145, "Title")
        put(c, 205, 142, "Study of the")
        put(c, 205, 154, "fund")
        put(c, 355, 175, "Lusaka")

    document = read(draw)
    assert cells(document) == {
        (0, 0, 0): "Activities",
        (0, 1, 0): "Title",
        (0, 1, 1): "Study of the fund",
        (0, 1, 2): "",
        (0, 2, 0): "",
        (0, 2, 1): "",
        (0, 2, 2): "Lusaka",
    }
    head = document.lines[0].cell
    assert head is not None and head.columns == 3 and head.ruled
    empty = next(x for x in document.lines if x.cell and (x.cell.row, x.cell.column) == (1, 2))
    assert empty.box == pytest.approx((350, 130, 500, 160), abs=2) and empty.pieces == ()


def _line(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    c.line(x0, HEIGHT - y0, x1, HEIGHT - y1)


def _dashed(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    c.setDash(3, 2)
    _line(c, x0, y0, x1, y1)


def _double(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    _line(c, x0, y0, x1, y1)
    _line(c, x0 + 1.5, y0 + 1.5, x1 + 1.5, y1 + 1.5)


def _thin_rectangle(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    box(c, x0, y0, max(x1 - x0, 0.5), max(y1 - y0, 0.5), fill=1, stroke=0)


def _short_pieces(c: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    dx, dy = (1, 0) if x1 > x0 else (0, 1)
    for k in range(0, int(x1 - x0 + y1 - y0), 4):
        _line(c, x0 + dx * k, y0 + dy * k, x0 + dx * (k + 2), y0 + dy * (k + 2))


@pytest.mark.parametrize("side", [_line, _dashed, _double, _thin_rectangle, _short_pieces])
def test_borders_of_every_kind(side: Callable[[Canvas, float, float, float, float], None]) -> None:
    xs, ys = [60.0, 220.0, 520.0], [100.0, 125.0, 150.0]

    def draw(c: Canvas) -> None:
        for y in ys:
            side(c, xs[0], y, xs[1], y)
            side(c, xs[1], y, xs[2], y)
        for x in xs:
            side(c, x, ys[0], x, ys[1])
            side(c, x, ys[1], x, ys[2])
        for i, y in enumerate(ys[:-1]):
            put(c, 65, y + 15, f"Label {i}")
            put(c, 225, y + 15, f"Answer {i}")

    expected = {(0, 0, 0): "Label 0", (0, 0, 1): "Answer 0", (0, 1, 0): "Label 1", (0, 1, 1): "Answer 1"}
    assert cells(read(draw)) == expected


def test_shaded_labels_without_borders_have_answer_cells() -> None:
    def draw(c: Canvas) -> None:
        for i in range(3):
            c.setFillGray(0.9)
            box(c, 50, 100 + 20 * i, 150, 18, fill=1, stroke=0)
            c.setFillGray(0)
            put(c, 55, 113 + 20 * i, f"Label {i}")
            put(c, 210, 113 + 20 * i, f"Answer {i}")

    found = cells(read(draw))
    assert [found[key] for key in sorted(found)] == [
        "Label 0",
        "Answer 0",
        "Label 1",
        "Answer 1",
        "Label 2",
        "Answer 2",
    ]


def test_notice_frame_is_a_table_of_one_cell() -> None:
    def draw(c: Canvas) -> None:
        box(c, 50, 100, 400, 60)
        put(c, 60, 120, "IMPORTANT NOTICE", "Helvetica-Bold")
        put(c, 60, 140, "At most four activities.")
        put(c, 50, 200, "Title")

    document = read(draw)
    assert cells(document) == {(0, 0, 0): "IMPORTANT NOTICE At most four activities."}
    assert document.lines[-1].cell is None


def test_underlined_words_are_no_table() -> None:
    def draw(c: Canvas) -> None:
        put(c, 50, 100, "A. APPLICANT")
        c.line(50, HEIGHT - 102, 130, HEIGHT - 102)
        c.line(50, HEIGHT - 140, 400, HEIGHT - 140)

    assert read(draw).lines[0].cell is None


def test_nested_table_stands_inside_its_cell() -> None:
    def draw(c: Canvas) -> None:
        grid(c, [50, 500], [100, 300])
        put(c, 60, 120, "Outer")
        grid(c, [80, 200, 400], [150, 180, 210])
        put(c, 85, 170, "A")
        put(c, 205, 170, "B")

    document = read(draw)
    inner = next(x for x in document.lines if x.text == "B").cell
    assert inner is not None and inner.inside is not None and (inner.inside.row, inner.column) == (0, 1)


def test_aligned_labels_and_answers_are_borderless_cells() -> None:
    def draw(c: Canvas) -> None:
        rows = [("Name of head:", "Ada Obi"), ("Position:", "Director"), ("Country:", "Zambia"), ("E-mail:", "a@b.org")]
        for i, (label, answer) in enumerate(rows):
            put(c, 60, 100 + 18 * i, label)
            put(c, 220, 100 + 18 * i, answer)

    document = read(draw)
    assert cells(document)[(0, 2, 1)] == "Zambia" and len(cells(document)) == 8
    assert all(x.cell is not None and not x.cell.ruled for x in document.lines)


def test_justified_prose_is_not_split_into_columns() -> None:
    words = (" ".join(PROSE) + " Many of them move from one district to the next during a season. ").split() * 6

    def draw(c: Canvas) -> None:
        at = 0
        for i in range(16):
            row, wide = [], 0.0
            while wide < 420:
                row.append(words[at])
                wide += pdfmetrics.stringWidth(words[at], "Helvetica", 10) + 3
                at += 1
            space = 3 + (470 - wide) / (len(row) - 1)
            x = 60.0
            for word in row:
                put(c, x, 100 + 12 * i, word)
                x += pdfmetrics.stringWidth(word, "Helvetica", 10) + space

    lines = read(draw).lines
    assert len(lines) == 16 and all(line.cell is None for line in lines)
    assert [line.new_paragraph for line in lines] == [True] + [False] * 15


def test_newspaper_columns_are_read_one_after_the_other() -> None:
    def draw(c: Canvas) -> None:
        put(
            c,
            60,
            90,
            "Request for cooperation in the field of social insurance and of pensions for all workers",
            size=11,
        )
        for i in range(12):
            put(c, 60, 120 + 12 * i, f"left {i} words of the first column here", size=9)
            put(c, 320, 120 + 12 * i, f"right {i} words of the second column", size=9)

    order = [t.split()[0] for t in texts(read(draw))]
    assert order == ["Request"] + ["left"] * 12 + ["right"] * 12


# --- ticks


def test_typed_ticks() -> None:
    def draw(c: Canvas) -> None:
        put(c, 60, 100, "[x] Trade union   [ ] Other   [X]Ministry")
        put(c, 60, 120, "( ) Yes  (x) No")

    first, second = read(draw).lines
    assert first.text == "☒ Trade union ☐ Other ☒ Ministry"
    assert second.text == "☐ Yes ☒ No"


def test_picture_fonts() -> None:
    def draw(c: Canvas) -> None:
        put(c, 60, 100, "\u2714", "ZapfDingbats")
        put(c, 75, 100, "Social protection")
        put(c, 60, 120, "\u274f", "ZapfDingbats")
        put(c, 75, 120, "Labour")

    assert texts(read(draw)) == ["☒ Social protection", "☐ Labour"]


def test_options_in_columns_are_read_column_by_column() -> None:
    def draw(c: Canvas) -> None:
        grid(c, [50, 150, 500], [100, 160])
        for i, (left, right) in enumerate([("Ministry", "Public body with a"), ("Trade union", "Other")]):
            put(c, 160, 115 + 26 * i, f"[ ] {left}")
            put(c, 300, 115 + 26 * i, f"[x] {right}")
        put(c, 315, 127, "mandate")

    found = [x.text for x in read(draw).lines if x.cell and x.cell.column == 1]
    assert found == ["☐ Ministry", "☐ Trade union", "☒ Public body with a", "mandate", "☒ Other"]


def test_filled_square_alone_is_a_bullet() -> None:
    pdfmetrics.registerFont(TTFont("DejaVu", "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"))
    alone = read(lambda c: put(c, 60, 100, "■ a point of a list", "DejaVu"))
    assert not pieces(alone.lines[0], "tick") and alone.lines[0].text.startswith("■")
    both = read(lambda c: (put(c, 60, 100, "■ yes", "DejaVu"), put(c, 60, 120, "□ no", "DejaVu")))
    assert texts(both) == ["☒ yes", "☐ no"]


def test_drawn_boxes() -> None:
    def draw(c: Canvas) -> None:
        box(c, 60, 92, 9, 9)
        put(c, 75, 100, "empty rectangle")
        box(c, 60, 112, 9, 9)
        c.line(61, HEIGHT - 113, 68, HEIGHT - 120)
        c.line(68, HEIGHT - 113, 61, HEIGHT - 120)
        put(c, 75, 120, "crossed by strokes")
        box(c, 60, 132, 9, 9)
        put(c, 62, 140, "X", size=8)
        put(c, 75, 140, "letter inside")
        grid(c, [60, 70], [152, 162])
        put(c, 75, 160, "four lines")
        c.circle(65, HEIGHT - 176, 5)
        c.circle(65, HEIGHT - 176, 2.5, fill=1)
        put(c, 75, 180, "radio on")
        put(c, 60, 200, "right of the word")
        box(c, 150, 192, 9, 9)
        box(c, 152, 194, 5, 5, fill=1)

    assert texts(read(draw)) == [
        "☐ empty rectangle",
        "☒ crossed by strokes",
        "☒ letter inside",
        "☐ four lines",
        "☒ radio on",
        "right of the word ☒",
    ]


def test_boxes_for_single_letters_are_no_ticks() -> None:
    def draw(c: Canvas) -> None:
        put(c, 60, 100, "Date")
        for i, figure in enumerate("0105"):
            box(c, 100 + 14 * i, 90, 14, 14)
            put(c, 104 + 14 * i, 101, figure)

    document = read(draw)
    assert not any(pieces(x, "tick") for x in document.lines) and "".join(texts(document)).endswith("0 1 0 5")


# --- form fields


def form(canvas: Canvas) -> None:
    put(canvas, 60, 100, "Name:")
    canvas.acroForm.textfield(name="f1", x=120, y=HEIGHT - 106, width=200, height=16, value="Ada Obi", tooltip="Name")
    put(canvas, 60, 130, "Remarks")
    canvas.acroForm.textfield(name="f2", x=60, y=HEIGHT - 200, width=400, height=60, value="")
    canvas.acroForm.checkbox(name="c1", x=60, y=HEIGHT - 222, size=11, checked=True)
    put(canvas, 78, 220, "Trade union")
    canvas.acroForm.checkbox(name="c2", x=60, y=HEIGHT - 242, size=11, checked=False)
    put(canvas, 78, 240, "Ministry")
    canvas.acroForm.choice(
        name="l1",
        x=120,
        y=HEIGHT - 266,
        width=120,
        height=16,
        value="fr",
        options=[("English", "en"), ("French", "fr")],
    )
    put(canvas, 60, 260, "Language:")
    canvas.acroForm.radio(name="r", value="a", selected=False, x=60, y=HEIGHT - 282, size=11)
    put(canvas, 78, 280, "On site")
    canvas.acroForm.radio(name="r", value="b", selected=True, x=160, y=HEIGHT - 282, size=11)
    put(canvas, 178, 280, "Remote")


def test_form_fields_stand_beside_their_labels() -> None:
    document = read(form)
    assert document.origin == "pdf_form"
    assert texts(document) == [
        "Name: Ada Obi",
        "Remarks",
        "",
        "☒ Trade union",
        "☐ Ministry",
        "Language: French",
        "☐ On site ☒ Remote",
    ]
    (entry,) = pieces(document.lines[0], "entry")
    assert entry.hint == "Name" and document.lines[0].text[entry.start : entry.end] == "Ada Obi"
    (blank,) = pieces(document.lines[2], "entry")
    assert blank.start == blank.end and blank.box is not None and blank.box[1] == pytest.approx(140, abs=1)
    assert pieces(document.lines[5], "entry")[0].choice


def test_fields_with_labels_side_by_side() -> None:
    def draw(c: Canvas) -> None:
        for x, label in ((60, "Name"), (280, "Position")):
            put(c, x, 100, label)
            c.acroForm.textfield(name=label, x=x + 50, y=HEIGHT - 104, width=160, height=16, value=f"my {label}")
        put(c, 60, 130, "Duration")
        c.acroForm.textfield(name="d", x=110, y=HEIGHT - 134, width=40, height=16, value="6")
        put(c, 155, 130, "months")

    assert texts(read(draw)) == ["Name my Name", "Position my Position", "Duration 6 months"]


def _changed(data: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


def test_values_are_inherited_from_the_parent_field() -> None:
    def split(pdf: pikepdf.Pdf) -> None:
        kid = next(a for a in pdf.pages[0].Annots if a.get("/T") == "f1")
        parent = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Tx, T="p", V="Inherited", TU="Tip", Kids=[kid]))
        for key in ("/FT", "/V", "/T", "/TU"):
            del kid[key]
        kid.Parent = parent

    line = read_pdf(_changed(made(form), split)).lines[0]
    assert line.text == "Name: Inherited" and pieces(line, "entry")[0].hint == "Tip"


def test_text_only_in_the_appearance_and_hidden_fields() -> None:
    def strip(pdf: pikepdf.Pdf) -> None:
        for field in pdf.pages[0].Annots:
            if field.get("/T") == "f1":
                del field["/V"]
                if "/DV" in field:
                    del field["/DV"]
            if field.get("/T") == "c1":
                field.F = 2

    document = read_pdf(_changed(made(form), strip))
    assert document.lines[0].text == "Name: Ada Obi"
    assert "Trade union" in texts(document)


def test_paragraphs_of_a_field_are_lines_of_its_cell() -> None:
    def draw(c: Canvas) -> None:
        grid(c, [50, 200, 500], [100, 160])
        put(c, 55, 113, "Background")
        c.acroForm.textfield(name="f", x=202, y=HEIGHT - 158, width=296, height=56, value="x", fieldFlags="multiline")

    def value(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Annots[0].V = "First paragraph.\r\rЖители второго.\nThird."

    document = read_pdf(_changed(made(draw), value))
    assert [x.text for x in document.lines if x.cell and x.cell.column == 1] == [
        "First paragraph.",
        "Жители второго.",
        "Third.",
    ]
    assert all(x.new_paragraph for x in document.lines) and document.lines[0].band == document.lines[1].band


def test_typed_notes_stamps_ink_and_signature_fields() -> None:
    def annotate(pdf: pikepdf.Pdf) -> None:
        def note(subtype: str, rectangle: list[float], **more: object) -> pikepdf.Object:
            kind = pikepdf.Name("/" + subtype)
            return pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=kind, Rect=rectangle, **more))

        signature = note("Widget", [100, 300, 300, 340], FT=pikepdf.Name.Sig, T="sig")
        pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[signature])
        pdf.pages[0].Annots = pikepdf.Array(
            [
                note("FreeText", [120, HEIGHT - 104, 250, HEIGHT - 90], Contents="Ada Obi"),
                note("Ink", [100, 400, 200, 440]),
                note("Stamp", [300, 400, 380, 440]),
                signature,
            ]
        )

    data = made(lambda c: (put(c, 60, 100, "Name:"), put(c, 60, 430, "Signature:")))
    document = read_pdf(_changed(data, annotate))
    assert document.lines[0].text == "Name: Ada Obi" and pieces(document.lines[0], "entry")
    assert {m.kind for m in document.marks} == {"ink", "image", "digital_field"}
    assert all(document.lines[m.after].text == "Signature:" for m in document.marks)


# --- marks, margins, refusals


def _picture(canvas: Canvas, x: float, y: float, wide: float, high: float) -> None:
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    picture = Image.linear_gradient("L").resize((40, 20))
    canvas.drawImage(ImageReader(picture), x, HEIGHT - y - high, wide, high)


def test_picture_in_the_signature_cell() -> None:
    def draw(c: Canvas) -> None:
        grid(c, [50, 200, 500], [400, 470])
        put(c, 55, 415, "Signature")
        _picture(c, 220, 405, 120, 50)

    (mark,) = read(draw).marks
    assert mark.kind == "image" and mark.cell is not None and mark.cell.column == 1


def test_scribble_is_a_mark() -> None:
    def draw(c: Canvas) -> None:
        put(c, 60, 400, "Signature:")
        path = c.beginPath()
        path.moveTo(150, HEIGHT - 400)
        for i in range(12):
            path.curveTo(155 + 8 * i, HEIGHT - 370, 160 + 8 * i, HEIGHT - 420, 158 + 8 * i, HEIGHT - 395)
        c.drawPath(path)

    document = read(draw)
    assert [m.kind for m in document.marks] == ["drawing"] and document.marks[0].after == 0


def test_heads_feet_and_page_numbers_are_furniture() -> None:
    def page(number: int) -> Draw:
        def draw(c: Canvas) -> None:
            put(c, 60, 30, "SOCIEUX+ request form")
            put(c, 60, 200, f"Answer number {number}")
            put(c, 280, 820, f"Page {number} of 3")

        return draw

    document = read(page(1), page(2), page(3))
    assert texts(document) == ["Answer number 1", "Answer number 2", "Answer number 3"]
    assert len(document.furniture) == 6


def test_scans_are_refused_and_single_pictures_reported() -> None:
    def scan(c: Canvas) -> None:
        _picture(c, 0, 0, A4[0], A4[1])

    with pytest.raises(Unreadable) as refusal:
        read(scan, scan)
    assert refusal.value.code == "scan" and refusal.value.remedy
    document = read(lambda c: put(c, 60, 100, "Name: Ada Obi"), scan)
    assert [(t.code, t.severity) for t in document.troubles] == [("text_in_picture", "warning")]
    assert "2" in document.troubles[0].message


def test_glyph_soup_is_refused() -> None:
    soup = "5HTXHVWLQJ LQVWLWXWLRQ 0LQLVWU\\ RI /DERXU DQG 6RFLDO 3URWHFWLRQ WKH DJHQF\\ SUHSDUHV"

    def draw(c: Canvas) -> None:
        for i in range(6):
            put(c, 60, 100 + 14 * i, soup)

    with pytest.raises(Unreadable) as refusal:
        read(draw)
    assert refusal.value.code == "unreadable_text_layer"


def test_encrypted_damaged_and_foreign_files() -> None:
    from reportlab.lib.pdfencrypt import StandardEncryption

    def draw(c: Canvas) -> None:
        put(c, 60, 100, "Name: Ada Obi")

    locked = made(draw, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    open_to_all = made(draw, encrypt=StandardEncryption("", ownerPassword="owner"))
    codes = []
    for data in (locked, b"", b"<html>", b"%PDF-1.7\n1 0 obj\n<<", made(draw)[:300]):
        with pytest.raises(Unreadable) as refusal:
            read_pdf(data)
        codes.append(refusal.value.code)
    assert codes == ["encrypted", "damaged", "damaged", "damaged", "damaged"]
    assert texts(read_pdf(open_to_all)) == ["Name: Ada Obi"]


def test_a_damaged_file_is_rebuilt_if_it_can_be() -> None:
    data = made(lambda c: put(c, 60, 100, "Name: Ada Obi"), pageCompression=0)
    document = read_pdf(data.replace(b"startxref", b"startxxxx").replace(b"%%EOF", b""))
    assert texts(document) == ["Name: Ada Obi"]
    assert [t.code for t in document.troubles] == ["repaired"]


def test_scripts_and_xfa_are_reported() -> None:
    def add(pdf: pikepdf.Pdf) -> None:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.Root.OpenAction = script
        pdf.Root.AcroForm.XFA = pikepdf.String("<xdp/>")

    document = read_pdf(_changed(made(form), add))
    assert {t.code for t in document.troubles} == {"active_content", "xfa"}
    assert document.lines[0].text == "Name: Ada Obi"
