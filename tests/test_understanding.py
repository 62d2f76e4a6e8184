"""How a form is understood from its labels alone: subheads, section numbers, page ends, options, struck-out words."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from extractors.extraction import extract
from extractors.paged import read_pdf
from extractors.word import read_word
from pipeline.document import Cell, Document, Line, Piece
from pipeline.records import Flag
from pipeline.stages import Extraction
from tests.test_paged import HEIGHT, made, put
from tests.test_word import WORD, built


def line(text: str, bold: bool = False, cell: Cell | None = None, page: int = 1) -> Line:
    """One printed paragraph."""
    return Line(text, (Piece("text", 0, len(text), bold=bold),), path=None, page=page, cell=cell)


def document(*lines: Line) -> Document:
    """A digital form of these lines."""
    return Document(origin="pdf_text", media_type="application/pdf", pages=2, lines=lines, page_sizes=((595, 842),) * 2)


def cells(table: int, row: int, *texts: str) -> list[Line]:
    """A row of a table: labels in the even places, answers in the odd ones; a text alone spans all four columns."""
    if len(texts) == 1:
        return [line(texts[0], True, Cell(table, row, 0, columns=4))]
    return [line(text, place % 2 == 0, Cell(table, row, place)) for place, text in enumerate(texts)]


def values(read: Extraction) -> dict[str, object]:
    """What was read, by key."""
    return {key: reading.value for key, reading in read.fields.items() if reading.state == "answered"}


def flags(read: Extraction, code: str) -> list[Flag]:
    """The flags of one code."""
    return [flag for flag in read.flags if flag.code == code]


PROSE = (
    "The fund pays old-age pensions to forty thousand people and cannot yet reach workers who have no employer.",
    "Each year some three hundred of them ask to join, and most of them leave again before the second year ends.",
)


def test_a_subhead_says_whose_name_is_asked() -> None:
    rows = [
        *cells(0, 0, "Institution"),
        *cells(0, 1, "1.1 Designation *", "National Pension Fund", "1.2 Acronym", "NPF"),
        *cells(0, 2, "1.3 Country *", "Kenya", "1.4 Website", "www.npf.example.ke"),
        *cells(0, 3, "Authority representing the institution"),
        *cells(0, 4, "1.5 Name and surname *", "Ms Jane Otieno", "1.6 Position *", "Director General"),
        *cells(0, 5, "Contact point"),
        *cells(0, 6, "1.7 Name and surname *", "Mr Peter Mwangi", "1.8 Position *", "Head of Planning"),
        *cells(0, 7, "1.9 E-mail *", "p.mwangi@npf.example.ke", "1.10 Telephone *", "+254 20 271 1919"),
    ]
    read = values(extract(document(*rows)))
    assert (read["institution_name"], read["head_name"]) == ("National Pension Fund", "Ms Jane Otieno")
    assert (read["contact_name"], read["contact_position"]) == ("Mr Peter Mwangi", "Head of Planning")
    assert "activities" not in read


def flow(*more: Line) -> Document:
    """A form in running text, two levels of numbers, with ``more`` behind the background."""
    return document(
        line("1. The institution", True),
        line("1.1 Full name: National Pension Fund"),
        line("1.2 Country: Kenya"),
        line("1.3 E-mail: info@npf.example.ke"),
        line("1.4 Telephone: +254 20 271 1919"),
        line("2. The request", True),
        line("2.1 Title: Pensions for workers without an employer"),
        line("2.2 Background", True),
        line(PROSE[0]),
        *more,
        line("3.1 Name: Jane Otieno"),
        line("3.2 Position: Director General"),
        line("3.3 Date: 5 May 2026"),
    )


def test_an_answer_ends_where_the_next_section_begins() -> None:
    assert values(extract(flow(line("3. The closing", True))))["background"] == PROSE[0]


def test_a_number_in_an_answer_opens_no_section() -> None:
    read = values(extract(flow(line("3 offices take part."))))
    assert read["background"] == f"{PROSE[0]}\n3 offices take part."


def test_words_behind_an_answer_that_belong_to_nothing_are_shown() -> None:
    read = extract(
        document(
            *flow().lines[:7],
            line("2.2 Background", True, Cell(1, 0, 0)),
            line(PROSE[0], cell=Cell(1, 1, 0)),
            line(PROSE[1], cell=Cell(2, 0, 0)),
            line("2.3 Objectives", True, Cell(3, 0, 0)),
            line("Every third worker without an employer has joined by 2030.", cell=Cell(3, 1, 0)),
        )
    )
    assert values(read)["background"] == PROSE[0]
    assert [flag.severity for flag in flags(read, "unassigned_text")] == ["warning"]
    assert PROSE[1][:40] in flags(read, "unassigned_text")[0].message


def test_a_letter_between_the_pages_is_only_noted() -> None:
    read = extract(flow(line("3. The closing", True), line("Covering note", True), line(PROSE[1])))
    assert [flag.severity for flag in flags(read, "unassigned_text")] == ["info"]


def test_a_box_goes_on_at_the_head_of_the_next_page() -> None:
    first, second = Cell(1, 1, 0), Cell(2, 0, 0)
    read = extract(
        document(
            *flow().lines[:7],
            line("2.2 Background", True, Cell(1, 0, 0)),
            line(PROSE[0], cell=first),
            line(PROSE[1], cell=second, page=2),
            line("2.3 Objectives", True, Cell(3, 0, 0), page=2),
            line("Every third worker without an employer has joined by 2030.", cell=Cell(3, 1, 0), page=2),
        )
    )
    assert values(read)["background"] == "\n".join(PROSE)
    assert not flags(read, "unassigned_text")


@pytest.mark.parametrize("answer", ["English", "English."])
def test_an_option_typed_in_the_words_of_an_edition_is_an_answer(answer: str) -> None:
    read = extract(flow(line("2.3 Working languages", True), line(answer)))
    assert values(read)["working_languages"] == ["en"]


STRUCK = """<w:p><w:r><w:t xml:space="preserve">Type of institution (strike out what does not apply): </w:t></w:r>
<w:r><w:rPr><w:strike/></w:rPr><w:t>ministry</w:t></w:r><w:r><w:t xml:space="preserve"> / trade union / </w:t></w:r>
<w:r><w:rPr><w:dstrike/></w:rPr><w:t>university</w:t></w:r></w:p>"""


def test_struck_out_words_of_a_word_file_are_left_out() -> None:
    read = read_word(built(STRUCK), WORD)
    assert "trade union" in read.lines[0].text
    assert "ministry" not in read.lines[0].text and "university" not in read.lines[0].text
    assert [trouble.code for trouble in read.troubles] == ["struck_out"]


def _struck(canvas: Canvas, height: float) -> None:
    put(canvas, 72, 100, "Theme: social protection / employment")
    for number, text in enumerate(PROSE):
        put(canvas, 72, 150 + 14 * number, text, size=8)
    canvas.line(105, HEIGHT - height, 177, HEIGHT - height)


def test_a_line_through_the_words_of_a_pdf_strikes_them_out() -> None:
    read = read_pdf(made(lambda canvas: _struck(canvas, 97.2)))
    assert read.lines[0].text == "Theme: / employment"
    assert "social protection" in next(t.message for t in read.troubles if t.code == "struck_out")


def test_an_underline_strikes_nothing_out() -> None:
    read = read_pdf(made(lambda canvas: _struck(canvas, 101.5)))
    assert read.lines[0].text == "Theme: social protection / employment"
