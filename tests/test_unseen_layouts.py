"""Layouts that offices really use: fields over rules, lines that take turns, sections in a column of their own."""

from dataclasses import replace

from extractors.activity_blocks import by_blocks
from extractors.alternation import label_lines
from extractors.candidates import Candidate
from extractors.extraction import extract, survey
from extractors.habit import Habit
from extractors.labels import Hit, column_lexicon
from extractors.layout import Layout
from extractors.looks import is_initials, is_named_in_full, spells
from extractors.paged import read_pdf
from extractors.search import Asked
from extractors.typed_marks import with_boxes
from extractors.whose import with_contact
from pipeline.document import Cell, Line, Piece
from tests.test_paged import HEIGHT, made, put
from tests.test_understanding import cells, document, flags, line, values
from tests.test_unknown_words import FORM


# ------------------------------------------------------------------------------------------ fields over rules
def test_fields_side_by_side_over_rules_are_read_one_by_one() -> None:
    def draw(canvas: object) -> None:
        for place, (label, answer) in enumerate(
            (("Service", "Directorate of Social"), ("Acronym", "DSP"), ("Country", "Togo"))
        ):
            left = 50 + 170 * place
            put(canvas, left, 100, label, "Helvetica-Bold")
            put(canvas, left, 114, answer)
            canvas.line(left, HEIGHT - 134, left + 150, HEIGHT - 134)  # type: ignore[attr-defined]
        put(canvas, 50, 128, "Protection")

    lines = read_pdf(made(draw)).lines
    by_cell: dict[int, list[str]] = {}
    for each in lines:
        assert each.cell is not None
        by_cell.setdefault(each.cell.column, []).append(each.text)
    assert by_cell == {
        0: ["Service", "Directorate of Social", "Protection"],
        1: ["Acronym", "DSP"],
        2: ["Country", "Togo"],
    }


def test_a_word_across_the_gap_makes_plain_text_of_it() -> None:
    def draw(canvas: object) -> None:
        for left in (50, 220, 390):
            canvas.line(left, HEIGHT - 120, left + 150, HEIGHT - 120)  # type: ignore[attr-defined]
        put(canvas, 50, 112, "A line of words that runs on over every gap between the rules below it, to the end")

    assert all(each.cell is None for each in read_pdf(made(draw)).lines)


# ------------------------------------------------------------------------------------------ lines that take turns
TURNS = (
    ("Name of the organisation", "National Pension Fund"),
    ("Country", "Kenya"),
    ("Postal address", "P.O. Box 1203, Nairobi"),
    ("Title of the action", "Pensions for workers without an employer"),
    ("Background", "Only one worker in nine pays into the Fund, and most leave it within two years."),
    ("Objectives", "Every third worker without an employer has joined by 2030."),
    ("What we expect to see", "Three hundred workers have joined in each county."),
    ("Deliverables", "A manual and a training plan."),
    ("Target groups", "Forty officers of the Fund."),
    ("Working language", "English"),
    ("Place of signature", "Nairobi"),
    ("Date of signature", "3 November 2026"),
)


def test_labels_are_told_by_their_turn_where_nothing_else_tells_them() -> None:
    read = values(extract(document(*(line(text) for pair in TURNS for text in pair))))
    assert (read["institution_name"], read["title"]) == (TURNS[0][1], TURNS[3][1])
    assert (read["objectives"], read["expected_results"]) == (TURNS[5][1], TURNS[6][1])


def test_a_line_in_unknown_words_with_words_of_its_own_behind_it_is_shown() -> None:
    odd = (line("File number"), line("NPF-2026-0144"))
    form = [line(text) for pair in TURNS for text in pair]
    read = extract(document(*form[:12], *odd, *form[12:]))
    assert [flag.message for flag in flags(read, "unknown_question") if "File number" in flag.message]


def test_where_labels_follow_labels_nothing_is_told_by_turns() -> None:
    layout = Layout(document(*(line(label) for label, _ in TURNS)))
    every = [
        Candidate(u.text, u.index, u.index, u.end, "line", 0.0, (Hit("label", "title", 1.0),)) for u in layout.units
    ]
    assert label_lines(layout, every) == frozenset()


