"""What the end of a page does to a form: running heads, answers and labels that go on, labels in a new print."""

from dataclasses import replace

import pytest

from extractors.candidates import candidates
from extractors.extraction import extract
from extractors.labels import lexicon
from extractors.layout import Layout, Span
from extractors.page_crossing import smaller_at_page_end
from extractors.page_lines import Draft
from extractors.page_margins import take_furniture
from extractors.page_paragraphs import goes_on, mark_paragraphs
from extractors.page_sheet import Sheet, Word
from pipeline.document import Cell, Line, Piece
from tests.test_label_words import with_others
from tests.test_understanding import cells, document, flags, line, values


def word(text: str, left: float, top: float, size: float = 10.0, bold: bool = False, sure: float | None = None) -> Word:
    return Word(text, left, top, left + 6.0 * len(text), top + size, top + size, size, bold=bold, confidence=sure)


def sheet(number: int, head: str, sure: float | None = None) -> Sheet:
    """A page with a head and a line of text."""
    found = Sheet(number, 595.0, 842.0)
    for band, (text, top) in enumerate(((head, 30.0 + number), (f"Text of page {number}", 300.0))):
        left = 50.0
        for each in text.split():
            found.words.append(replace(word(each, left, top, sure=sure), band=band))
            left += 6.0 * len(each) + 5.0
    return found


# ------------------------------------------------------------------------------------------ running heads
HEADS = (
    "SOCIEUX+ / UE : - Fiche de de requête",
    "SOCIEUX*+ / UE - Fiche de requête",
    "SOCIEUX+ / UE - Ficheche requête",
)


def test_a_running_head_is_found_on_paper_though_each_page_reads_it_otherwise() -> None:
    pages = [sheet(number, head, sure=0.9) for number, head in enumerate(HEADS, 1)]
    taken = take_furniture(pages, [[], [], []])
    assert len(taken) == len(HEADS)
    assert all(" ".join(each.text for each in page.words) == f"Text of page {page.number}" for page in pages)


def test_lines_of_a_digital_form_that_are_only_alike_stay() -> None:
    pages = [sheet(number, head) for number, head in enumerate(HEADS, 1)]
    assert not take_furniture(pages, [[], [], []])


def spans(*lines: tuple[str, int, float]) -> tuple[Span, ...]:
    found = [Line(text, (Piece("text", 0, len(text)),), page=page, size=size) for text, page, size in lines]
    return tuple(Span(each, 0, len(each.text)) for each in found)


@pytest.mark.parametrize(
    ("head", "size", "shown"), [("Request form – March 2018", 8.0, True), ("of the fund and its agencies", 10.5, False)]
)
def test_smaller_print_where_an_answer_turns_the_page_is_shown(head: str, size: float, shown: bool) -> None:
    answer = spans(("The fund pays pensions.", 1, 10.5), (head, 2, size), ("It has sixteen agencies.", 2, 10.5))
    assert smaller_at_page_end(answer) == (head if shown else None)


# ------------------------------------------------------------------------------------------ answers and labels
def test_an_answer_below_its_label_in_one_cell_goes_on_in_the_box_that_opens_the_next_page() -> None:
    own, opening = Cell(20, 0, 0), Cell(21, 0, 0)
    rest = "agencies cannot follow those who move from one district to the next."
    carried = Line(rest, (Piece("text", 0, len(rest)),), page=2, cell=opening, new_paragraph=False)
    pages = [
        *cells(1, 0, "Name of the institution", "National Pension Fund"),
        *(each for each in with_others() if each.cell and each.cell.row != 1),
        line("Situation today and why help is needed *", bold=True, cell=own),
        line("Casual workers are paid in cash, and the", cell=own),
        carried,
        *(replace(each, page=2) for each in cells(22, 0, "Name of the signatory", "Ms Grace Wanjiru Otieno")),
    ]
    background = values(extract(document(*pages)))["background"]
    assert isinstance(background, str) and background.endswith("from one district to the next.")


def test_a_remark_that_opens_the_next_page_is_no_question() -> None:
    remark = "(compulsory)"
    first = [
        *cells(1, 0, "Name of the institution (compulsory)", "National Pension Fund"),
        *cells(1, 1, "Country (compulsory)", "Kenya"),
        *(each for each in with_others() if each.cell and each.cell.row != 1),
        *cells(20, 0, "Background and needs", "Casual workers are paid in cash, and the"),
    ]
    second = [line(remark, True, Cell(21, 0, 0), 2), line("agencies cannot follow them.", False, Cell(21, 0, 1), 2)]
    read = extract(document(*first, *second, *(replace(each, page=2) for each in cells(21, 1, "Website", "npf.go.ke"))))
    assert not flags(read, "unknown_question")
    background = values(read)["background"]
    assert isinstance(background, str) and background.endswith("follow them.")


def draft(text: str, top: float, bold: bool = False, plain_end: str = "", size: float = 10.0) -> Draft:
    words = [word(each, 50.0 + 60.0 * at, top, bold=bold) for at, each in enumerate(text.split())]
    words += [word(plain_end, 500.0, top, size)] if plain_end else []
    return Draft(words, (50.0, top, 540.0, top + 10.0), Sheet(1, 595.0, 842.0), right=545.0, text=f"{text} {plain_end}")


def test_a_bold_label_that_opens_the_page_goes_on_with_no_answer_though_its_asterisk_is_plain() -> None:
    answer = draft("Report and manual for the inspectors of all the", 780.0)
    assert goes_on(answer, draft("districts and towns", 40.0))
    assert not goes_on(answer, draft("Start of the first mission", 40.0, bold=True, plain_end="(*)"))


def test_a_label_goes_on_in_bold_though_its_remark_is_smaller() -> None:
    lines = [
        draft("Agency or programme that is to", 100.0, bold=True),
        draft("support", 112.0, True, "(optional)", 7.0),
    ]
    mark_paragraphs(lines)
    assert not lines[1].new_paragraph


def test_a_line_of_dots_ends_a_paragraph() -> None:
    lines = [draft("…………………………………………………………", 100.0), draft("Function of that body – optional", 112.0)]
    lines[0].text, lines[0].box = "…" * 40, (50.0, 100.0, 545.0, 110.0)
    mark_paragraphs(lines)
    assert lines[1].new_paragraph


def test_two_labels_side_by_side_do_not_run_on_into_their_answers() -> None:
    pairs = (("3.3. Premier mois d'activité (*)", "février 2026"), ("3.4. Nombre de mois (*)", "5"))
    rows: list[Line] = []
    for column, (label, answer) in enumerate(pairs):
        cell = Cell(30, 0, column)
        rows += [line(label, bold=True, cell=cell), line(answer, cell=cell)]
    found = {each.text for each in candidates(Layout(document(*rows)), lexicon("fr"), frozenset())}
    assert "3.3. Premier mois d'activité (*) février 2026" not in found
