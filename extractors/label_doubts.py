"""Whether a label may have been misunderstood, so that a person has to look: by its words, its place and its answer."""

import re
from dataclasses import replace

from extractors.answer_model import FEWEST, chances, kinds_of
from extractors.confidence import DOUBTFUL, confidence_of, signs_of
from extractors.looks import CODE, is_named_in_full
from extractors.numbering import without_number
from extractors.question_keys import ACTION_KEYS
from extractors.search import Asked
from extractors.sequence import LITTLE
from extractors.telling import FAINT, TOLD
from extractors.usual_order import ENTITY, FULL, SINGLE_EVENT
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language, says_nothing
from pipeline.questions import questions

BADLY = 0.6
"""Score below which a label fits so badly that its answer is always shown to a person."""
OF_BOTH = frozenset({"expected_results", "other_support"})
"""What forms for one event ask too, now and then."""
FITTING = 0.6
"""How well the words of a label must fit, at least, to be a witness beside the answer."""
HARDLY, BEYOND_DOUBT = 0.55, 0.98
"""The same for an answer that leaves no doubt, and how likely such a one answers the question."""
SPARE = frozenset(questions()) - {*FULL, *SINGLE_EVENT} - {key for key in questions() if key.startswith("signat")}
"""Questions that most forms do without."""
WELL = 0.8
"""How well the words of a label must fit to ask such a question with an answer that is hardly one to it."""
CLEARLY, HINTED = 0.5, 0.25
"""By how much the words of a label must fit such a question better than any other, and how likely the answer is one
to it then, at least."""
CLEAR_HERE, UNLIKELY = 0.4, 0.02
"""By how much the words of a label must fit in such company, and how likely the answer is one to it, at least."""
_SITE = re.compile(r"[^\W_]\.[^\W\d_]{2,}")
_LABELLED = re.compile(r"\s*\(?(?:[^\W\d_]{0,2}\d{1,2}(?:\.\d{1,2})*)[.)]?\s+[^:]*[^\W\d_]{3}[^:]*:\s")
"""“2.4) Reference number of your file: 2025/17”"""
_NUMBERED = re.compile(r"\s*(?:\*\s*)?(\d{1,2})[.)]\s+[^\W\d_]")
_OF_THE_FORM = re.compile(r"[☐☒]|\*\)?\s*:")
"""What only the form prints: a box, a colon behind an asterisk."""
NAMES, LONGEST_NAME = frozenset({"head_name", "contact_name", "signatory_name"}), 12
"""Questions for a person, and words in the longest name with a title."""
SURELY_READ, LIKENED = 0.85, 0.65
"""How sure the classifier must be of a label's words, and how much they must resemble one of the data."""
DENIED = 0.05
"""How likely an answer answers a guessed question, at most, to speak against it."""


def is_doubtful(bid: Asked, key: str, answer: str, language: str, one_event: bool) -> bool:
    """True for a question that fits badly, or whose answer is one to another, or that only the full form asks and is
    guessed on a form for one event (``one_event``). False where two witnesses agree: the words of the label and its
    place among the others, or one of them and the answer."""
    if bid.base >= FITTING and says_nothing(answer, language):
        bid = replace(bid, told=None)  # “n/a” answers one question as well as another
    denied = _is_denied(bid, key, answer, language)
    told = bid.told or 0.0
    if bid.key == "duration_months" and bid.base >= WELL:
        told = _chance(key, answer, language)
    least = HARDLY if told >= BEYOND_DOUBT else FITTING
    borne_out = told >= TOLD and (bid.placed or bid.base >= least and not bid.overruled)
    foreign = one_event and bid.key in ACTION_KEYS - OF_BOTH
    if bid.key == "event_date" and bid.guessed and not one_event:
        return True
    if one_event and bid.key == "other_support" and bid.guessed and bid.base < WELL:
        return True
    alone = bid.overruled and bid.key.startswith("signat")  # who signs is asked among the last
    alone = alone or bid.guessed and bid.key != "other_support" and _asks_others(bid.label.text, language)
    if _is_next_label(bid, answer):
        return True
    if bid.turned or alone or foreign and bid.key == "deliverables" or _is_misshapen(key, answer, language):
        return True
    if not denied and (borne_out or bid.placed and bid.base > LITTLE) or _is_vouched_for(bid, answer, language):
        return False
    if _is_weak(bid, answer, language):
        return True
    unusual = bid.score < BADLY or foreign
    overruled = bid.overruled and not bid.placed
    odd = bid.guessed and (unusual or denied or overruled) and bid.key != "activities"
    return odd or confidence_of(signs_of(bid)) < DOUBTFUL


