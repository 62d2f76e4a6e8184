"""Layout C: a grid with two or three questions in a row, the label in capitals above the answer in the same cell."""

from tests.construct.form import LONG, Form
from tests.construct.layouts.opening import named, opening
from tests.construct.page import AnswerBlock, Block, Cell, Paragraph, Table, Words, line

GRID = 6
WIDTHS = [17.4 / GRID] * GRID
WIDE = {"institution_name": 4, "institution_acronym": 2, "title": 6, "institution_address": 4, "event_place": 4}
WIDE |= {"signatory_name": 3, "signatory_position": 3, "head_name": 3, "head_position": 3, "event_type": 6}
WIDE |= {"institution_type": 6, "declared_theme": 3, "working_languages": 3, "supporting_entity_name": 3}
WIDE |= {"supporting_entity_contact": 3, "contact_email+contact_phone": 3, "contact_name+contact_position": 3}


def span(name: str) -> int:
    """How many of the six grid columns a question takes."""
    return 6 if name in LONG or name == "activities" else WIDE.get(name, 3 if "+" in name else 2)


def lay_out(form: Form) -> list[Block]:
    """The whole form."""
    found = opening(form)
    for section in form.sections:
        if section.title:
            found.append(line(section.title, "heading"))
        if section.note:
            found.append(line(section.note, "note", italic=True))
        found += grid(form, section.labels)
    return found


def grid(form: Form, labels: dict[str, str]) -> list[Block]:
    """The questions of a section packed into rows; activities get a block of cells each."""
    rows: list[list[Cell]] = []
    used = GRID
    for name, text in labels.items():
        if name == "activities":
            rows += activity_rows(form, text)
            used = GRID
            continue
        if used + span(name) > GRID:
            rows.append([])
            used = 0
        rows[-1].append(Cell([label(form, name, text), *form_answer(form, name)], span(name)))
        used += span(name)
    if any(name.startswith("signat") for name in labels):
        rows.append([Cell([Paragraph([Words(form.wording.signature.upper(), size=7.5)]), form.signature()], GRID)])
    return [Table([filled(row) for row in rows], WIDTHS), line("", "small")]


def form_answer(form: Form, name: str) -> list[Block]:
    """The answer below its label; ticks of narrow cells one a line."""
    if form.is_ticked(name) and span(name) == GRID:
        ticks = form.ticks(name)
        return [Paragraph([i for t in ticks[n : n + 2] for i in (t, Words("     "))]) for n in range(0, len(ticks), 2)]
    return list(form.block(name))


def label(form: Form, name: str, text: str) -> Paragraph:
    """The label in small capitals letters."""
    return Paragraph([Words(named(form, name, text).text.upper(), size=7.5, colour="404040")], style="label")


def filled(row: list[Cell]) -> list[Cell]:
    """A row whose last cell is widened to the edge of the grid."""
    rest = GRID - sum(c.span for c in row)
    return [*row[:-1], Cell(row[-1].blocks, row[-1].span + rest)] if rest else row


def activity_rows(form: Form, text: str) -> list[list[Cell]]:
    """A heading row, then for every activity its number, title and three particulars a row."""
    heads = form.wording.columns
    rows = [[Cell([label(form, "activities", text)], GRID, shade="EDEDED")]]
    for number, values in enumerate(form.activities() or [[""] * len(heads)] * 2, 1):
        named_cells = list(zip(heads, values, strict=True))
        first = Words(f"{form.wording.activity} {number}: ".upper(), bold=True, size=7.5)
        start = [Words(heads["title"].upper(), size=7.5, colour="404040")]
        rows.append([Cell([Paragraph([first, *start], style="label"), *part(number, "title", values[0])], GRID)])
        for n in range(1, len(named_cells), 3):
            rows.append([Cell(particular(form, number, c, v), 2) for c, v in named_cells[n : n + 3]])
    return [filled(row) for row in rows]


def particular(form: Form, number: int, column: str, value: str) -> list[Block]:
    """One particular of an activity."""
    head = Paragraph([Words(form.wording.columns[column].upper(), size=7.5, colour="404040")], style="label")
    return [head, *part(number, column, value)]


def part(number: int, column: str, value: str) -> list[Block]:
    """The answer cell of an activity."""
    return [AnswerBlock(f"activity.{number}.{column}", value, "answered" if value else "blank")]
