"""Forms in words nobody has seen: options, typed marks, shared beginnings, and what the order of questions tells."""

import pytest

from extractors.choices import ticked
from extractors.extraction import extract
from extractors.layout import Layout
from extractors.options import options_of
from extractors.scan_doubts import unclear_words
from extractors.typed_boxes import marked_boxes
from pipeline.document import Cell, Document, Line, Piece
from tests.test_understanding import cells, document, flags, line, values

KINDS = "institution_type"


def kinds(language: str, *texts: str) -> list[str | None]:
    """The kinds of institution that a tick list names."""
    return [option for option, _ in options_of(list(texts), KINDS, language)]


def test_alternatives_in_one_option_are_weighed_together() -> None:
    texts = ("órgão do governo nacional", "órgão de um estado, região ou município", "agência, caixa ou fundo público")
    assert kinds("pt", *texts) == ["central_government", "regional_local_government", "mandated_body"]


def test_a_beginning_that_options_share_says_nothing() -> None:
    texts = ("Secteur public – ministère", "Secteur public – collectivité locale", "Organisation patronale")
    assert kinds("fr", *texts) == ["central_government", "regional_local_government", "employers_organisation"]


def test_two_printed_options_may_be_one_of_ours() -> None:
    assert kinds("en", "Social security fund", "Public employment service") == ["mandated_body", "mandated_body"]


def chosen(language: str, *texts: str) -> tuple[str, ...] | None:
    """What typed marks choose; None where the lines are no list of options with marks."""
    units = Layout(document(*(line(text) for text in texts))).units
    boxes = marked_boxes(units, None, KINDS, language)
    return ticked(boxes, KINDS, language).values if boxes else None


@pytest.mark.parametrize(
    "texts",
    [
        ("___ Ministry", "_X_ Trade union", "___ University"),
        ("Ministry", "YES Trade union", "University"),
        ("( ) Ministry", "(x) Trade union", "( ) University"),
        ("Ministry no", "Trade union yes", "University no"),
        ("Ministry", "Trade union", "x", "University"),
    ],
)
def test_a_typed_mark_is_a_tick(texts: tuple[str, ...]) -> None:
    assert chosen("en", *texts) == ("trade_union",)


@pytest.mark.parametrize(
    "texts",
    [
        ("iv. Ministry", "v. Trade union", "vi. University"),
        ("Ministry", "Trade union *", "University"),
        ("- Ministry", "- Trade union", "- University"),
        ("Ministry", "Trade union section X of the port", "University"),
    ],
)
def test_numbers_stars_and_bullets_are_no_marks(texts: tuple[str, ...]) -> None:
    assert chosen("en", *texts) is None


def test_empty_places_without_a_mark_choose_nothing() -> None:
    assert chosen("en", "___ Ministry", "___ Trade union", "___ University") == ()


def test_lines_that_name_no_options_are_no_list() -> None:
    assert chosen("en", "X We pay pensions to forty thousand people", "and cannot reach those without employer") is None


FORM = (
    line("1. Name of the institution", True),
    line("National Pension Fund"),
    line("2. Country", True),
    line("Kenya"),
    line("3. Title of the action", True),
    line("Pensions for workers without an employer"),
    line("4. Objectives", True),
    line("Every third worker without an employer has joined by 2030."),
    line("5. Glossa", True),
    line("Three hundred workers have joined in each county, and nine in ten of them stay."),
    line("6. Deliverables", True),
    line("A manual and a training plan."),
    line("7. Target groups", True),
    line("Forty officers of the Fund."),
)


def test_a_label_in_unknown_words_asks_what_alone_is_missing_there_and_a_person_looks() -> None:
    read = extract(document(*FORM))
    assert str(values(read)["expected_results"]).startswith("Three hundred workers")
    assert [flag.field for flag in flags(read, "doubtful_question")] == ["expected_results"]


def test_where_nothing_is_missing_an_unknown_label_is_not_believed() -> None:
    known = (line("5. Expected results", True), line("More workers have joined, and nine in ten stay."))
    strange = (line("6. Glossa", True), line("Three hundred workers have joined in each county."))
    read = extract(document(*FORM[:8], *known, *strange, line("7. Deliverables", True), *FORM[11:]))
    assert str(values(read)["expected_results"]).startswith("More workers")
    taken = {key for key, value in values(read).items() if "Three hundred" in str(value)}
    assert taken <= {flag.field for flag in flags(read, "doubtful_question")}


