"""What a form prints around answers: hints above them, notices, remarks, marks in columns; and what nobody claimed."""

import pytest

from classifiers.money import money_mentions
from extractors.choices import ticked
from extractors.extraction import extract
from extractors.joining import joined
from extractors.labels import lexicon
from extractors.layout import Layout, Span
from extractors.notices import notices_of
from extractors.options import options_of
from extractors.typed_boxes import marked_boxes
from extractors.word import read_word
from pipeline.document import Cell, Document, Line, Piece
from pipeline.languages import LANGUAGES, load_language
from tests.test_other_editions import PAIRS, box, chosen_of
from tests.test_understanding import document, flags, line, values
from tests.test_word import WORD, built


def printed(text: str, bold: bool = False, size: float = 10.0, italic: bool = False) -> Line:
    """A paragraph with the size of its print."""
    return Line(text, (Piece("text", 0, len(text), bold=bold, italic=italic),), path=None, page=1, size=size)


def with_hints(**hints: Line) -> Document:
    """A form whose answers stand below bold labels, with a line above some of them: label (_ for a blank) -> line."""
    lines: list[Line] = []
    for label, answer in PAIRS:
        above = hints.get(label.replace(" ", "_"))
        lines += [printed(label, True), *([above] if above else []), printed(answer)]
    return document(*lines)


# ------------------------------------------------------------------------------------------ hints
def test_a_line_that_opens_several_answers_is_the_forms() -> None:
    hint = printed("Facts and figures are welcome here.")
    read = extract(with_hints(Background=hint, Objectives=hint))
    assert (values(read)["background"], values(read)["objectives"]) == (PAIRS[4][1], PAIRS[5][1])
    assert not flags(read, "maybe_hint")


@pytest.mark.parametrize("text", ["Maximum 300 words.", "Max. 300 words"])
def test_how_long_an_answer_may_be_is_no_part_of_it(text: str) -> None:
    read = extract(with_hints(Background=printed(text)))
    assert values(read)["background"] == PAIRS[4][1]


def test_a_line_in_smaller_print_is_taken_out_and_shown() -> None:
    read = extract(with_hints(Background=printed("Causes, and what was tried so far.", size=7.5)))
    assert values(read)["background"] == PAIRS[4][1]
    assert [flag.field for flag in flags(read, "maybe_hint")] == ["background"]


def test_a_line_that_may_be_the_applicants_stays_and_is_shown() -> None:
    read = extract(with_hints(Background=printed("Please see our letter.")))
    assert str(values(read)["background"]).startswith("Please see our letter.")
    assert [flag.field for flag in flags(read, "maybe_hint")] == ["background"]


def test_a_first_paragraph_like_the_rest_is_an_answer() -> None:
    read = extract(with_hints(Background=printed("Few workers are insured.")))
    assert str(values(read)["background"]).startswith("Few workers are insured.")
    assert not flags(read, "maybe_hint")


# ------------------------------------------------------------------------------------------ remarks and notices
REMARKS = {"en": "optional", "fr": "facultatif", "es": "voluntario", "pt": "facultativo", "ru": "по желанию"}


@pytest.mark.parametrize("language", REMARKS)
def test_a_remark_behind_a_dash_belongs_to_the_label(language: str) -> None:
    words = lexicon(language)
    assert words.is_remark(REMARKS[language])
    label = load_language(language).labels["contact_email"][0]
    best = words.hits(f"{label} – {REMARKS[language]}")[0]
    assert (best.key, best.score) == ("contact_email", 1.0)


def test_a_label_with_a_remark_behind_a_dash_is_answered_below() -> None:
    form = [line(f"{text} – optional" if text == "Target groups" else text, not n % 2) for n, text in enumerate(ALL)]
    assert values(extract(document(*form)))["target_groups"] == PAIRS[7][1]


ALL = sum(PAIRS, ())
TOLD = ("One institution may run one action at a time.", "No money, no equipment and no per diems are given.")


def test_a_notice_in_a_box_is_no_answer_and_no_question() -> None:
    notice = [*box(9, 0, 0, ("Please note", True), *((text, False) for text in TOLD))]
    form = [line(text, not place % 2) for place, text in enumerate(ALL)]
    read = extract(document(*form[:8], *notice, *form[8:]))
    assert values(read)["title"] == PAIRS[3][1]
    assert not flags(read, "unassigned_text")


