"""Layout F: one long table, the label over the full width and the answer in the row below; ticks in a row."""

from tests.construct.form import Form
from tests.construct.layouts.opening import labelled, opening
from tests.construct.page import Answer, Block, Cell, Paragraph, Table, Words, line

WIDTHS = [8.6, 8.6]


def lay_out(form: Form) -> list[Block]:
    """The whole form; the table is broken only by the activities."""
    found = opening(form)
    rows: list[list[Cell]] = []
    for section in form.sections:
        if section.title:
            rows.append([Cell([line(section.title, "heading")], 2, shade="BDD7EE")])
        if section.note:
            rows.append([Cell([line(section.note, "note", italic=True)], 2)])
        if any(name.startswith("signat") for name in section.labels):
            rows.append(signing(form, section.labels))
            continue
        for name, text in section.labels.items():
            rows.append([Cell([labelled(form, name, text)], 2, shade="F2F2F2")])
            if name == "activities":
                found += [Table(rows, WIDTHS), *activities(form)]
                rows = []
            else:
                rows.append([Cell(answer(form, name), 2)])
    return [*found, Table(rows, WIDTHS)]


def answer(form: Form, name: str) -> list[Block]:
    """The answer row; ticks stand in one row."""
    return [Paragraph(form.inline(name))] if form.is_ticked(name) else list(form.block(name))


def activities(form: Form) -> list[Block]:
    """A small table for each activity, head left and answer right."""
    heads = form.wording.columns
    found: list[Block] = []
    for number, values in enumerate(form.activities() or [[""] * len(heads)] * 2, 1):
        top = Paragraph([Words(f"{form.wording.activity} {number}", bold=True)])
        rows = [[Cell([top], 2, shade="DEEAF6")]]
        for (column, head), value in zip(heads.items(), values, strict=True):
            written = Answer(f"activity.{number}.{column}", value, "answered" if value else "blank")
            rows.append([Cell([line(head)]), Cell([Paragraph([written])])])
        found += [line("", "small"), Table(rows, [4.6, 11.4])]
    return [*found, line("", "small")]


def signing(form: Form, labels: dict[str, str]) -> list[Cell]:
    """Name, position, place and date left; signature and stamp right."""
    left: list[Block] = [
        Paragraph([Words(form.label(name, text) + ": ", bold=True), form.answer(name)]) for name, text in labels.items()
    ]
    return [Cell(left), Cell([line(form.wording.signature, bold=True), form.signature()])]