def test_a_beginning_that_labels_share_is_not_their_label() -> None:
    read = extract(
        document(
            *FORM[:4],
            line("3. Focal point: name *", True),
            line("Ms Jane Otieno"),
            line("4. Focal point: position *", True),
            line("Head of Planning"),
            line("5. Focal point: e-mail *", True),
            line("j.otieno@npf.example.ke"),
        )
    )
    found = values(read)
    assert (found["contact_name"], found["contact_position"]) == ("Ms Jane Otieno", "Head of Planning")
    assert found["contact_email"] == "j.otieno@npf.example.ke"


def test_labels_side_by_side_over_their_answers() -> None:
    def row(number: int, bold: bool, *texts: str) -> list[Line]:
        return [line(text, bold, Cell(0, number, place)) for place, text in enumerate(texts)]

    read = values(
        extract(
            document(
                *row(0, True, "Name of the institution (*)", "Acronym", "Country (*)"),
                *row(1, False, "National Pension Fund", "NPF", "Kenya"),
                *row(2, True, "Head of the institution (*)", "Position of the head (*)", "E-mail (*)"),
                *row(3, False, "Ms Jane Otieno", "Director General", "info@npf.example.ke"),
                *FORM[4:],
            )
        )
    )
    assert (read["institution_name"], read["institution_acronym"]) == ("National Pension Fund", "NPF")
    assert (read["head_name"], read["head_position"]) == ("Ms Jane Otieno", "Director General")


def test_a_post_that_goes_on_in_the_next_line_is_kept_whole() -> None:
    asked = line("3. Who heads the institution, and with what title?", True)
    first, second = line("Ms Jane Otieno, Director"), line("General of Pensions")
    wrapped = Line(second.text, second.pieces, path=None, page=1, new_paragraph=False)
    read = values(extract(document(*FORM[:4], asked, first, wrapped, *FORM[4:])))
    assert (read["head_name"], read["head_position"]) == ("Ms Jane Otieno", "Director General of Pensions")


def test_options_may_stand_in_the_next_table_where_the_place_beside_the_question_is_empty() -> None:
    question = cells(0, 0, "Name of the institution", "Pension Fund") + cells(0, 1, "Type of institution", "")
    kinds = ("Ministry", "Trade union", "University")
    marks = [
        line(text, False, Cell(1, row, column))
        for row, kind in enumerate(kinds)
        for column, text in enumerate((kind, "yes" if kind == "Trade union" else ""))
    ]
    read = values(extract(document(*question, *marks, *cells(2, 0, "Country", "Kenya"), *FORM[4:])))
    assert read["institution_type"] == "trade_union"


def test_the_number_of_a_part_asks_nothing() -> None:
    read = values(extract(document(*FORM[:4], line("Part 2 – The subject", True), *FORM[4:])))
    assert "The subject" not in read.values()


def test_the_same_value_in_every_activity_is_no_label() -> None:
    rows = [
        cell
        for number, title in enumerate(("Study of files", "Course for officers"))
        for row, (label, value) in enumerate(
            [
                (f"Activity {number + 1} - Title", title),
                ("On-site or remote", "On-site"),
                ("Length", "2 weeks"),
                ("Location", "Nairobi"),
            ]
        )
        for cell in cells(number, row, label, value)
    ]
    activities = values(extract(document(*FORM, *rows)))["activities"]
    assert [(each.title, each.format, each.duration) for each in activities] == [  # type: ignore[attr-defined]
        ("Study of files", "on_site", "2 weeks"),
        ("Course for officers", "on_site", "2 weeks"),
    ]


@pytest.mark.parametrize(("word", "confidence", "doubt"), [
    ("a.diop@cnss.sn", 0.6, True),
    ("a.diop@cnss.sn", 0.9, False),
    ("ala-costa", 0.8, True),
    ("costa", 0.8, False),
])  # fmt: skip
def test_an_address_and_a_joined_word_must_be_read_surely(word: str, confidence: float, doubt: bool) -> None:
    read = Line(word, (Piece("text", 0, len(word), confidence=confidence),), path=None, page=1)
    scan = Document(origin="ocr", media_type="application/pdf", pages=1, lines=(read,), page_sizes=((595, 842),))
    assert bool(tuple(unclear_words(Layout(scan), {}))) is doubt
