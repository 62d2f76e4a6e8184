"""The rules as sentences with inputs and outcomes, each with both sides."""

from datetime import date

import pytest

from classifiers.assessment import assess
from classifiers.lengths import days_of, people_of
from pipeline.languages import DataError
from pipeline.questions import questions
from pipeline.records import Activity, DocumentFacts, Evidence, FieldContent, FieldReading, Flag, Signature
from pipeline.rules import rule, rules_edition
from pipeline.stages import Assessment, Extraction, Surroundings

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DAY = date(2025, 6, 1)
ROW = Activity(
    title="Review of claims procedures",
    type="Expert advice",
    format="on_site",
    duration="2 weeks",
    participants="8 staff",
)
TRAINING = Activity(
    title="Training of claims officers", type="Training", format="on_site", duration="2 weeks", participants="20 staff"
)
EVENT = Activity(title="National conference on pensions", type="Conference", format="on_site", duration="2 days")

ANSWERS: dict[str, FieldContent] = {
    "title": "Better claims handling in old-age pension insurance",
    "institution_name": "National Social Security Fund",
    "institution_type": "mandated_body",
    "institution_country": "KE",
    "institution_address": "Nairobi, Kenya",
    "head_name": "Ms A",
    "head_position": "Director",
    "contact_name": "Mr B",
    "contact_position": "Officer",
    "contact_email": "b@nssf.go.ke",
    "contact_phone": "+254722000000",
    "declared_theme": ["social_protection"],
    "background": "Pension claims take nine months. Social security covers few informal workers and pensions are late.",
    "objectives": "Pensioners receive their old-age pension in time and social insurance covers informal workers.",
    "expected_results": "A claims procedure for old-age pensions is adopted by the social security fund.",
    "deliverables": "A procedures manual for pension claims.",
    "target_groups": "20 claims officers.",
    "policy_alignment": "National Social Protection Policy 2023.",
    "cross_cutting": "Widows are served first; gender data are kept.",
    "activities": [ROW, TRAINING],
    "start_date": "2025-09",
    "duration_months": 6.0,
    "expertise_sought": "Two public experts of a pension institution.",
    "working_languages": ["en"],
    "other_support": "The ILO works on employment injury only; there is no overlap.",
    "contributions": "The Fund provides staff time, a room and a driver.",
    "signatory_name": "Ms A",
    "signature_date": "2025-05-02",
}
SIMPLE: dict[str, FieldContent] = {
    "event_type": "conference",
    "event_date": "2025-10-01",
    "event_place": "Nairobi",
    "contribution_sought": "Two speakers on pension coverage of informal workers.",
}
RAW = {"institution_country": "Kenya"}


def judged(
    kind: str = "full",
    states: dict[str, str] | None = None,
    media_type: str = PDF,
    signature: Signature | None = None,
    others: tuple[str, ...] | None = (),
    required: frozenset[str] | None = None,
    language: str = "en",
    flags: tuple[Flag, ...] = (),
    raw: dict[str, str] | None = None,
    **changes: FieldContent,
) -> Assessment:
    """The assessment of a clean request with some answers changed and some states set."""
    base = ANSWERS | SIMPLE if kind == "simplified" else dict(ANSWERS)
    if kind == "simplified":
        base = {
            key: value for key, value in base.items() if key not in ("activities", "duration_months", "other_support")
        }
    raws = RAW | (raw or {})
    fields = {
        key: FieldReading(
            state="answered", value=value, raw=raws.get(key, str(value)), evidence=(Evidence(page=1, quote=str(value)),)
        )
        for key, value in (base | changes).items()
    }
    fields |= {key: FieldReading.model_validate({"state": state}) for key, state in (states or {}).items()}
    fields = {key: fields.get(key, FieldReading(state="not_on_form")) for key in questions()}
    extraction = Extraction(
        document=DocumentFacts.model_validate({"form_kind": kind, "language": language}),
        media_type=media_type,
        fields=fields,
        signature=signature or Signature(mark="present", kind="image"),
        required=required,
        flags=flags,
    )
    return assess(extraction, Surroundings(today=DAY, other_open_requests=others))


def outcome(rule_name: str, assessment: Assessment) -> str:
    return next(check.outcome for check in assessment.eligibility.checks if check.rule == rule_name)


def codes(assessment: Assessment, above_info: bool = True) -> set[str]:
    return {flag.code for flag in assessment.flags if not above_info or flag.severity != "info"}


