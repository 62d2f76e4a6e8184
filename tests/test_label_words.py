"""Labels told by their words: what they enumerate, how they end, what they were learned from."""

from dataclasses import replace

import pytest

from classifiers.rules_content import _steers
from extractors.activity_blocks import by_blocks
from extractors.candidates import Candidate
from extractors.extraction import extract, survey
from extractors.label_harvest import FORMS, labels_of
from extractors.label_teaching import PRINTED, lessons
from extractors.labels import column_lexicon, lexicon
from extractors.layout import Layout
from extractors.search import Asked
from extractors.signing import read_signature
from pipeline.document import Cell, Line, Mark, Piece
from pipeline.languages import LANGUAGES
from tests.test_understanding import cells, document, flags, line, values


def with_others(*rows: Line) -> tuple[Line, ...]:
    """The rows behind questions that every form asks."""
    others = (
        ("Title of the action", "Records of casual workers"),
        ("Background", "Casual workers are paid in cash and no record shows who worked where."),
        ("Objectives", "Every casual worker has a record of contributions by the end of 2027."),
        ("Target groups", "Forty officers of the fund and about 60 000 casual workers."),
        ("Expected results", "A register that covers all districts."),
        ("Deliverables", "A manual for inspectors."),
    )
    return tuple(each for row, pair in enumerate(others) for each in cells(9, row, *pair)) + rows


# ------------------------------------------------------------------------------------------ a name and a post
@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("en", "Surname, first name and position"),
        ("en", "Name/Title"),
        ("fr", "Prénom, nom et titre"),
        ("es", "Nombre, apellidos y puesto"),
        ("pt", "Nome, apelido e cargo"),
        ("ru", "Фамилия, имя, отчество и должность"),
    ],
)
def test_a_label_may_ask_for_a_name_and_a_post(language: str, label: str) -> None:
    assert lexicon(language).hits(label)[0].key == "name_and_position"


@pytest.mark.parametrize(("language", "label"), [("en", "Name and surname"), ("fr", "Nom et prénom"), ("en", "Title")])
def test_a_label_for_a_name_alone_asks_for_no_post(language: str, label: str) -> None:
    assert lexicon(language).hits(label)[0].key != "name_and_position"


# ------------------------------------------------------------------------------------------ remarks in labels
def numbered(remark: str) -> list[Line]:
    """Questions in bold with a remark in plain print and the answer behind it."""
    asked = {
        "Name of the institution": "National Pension Fund",
        "Country": "Kenya",
        "Web site": "www.npf.go.ke",
        "Postal address": "P.O. Box 1203, Nairobi",
        "Head of the institution": "Ms Grace Wanjiru Otieno",
        "Post of the head": "Director General",
        "Contact person": "Mr Peter Kamau Njoroge",
        "E-mail": "p.kamau@npf.go.ke",
    }
    lines = []
    for number, (label, answer) in enumerate(asked.items(), 1):
        start = f"{number}) {label}"
        text = f"{start} {remark} {answer}"
        bold = Piece("text", 0, len(start), bold=True)
        lines.append(Line(text, (bold, Piece("text", len(start), len(text))), page=1))
    return lines


@pytest.mark.parametrize("remark", ["– optional:", "– compulsory :"])
def test_a_remark_behind_a_label_is_no_answer(remark: str) -> None:
    read = values(extract(document(*numbered(remark))))
    assert read["institution_website"] == "www.npf.go.ke"
    assert read["head_position"] == "Director General"


def test_a_letter_in_brackets_behind_a_label_is_no_answer() -> None:
    bold = Piece("text", 0, 7, bold=True)
    label = Line("Country (M)", (bold, Piece("text", 7, 11)), page=1, cell=Cell(0, 0, 0))
    read = extract(document(*with_others(label, line("The Gambia", cell=Cell(0, 0, 1)))))
    assert values(read)["institution_country"] == "GM"


def test_an_answer_that_begins_with_a_remark_is_shown() -> None:
    row = cells(0, 0, "Name of the institution", "optional: National Pension Fund", "Country", "Kenya")
    assert flags(extract(document(*with_others(*row))), "maybe_hint")


def test_a_cell_that_ends_in_a_remark_is_one_label() -> None:
    wrapped = [line("Post of the", True, Cell(0, 1, 0)), line("person – optional", False, Cell(0, 1, 0))]
    rows = [
        *cells(0, 0, "Contact person", "Mr Peter Kamau Njoroge"),
        wrapped[0],
        replace(wrapped[1], new_paragraph=False),
        line("Head of Planning", cell=Cell(0, 1, 1)),
    ]
    read = extract(document(*with_others(*rows)))
    assert values(read)["contact_position"] == "Head of Planning"
    assert not flags(read, "unassigned_text")


