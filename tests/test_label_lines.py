"""Where labels end and begin: remarks and brackets on the next line or page, headings in a series, answers below rows
of labels, activities that open with an elision."""

from dataclasses import replace

import pytest

from extractors.activity_blocks import by_blocks
from extractors.candidates import Candidate, candidates
from extractors.extraction import extract, survey
from extractors.heading_series import heading_series
from extractors.labels import column_lexicon, lexicon
from extractors.layout import Layout
from extractors.search import Asked, Search
from extractors.signing_sentence import signing_sentence
from extractors.whose import with_contact
from pipeline.document import Cell, Line, Piece
from tests.test_label_words import with_others
from tests.test_understanding import cells, document, flags, line, values


def labels_of(language: str, *lines: Line) -> set[str]:
    """The texts that may be labels."""
    return {each.text for each in candidates(Layout(document(*lines)), lexicon(language), frozenset())}


# ------------------------------------------------------------------------------------------ labels over several lines
def test_a_remark_alone_in_the_next_line_is_the_labels() -> None:
    cell = Cell(0, 0, 0)
    found = labels_of("es", line("6. País de la entidad", bold=True, cell=cell), line("(obligatorio):", cell=cell))
    assert "6. País de la entidad (obligatorio):" in found
    assert "6. País de la entidad" not in found


def test_a_bracket_closes_in_the_next_paragraph_of_the_label() -> None:
    found = labels_of(
        "en", line("Whose practice interests you (a Member", bold=True), line("State or a neighbour)", True)
    )
    assert "Whose practice interests you (a Member State or a neighbour)" in found


def test_a_length_behind_a_colon_is_no_part_of_the_label() -> None:
    found = labels_of("en", line("To be completed within: six months"))
    assert "To be completed within:" in found and "To be completed within: six months" not in found


def test_a_label_cut_by_the_end_of_a_page_still_says_that_it_is_optional() -> None:
    optional = "(optional)"
    rows = [
        *cells(1, 0, "Name of the institution", "National Pension Fund"),
        *cells(1, 1, "Country", "Kenya"),
        *cells(1, 2, f"Acronym {optional}", "NPF"),
        *cells(1, 3, f"Website {optional}", ""),
        *cells(1, 4, "Background and needs", "Casual workers are paid in cash and no record shows who worked where."),
        *cells(1, 5, "Organisation that stands", ""),
    ]
    rest = Line(
        f"behind the request {optional}", (Piece("text", 0, 29),), page=2, cell=Cell(2, 0, 0), new_paragraph=False
    )
    below = [replace(each, page=2) for each in cells(2, 1, "Objectives", "A record for every worker.")]
    pages = [*rows, rest, replace(line("", cell=Cell(2, 0, 1)), page=2), *below]
    found = survey(document(*pages)).found
    assert any(bid.label.text.endswith(f"behind the request {optional}") for bid in found.asked)


# ------------------------------------------------------------------------------------------ headings
def test_a_series_of_headings_is_known_to_its_end() -> None:
    heads = ("Section 1 – The applicant", "Section 2 – The action", "Section 3 – Approval")
    rows = [
        line(heads[0], bold=True),
        *cells(1, 0, "Name of the institution", "National Pension Fund"),
        *cells(1, 1, "Country", "Kenya"),
        *cells(1, 2, "Postal address", "P.O. Box 1203, Nairobi"),
        line(heads[1], bold=True),
        *with_others(),
        line(heads[2], bold=True),
        line(
            "The undersigned confirms that the information above is accurate and that the request is made by the fund."
        ),
        *cells(10, 0, "Name of the signatory", "Ms Grace Wanjiru Otieno"),
    ]
    layout = Layout(document(*rows))
    series = heading_series(Search(layout, lexicon("en"), candidates(layout, lexicon("en"), frozenset()), frozenset()))
    assert {layout.units[index].text for index in series} == set(heads)
    assert not flags(extract(document(*rows)), "unassigned_text")


def test_a_caption_in_brackets_is_no_heading() -> None:
    layout = survey(document(*with_others(*cells(10, 0, "(signature)", "(name)")))).found
    assert not [name for index, name in layout.headings if name == "signature"]


