"""What forms set apart by its look, options with marks in cells and words, and questions that stand astray."""

from dataclasses import replace

import pytest

from extractors.activities import find_activities
from extractors.extraction import extract, survey
from extractors.grey_print import is_grey
from extractors.halves import halves_of
from extractors.label_doubts import is_doubtful
from extractors.labels import lexicon
from extractors.layout import Layout
from extractors.printed_boxes import boxes_of
from extractors.required_marks import RequiredMarks
from extractors.search import Asked
from extractors.set_apart import set_apart
from extractors.typed_boxes import marked_boxes
from extractors.whose import with_contact
from extractors.word import read_word
from pipeline.document import Line, Piece
from pipeline.languages import LANGUAGES, load_language
from tests.test_other_editions import PAIRS, box
from tests.test_understanding import document, flags, line, values
from tests.test_unknown_words import FORM
from tests.test_word import WORD, built

HINTS = {
    "Title of the action": "one line is enough",
    "Background": "causes and what was tried so far",
    "Objectives": "one main aim and two or three others",
    "Target groups": "with figures where they are known",
}


def words(text: str, bold: bool = False, size: float = 10.0, grey: bool = False) -> Line:
    """A paragraph in print of a size."""
    return Line(text, (Piece("text", 0, len(text), bold=bold, grey=grey),), path=None, page=1, size=size)


def form(pattern: str = "{}", size: float = 10.0, grey: bool = False, hints: int = 4) -> list[Line]:
    """A form of bold labels over their answers, with hints between some of them."""
    lines: list[Line] = []
    told = dict(list(HINTS.items())[:hints])
    for label, answer in PAIRS:
        hint = [words(pattern.format(told[label]), size=size, grey=grey)] if label in told else []
        lines += [words(label, True), *hint, words(answer)]
    return lines


# ------------------------------------------------------------------------------------------ hints
@pytest.mark.parametrize(("pattern", "size", "grey"), [("({})", 10.0, False), ("{}", 8.0, False), ("{}", 10.0, True)])
def test_hints_of_one_look_under_several_labels_are_none_of_the_answers(pattern: str, size: float, grey: bool) -> None:
    read = extract(document(*form(pattern, size, grey)))
    assert {key: values(read)[key] for key in ("title", "background", "objectives", "target_groups")} == {
        "title": PAIRS[3][1],
        "background": PAIRS[4][1],
        "objectives": PAIRS[5][1],
        "target_groups": PAIRS[7][1],
    }
    assert not flags(read, "maybe_hint")


def apart(lines: list[Line], on_paper: bool = False) -> list[str]:
    """The lines that are set apart."""
    marked = set_apart(list(enumerate(lines)), on_paper)
    return [line.text for _, line in marked if any(piece.apart for piece in line.pieces)]


def test_two_of_a_look_tell_nothing() -> None:
    assert set(apart(form("({})"))) == {f"({hint})" for hint in HINTS.values()}
    assert not apart(form("({})", hints=2))


def test_a_page_without_words_is_left_as_it_is() -> None:
    assert not apart([]) and not apart([words("7"), words("")])


def test_small_answers_over_the_next_label_are_no_hints() -> None:
    lines = [words(text, not at % 2, 10.0 if not at % 2 else 8.0) for at, text in enumerate(sum(PAIRS, ()))]
    assert not apart(lines)


def test_size_and_colour_tell_nothing_on_paper() -> None:
    assert not apart(form("{}", 8.0), on_paper=True)
    assert apart(form("({})"), on_paper=True)


@pytest.mark.parametrize("said", ["www.labour.example", "a.banda@mol.example", "Address: 12, Kasai Avenue", "by 2027"])
def test_what_an_answer_may_hold_is_not_set_apart(said: str) -> None:
    lines = form("{}", 8.0)
    small = [at for at, each in enumerate(lines) if each.size == 8.0]
    for at in small:
        lines[at] = words(f"{said} {at}", size=8.0)
    assert not apart(lines)


@pytest.mark.parametrize(
    ("colour", "grey"),
    [((0.5,), True), ((0.5, 0.5, 0.52), True), ((0,), False), ((0.1, 0.2, 0.6), False), ((1,), False)],
)
def test_grey_is_neither_black_nor_white_nor_coloured(colour: tuple[float, ...], grey: bool) -> None:
    assert is_grey(colour) is grey


def test_grey_is_read_from_word_files() -> None:
    grey = '<w:rPr><w:color w:val="7F7F7F"/></w:rPr>'
    paragraphs = f"<w:p><w:r>{grey}<w:t>one line</w:t></w:r></w:p><w:p><w:r><w:t>Reform</w:t></w:r></w:p>"
    lines = read_word(built(paragraphs), WORD).lines
    assert [line.pieces[0].grey for line in lines if line.text] == [True, False]


