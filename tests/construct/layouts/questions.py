"""Layout D: numbered questions as full sentences; short answers stand after the question, long ones below."""

from itertools import count

from tests.construct.form import LONG, Form
from tests.construct.layouts.opening import opening
from tests.construct.page import Answer, Block, Inline, Paragraph, Words, line

SAME_LINE = {"institution_country", "institution_website", "contact_email", "start_date", "duration_months"}
SAME_LINE |= {"event_date", "signature_date", "institution_acronym"}
AFTER_DASH = {"head_name", "head_position", "contact_name", "contact_phone", "event_place", "signature_place"}
AFTER_DASH |= {"signatory_name", "signatory_position", "head_name+head_position", "signature_place+signature_date"}


def lay_out(form: Form) -> list[Block]:
    """The whole form; questions are numbered through."""
    found = opening(form)
    numbers = count(1)
    for section in form.sections:
        if section.title:
            found.append(line(section.title, "heading"))
        if section.note:
            found.append(line(section.note, "note", italic=True))
        for name, text in section.labels.items():
            found += question(form, name, f"{next(numbers)}. {form.label(name, text)}")
    return [*found, line(f"{next(numbers)}. {form.wording.signature}", bold=True), form.signature()]


def question(form: Form, name: str, text: str) -> list[Block]:
    """A question and its answer."""
    if name == "activities":
        return [line(text, bold=True), *activities(form)]
    if name in SAME_LINE or name in AFTER_DASH:
        gap = " – " if name in AFTER_DASH and form.state(name.split("+")[0]) == "answered" else "  "
        return [Paragraph([Words(text, bold=True), Words(gap), form.answer(name)])]
    if form.is_ticked(name) and name != "institution_type":
        return [line(text, bold=True), Paragraph(form.inline(name), indent=0.6)]
    indent = 0.6 if name in LONG or form.is_ticked(name) else 0
    return [line(text, bold=True), *form.block(name, indent)]


def activities(form: Form) -> list[Block]:
    """Each activity as a numbered paragraph of sentences and labelled particulars."""
    heads = form.wording.columns
    found: list[Block] = []
    for number, values in enumerate(form.activities() or [[""] * len(heads)] * 2, 1):
        title = Answer(f"activity.{number}.title", values[0], "answered" if values[0] else "blank")
        found.append(Paragraph([Words(f"{form.wording.activity} {number}. ", bold=True), title], indent=0.6))
        items: list[Inline] = []
        for (column, head), value in list(zip(heads.items(), values, strict=True))[1:]:
            items += [Words(("; " if items else "") + f"{head}: ")]
            items += [Answer(f"activity.{number}.{column}", value, "answered" if value else "blank")]
        found.append(Paragraph(items, indent=1.2))
    return found
