"""What the usual order of the questions tells: which of them is missing between two others, and which label asks it.

A label in words that say nothing is still the label of a question; where one question alone is missing between its
neighbours, that is what it asks, and a person is asked to look.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby, pairwise

from extractors.answer_model import chances
from extractors.candidates import Candidate
from extractors.headings import LATE, context_of
from extractors.label_ends import style_of
from extractors.looks import CHOICES, look_bonus, names_option
from extractors.numbering import without_number
from extractors.peeking import peek, peek_lines
from extractors.question_keys import section_of
from extractors.search import Asked, Search
from extractors.telling import SELDOM, TOLD, is_told, keys_of, told, told_apart
from pipeline.country_naming import name_country
from pipeline.document import TICKED, UNTICKED
from pipeline.folding import fold
from pipeline.languages import says_nothing
from pipeline.questions import questions

_BEGINNING = (
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
    *_BEGINNING,
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
    *_BEGINNING,
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
ENTITY = ("supporting_entity_name", "supporting_entity_contact", "supporting_entity_role")
CORE = ("institution_name", "title")
"""Every form asks for them, in a line."""
ADDRESSES = ("contact_email", "institution_website")
"""Questions whose answers look like no other's, beside those with boxes to tick."""
TELLS, DATED, UNLIKE = 0.12, 0.08, -0.1
"""How well an answer suits a question that it tells, a date a question for one, and how badly an answer suits a
question that it cannot answer (``look_bonus``)."""
OVERRULED = 0.1
"""How much better, at least, the words of a label must suit another question to speak for that one."""
NAME_BEFORE = {
    "head_position": "head_name",
    "contact_position": "contact_name",
    "contact_email": "contact_name",
    "contact_phone": "contact_name",
    "signatory_position": "signatory_name",
}
"""Whose name is asked before what."""
WHOSE = {
    "head_name": "head",
    "pair:head": "head",
    "contact_name": "contact",
    "pair:contact": "contact",
}
"""The person a question for a name is about, as the sections are called."""
POST_BEHIND = {name: post for post, name in NAME_BEFORE.items() if post.endswith("_position")}
BOXES_TELL = BESIDE = 0.6
"""How sure a question is that the options of its boxes tell, or a person's other answers beside it."""
UNSURE = 0.8
"""Score below which a guessed question gives way to one that every form asks."""
ANOTHER = 0.6
"""How well the words of a label must name another person, at least, to speak for that one."""
LITTLE = 0.5
"""How well the words of a label fit, at least, where its place says what it asks."""


def with_core(search: Search, awarded: list[Asked], bids: Sequence[Asked]) -> list[Asked]:
    """Give the institution's name and the title, where nothing asks for them or no answer stands there, to a label that
    has been taken for a question which many forms do without: to the one whose words suit best, or else to a guessed
    one that stands where they are missing."""
    for key in CORE:
        holder = next((bid for bid in awarded if bid.key == key), None)
        if holder is not None and peek(search, holder.label):
            continue
        seldom = {b.label.first: b for b in awarded if _may_be_wrong(b) and _must_answer(search, b.label)}
        suits = [bid for bid in bids if bid.key == key and bid.label.first in seldom]
        suits += [
            Asked(key, b.label, LITTLE, 0.0, LITTLE, guessed=True)
            for b in seldom.values()
            if b.guessed and b.key in SELDOM and key in _missing(search, _without(awarded, b), b.label.first)
        ]
        if suits:
            given_up = (holder, seldom[suits[0].label.first])
            kept = [bid for bid in awarded if bid not in given_up]
            awarded = _without_entity_parts(sorted([suits[0], *kept], key=lambda bid: bid.label.first))
    return awarded


def _may_be_wrong(bid: Asked) -> bool:
    return bid.key in SELDOM or bid.guessed and bid.score < UNSURE and bid.key not in CORE


def _must_answer(search: Search, label: Candidate) -> bool:
    """True if an answer stands there and the label does not say that it may stay empty."""
    return bool(peek(search, label)) and not search.lexicon.says_optional(label.text)


def _without_entity_parts(awarded: list[Asked]) -> list[Asked]:
    """Where no supporting entity is asked for, neither is its role."""
    if any(bid.key == "supporting_entity_name" for bid in awarded):
        return awarded
    return [bid for bid in awarded if not bid.key.startswith("supporting_entity")]


def filled(search: Search, asked: list[Asked], unknown: Iterable[Candidate]) -> list[Asked]:
    """The questions with those that labels in unknown words ask: by their place, or by what stands behind them."""
    longest_first = sorted(unknown, key=lambda label: -len(label.text))
    asked = _below_heading(search, asked, longest_first)
    asked = [*asked, *_beside_entity(search, asked, longest_first)]
    labels = {label.first: label for label in longest_first if _may_ask(search, label)}
    in_order = [labels[first] for first in sorted(labels)]
    found = [*asked, *_by_place(search, asked, in_order)]
    found += _by_look(search, found, in_order)
    found += _by_answer(search, found, in_order)
    unique = {bid.key: bid for bid in reversed(found)}
    return sorted(unique.values(), key=lambda bid: bid.label.first)


