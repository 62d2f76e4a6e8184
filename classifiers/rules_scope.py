"""The three scope rules: country, institution, theme (guide 1.2 to 1.4 and 4)."""

from classifiers.case import Case, Verdict
from classifiers.country import CountryHints, CountryVerdict, judge_country
from classifiers.institution import InstitutionVerdict, judge_institution
from pipeline.records import FieldReading, Outcome
from pipeline.rules import Rule

AREAS = {"social_protection": "social protection", "labour_employment": "labour and employment"}


def country_verdict(case: Case) -> CountryVerdict:
    """What the country field names, the other answers deciding between the meanings of an ambiguous name."""
    reading = case.field("institution_country")
    return judge_country(reading.raw or str(reading.value or ""), country_hints(case))


def country_hints(case: Case) -> CountryHints:
    """The answers that may tell which of several countries of one name is meant."""
    return CountryHints(
        phone=case.words("contact_phone"),
        address=case.words("institution_address"),
        email=case.words("contact_email"),
        website=case.words("institution_website"),
        institution=case.words("institution_name"),
    )


def country_eligible(case: Case) -> Verdict:
    """The country or territory is in the list of section 4."""
    reading = case.field("institution_country")
    if reading.state != "answered":
        return Verdict(
            "cannot_tell",
            f"The country is {_state(reading)}; ask the institution which country it is in.",
            reading.evidence,
            "institution_country",
        )
    verdict = country_verdict(case)
    if verdict.code is None and isinstance(reading.value, str) and len(reading.value) == 2:
        verdict = judge_country(reading.value)
    return Verdict(verdict.outcome, verdict.reason, case.quote("institution_country"), "institution_country")


def institution_verdict(case: Case) -> InstitutionVerdict:
    """What the institution's name tells of its type."""
    name = case.words("institution_name")
    return judge_institution(name, case.language) if name else InstitutionVerdict()


def institution_eligible(case: Case) -> Verdict:
    """A public authority or mandated body of any level, a legislature or a social partner asks."""
    data, named = case.rule("institution_eligible"), institution_verdict(case)
    sure = named.type is not None and named.confidence >= data.confident
    declared = case.field("institution_type").value
    if isinstance(declared, str):
        return _declared(case, data, declared, str(named.type) if sure else None)
    if not sure or named.type is None:
        return Verdict(
            "cannot_tell",
            "The form does not say what kind of institution asks, nor does its name tell; ask for its legal status.",
            case.quote("institution_name"),
            "institution_type",
        )
    reason = f"No type is ticked; by its name the institution is {_a(named.type)}. {_kind_of(data, named.type)[1]}"
    return Verdict(
        _kind_of(data, named.type)[0], reason, case.quote("institution_name", named.quote), "institution_name"
    )


def _declared(case: Case, data: Rule, declared: str, named: str | None) -> Verdict:
    outcome, why = _kind_of(data, declared)
    if named and named != declared and _kind_of(data, named)[0] != outcome:
        reason = (
            f"The form declares {_a(declared)}, but the name reads like {_a(named)}, "
            "which the guide treats otherwise; check the legal status."
        )
        return Verdict(
            "needs_judgement",
            reason,
            case.quote("institution_name") + case.quote("institution_type"),
            "institution_type",
        )
    return Verdict(
        outcome, f"The form declares {_a(declared)}. {why}", case.quote("institution_type"), "institution_type"
    )


def _kind_of(data: Rule, kind: str) -> tuple[Outcome, str]:
    if kind in data.met:
        return "met", "The guide names such bodies as partners."
    if kind in data.not_met:
        return "not_met", "The guide does not cooperate with such a requester; it may come in as a supporting entity."
    return "needs_judgement", "The guide leaves such requesters to a decision case by case."


def type_mismatch(case: Case) -> str | None:
    """The sentence for the analyst where name and declared type disagree, or None."""
    data, named, declared = (
        case.rule("institution_eligible"),
        institution_verdict(case),
        case.field("institution_type").value,
    )
    if (
        not isinstance(declared, str)
        or named.type is None
        or named.confidence < data.confident
        or named.type == declared
    ):
        return None
    return f'The form declares {_a(declared)}, the name "{named.quote}" suggests {_a(named.type)}.'


def theme_in_scope(case: Case) -> Verdict:
    """The area is social protection, labour and employment, or both."""
    evidence = tuple(place for topic in case.theme.topics[:3] for place in topic.evidence[:1])
    if case.theme.area == "uncertain":
        return Verdict("cannot_tell", "The text does not say enough to tell the area; read the request.", evidence)
    if case.theme.area == "out_of_scope":
        return Verdict(
            "not_met",
            "The text speaks of neither social protection nor labour and employment; check what the institution wants.",
            evidence,
        )
    named = "social protection and labour and employment" if case.theme.area == "both" else AREAS[case.theme.area]
    return Verdict("met", f"The request is about {named}.", evidence)


def _a(kind: str) -> str:
    name = {"ngo": "non-governmental organisation"}.get(kind, kind.replace("_", " "))
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _state(reading: FieldReading) -> str:
    return {"unreadable": "not readable", "not_on_form": "not asked for on this form"}.get(reading.state, "not given")
