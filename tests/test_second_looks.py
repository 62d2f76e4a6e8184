"""What shows that an answer may be none, or another's, and what settles such a doubt."""

from dataclasses import replace

import pytest

from extractors.activity_blocks import by_blocks
from extractors.candidates import Candidate, candidates
from extractors.extraction import extract, survey
from extractors.field_doubts import field_doubts
from extractors.heading_series import heading_series
from extractors.label_doubts import is_doubtful
from extractors.labels import column_lexicon, lexicon
from extractors.layout import Layout
from extractors.search import Asked, Search
from extractors.tongues import tongues_in_passing
from extractors.whose import is_among_signing, with_signing
from pipeline.document import Cell, Line, Piece
from pipeline.records import FieldContent, FieldReading
from tests.test_label_words import with_others
from tests.test_rules import judged, outcome
from tests.test_understanding import cells, document, flags, line, values


def said(**answers: str) -> dict[str, FieldReading]:
    return {key: FieldReading(state="answered", value=text, raw=text) for key, text in answers.items()}


# ------------------------------------------------------------------------------------------ answers that are none
@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"head_position": "Ms Awa Ndiaye, Director General"}, "more_than_a_name"),
        ({"supporting_entity_role": "Tasks of the backing organisation – optional"}, "maybe_hint"),
        ({"target_groups": "Twenty officers – first in two districts"}, None),
        ({"head_name": "Ms Awa Ndiaye", "head_position": "Director General, Ministry of Labour"}, None),
    ],
)
def test_single_answers_that_say_too_much_are_shown(answers: dict[str, str], code: str | None) -> None:
    known = {"institution_name": "National Pension Fund", "title": "Records", "supporting_entity_name": "ILO"}
    found = {flag.code for flag in field_doubts(said(**known, **answers), "en")}
    assert found == ({code} if code else set())


def test_the_next_label_in_the_place_of_an_answer_is_shown() -> None:
    label = Candidate("29. Organisation backing the proposal", 0, 0, 37, "cell", 0.3)
    bid = Asked("supporting_entity_name", label, 1.1, 0.4, 1.0)
    assert is_doubtful(bid, "supporting_entity_name", "30. Tasks of that organisation", "en", False)
    assert not is_doubtful(bid, "supporting_entity_name", "International Labour Organization", "en", False)


def test_a_language_told_in_passing_is_shown() -> None:
    passing = "the Confederation provides interpretation from Mongolian"
    assert tongues_in_passing(f"English; {passing}", "en") == (passing,)
    assert not tongues_in_passing("English and French", "en")
    assert not tongues_in_passing("We can work in English and in French with your experts", "en")


def test_what_was_filled_in_and_answers_no_question_is_shown() -> None:
    text = "Twelve officers"
    entered = Line(text, (Piece("entry", 0, len(text)),), page=1)
    rows = [*cells(1, 0, "Name of the institution", "National Pension Fund"), *with_others()]
    below = cells(31, 0, "Name of the signatory", "Ms Grace Wanjiru Otieno")
    assert not flags(extract(document(*rows, *below)), "unassigned_text")
    shown = flags(extract(document(*rows, line("Notes", bold=True), entered, *below)), "unassigned_text")
    assert [flag.severity for flag in shown if text in flag.message][:1] == ["warning"]


# ------------------------------------------------------------------------------------------ whose answers they are
def asked(*keys: str) -> list[Asked]:
    label = Candidate("Authority", 0, 0, 9, "cell", 0.2, lexicon("ru").hits("Полномочия"))
    return [Asked(key, replace(label, first=at, last=at), 0.8, 0.1) for at, key in enumerate(keys)]


def test_authority_among_the_questions_on_who_signs_is_that_persons_post() -> None:
    block = asked("attachments_listed", "signatory_name", "institution_mandate", "signature_place")
    assert is_among_signing(block, 2) and not is_among_signing(block, 0)
    assert [bid.key for bid in with_signing(block)][2] == "signatory_position"
    known = asked("signatory_name", "institution_mandate", "signature_place", "signatory_position")
    assert [bid.key for bid in with_signing(known)] == [bid.key for bid in known]


@pytest.mark.parametrize(("label", "key"), [("Mandate", "institution_mandate"), ("Authority", "signatory_position")])
def test_an_institution_named_beside_who_signs_is_shown_whatever_it_is_taken_for(label: str, key: str) -> None:
    name = "National Pension Fund of the Republic of Kenya"
    block = [
        *cells(20, 0, "Name of the signatory", "Ms Grace Wanjiru Otieno"),
        *cells(20, 1, label, name),
        *cells(20, 2, "Date of signature", "3 May 2027"),
    ]
    read = extract(document(*cells(1, 0, "Name of the institution", "National Pension Fund"), *with_others(*block)))
    assert values(read)[key] == name
    assert key in {flag.field for flag in flags(read, "doubtful_question")}


def test_a_name_short_for_something_is_an_institutions() -> None:
    rows = [
        *cells(1, 0, "Official name of the structure *", "Sendika Kristianina Malagasy (SEKRIMA)"),
        *cells(1, 1, "Country *", "Madagascar"),
    ]
    read = extract(document(*rows, *with_others()))
    assert values(read)["institution_name"] == "Sendika Kristianina Malagasy"
    assert not flags(read, "doubtful_question")