def test_a_clean_request_is_eligible_and_ready() -> None:
    assessment = judged()
    assert [
        c for c in assessment.eligibility.checks if c.outcome not in ("met", "not_applicable") and c.rule != "security"
    ] == []
    assert assessment.eligibility.outcome == "eligible"
    assert assessment.disposition == "ready"
    assert len(assessment.eligibility.checks) == 17
    assert len(assessment.rubric) == 16


def test_every_check_names_section_edition_and_reason() -> None:
    for check in judged().eligibility.checks:
        assert check.section and check.rule_edition == "2024-08-15"
        assert check.reason.endswith((".", '"', "?")), check


def test_a_clean_simplified_request_is_ready() -> None:
    assessment = judged("simplified")
    for name in ("activities_limit", "activity_length", "study_visit_size", "complementarity_stated"):
        assert outcome(name, assessment) == "not_applicable"
    assert assessment.disposition == "ready"


@pytest.mark.parametrize(
    ("country", "want"),
    [
        ("Kenya", "met"),
        ("Republic of Zambia", "met"),
        ("Chile", "not_met"),
        ("Uruguay", "needs_judgement"),
        ("Barbados", "needs_judgement"),
    ],
)
def test_country(country: str, want: str) -> None:
    assert (
        outcome("country_eligible", judged(raw={"institution_country": country}, institution_address="P.O. Box 12"))
        == want
    )


def test_an_unreadable_country_cannot_be_told() -> None:
    assert outcome("country_eligible", judged(states={"institution_country": "unreadable"})) == "cannot_tell"


@pytest.mark.parametrize(
    ("declared", "name", "want"),
    [
        ("mandated_body", "National Social Security Fund", "met"),
        ("central_government", "Ministry of Labour", "met"),
        ("trade_union", "Congress of Trade Unions", "met"),
        ("ngo", "Help for the Elderly", "needs_judgement"),
        ("university", "University of Nairobi", "needs_judgement"),
        ("other", "Pension Circle", "needs_judgement"),
        ("private_company", "Savanna Insurance Ltd", "not_met"),
        ("individual", "John Otieno", "not_met"),
        ("international_organisation", "International Labour Organization", "not_met"),
    ],
)
def test_declared_type_decides(declared: str, name: str, want: str) -> None:
    assert outcome("institution_eligible", judged(institution_type=declared, institution_name=name)) == want


def test_without_a_type_a_clear_name_decides() -> None:
    blank = {"institution_type": "blank"}
    assert outcome("institution_eligible", judged(states=blank, institution_name="Ministry of Labour")) == "met"
    assert outcome("institution_eligible", judged(states=blank, institution_name="Umoja")) == "cannot_tell"


def test_a_name_that_changes_the_outcome_needs_judgement() -> None:
    assessment = judged(institution_type="central_government", institution_name="University of Nairobi")
    assert outcome("institution_eligible", assessment) == "needs_judgement"
    assert assessment.disposition == "flagged"


def test_a_name_that_changes_nothing_is_a_note() -> None:
    assessment = judged(institution_type="mandated_body", institution_name="Ministry of Labour")
    assert "institution_type_mismatch" in codes(assessment, above_info=False)
    assert assessment.disposition == "ready"


def test_a_ticked_area_the_text_does_not_treat_is_a_warning() -> None:
    both: FieldContent = ["social_protection", "labour_employment"]
    for declared in (both, ["labour_employment"]):
        assessment = judged(declared_theme=declared)
        assert "theme_mismatch" in codes(assessment)
        assert assessment.disposition == "flagged"
    assert "theme_mismatch" not in codes(judged(), above_info=False)


@pytest.mark.parametrize(
    ("state", "want"),
    [("blank", "not_met"), ("placeholder", "not_met"), ("unreadable", "cannot_tell"), ("not_on_form", "met")],
)
def test_required_answers(state: str, want: str) -> None:
    assert outcome("form_complete", judged(states={"target_groups": state})) == want


def test_only_what_the_form_marks_is_required() -> None:
    blank = {"target_groups": "blank"}
    assert outcome("form_complete", judged(states=blank, required=frozenset({"title", "background"}))) == "met"
    assert outcome("form_complete", judged(states=blank, required=frozenset({"target_groups"}))) == "not_met"


def test_the_signature_block_and_optional_questions_do_not_count() -> None:
    states = dict.fromkeys(
        ("signatory_name", "signature_place", "supporting_entity_role", "institution_website"), "blank"
    )
    assert outcome("form_complete", judged(states=states)) == "met"


