"""Which of the files in a mail are request forms, by what was read in them and never by their names."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.folding import fold
from pipeline.mail import Part
from pipeline.records import Record

CLEAR, DOUBTFUL = 14, 10
"""Weight from which a file is a form whatever else lies beside it, and from which it may be one. Read forms
weigh 30 to 47; a letter, a curriculum vitae and terms of reference 6 to 8."""
LITTLE = 0.25
"""Share of common questions up to which two files are pages of one form rather than two forms."""


@dataclass(frozen=True)
class Choice:
    """Places in the list of readings: the forms, further pages by the form they belong to, forms that are copies of
    each other, and the file that came closest to being a form."""

    forms: tuple[int, ...]
    pages: dict[int, int] = field(default_factory=dict)
    copies: dict[int, int] = field(default_factory=dict)
    runner_up: int | None = None


def choose(parts: Sequence[Part], readings: Sequence[Record]) -> Choice:
    """The forms among the readings. Where no file is clearly one, the best that the reader took for one is."""
    able = [at for at, reading in enumerate(readings) if reading.disposition != "quarantined"]
    ranked = sorted(able, key=lambda at: (-weight(readings[at]), at))
    forms: list[int] = []
    pages: dict[int, int] = {}
    for at in ranked:
        if (form := _page_of(at, forms, parts, readings)) is not None:
            pages[at] = form
        elif not forms or weight(readings[at]) >= CLEAR:
            forms.append(at)
    others = [at for at in ranked if at not in forms and at not in pages]
    forms.sort()
    return Choice(tuple(forms), pages, _copies(forms, readings), others[0] if others else None)


def weight(record: Record) -> int:
    """How much of a form is in a file: questions found, the known edition, ticks, the signature block."""
    if record.disposition == "quarantined":
        return 0
    ticks = sum(key in questions_on(record) for key in ("declared_theme", "event_type", "institution_type"))
    signed = record.signature.mark == "present" or "signatory_name" in questions_on(record)
    return len(questions_on(record)) + 3 * (record.document.edition != "unknown") + ticks + 2 * signed


def questions_on(record: Record) -> frozenset[str]:
    """The questions that stand in the file, answered or not."""
    return frozenset(key for key, reading in record.fields.items() if reading.state != "not_on_form")


def _page_of(at: int, forms: Sequence[int], parts: Sequence[Part], readings: Sequence[Record]) -> int | None:
    """The form that a file of one page goes on with: it lies beside it and asks other questions."""
    for form in forms:
        both = (readings[at], readings[form])
        single = all(record.document.pages == 1 for record in both)
        if single and parts[at].container == parts[form].container and _common(*both) <= LITTLE:
            return form
    return None


def _common(one: Record, other: Record) -> float:
    first, second = questions_on(one), questions_on(other)
    return len(first & second) / max(1, min(len(first), len(second)))


def _copies(forms: Sequence[int], readings: Sequence[Record]) -> dict[int, int]:
    """Forms that say the same in another file, such as a Word file and its signed print."""
    found: dict[int, int] = {}
    for place, at in enumerate(forms):
        for earlier in forms[:place]:
            if (title := _title(readings[at])) and title == _title(readings[earlier]):
                found[at], found[earlier] = earlier, at
    return found


def _title(record: Record) -> str:
    """Institution and title, folded; empty where one is not known."""
    told = [record.fields.get(key) for key in ("institution_name", "title")]
    texts = [fold(reading.value) for reading in told if reading and isinstance(reading.value, str)]
    return "\n".join(texts) if len(texts) == 2 and all(texts) else ""
