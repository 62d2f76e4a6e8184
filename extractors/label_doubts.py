"""Whether a label may have been misunderstood, so that a person has to look: by its words, its place and its answer."""

from extractors.answer_model import chances, kinds_of
from extractors.confidence import DOUBTFUL, confidence_of, signs_of
from extractors.question_keys import ACTION_KEYS
from extractors.search import Asked
from extractors.sequence import LITTLE
from extractors.telling import FAINT, TOLD

BADLY = 0.6
"""Score below which a label fits so badly that its answer is always shown to a person."""
OF_BOTH = frozenset({"expected_results", "other_support"})
"""What forms for one event ask too, now and then."""
WORDED = 0.6
"""How well the words of a label must fit, at least, to be a witness beside the answer."""
DENIED = 0.05
"""How likely an answer answers a guessed question, at most, to speak against it."""


def is_doubtful(bid: Asked, key: str, answer: str, language: str, one_event: bool) -> bool:
    """True for a question that fits badly, or whose answer is one to another, or that only the full form asks and is
    guessed on a form for one event (``one_event``). False where two witnesses agree: the words of the label and its
    place among the others, or one of them and the answer."""
    denied = _is_denied(bid, key, answer, language)
    borne_out = (bid.told or 0.0) >= TOLD and (bid.placed or bid.base >= WORDED and not bid.overruled)
    foreign = one_event and bid.key in ACTION_KEYS - OF_BOTH
    if bid.turned or foreign and bid.key == "deliverables":
        return True
    if not denied and (borne_out or bid.placed and bid.base > LITTLE):
        return False
    if bid.base < WORDED and (bid.told if bid.told is not None else 1.0) < FAINT and not bid.placed:
        return True
    unusual = bid.score < BADLY or foreign
    overruled = bid.overruled and not bid.placed
    odd = bid.guessed and (unusual or denied or overruled) and bid.key != "activities"
    return odd or confidence_of(signs_of(bid)) < DOUBTFUL


def _is_denied(bid: Asked, key: str, answer: str, language: str) -> bool:
    """True if a guessed question's answer is one to another, as it seemed when labels competed and as it was read."""
    if not bid.guessed or bid.told is None or bid.told >= DENIED:
        return False
    found = chances(" ".join(answer.split()), language)
    return bool(found) and sum(found.get(kind, 0.0) for kind in kinds_of(key)) < DENIED