# ------------------------------------------------------------------------------------------ where they stand
def test_each_section_may_count_its_questions_anew() -> None:
    sections = (
        ("Applicant", ("Name of the institution", "Country", "Postal address", "Head of the institution")),
        ("Contact", ("Contact person", "Position", "E-mail", "Telephone")),
        ("Action", ("Title of the action", "Background", "Objectives", "Which body will go along with you?")),
    )
    rows: list[Line] = []
    for title, labels in sections:
        rows.append(replace(line(title, bold=True), size=14.0))
        for number, label in enumerate(labels, 1):
            rows += [line(f"{number}) {label}", bold=True), line(f"What answers {title} {number}")]
    chain = survey(document(*rows)).found.stops
    assert {at for at, row in enumerate(rows) if row.text[:1].isdigit()} <= chain


def test_an_open_place_beside_a_label_is_its_own() -> None:
    rows = [
        *cells(0, 0, "Institution that goes along with the request", ""),
        *cells(0, 1, "What its part is in the action", ""),
        *cells(0, 2, "Travel and security conditions", "The town is calm."),
    ]
    read = extract(document(*with_others(*rows)))
    assert read.fields["supporting_entity_role"].state == "blank"
    assert values(read)["security_situation"] == "The town is calm."


def test_a_row_of_labels_cut_by_the_end_of_a_page_goes_on_in_its_columns() -> None:
    def place(text: str, bold: bool, cell: Cell, page: int) -> Line:
        return replace(line(text, bold, cell, page), size=10.0)

    rows = [
        place("Name of the institution", True, Cell(0, 0, 0), 1),
        place("National Pension Fund", False, Cell(0, 0, 0), 1),
        place("Country", True, Cell(0, 0, 1), 1),
        place("Kenya", False, Cell(0, 0, 1), 1),
        place("Postal address", True, Cell(0, 1, 0), 1),
        place("Web site", True, Cell(0, 1, 1), 1),
        place("P.O. Box 1203, Nairobi", False, Cell(1, 0, 0), 2),
        place("www.npf.go.ke", False, Cell(1, 0, 1), 2),
    ]
    read = values(extract(document(*rows)))
    assert (read["institution_address"], read["institution_website"]) == ("P.O. Box 1203, Nairobi", "www.npf.go.ke")


def test_labels_of_a_block_may_stand_in_two_lines() -> None:
    rows: list[Line] = []
    for table in range(2):
        names = (("Activity " + str(table + 1), "Study of the rules"), ("When", f"May 202{table + 6}"))
        for row, pair in enumerate(names):
            rows += [line(text, cell=Cell(table, row, column)) for column, text in enumerate(pair)]
        rows += [
            line("How", cell=Cell(table, 1, 2)),
            replace(line("long", cell=Cell(table, 1, 2)), new_paragraph=False),
            line(f"{table + 2} weeks", cell=Cell(table, 1, 3)),
        ]
    found = by_blocks(Layout(document(*rows)), column_lexicon("en"), "en")
    assert found is not None
    assert [activity.duration for activity in found.values("en")] == ["2 weeks", "3 weeks"]


# ------------------------------------------------------------------------------------------ signatures
@pytest.mark.parametrize(("column", "present"), [(1, "present"), (0, "absent")])
def test_a_signature_stands_over_its_caption(column: int, present: str) -> None:
    texts = (("Director", "", "Ms X"), ("(position)", "(signature)", "(name)"))
    rows = [line(text, cell=Cell(0, row, at)) for row, row_of in enumerate(texts) for at, text in enumerate(row_of)]
    mark = Mark("image", after=column, path="p[1]", cell=Cell(0, 0, column))
    layout = Layout(replace(document(*[replace(each, page=None) for each in rows]), origin="word", marks=(mark,)))
    caption = Asked("signature", Candidate("(signature)", 4, 4, 11, "cell", 0.3), 0.9, 0.2)
    assert read_signature(layout, caption, [], -1).mark == present


# ------------------------------------------------------------------------------------------ who wrote the request
@pytest.mark.parametrize(
    ("sentence", "steered"),
    [
        ("The request was prepared by the Federation alone.", False),
        ("The request was prepared by the Federation of Trade Unions of Norway.", True),
        ("The request was drafted by the ILO office.", True),
    ],
)
def test_an_institution_called_by_its_own_noun_wrote_the_request_itself(sentence: str, steered: bool) -> None:
    assert _steers(sentence, "en", True, frozenset({"federation", "employers"})) is steered


# ------------------------------------------------------------------------------------------ what is learned from
def test_the_labels_of_invented_forms_are_taught() -> None:
    taught = {(lesson.language, lesson.text) for lesson in lessons()}
    assert all((PRINTED / f"{code}.toml").exists() for code in LANGUAGES)
    form = FORMS / "en331.docx"
    labels = labels_of(form)
    assert len(labels) > 15 and {("en", "institution_acronym"), ("en", "background")} <= {each[:2] for each in labels}
    assert sum((code, text) in taught for code, _, text in labels) > 0.8 * len(labels)