def test_a_bracket_alone_behind_a_label_is_shown_and_no_answer() -> None:
    lines = form(hints=0)
    at = next(n for n, each in enumerate(lines) if each.text == "Target groups")
    lines[at : at + 2] = [words("Target groups: (staff and insured persons)")]
    read = extract(document(*lines))
    assert read.fields["target_groups"].state != "answered"
    assert [flag.field for flag in flags(read, "maybe_hint")] == ["target_groups"]


def test_a_prompt_over_two_lines_is_no_answer() -> None:
    lines = form(hints=0)
    at = next(n for n, each in enumerate(lines) if each.text == PAIRS[7][1])
    first, second = "Click or tap here", "to enter your text."
    goes_on = Line(second, (Piece("text", 0, len(second)),), page=1, size=10.0, new_paragraph=False)
    read = extract(document(*lines[:at], words(first), goes_on, *lines[at + 1 :]))
    assert read.fields["target_groups"].state == "placeholder"


# ------------------------------------------------------------------------------------------ marks of questions
def test_a_mark_in_unknown_words_is_shown_where_something_is_left_open() -> None:
    lines = [
        line(f"{text} (by all means)" if not at % 2 else "" if text == PAIRS[7][1] else text, not at % 2)
        for at, text in enumerate(sum(PAIRS, ()))
    ]
    assert flags(extract(document(*lines)), "unknown_mark")
    known = [line(each.text.replace("(by all means)", "(compulsory)"), each.bold) for each in lines]
    assert not flags(extract(document(*known)), "unknown_mark")


@pytest.mark.parametrize(
    ("language", "remark"),
    [
        ("en", "may be skipped"),
        ("fr", "peut être omis"),
        ("es", "puede omitirse"),
        ("pt", "pode omitir-se"),
        ("ru", "можно пропустить"),
    ],
)
def test_what_may_be_left_out_is_optional(language: str, remark: str) -> None:
    assert lexicon(language).says_optional(f"X ({remark})")
    assert not lexicon(language).says_required(f"X ({remark})")


def test_required_marks_know_their_questions() -> None:
    lines = [line(f"{text} *" if at in (0, 6, 8) else text, not at % 2) for at, text in enumerate(sum(PAIRS, ()))]
    surveyed = survey(document(*lines))
    marks = RequiredMarks(surveyed.lexicon, surveyed.found.asked)
    assert marks.keys() == {bid.key for bid in surveyed.found.asked if "*" in bid.label.text}
    assert marks.unknown() is None


# ------------------------------------------------------------------------------------------ options
def chosen(*rows: tuple[str, ...]) -> list[str]:
    """The options found to be marked in a table of these cells."""
    cells = [each for n, row in enumerate(rows) for m, text in enumerate(row) for each in box(0, n, m, (text, False))]
    found = marked_boxes(Layout(document(*cells)).units, None, "declared_theme", "en")
    return [option.text for option in found if option.checked]


