"""Layout N: near the editions known: a table of label and answer, or headings with ``Label: answer`` lines."""

from itertools import count

from tests.construct.form import LONG, Form
from tests.construct.layouts.opening import labelled, named, opening
from tests.construct.page import Block, Cell, Paragraph, Table, line


def lay_out(form: Form) -> list[Block]:
    """The whole form, drawn as the wording's shape says (``table`` or ``lines``)."""
    found = opening(form)
    for number, section in enumerate(form.sections, 1):
        found.append(line(f"{number}. {section.title}", "heading"))
        if section.note:
            found.append(line(section.note, "note", italic=True))
        signed = any(name.startswith("signat") for name in section.labels)
        draw = as_table if form.wording.shape == "table" else as_lines
        found += draw(form, section.labels, number, signed)
    return found


def as_table(form: Form, labels: dict[str, str], section: int, signed: bool) -> list[Block]:
    """Numbered questions left, answers right; the activities as a table with a row each."""
    rows = []
    numbers = count(1)
    for name, text in labels.items():
        if name == "activities":
            continue
        label = labelled(form, name, f"{section}.{next(numbers)}  {text}")
        rows.append([Cell([label], shade="F2F2F2"), Cell(list(form.block(name)))])
    if signed:
        rows.append([Cell([line(form.wording.signature, bold=True)], shade="F2F2F2"), Cell([form.signature()])])
    found: list[Block] = []
    if "activities" in labels:
        found = [labelled(form, "activities", labels["activities"]), form.activity_table(), line("", "small")]
    return [*found, Table(rows, [6.0, 11.4])]


def as_lines(form: Form, labels: dict[str, str], section: int, signed: bool) -> list[Block]:
    """Short answers on the line of the label, long ones in the paragraphs below."""
    found: list[Block] = []
    for name, text in labels.items():
        if name == "activities":
            found += [labelled(form, name, text), form.activity_table()]
        elif name in LONG or form.is_ticked(name):
            found += [labelled(form, name, text), *form.block(name)]
        else:
            found.append(Paragraph([named(form, name, text, end=": "), form.answer(name)]))
    return [*found, line(form.wording.signature, bold=True), form.signature()] if signed else found