def test_labels_are_told_by_their_colon_where_nothing_else_tells_them() -> None:
    lines = [line(text) for label, answer in TURNS for text in (f"{label}:", answer)]
    lines[12] = line("What the country will notice:")
    read = values(extract(document(*lines)))
    assert read["expected_results"] == TURNS[6][1]


def small(text: str, size: float, cell: Cell) -> Line:
    """A line of a size."""
    return Line(text, (Piece("text", 0, len(text)),), path=None, page=1, cell=cell, size=size)


def test_labels_are_told_by_the_style_that_opens_their_cells() -> None:
    lines = [
        small(text, size, Cell(0, number, 0))
        for number, (label, answer) in enumerate(TURNS)
        for text, size in ((label, 8.5), (answer, 10.0))
    ]
    found = survey(document(*lines))
    assert {bid.label.text for bid in found.found.asked} == {label for label, _ in TURNS}


# ------------------------------------------------------------------------------------------ headings and hints
def test_headings_of_a_series_ask_nothing_and_are_not_unknown() -> None:
    questions = [line(text, place % 2 == 0) for place, text in enumerate(text for pair in TURNS for text in pair)]
    form = [line("A. Glossa", True), *questions[:6], line("B. The proposal", True), *questions[6:18]]
    read = extract(document(*form, line("C. Skopos", True), *questions[18:]))
    assert values(read)["title"] == TURNS[3][1]
    assert not flags(read, "unknown_question")


def test_numbered_answers_are_no_headings() -> None:
    enclosed = [line("Attachments", True), line("1. Annual report"), line("2. Organisation chart"), line("Place", True)]
    read = values(extract(document(*FORM, *enclosed, line("Nairobi"))))
    assert read["attachments_listed"] == ["Annual report", "Organisation chart"]


def test_a_hint_in_bold_italics_ends_no_answer() -> None:
    hint = Line("Facts first.", (Piece("text", 0, 12, bold=True, italic=True),), path=None, page=1)
    background = (line("Background", True), hint, line("Only one worker in nine pays into the Fund."))
    read = values(extract(document(*FORM[:6], *background, *FORM[6:])))
    assert read["background"] == "Only one worker in nine pays into the Fund."


def test_a_strange_question_below_one_left_blank_does_not_answer_it() -> None:
    odd = (line("Preferred means of travel", True), line("By air to Lungi and by official car."))
    read = extract(document(*FORM, line("Post held by the head", True), *odd, line("Place", True), line("Bo")))
    assert "By air" not in str(values(read).get("head_position"))


def test_on_paper_words_that_answer_the_label_above_are_no_label_however_bold_they_seem() -> None:
    form = document(
        *FORM, line("Working language", True), line("French", True), line("Place", True), line("Bo"), line("Date", True)
    )
    assert values(extract(replace(form, origin="ocr")))["working_languages"] == ["fr"]
    assert "working_languages" not in values(extract(form))


def test_a_bare_number_before_words_is_no_numbering_like_that_of_the_labels() -> None:
    label, answer = document(line("7. Target groups"), line("22 officers of the Fund")).lines
    units = Layout(document(label, answer)).units
    assert [Habit(flow=frozenset({"numbered"})).fits(unit) for unit in units] == [True, False]


# ------------------------------------------------------------------------------------------ boxes and acronyms
def test_a_topic_beside_boxes_of_areas_asks_for_the_title() -> None:
    rows = [
        *cells(0, 0, "Organisation", "National Pension Fund"),
        *cells(0, 1, "Country", "Kenya"),
        *cells(0, 2, "Theme", "Dust and noise in quarries: a day for workers' delegates"),
        *cells(0, 3, "Subject within SOCIEUX+", "___ Social protection  _X_ Labour and employment"),
        *cells(0, 4, "Objectives", "The delegates know the risks and agree on first steps."),
        *cells(0, 5, "Target groups", "Forty delegates of nine quarries."),
    ]
    read = values(extract(document(*rows)))
    assert str(read["title"]).startswith("Dust and noise")
    assert read["declared_theme"] == ["labour_employment"]


