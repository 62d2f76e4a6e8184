"""The usual order of the questions, and which of them is missing where."""

from collections.abc import Sequence
from functools import cache

from extractors.search import Asked, Search
from extractors.telling import keys_of

BEGINNING = (
    "institution_name",
    "institution_type",
    "institution_country",
    "institution_address",
    "head_name",
    "head_position",
    "contact_name",
    "contact_position",
    "contact_email",
    "contact_phone",
    "title",
)
FULL = (
    *BEGINNING,
    "declared_theme",
    "background",
    "objectives",
    "expected_results",
    "deliverables",
    "target_groups",
    "policy_alignment",
    "cross_cutting",
    "activities",
    "start_date",
    "duration_months",
    "expertise_sought",
    "preferred_experience",
    "working_languages",
    "other_support",
    "contributions",
)
"""What nearly every form for an action asks, in the order most editions have."""
SINGLE_EVENT = (
    *BEGINNING,
    "event_type",
    "event_date",
    "event_place",
    "declared_theme",
    "background",
    "objectives",
    "target_groups",
    "contribution_sought",
    "expertise_sought",
    "contributions",
)
"""The same for one event."""
ENTITY = ("supporting_entity_name", "supporting_entity_contact", "supporting_entity_role")
"""The three questions on a supporting entity."""


def missing(search: Search, asked: Sequence[Asked], at: int) -> tuple[str, ...]:
    """The usual questions between those asked before and behind the unit ``at`` that no label asks; ``asked`` stand in
    their order on the form."""
    order = SINGLE_EVENT if search.simple else FULL
    places = _places(order)
    before = (bid for bid in reversed(asked) if bid.label.first < at)
    behind = (bid for bid in asked if bid.label.first > at)
    first = next((places[key] for bid in before for key in reversed(keys_of(bid)) if key in places), -1) + 1
    last = next((places[key] for bid in behind for key in keys_of(bid) if key in places), len(order))
    room = order[first:last]
    given = {key for bid in asked for key in keys_of(bid)} if room else set()
    return tuple(key for key in room if key not in given)


@cache
def _places(order: tuple[str, ...]) -> dict[str, int]:
    return {key: place for place, key in enumerate(order)}


def without(asked: Sequence[Asked], bid: Asked) -> list[Asked]:
    """The questions but for one."""
    return [each for each in asked if each is not bid]
