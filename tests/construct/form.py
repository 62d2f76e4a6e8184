"""A form: a request put into the wording of an edition."""

from dataclasses import dataclass
from pathlib import Path

from tests.construct.page import Answer, AnswerBlock, Cell, Inline, Paragraph, Picture, Table, Tick, Words
from tests.construct.request import PAIRS, Activity, Request, Section, Text, Vocabulary, Wording, Written

DOTS = "." * 60
TICKED = ("institution_type", "declared_theme", "event_type", "working_languages")
COLUMNS = ("title", "type", "format", "start", "duration", "participants", "location")
LONG = set(
    "background objectives expected_results deliverables target_groups policy_alignment cross_cutting "
    "institution_mandate expertise_sought preferred_experience other_support previous_cooperation contributions "
    "security_situation supporting_entity_role contribution_sought attachments_listed".split()
)
# Required where the form itself marks nothing: every question but these (contract, section 5).
FREE = set(
    "institution_acronym institution_website institution_mandate supporting_entity_name supporting_entity_contact "
    "supporting_entity_role preferred_experience previous_cooperation security_situation attachments_listed".split()
)
SIGNING = {"signatory_name", "signatory_position", "signature_place", "signature_date"}


@dataclass(frozen=True)
class Form:
    """A request, the wording and the option words of its edition, and the drawn signature."""

    request: Request
    wording: Wording
    words: Vocabulary
    picture: Path | None = None

    @property
    def sections(self) -> list[Section]:
        """The sections of this kind of form."""
        return self.wording.full if self.request.kind == "full" else self.wording.simplified

    @property
    def keys(self) -> list[str]:
        """Every field key the form asks for."""
        return [k for s in self.sections for name in s.labels for k in name.split("+")]

    def label(self, name: str, text: str) -> str:
        """A label with the mark for required or optional questions."""
        parts = set(name.split("+"))
        if self.wording.required_mark and parts & set(self.wording.required):
            return f"{text} {self.wording.required_mark}"
        if self.wording.optional_mark and parts <= set(self.wording.optional):
            return f"{text} {self.wording.optional_mark}"
        return text

    def required(self, key: str) -> bool:
        """Whether the form asks for this answer without fail."""
        if key in SIGNING:
            return False
        if self.wording.required_mark:
            return key in self.wording.required
        if self.wording.optional_mark:
            return key not in self.wording.optional
        return key not in FREE

    def state(self, key: str) -> str:
        """``answered``, ``blank``, ``placeholder`` or ``dotted``."""
        if key in self.request.answers:
            return "answered"
        if key in self.request.placeholder:
            return "placeholder"
        return "dotted" if key in self.request.dotted else "blank"

    def raw(self, key: str) -> str:
        """What stands on the form as the answer."""
        state = self.state(key)
        if state == "placeholder":
            return self.words.placeholder
        if state == "dotted":
            return DOTS
        if state == "blank":
            return ""
        text = printed(key, self.request.answers[key])
        acronym = self.request.answers.get("institution_acronym")
        if key == "institution_name" and acronym and "institution_acronym" not in self.keys and "(" not in text:
            return f"{text} ({acronym})"
        return text

    def value(self, key: str) -> Text | list[dict[str, str | None]] | None:
        """The value the gold record holds."""
        answer = self.request.answers[key]
        if isinstance(answer, Written):
            return clean(answer.value)
        if key in PAIRS and isinstance(answer, list):
            found = answer[1]
            return None if found == "" or isinstance(found, Activity) else found
        if key == "activities" and isinstance(answer, list):
            return [{c: self.cell(row, c) for c in COLUMNS} for row in answer if isinstance(row, Activity)]
        if isinstance(answer, list):
            return [str(a) for a in answer]
        return clean(answer)

    def cell(self, row: Activity, column: str) -> str | None:
        """The value of one cell of the activities; a column the edition lacks has none."""
        found = getattr(row, column)
        return found if isinstance(found, str) and column in self.wording.columns else None

    def activities(self) -> list[list[str]]:
        """The printed cells of every activity, in the order of the edition's columns."""
        rows = self.request.answers.get("activities", [])
        found = [r for r in rows if isinstance(r, Activity)] if isinstance(rows, list) else []
        return [[self.shown_cell(row, c) for c in self.wording.columns] for row in found]

    def shown_cell(self, row: Activity, column: str) -> str:
        """The printed words of one cell of the activities."""
        text = getattr(row, column) or ""
        return self.words.formats.get(text, text) if column == "format" else text

    def is_ticked(self, key: str) -> bool:
        """Whether the question is answered by ticks (and not by typed words)."""
        typed = key in self.request.answers and isinstance(self.request.answers[key], Written)
        return key in TICKED and not typed and key not in self.wording.typed

    def ticks(self, key: str) -> list[Tick]:
        """The options of a question with ticks."""
        answer = self.request.answers.get(key, [])
        chosen = answer if isinstance(answer, list) else [answer]
        options: dict[str, str] = getattr(self.words, key)
        return [Tick(key, option, option in chosen, text) for option, text in options.items()]

    def inline(self, name: str) -> list[Inline]:
        """The answer on the line of its question, ticks included."""
        if self.is_ticked(name):
            return [i for t in self.ticks(name) for i in (t, Words("    "))]
        return [self.answer(name)]

    def answer(self, name: str) -> Answer:
        """The answer to a question, or to several asked in one."""
        parts = name.split("+")
        given = [p for p in parts if self.state(p) == "answered"]
        shown = given or parts[:1]
        joint = "; " if "contact_email" in parts else ", "
        return Answer(name, joint.join(self.raw(p) for p in shown), self.state(shown[0]))

    def block(self, name: str, indent: float = 0) -> list[AnswerBlock | Paragraph]:
        """The answer in paragraphs of its own, one tick a line."""
        if self.is_ticked(name):
            return [Paragraph([t], style="tick", indent=indent) for t in self.ticks(name)]
        found = self.answer(name)
        return [AnswerBlock(name, found.text, found.state, indent)]

    def signature(self) -> Paragraph:
        """The drawn signature, or the space left for it."""
        if self.picture is None:
            return Paragraph([Words(" \n \n ")])
        return Paragraph([Picture(self.picture)])

    def activity_table(self, widths: list[float] | None = None, empty: int = 0) -> Table:
        """The activities with a row each under the edition's column heads."""
        heads = list(self.wording.columns.values())
        rows = self.activities() or [[""] * len(heads) for _ in range(empty)]
        head = [Cell([Paragraph([Words(h, bold=True)], style="small")], shade="E7E6E6") for h in ["#", *heads]]
        body = [
            [Cell([small(f"activity.{i}.{j}", text)]) for j, text in enumerate([str(i), *row])]
            for i, row in enumerate(rows, 1)
        ]
        wide = {"title": 3.4, "participants": 2.6, "format": 2.0, "type": 2.6}
        found = widths or [0.8, *(wide.get(c, 2.2) for c in self.wording.columns)]
        scale = 17.0 / sum(found)
        return Table([head, *body], [w * scale for w in found])


def small(key: str, text: str) -> Paragraph:
    """A small answer in a table cell; the number of the row is printed."""
    item: Inline = Words(text) if key.endswith(".0") else Answer(key, text, "answered" if text else "blank")
    return Paragraph([item], style="small")


def printed(key: str, answer: object) -> str:
    """An answer as it is printed."""
    if isinstance(answer, Written):
        return answer.raw
    if isinstance(answer, list):
        if key in PAIRS:
            return str(answer[0])
        return "\n".join(f"{i}. {a}" for i, a in enumerate(answer, 1)) if len(answer) > 1 else str(answer[0])
    return f"{answer:g}" if isinstance(answer, float) else str(answer)


def clean(value: Text | object) -> Text | None:
    """Spaces folded, paragraphs joined by one line break."""
    if isinstance(value, str):
        return "\n".join(" ".join(part.split()) for part in value.strip().splitlines() if part.strip())
    if isinstance(value, list):
        return [str(v) for v in value]
    return value if isinstance(value, (int, float)) else None
