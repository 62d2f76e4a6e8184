"""The case before the rules: what the form says, what is known beside it, and what was made of theme and country."""

from dataclasses import dataclass

from classifiers.cues import sentences
from pipeline.languages import LANGUAGES
from pipeline.records import Activity, Check, Evidence, FieldReading, Outcome, Theme
from pipeline.rules import Rule, rule
from pipeline.stages import Extraction, Surroundings

EMPTY = FieldReading(state="not_on_form")


@dataclass(frozen=True)
class Verdict:
    """What a rule finds: the outcome, the reason in a sentence, the words it rests on, the answer it is about."""

    outcome: Outcome
    reason: str
    evidence: tuple[Evidence, ...] = ()
    field: str | None = None


@dataclass(frozen=True)
class Case:
    """One request as the rules see it."""

    extraction: Extraction
    surroundings: Surroundings
    theme: Theme

    @property
    def language(self) -> str:
        """The form's language; English where it is unknown."""
        language = self.extraction.document.language
        return language if language in LANGUAGES else "en"

    @property
    def simplified(self) -> bool:
        """True for the simplified form, which is for one event."""
        return self.extraction.document.form_kind == "simplified"

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The rows of the activities table that say something."""
        value = self.field("activities").value
        rows = [row for row in value if isinstance(row, Activity)] if isinstance(value, list) else []
        return tuple(row for row in rows if any((row.title, row.type, row.duration, row.participants)))

    def field(self, key: str) -> FieldReading:
        """The reading of one question; ``not_on_form`` where the form does not ask it."""
        return self.extraction.fields.get(key, EMPTY)

    def words(self, key: str) -> str:
        """The answer's text: its value, or what stands on the form where the value is of another kind."""
        reading = self.field(key)
        if reading.state != "answered":
            return ""
        return reading.value if isinstance(reading.value, str) else reading.raw or ""

    def rule(self, name: str) -> Rule:
        """The rule as in force on the day of the judgement."""
        return rule(name, self.surroundings.today)

    def quote(self, key: str, words: str | None = None) -> tuple[Evidence, ...]:
        """Where an answer stands, with some of its words (all of them if none are given)."""
        return quoted(self.field(key), words)


def quoted(reading: FieldReading, words: str | None = None) -> tuple[Evidence, ...]:
    """The place of an answer with a quotation from it; the place that holds the words, else the first."""
    if words is None:
        return reading.evidence or ((Evidence(quote=reading.raw),) if reading.raw else ())
    flat = " ".join(words.split())
    holding = [place for place in reading.evidence if flat in " ".join(place.quote.split())]
    place = (holding or list(reading.evidence) or [Evidence()])[0]
    return (place.model_copy(update={"quote": words}),)


def row_text(row: Activity) -> str:
    """What an activity is called and what kind it is, as one text."""
    return ". ".join(part for part in (row.title, row.type) if part)


def first_sentence(text: str) -> str:
    """The first sentence of an answer, or all of it where it has no end."""
    found = sentences(text)
    return found[0] if found else text


def as_check(name: str, verdict: Verdict, data: Rule) -> Check:
    """The verdict as the record has it, with the guide's section and the rule's edition."""
    return Check(
        rule=name,
        outcome=verdict.outcome,
        reason=verdict.reason,
        section=data.section,
        rule_edition=data.edition,
        evidence=verdict.evidence,
    )