def test_marks_stand_in_cells_before_or_behind_their_options() -> None:
    assert chosen(("X", "Social protection", "", "Labour and employment")) == ["Social protection"]
    assert chosen(("", "Social protection", "X", "Labour and employment")) == ["Labour and employment"]
    assert chosen(("Social protection", "X"), ("Labour and employment", "")) == ["Social protection"]
    assert chosen(("", "Social protection", "", ""), ("", "Labour and employment", "X", "")) == [
        "Labour and employment"
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_yes_and_no_behind_each_option_in_a_line(language: str) -> None:
    options, said = load_language(language).options["declared_theme"], load_language(language).options["yes_no"]
    first, second = options["social_protection"][0], options["labour_employment"][0]
    text = f"{first} – {said['no'][0]} {second} – {said['yes'][0]}"
    boxes = marked_boxes(Layout(document(line(text))).units, None, "declared_theme", language)
    assert [(each.text, each.checked) for each in boxes] == [(first, False), (second, True)]


def test_boxes_in_a_column_belong_to_the_options_at_their_height() -> None:
    def at(text: str, left: float, top: float, tick: bool | None = None) -> Line:
        place = (left, top, left + 80, top + 10)
        piece = Piece("text" if tick is None else "tick", 0, len(text), box=place, checked=tick)
        return Line(text, (piece,), page=1, box=place, size=10.0)

    options = ["Ministry", "Trade union", "University"]
    lines = [at(option, 60, 100 + 14 * n) for n, option in enumerate(options)]
    boxes = [at("☒" if n == 1 else "☐", 400, 100 + 14 * n, n == 1) for n in range(3)]
    found = boxes_of(Layout(document(*lines, *boxes)).units, None)
    assert [(each.text, each.checked) for each in found] == [(o, o == "Trade union") for o in options]


def test_round_signs_in_the_cells_of_a_table_are_boxes() -> None:
    cells = "".join(f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>" for text in ("Ministry ○", "Trade union ●"))
    lines = read_word(built(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"), WORD).lines
    assert [each.text for each in lines if each.text] == ["Ministry ☐", "Trade union ☒"]


def test_a_disc_behind_a_label_over_circles_is_no_box() -> None:
    rows = "".join(
        f"<w:tr><w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc></w:tr>"
        for text in ("Kind of body ●", "○ Ministry")
    )
    lines = read_word(built(f"<w:tbl>{rows}</w:tbl>"), WORD).lines
    assert "Kind of body ●" in [each.text for each in lines]


# ------------------------------------------------------------------------------------------ questions
@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_the_record_has_no_place_for_are_data(language: str) -> None:
    data = load_language(language)
    labels = {wording for wordings in data.labels.values() for wording in wordings}
    assert not labels & set(data.marks.not_kept)


def test_a_question_of_another_kind_takes_its_answer_with_it() -> None:
    lines = [line(text, not at % 2) for at, text in enumerate(sum(PAIRS, ()))]
    odd = [line("Bank and account", True), line("National Bank of Kenya, Harambee Avenue branch, Nairobi")]
    read = extract(document(*lines[:6], *odd, *lines[6:]))
    assert not flags(read, "unassigned_text")
    assert not [flag for flag in flags(read, "unknown_question") if flag.severity != "info"]
    assert values(read)["title"] == PAIRS[3][1]


def test_a_contact_before_its_post_is_the_applicants() -> None:
    def bid(key: str, at: int, guessed: bool = True) -> Asked:
        label = next(iter(survey(document(*FORM)).found.asked)).label
        return Asked(key, replace(label, first=at, last=at), 0.9, 0.5, guessed=guessed)

    found = with_contact([bid("supporting_entity_contact", 1), bid("contact_position", 2), bid("contact_email", 3)])
    assert [each.key for each in found] == ["contact_name", "contact_position", "contact_email"]
    known = [bid("supporting_entity_contact", 1, guessed=False), bid("contact_position", 2)]
    assert [each.key for each in with_contact(known)] == ["supporting_entity_contact", "contact_position"]


def test_a_place_with_a_hyphen_stays_whole() -> None:
    assert halves_of("pair:place_date", "Cap-Haïtien, le 2 octobre 2025", "fr")[0] == "Cap-Haïtien"
    assert halves_of("pair:place_date", "Dakar - 2 octobre 2025", "fr")[0] == "Dakar"


def test_a_name_with_an_address_is_doubted() -> None:
    lines = [line(text, not at % 2) for at, text in enumerate(sum(PAIRS, ()))]
    odd = [line("Contact person", True), line("Electronic mail a.banda@mol.example")]
    doubted = flags(extract(document(*lines[:6], *odd, *lines[6:])), "doubtful_question")
    assert [flag.field for flag in doubted] == ["contact_name"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_asks_for_others_is_doubted(language: str) -> None:
    label = survey(document(*FORM)).found.asked[0].label
    first = load_language(language).marks.other[0]
    odd = Asked("working_languages", replace(label, text=f"{first} xyz"), 0.9, 0.5, 0.88, guessed=True)
    assert is_doubtful(odd, "working_languages", "Swahili", language, False)
    assert not is_doubtful(replace(odd, guessed=False, base=1.0), "working_languages", "Swahili", language, False)


def test_a_bold_line_among_numbered_bold_labels_ends_an_answer() -> None:
    lines: list[Line] = []
    for number, (label, answer) in enumerate(PAIRS, 1):
        lines += [line(f"{number}. {label}", True), line(answer)]
    at = next(n for n, each in enumerate(lines) if each.text == PAIRS[5][1])
    odd = [line("Committees of which you are a member", True), line("National committee on pensions")]
    read = extract(document(*lines[: at + 1], *odd, *lines[at + 1 :]))
    assert values(read)["objectives"] == PAIRS[5][1]


def test_a_label_within_an_activity_is_shown() -> None:
    rows = (
        ("Title of the activity", "Type", "Start", "Duration", "Participants"),
        ("Review of files", "Expert advice Mode: on site", "May 2027", "2 weeks", "9 staff"),
        ("Course for officers", "Training", "June 2027", "1 week", "20 officers"),
    )
    cells = [each for n, row in enumerate(rows) for m, text in enumerate(row) for each in box(9, n, m, (text, not n))]
    assert find_activities(Layout(document(*FORM, *cells)), "en").labelled() == ["Expert advice Mode: on site"]


def test_fields_between_bars_are_read_apart() -> None:
    units = Layout(document(line("What: a course | When: May 2027 |"))).units
    assert [unit.text for unit in units] == ["What: a course", "When: May 2027"]
