"""Which question stands where: candidates compete, each question is given to the one that fits best.

What speaks for a candidate: the words (``extractors.labels``), the look of a label, the section it stands in, and
whether what follows could be an answer of that kind. A form has its own habit (numbers, bold, cells): a candidate that
breaks it pays for it.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import takewhile

from extractors.answer_model import weight_of
from extractors.bids import Standing, bids_of, peek, standings_by_person, standings_of
from extractors.candidates import Candidate, candidates
from extractors.habit import habit_of
from extractors.headings import (
    asks_for_action,
    asks_for_event,
    beginning_of,
    find_headings,
    first_sure,
    form_titles,
    is_strong,
    label_hit,
    only_headings,
    places_of,
)
from extractors.labels import Lexicon
from extractors.layout import Layout, Unit, key_of
from extractors.looks import holds_both
from extractors.numbering import without_number
from extractors.persons import looks_like_person, split_person
from extractors.question_keys import ACTION_KEYS, EVENT_KEYS, PAIRS, PERSONS, section_of
from extractors.search import Asked, Found, Search
from extractors.sequence import filled, placed, with_core
from extractors.stops import unknown_labels, with_stops


def _compete(search: Search, standings: list[Standing]) -> tuple[list[Asked], list[Asked]]:
    """All bids, best first, and those that win."""
    bids = sorted(bids_of(search, standings), key=lambda bid: -bid.score)
    return bids, _exchange(search, _award(search, bids), bids)


def _learn_kind(search: Search, keys: set[str]) -> bool:
    """Note whether the questions found are those of a full or a simplified form; True if that is news."""
    action, event = len(keys & ACTION_KEYS), len(keys & EVENT_KEYS)
    full, simple = action >= 4 and action > 2 * event - 2, event >= 2 and event >= action
    news = (full, simple) != (search.full, search.simple)
    search.full, search.simple = full, simple
    return news


def _learn_persons(search: Search, awarded: list[Asked]) -> bool:
    """Note where a person's name is asked: "position" in the next question is that person's. True if that is news."""
    search.persons = {b.label.last: section_of(b.key) for b in awarded if b.key in NAMES and b.score >= SURE_ENOUGH}
    return bool(search.persons)


def _without_stray(search: Search, awarded: list[Asked]) -> list[Asked]:
    """Where labels stand in boxes, a line between the boxes with no answer behind it, taken for a question by a weak
    guess, is a heading."""
    units = search.layout.units
    boxed = sum(units[bid.label.first].cell is not None for bid in awarded)
    if boxed < 0.7 * len(awarded):
        return awarded

    def is_stray(bid: Asked) -> bool:
        cell = units[bid.label.first].cell
        outside = cell is None and bid.label.where == "line" or cell is not None and len(search.layout.row(cell)) == 1
        return outside and bid.guessed and bid.score < DOUBTFUL and not peek(search, bid.label)

    return [bid for bid in awarded if bid.key == "signature" or not is_stray(bid)]


def _without_answers(search: Search, awarded: list[Asked]) -> list[Asked]:
    """A weak guess that does not look as this form's labels do, directly under one that does, begins that one's answer:
    “Two speakers: …”."""
    units = search.layout.units
    headings = {index for index, _ in search.headings} | search.only_headings

    def is_answer(bid: Asked) -> bool:
        above = next((u for u in reversed(units[: bid.label.first]) if u.text.strip()), None)
        if above is None or above.index in headings or not search.fits(above):
            return False
        plain = not search.fits(units[bid.label.first]) and "*" not in bid.label.text
        weak = bid.guessed and bid.base < SURELY_GUESSED
        return weak and plain and without_number(bid.label.text) == bid.label.text

    return [bid for bid in awarded if not is_answer(bid)]


def _with_entity_name(search: Search, awarded: list[Asked]) -> list[Asked]:
    """Before the supporting entity's contact or role stands its name, in whatever words: “Agency name”."""
    parts = [bid for bid in awarded if bid.key in ENTITY_KEYS]
    if not parts or any(bid.key == "supporting_entity_name" for bid in awarded):
        return awarded
    begins = max((bid.label.last for bid in awarded if bid.label.first < parts[0].label.first), default=-1)
    names = [c for c in search.all if begins < c.first and c.last < parts[0].label.first and _asks_entity(c)]
    if not names:
        return awarded
    name = Asked("supporting_entity_name", names[-1], DOUBTFUL, 0.0, names[-1].best, guessed=True)
    return sorted([*awarded, name], key=lambda bid: bid.label.first)


