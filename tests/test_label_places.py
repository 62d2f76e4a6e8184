"""Labels told by where they stand: over a frame, beside their answer, in a chain of numbers, over options."""

import io
from collections.abc import Iterable
from dataclasses import replace

import docx
import pytest

from extractors.activities import find_activities
from extractors.activity_drafts import ActivitiesFound, Draft
from extractors.amounts import read_months
from extractors.answer_model import is_person
from extractors.answers import Answer
from extractors.extraction import extract, survey
from extractors.field_doubts import field_doubts
from extractors.layout import Layout, Span
from extractors.looks import told_by_boxes
from extractors.numbering import without_number
from extractors.option_tables import option_units, with_boxes
from extractors.reading import read
from extractors.readings import Context, reading_of
from extractors.signing_sentence import signing_sentence
from pipeline.document import TICKED, UNTICKED, Cell, Document, Line, Piece
from pipeline.records import FieldReading, State
from tests.test_understanding import cells, document, flags, line, values

ASKED = (
    ("What do you call the project for short?", "Records of casual workers"),
    ("Which body are you writing for?", "National Pension Fund"),
    ("In which country are you?", "Kenya"),
    ("Where is its seat?", "P.O. Box 1203, Nairobi"),
    ("Who is at the head of it?", "Ms Grace Wanjiru Otieno"),
    ("Who is our contact at your place?", "Mr Peter Kamau Njoroge"),
    ("Mail address of that person", "p.kamau@npf.go.ke"),
    ("What is difficult today?", "Casual workers are paid in cash and no record shows who worked where."),
    ("What do you want to reach?", "Every casual worker has a record of contributions by the end of 2027."),
    ("Who gains from it?", "Forty officers of the fund and about 60 000 casual workers."),
)
"""Questions in words that the data has not, each with its answer."""


def framed(asked: Iterable[tuple[str, str]]) -> Document:
    """Each question in plain print over a frame of one cell that holds its answer."""
    lines: list[Line] = []
    for number, (label, answer) in enumerate(asked):
        lines += [line(label), line(answer, cell=Cell(number, 0, 0))]
    return document(*lines)


def test_plain_lines_over_frames_are_labels() -> None:
    read = values(extract(framed(ASKED)))
    assert read["institution_country"] == "KE"
    assert read["contact_email"] == "p.kamau@npf.go.ke"
    assert survey(framed(ASKED)).found.stops >= set(range(0, 20, 2))


def test_frames_without_lines_over_them_tell_nothing() -> None:
    lines = [line(answer, cell=Cell(number, 0, 0)) for number, (_, answer) in enumerate(ASKED)]
    assert not survey(document(*lines)).found.stops & set(range(10))


def test_plain_words_before_a_tab_are_labels() -> None:
    beside = [replace(line(f"{label}\t{answer}"), pieces=()) for label, answer in ASKED[1:7]]
    read = values(extract(document(*beside)))
    assert read["institution_country"] == "KE" and read["contact_email"] == "p.kamau@npf.go.ke"


# ------------------------------------------------------------------------------------------ numbers
@pytest.mark.parametrize("number", ["A1 ", "B.2 ", "C-3 ", "4.1 ", "5) ", "No. 6: "])
def test_numbers_of_questions_are_set_aside(number: str) -> None:
    assert without_number(f"{number}Background") == "Background"


@pytest.mark.parametrize("text", ["COVID", "A form", "e2e checks", "Act 12"])
def test_words_with_figures_are_no_numbers_of_questions(text: str) -> None:
    assert without_number(text) == text


def test_sections_and_questions_may_count_alike() -> None:
    rows = [line("1. Applicant", bold=True)]
    labels = ("Name of the institution", "Country", "Postal address", "Name of its head", "Contact person", "E-mail")
    more = ("Title of the action", "Background", "Objectives", "Expected results")
    for number, label in enumerate((*labels, *more), 1):
        rows += [line(f"{number}) {label}"), line(f"Something that answers it, {number}")]
    asked = {bid.key: bid.label.first for bid in survey(document(*rows)).found.asked}
    assert asked["institution_name"] == 1


