"""Layout G: a letter-like file with header block, text box, headings, bullets, merged cells and nested tables."""

from tests.construct.form import LONG, Form
from tests.construct.layouts.opening import cover, named, title
from tests.construct.page import Answer, Block, Box, Cell, Paragraph, Table, Words, line


def lay_out(form: Form) -> list[Block]:
    """The whole form; the first section is the header block, the second a text box."""
    first, second, *rest = form.sections
    found = [*cover(form), *title(form), header(form, first.title, first.labels), line("", "small")]
    inside: list[Block] = [line(second.title, bold=True)] if second.title else []
    inside += [bullet(form, name, text, "") for name, text in second.labels.items()]
    found += [Box(inside, height=0.75 * len(inside) + 0.5), line(form.wording.guidance, "note", italic=True)]
    for section in rest:
        found.append(line(section.title, "heading"))
        if section.note:
            found.append(line(section.note, "note", italic=True))
        if any(name.startswith("signat") for name in section.labels):
            found.append(signing(form, section.labels))
            continue
        for name, text in section.labels.items():
            found += part(form, name, text)
    return found


def header(form: Form, heading: str, labels: dict[str, str]) -> Table:
    """The institution's particulars: a merged heading cell and label and answer beside each other."""
    rows = [[Cell([line(heading, bold=True)], 4, shade="E2EFD9")]]
    pending: list[Cell] = []
    for name, text in labels.items():
        label = Cell([Paragraph([named(form, name, text, bold=False)])])
        if form.is_ticked(name) or name in ("institution_name", "institution_address"):
            rows += [[*pending, Cell([line("")], 2)]] if pending else []
            pending = []
            rows.append([label, Cell(list(form.block(name)), 3)])
            continue
        pending += [label, Cell(list(form.block(name)))]
        if len(pending) == 4:
            rows.append(pending)
            pending = []
    rows += [[*pending, Cell([line("")], 2)]] if pending else []
    return Table(rows, [3.6, 5.0, 3.4, 5.0])


def bullet(form: Form, name: str, text: str, mark: str = "•  ") -> Paragraph:
    """A short answer as a bullet."""
    return Paragraph([Words(mark), named(form, name, text, end=": "), *form.inline(name)], indent=0.4 if mark else 0)


def part(form: Form, name: str, text: str) -> list[Block]:
    """A long answer under a small heading, the activities in nested tables, the rest as bullets."""
    if name == "activities":
        return [Paragraph([named(form, name, text)]), nested(form)]
    if name in LONG:
        return [Paragraph([named(form, name, text, end=".")], style="label"), *form.block(name, 0.4)]
    return [bullet(form, name, text)]


def nested(form: Form) -> Table:
    """One outer row per activity: its number left, a table of particulars inside the right cell."""
    heads = form.wording.columns
    rows = []
    for number, values in enumerate(form.activities() or [[""] * len(heads)] * 2, 1):
        inner = [
            [Cell([line(head, "small")]), Cell([Paragraph([Answer(f"activity.{number}.{column}", value)], "small")])]
            for (column, head), value in zip(heads.items(), values, strict=True)
        ]
        mark = Cell([line(f"{form.wording.activity} {number}", "small", bold=True)])
        rows.append([mark, Cell([Table(inner, [4.0, 9.6])])])
    return Table(rows, [2.6, 14.4])


def signing(form: Form, labels: dict[str, str]) -> Table:
    """A borderless block: the lines to be filled left, the signature right."""
    left: list[Block] = [
        Paragraph([named(form, name, text, bold=False, end=": "), form.answer(name)]) for name, text in labels.items()
    ]
    right: list[Block] = [line(form.wording.signature), form.signature()]
    return Table([[Cell(left), Cell(right)]], [9.0, 8.0], ruled=False)