def _with_contact(awarded: list[Asked]) -> list[Asked]:
    """The person before the e-mail address and the telephone is the contact: where a label guessed to ask for the head
    stands there, it asks for the contact, and the one guessed to ask for the contact before it, for the head."""
    addresses = [at for at, bid in enumerate(awarded) if bid.key in ("contact_email", "contact_phone")]
    before = awarded[: addresses[0]] if addresses else []
    last = list(takewhile(lambda bid: bid.key in HEAD, reversed(before)))
    others = [bid for bid in before if bid.key in CONTACT]
    if not last or any(_says_whose(bid) for bid in (*last, *others)):
        return awarded
    other = dict(zip((*HEAD, *CONTACT), (*CONTACT, *HEAD), strict=True))
    turned = {id(bid) for bid in (*last, *others)}
    return [replace(bid, key=other[bid.key]) if id(bid) in turned else bid for bid in awarded]


def _says_whose(bid: Asked) -> bool:
    """True if a label of the data says of which person it asks, and not the section it stands in."""
    named = bid.key.removeprefix("pair:")
    return any(h.group in ("label", "pair") and h.key == named and h.score >= SURE_WHOSE for h in bid.label.hits)


HEAD, CONTACT = (
    ("head_name", "head_position", "pair:head"),
    ("contact_name", "contact_position", "pair:contact"),
)


def _with_signature(awarded: list[Asked], bids: list[Asked]) -> list[Asked]:
    """A heading “Signature of the applicant” over name and post is not the box to sign in, if one stands below."""
    held = next((bid for bid in awarded if bid.key == "signature"), None)
    if held is None:
        return awarded
    behind = next((bid for bid in awarded if bid.label.first > held.label.first), None)
    taken = {unit for bid in awarded for unit in range(bid.label.first, bid.label.last + 1)}
    boxes = [
        bid
        for bid in bids
        if bid.key == "signature"
        and bid.base >= EXACT
        and bid.label.first > held.label.last
        and bid.label.first not in taken
    ]
    if behind is None or section_of(behind.key) != "signature" or not boxes:
        return awarded
    return sorted([*(bid for bid in awarded if bid is not held), boxes[0]], key=lambda bid: bid.label.first)


def _asks_entity(candidate: Candidate) -> bool:
    return any(hit.key == "supporting_entity_name" and hit.score >= NAMED for hit in candidate.hits)


def _without_entity(search: Search, keys: set[str]) -> bool:
    """A form that does not ask for a supporting entity asks neither for its contact nor for its role."""
    if "supporting_entity_name" in keys or not keys & ENTITY_KEYS:
        return False
    search.banned = ENTITY_KEYS
    return True


SURE_WHOSE = 0.85
"""How well a label must fit one of the data that names the person."""
ENTITY_KEYS = frozenset({"supporting_entity_contact", "supporting_entity_role"})
NAMES = frozenset({"head_name", "contact_name", "signatory_name"})
SURE_ENOUGH = 0.75
"""Score from which a name's question tells whose position is asked next."""
SURELY_GUESSED = 0.85
"""How well the words of a guessed label must fit to ask something where the line above looks like a label."""
CLEARLY_ASKED = 0.8
"""How well the words of a label must fit that does not look as the form's labels do."""
DOUBTFUL = 0.65
NAMED = 0.5
"""How well a label fits the supporting entity's name where its contact or role is asked next."""
SECOND_CHOICE = 0.12
"""How much less its second choice may suit a label that gives up its first to another."""
EXACT, DEARER = 0.95, 0.35
"""How well the words of a label fit that is one of the data, and how much less the second choice may suit one that is
only guessed and gives up its first to it."""