# ------------------------------------------------------------------------------------------ answers
def test_a_name_below_a_row_of_labels_is_an_answer_though_labels_stand_in_its_column() -> None:
    texts = ("Name of the signatory", "Position of the signatory", "Place", "Date of signature")
    said = ("Rafael Santana Ozuna", "Director general", "Santo Domingo", "5 November 2026")
    rows = [line(text, bold=True, cell=Cell(10, 0, column)) for column, text in enumerate(texts)]
    rows += [line(text, cell=Cell(10, 1, column)) for column, text in enumerate(said)]
    rows += cells(10, 2, "Signature and stamp", "")
    read = values(extract(document(*with_others(*rows))))
    assert (read["signatory_name"], read["signatory_position"]) == said[:2]


def test_the_number_of_a_question_in_a_cell_of_its_own_is_no_words() -> None:
    rows: list[Line] = []
    for row, (label, answer) in enumerate([("Name of the institution", "National Pension Fund"), ("Country", "Kenya")]):
        rows.append(line(f"A{row + 1}", cell=Cell(1, row, 0)))
        rows.append(line(label, bold=True, cell=Cell(1, row, 1)))
        rows.append(line(answer, cell=Cell(1, row, 2)))
    assert not flags(extract(document(*rows, *with_others())), "unassigned_text")


def test_posts_asked_behind_names_are_those_persons() -> None:
    keys = ["head_name", "contact_position", "contact_name", "head_position", "contact_email"]
    label = Candidate("Function", 0, 0, 8, "cell", 0.2)
    asked = [Asked(key, replace(label, first=at, last=at), 0.8, 0.1) for at, key in enumerate(keys)]
    turned = ["head_name", "head_position", "contact_name", "contact_position", "contact_email"]
    assert [bid.key for bid in with_contact(asked)] == turned


def test_activities_may_open_with_an_elision() -> None:
    rows: list[Line] = []
    for number, title in enumerate(("Analyse des dossiers", "Révision du barème", "Parcours de retour"), 1):
        rows.append(line(f"Fiche d'activité {number}", bold=True, cell=Cell(number, 0, 0, columns=2)))
        told = {
            "Intitulé": title,
            "Genre": "formation",
            "Lieu": "Lomé",
            "Date": f"mars 202{number + 5}",
            "Durée": "2 semaines",
        }
        for row, pair in enumerate(told.items(), 1):
            rows += cells(number, row, *pair)
    found = by_blocks(Layout(document(*rows)), column_lexicon("fr"), "fr")
    assert found is not None and len(found.drafts) == 3


@pytest.mark.parametrize(
    ("text", "language", "town"),
    [
        ("Feito na cidade de São Tomé, aos 7 de Novembro de 2025", "pt", "São Tomé"),
        ("Hecho en la ciudad de Quito, a 3 de mayo de 2026", "es", "Quito"),
        ("Fait dans la ville de Lomé, le 3 mai 2026", "fr", "Lomé"),
    ],
)
def test_the_city_of_is_no_part_of_a_towns_name(text: str, language: str, town: str) -> None:
    parts = signing_sentence(Layout(document(line("Declaration"), line(text))), language).parts
    assert [span.text for span in parts["signature_place"]] == [town]


def test_what_is_to_be_told_behind_a_colon_is_of_the_label() -> None:
    rows = [
        line("Specialists needed: field, seniority, institution", bold=True),
        line("Two inspectors of safety at work."),
    ]
    assert "Specialists needed:" not in labels_of("en", *rows)


def test_languages_behind_words_nobody_knows_are_read() -> None:
    read = extract(document(*with_others(*cells(10, 0, "Exchanges run in", "English"))))
    assert values(read)["working_languages"] == ["en"]


def test_a_question_not_understood_that_has_an_answer_is_shown_whatever_it_asks() -> None:
    rows = [*cells(1, 0, "Country", "Kenya"), *cells(1, 1, "Cats kept", "Two old ones")]
    read = extract(document(*with_others(*rows)))
    assert [flag.severity for flag in flags(read, "unknown_question")] == ["warning"]


def test_more_than_a_town_as_place_of_signing_is_shown() -> None:
    rows = with_others(*cells(10, 0, "Place of signature", "the premises of Suva"), *cells(10, 1, "Signature", ""))
    assert [flag.field for flag in flags(extract(document(*rows)), "doubtful_question")] == ["signature_place"]
