"""The seventeen checks in the contract's order, each a function from the case to a verdict."""

from collections.abc import Callable

from classifiers import rules_activities, rules_content, rules_form, rules_scope
from classifiers.case import Case, Verdict, as_check
from pipeline.records import Check

SCOPE = ("country_eligible", "institution_eligible", "theme_in_scope")

RULES: dict[str, Callable[[Case], Verdict]] = {
    "country_eligible": rules_scope.country_eligible,
    "institution_eligible": rules_scope.institution_eligible,
    "theme_in_scope": rules_scope.theme_in_scope,
    "form_complete": rules_form.form_complete,
    "form_signed": rules_form.form_signed,
    "form_dated": rules_form.form_dated,
    "accepted_format": rules_form.accepted_format,
    "form_kind_fits": rules_form.form_kind_fits,
    "activities_limit": rules_activities.activities_limit,
    "one_action_at_a_time": rules_activities.one_action_at_a_time,
    "activity_length": rules_activities.activity_length,
    "no_financial_support": rules_content.no_financial_support,
    "study_visit_size": rules_activities.study_visit_size,
    "demand_driven": rules_content.demand_driven,
    "own_contribution": rules_content.own_contribution,
    "complementarity_stated": rules_content.complementarity_stated,
    "security": rules_content.security,
}


def run_rules(case: Case) -> dict[str, Verdict]:
    """Every rule's verdict, by rule, in the contract's order."""
    return {name: judge(case) for name, judge in RULES.items()}


def checks_of(case: Case, verdicts: dict[str, Verdict]) -> tuple[Check, ...]:
    """The verdicts as the record has them, each with its section and edition of the guide."""
    return tuple(as_check(name, verdict, case.rule(name)) for name, verdict in verdicts.items())