def test_an_activities_table_without_a_row_is_an_empty_answer() -> None:
    assessment = judged(activities=[])
    assert outcome("form_complete", assessment) == "not_met"
    assert outcome("activities_limit", assessment) == "cannot_tell"


@pytest.mark.parametrize(
    ("mark", "digital", "media_type", "want"),
    [
        ("present", "none", PDF, "met"),
        ("present", "intact", PDF, "met"),
        ("present", "changed_after_signing", PDF, "needs_judgement"),
        ("present", "invalid", PDF, "needs_judgement"),
        ("unknown", "none", PDF, "cannot_tell"),
        ("absent", "none", PDF, "not_met"),
        ("absent", "none", WORD, "needs_judgement"),
        ("absent", "none", "application/rtf", "needs_judgement"),
        ("absent", "none", "application/vnd.oasis.opendocument.text", "needs_judgement"),
    ],
)
def test_signature(mark: str, digital: str, media_type: str, want: str) -> None:
    signature = Signature.model_validate(
        {"mark": mark, "kind": "none" if mark == "absent" else "unknown", "digital": digital}
    )
    assert outcome("form_signed", judged(signature=signature, media_type=media_type)) == want


def test_a_typed_name_is_no_signature() -> None:
    typed = Signature(mark="present", kind="unknown", evidence=(Evidence(quote="/s/ A. Director"),))
    assert outcome("form_signed", judged(signature=typed)) == "not_met"
    assert outcome("form_signed", judged(signature=typed, media_type=WORD)) == "needs_judgement"


def test_date_of_signature() -> None:
    assert outcome("form_dated", judged(states={"signature_date": "blank"})) == "not_met"
    assert outcome("form_dated", judged(states={"signature_date": "unreadable"})) == "cannot_tell"
    assert outcome("form_dated", judged()) == "met"


@pytest.mark.parametrize(
    ("media_type", "want"),
    [
        (PDF, "met"),
        (WORD, "met"),
        ("application/msword", "met"),
        ("application/vnd.ms-word.document.macroEnabled.12", "met"),
        ("application/vnd.oasis.opendocument.text", "not_met"),
        ("application/rtf", "not_met"),
        ("image/jpeg", "not_met"),
        ("x/y", "cannot_tell"),
    ],
)
def test_format(media_type: str, want: str) -> None:
    assert outcome("accepted_format", judged(media_type=media_type)) == want


def test_one_event_on_the_full_form_does_not_fit() -> None:
    assessment = judged(activities=[EVENT])
    assert outcome("form_kind_fits", assessment) == "not_met"
    assert outcome("activity_length", assessment) == "needs_judgement"
    assert outcome("form_kind_fits", judged(activities=[ROW])) == "needs_judgement"
    assert outcome("form_kind_fits", judged()) == "met"


@pytest.mark.parametrize(
    "sought",
    [
        "Three missions of two weeks each to revise the pension act.",
        "A series of workshops in all provinces.",
        "Five workshops and a manual.",
    ],
)
def test_several_activities_on_the_simplified_form_do_not_fit(sought: str) -> None:
    assert outcome("form_kind_fits", judged("simplified", contribution_sought=sought)) == "not_met"


def test_an_unknown_kind_of_form_cannot_be_judged() -> None:
    assert outcome("form_kind_fits", judged("unknown")) == "cannot_tell"


def test_four_activities_are_allowed_and_empty_rows_do_not_count() -> None:
    assert outcome("activities_limit", judged(activities=[ROW, TRAINING, ROW, TRAINING, Activity()])) == "met"
    assert outcome("activities_limit", judged(activities=[ROW] * 5)) == "not_met"


@pytest.mark.parametrize(
    ("duration", "want"),
    [
        ("1 week", "met"),
        ("three weeks", "met"),
        ("10 working days", "met"),
        ("15 days", "met"),
        ("2 x 1 week", "met"),
        ("1-2 weeks", "met"),
        ("4 weeks", "not_met"),
        ("2 months", "not_met"),
        ("2-4 weeks", "not_met"),
        ("one month", "not_met"),
        ("to be agreed", "cannot_tell"),
        (None, "cannot_tell"),
        ("2 days", "needs_judgement"),
    ],
)
def test_length_of_an_activity(duration: str | None, want: str) -> None:
    assert (
        outcome("activity_length", judged(activities=[TRAINING, ROW.model_copy(update={"duration": duration})])) == want
    )


def test_a_short_workshop_beside_other_activities_is_no_trouble() -> None:
    workshop = Activity(title="Validation workshop", type="Workshop", format="on_site", duration="2 days")
    remote = ROW.model_copy(update={"format": "remote", "duration": "3 days"})
    assert outcome("activity_length", judged(activities=[ROW, workshop, remote])) == "met"


