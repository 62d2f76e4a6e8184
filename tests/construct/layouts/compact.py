"""Layout E: no lines, two columns of ``Label: answer``, several on one line."""

from tests.construct.form import LONG, Form
from tests.construct.layouts.opening import opening
from tests.construct.page import Answer, Block, Cell, Inline, Paragraph, Table, Words, line


def lay_out(form: Form) -> list[Block]:
    """The whole form."""
    found = opening(form)
    for section in form.sections:
        if section.title:
            found.append(line(section.title.upper(), "heading"))
        if section.note:
            found.append(line(section.note, "note", italic=True))
        found += questions(form, section.labels)
    return [*found, Paragraph([Words(form.wording.signature + ":")]), form.signature()]


def questions(form: Form, labels: dict[str, str]) -> list[Block]:
    """Short questions two abreast, long ones and activities over the full width."""
    found: list[Block] = []
    pairs: list[Paragraph] = []
    for group in grouped(form, labels):
        if group[0] == "activities" or group[0] in LONG:
            found += [*two_columns(pairs), *long_question(form, group[0], labels[group[0]])]
            pairs = []
        elif form.is_ticked(group[0]):
            found += [*two_columns(pairs), Paragraph([lead(form, group[0], labels), *form.inline(group[0])])]
            pairs = []
        else:
            pairs.append(Paragraph(on_one_line(form, group, labels)))
    return [*found, *two_columns(pairs)]


def grouped(form: Form, labels: dict[str, str]) -> list[list[str]]:
    """The questions, those that the edition prints on one line together."""
    joined = {name: line_ for line_ in form.wording.same_line for name in line_}
    found: list[list[str]] = []
    for name in labels:
        if found and joined.get(name) and found[-1][-1] in joined[name]:
            found[-1].append(name)
        else:
            found.append([name])
    return found


def lead(form: Form, name: str, labels: dict[str, str]) -> Words:
    """A label with its colon."""
    return Words(form.label(name, labels[name]) + ": ", bold=True)


def on_one_line(form: Form, group: list[str], labels: dict[str, str]) -> list[Inline]:
    """Questions on one line, with a gap between them."""
    items: list[Inline] = []
    for name in group:
        items += [Words("      ")] if items else []
        items += [lead(form, name, labels), form.answer(name)]
    return items


def two_columns(pairs: list[Paragraph]) -> list[Block]:
    """Lines set in two columns; a title or a line with several questions stays on its own."""
    if not pairs:
        return []
    if len(pairs) == 1:
        return list(pairs)
    cells = [Cell([p]) for p in pairs] + [Cell([line("")])] * (len(pairs) % 2)
    return [Table([cells[n : n + 2] for n in range(0, len(cells), 2)], [8.7, 8.7], ruled=False)]


def long_question(form: Form, name: str, text: str) -> list[Block]:
    """A long answer after its label, or the activities a line each."""
    if name != "activities":
        return [Paragraph([Words(form.label(name, text) + ":", bold=True)]), *form.block(name)]
    found: list[Block] = [line(form.label(name, text) + ":", bold=True)]
    heads = form.wording.columns
    for number, values in enumerate(form.activities() or [[""] * len(heads)] * 2, 1):
        first: list[Inline] = [Words(f"{form.wording.activity} {number}: ", bold=True)]
        found.append(
            Paragraph([*first, Answer(f"activity.{number}.0", values[0], "answered" if values[0] else "blank")])
        )
        cells = [
            Cell([Paragraph([Words(f"{head}: "), Answer(f"activity.{number}.{head}", value)], indent=0.5)])
            for head, value in list(zip(heads.values(), values, strict=True))[1:]
        ]
        cells += [Cell([line("")])] * (len(cells) % 2)
        found.append(Table([cells[n : n + 2] for n in range(0, len(cells), 2)], [8.7, 8.7], ruled=False))
    return found