def test_a_notice_ends_where_the_next_question_begins() -> None:
    layout = Layout(document(line("Data protection", True), *map(line, TOLD), line("Country", True), line("Kenya")))
    assert notices_of(layout, load_language("en")) == {0, 1, 2}


def test_questions_below_a_heading_like_a_notice_are_asked() -> None:
    heading, label = box(9, 0, 0, ("Important", True)), ("Full name of the contact person", "Ms Jane Otieno")
    form = [line(text, not place % 2) for place, text in enumerate(ALL)]
    table = [*heading, *box(9, 1, 0, (label[0], True)), *box(9, 1, 1, (label[1], False))]
    assert values(extract(document(*form[:6], *table, *form[6:])))["contact_name"] == label[1]
    plain = [*map(line, label)]
    assert not notices_of(Layout(document(line("Important", True), *plain)), load_language("en")) & {1, 2}


def test_a_document_called_note_is_no_notice() -> None:
    layout = Layout(document(line("Note by the Board", True), line("Important results of the survey of 2025", True)))
    assert not notices_of(layout, load_language("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_knows_how_notices_begin(language: str) -> None:
    words = load_language(language).marks.notice
    assert len(words) == len(set(words)) >= 20


# ------------------------------------------------------------------------------------------ what nobody claimed
def test_words_in_a_cell_that_no_question_claims_are_shown() -> None:
    rows = [each for n, pair in enumerate(PAIRS) for each in pair_of_cells(n, *pair)]
    odd = [*box(5, 0, 0, ("Gloria", False)), *box(5, 0, 1, ("mundi", False))]
    told = extract(document(*rows[:8], *odd, *rows[8:]))
    assert any("Gloria" in flag.message for flag in flags(told, "unassigned_text"))
    assert not flags(extract(document(*rows)), "unassigned_text")


def pair_of_cells(row: int, label: str, answer: str) -> list[Line]:
    """A row: the label bold, its answer beside it."""
    return [*box(0, row, 0, (label, True)), *box(0, row, 1, (answer, False))]


def test_a_short_line_with_an_answer_behind_the_last_question_is_shown() -> None:
    form = [line(text, not place % 2) for place, text in enumerate(ALL)]
    read = extract(document(*form, line("Cipher: Ada Obi")))
    assert any("Ada Obi" in flag.message for flag in flags(read, "unassigned_text"))


def test_a_post_in_the_row_below_the_labels_is_an_answer() -> None:
    labels = [box(3, 0, n, (text, True)) for n, text in enumerate(("Name", "Position", "Place", "Date", "Signature"))]
    answers = ("Ada Obi", "Head", "Accra", "3 May 2027", "")
    below = [box(3, 1, n, (text, False)) for n, text in enumerate(answers)]
    rows = [each for n, pair in enumerate(PAIRS[:-2]) for each in pair_of_cells(n, *pair)]
    read = extract(document(*rows, line("Signature", True), *sum(labels + below, [])))
    assert values(read)["signatory_position"] == "Head"


def test_a_start_long_before_the_request_is_shown() -> None:
    form = [line(text, not place % 2) for place, text in enumerate((*ALL[:16], "Start date", "1 July 1998", *ALL[16:]))]
    read = extract(document(*form))
    assert [flag.field for flag in flags(read, "doubtful_question") if "1998" in flag.message] == ["start_date"]


def test_a_numbered_line_of_the_labels_shape_ends_an_answer() -> None:
    form = [line(text if n % 2 else f"1.{n // 2 + 1} {text}", not n % 2) for n, text in enumerate(ALL)]
    odd = (line("1.5 How it all hangs together"), line("Well."))
    read = extract(document(*form[:10], *odd, *form[10:]))
    assert values(read)["background"] == PAIRS[4][1]


# ------------------------------------------------------------------------------------------ labels
def test_what_is_asked_of_somebody_stands_behind_the_colon() -> None:
    contact = ("Focal point: name: Ms Jane Otieno", "Focal point: e-mail: j.otieno@npf.example.ke")
    form = [line(f"{label}: {answer}") for label, answer in PAIRS]
    read = extract(document(*form[:3], *map(line, contact), *form[3:]))
    assert values(read)["contact_name"] == "Ms Jane Otieno"


def test_a_name_with_a_colon_is_shown() -> None:
    form = [
        line(text, not place % 2) for place, text in enumerate((*ALL[:6], "Contact person", "Glor: Ada Obi", *ALL[6:]))
    ]
    assert [flag.field for flag in flags(extract(document(*form)), "not_a_name")] == ["contact_name"]


@pytest.mark.parametrize(("sign", "bold"), [("●", True), ("■", True), ("*", True)])
def test_a_sign_before_bold_labels_marks_what_must_be_answered(sign: str, bold: bool) -> None:
    form = [line(f"{sign} {text}" if not n % 2 else text, bold and not n % 2) for n, text in enumerate(ALL)]
    read = values(extract(document(*form)))
    assert (read["institution_name"], read["target_groups"]) == (PAIRS[0][1], PAIRS[7][1])


def test_an_address_cut_by_a_narrow_column_is_one() -> None:
    first, second, third = (Line(text, (), path=None, page=1, new_paragraph=not n) for n, text in enumerate(CUT))
    assert joined([Span(each, 0, len(each.text)) for each in (first, second)]) == "t.nhan@inep.gov.mz"
    assert joined([Span(each, 0, len(each.text)) for each in (first, third)]) == "t.nhan@inep.go Ask for Tomé"


CUT = ("t.nhan@inep.go", "v.mz", "Ask for Tomé")


# ------------------------------------------------------------------------------------------ options
def test_marks_in_a_column_before_the_options() -> None:
    options = ("Conference", "Round table", "Workshop", "Awareness-raising meeting")
    rows = [each for n, text in enumerate(options) for each in marked_row(n, "X" if n == 3 else "", text)]
    boxes = marked_boxes(Layout(document(*rows)).units, None, "event_type", "en")
    assert ticked(boxes, "event_type", "en").values == ("awareness_raising",)


def marked_row(row: int, mark: str, option: str) -> list[Line]:
    """A row of a list of options: the place for the mark, and the option."""
    return [line(mark, cell=Cell(0, row, 0)), line(option, cell=Cell(0, row, 1))]


def test_a_sign_at_the_end_of_every_option() -> None:
    lines = ("English  V", "French  –", "Spanish  –", "Russian  V")
    boxes = marked_boxes(Layout(document(*map(line, lines))).units, None, "working_languages", "en")
    assert [each.text for each in boxes if each.checked] == ["English", "Russian"]
    assert not marked_boxes(Layout(document(*map(line, lines[1:3]))).units, None, "working_languages", "en")


def test_yes_and_no_beside_an_option() -> None:
    chosen = chosen_of("Ministry: ☐ yes ☒ no", "Municipality: ☒ yes ☐ no")
    assert chosen == ("regional_local_government",)


@pytest.mark.parametrize(("signs", "ticks"), [(("●", "○", "○"), [True, False, False]), (("●", "●", "●"), [])])
def test_a_disc_is_a_tick_where_circles_stand_beside_it(signs: tuple[str, ...], ticks: list[bool]) -> None:
    options = zip(signs, ("Ministry", "Municipality", "Trade union"), strict=True)
    body = "".join(f"<w:p><w:r><w:t>{sign} {text}</w:t></w:r></w:p>" for sign, text in options)
    pieces = [piece for each in read_word(built(body), WORD).lines for piece in each.pieces]
    assert [piece.checked for piece in pieces if piece.kind == "tick"] == ticks


def test_an_option_left_over_shares_another_only_if_its_words_are_plain() -> None:
    kinds = ["Congreso o conferencia", "Conversatorio o mesa redonda", "Taller de trabajo", "Jornada divulgativa"]
    option, score = options_of(kinds, "event_type", "es")[3]
    assert option == "awareness_raising"
    assert score < 0.52


# ------------------------------------------------------------------------------------------ rules
NEEDED = {
    "en": "Venue, staff time and interpretation where needed, local transport.",
    "fr": "Salle, transport local et interprétation si c'est nécessaire.",
    "es": "Sala, transporte local e interpretación si se necesita.",
    "pt": "Sala, transporte local e interpretação se for necessário.",
    "ru": "Помещение, транспорт и перевод, если это необходимо.",
}


@pytest.mark.parametrize("language", NEEDED)
def test_what_the_institution_gives_where_needed_asks_for_nothing(language: str) -> None:
    assert not money_mentions(NEEDED[language], "own", language)
