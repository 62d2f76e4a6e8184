"""What speaks for a question that was found, and against it: its place among the others, its answer, its neighbours."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extractors.looks import CHOICES, names_option
from extractors.peeking import peek
from extractors.question_keys import section_of
from extractors.search import Asked, Search
from extractors.telling import SELDOM, TOLD, keys_of, tells, told
from extractors.usual_order import ENTITY, missing, without
from extractors.whose import is_among_signing, names_another
from pipeline.country_naming import name_country
from pipeline.folding import fold
from pipeline.questions import questions

TURNED = (("expected_results", "objectives"), ("deliverables", "expected_results"), ("deliverables", "objectives"))
"""Questions alike in meaning, the other way round than usual."""
SURELY_DATED = 0.85
"""How well words of its own must ask for the day of signing: any date would answer them."""
COMPANY: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "title": ((), ("declared_theme", "background")),
    "institution_mandate": (("institution_", "declared_theme"), ("institution_", "head_", "contact_")),
    "supporting_entity_name": ((), ("supporting_entity_",)),
    "supporting_entity_contact": (("supporting_entity_name",), ()),
    "supporting_entity_role": (("supporting_entity_",), ()),
    "previous_cooperation": (
        ("other_support", "contributions", "security_situation", "supporting_entity_"),
        ("other_support", "contributions", "security_situation", "attachments_listed"),
    ),
    "security_situation": (
        ("contributions", "other_support", "previous_cooperation", "working_languages", "preferred_experience"),
        ("attachments_listed", "signat"),
    ),
    "attachments_listed": ((), ("signat",)),
}
"""What such questions usually stand behind and before: how the keys begin; nothing where anything may stand."""
OVERRULED = 0.1
"""How much better, at least, the words of a label must suit another question to speak for that one."""


def placed(search: Search, asked: list[Asked]) -> list[Asked]:
    """The questions with a note on those that stand where nothing else is missing, on what their answers tell, and on
    neighbours alike in meaning that stand the other way round than usual: if one is guessed, each may be the other."""
    given = {key for bid in asked for key in keys_of(bid)}
    asked = [
        replace(bid, told=_told(search, asked, bid), overruled=_is_overruled(bid, given) or _signs_alone(asked, at))
        for at, bid in enumerate(asked)
    ]
    turned = {id(bid) for pair in pairwise(asked) if _are_turned(*pair) for bid in pair}
    return [
        replace(
            bid,
            placed=bid.placed or missing(search, without(asked, bid), bid.label.first) == (bid.key,),
            turned=id(bid) in turned or _is_astray(asked, at) or names_another(search, bid),
            in_company=_is_in_company(asked, at),
        )
        for at, bid in enumerate(asked)
    ]


def _is_in_company(asked: Sequence[Asked], at: int) -> bool:
    """True for a question that forms may do without, directly before or behind those it belongs to."""
    before, behind = COMPANY.get(asked[at].key, ((), ()))
    above = keys_of(asked[at - 1])[-1] if at else ""
    below = keys_of(asked[at + 1])[0] if at + 1 < len(asked) else ""
    ahead, after = above.startswith(before) if before else None, below.startswith(behind) if behind else None
    return bool(before or behind) and False not in (ahead, after)


def _is_astray(asked: Sequence[Asked], at: int) -> bool:
    """True for a question on the applicant among those on who signs, and for a guessed label for a contact that stands
    among the questions on somebody else's: that of the supporting entity away from its name and role, that of the
    applicant between them."""
    bid = asked[at]
    if is_among_signing(asked, at):
        return True
    near = {key for each in (*asked[max(at - 1, 0) : at], *asked[at + 1 : at + 2]) for key in keys_of(each)}
    if bid.key == "supporting_entity_contact":
        return bid.guessed and near.isdisjoint(ENTITY)
    of_contact = {"contact_position", "contact_email", "contact_phone"}
    return bid.key == "contact_name" and bid.guessed and not near.isdisjoint(ENTITY) and near.isdisjoint(of_contact)


def _told(search: Search, asked: list[Asked], bid: Asked) -> float | None:
    """How likely the answer is one to this question; its options, a date or a country tell it for certain."""
    look = peek(search, bid.label)
    language = search.lexicon.data.language
    named = bid.key in CHOICES and names_option(bid.key, look, language)
    dated = bid.key.endswith("_date") and tells(search, bid.key, look)
    if named or dated or bid.key == "institution_country" and _is_country(look):
        return 1.0
    return told(search, asked, bid)


def _is_country(look: str) -> bool:
    """True for the name of one country and nothing else."""
    found = name_country(look)
    return found.code is not None and fold(found.quote) == fold(look)


def _is_overruled(bid: Asked, given: set[str]) -> bool:
    seldom = frozenset() if "supporting_entity_name" in given else SELDOM
    others = [h.score for h in bid.label.hits if h.key in questions() and h.key not in given and h.key not in seldom]
    return bid.guessed and bid.key not in CHOICES and max(others, default=0.0) > bid.base + OVERRULED


def _signs_alone(asked: Sequence[Asked], at: int) -> bool:
    """True for a label in words of its own that would ask who signs, where or when, with nothing of the kind asked
    before or behind it, or whose words hardly ask for the day: “Date of the last reform” asks for another."""
    near = [bid for bid in (*asked[max(at - 1, 0) : at], *asked[at + 1 : at + 2]) if section_of(bid.key) == "signature"]
    hardly = asked[at].key == "signature_date" and asked[at].base < SURELY_DATED
    unsure = asked[at].guessed or asked[at].base < SURELY_DATED
    return unsure and section_of(asked[at].key) == "signature" and (hardly and asked[at].guessed or not near)


def _are_turned(before: Asked, behind: Asked) -> bool:
    keys = before.key, behind.key
    told = min(before.told or 0.0, behind.told or 0.0) >= TOLD
    return keys in TURNED and (before.guessed or behind.guessed) and not told
