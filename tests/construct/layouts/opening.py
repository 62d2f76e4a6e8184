"""What stands before the first question in most layouts: cover letter, title, notice, guidance."""

from tests.construct.form import Form
from tests.construct.page import Block, Cell, NewPage, Paragraph, Table, Words, line


def cover(form: Form) -> list[Block]:
    """The covering letter on a page of its own, where the requester put one in front."""
    if not form.request.cover:
        return []
    parts = [p.strip() for p in form.request.cover.strip().split("\n\n")]
    return [*(line(" ".join(p.split())) for p in parts), NewPage()]


def title(form: Form) -> list[Block]:
    """Title and subtitle of the edition."""
    words = form.wording
    simple = form.request.kind == "simplified"
    found: list[Block] = [line(words.simplified_title if simple else words.title, "title")]
    return [*found, line(words.subtitle, "subtitle")] if words.subtitle and not simple else found


def notice(form: Form) -> list[Block]:
    """The notices in a frame and the guidance in italics."""
    found: list[Block] = []
    if form.wording.notice and form.request.kind == "full":
        found.append(Table([[Cell([line(n, "small") for n in form.wording.notice], shade="FFF2CC")]], [17.0]))
    if form.wording.guidance:
        found.append(line(form.wording.guidance, "note", italic=True))
    return found


def opening(form: Form) -> list[Block]:
    """Cover letter, title, notice and guidance."""
    return [*cover(form), *title(form), *notice(form)]


def named(form: Form, name: str, text: str, bold: bool = True, end: str = "") -> Words:
    """A label as printed."""
    return Words(form.label(name, text) + end, bold=bold)


def labelled(form: Form, name: str, text: str, style: str = "label", end: str = "") -> Paragraph:
    """A label as a paragraph."""
    return Paragraph([named(form, name, text, end=end)], style=style)