@pytest.mark.parametrize(("months", "want"), [(6.0, "met"), (8.0, "met"), (18.0, "needs_judgement"), (None, "met")])
def test_length_of_the_action(months: float | None, want: str) -> None:
    assert outcome("activity_length", judged(duration_months=months)) == want


@pytest.mark.parametrize(
    ("text", "language", "days"),
    [
        ("dos semanas", "es", 14),
        ("5 дней", "ru", 5),
        ("2 недели", "ru", 14),
        ("3 semaines", "fr", 21),
        ("une semaine", "fr", 7),
        ("10 jours ouvrables", "fr", 14),
        ("1 a 2 semanas", "pt", 14),
        ("10 dias úteis", "pt", 14),
        ("deux semaines et demie", "fr", 17.5),
        ("1 месяц", "ru", 30),
        ("a fortnight", "en", 14),
        ("half a day", "en", 0.5),
        ("2", "en", 14),
        ("20", "en", None),
        ("open", "en", None),
        ("2 недели (10 рабочих дней)", "ru", 14),
        ("2 missions of 1 week", "en", 7),
        ("1,5 semanas", "es", 10.5),
        ("1–2 weeks", "en", 14),
        ("two and a half weeks", "en", 17.5),
        ("2 x 1 week", "en", 7),
        ("half a day", "en", 0.5),
        ("3 weeks (15 days)", "en", 21),
        ("с 1 по 2 неделю", "ru", 14),
        ("médio prazo", "pt", None),
        ("3 weeks, i.e. 1.5 + 1.5", "en", 21),
        ("", "en", None),
    ],
)
def test_days(text: str, language: str, days: float | None) -> None:
    assert days_of(text, language) == days


@pytest.mark.parametrize(
    ("text", "language", "people"),
    [
        ("9 delegates", "en", 9),
        ("six delegates", "en", 6),
        ("4 officials and 3 unionists", "en", 7),
        ("6 (4 officials, 2 unionists)", "en", 6),
        ("6 personnes, dont 2 femmes", "fr", 6),
        ("ocho delegados", "es", 8),
        ("шесть делегатов", "ru", 6),
        ("delegation", "en", None),
        ("5-6 técnicos", "pt", 6),
    ],
)
def test_people(text: str, language: str, people: int | None) -> None:
    assert people_of(text, language) == people


def visit(
    participants: str | None, title: str = "Study visit to Portugal", language: str = "en", beside: bool = True
) -> str:
    row = Activity(title=title, format="on_site", duration="1 week", participants=participants)
    return outcome("study_visit_size", judged(activities=[ROW, row] if beside else [row], language=language))


def test_study_visit() -> None:
    assert outcome("study_visit_size", judged()) == "not_applicable"
    assert visit("6 delegates") == "met"
    assert visit("seven delegates") == "not_met"
    assert visit("a delegation") == "cannot_tell"
    assert visit("5 delegates", beside=False) == "needs_judgement"
    assert visit("9 staff", title="Remote exchange without a study visit") == "not_applicable"


@pytest.mark.parametrize(
    ("title", "language"),
    [
        ("Visite d'étude en Belgique", "fr"),
        ("Visita de estudio a España", "es"),
        ("Visita de estudo a Portugal", "pt"),
        ("Ознакомительная поездка в Латвию", "ru"),
    ],
)
def test_study_visit_in_the_other_languages(title: str, language: str) -> None:
    assert visit("8", title=title, language=language) == "not_met"
    assert visit("5", title=title, language=language) == "met"


ROLES = [
    ("en", "UNDP prepared this request on behalf of the Ministry and sends it to SOCIEUX+.", "needs_judgement"),
    ("en", "The ILO will manage the calendar of missions and clear all reports.", "needs_judgement"),
    ("en", "The ILO helped us to prepare the request and will comment on the drafts.", "met"),
    ("en", "GIZ only reviews the training material; it does not lead any activity.", "met"),
    ("fr", "Le PNUD a rédigé la requête et pilotera les activités.", "needs_judgement"),
    ("fr", "Le BIT a aidé à recueillir les données ; la requête est préparée par le Ministère lui-même.", "met"),
    ("es", "La OIT elaboró la solicitud y coordinará todas las misiones.", "needs_judgement"),
    ("es", "La OISS revisará los materiales. No participa en la gestión de la acción.", "met"),
    ("pt", "O PNUD redigiu o pedido e coordenará as missões.", "needs_judgement"),
    ("pt", "A OIT comenta os relatórios; o pedido foi elaborado pelo próprio Instituto.", "met"),
    ("ru", "ПРООН подготовила запрос и будет управлять проектом.", "needs_judgement"),
    ("ru", "МОТ помогла собрать данные. Запрос подготовлен и направляется самим Министерством.", "met"),
]


