"""Whether two requests are the same one by two doors: how alike their answers are, and what speaks for it."""

from collections.abc import Iterator

from pipeline.records import Record
from pipeline.request_prints import WEIGHTS, words_of
from pipeline.values import Value

LEAST = 0.6
"""A likeness from here on is shown to a person."""
LONGEST = 800
"""Words of one answer that are compared."""
_SAME = 0.995


class TwinLikeness(Value):
    """How alike the answers of two requests are, 0 to 1 (no probability), and what speaks for it."""

    score: float
    reasons: tuple[str, ...] = ()


def twin_likeness(first: Record, second: Record) -> TwinLikeness:
    """Compare two requests answer by answer; what only one of them answers counts half against it."""
    shares = {key: share for key in WEIGHTS if (share := _share(first, second, key)) is not None}
    both = [key for key in shares if words_of(first, key) and words_of(second, key)]
    weights = {key: WEIGHTS[key] * (1.0 if key in both else 0.5) for key in shares}
    total = sum(weights.values())
    told = sum(WEIGHTS[key] for key in both)
    score = sum(weights[key] * share for key, share in shares.items()) / total if told >= 0.15 else 0.0
    facts = tuple(_facts(first, second))
    if score < LEAST and (said := _translated(first, second, facts)):
        return TwinLikeness(score=LEAST, reasons=(said, *facts))
    return TwinLikeness(score=round(score, 2), reasons=(*_answers(shares, both), *facts))


def _share(first: Record, second: Record, key: str) -> float | None:
    """How much of an answer is the same; null if neither answers."""
    from rapidfuzz.distance import Indel

    ours, theirs = words_of(first, key)[:LONGEST], words_of(second, key)[:LONGEST]
    if not ours and not theirs:
        return None
    return Indel.normalized_similarity(ours, theirs)


def _answers(shares: dict[str, float], both: list[str]) -> Iterator[str]:
    same = [key for key in both if shares[key] >= _SAME]
    if len(same) == len(shares):
        yield f"all {len(same)} compared answers say the same"
    elif both:
        yield f"{len(same)} of {len(shares)} compared answers say the same"
        if "title" in same:
            yield "same title"


def _facts(first: Record, second: Record) -> Iterator[str]:
    for key, words in _FACTS.items():
        told = _value(first, key)
        if told is not None and told == _value(second, key):
            yield words


_FACTS = {
    "institution_name": "same institution as written",
    "contact_email": "same mail address",
    "contact_phone": "same telephone",
    "signatory_name": "same signatory",
    "start_date": "same start",
    "event_date": "same day of the event",
    "duration_months": "same duration",
}


def _translated(first: Record, second: Record, facts: tuple[str, ...]) -> str:
    """Two languages, and all that does not depend on language is the same."""
    languages = {first.document.language, second.document.language} - {"unknown"}
    whom = {"same mail address", "same telephone"} & {*facts}
    when = {"same start", "same day of the event"} & {*facts}
    if len(languages) == 2 and whom and when and len(facts) >= 3 and _rows(first) == _rows(second):
        return "perhaps the same request in another language"
    return ""


def _rows(record: Record) -> int:
    reading = record.fields.get("activities")
    return len(reading.value) if reading and isinstance(reading.value, list) else 0


def _value(record: Record, key: str) -> str | float | None:
    reading = record.fields.get(key)
    return reading.value if reading and isinstance(reading.value, str | float) else None
