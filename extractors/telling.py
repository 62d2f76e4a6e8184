"""What the answers tell of the questions: a second witness beside the words of the labels and their order."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from extractors.answer_model import KIND_OF, chances, kind_of, kinds_of
from extractors.candidates import Candidate
from extractors.looks import CHOICES, is_initials, look_bonus
from extractors.numbering import without_number
from extractors.peeking import peek
from extractors.question_keys import PAIRS, is_worded
from extractors.search import Asked, Search
from pipeline.folding import fold
from pipeline.questions import questions

SELDOM = frozenset(
    {"supporting_entity_name", "supporting_entity_role", "supporting_entity_contact", "institution_mandate"}
)
"""Questions that many forms do without."""
TELLS, DATED = 0.12, 0.08
"""How well an answer suits a question that it tells, a date a question for one (``look_bonus``)."""
NAMED = ("institution_name", "supporting_entity_name")
_SHORT_BEHIND = re.compile(r"[^():]*[^\W\d_]\s[^():]*\((?=[^()]*[A-ZА-Я][^()a-zа-я]*[A-ZА-Я])[^()\s]{3,12}\)\s*")
"""“National Union of Teachers (NUT)”: only institutions are short for something."""
_ROMAN = re.compile("[ivx]+")
SHARED = frozenset(KIND_OF.values())
"""Kinds of answers that several questions ask for: one of them asked leaves the others."""
SURE = 0.8
"""Score from which a label surely asks its question."""
MUCH = 20
"""Words behind a label that is not understood which a person should see."""
FAINT = 0.5
"""How likely an answer is of a kind, at least, among all, to be told from those left: it may be of none."""
TOLD = 0.85
"""How likely an answer answers a question, at least, to tell it without its label."""


def told(search: Search, asked: Sequence[Asked], bid: Asked) -> float | None:
    """How likely the answer is one to this question, among those that no other label of the form surely asks; None
    where it tells nothing."""
    if bid.key == "institution_acronym" and is_initials(peek(search, bid.label)):
        return 1.0
    if bid.key in NAMED and _SHORT_BEHIND.fullmatch(peek(search, bid.label)):
        return 1.0
    found = _answer(search, bid.label)
    if kind_of(bid.key) not in found or not is_worded(bid.key):
        return None
    given = [key for other in asked if other is not bid and other.score >= SURE for key in keys_of(other)]
    sure = {kind_of(key) for key in given} - SHARED
    own, *near = kinds_of(bid.key)
    return _share(found, {own, *near} - (sure - {own}), sure)


def told_apart(
    search: Search, asked: Sequence[Asked], labels: Sequence[Candidate], keys: Collection[str]
) -> Iterator[tuple[Candidate, str]]:
    """Of several labels and questions left over, those pairs of which the answer tells that they belong together."""
    given = {kind_of(key) for bid in asked for key in keys_of(bid)} - {kind_of(key) for key in keys}
    for key in keys:
        if [kind_of(each) for each in keys].count(kind_of(key)) > 1:
            continue
        suited = [label for label in labels if _share(_answer(search, label), [kind_of(key)], given) >= TOLD]
        if len(suited) == 1:
            yield suited[0], key


def is_told(search: Search, label: Candidate, kind: str) -> bool:
    """True if the answer behind a label is surely of a kind."""
    return _share(_answer(search, label), [kind], ()) >= TOLD


def tells_unasked(search: Search, asked: Sequence[Asked], label: Candidate) -> bool:
    """True if the answer behind a label that is not understood is long, so that it may go on with the answer above, or
    surely one to a question that no label asks."""
    words = set(fold(without_number(label.text)).split()) - {"socieux"}
    if not any(word.isalpha() and len(word) > 1 and not _ROMAN.fullmatch(word) for word in words):
        return False  # the number of a section
    if len(peek(search, label).split()) >= MUCH:
        return True
    given = {key for bid in asked for key in keys_of(bid)}
    unasked = {kind_of(key) for key in questions() if key not in given}
    choices = (key for key in CHOICES if key not in given and (search.simple or key != "event_type"))
    chosen = any(tells(search, key, peek(search, label)) for key in choices)  # “English”
    return chosen or any(is_told(search, label, kind) for kind in unasked)


def keys_of(bid: Asked) -> tuple[str, ...]:
    """The questions of the contract that a label asks: one, or the two of a pair."""
    return PAIRS.get(bid.key, (bid.key,))


def _answer(search: Search, label: Candidate) -> Mapping[str, float]:
    return chances(peek(search, label), search.lexicon.data.language)


def _share(found: Mapping[str, float], kinds: Collection[str], without: Collection[str]) -> float:
    """The chance of these kinds among those left, 0 where the text tells nothing."""
    rest = sum(chance for other, chance in found.items() if other not in kinds and other not in without)
    own = sum(found.get(kind, 0.0) for kind in kinds)
    return own / (own + rest) if own >= FAINT else own


def tells(search: Search, key: str, look: str) -> bool:
    """True if what stands behind a label answers this question and hardly another, by its look."""
    return look_bonus(key, look, search.lexicon.data.language) >= (DATED if key.endswith("_date") else TELLS)
