"""What the usual order of the questions tells: which of them is missing between two others, and which label asks it.

A label in words that say nothing is still the label of a question; where one question alone is missing between its
neighbours, that is what it asks, and a person is asked to look.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby, pairwise

from extractors.answer_model import chances
from extractors.candidates import Candidate
from extractors.headings import LATE
from extractors.label_ends import style_of
from extractors.layout import DOTTED
from extractors.looks import CHOICES, look_bonus
from extractors.numbering import without_number
from extractors.peeking import peek, peek_lines
from extractors.search import Asked, Search
from extractors.telling import SELDOM, is_told, keys_of, tells, told_apart
from extractors.usual_order import ENTITY, FULL, SINGLE_EVENT, missing, without
from pipeline.document import TICKED, UNTICKED
from pipeline.languages import says_nothing

CORE = ("institution_name", "title")
"""Every form asks for them, in a line."""
ADDRESSES = ("contact_email", "institution_website")
"""Questions whose answers look like no other's, beside those with boxes to tick."""
UNLIKE = -0.1
"""How badly an answer suits a question that it cannot answer (``look_bonus``)."""
NAME_BEFORE = {
    "head_position": "head_name",
    "contact_position": "contact_name",
    "contact_email": "contact_name",
    "contact_phone": "contact_name",
    "signatory_position": "signatory_name",
}
"""Whose name is asked before what."""
POST_BEHIND = {name: post for post, name in NAME_BEFORE.items() if post.endswith("_position")}
BOXES_TELL = BESIDE = 0.6
"""How sure a question is that the options of its boxes tell, or a person's other answers beside it."""
UNSURE = 0.8
"""Score below which a guessed question gives way to one that every form asks."""
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
            if b.guessed and b.key in SELDOM and key in missing(search, without(awarded, b), b.label.first)
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
    if label is not None and (_is_left_open(search, label) or is_told(search, label, "supporting_entity_role")):
        yield Asked("supporting_entity_role", label, LITTLE, 0.0, BESIDE, guessed=True, placed=True)


def _asks_role(label: Candidate, left: list[str]) -> bool:
    """True if only the supporting entity's role is left to ask, or of what is left the words may ask for that alone."""
    may_ask = left if len(left) == 1 else [key for key in left if any(hit.key == key for hit in label.hits)]
    return may_ask == ["supporting_entity_role"]


def _is_left_open(search: Search, label: Candidate) -> bool:
    """True if nothing, or dots, or “n/a”, or the next section's heading stands behind a label."""
    look = peek_lines(search, label)[:1]
    behind = next((unit for unit in search.layout.units[label.last + 1 :] if unit.text.strip()), None)
    if not look or behind is not None and behind.index in search.series:
        return True
    return not DOTTED.sub("", look[0]).strip() or says_nothing(look[0], search.lexicon.data.language)


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
    for keys, group in groupby(labels, lambda label: missing(search, asked, label.first)):
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
        left = [key for key in (CHOICES if boxes else (*ADDRESSES, *dates, "working_languages")) if key not in given]
        telling = [key for key in left if tells(search, key, look)]
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