def ask(layout: Layout, lexicon: Lexicon, activities: frozenset[int], known: Mapping[str, str] | None = None) -> Found:
    """Find every question of the form in ``layout``; ``activities`` are the units of the activities table, ``known``
    the questions of a known edition: folded print -> key."""
    search = Search(layout, lexicon, candidates(layout, lexicon, activities), activities, dict(known or {}))
    find_headings(search)
    strong = [c for c in search.all if is_strong(c)]
    search.take_habit(habit_of(layout, strong, search.all))
    search.places = places_of(search)
    search.context = sorted(search.headings + [(c.first, section_of(label_hit(c).key)) for c in strong])
    search.only_headings = only_headings(search)
    search.titles = form_titles(search)
    search.begins = beginning_of(search)
    search.first_sure = first_sure(search)
    search.label_cells = frozenset((c.first, c.last) for c in search.all if c.where == "cell" and c.best >= 0.6)
    search.full = asks_for_action(strong)
    search.simple = not search.full and asks_for_event(strong)
    standings = standings_of(search)
    bids, awarded = _compete(search, standings)
    if _learn_kind(search, {bid.key for bid in awarded}):
        bids, awarded = _compete(search, standings)
    if _without_entity(search, {bid.key for bid in _with_entity_name(search, awarded)}):
        bids, awarded = _compete(search, standings)
    if _learn_persons(search, awarded):
        bids, awarded = _compete(search, standings_by_person(search, standings))
    awarded = _without_answers(search, _without_stray(search, awarded))
    awarded = with_core(search, _with_entity_name(search, awarded), bids)
    awarded = _with_signature(_with_contact(awarded), bids)
    asked = _paired(search, awarded)
    asked = _with_hints([bid for bid in asked if not _is_half(bid, asked)], layout)
    asked = [bid for number, bid in enumerate(asked) if not (number and _is_its_answer(search, asked[number - 1], bid))]
    asked = _with_contact(filled(search, asked, unknown_labels(search, asked)))
    return with_stops(search, placed(search, _paired(search, asked)))


def _award(search: Search, bids: list[Asked]) -> list[Asked]:
    """Give each question to its best bid; a stretch of the page and a question are given once.

    The cell beside a label is its answer: what stands there is a label only if it looks as much like one, or is one
    of the data and looks as this form's labels do."""
    given: dict[str, Asked] = {}
    used: set[int] = set()
    answers: dict[int, float] = {}
    for bid in bids:
        units = range(bid.label.first, bid.label.last + 1)
        keys = PAIRS.get(bid.key, (bid.key,))
        if any(u in used for u in units) or any(k in given for k in keys):
            continue
        if bid.label.first in answers and _looks_less(search, bid, answers[bid.label.first]):
            continue
        for unit in _answer_cell(search.layout, bid):
            answers.setdefault(unit, bid.label.structure)
        for key in keys:
            given[key] = bid
        used.update(units)
    unique = {id(bid): bid for bid in given.values()}  # a pair stands under two keys
    return sorted(unique.values(), key=lambda bid: bid.label.first)


def _looks_less(search: Search, bid: Asked, structure: float) -> bool:
    unit = search.layout.units[bid.label.first]
    exact = bid.base >= EXACT and not bid.guessed
    is_label = search.fits(unit) and (exact or _stands_over_answer(search, unit))
    return bid.score < 0.7 or bid.label.structure < structure - 0.15 and not is_label


def _stands_over_answer(search: Search, unit: Unit) -> bool:
    """True in a row of labels: below stands something that does not look like one."""
    below = search.layout.below(unit.cell) if unit.cell is not None else None
    return below is not None and bool(below.text) and not any(search.fits(each) for each in below.units)


def _exchange(search: Search, awarded: list[Asked], bids: list[Asked]) -> list[Asked]:
    """A label left over may take a question from another label that has a second choice nearly as good."""
    by_first = {bid.label.first: bid for bid in awarded}
    for bid in bids:
        holder = next((b for b in by_first.values() if b.key == bid.key), None)
        if holder is None or holder.label.first == bid.label.first or _is_covered(bid, by_first):
            continue
        strange = not search.fits(search.layout.units[bid.label.first]) and bid.base < CLEARLY_ASKED
        if strange or bid.score < DOUBTFUL or _is_answered_otherwise(search, bid):
            continue
        given = {b.key for b in by_first.values()}
        taken = given | {half for key in given for half in PAIRS.get(key, ())}
        others = [
            b for b in bids if b.label.first == holder.label.first and taken.isdisjoint({b.key, *PAIRS.get(b.key, ())})
        ]
        second = max(others, key=lambda b: b.score, default=None)
        known = bid.base >= max(EXACT, holder.base + 0.1) and not bid.guessed and bid.label.where == "cell"
        price = DEARER if known else SECOND_CHOICE
        if second is not None and holder.score - second.score <= price:
            by_first[holder.label.first] = second
            by_first[bid.label.first] = bid
    return sorted(by_first.values(), key=lambda bid: bid.label.first)


def _is_answered_otherwise(search: Search, bid: Asked) -> bool:
    """True if what stands behind the label answers another question."""
    return weight_of(bid.key, peek(search, bid.label), search.lexicon.data.language) <= -1.0


