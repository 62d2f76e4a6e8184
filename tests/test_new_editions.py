"""What the forms of November 2026 taught: options inside activities, brackets behind labels, declarations, headings."""

from datetime import date

import pytest

from classifiers.assessment import assess
from extractors.activities import find_activities
from extractors.activity_naming import Series
from extractors.asking import ask
from extractors.candidates import candidates
from extractors.extraction import extract
from extractors.form_speech import FormSpeech
from extractors.labels import lexicon
from extractors.layout import Layout, Span
from extractors.notices import declarations_of
from extractors.signing_sentence import signing_sentence
from extractors.typed_marks import marked_of
from extractors.word import read_word
from pipeline.document import Document, Line
from pipeline.languages import LANGUAGES, load_language
from pipeline.stages import Surroundings
from tests.test_other_editions import PAIRS, box
from tests.test_understanding import document, flags, line, values
from tests.test_unknown_words import FORM
from tests.test_word import WORD, built


def pairs(**changed: str) -> list[Line]:
    """A form of bold labels over their answers: label (_ for a blank) -> what its answer is instead."""
    return [
        each
        for label, answer in PAIRS
        for each in (line(label, True), line(changed.get(label.replace(" ", "_"), answer)))
    ]


# ------------------------------------------------------------------------------------------ activities
@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("☒ In the country ☐ At a distance ☐ Both", "In the country"),
        ("In the country ☐ At a distance ☒", "At a distance"),
        ("Way: ☐ on site ☒ online", "online"),
        ("[ ] on site [x] online", "online"),
        ("☐ on site ☐ online", ""),
        ("on site", "on site"),
    ],
)
def test_only_the_marked_options_of_a_cell_are_said(text: str, marked: str) -> None:
    assert marked_of(text) == marked


def test_the_way_of_working_is_the_one_that_is_ticked() -> None:
    rows = (
        ("Title of the activity", "Type", "Format", "Start", "Duration", "Participants"),
        ("Review of files", "Expert advice", "☒ on site ☐ remote", "May 2027", "2 weeks", "9 staff"),
        ("Course for officers", "Training", "☐ on site ☒ remote", "June 2027", "1 week", "20 officers"),
    )
    cells = [each for n, row in enumerate(rows) for m, text in enumerate(row) for each in box(0, n, m, (text, not n))]
    found = find_activities(Layout(document(*FORM, *cells)), "en").values("en")
    assert [each.format for each in found] == ["on_site", "remote"]


def test_a_stage_with_a_title_and_what_is_done() -> None:
    blocks = [
        line(text)
        for stage, title, kind in ((1, "Diagnosis", "analysis of files"), (2, "Early warning", "expert advice"))
        for text in (
            f"Stage {stage}. {title}",
            f"Activity: {kind}",
            "Duration: 2 weeks",
            "Start: May 2027",
            "Format: on site",
            "Participants: 10 officers",
        )
    ]
    found = find_activities(Layout(document(*FORM, line("Activities planned", True), *blocks)), "en").values("en")
    assert [(each.title, each.type) for each in found] == [
        ("Diagnosis", "analysis of files"),
        ("Early warning", "expert advice"),
    ]


@pytest.mark.parametrize(
    ("cells", "counts"),
    [(("M1", "M2", "M3"), True), (("Mission n° 1", "Mission n° 2"), True), (("M1", "N2"), False), (("2", "2"), False)],
)
def test_numbers_of_activities_may_stand_behind_a_letter(cells: tuple[str, ...], counts: bool) -> None:
    assert Series("No.", cells).counts is counts


def test_the_kind_of_an_activity_says_nothing_of_the_theme() -> None:
    rows = (
        ("Title of the activity", "Type", "Format", "Start", "Duration", "Participants"),
        ("Old-age pensions for traders", "Training of trainers", "on site", "May 2027", "2 weeks", "9 staff"),
        ("Pension contributions", "Training of trainers", "on site", "June 2027", "1 week", "9 staff"),
    )
    cells = [each for n, row in enumerate(rows) for m, text in enumerate(row) for each in box(0, n, m, (text, not n))]
    theme = assess(extract(document(*FORM, *cells)), Surroundings(today=date(2026, 11, 23))).theme
    assert theme.area == "social_protection"
    assert "le_vet_skills" not in {topic.key for topic in theme.topics}