def _asks_others(label: str, language: str) -> bool:
    """True for “Other languages understood”: what it asks is asked elsewhere, and this is something else."""
    first = without_number(label).split()[:1]
    return bool(first) and language in LANGUAGES and fold(first[0]) in map(fold, load_language(language).marks.other)


def _is_vouched_for(bid: Asked, answer: str, language: str) -> bool:
    """True for a question among those it belongs to whose words fit clearly, or whose answer is of its kind: the
    reader of answers alone does not speak against it, unless it is certain."""
    if not bid.in_company or bid.overruled or bid.base <= LITTLE:
        return False
    silent = says_nothing(answer, language)
    found = chances(" ".join(answer.split()), language)
    if bid.key == "supporting_entity_contact":
        return silent or "@" in answer or found.get("person", 0.0) >= TOLD
    if bid.key == "supporting_entity_name":
        return silent or found.get("institution_name", 0.0) >= TOLD
    clear = bid.base >= WELL and bid.margin >= (HINTED if bid.key == "supporting_entity_role" else CLEAR_HERE)
    certain = bid.key != "attachments_listed" and not silent and _chance(bid.key, answer, language) < UNLIKELY
    return clear and not certain


def _is_weak(bid: Asked, answer: str, language: str) -> bool:
    """True for words that hardly fit, away from the question's place, or for any guess at a question that most forms do
    without, where the answer tells nothing: an odd question is soonest taken for such a one."""
    likely = max(bid.told or 0.0, _chance(bid.key, answer, language))
    clear = bid.base >= WELL and bid.margin >= CLEARLY
    tells_nothing = bid.told is not None and likely < (HINTED if clear else FAINT)
    tells_little = tells_nothing or bid.told is not None and likely < TOLD and bid.base < WELL
    if bid.key in SPARE and bid.key != "attachments_listed" and bid.guessed and tells_little:
        return True
    if bid.guessed and bid.base < HARDLY and not bid.placed:
        return True
    return bid.base < FITTING and not bid.placed and (bid.key in SPARE or tells_nothing)


def _chance(key: str, answer: str, language: str) -> float:
    """How likely the answer, as it was read, is one to this question."""
    found = chances(" ".join(answer.split()), language)
    return sum(found.get(kind, 0.0) for kind in kinds_of(key))


def _is_misshapen(key: str, answer: str, language: str) -> bool:
    """True for an answer that has not the form of what is asked: words for a website or an acronym, the number of a
    file for a telephone, a numbered question of its own."""
    if says_nothing(answer, language):
        return False
    if questions()[key].kind == "line" and (_LABELLED.match(answer) or _OF_THE_FORM.search(answer)):
        return True
    if key in NAMES:
        return "@" in answer or len(answer.split()) > LONGEST_NAME
    if key == "institution_acronym":
        return is_named_in_full(answer)
    if key == "institution_website":
        return not _SITE.search(answer)
    return key == "contact_phone" and bool(CODE.search(answer))


def _is_read_twice(bid: Asked) -> bool:
    """True for words that the classifier is sure of and that resemble the data's labels for the same question more than
    those for others: two witnesses, be the answer ever so odd."""
    likened = [hit for hit in bid.label.hits if hit.group == "label" and hit.key not in ENTITY]
    return bid.base >= SURELY_READ and bool(likened) and likened[0].key == bid.key and likened[0].score >= LIKENED


def _is_next_label(bid: Asked, answer: str) -> bool:
    """True for an answer that bears the number behind the label's own: “30. Its tasks” to “29. Supporting body”."""
    own, behind = (_NUMBERED.match(text) for text in (bid.label.text, answer))
    return own is not None and behind is not None and int(behind[1]) - int(own[1]) == 1


def _is_denied(bid: Asked, key: str, answer: str, language: str) -> bool:
    """True if a guessed question's answer is one to another, as it seemed when labels competed and as it was read."""
    if not bid.guessed or bid.told is None or bid.told >= DENIED or _is_read_twice(bid):
        return False
    return len(answer.split()) >= FEWEST and _chance(key, answer, language) < DENIED