def _is_covered(bid: Asked, by_first: dict[int, Asked]) -> bool:
    return any(b.label.first <= bid.label.last and bid.label.first <= b.label.last for b in by_first.values())


def _with_hints(asked: list[Asked], layout: Layout) -> list[Asked]:
    """A weaker label directly under a label is its hint ("Why do you hold this event? / Tell us who is invited.").

    Not where the next question follows at once: then it is the answer."""
    kept: list[Asked] = []
    labels = {bid.label.first for bid in asked}
    for bid in asked:
        above = kept[-1] if kept else None
        if above is not None and _is_hint(above, bid, layout) and bid.label.last + 1 not in labels:
            longer = replace(above.label, last=bid.label.last, cut=bid.label.cut)
            kept[-1] = replace(above, label=longer)
        else:
            kept.append(bid)
    return kept


def _is_hint(above: Asked, bid: Asked, layout: Layout) -> bool:
    first, last = layout.units[bid.label.first], layout.units[above.label.last]
    adjacent = bid.label.first == above.label.last + 1 and first.cell == last.cell
    nothing_between = not last.line.text[above.label.cut : last.end].strip()
    line = bid.label.where == "line" and bid.key != "activities"
    return adjacent and nothing_between and line and bid.score < min(0.8, above.score - 0.15)


def _is_its_answer(search: Search, above: Asked, bid: Asked) -> bool:
    """True for a doubtful label directly under a surer one that looks as this form's labels do, and it does not."""
    first = search.layout.units[bid.label.first]
    looks = search.fits(search.layout.units[above.label.first]) and not search.fits(first)
    in_place = bid.label.where != "cell" or _is_answer_cell(search, above, first)
    adjacent = bid.label.first == above.label.last + 1 and in_place
    weak = bid.score < above.score - (0.1 if bid.guessed else 0.3) and (bid.guessed or bid.score < DOUBTFUL)
    return adjacent and looks and weak and not _says_more(search, above)


def _is_answer_cell(search: Search, above: Asked, unit: Unit) -> bool:
    """True for the cell under or beside a label's own."""
    own = search.layout.units[above.label.last].cell
    if own is None or unit.cell is None:
        return False
    places = (search.layout.below(own), search.layout.right(own))
    return key_of(unit.cell) in {key_of(box.cell) for box in places if box is not None}


def _says_more(search: Search, bid: Asked) -> bool:
    """True if something stands behind the label in its own line."""
    last = search.layout.units[bid.label.last]
    return bool(last.line.text[bid.label.cut : last.end].strip(" :._"))


def _paired(search: Search, asked: list[Asked]) -> list[Asked]:
    given = {bid.key for bid in asked}
    return [_as_pair(search, bid, given) for bid in asked]


def _as_pair(search: Search, bid: Asked, given: set[str]) -> Asked:
    """``Who heads it, and with what title?`` answered by ``Mrs X, Director`` asks two questions at once."""
    if _asks_address(search, bid, given):
        return replace(bid, key="pair:address")
    person = PERSONS.get(bid.key)
    if person is None or {f"{bid.key.split('_')[0]}_name", f"{bid.key.split('_')[0]}_position"} <= given:
        return bid
    if not search.lexicon.asks_position(bid.label.text):
        return bid
    name, post = split_person(peek(search, bid.label))
    if post is None or not looks_like_person(name):
        return bid
    return replace(bid, key=f"pair:{person}")


def _asks_address(search: Search, bid: Asked, given: set[str]) -> bool:
    """``E-mail and telephone``: one label of the two is asked, and both stand behind it."""
    keys = PAIRS["pair:address"]
    look = peek(search, bid.label)
    named = all(any(hit.key == key for hit in bid.label.hits) for key in keys)
    return bid.key in keys and not set(keys) <= given and named and holds_both(look)


def _is_half(bid: Asked, asked: list[Asked]) -> bool:
    """True for a weaker label of a question that a pair answers already."""
    for other in asked:
        if other is not bid and bid.key in PAIRS.get(other.key, ()):
            return bid.score < other.score + 0.25
    return False


def _answer_cell(layout: Layout, bid: Asked) -> list[int]:
    """The units of the cell beside a label, and of what stands between the two."""
    cell = layout.units[bid.label.last].cell
    if bid.label.where != "cell" or cell is None:
        return []
    units: list[int] = []
    box = layout.right(cell)
    while box is not None:
        units += [unit.index for unit in box.units]
        if any(unit.text.strip() and not unit.all_italic() for unit in box.units):
            break
        box = layout.right(box.cell)  # an explanation stands between
    return units
