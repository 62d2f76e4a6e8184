"""Of which person a label asks, and what stands over, beside and below labels."""

from dataclasses import replace

import pytest

from classifiers.money import money_mentions
from extractors.candidates import Candidate, candidates
from extractors.extraction import extract
from extractors.labels import lexicon
from extractors.layout import Layout
from extractors.options import TYPED, option_of
from extractors.search import Asked
from extractors.signing_sentence import signing_sentence
from extractors.whose import OF_CONTACT, with_contact
from pipeline.document import Box, Cell, Line, Piece
from pipeline.folding import fold, fold_each
from tests.test_label_words import with_others
from tests.test_understanding import cells, document, flags, line, values


def hint(text: str, cell: Cell | None = None) -> Line:
    return Line(text, (Piece("text", 0, len(text), italic=True),), page=1, cell=cell)


def across(table: int, row: int, text: str) -> Line:
    return line(text, bold=True, cell=Cell(table, row, 0, columns=3))


def numbered(table: int, row: int, number: int, label: str, answer: str) -> list[Line]:
    """A row of a number, a label and an answer."""
    texts = ((str(number), False), (label, True), (answer, False))
    return [line(text, bold, Cell(table, row, place)) for place, (text, bold) in enumerate(texts)]


APPLICANT = [
    *numbered(1, 0, 1, "Full legal name of the applicant *", "National Pension Fund"),
    *numbered(1, 1, 2, "Country *", "Kenya"),
    *numbered(1, 2, 3, "Postal address *", "P.O. Box 1203, Nairobi"),
]


# ------------------------------------------------------------------------------------------ whose name it is
def test_a_heading_says_whose_name_is_asked_over_a_hint_and_numbers() -> None:
    read = extract(
        document(
            *APPLICANT,
            across(2, 0, "B. Person we may contact"),
            hint("Day-to-day correspondence will go to this person only.", Cell(2, 0, 0, columns=3)),
            *numbered(2, 1, 6, "Name in full *", "Ms Ana Koroi"),
            *numbered(2, 2, 7, "Function and unit", "Manager, Industrial Relations"),
            *numbered(2, 3, 8, "Email for correspondence *", "a.koroi@npf.go.ke"),
            *with_others(),
        )
    )
    assert values(read)["contact_name"] == "Ms Ana Koroi"
    assert "head_name" not in values(read)


def test_a_name_before_the_post_of_the_contact_is_the_contacts() -> None:
    label = Candidate("Full name", 0, 0, 9, "cell", 0.2)
    keys = ["head_name", *OF_CONTACT]
    asked = [Asked(key, replace(label, first=at, last=at), 0.8, 0.1) for at, key in enumerate(keys)]
    assert [bid.key for bid in with_contact(asked)] == ["contact_name", *OF_CONTACT]


def test_a_heading_does_not_take_the_question_of_the_label_below_it() -> None:
    read = extract(
        document(
            line("A – L'organisme demandeur", bold=True),
            *cells(1, 0, "A1. État ou territoire *", "Madagascar"),
            *cells(1, 1, "A2. Dénomination complète de l'organisme *", "Caisse nationale de prévoyance"),
            *cells(1, 2, "A3. Premier responsable : civilité, prénom, nom *", "Mme Voahangy Razafy"),
            *cells(1, 3, "A4. Premier responsable : titre", "Directrice générale"),
            line("B – Votre correspondant", bold=True),
            hint("Agent qui suivra le dossier au quotidien."),
            *cells(2, 0, "B1. Correspondant : prénom et nom *", "M. Tojo Rakoto"),
            *cells(2, 1, "B2. Correspondant : titre et service", "Chef du service des prestations"),
            *cells(2, 2, "B3. Correspondant : courrier électronique *", "t.rakoto@cnp.mg"),
            *cells(3, 0, "C1. Intitulé de l'action *", "Registre des travailleurs occasionnels"),
            *cells(3, 1, "C2. Situation de départ *", "Les travailleurs occasionnels sont payés en espèces."),
            *cells(3, 2, "C3. Objectifs *", "Chaque travailleur occasionnel a un compte en 2027."),
        )
    )
    assert values(read)["head_name"] == "Mme Voahangy Razafy"
    assert values(read)["contact_name"] == "M. Tojo Rakoto"


def test_a_name_that_no_word_or_heading_gives_to_the_head_is_shown() -> None:
    rows = [
        *cells(1, 0, "Name of the institution", "National Pension Fund"),
        *cells(1, 1, "Surname and first name", "Ms Ana Koroi"),
        *cells(1, 2, "Postal address", "P.O. Box 1203, Nairobi"),
        *cells(1, 3, "Contact person", "Mr Peter Kamau"),
        *cells(1, 4, "E-mail", "p.kamau@npf.go.ke"),
    ]
    read = extract(document(*rows, *with_others()))
    assert [flag.field for flag in flags(read, "doubtful_question")] == ["head_name"]


