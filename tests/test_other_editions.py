"""What other editions do: asterisks before labels, explanations below them, two who sign, activities told in lines."""

import pytest

from extractors.activities import find_activities
from extractors.activity_drafts import Draft
from extractors.choices import ticked
from extractors.extraction import extract
from extractors.layout import Layout
from extractors.options import options_of
from extractors.printed_boxes import boxes_of
from extractors.signing_sentence import signing_sentence
from extractors.word import read_word
from pipeline.document import Cell, Document, Line, Piece
from tests.test_understanding import cells, document, flags, line, values
from tests.test_unknown_words import FORM
from tests.test_unseen_layouts import TURNS
from tests.test_word import WORD, built

PAIRS = tuple(pair for pair in TURNS if pair[0] not in ("What we expect to see", "Working language"))


def box(table: int, row: int, column: int, *texts: tuple[str, bool]) -> list[Line]:
    """The lines of one cell, each with whether it is bold."""
    return [line(text, bold, Cell(table, row, column)) for text, bold in texts]


def small(text: str, size: float, bold: bool = False) -> Line:
    """A paragraph in print of a size."""
    return Line(text, (Piece("text", 0, len(text), bold=bold),), path=None, page=1, size=size)


# ------------------------------------------------------------------------------------------ labels
def test_an_asterisk_before_a_label_marks_a_question_that_must_be_answered() -> None:
    form = [line(f"* {text}" if not place % 2 else text) for place, text in enumerate(sum(PAIRS, ()))]
    read = extract(document(*form))
    assert (values(read)["institution_name"], values(read)["background"]) == (PAIRS[0][1], PAIRS[4][1])
    assert read.required is not None and "background" in read.required


def test_an_asterisk_before_each_line_of_a_list_is_no_such_mark() -> None:
    layout = Layout(document(*FORM, *(line(f"* {text}") for text in ("a manual", "a plan", "a report", "a course"))))
    assert [unit.text for unit in layout.units if unit.item] == ["* a manual", "* a plan", "* a report", "* a course"]


def test_what_explains_a_label_in_its_cell_is_no_answer() -> None:
    rows = [
        each
        for row, (label, answer) in enumerate(PAIRS)
        for each in (*box(0, row, 0, (label, True), *(HINTS.get(label, ()))), *box(0, row, 1, (answer, False)))
    ]
    read = values(extract(document(*rows)))
    assert (read["background"], read["target_groups"]) == (PAIRS[4][1], PAIRS[7][1])


HINTS = {
    "Background": (("facts and figures, causes, what was tried", False),),
    "Target groups": (("directly and in the end", False),),
}


def test_an_answer_below_its_label_beside_an_empty_cell_stays_one() -> None:
    rows = [
        each
        for row, (label, answer) in enumerate(PAIRS)
        for each in (
            [*box(0, row, 0, (label, True), (answer, False)), *box(0, row, 1, ("", False))]
            if label == "Background"
            else [*box(0, row, 0, (label, True)), *box(0, row, 1, (answer, False))]
        )
    ]
    assert values(extract(document(*rows)))["background"] == PAIRS[4][1]


def test_an_answer_below_its_label_in_a_cell_beside_others_stays_one() -> None:
    rows = [
        each
        for row in range(0, len(PAIRS), 2)
        for column, (label, answer) in enumerate(PAIRS[row : row + 2])
        for each in box(0, row, column, (label, True), (answer, False))
    ]
    assert values(extract(document(*rows)))["background"] == PAIRS[4][1]


def test_a_beginning_that_bold_labels_share_asks_nothing() -> None:
    contact = (
        ("Focal point: full name", "Ms Jane Otieno"),
        ("Focal point: unit and post", "Head of Planning"),
        ("Focal point: e-mail", "j.otieno@npf.example.ke"),
    )
    form = [line(text, not place % 2) for place, text in enumerate(sum((*PAIRS[:3], *contact, *PAIRS[3:]), ()))]
    read = values(extract(document(*form)))
    assert (read["contact_name"], read["contact_position"]) == ("Ms Jane Otieno", "Head of Planning")


