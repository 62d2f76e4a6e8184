"""What the keys of the form have to do with its sections: short labels, pairs, and which keys tell the kind of form."""

from pipeline.questions import questions

SHORT_KEYS: dict[str, dict[str, str]] = {
    "name": {
        "institution": "institution_name",
        "head": "head_name",
        "contact": "contact_name",
        "support": "supporting_entity_name",
        "signature": "signatory_name",
        "event": "title",
        "request": "title",
    },
    "position": {
        "institution": "head_position",
        "head": "head_position",
        "contact": "contact_position",
        "signature": "signatory_position",
    },
    "name_and_position": {
        "head": "pair:head",
        "contact": "pair:contact",
        "signature": "pair:signatory",
        "institution": "pair:head",
    },
    "date": {"event": "event_date", "signature": "signature_date", "activities": "start_date"},
    "place": {"event": "event_place", "signature": "signature_place"},
    "title": {
        "request": "title",
        "event": "title",
        "description": "title",
    },
    "type": {"institution": "institution_type", "event": "event_type"},
    "contact": {"support": "supporting_entity_contact", "contact": "contact_name", "institution": "contact_name"},
    "role": {"support": "supporting_entity_role"},
    "acronym": {"institution": "institution_acronym"},
}
"""What a short label asks, by the section it stands in."""

POSITION_OF = {"head": "head_position", "contact": "contact_position", "signature": "signatory_position"}
"""Whose position "position" or "role" asks for where it follows a person's name."""

EVENT_KEYS = frozenset({"event_type", "event_date", "event_place", "contribution_sought"})

ACTION_KEYS = frozenset(
    {
        "expected_results",
        "deliverables",
        "duration_months",
        "start_date",
        "policy_alignment",
        "cross_cutting",
        "other_support",
        "activities",
        "previous_cooperation",
    }
)

PAIRS = {
    "pair:contact": ("contact_name", "contact_position"),
    "pair:head": ("head_name", "head_position"),
    "pair:signatory": ("signatory_name", "signatory_position"),
    "pair:place_date": ("signature_place", "signature_date"),
    "pair:event": ("event_place", "event_date"),
    "pair:address": ("contact_email", "contact_phone"),
}

PERSONS = {
    "head_name": "head",
    "head_position": "head",
    "contact_name": "contact",
    "contact_position": "contact",
    "signatory_name": "signatory",
    "signatory_position": "signatory",
}

SECTION_OF_PAIR = {
    "pair:contact": "contact",
    "pair:head": "head",
    "pair:signatory": "signature",
    "pair:place_date": "signature",
    "pair:event": "event",
    "pair:address": "contact",
}

FOREIGN = {"contact_email": {"support": -0.3, "head": -0.15}, "contact_phone": {"support": -0.3, "head": -0.15}}

NEAR_SECTIONS = {
    "head": ("institution", "signature"),
    "institution": ("head", "contact"),
    "contact": ("institution", "signature"),
    "description": ("request", "event", "activities"),
    "event": ("request", "description"),
    "request": ("description", "event"),
    "expertise": ("complementarity",),
    "complementarity": ("expertise",),
    "activities": ("description",),
}
"""Sections whose questions also stand under the heading of another."""


WORDED = ("text", "line", "list")
"""Kinds of questions whose answers the words tell; dates, figures and options are told by their form."""


def is_worded(key: str) -> bool:
    """True for a question, or a pair of questions, of which the words of an answer tell that it is asked."""
    return key in PAIRS or key in questions() and questions()[key].kind in WORDED


def section_of(key: str) -> str:
    """The section a question belongs to."""
    if key in SECTION_OF_PAIR:
        return SECTION_OF_PAIR[key]
    return "signature" if key == "signature" else questions()[key].section


def place_of(key: str) -> float:
    """Where on a form the question usually stands, 0 the first, 1 the last."""
    if key in PAIRS:
        return questions()[PAIRS[key][0]].place
    return 1.0 if key == "signature" else questions()[key].place