MAY_NAME = 0.3
"""How likely words are the name of an institution, at least, to be one below a heading that asks for it."""


def _below_heading(search: Search, asked: list[Asked], unknown: list[Candidate]) -> list[Asked]:
    """Where the heading “The supporting organisation” was taken for the question for its name, that is asked by the
    first label in unknown words below it, if a name or “n/a” stands behind that: “Name”."""
    units = search.layout.units
    headings = {index for index, _ in search.headings}
    asking = [label for label in unknown if label.first not in headings]
    for bid, behind in pairwise(asked):
        below = [label for label in asking if bid.label.last < label.first < behind.label.first]
        if bid.key != "supporting_entity_name" or not below:
            continue
        first = min(each.first for each in below)
        label = min((each for each in below if each.first == first), key=lambda each: not peek(search, each))
        between = [unit for unit in units[bid.label.last + 1 : label.first] if unit.text.strip()]
        heads = style_of(units[bid.label.first]) != style_of(units[label.first]) and all(u.all_italic for u in between)
        suits = chances(peek(search, label), search.lexicon.data.language).get("institution_name", 0.0) >= MAY_NAME
        if heads and (_is_left_open(search, label) or suits):
            moved = replace(bid, label=label, base=BESIDE, guessed=True, placed=True)
            return [moved if each is bid else each for each in asked]
    return asked


def _beside_entity(search: Search, asked: list[Asked], unknown: list[Candidate]) -> Iterator[Asked]:
    """What is left of the three questions on a supporting entity: its role is asked by the first label in unknown words
    that stands behind its name and contact, if its answer tells so or nothing stands behind it."""
    whose = {key: bid.label for bid in asked for key in keys_of(bid) if key in ENTITY}
    if "supporting_entity_name" not in whose:
        return
    first, last = (pick(label.last for label in whose.values()) for pick in (min, max))
    others = {bid.label.first for bid in asked} | {index for index, _ in search.headings} | search.series
    end = min((index for index in others if index > last), default=last)
    left = [key for key in ENTITY if key not in whose]
    near = sorted((label for label in unknown if first < label.first < end), key=lambda label: label.first)
    behind = [label for label in near if label.first > last]
    lines = [list(group) for _, group in groupby(near, lambda label: label.first)]
    said_first = [min(group, key=lambda label: not peek(search, label)) for group in lines]
    if len(lines) == len(left) and all(_is_left_open(search, label) for label in said_first):
        for key, each in zip(left, said_first, strict=True):
            yield Asked(key, each, LITTLE, 0.0, BESIDE, guessed=True, placed=True)
        return
    label = behind[0] if behind and _asks_role(behind[0], left) else None
    if label is not None and (not peek(search, label) or is_told(search, label, "supporting_entity_role")):
        yield Asked("supporting_entity_role", label, LITTLE, 0.0, BESIDE, guessed=True, placed=True)


def _asks_role(label: Candidate, left: list[str]) -> bool:
    """True if only the supporting entity's role is left to ask, or of what is left the words may ask for that alone."""
    return [key for key in left if any(hit.key == key for hit in label.hits) or len(left) == 1] == [
        "supporting_entity_role"
    ]


def _is_left_open(search: Search, label: Candidate) -> bool:
    """True if nothing, or “n/a”, stands behind a label."""
    look = peek_lines(search, label)[:1]
    return not look or says_nothing(look[0], search.lexicon.data.language)


def _may_ask(search: Search, label: Candidate) -> bool:
    units = search.layout.units
    behind = next((unit for unit in units[label.last + 1 :] if unit.text.strip()), None)
    if label.where == "line" and behind is not None and behind.all_italic and not units[label.first].all_italic:
        return False  # a heading, and what it tells
    return bool(peek(search, label)) and not _is_dangling(label) and not search.lexicon.is_not_kept(label.text)


def _is_dangling(label: Candidate) -> bool:
    """True for “Part 2 –”: what stands behind the dash is no answer but the heading's words."""
    words = without_number(label.text).split()
    return label.text.rstrip().endswith(("–", "—", "-")) and sum(word.isalpha() for word in words) < 2