# ------------------------------------------------------------------------------------------ options
def options_with_crosses(crossed: int) -> list[Line]:
    """A table of options with a cross typed beside one of them, as people fill it in."""
    names = ("Ministry or central administration", "Local authority", "Trade union", "Employers' organisation")
    rows = [(name, "X" if at == crossed else "") for at, name in enumerate(names)]
    return [line(text, cell=Cell(0, row, column)) for row, pair in enumerate(rows) for column, text in enumerate(pair)]


def test_options_with_typed_crosses_become_boxes_and_are_no_labels() -> None:
    layout = Layout(document(*options_with_crosses(2)))
    boxed = with_boxes(layout, "en")
    assert boxed is not None
    assert [each.text for each in boxed.lines[1::2]] == [UNTICKED, UNTICKED, TICKED, UNTICKED]
    assert option_units(Layout(boxed), "en") == frozenset(range(8))
    assert with_boxes(Layout(boxed), "en") is None


def test_answers_beside_labels_are_no_options() -> None:
    rows = [line(text, cell=Cell(0, row, at)) for row, pair in enumerate(ASKED[:3]) for at, text in enumerate(pair)]
    assert with_boxes(Layout(document(*rows)), "en") is None


@pytest.mark.parametrize(
    ("look", "language", "asked"),
    [
        ("☐ Social protection ☒ Labour and employment", "en", "declared_theme"),
        ("☐ конференция ☒ круглый стол ☐ семинар", "ru", "event_type"),
        ("☐ inglés ☐ francés ☒ español", "es", "working_languages"),
        ("☐ as soon as possible ☒ next year", "en", None),
        ("☒ Social protection", "en", None),
    ],
)
def test_options_tell_what_is_asked(look: str, language: str, asked: str | None) -> None:
    assert told_by_boxes(look, language) == asked


# ------------------------------------------------------------------------------------------ tables
def test_a_row_that_heads_several_tables_asks_nothing() -> None:
    rows: list[Line] = []
    for table, pairs in enumerate((ASKED[1:4], ASKED[4:7])):
        rows += [line(text, True, Cell(table, 0, at)) for at, text in enumerate(("What we ask", "What you answer"))]
        rows += [
            line(text, cell=Cell(table, row, at)) for row, pair in enumerate(pairs, 1) for at, text in enumerate(pair)
        ]
    read = extract(document(*rows))
    assert not [flag for flag in flags(read, "unknown_question") if "What" in flag.message]


def test_a_table_for_each_activity_with_labels_in_two_columns_is_a_block() -> None:
    rows: list[Line] = []
    for table, (title, month, weeks) in enumerate(
        (("Review", "March 2027", "1 week"), ("Course", "May 2027", "2 weeks"))
    ):
        rows += cells(table, 0, f"Activity {table + 1} – name", title)
        rows += cells(table, 1, "Kind", "Mission", "How", "On site")
        rows += cells(table, 2, "Planned for", month, "Duration", weeks)
        rows += cells(table, 3, "Participants", "12 officers", "Place", "Nairobi")
    found = find_activities(Layout(document(*rows)), "en").values("en")
    assert [(each.title, each.start, each.duration, each.format) for each in found] == [
        ("Review", "March 2027", "1 week", "on_site"),
        ("Course", "May 2027", "2 weeks", "on_site"),
    ]


@pytest.mark.parametrize(
    ("mode", "language", "doubted"),
    [
        ("Mission et visioconférence", "fr", True),
        ("seminar and online", "en", True),
        ("on site in Lomé and Kara", "en", False),
        ("online", "en", False),
        ("on site and online", "en", False),
    ],
)
def test_half_a_way_of_working_is_shown(mode: str, language: str, doubted: bool) -> None:
    written = line(mode)
    draft = Draft({"format": [Span(written, 0, len(mode))]})
    found = ActivitiesFound((draft,), frozenset(), True)
    assert found.unread_formats(language) == ([mode] if doubted else [])