def test_labels_in_capitals_end_where_small_letters_begin() -> None:
    read = values(extract(document(*(line(f"{label.upper()}. {answer}") for label, answer in PAIRS))))
    assert (read["title"], read["target_groups"]) == (PAIRS[3][1], PAIRS[7][1])


def test_short_lines_that_end_in_a_colon_are_labels_though_the_headings_alone_are_bold() -> None:
    headings = [line(f"Chapter {n}. {name}", True) for n, name in enumerate(("Who", "What", "Why", "How", "When"))]
    form = [line(f"{text}:" if not place % 2 else text) for place, text in enumerate(sum(PAIRS, ()))]
    strange = [line("What shall be in place:"), line("Three counties register every worker who asks for it.")]
    for at, heading in zip((16, 12, 10, 6, 0), headings, strict=True):
        form.insert(at, heading)
    assert values(extract(document(*form[:15], *strange, *form[15:])))["objectives"] == PAIRS[5][1]


def test_an_item_of_a_list_is_no_heading_whatever_it_says() -> None:
    items = (line("1. Organisation chart"), line("2. Survey of 2025"), line("3. Work plan 2027"))
    read = values(extract(document(*FORM, line("Attachments", True), *items, line("Place", True), line("Nairobi"))))
    assert read["attachments_listed"] == ["Organisation chart", "Survey of 2025", "Work plan 2027"]


def test_words_behind_a_question_that_is_not_understood_are_shown() -> None:
    odd = (line("How it hangs together", True), line("It went with us from the first draft and will check it."))
    read = extract(document(*FORM[:8], *odd, *FORM[8:]))
    assert any(flag.severity == "warning" for flag in flags(read, "unassigned_text") + flags(read, "unknown_question"))


def underlined(text: str, behind: str = "") -> str:
    """A paragraph that begins underlined."""
    rest = f'<w:r><w:t xml:space="preserve"> {behind}</w:t></w:r>' if behind else ""
    return f'<w:p><w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>{text}</w:t></w:r>{rest}</w:p>'


def test_underlined_labels_count_as_bold_in_word() -> None:
    body = "".join(underlined(label, answer) for label, answer in PAIRS)
    assert values(extract(read_word(built(body), WORD)))["title"] == PAIRS[3][1]


def test_underlined_answers_do_not() -> None:
    body = "".join(
        f'<w:p><w:r><w:t xml:space="preserve">{label}: </w:t></w:r>'
        f'<w:r><w:rPr><w:u w:val="single"/></w:rPr><w:t>{answer}</w:t></w:r></w:p>'
        for label, answer in PAIRS
    )
    read = read_word(built(body), WORD)
    assert not any(piece.bold for each in read.lines for piece in each.pieces)
    assert values(extract(read))["title"] == PAIRS[3][1]


# ------------------------------------------------------------------------------------------ boxes and options
def row_of(*texts: str) -> list[Line]:
    """A row of cells; ☐ and ☒ are boxes."""
    made: list[Line] = []
    for column, text in enumerate(texts):
        kind = "tick" if text in "☐☒" else "text"
        piece = Piece(kind, 0, len(text), checked=text == "☒" if kind == "tick" else None)
        made.append(Line(text, (piece,), path=None, page=1, cell=Cell(0, 0, column)))
    return made


def chosen(*texts: str) -> tuple[str, ...]:
    units = Layout(document(*row_of(*texts))).units
    return ticked(boxes_of(units, None), "institution_type", "en").values


def test_a_box_may_stand_before_or_behind_its_option() -> None:
    assert chosen("Ministry", "☒", "Municipality", "☐", "Trade union", "☐") == ("central_government",)
    assert chosen("☐", "Ministry", "☒", "Municipality", "☐", "Trade union") == ("regional_local_government",)


