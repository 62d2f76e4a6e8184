"""Which question stands where: candidates compete, each question is given to the one that fits best.

What speaks for a candidate: the words (``extractors.labels``), the look of a label, the section it stands in, and
whether what follows could be an answer of that kind. A form has its own habit (numbers, bold, cells): a candidate that
breaks it pays for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import dropwhile

from extractors.answer_model import weight_of
from extractors.bids import Standing, bids_of, standings_by_person, standings_of
from extractors.candidates import candidates
from extractors.column_heads import column_heads
from extractors.habit import habit_of
from extractors.heading_series import heading_series
from extractors.headings import (
    asks_for_action,
    asks_for_event,
    beginning_of,
    drop_answers,
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
from extractors.notices import notices_of
from extractors.numbering import NUMBER
from extractors.option_tables import option_units
from extractors.peeking import peek
from extractors.question_keys import ACTION_KEYS, EVENT_KEYS, PAIRS, section_of
from extractors.revising import (
    DOUBTFUL,
    ENTITY_KEYS,
    EXACT,
    paired,
    to_their_ends,
    with_entity_name,
    with_signature,
    without_answers,
    without_stray,
)
from extractors.search import Asked, Found, Search
from extractors.sequence import filled, with_core
from extractors.stops import unknown_labels, with_stops
from extractors.whose import with_contact, with_signatory, with_signing
from extractors.witnesses import placed


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


def _without_entity(search: Search, keys: set[str]) -> bool:
    """A form that does not ask for a supporting entity asks neither for its contact nor for its role."""
    if "supporting_entity_name" in keys or not keys & ENTITY_KEYS:
        return False
    search.banned = ENTITY_KEYS
    return True


LATE = frozenset({"security_situation", "attachments_listed", "contributions", "other_support", "previous_cooperation"})
"""Questions of which none stands first."""
NAMES = frozenset({"head_name", "contact_name", "signatory_name"})
SURE_ENOUGH = 0.75
"""Score from which a name's question tells whose position is asked next."""
CLEARLY_ASKED = 0.8
"""How well the words of a label must fit that does not look as the form's labels do."""
SECOND_CHOICE = 0.12
"""How much less its second choice may suit a label that gives up its first to another."""
DEARER = 0.35
"""How much less its second choice may suit a label that is only guessed and gives up its first to one of the data."""


def ask(layout: Layout, lexicon: Lexicon, activities: frozenset[int], known: Mapping[str, str] | None = None) -> Found:
    """Find every question of the form in ``layout``; ``activities`` are the units of the activities table, ``known``
    the questions of a known edition: folded print -> key."""
    notices = (notices_of(layout, lexicon.data) | column_heads(layout, lexicon)) - activities
    taken = activities | notices | option_units(layout, lexicon.data.language)
    search = Search(layout, lexicon, candidates(layout, lexicon, taken), activities, dict(known or {}))
    search.notices = notices
    find_headings(search)
    strong = [c for c in search.all if is_strong(c)]
    search.take_habit(habit_of(layout, strong, search.all))
    drop_answers(search)
    search.places = places_of(search)
    search.context = sorted(search.headings + [(c.first, section_of(label_hit(c).key)) for c in strong])
    search.only_headings = only_headings(search)
    search.titles = form_titles(search)
    search.series = heading_series(search)
    search.begins = beginning_of(search)
    search.first_sure = first_sure(search)
    search.label_cells = frozenset((c.first, c.last) for c in search.all if c.where == "cell" and c.best >= 0.6)
    search.full = asks_for_action(strong)
    search.simple = not search.full and asks_for_event(strong)
    standings = standings_of(search)
    bids, awarded = _compete(search, standings)
    if _learn_kind(search, {bid.key for bid in awarded}):
        bids, awarded = _compete(search, standings)
    if _without_entity(search, {bid.key for bid in with_entity_name(search, awarded)}):
        bids, awarded = _compete(search, standings)
    if _learn_persons(search, awarded):
        bids, awarded = _compete(search, standings_by_person(search, standings))
    awarded = without_answers(search, without_stray(search, awarded))
    awarded = with_core(search, with_entity_name(search, awarded), bids)
    awarded = with_signature(search, with_contact(with_signatory(awarded, bids)), bids)
    asked = paired(search, _with_day(search, _with_purpose(search, awarded)))
    asked = _with_hints(search, [bid for bid in asked if not _is_half(bid, asked)])
    asked = [bid for number, bid in enumerate(asked) if not (number and _is_its_answer(search, asked[number - 1], bid))]
    complete = filled(search, asked, unknown_labels(search, asked))
    asked = with_contact(complete)
    if asked != complete:
        asked = filled(search, asked, unknown_labels(search, asked))
    asked = with_signing(_without_notice(layout, asked))
    placed_all = placed(search, paired(search, _with_reason(search, asked)))
    return with_stops(search, paired(search, to_their_ends(search.layout, placed_all)))


def _without_notice(layout: Layout, asked: list[Asked]) -> list[Asked]:
    """No form begins with what is asked last: “Restrictions” in a frame at its top, guessed to ask for that, is a
    notice."""

    def is_notice(bid: Asked) -> bool:
        cell = layout.units[bid.label.first].cell
        return bid.key in LATE and bid.guessed and cell is not None and len(layout.tables[cell.table]) == 1

    return list(dropwhile(is_notice, asked))


def _with_purpose(search: Search, awarded: list[Asked]) -> list[Asked]:
    """A form for one event asks first what it is for: where “What should come out of it” stands alone, it asks that."""
    if not search.simple or any(bid.key == "objectives" for bid in awarded):
        return awarded
    return [replace(bid, key="objectives") if bid.key == "expected_results" else bid for bid in awarded]