@pytest.mark.parametrize(
    ("role", "want"),
    [
        ("The Office will comment on the handbook. The Congress wrote the request and will steer the work.", "met"),
        ("The Office wrote the request and will steer the work of the Congress.", "needs_judgement"),
        ("The Congress of Trade Unions of Norway wrote the request.", "needs_judgement"),
    ],
)
def test_an_institution_that_wrote_its_request_is_called_by_its_name(role: str, want: str) -> None:
    applicant: FieldContent = "Fiji Trades Union Congress"
    entity: FieldContent = "ILO Office"
    asked_for: FieldContent = role
    case = judged(
        language="en", institution_name=applicant, supporting_entity_name=entity, supporting_entity_role=asked_for
    )
    assert outcome("demand_driven", case) == want


# ------------------------------------------------------------------------------------------ headings
def test_a_heading_whose_number_the_questions_below_bear_asks_nothing() -> None:
    parts = {"1 Applicant": "1.1 Designation of the body", "2 Focal point": "2.1 Name", "3 Request": "3.1 Title"}
    rows = [
        each
        for table, (head, label) in enumerate(parts.items())
        for each in (line(head, bold=True), *cells(table, 0, label, "National Pension Fund"))
    ]
    search = Search(Layout(document(*rows)), lexicon("en"), [], frozenset())
    assert {search.layout.units[index].text for index in heading_series(search)} == set(parts)


def test_a_number_with_another_sign_is_of_another_series() -> None:
    heads = ("1. Заявитель", "2. Суть обращения", "3. План")
    labels = [("Название учреждения", "Фонд"), ("Страна", "Казахстан"), ("Почтовый адрес", "Астана, ул. Достык, 1")]
    rows: list[Line] = []
    for table, head in enumerate(heads):
        rows += [line(head, bold=True), *(each for row, pair in enumerate(labels) for each in cells(table, row, *pair))]
    strange = line("4) Какие документы останутся у организации?", bold=True)
    layout = Layout(document(*rows, strange, line("Учебный курс и памятка.")))
    search = Search(layout, lexicon("ru"), candidates(layout, lexicon("ru"), frozenset()), frozenset())
    assert strange.text not in {layout.units[index].text for index in heading_series(search)}


# ------------------------------------------------------------------------------------------ activities in one table
BLOCK = ("Heading", "Nature", "In the country or at a distance", "Month and year", "Working time", "Taking part")


def missions(wrapped: bool) -> list[Line]:
    """Three activities in one table, two labels and two values in a row; a label in a narrow cell has two lines."""
    told = (
        ("Survey of present practice", "Assessment", "In the country", "April 2027", "2 weeks", "6 officers"),
        ("Writing of the course", "Curriculum development", "At a distance", "June 2027", "1 week", "4 officers"),
        ("Training of trainers", "Training", "In the country", "August 2027", "2 weeks", "20 trainers"),
    )
    rows: list[Line] = []
    for number, values_ in enumerate(told):
        top = 4 * number
        rows += [line(f"Mission {number + 1}", True, Cell(20, top, 0, columns=4))]
        rows += [line(BLOCK[0], cell=Cell(20, top + 1, 0)), line(values_[0], cell=Cell(20, top + 1, 1, columns=3))]
        for row in (2, 3):
            for place in (0, 1):
                at = 2 * row - 3 + place
                label, cell = BLOCK[at], Cell(20, top + row, 2 * place)
                cut = label.rfind(" ") if wrapped and len(label) > 20 else len(label)
                rows.append(line(label[:cut], cell=cell))
                if cut < len(label):
                    rest = label[cut + 1 :]
                    rows.append(
                        Line(rest, (Piece("text", 0, len(rest)),), path=None, page=1, cell=cell, new_paragraph=False)
                    )
                rows.append(line(values_[at], cell=Cell(20, top + row, 2 * place + 1)))
    return rows


@pytest.mark.parametrize("wrapped", [False, True])
def test_activities_of_one_table_with_labels_beside_their_values(wrapped: bool) -> None:
    layout = Layout(document(*missions(wrapped)))
    found = by_blocks(layout, column_lexicon("en"), "en")
    assert found is not None
    read = [activity.model_dump() for activity in found.values("en")]
    assert [each["format"] for each in read] == ["on_site", "remote", "on_site"]
    whole = extract(
        document(*cells(1, 0, "Name of the institution", "National Pension Fund"), *with_others(*missions(wrapped)))
    )
    listed = whole.fields["activities"].value
    assert isinstance(listed, tuple | list) and len(listed) == 3


# ------------------------------------------------------------------------------------------ labels within answers
def test_a_label_in_the_middle_of_an_answer_is_shown() -> None:
    rows = [
        *cells(1, 0, "Nom de l'institution", "Office national de l'emploi"),
        line("Buts poursuivis [à remplir] :", bold=True),
        line("Améliorer le rapprochement de l'offre et de la demande d'emploi dans deux villes."),
        Line("Effets escomptés :", (Piece("text", 0, 18),), page=1, new_paragraph=False),
        Line("Un parcours d'accueil est appliqué.", (Piece("text", 0, 35),), page=1, new_paragraph=False),
        *cells(2, 0, "Nom du signataire", "Mme Awa Ndiaye"),
    ]
    assert survey(document(*rows)).found.in_doubt == ("Effets escomptés :",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Doter deux villes d'agences. Effets escomptés [à remplir] :\nUn parcours d'accueil.", True),
        ("Doter deux villes d'agences.\nAgents formés et populations touchées *\nVingt négociateurs.", True),
        ("Doter deux villes (Lomé et Kara) d'agences.", False),
    ],
)
def test_what_only_a_form_prints_is_shown_within_an_answer(text: str, shown: bool) -> None:
    known = {"institution_name": "Office national de l'emploi", "title": "Agences"}
    assert bool([*field_doubts(said(objectives=text, **known), "fr")]) is shown