def test_a_wording_that_stands_whole_in_an_option_names_it() -> None:
    texts = ["Ministerio", "Entidad autónoma del Estado", "Central sindical"]
    assert [option for option, _ in options_of(texts, "institution_type", "es")][1] == "mandated_body"


def test_an_option_between_two_is_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = {"Ministry": {"central_government": 1.0}, "State body": {"mandated_body": 0.57, "ngo": 0.56}}
    monkeypatch.setattr("extractors.options._scores", lambda text, key, language: scores[text])
    assert options_of(["Ministry", "State body"], "institution_type", "en")[1] == ("mandated_body", 0.5)
    scores["State body"]["ngo"] = 0.5
    assert options_of(["Ministry", "State body"], "institution_type", "en")[1] == ("mandated_body", 0.57)


# ------------------------------------------------------------------------------------------ who signs
def signed(*headings: str) -> Document:
    """A form whose head and contact sign side by side."""
    rows = [("", *headings), ("Name", "Ms Jane Otieno", "Mr Peter Mwangi"), ("Position", "Director", "Planner")]
    rows += [("Place", "Nairobi", "Mombasa"), ("Date", "3 November 2026", "4 November 2026"), ("Signature", "", "")]
    table = [
        line(text, not row or not column, Cell(0, row, column))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    return document(*FORM, *table)


def test_of_two_who_sign_side_by_side_the_head_counts() -> None:
    read = values(extract(signed("For the institution", "Contact person")))
    assert (read["signatory_name"], read["signatory_position"]) == ("Ms Jane Otieno", "Director")
    assert (read["signature_place"], read["signature_date"]) == ("Nairobi", "2026-11-03")
    turned = values(extract(signed("Contact person", "For the institution")))
    assert turned["signatory_name"] == "Mr Peter Mwangi"


# ------------------------------------------------------------------------------------------ activities
TOLD = (
    ("1. Interviews", "Kind of work: fact-finding; Where: Nairobi; When: May 2027; How long: 2 weeks; Mode: on site."),
    ("2. Course", "Kind of work: training; Where: Mombasa; When: June 2027; How long: 1 week; Mode: remote."),
)


def drafts(*lines: Line) -> tuple[Draft, ...]:
    return find_activities(Layout(document(*FORM, *lines)), "en").drafts


def test_activities_told_in_a_paragraph_each_are_read() -> None:
    for told in (TOLD, [(title, text.replace(";", ".")) for title, text in TOLD]):
        read = drafts(*(line(text, not place % 2) for place, text in enumerate(text for pair in told for text in pair)))
        assert [draft.text("title") for draft in read] == ["Interviews", "Course"]
        assert [draft.text("duration") for draft in read] == ["2 weeks", "1 week"]
        assert [draft.text("format") for draft in read] == ["on site", "remote"]


def test_a_table_with_a_column_for_each_activity_goes_on_over_a_page() -> None:
    first = [("", "Activity 1", "Activity 2"), ("Activity", "Interviews", "Course")]
    behind = [("Mode", "on site", "remote"), ("Start", "May 2027", "June 2027"), ("Length", "2 weeks", "1 week")]
    behind += [("Participants", "9 staff", "12 staff")]
    lines = [
        line(text, not row or not column, Cell(table, row, column), page=1 + table)
        for table, rows in enumerate((first, behind))
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
    ]
    read = drafts(*lines)
    assert [draft.text("title") for draft in read] == ["Interviews", "Course"]
    assert [draft.text("duration") for draft in read] == ["2 weeks", "1 week"]


def blocks(label: str) -> list[Line]:
    """Two activities, a table each, their title behind a label of its own."""
    rows = (("Activity {}", ""), (label, "Interviews"), ("Kind of work", "mission"), ("Mode", "on site"))
    rows += (("When", "May 2027"), ("How long", "2 weeks"), ("Who takes part", "9 staff"), ("City", "Nairobi"))
    return [
        line(text.format(number), False, Cell(number, row, column))
        for number in (1, 2)
        for row, pair in enumerate(rows)
        for column, text in enumerate(pair)
        if text
    ]


def test_the_number_of_a_block_is_not_its_title() -> None:
    assert [draft.text("title") for draft in drafts(*blocks("Subject"))] == ["Interviews", "Interviews"]


def test_an_activity_without_a_title_is_shown() -> None:
    read = extract(document(*FORM, *[each for each in blocks("Subject") if each.text not in ("Subject", "Interviews")]))
    assert any("what it is called" in flag.message for flag in flags(read, "unread_column"))


def test_figures_are_no_name() -> None:
    read = extract(document(*FORM, line("Name of the signatory", True), line("Cotonou 6 October 2025")))
    assert [flag.field for flag in flags(read, "not_a_name")] == ["signatory_name"]


def test_two_labels_a_row_are_no_activities() -> None:
    rows = [
        *cells(0, 0, "Officer in charge", "Karla Zelaya", "Unit and post", "Head of Labour Advice"),
        *cells(0, 1, "E-mail", "kzelaya@cohep.example", "Direct line", "+504 2269-5512"),
        *cells(0, 2, "Venue", "Tegucigalpa", "Planned for", "8 February 2027"),
    ]
    assert not find_activities(Layout(document(*rows)), "en").drafts


def test_a_small_table_for_each_activity_is_read() -> None:
    def table(number: int, title: str, *row: str) -> list[Line]:
        head = ("Mode", "Start", "Length", "Participants", "City")
        lines = [line(f"Activity {number}: {title}", False, Cell(number, 0, 0, columns=5))]
        lines += [line(text, True, Cell(number, 1, column)) for column, text in enumerate(head)]
        return [*lines, *(line(text, False, Cell(number, 2, column)) for column, text in enumerate(row))]

    first = table(1, "Interviews", "on site", "May 2027", "2 weeks", "9 staff", "Nairobi")
    read = drafts(*first, *table(2, "Course", "remote", "June 2027", "1 week", "12 staff", "Mombasa"))
    assert [draft.text("title") for draft in read] == ["Interviews", "Course"]
    assert [draft.text("participants") for draft in read] == ["9 staff", "12 staff"]
    assert [draft.text("type") for draft in read] == [None, None]


# ------------------------------------------------------------------------------------------ boxes in lists
def listed(*texts: str) -> list[Line]:
    """Lines of a list; each ☐ and ☒ is a box."""
    made: list[Line] = []
    for text in texts:
        ticks = [Piece("tick", at, at + 1, checked=sign == "☒") for at, sign in enumerate(text) if sign in "☐☒"]
        made.append(Line(text, tuple(ticks) or (Piece("text", 0, len(text)),), path=None, page=1))
    return made


def chosen_of(*texts: str) -> tuple[str, ...]:
    units = Layout(document(*listed(*texts))).units
    return ticked(boxes_of(units, None), "institution_type", "en").values


def test_boxes_of_yes_and_no_beside_each_option() -> None:
    texts = ("Ministry", "☐ Yes ☒ No", "Municipality", "☒ Yes ☐ No", "Trade union", "☐ Yes ☒ No")
    assert chosen_of(*texts) == ("regional_local_government",)


def test_boxes_at_the_edge_behind_their_options() -> None:
    assert chosen_of("Ministry", "☐", "Municipality", "☒", "Trade union", "☐") == ("regional_local_government",)
    assert chosen_of("☐", "Ministry", "☒", "Municipality") == ("regional_local_government",)


# ------------------------------------------------------------------------------------------ italics, sentences
def test_labels_in_italics_are_labels() -> None:
    form = [
        Line(text, (Piece("text", 0, len(text), italic=not place % 2),), path=None, page=1)
        for place, text in enumerate(sum((*PAIRS[:7], ("Whom we hope to reach", "Forty officers."), *PAIRS[8:]), ()))
    ]
    read = values(extract(document(*form)))
    assert read["deliverables"] == PAIRS[6][1]
    assert read["objectives"] == PAIRS[5][1]


SENTENCES = {
    "en": "I, Ms Odetta Bellamy, in my capacity as Manager, certify this. Signed in Georgetown on 18 May 2026.",
    "fr": "Je soussignée, Odetta Bellamy, directrice générale, présente la requête. Fait à Georgetown, le 18 mai 2026.",
    "es": "Yo, Odetta Bellamy, en calidad de directora, declaro esto. Hecho en Georgetown, a 18 de mayo de 2026",
    "pt": "Eu, Odetta Bellamy, na qualidade de directora-geral, confirmo o pedido. Georgetown, 18 de Maio de 2026.",
    "ru": "Я, Беллами Одетта, занимая должность: директор, подтверждаю. Подписано в г. Джорджтаун 18 мая 2026 г.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_a_sentence_says_who_signs_where_and_when(language: str) -> None:
    said = signing_sentence(Layout(document(*FORM, line(SENTENCES[language]))), language)
    parts = {key: " ".join(span.text for span in spans) for key, spans in said.parts.items()}
    assert set(parts) == {"signatory_name", "signatory_position", "signature_place", "signature_date"}
    assert "ell" in parts["signatory_name"] or "Беллами" in parts["signatory_name"]
    assert parts["signature_place"] in ("Georgetown", "Джорджтаун")
    assert parts["signature_date"].startswith("18")


@pytest.mark.parametrize("opening", ["I hereby certify that this is right", "I, the undersigned, certify all of this"])
def test_a_sentence_without_a_name_says_nothing(opening: str) -> None:
    said = line(f"{opening}, and sign. Done at Accra on 3 May 2027.")
    assert not signing_sentence(Layout(document(*FORM, said)), "en").parts


def test_another_day_than_that_of_signing_is_shown() -> None:
    form = [line(text, not place % 2) for place, text in enumerate(sum(PAIRS[:-2], ()))]
    odd = (line("Date of the last reform", True), line("14 July 2015"))
    signed = (line("Place of signature", True), line("Nairobi"))
    read = extract(document(*form, *odd, *signed))
    assert any("Date of the last reform" in flag.message for flag in flags(read, "doubtful_question"))


def test_words_in_small_print_and_brackets_explain_and_others_may_end_an_answer() -> None:
    words = "(in full, without abbreviations, as in the statutes)"
    for size, shown in ((7.5, 0), (10.0, 1)):
        lines = [small(each.text, 10.0, each.pieces[0].bold) for each in FORM]
        lines.insert(2, small(words, size))
        read = extract(document(*lines))
        said = [flag for flag in flags(read, "unassigned_text") if flag.severity == "warning"]
        assert len(said) == shown or str(values(read)["institution_name"]).endswith(words)


def test_a_sentence_left_blank_says_nothing() -> None:
    blank = "I, ____________, in my capacity as ____________, certify this. Signed in ____________ on ____________."
    assert not signing_sentence(Layout(document(*FORM, line(blank))), "en").parts


def test_who_signs_in_a_sentence_is_read_where_no_label_asks() -> None:
    read = values(extract(document(*FORM, line(SENTENCES["en"]))))
    assert (read["signatory_name"], read["signature_date"]) == ("Ms Odetta Bellamy", "2026-05-18")
    labelled = (line("Name of the signatory", True), line("Ada Obi"))
    both = extract(document(*FORM, *labelled, line(SENTENCES["en"])))
    assert values(both)["signatory_name"] == "Ada Obi"
    assert [flag.field for flag in flags(both, "doubtful_question") if "sentence" in flag.message][
        0
    ] == "signatory_name"