def test_typed_places_for_marks_are_boxes() -> None:
    assert with_boxes("___ Ministry _X_ Union") == "☐ Ministry ☐ Union"
    assert with_boxes("Section X of the port union") == "Section X of the port union"


def test_an_acronym_is_spelt_by_the_name_and_is_no_name_itself() -> None:
    assert spells("MoLSA", "Ministry of Labour and Social Affairs")
    assert spells("UNTA-CS", "União Nacional dos Trabalhadores Angolanos – Confederação Sindical")
    assert not spells("INSS", "Ministry of Labour")
    assert is_initials("DOLE RO8")
    assert not is_initials("JOHN SMITHERS")
    assert is_named_in_full("Г-н Ваграм Саркисян")
    assert not is_named_in_full("CNaPS")


# ------------------------------------------------------------------------------------------ activities
def test_what_an_activity_is_under_method_is_its_type_if_it_is_no_way_of_working() -> None:
    def block(number: int, title: str, method: str, when: str) -> list[Line]:
        pairs = (
            ("Content", title),
            ("Method", method),
            ("When", when),
            ("How many weeks", "2 weeks"),
            ("For whom", "9 staff"),
        )
        opening = line(f"Step {number} – Content", True, Cell(number, 0, 0)), line(title, False, Cell(number, 0, 1))
        rest = [
            line(text, not column, Cell(number, row, column))
            for row, pair in enumerate(pairs[1:], 1)
            for column, text in enumerate(pair)
        ]
        return [*opening, *rest]

    steps = [*block(1, "Interviews", "Fact-finding mission", "May 2027"), *block(2, "Course", "Workshop", "June 2027")]
    found = survey(document(*FORM, *steps)).activities
    assert [draft.text("type") for draft in found.drafts] == ["Fact-finding mission", "Workshop"]
    assert [draft.text("format") for draft in found.drafts] == [None, None]


def test_the_sections_of_a_form_are_no_activities() -> None:
    rows = [line("Block 1. The organisation", True), line("Question"), *FORM[:6], line("Block 2. The project", True)]
    layout = Layout(document(*rows, line("Question"), *FORM[6:]))
    assert by_blocks(layout, column_lexicon("en"), "en") is None


# ------------------------------------------------------------------------------------------ what set 16 taught
def test_the_first_of_two_persons_who_both_sound_like_the_contact_is_the_head() -> None:
    def asked(key: str, place: int, *hits: Hit) -> Asked:
        return Asked(key, Candidate("", place, place, 0, "cell", 0.5, hits), 1.0, 0.5)

    sure, guess = Hit("label", "contact_name", 1.0), Hit("guess", "contact_name", 0.88)
    first, second = asked("contact_name", 19, sure), asked("head_name", 23, guess, Hit("label", "contact_name", 0.65))
    post, address = asked("contact_position", 21), asked("contact_email", 27)
    turned = with_contact([first, post, second, address])
    assert [bid.key for bid in turned] == ["head_name", "head_position", "contact_name", "contact_email"]
    head = asked("head_name", 23, Hit("label", "head_name", 1.0))
    assert with_contact([first, post, head, address]) == [first, post, head, address]


def test_a_stroke_in_an_address_is_an_l_and_a_person_compares() -> None:
    read = extract(document(*FORM, line("8. E-mail address", True), line("t.ramakatsa@socdev.gov.|s")))
    assert values(read)["contact_email"] == "t.ramakatsa@socdev.gov.ls"
    assert [flag.field for flag in flags(read, "not_normalised")] == ["contact_email"]


def test_the_first_item_of_a_list_is_no_hint_of_its_label() -> None:
    items = (line("1. Устав Федерации"), line("2. Сведения о травматизме за 2025 год"))
    form = [line("Название организации", True), line("Федерация профсоюзов"), line("Страна", True), line("Казахстан")]
    form += [line("Название проекта", True), line("Охрана труда на стройке"), line("Цели", True), line("Меньше травм.")]
    read = values(
        extract(document(*form, line("Приложения", True), *items, line("Дата", True), line("3 ноября 2026 г.")))
    )
    assert read["attachments_listed"] == ["Устав Федерации", "Сведения о травматизме за 2025 год"]