def _by_place(search: Search, asked: list[Asked], labels: list[Candidate]) -> Iterator[Asked]:
    """Labels between neighbours that leave room for just as many questions, or for one that their words speak for, or
    their answers."""
    language = search.lexicon.data.language
    for keys, group in groupby(labels, lambda label: _missing(search, asked, label.first)):
        waiting = list(group)
        hinted = {key: label for label, key in (*told_apart(search, asked, waiting, keys), *_hinted(waiting, keys))}
        even = len(waiting) == len(keys)
        fitting = zip(waiting, keys, strict=True) if even else ((label, key) for key, label in hinted.items())
        for label, key in fitting:
            if look_bonus(key, peek(search, label), language) > UNLIKE:
                base = max([hit.score for hit in label.hits if hit.key == key], default=LITTLE)
                yield Asked(key, label, LITTLE, 0.0, base, guessed=True)


def _hinted(labels: list[Candidate], keys: tuple[str, ...]) -> Iterator[tuple[Candidate, str]]:
    """The labels whose words speak for one of the missing questions alone."""
    for label in labels:
        hinted = {hit.key for hit in label.hits if hit.score >= LITTLE} & set(keys)
        if len(hinted) == 1:
            yield label, hinted.pop()


def _by_look(search: Search, found: list[Asked], labels: list[Candidate]) -> Iterator[Asked]:
    """Labels behind which stands what only one question left over has: boxes with its options, an address, a date."""
    used, given = {bid.label.first for bid in found}, {bid.key for bid in found}
    for label in labels:
        look = peek(search, label)
        boxes = TICKED in look or UNTICKED in look
        late = search.places.get(label.first, 0.0) >= LATE
        dates = ("signature_date" if late else "event_date" if search.simple else "start_date",)
        left = [key for key in (CHOICES if boxes else (*ADDRESSES, *dates)) if key not in given]
        telling = [key for key in left if _tells(search, key, look)]
        if label.first not in used and len(telling) == 1:
            given.add(telling[0])
            yield Asked(telling[0], label, LITTLE, 0.0, BOXES_TELL if boxes else LITTLE, guessed=True, placed=boxes)


def _by_answer(search: Search, found: list[Asked], labels: list[Candidate]) -> Iterator[Asked]:
    """Labels left over whose answers are those to one question that the form does not ask elsewhere, or the name or
    post of a person beside whom the other is asked."""
    used, given = {bid.label.first for bid in found}, {key for bid in found for key in keys_of(bid)}
    left = [label for label in labels if label.first not in used]
    keys = [key for key in (SINGLE_EVENT if search.simple else FULL) if key not in given]
    of_persons = [(label, key) for label in left for key in _of_a_person(search, found, label)]
    for label, key in (*of_persons, *told_apart(search, found, left, keys)):
        if label.first not in used and key not in given:
            used.add(label.first)
            given.add(key)
            beside = (label, key) in of_persons  # no other question can stand there
            yield Asked(key, label, LITTLE, 0.0, BESIDE if beside else LITTLE, guessed=True, placed=beside)


def _of_a_person(search: Search, found: list[Asked], label: Candidate) -> Iterator[str]:
    """The name of the person whose post or address the next label asks, or the post of the one named before, where a
    name or a post stands here."""
    behind = min((bid for bid in found if bid.label.first > label.first), key=lambda bid: bid.label.first, default=None)
    before = max((bid for bid in found if bid.label.first < label.first), key=lambda bid: bid.label.first, default=None)
    if behind is not None and behind.key in NAME_BEFORE and is_told(search, label, "person"):
        yield NAME_BEFORE[behind.key]
    if before is not None and before.key in POST_BEHIND and is_told(search, label, "post"):
        yield POST_BEHIND[before.key]


def _tells(search: Search, key: str, look: str) -> bool:
    return look_bonus(key, look, search.lexicon.data.language) >= (DATED if key.endswith("_date") else TELLS)


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
            placed=bid.placed or _missing(search, _without(asked, bid), bid.label.first) == (bid.key,),
            turned=id(bid) in turned or _is_astray(asked, at) or _names_another(search, bid),
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


def _names_another(search: Search, bid: Asked) -> bool:
    """True for a label taken to ask for a person whose words rather name another, in no section of that person."""
    own = WHOSE.get(bid.key)
    if own is None or context_of(search, bid.label) == own:
        return False
    named = dict.fromkeys(WHOSE.values(), 0.0)
    for hit in bid.label.hits:
        whose = WHOSE.get(f"pair:{hit.key}" if hit.group == "pair" else hit.key)
        if whose is not None:
            named[whose] = max(named[whose], hit.score)
    return max(named.values()) >= max(ANOTHER, named[own] + OVERRULED)


def _is_astray(asked: Sequence[Asked], at: int) -> bool:
    """True for a guessed label for a contact that stands among the questions on somebody else's: that of the supporting
    entity away from its name and role, that of the applicant between them."""
    bid = asked[at]
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
    dated = bid.key.endswith("_date") and _tells(search, bid.key, look)
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


def _without(asked: Sequence[Asked], bid: Asked) -> list[Asked]:
    return [each for each in asked if each is not bid]


def _missing(search: Search, asked: Sequence[Asked], at: int) -> tuple[str, ...]:
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
