"""Judging: what we make of an Extraction (guide 1 to 3; contract, sections 4 and 5)."""

from typing import Literal

from classifiers.case import Case, Verdict, quoted
from classifiers.rubric import answer_rubric
from classifiers.rules import SCOPE, checks_of, run_rules
from classifiers.rules_scope import AREAS, type_mismatch
from pipeline.records import Activity, Area, Eligibility, Evidence, Flag, Severity, Theme, Topic
from pipeline.stages import Assessment, Extraction, Surroundings

ADVISORY = ("security",)
"""Rules that never speak against a request."""

_COVERS: dict[Area, frozenset[str]] = {
    "both": frozenset(AREAS),
    "social_protection": frozenset({"social_protection"}),
    "labour_employment": frozenset({"labour_employment"}),
    "out_of_scope": frozenset(),
    "uncertain": frozenset(AREAS),
}


def assess(extraction: Extraction, surroundings: Surroundings, theme: Theme | None = None) -> Assessment:
    """Theme, checks, rubric and flags of one request; ``flags`` begins with the extraction's own and so holds all.

    A ``theme`` that a person has set, or that is known already, is taken as it is."""
    theme = theme or theme_of(extraction)
    case = Case(extraction, surroundings, theme)
    verdicts = run_rules(case)
    flags = gather_flags(case, verdicts)
    return Assessment(
        theme=theme,
        eligibility=Eligibility(outcome=eligibility_of(verdicts), checks=checks_of(case, verdicts)),
        rubric=answer_rubric(case),
        flags=flags,
        disposition=disposition_of(case, flags),
    )


def theme_of(extraction: Extraction) -> Theme:
    """What the request says it is about, its evidence tied to the places of the form, beside what is ticked."""
    from classifiers.theme import judge_theme  # loads a model, so not before it is needed

    verdict = judge_theme(_parts(extraction))
    topics = tuple(
        Topic(
            key=topic.key,
            score=topic.score,
            evidence=tuple(
                place for passage in topic.evidence for place in _passage(extraction, passage.part, passage.quote)
            ),
        )
        for topic in verdict.topics
    )
    return Theme(
        area=verdict.area,
        scores={area: round(score, 4) for area, score in verdict.scores.items()},
        topics=topics,
        declared=_declared(extraction),
    )


def _parts(extraction: Extraction) -> dict[str, str]:
    """The answers as texts, the activities by their titles, one a line; answers in progress or unreadable are left out.

    The kind of an activity ("Training of trainers") is the form's word and says nothing of the theme."""
    parts = {key: extraction.text(key) for key in extraction.fields if extraction.text(key)}
    rows = extraction.fields["activities"].value if "activities" in extraction.fields else None
    if isinstance(rows, list):
        parts["activities"] = "\n".join(row.title for row in rows if isinstance(row, Activity) and row.title)
    return parts


def _passage(extraction: Extraction, part: str, quote: str) -> tuple[Evidence, ...]:
    reading = extraction.fields.get(part)
    return quoted(reading, quote) if reading else (Evidence(quote=quote),)


def _declared(extraction: Extraction) -> tuple[str, ...]:
    reading = extraction.fields.get("declared_theme")
    value = reading.value if reading else None
    return tuple(area for area in value if isinstance(area, str)) if isinstance(value, list) else ()


def eligibility_of(verdicts: dict[str, Verdict]) -> Literal["eligible", "review"]:
    """``eligible`` only if the three scope rules are met."""
    return "eligible" if all(verdicts[name].outcome == "met" for name in SCOPE) else "review"


def gather_flags(case: Case, verdicts: dict[str, Verdict]) -> tuple[Flag, ...]:
    """The extraction's flags, one for each rule not kept, and those of theme, institution and unread answers."""
    flags = [*case.extraction.flags, *_empty_form(case), *_unreadable(case)]
    flags += [flag for name, verdict in verdicts.items() if (flag := _rule_flag(name, verdict)) is not None]
    flags += _theme_mismatch(case.theme)
    if verdicts["institution_eligible"].outcome != "needs_judgement" and (sentence := type_mismatch(case)) is not None:
        flags.append(
            Flag(code="institution_type_mismatch", severity="info", message=sentence, field="institution_type")
        )
    unique = {(flag.code, flag.field, flag.message): flag for flag in flags}
    return tuple(unique.values())


def _rule_flag(name: str, verdict: Verdict) -> Flag | None:
    if verdict.outcome in ("met", "not_applicable") or name in ADVISORY:
        return None
    severity: Severity = "blocker" if name in SCOPE and verdict.outcome == "not_met" else "warning"
    if name == "one_action_at_a_time" and verdict.outcome == "cannot_tell":
        severity = "info"
    return Flag(code=name, severity=severity, message=verdict.reason, field=verdict.field)


def _empty_form(case: Case) -> list[Flag]:
    answered = [key for key, reading in case.extraction.fields.items() if reading.state in ("answered", "unreadable")]
    if answered or any(flag.code == "empty_form" for flag in case.extraction.flags):
        return []
    return [Flag(code="empty_form", severity="blocker", message="No question is answered; ask for a filled-in form.")]


def _unreadable(case: Case) -> list[Flag]:
    told = {flag.field for flag in case.extraction.flags}
    keys = [key for key, reading in case.extraction.fields.items() if reading.state == "unreadable" and key not in told]
    return [
        Flag(
            code="unreadable_answer",
            severity="warning",
            field=key,
            message=f"The answer to {key.replace('_', ' ')} could not be read; read it in the file.",
        )
        for key in keys
    ]


BEYOND_DOUBT = 0.97
"""Probability from which the text may be believed against what is ticked."""


def _theme_mismatch(theme: Theme) -> list[Flag]:
    """A ticked area that the text does not treat is a warning; so is a treated area that is not ticked, unless the
    text leaves no doubt: then it is a note."""
    if not theme.declared or theme.area == "uncertain":
        return []
    treated = _COVERS[theme.area]
    absent = [area for area in theme.declared if area not in treated]
    unticked = [area for area in AREAS if area in treated and area not in theme.declared]
    if absent:
        about = " and ".join(AREAS[area] for area in AREAS if area in treated) or "neither area"
        return [
            Flag(
                code="theme_mismatch",
                severity="warning",
                field="declared_theme",
                message=f"The form ticks {_named(absent)}, but the text is about {about}; ask what is meant.",
            )
        ]
    return [
        Flag(
            code="theme_mismatch",
            severity="info" if theme.scores.get(theme.area, 0.0) >= BEYOND_DOUBT else "warning",
            field="declared_theme",
            message=f"The text also seems to treat {AREAS[area]}, which is not ticked; see whether it does.",
        )
        for area in unticked
    ]


def _named(areas: list[str]) -> str:
    return " and ".join(AREAS.get(area, area) for area in areas)


def disposition_of(case: Case, flags: tuple[Flag, ...]) -> Literal["ready", "flagged"]:
    """``ready`` if no flag stands above a note (each rule not kept has one) and no answer is unreadable."""
    unread = any(reading.state == "unreadable" for reading in case.extraction.fields.values())
    warned = any(flag.severity != "info" for flag in flags)
    return "flagged" if unread or warned else "ready"
