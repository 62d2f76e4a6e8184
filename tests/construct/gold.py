"""The gold record of a constructed form, by the rules of the contract (sections 2, 3 and 5)."""

from tests.construct.form import Form

ORIGIN = {"docx": "word", "pdf": "pdf_text", "printed": "pdf_text", "acroform": "pdf_form"}
INSTITUTION = {
    "ngo": "needs_judgement",
    "university": "needs_judgement",
    "other": "needs_judgement",
    "private_company": "not_met",
    "individual": "not_met",
    "international_organisation": "not_met",
}
Checks = dict[str, str | list[str]]


def file_name(form: Form) -> str:
    """The name of the form's file."""
    return form.request.id + (".docx" if form.request.output == "docx" else ".pdf")


def gold_record(form: Form) -> dict[str, object]:
    """The record a careful reader would make of this form."""
    fields, states = answers(form)
    checks = judged(form, fields)
    declared = fields.get("declared_theme", [])
    return {
        "file": file_name(form),
        "language": form.request.lang,
        "form_kind": form.request.kind,
        "edition": form.wording.edition,
        "text_origin": ORIGIN[form.request.output],
        "fields": fields,
        "states": states,
        "signature": {
            "mark": "present" if form.request.signed else "absent",
            "kind": "image" if form.request.signed else "none",
            "digital": "none",
        },
        "theme": {**form.request.theme.model_dump(), "declared": declared},
        "checks": checks,
        "disposition": disposition(form, checks),
        "traps": form.request.traps,
    }


def answers(form: Form) -> tuple[dict[str, object], dict[str, str]]:
    """The values of the questions answered, and the states of those that are not."""
    names = {"dotted": "placeholder"}
    keys = form.keys
    fields: dict[str, object] = {k: form.value(k) for k in keys if form.state(k) == "answered"}
    if "institution_acronym" not in keys and "institution_acronym" in form.request.answers:
        fields["institution_acronym"] = form.value("institution_acronym")
    states = {k: names.get(form.state(k), form.state(k)) for k in keys if k not in fields}
    return fields, states


def judged(form: Form, fields: dict[str, object]) -> Checks:
    """The outcome of every rule that the form alone decides."""
    request = form.request
    unsigned = "needs_judgement" if request.output == "docx" else "not_met"
    missing = any(form.required(k) and k not in fields for k in form.keys)
    checks: Checks = {
        "country_eligible": "met" if fields.get("institution_country") else "cannot_tell",
        "institution_eligible": INSTITUTION.get(str(fields.get("institution_type")), "met"),
        "theme_in_scope": {"out_of_scope": "not_met", "uncertain": "cannot_tell"}.get(request.theme.area, "met"),
        "form_complete": "not_met" if missing else "met",
        "form_signed": "met" if request.signed else unsigned,
        "form_dated": "met" if "signature_date" in fields else "not_met",
        "accepted_format": "met",
        "form_kind_fits": "met",
        "no_financial_support": "met",
        "demand_driven": "met",
        "own_contribution": "met" if "contributions" in fields else "not_met",
    }
    if request.kind == "full":
        checks |= judged_plan(fields)
    checks |= request.checks
    return {rule: outcome for rule, outcome in checks.items() if rule not in request.not_judged}


def judged_plan(fields: dict[str, object]) -> Checks:
    """The rules on activities and on other partners, which only the full form meets."""
    rows = fields.get("activities")
    many = isinstance(rows, list) and len(rows) > 4
    return {
        "activities_limit": "not_met" if many else "met",
        "activity_length": "met",
        "study_visit_size": "not_applicable",
        "complementarity_stated": "met" if "other_support" in fields else "not_met",
    }


def disposition(form: Form, checks: Checks) -> str:
    """``ready`` where nothing needs a person."""
    fine = {"met", "not_applicable"}
    good = all(fine & set([o] if isinstance(o, str) else o) for o in checks.values())
    return "ready" if good and not form.request.flag else "flagged"
