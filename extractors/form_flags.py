"""What a person should know of the form as a whole: its language, its edition, questions missed or not understood."""

from collections.abc import Iterator

from extractors.candidates import Candidate
from extractors.editions import EditionMatch
from extractors.labels import Hit
from extractors.question_keys import PAIRS, SHORT_KEYS
from extractors.search import Found
from extractors.telling import SELDOM
from pipeline.questions import questions
from pipeline.records import Flag, Severity

CORE = (
    ("institution_name",),
    ("institution_country",),
    ("title",),
    ("background", "objectives"),
    ("contact_name", "contact_email"),
)
"""No request form is without these; of each line one is enough."""
ONCE = frozenset(
    {key for group in CORE for key in group if key != "contact_name"}
    | {"institution_type", "institution_acronym", "institution_mandate", "policy_alignment", "contributions"}
    | {"other_support", "declared_theme"}
) - {"objectives"}
"""Questions that no form asks twice; of activities and persons much is asked again and again."""
MOST_AGAIN = 3
"""So many of them may stand a second time by chance: in an instruction, in a list of what to attach."""
LIKELY = 0.56
"""Score from which an unknown wording probably asks a question that was not found elsewhere."""


def form_flags(found: Found, language: str, edition: EditionMatch, unsaid: frozenset[str]) -> Iterator[Flag]:
    """The flags of a form as a whole; ``unsaid``: questions for a paragraph or more left without an answer."""
    if language == "unknown":
        message = "The form is in none of the five languages, or in a mixture; please read it."
        yield Flag(code="unknown_language", severity="warning", message=message)
    if edition.name == "unknown":
        near = (
            f" The nearest is {edition.nearest}: {edition.share:.0%} of its print was found." if edition.nearest else ""
        )
        message = f"The form is of no known edition and was read by its labels.{near}"
        yield Flag(code="unknown_edition", severity="info", message=message)
    if len(again := found.again & ONCE) > MOST_AGAIN:
        named = ", ".join(sorted(key.replace("_", " ") for key in again))
        message = f"The file seems to hold a second form, which was not read: it asks twice for {named}."
        yield Flag(code="several_forms", severity="warning", message=message)
    yield from _missing(found)
    if edition.name == "unknown":
        yield from _not_understood(found, unsaid)


def _missing(found: Found) -> Iterator[Flag]:
    keys = {key for bid in found.asked for key in PAIRS.get(bid.key, (bid.key,))}
    for group in CORE:
        if not keys & set(group):
            names = " or ".join(key.replace("_", " ") for key in group)
            message = f"No question for {names} was found; every form has one, please look."
            yield Flag(code="question_not_found", severity="warning", message=message, field=group[0])


def _is_missing(hit: Hit, keys: set[str]) -> bool:
    """True if no other label asks what this one may ask; of a short label ("Acronym") in any section."""
    if hit.group == "short":
        asks = {*SHORT_KEYS[hit.key].values()} - SELDOM
        return bool(asks) and keys.isdisjoint(asks)
    return hit.key in questions() and hit.key not in keys


def _not_understood(found: Found, unsaid: frozenset[str]) -> Iterator[Flag]:
    """A label not understood may ask what no other label asks, or one that has no answer: a heading, perhaps."""
    keys = {key for bid in found.asked for key in PAIRS.get(bid.key, (bid.key,))} - unsaid
    longest: dict[int, Candidate] = {}
    begins = found.asked[0].label.first if found.asked else 0
    for label in found.unknown:
        if label.first < begins:
            continue
        if label.first not in longest or len(label.text) < len(longest[label.first].text):
            longest[label.first] = label
    for label in longest.values():
        asks = [hit for hit in label.hits[:2] if hit.score >= LIKELY]
        likely = label.first in found.telling or any(_is_missing(hit, keys) for hit in asks)
        likely = likely and label.first not in found.needless or label.first in found.answered
        yield _unknown(label.text, "warning" if likely else "info")
    for text in found.in_doubt:
        yield _unknown(text, "warning")


def _unknown(text: str, severity: Severity) -> Flag:
    message = f"The form asks something the software does not know: “{text[:100]}”."
    return Flag(code="unknown_question", severity=severity, message=message)