def _with_day(search: Search, awarded: list[Asked]) -> list[Asked]:
    """A form for one event asks when it takes place, be it called its start."""
    keys = {key for bid in awarded for key in PAIRS.get(bid.key, (bid.key,))}
    if not search.simple or "event_date" in keys:
        return awarded
    return [replace(bid, key="event_date") if bid.key == "start_date" else bid for bid in awarded]


def _with_reason(search: Search, asked: list[Asked]) -> list[Asked]:
    """Nearly every form for one event asks why it is held: where one question alone may ask for its purpose in words
    we do not know, it asks that."""
    if not search.simple or any(bid.key == "background" for bid in asked):
        return asked
    return [replace(bid, key="background") if bid.key == "objectives" and _may_be_reason(bid) else bid for bid in asked]


def _may_be_reason(bid: Asked) -> bool:
    return bid.guessed or bid.base < CLEARLY_ASKED  # “Occasion and aims of the event”


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
        for unit in _answer_cell(search, bid):
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
        given = {key for b in by_first.values() for key in (b.key, *PAIRS.get(b.key, ()))}
        choices = [b for b in bids if b.label.first == holder.label.first]
        others = [b for b in choices if given.isdisjoint({b.key, *PAIRS.get(b.key, ())})]
        second = max(others, key=lambda b: b.score, default=None)
        if (evicted := _intruder(search, bid, holder, choices, by_first.values())) is not None:
            del by_first[evicted.label.first]
            by_first[holder.label.first] = next(b for b in choices if b.key == evicted.key)
            by_first[bid.label.first] = bid
            continue
        known = bid.base >= max(EXACT, holder.base + 0.1) and not bid.guessed and bid.label.where == "cell"
        price = DEARER if known else SECOND_CHOICE
        if second is not None and holder.score - second.score <= price:
            by_first[holder.label.first] = second
            by_first[bid.label.first] = bid
    return sorted(by_first.values(), key=lambda bid: bid.label.first)


def _intruder(
    search: Search, bid: Asked, holder: Asked, choices: list[Asked], awarded: Iterable[Asked]
) -> Asked | None:
    """What keeps the holder from its second choice and looks as no label of this form does: a heading “Your contact”
    that took the question for the name below it. None unless all fit better without it."""
    for second in choices:
        third = next((b for b in awarded if b.key == second.key), None)
        if third is None or third is holder or search.fits(search.layout.units[third.label.first]):
            continue
        if holder.score - second.score <= DEARER and bid.score + second.score > holder.score + third.score:
            return third
    return None


def _is_answered_otherwise(search: Search, bid: Asked) -> bool:
    """True if what stands behind the label answers another question."""
    return weight_of(bid.key, peek(search, bid.label), search.lexicon.data.language) <= -1.0


def _is_covered(bid: Asked, by_first: dict[int, Asked]) -> bool:
    return any(b.label.first <= bid.label.last and bid.label.first <= b.label.last for b in by_first.values())


def _with_hints(search: Search, asked: list[Asked]) -> list[Asked]:
    """A weaker label directly under a label is its hint ("Why do you hold this event? / Tell us who is invited.").

    Not where the next question follows at once: then it is the answer."""
    kept: list[Asked] = []
    labels = {bid.label.first for bid in asked}
    for bid in asked:
        above = kept[-1] if kept else None
        if above is not None and _is_hint(search, above, bid) and bid.label.last + 1 not in labels:
            longer = replace(above.label, last=bid.label.last, cut=bid.label.cut)
            kept[-1] = replace(above, label=longer)
        else:
            kept.append(bid)
    return kept


def _is_hint(search: Search, above: Asked, bid: Asked) -> bool:
    units = search.layout.units
    first, last = units[bid.label.first], units[above.label.last]
    if (
        search.layout.document.origin != "ocr"
        and search.fits(first)
        and bid.label.cut >= first.end
        and peek(search, bid.label)
    ):
        return False  # it looks as the labels do, and something stands behind it: a question of its own
    adjacent = bid.label.first == above.label.last + 1 and first.cell == last.cell
    nothing_between = not last.line.text[above.label.cut : last.end].strip()
    line = bid.label.where == "line" and bid.key != "activities" and not NUMBER.match(bid.label.text)
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


def _is_half(bid: Asked, asked: list[Asked]) -> bool:
    """True for a weaker label of a question that a pair answers already."""
    for other in asked:
        if other is not bid and bid.key in PAIRS.get(other.key, ()):
            return bid.score < other.score + 0.25
    return False


def _answer_cell(search: Search, bid: Asked) -> list[int]:
    """The units of the cell beside a label, and of what stands between the two; in a row of labels those below."""
    layout = search.layout
    cell = layout.units[bid.label.last].cell
    if bid.label.where != "cell" or cell is None:
        return []
    units: list[int] = []
    box, below = layout.right(cell), layout.below(cell)
    label = layout.units[bid.label.first]
    heads = label.all_bold and below is not None and not any(unit.all_bold for unit in below.units)
    in_row = box is None or any(search.fits(unit) or heads and unit.all_bold for unit in box.units)
    if in_row and below is not None and (search.fits(label) or heads):
        units = [unit.index for unit in below.units if not search.fits(unit)]
        box = None if heads and below.text else box
    while box is not None:
        units += [unit.index for unit in box.units]
        if any(unit.text.strip() and not unit.all_italic for unit in box.units):
            break
        box = layout.right(box.cell)  # an explanation stands between
        if box is not None and any(search.fits(unit) for unit in box.units):
            break  # the answer is left open, and the next label stands beside
    return units