# ------------------------------------------------------------------------------------------ values
@pytest.mark.parametrize(
    ("text", "language", "months"),
    [
        ("five and a half months", "en", 5.5),
        ("5½ months", "en", 5.5),
        ("un mois et demi", "fr", 1.5),
        ("cinco meses y medio", "es", 5.5),
        ("cinco meses e meio", "pt", 5.5),
        ("пять с половиной месяцев", "ru", 5.5),
        ("half a year", "en", 6.0),
        ("six months", "en", 6.0),
    ],
)
def test_halves_of_months_count(text: str, language: str, months: float) -> None:
    assert read_months(text, language) == months


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Établi à Dakar, le 14 octobre 2026", "fr"),
        ("Passado em Praia, aos 7 de Novembro de 2025", "pt"),
        ("Expedido en Quito, a 3 de mayo de 2026", "es"),
    ],
)
def test_the_line_of_place_and_day_in_other_words(text: str, language: str) -> None:
    parts = signing_sentence(Layout(document(line("Declaration"), line(text))), language).parts
    assert set(parts) == {"signature_place", "signature_date"}


def test_an_entity_told_of_without_a_name_is_doubted() -> None:
    rows = [
        *cells(0, 0, "Institution", "National Pension Fund"),
        *cells(0, 1, "Country", "Kenya"),
        *cells(0, 2, "Title of the action", "Records of casual workers"),
        *cells(0, 3, "Contact person", "Mr Peter Kamau Njoroge"),
        *cells(0, 4, "Supporting entity", ""),
        *cells(0, 5, "Contact person in the supporting entity", "Dr Irene Castle, castle@example.org"),
    ]
    read = extract(document(*rows))
    assert [flag.field for flag in flags(read, "doubtful_question")] == ["supporting_entity_contact"]


def test_a_mark_in_another_look_belongs_to_its_label() -> None:
    def marked(label: str) -> Line:
        end = len(label)
        text = f"{label} (required):"
        return Line(text, (Piece("text", 0, end, bold=True), Piece("text", end, len(text))), page=1)

    rows: list[Line] = []
    for label, answer in (("Title of the action", "Records"), ("Country", "Kenya"), ("Objectives", "A record for all")):
        rows += [marked(label), line(answer)]
    required = survey(document(*rows)).marks.keys()
    assert required is not None and {"title", "institution_country", "objectives"} <= required


# ------------------------------------------------------------------------------------------ doubts
def test_a_sign_in_the_hint_is_no_part_of_the_number() -> None:
    said = line("(comece por + e o indicativo do país) (81) 3355-8614")
    answer = Answer("answered", (Span(said, 0, len(said.text)),), ())
    reading, _ = reading_of("contact_phone", answer, Context("pt", "BR"), None)
    assert reading.value == "+558133558614"


def test_circles_in_a_row_are_boxes_and_none_is_marked() -> None:
    made = docx.Document()
    made.add_paragraph("inglês ○ | francês ○ | espanhol ○")
    made.add_paragraph("○ an item of a list")
    raw = io.BytesIO()
    made.save(raw)
    row, item = (each for each in read(raw.getvalue()).lines if each.text.strip())
    assert [piece.checked for piece in row.pieces if piece.kind == "tick"] == [False] * 3
    assert not any(piece.kind == "tick" for piece in item.pieces)


@pytest.mark.parametrize(("text", "person"), [("Mr Besnik Krasniqi-Hoxhaj", True), ("Full Name", False)])
def test_a_name_is_no_question(text: str, person: bool) -> None:
    assert is_person(text, "en") is person


@pytest.mark.parametrize(
    ("key", "state", "value", "code"),
    [
        ("contact_name", "answered", "telephone number with code", "not_a_name"),
        ("head_name", "answered", "Full name (compulsory)", "maybe_hint"),
        ("title", "blank", None, "doubtful_question"),
        ("institution_name", "placeholder", None, "doubtful_question"),
        ("supporting_entity_role", "answered", "It comments on the drafts.", "doubtful_question"),
        ("head_name", "answered", "Ms Ada Obi", None),
        ("supporting_entity_role", "answered", "n/a", None),
    ],
)
def test_single_answers_are_doubted(key: str, state: State, value: str | None, code: str | None) -> None:
    found = field_doubts({key: FieldReading(state=state, value=value)}, "en")
    assert [(flag.code, flag.field) for flag in found] == ([(code, key)] if code else [])