# ------------------------------------------------------------------------------------------ labels and answers
def test_a_bracket_before_the_colon_is_the_labels() -> None:
    form = [line(f"{label} (say what you know): {answer}") for label, answer in PAIRS]
    read = values(extract(document(*form)))
    assert (read["institution_name"], read["background"]) == (PAIRS[0][1], PAIRS[4][1])


def test_a_hint_in_brackets_behind_a_label_is_no_answer() -> None:
    form = [each for label, answer in PAIRS for each in (line(f"{label}: (as fully as you can)"), line(answer))]
    read = values(extract(document(*form)))
    assert (read["institution_name"], read["background"]) == (PAIRS[0][1], PAIRS[4][1])


PROMPTS = {
    "en": "Click here to write your reply",
    "fr": "Cliquez ici pour taper votre réponse",
    "es": "Haga clic aquí para anotar su respuesta",
    "pt": "Clique aqui para escrever a sua resposta",
    "ru": "Нажмите здесь, чтобы написать ответ",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_prompt_in_other_words_is_no_answer(language: str) -> None:
    prompt = line(PROMPTS[language])
    speech = FormSpeech(load_language(language), frozenset())
    assert speech.without_fill(Span(prompt, 0, len(prompt.text))) is None


def test_what_explains_a_label_over_its_answer_in_a_row_below_is_no_answer() -> None:
    rows: list[Line] = []
    for row, (label, answer) in enumerate(PAIRS):
        hint = (("in full, without short forms", False),) if label == "Background" else ()
        rows += [*box(0, 2 * row, 0, (label, True), *hint), *box(0, 2 * row + 1, 0, (answer, False))]
    assert values(extract(document(*rows)))["background"] == PAIRS[4][1]


def test_a_disc_alone_in_its_cell_is_a_tick_where_circles_stand_elsewhere() -> None:
    def row(sign: str, text: str) -> str:
        cells = "".join(f"<w:tc><w:p><w:r><w:t>{each}</w:t></w:r></w:p></w:tc>" for each in (sign, text))
        return f"<w:tr>{cells}</w:tr>"

    body = f"<w:tbl>{row('○', 'Ministry')}{row('●', 'Municipality')}{row('○', 'Trade union')}</w:tbl>"
    pieces = [piece for each in read_word(built(body), WORD).lines for piece in each.pieces]
    assert [piece.checked for piece in pieces if piece.kind == "tick"] == [False, True, False]


# ------------------------------------------------------------------------------------------ around the signature
DECLARATIONS = {
    "en": "I confirm that the information given in this application is correct.",
    "fr": "J'atteste que les renseignements donnés dans la présente demande sont exacts.",
    "es": "Declaro que los datos de esta solicitud son verdaderos.",
    "pt": "Declaro que os dados do presente pedido são verdadeiros.",
    "ru": "Подтверждаю, что сведения в настоящей заявке достоверны.",
}


def signed(*lines: str) -> Document:
    """A form with lines between its last question and its signature."""
    asked = pairs()[:-4]
    return document(*asked, *map(line, lines), *pairs()[-4:])


def test_the_declaration_over_the_signature_is_the_forms() -> None:
    read = extract(signed(DECLARATIONS["en"]))
    assert values(read) == values(extract(signed()))
    assert not flags(read, "unassigned_text")


def test_what_the_applicant_confirms_stays_an_answer() -> None:
    said = "We confirm that two officers will be free for the experts."
    assert any(said in str(value) for value in values(extract(signed(said))).values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_declarations_are_known_in_every_language(language: str) -> None:
    layout = Layout(signed(DECLARATIONS[language]))
    asked = ask(layout, lexicon("en"), frozenset()).asked
    told = declarations_of(layout, asked, load_language(language))
    assert [layout.units[at].text for at in told] == [DECLARATIONS[language]]


def test_place_and_day_in_one_line_without_a_name() -> None:
    said = signing_sentence(Layout(document(*FORM, line("Signed at Nairobi, on 3 May 2027"))), "en")
    parts = {key: " ".join(span.text for span in spans) for key, spans in said.parts.items()}
    assert parts == {"signature_place": "Nairobi", "signature_date": "3 May 2027"}


def test_a_place_without_a_day_is_a_place() -> None:
    said = signing_sentence(Layout(document(*FORM, line("Signed at Nairobi, on ................"))), "en")
    assert {key: spans[0].text for key, spans in said.parts.items()} == {"signature_place": "Nairobi"}


def test_bold_lines_in_capitals_are_headings_where_labels_are_in_small_letters() -> None:
    heads = {0: "THE BODY", 4: "GROUNDS", 8: "MEANS"}
    form: list[Line] = []
    for place, (label, answer) in enumerate(PAIRS):
        form += [line(heads[place], True)] if place in heads else []
        form += [line(f"{label}: {answer}")]
    read = extract(document(*form))
    assert not flags(read, "unknown_question")
    assert values(read)["background"] == PAIRS[4][1]


def test_words_over_captions_in_brackets_are_who_signs() -> None:
    rows = (("Director", "", "A. Petrov"), ("(position)", "(signature)", "(name)"), ("Nairobi", "", "3 May 2027"))
    rows = (*rows, ("(place)", "", "(date)"))
    cells = [each for n, row in enumerate(rows) for m, text in enumerate(row) for each in box(0, n, m, (text, False))]
    read = values(extract(document(*pairs()[:-4], *cells)))
    assert [read[key] for key in ("signatory_name", "signatory_position")] == ["A. Petrov", "Director"]
    assert (read["signature_place"], read["signature_date"]) == ("Nairobi", "2027-05-03")


@pytest.mark.parametrize(
    ("label", "required"),
    [
        ("Required profile of the experts", False),
        ("Country (required)", True),
        ("Country – compulsory", True),
        ("Country *", True),
        ("Country (not compulsory)", False),
        ("Answer required: country", True),
    ],
)
def test_required_is_a_mark_only_beside_a_label(label: str, required: bool) -> None:
    assert lexicon("en").says_required(label) is required


def test_an_address_is_no_part_of_a_label() -> None:
    rows = box(0, 0, 0, ("E-mail of the officer in charge", False), ("j.otieno@npf.example.ke", False))
    layout = Layout(document(*FORM, *rows))
    found = {(each.first, each.last) for each in candidates(layout, lexicon("en"), frozenset())}
    label = len(layout.units) - 2
    assert (label, label) in found and (label, label + 1) not in found


def test_nothing_answers_any_question_alike() -> None:
    assert not flags(extract(document(*pairs(Deliverables="n/a"))), "doubtful_question")


def test_a_hint_in_brackets_between_label_and_answer_is_no_part_of_it() -> None:
    hints = {"Name of the organisation": "(no short forms, please) ", "Postal address": "(street and town) "}
    read = values(extract(document(*(line(f"{label}*: {hints.get(label, '')}{answer}") for label, answer in PAIRS))))
    assert (read["institution_name"], read["institution_address"]) == (PAIRS[0][1], PAIRS[2][1])
    alone = extract(document(*(line(f"{label}*: {answer}") for label, answer in PAIRS[1:]), line("")))
    assert not flags(alone, "maybe_hint")


def test_a_bracket_before_one_answer_alone_is_shown() -> None:
    told = dict(PAIRS) | {"Postal address": f"(head office) {PAIRS[2][1]}"}
    read = extract(document(*(line(f"{label}*: {answer}") for label, answer in told.items())))
    assert [flag.field for flag in flags(read, "maybe_hint")] == ["institution_address"]


def test_a_few_words_in_a_frame_behind_an_answer_are_shown() -> None:
    form = pairs()
    at = next(n for n, each in enumerate(form) if each.text == "Deliverables")
    framed = extract(document(*form[:at], *box(7, 0, 0, ("Zorn and quell", False)), *form[at:]))
    assert any("Zorn and quell" in flag.message for flag in flags(framed, "unassigned_text"))