@pytest.mark.parametrize(("language", "role", "want"), ROLES)
def test_role_of_the_supporting_entity(language: str, role: str, want: str) -> None:
    entity: FieldContent = "Agency"
    assert (
        outcome("demand_driven", judged(language=language, supporting_entity_name=entity, supporting_entity_role=role))
        == want
    )


def test_a_contact_person_at_an_international_organisation_needs_judgement() -> None:
    assert outcome("demand_driven", judged(contact_email="x.y@undp.org")) == "needs_judgement"
    assert outcome("demand_driven", judged(institution_type="international_organisation")) == "needs_judgement"
    assert outcome("demand_driven", judged()) == "met"


@pytest.mark.parametrize(
    "rule_name, key", [("own_contribution", "contributions"), ("complementarity_stated", "other_support")]
)
def test_empty_answers_on_contributions_and_partners(rule_name: str, key: str) -> None:
    assert outcome(rule_name, judged(states={key: "blank"})) == "not_met"
    assert outcome(rule_name, judged(states={key: "placeholder"})) == "not_met"
    assert outcome(rule_name, judged(states={key: "unreadable"})) == "cannot_tell"


def test_none_is_no_contribution_but_an_answer_on_partners() -> None:
    assert outcome("own_contribution", judged(contributions="None")) == "not_met"
    assert outcome("own_contribution", judged(contributions="We cannot contribute at this time.")) == "not_met"
    assert outcome("complementarity_stated", judged(other_support="None")) == "met"


def test_a_request_for_equipment_is_quoted() -> None:
    asked = "We ask SOCIEUX+ to buy ten laptops."
    assessment = judged(contributions=f"The Fund provides a room. {asked}")
    check = next(c for c in assessment.eligibility.checks if c.rule == "no_financial_support")
    assert check.outcome == "not_met"
    assert check.evidence == (Evidence(page=1, quote=asked),)
    assert outcome("own_contribution", assessment) == "met"


def test_equipment_as_an_activity_is_a_request() -> None:
    row = Activity(title="Purchase of computers", duration="1 week")
    assert outcome("no_financial_support", judged(activities=[ROW, row])) == "not_met"


def test_other_open_requests() -> None:
    assert outcome("one_action_at_a_time", judged()) == "met"
    assert outcome("one_action_at_a_time", judged(others=("R-2025-7",))) == "needs_judgement"
    without = judged(others=None)
    assert outcome("one_action_at_a_time", without) == "cannot_tell"
    assert without.disposition == "ready"


def test_security_is_advisory() -> None:
    for state in ("blank", "not_on_form"):
        assert judged(states={"security_situation": state}).disposition == "ready"
    assert outcome("security", judged(security_situation="Calm.")) == "met"


def test_a_warning_or_an_unreadable_answer_keeps_a_request_from_being_ready() -> None:
    warned = judged(flags=(Flag(code="hidden_text", severity="warning", message="x"),))
    noted = judged(flags=(Flag(code="edited_labels", severity="info", message="x"),))
    assert warned.disposition == "flagged"
    assert noted.disposition == "ready"
    assert judged(states={"institution_website": "unreadable"}).disposition == "flagged"


def test_each_rule_not_kept_has_a_flag() -> None:
    assessment = judged(activities=[ROW] * 5, raw={"institution_country": "Chile"}, institution_address="x")
    severities = {flag.code: flag.severity for flag in assessment.flags}
    assert severities["activities_limit"] == "warning"
    assert severities["country_eligible"] == "blocker"
    assert assessment.eligibility.outcome == "review"


def test_an_unfilled_form_is_flagged_as_empty() -> None:
    assessment = judged(states=dict.fromkeys(questions(), "blank"), signature=Signature(mark="absent", kind="none"))
    assert "empty_form" in codes(assessment)
    assert assessment.disposition == "flagged"


def test_the_guide_s_numbers_are_dated_data() -> None:
    assert rule("activities_limit", DAY).limit() == 4
    assert rule("study_visit_size", DAY).limit() == 6
    assert rules_edition(DAY) == "2024-08-15"
    with pytest.raises(DataError, match=r"rules\.toml: no_such_rule"):
        rule("no_such_rule", DAY)
