"""Whether the guide lists the country that a country field names (guide, section 4)."""

from functools import lru_cache
from typing import Literal

from pipeline.countries import country_list, country_names
from pipeline.country_naming import CountryHints, Finding, name_country, titles_of
from pipeline.values import Value

__all__ = ["CountryHints", "CountryVerdict", "judge_country"]

CountryOutcome = Literal["met", "not_met", "needs_judgement", "cannot_tell"]


class CountryVerdict(Value):
    """The ISO 3166-1 alpha-2 code (XK for Kosovo) or null, the guide's lists, the outcome of the rule
    ``country_eligible``, the reason in a sentence, and the words it rests on."""

    code: str | None = None
    lists: tuple[str, ...] = ()
    outcome: CountryOutcome = "cannot_tell"
    reason: str
    quote: str = ""


@lru_cache(maxsize=4096)
def judge_country(text: str, hints: CountryHints | None = None) -> CountryVerdict:
    """The country that the answer to a country question names, and whether the guide lists it. ``hints`` decide only
    between the meanings of an ambiguous name. Guide, sections 1.3 and 4; contract, section 5."""
    finding = name_country(text, hints)
    if finding.code is None:
        return CountryVerdict(reason=finding.why, quote=finding.quote)
    return _on_the_list(finding, finding.quote)


def _on_the_list(finding: Finding, quote: str) -> CountryVerdict:
    places, code = country_list(), finding.code or ""
    name, lists = titles_of([code]), places.lists_of(code)
    note = f" {finding.why}" if finding.why else ""
    if lists:
        footnote = places.footnotes.get(code)
        kinds = "; ".join(places.list_names[key] for key in lists)
        reason = f"{name}{'*' if footnote else ''} is on the guide's list of {places.edition} ({kinds}).{note}"
        return CountryVerdict(
            code=code, lists=lists, outcome="met", quote=quote, reason=f"{reason} * {footnote}" if footnote else reason
        )
    absent = f"{name} is not on the guide's list of {places.edition} (section 4)"
    if code in places.formerly_active.places:
        reason = (
            f"{absent}, but is named as a country where the facility has been active: "
            f"{places.formerly_active.source}; the analyst decides.{note}"
        )
        return CountryVerdict(code=code, outcome="needs_judgement", reason=reason, quote=quote)
    why = ": an outermost region, EU territory" if code in country_names().outermost else ""
    return CountryVerdict(code=code, outcome="not_met", reason=f"{absent}{why}.{note}", quote=quote)