# ------------------------------------------------------------------------------------------ where answers stand
def test_an_empty_place_beside_a_label_is_not_filled_with_the_answer_below_to_another() -> None:
    pairs = [
        *cells(1, 0, "Full legal name of the applicant", "National Pension Fund"),
        *cells(1, 1, "Country", "Kenya", "Internet portal (optional)", ""),
        line("Postal address", bold=True, cell=Cell(1, 2, 0)),
        line("P.O. Box 1203, Nairobi", cell=Cell(1, 2, 1, columns=3)),
    ]
    bold = {"Full legal name of the applicant", "Country", "Internet portal (optional)"}
    lines = [line(each.text, bold=each.text in bold, cell=each.cell) for each in pairs]
    read = extract(document(*lines, *with_others()))
    assert values(read)["institution_address"] == "P.O. Box 1203, Nairobi"
    assert "institution_website" not in values(read)


def on_page(each: Line, page: int) -> Line:
    return Line(each.text, each.pieces, page=page, box=Box((50.0, 50.0, 500.0, 60.0)), cell=each.cell)


def test_an_answer_goes_on_over_a_page_where_columns_are_counted_anew() -> None:
    first = [*APPLICANT, *numbered(1, 3, 4, "Background and needs *", "Casual workers are paid in cash, and no record")]
    second = [
        line("", cell=Cell(2, 0, 0)),
        line("", cell=Cell(2, 0, 2)),
        line("shows who worked where, when and for how long.", cell=Cell(2, 0, 5)),
    ]
    others = [each for each in with_others() if each.cell and each.cell.row != 1]
    pages = [*(on_page(each, 1) for each in first), *(on_page(each, 2) for each in (*second, *others))]
    background = values(extract(document(*pages)))["background"]
    assert isinstance(background, str) and background.endswith("when and for how long.")


def test_options_in_cells_below_their_question_are_read_down_to_the_last() -> None:
    def option(row: int, text: str) -> list[Line]:
        tick = Piece("tick", 0, 1, checked=text.startswith("☒"))
        cell = Cell(1, row, 0)
        return [Line(text, (tick, Piece("text", 1, len(text))), page=1, cell=cell), line("", cell=Cell(1, row, 1))]

    rows = [
        *cells(1, 0, "Full legal name of the applicant", "National Pension Fund"),
        *cells(1, 1, "Country", "Kenya"),
        *cells(1, 2, "Thematic area", ""),
        *option(3, "☐ Social protection"),
        *option(4, "☒ Labour and employment"),
    ]
    read = extract(document(*rows, *with_others()))
    assert values(read)["declared_theme"] == ["labour_employment"]


def test_a_question_that_asks_on_is_one_label() -> None:
    layout = Layout(document(line("c) Un organisme vous accompagne-t-il ? Lequel ? (réponse facultative)")))
    found = candidates(layout, lexicon("fr"), frozenset())
    assert not [each for each in found if each.text.endswith("accompagne-t-il ?")]


# ------------------------------------------------------------------------------------------ place and day of signing
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Abuja, 3 May 2027", "en"),
        ("Cotonou, le 3 mai 2027", "fr"),
        ("Santo Domingo, a 3 de mayo de 2027", "es"),
        ("São Tomé, 3 de maio de 2027", "pt"),
        ("г. Кишинёв, 3 мая 2027 г.", "ru"),
    ],
)
def test_a_form_may_be_dated_as_letters_are(text: str, language: str) -> None:
    layout = Layout(document(line("Declaration"), line(text)))
    assert set(signing_sentence(layout, language).parts) == {"signature_place", "signature_date"}
    assert not signing_sentence(layout, language, {"signature_date"}).parts


@pytest.mark.parametrize(
    "text", ["Joint statement of 18 August 2026", "Date: 3 May 2027", "the law of Kenya, 3 May 2027"]
)
def test_another_line_with_a_day_is_not_the_place_and_day_of_signing(text: str) -> None:
    assert not signing_sentence(Layout(document(line("Declaration"), line(text))), "en").parts


# ------------------------------------------------------------------------------------------ words
def test_a_long_option_at_the_beginning_of_what_was_typed_names_it() -> None:
    typed = "Federation of trade unions registered under the Trade Unions and Employers' Organisations Act"
    option, score = option_of(typed, "institution_type", "en")
    assert option == "trade_union" and score >= TYPED


@pytest.mark.parametrize("end", ["par le Fonds", "par le ministère"])
def test_who_does_something_is_not_what_is_paid_for(end: str) -> None:
    text = f"Elle relira les outils ; la demande a été rédigée {end}."
    assert not money_mentions(text, "others", "fr")


def test_many_texts_are_folded_as_each_is() -> None:
    texts = ["Œuvre à bâtir", "", "  Straße, 2 ", "Ёлка", "n/a"]
    assert fold_each(texts) == [fold(text) for text in texts]
    assert fold_each([]) == []
