"""The questions that a candidate may ask where it stands, by its words, its section and its bracket."""

import re
from collections.abc import Iterable, Sequence
from itertools import islice

from extractors.candidates import Candidate
from extractors.headings import LATE, context_after, key_of_hit
from extractors.labels import Hit
from extractors.question_keys import POSITION_OF, SHORT_KEYS, section_of
from extractors.search import Search

SIGNING = {"head_name": "signatory_name", "head_position": "signatory_position"}
"""In the signature block the person responsible is the one who signs."""

THINGS = frozenset({"institution_name", "institution_acronym", "supporting_entity_name", "title"})
"""What has a name and is no person."""

_LAST_BRACKET = re.compile(r"\(([^()]{2,30})\)\W*$")
"""Few words in round brackets; longer ones are hints (``form_speech.LAST_BRACKET``: what may be a remark)."""


def wanted_of(candidate: Candidate, hits: Sequence[Hit], context: str | None, search: Search) -> dict[str, float]:
    """The questions that these of the candidate's hits ask where it stands, with how well its words fit."""
    wanted: dict[str, float] = dict(_by_bracket(candidate, search))
    for hit in hits:
        key = key_of_hit(hit, context, candidate, search)
        if key is not None:
            wanted[key] = max(wanted.get(key, 0.0), hit.score)
            late = search.places.get(candidate.first, 0.0) > LATE
            if (context == "signature" or late) and (signing := SIGNING.get(key)):
                wanted[signing] = max(wanted.get(signing, 0.0), hit.score - (0.0 if context == "signature" else 0.02))
        if hit.group == "short" and search.places.get(candidate.first, 0.0) > LATE:
            signed = SHORT_KEYS[hit.key].get("signature")
            if signed is not None:
                wanted[signed] = max(wanted.get(signed, 0.0), hit.score - 0.02)
        if hit.group == "short" and hit.key in ("position", "role") and (whose := person_before(search, candidate)):
            asked = POSITION_OF[whose]
            wanted[asked] = max(wanted.get(asked, 0.0), hit.score + 0.1)
        elif hit.group == "short":
            following = key_of_hit(hit, context_after(search, candidate), candidate, search)
            if following is not None and following != key:
                near = section_of(following) == "contact" and context != "contact"  # e-mail and telephone come next
                wanted[following] = max(wanted.get(following, 0.0), hit.score + (0.05 if near else -0.04))
    return _of_a_person(wanted) if search.lexicon.names_person(candidate.text) else wanted


def _of_a_person(wanted: dict[str, float]) -> dict[str, float]:
    """``First name and surname`` asks for a person only: in the institution's section for the one at its head."""
    persons = {key: score for key, score in wanted.items() if key not in THINGS}
    if (named := wanted.get("institution_name")) is not None and "head_name" not in persons:
        persons["head_name"] = named - 0.02
    return persons


def person_before(search: Search, candidate: Candidate) -> str | None:
    """The section of the person whose name is asked directly before the candidate, with one answer between."""
    asked = max((last for last in search.persons if last < candidate.first), default=None)
    if asked is None:
        return None
    between = (unit for unit in search.layout.units[asked + 1 : candidate.first] if unit.text.strip())
    if len(list(islice(between, 3))) > 2:
        return None
    return search.persons[asked]


def _by_bracket(candidate: Candidate, search: Search) -> Iterable[tuple[str, float]]:
    """``Head of the institution (position)``: the bracket says which of the section's questions it is."""
    match = _LAST_BRACKET.search(candidate.text) if "(" in candidate.text else None
    if match is None:
        return
    search.lexicon.read_ahead([match[1], candidate.text[: match.start()]])
    inner = [h for h in search.lexicon.hits(match[1]) if h.group == "short" and h.score >= 0.85]
    outer = [h for h in search.lexicon.hits(candidate.text[: match.start()]) if h.group in ("label", "section", "pair")]
    if inner and outer and outer[0].score >= 0.55:
        section = (
            outer[0].key
            if outer[0].group == "section"
            else section_of(outer[0].key if outer[0].group == "label" else f"pair:{outer[0].key}")
        )
        key = SHORT_KEYS[inner[0].key].get(section)
        if key is not None:
            yield key, min(1.0, max(0.85, outer[0].score))
