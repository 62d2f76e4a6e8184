"""Which question stands where: candidates compete, each question is given to the one that fits best.

What speaks for a candidate: the words (``extractors.labels``), the look of a label, the section it stands in, and
whether what follows could be an answer of that kind. A form has its own habit (numbers, bold, cells): a candidate that
breaks it pays for it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from extractors.candidates import Candidate, candidates
from extractors.habit import Habit, habit_of
from extractors.looks import look_bonus
from extractors.labels import NUMBER, Hit, Lexicon
from extractors.layout import Layout, Unit, key_of
from extractors.persons import split_person
from pipeline.folding import fold
from pipeline.questions import questions

SHORT_KEYS: dict[str, dict[str, str]] = {
    "name": {
        "institution": "institution_name", "head": "head_name", "contact": "contact_name",
        "support": "supporting_entity_name", "signature": "signatory_name", "event": "title", "request": "title",
    },
    "position": {
        "institution": "head_position", "head": "head_position", "contact": "contact_position",
        "signature": "signatory_position",
    },
    "name_and_position": {
        "head": "pair:head", "contact": "pair:contact", "signature": "pair:signatory", "institution": "pair:head",
    },
    "date": {"event": "event_date", "signature": "signature_date", "activities": "start_date"},
    "place": {"event": "event_place", "signature": "signature_place"},
    "title": {
        "request": "title", "event": "title", "description": "title",
    },
    "type": {"institution": "institution_type", "event": "event_type"},
    "contact": {"support": "supporting_entity_contact", "contact": "contact_name", "institution": "contact_name"},
    "role": {"support": "supporting_entity_role"},
    "acronym": {"institution": "institution_acronym"},
}
"""What a short label asks, by the section it stands in."""

PLACE = {
    "institution_name": 0.0, "institution_acronym": 0.03, "institution_type": 0.06, "institution_country": 0.06,
    "institution_address": 0.1, "institution_website": 0.1, "institution_mandate": 0.13, "head_name": 0.15,
    "head_position": 0.17, "contact_name": 0.2, "contact_position": 0.22, "contact_email": 0.24, "contact_phone": 0.26,
    "supporting_entity_name": 0.3, "supporting_entity_contact": 0.32, "supporting_entity_role": 0.33, "title": 0.33,
    "declared_theme": 0.36, "event_type": 0.4, "event_date": 0.45, "event_place": 0.48, "background": 0.45, "objectives": 0.5,
    "expected_results": 0.53, "deliverables": 0.6, "target_groups": 0.56, "policy_alignment": 0.58, "cross_cutting": 0.6,
    "contribution_sought": 0.65, "activities": 0.65, "start_date": 0.68, "duration_months": 0.7, "expertise_sought": 0.74,
    "preferred_experience": 0.76, "working_languages": 0.76, "other_support": 0.8, "previous_cooperation": 0.82,
    "contributions": 0.84, "security_situation": 0.86, "attachments_listed": 0.9, "signatory_name": 0.95,
    "signatory_position": 0.96, "signature_place": 0.97, "signature_date": 0.98, "signature": 1.0, "pair:contact": 0.2,
    "pair:head": 0.15, "pair:signatory": 0.95, "pair:place_date": 0.97,
}
"""Where on a form a question usually stands, 0 the first, 1 the last: a hint among wordings, no more."""

PAIRS = {
    "pair:contact": ("contact_name", "contact_position"),
    "pair:head": ("head_name", "head_position"),
    "pair:signatory": ("signatory_name", "signatory_position"),
    "pair:place_date": ("signature_place", "signature_date"),
}
SECTION_OF_PAIR = {"pair:contact": "contact", "pair:head": "head", "pair:signatory": "signature", "pair:place_date": "signature"}
EVENT_KEYS = frozenset({"event_type", "event_date", "event_place", "contribution_sought"})
ACTION_KEYS = frozenset({"expected_results", "deliverables", "duration_months", "start_date", "policy_alignment", "cross_cutting",
                         "other_support", "activities", "previous_cooperation"})
FOREIGN = {"contact_email": {"support": -0.3, "head": -0.15}, "contact_phone": {"support": -0.3, "head": -0.15}}
KNOWN = 1.4
"""Score of a label that stands so in the data of the form's edition."""
NO_ANSWER = 0.12
OWN_SECTION, OTHER_SECTION = 0.05, -0.04
STRONG, MARGIN, HEADING = 0.9, 0.06, 0.8



@dataclass(frozen=True, slots=True)
class Asked:
    """A question found: its key (or ``pair:…``, ``signature``), the label, and how sure the match is (0 to 1)."""

    key: str
    label: Candidate
    score: float
    margin: float


@dataclass(frozen=True)
class Found:
    """All questions of a form, the units at which an answer must end, and what looks like a label but is unknown."""

    asked: tuple[Asked, ...]
    stops: frozenset[int]
    unknown: tuple[Candidate, ...]
    headings: tuple[tuple[int, str], ...]


@dataclass
class _Search:
    layout: Layout
    lexicon: Lexicon
    all: list[Candidate]
    activities: frozenset[int]
    known: dict[str, str] = field(default_factory=dict)
    headings: list[tuple[int, str]] = field(default_factory=list)
    context: list[tuple[int, str]] = field(default_factory=list)
    only_headings: frozenset[int] = frozenset()
    label_cells: frozenset[tuple[int, int]] = frozenset()
    titles: frozenset[int] = frozenset()
    habit: Habit = Habit()
    full: bool = False
    places: dict[int, float] = field(default_factory=dict)


def ask(layout: Layout, lexicon: Lexicon, activities: frozenset[int], known: Mapping[str, str] | None = None) -> Found:
    """Find every question of the form in ``layout``; ``activities`` are the units of the activities table, ``known``
    the questions of a known edition: folded print -> key."""
    search = _Search(layout, lexicon, candidates(layout, lexicon, activities), activities, dict(known or {}))
    _find_headings(search)
    strong = [c for c in search.all if _is_strong(c)]
    search.habit = habit_of(layout, strong)
    search.places = _places(search)
    search.context = sorted(search.headings + [(c.first, _section(_label_hit(c).key)) for c in strong])
    search.only_headings = _only_headings(search)
    search.titles = _titles(search)
    search.label_cells = frozenset((c.first, c.last) for c in search.all if c.where == "cell" and c.best >= 0.6)
    search.full = _asks_for_action(strong)
    bids = sorted(_bids(search), key=lambda bid: -bid.score)
    awarded = _award(layout, bids)
    given = {bid.key for bid in awarded}
    asked = [_as_pair(search, bid, given) for bid in awarded]
    asked = [bid for bid in asked if not _is_half(bid, asked)]
    return _with_stops(search, asked)


# ------------------------------------------------------------------------------------------ context
def _section(key: str) -> str:
    if key in SECTION_OF_PAIR:
        return SECTION_OF_PAIR[key]
    return "signature" if key == "signature" else questions()[key].section


def _find_headings(search: _Search) -> None:
    for candidate in search.all:
        hit = next((h for h in candidate.hits if h.group == "section"), None)
        if hit is None or hit.score < HEADING or candidate.where == "inline":
            continue
        if candidate.where == "cell" and not _alone_in_row(search.layout, candidate):
            continue
        if hit.score >= candidate.best - 0.02 or hit.score > 0.93:
            search.headings.append((candidate.first, hit.key))
    search.headings.sort()


def _only_headings(search: _Search) -> frozenset[int]:
    """Headings that ask nothing themselves: behind them comes a question of their own section, not an answer."""
    first: dict[int, list[Candidate]] = {}
    for candidate in search.all:
        fits = search.habit.fits(search.layout.units[candidate.first])
        if candidate.best >= (0.5 if fits else 0.7) and (fits or candidate.structure >= 0.1):
            first.setdefault(candidate.first, []).append(candidate)
    return frozenset(index for index, name in search.headings if _is_followed_by_question(search, index, name, first))


def _is_followed_by_question(search: _Search, index: int, name: str, first: dict[int, list[Candidate]]) -> bool:
    headed = search.layout.units[index].cell
    for unit in search.layout.units[index + 1 : index + 12]:
        if unit.index in search.activities:
            return name == "activities"
        if not unit.text.strip() or unit.all_italic():
            continue
        if unit.index in first:
            keys = [_key_of(hit, name, c, search) for c in first[unit.index] for hit in c.hits[:3]]
            return any(key is not None and (_section(key) == name or name in _NEAR.get(_section(key), ())) for key in keys)
        if headed is None or unit.cell is None or key_of(unit.cell) != key_of(headed):
            return False
    return False


_NEAR = {"head": ("institution", "signature"), "institution": ("head", "contact"), "contact": ("institution", "signature"),
         "description": ("request", "event", "activities"), "event": ("request", "description"), "request": ("description", "event"),
         "expertise": ("complementarity",), "complementarity": ("expertise",), "activities": ("description",)}
"""Sections whose questions also stand under the heading of another."""


def _titles(search: _Search) -> frozenset[int]:
    """Lines at the top that are the form's own title."""
    found = set()
    for candidate in search.all:
        if candidate.first < 8 and any(h.group == "title" and h.score >= 0.62 and h.score >= candidate.best - 0.1 for h in candidate.hits):
            found.add(candidate.first)
    return frozenset(found)


def _alone_in_row(layout: Layout, candidate: Candidate) -> bool:
    cell = layout.units[candidate.first].cell
    return cell is not None and len([box for box in layout.row(cell) if box.text]) == 1


def _asks_for_action(strong: list[Candidate]) -> bool:
    """True for a full form: it asks for results, policies or partners, and for the event at most in passing."""
    keys = {_label_hit(c).key for c in strong}
    return len(keys & ACTION_KEYS) >= 3 and not keys & {"event_type"} and len(keys & EVENT_KEYS) <= 1


def _places(search: _Search) -> dict[int, float]:
    """How far down the form each candidate stands, 0 to 1, counted in what looks like labels."""
    marks = sorted({c.first for c in search.all if search.habit.fits(search.layout.units[c.first]) or not search.habit and c.structure >= 0.2})
    whole = max(1, len(marks) - 1)
    return {c.first: bisect_left(marks, c.first) / whole for c in search.all}


def _label_hit(candidate: Candidate) -> Hit:
    return next(h for h in candidate.hits if h.group == "label")


def _is_strong(candidate: Candidate) -> bool:
    labels = [h for h in candidate.hits if h.group == "label"]
    if not labels or labels[0].score < STRONG or candidate.structure < 0.1:
        return False
    return len(labels) < 2 or labels[0].score - labels[1].score >= MARGIN


def _context(search: _Search, candidate: Candidate) -> str | None:
    """The section the candidate stands in: that of the last heading or sure label before it."""
    section = None
    for index, name in search.context:
        if index >= candidate.first:
            break
        section = name
    return section


# ------------------------------------------------------------------------------------------ bids
def _bids(search: _Search) -> Iterable[Asked]:
    for candidate in search.all:
        printed = search.known.get(fold(candidate.text))
        if printed:
            yield Asked(printed, candidate, KNOWN + 0.001 * len(candidate.text) + 0.1 * (candidate.where == "cell"), KNOWN - 1.0)
        if not candidate.hits or candidate.first in search.titles:
            continue
        context = _context(search, candidate)
        wanted = _wanted(candidate, context, search)
        if not wanted:
            continue
        look = _peek(search, candidate)
        fits = search.habit.fits(search.layout.units[candidate.first])
        need = 0.48 if fits else 0.9 - 0.95 * min(candidate.structure, 0.34)
        scored = sorted(
            ((_score(search, candidate, key, base, context, look), base, key) for key, base in wanted.items()),
            reverse=True,
        )
        for score, base, key in scored[:3]:
            if base >= need - max(0.0, score - base) and score >= 0.5:
                others = [s for s, _, k in scored if k != key]
                yield Asked(key, candidate, score, score - max(others, default=0.4))


def _wanted(candidate: Candidate, context: str | None, search: _Search) -> dict[str, float]:
    wanted: dict[str, float] = dict(_by_bracket(candidate, search))
    for hit in candidate.hits:
        key = _key_of(hit, context, candidate, search)
        if key is not None:
            wanted[key] = max(wanted.get(key, 0.0), hit.score)
        if hit.group == "short":
            following = _key_of(hit, _context_after(search, candidate), candidate, search)
            if following is not None and following != key:
                wanted[following] = max(wanted.get(following, 0.0), hit.score - 0.04)
    return wanted


def _context_after(search: _Search, candidate: Candidate) -> str | None:
    """The section of the next sure label: "Name" and "Post" may stand before what tells whose they are."""
    for index, name in search.context:
        if index > candidate.last:
            return name if index <= candidate.last + 8 else None
    return None


def _by_bracket(candidate: Candidate, search: _Search) -> Iterable[tuple[str, float]]:
    """``Head of the institution (position)``: the bracket says which of the section's questions it is."""
    match = re.search(r"\(([^()]{2,30})\)\W*$", candidate.text)
    if match is None:
        return
    inner = [h for h in search.lexicon.hits(match[1]) if h.group == "short" and h.score >= 0.85]
    outer = [h for h in search.lexicon.hits(candidate.text[: match.start()]) if h.group in ("label", "section", "pair")]
    if inner and outer and outer[0].score >= 0.55:
        section = outer[0].key if outer[0].group == "section" else _section(outer[0].key if outer[0].group == "label" else f"pair:{outer[0].key}")
        key = SHORT_KEYS[inner[0].key].get(section)
        if key is not None:
            yield key, min(1.0, max(0.85, outer[0].score))


def _key_of(hit: Hit, context: str | None, candidate: Candidate, search: _Search) -> str | None:
    if hit.group in ("label", "guess"):
        return hit.key
    if hit.group == "pair":
        return f"pair:{hit.key}"
    if hit.group == "short":
        late = candidate.first > 0.8 * len(search.layout.units)
        return SHORT_KEYS[hit.key].get(context or ("signature" if late else ""))
    return None


def _score(search: _Search, candidate: Candidate, key: str, base: float, context: str | None, look: str) -> float:
    score = base + 0.1 * candidate.structure + look_bonus(key, look, search.lexicon.data.language)
    score -= 0.0 if look else NO_ANSWER
    if context is not None:
        score += OWN_SECTION if _section(key) == context else OTHER_SECTION
        score += FOREIGN.get(key, {}).get(context, 0.0)
    if search.full and key in EVENT_KEYS:
        score -= 0.35
    if candidate.first in search.only_headings and candidate.where != "inline":
        score -= 0.35
    unit = search.layout.units[candidate.first]
    habit = search.habit
    if unit.cell is not None and (_inside_label(search, candidate) or _cuts_label(search, candidate)):
        score -= 0.3
    score -= 0.3 * max(0.0, abs(search.places.get(candidate.first, 0.5) - PLACE.get(key, 0.5)) - 0.2)
    if habit.has(unit):
        score += 0.05 if habit.fits(unit) else -0.12
    return score


def _inside_label(search: _Search, candidate: Candidate) -> bool:
    """True for a later line of a short cell that is a label as a whole."""
    cell = search.layout.units[candidate.first].cell
    assert cell is not None
    units = [u for u in search.layout.cells[key_of(cell)].units if u.text.strip()]
    if not units or units[0].index == candidate.first or candidate.where == "inline":
        return False
    return (units[0].index, units[-1].index) in search.label_cells


def _cuts_label(search: _Search, candidate: Candidate) -> bool:
    """True if the candidate is only the first part of a cell that is a label from end to end, in one style."""
    first, last = search.layout.units[candidate.first], search.layout.units[candidate.last]
    assert first.cell is not None
    units = [u for u in search.layout.cells[key_of(first.cell)].units if u.text.strip()]
    if candidate.where == "cell" or (units[0].index, units[-1].index) not in search.label_cells:
        return False
    rest = last.line.text[candidate.cut : last.end] + " " + " ".join(u.text for u in units if u.index > last.index)
    others = [u for u in units if u.index >= last.index]
    if not rest.strip(" *:") or any(u.all_bold() != first.all_bold() or u.has("entry") for u in others):
        return False
    if search.habit.fits(first) and not all(search.habit.fits(u) for u in others if not search.habit.chain):
        return False
    words = fold(rest).split()
    return sum(search.lexicon.knows(word) for word in words) >= 0.8 * len(words)


def _peek(search: _Search, candidate: Candidate) -> str:
    """What would be the answer, roughly; an empty string where nothing or another label stands there."""
    layout = search.layout
    last = layout.units[candidate.last]
    rest = last.line.text[candidate.cut : last.end].strip()
    if rest:
        return rest
    if last.cell is not None:
        return _peek_in_table(search, last)
    behind = [u for u in layout.units[last.index + 1 : last.index + 8] if u.text.strip()][:4]
    if not behind or search.habit.fits(behind[0]) or behind[0].line.role == "heading":
        return ""
    if behind[0].has("tick"):
        return " ".join(u.text for u in behind if u.has("tick"))
    return behind[0].text


def _peek_in_table(search: _Search, last: Unit) -> str:
    layout = search.layout
    assert last.cell is not None
    own = [u for u in layout.cells[key_of(last.cell)].units if u.index > last.index and u.text.strip()]
    if own:
        return " ".join(u.text for u in own) if own[0].has("tick") else own[0].text
    for box in (layout.right(last.cell), layout.below(last.cell)):
        if box is not None and not (box.units and search.habit.fits(box.units[0]) and box.text):
            return box.text
    return ""


# ------------------------------------------------------------------------------------------ award
def _award(layout: Layout, bids: list[Asked]) -> list[Asked]:
    """Give each question to its best bid; a stretch of the page and a question are given once.

    The cell beside a label is its answer: what stands there is a label only if it looks as much like one."""
    given: dict[str, Asked] = {}
    used: set[int] = set()
    answers: dict[int, float] = {}
    for bid in bids:
        units = range(bid.label.first, bid.label.last + 1)
        keys = PAIRS.get(bid.key, (bid.key,))
        if any(u in used for u in units) or any(k in given for k in keys):
            continue
        if bid.label.first in answers and (bid.label.structure < answers[bid.label.first] - 0.15 or bid.score < 0.7):
            continue
        for unit in _answer_cell(layout, bid):
            answers.setdefault(unit, bid.label.structure)
        for key in keys:
            given[key] = bid
        used.update(units)
    unique = {id(bid): bid for bid in given.values()}  # a pair stands under two keys
    return sorted(unique.values(), key=lambda bid: bid.label.first)


def _as_pair(search: _Search, bid: Asked, given: set[str]) -> Asked:
    """``Who heads it, and with what title?`` answered by ``Mrs X, Director`` asks two questions at once."""
    person = _PERSONS.get(bid.key)
    if person is None or {f"{bid.key.split('_')[0]}_name", f"{bid.key.split('_')[0]}_position"} <= given:
        return bid
    if not search.lexicon.asks_position(bid.label.text):
        return bid
    name, post = split_person(_peek(search, bid.label))
    if post is None or any(c.isdigit() for c in name) or not 2 <= len(name.split()) <= 7:
        return bid
    return Asked(f"pair:{person}", bid.label, bid.score, bid.margin)


def _is_half(bid: Asked, asked: list[Asked]) -> bool:
    """True for a weaker label of a question that a pair answers already."""
    for other in asked:
        if other is not bid and bid.key in PAIRS.get(other.key, ()):
            return bid.score < other.score + 0.25
    return False


_PERSONS = {"head_name": "head", "head_position": "head", "contact_name": "contact", "contact_position": "contact",
            "signatory_name": "signatory", "signatory_position": "signatory"}


def _answer_cell(layout: Layout, bid: Asked) -> list[int]:
    cell = layout.units[bid.label.last].cell
    if bid.label.where != "cell" or cell is None:
        return []
    box = layout.right(cell)
    return [unit.index for unit in box.units] if box else []


# ------------------------------------------------------------------------------------------ stops
def _with_stops(search: _Search, asked: list[Asked]) -> Found:
    stops: set[int] = {index for index, _ in search.headings}
    labels = {unit for bid in asked for unit in range(bid.label.first, bid.label.last + 1)}
    for candidate in search.all:
        if candidate.first not in labels and _repeats(candidate):
            stops.add(candidate.first)
    bold = sum(search.layout.units[bid.label.first].all_bold() for bid in asked) >= 0.7 * len(asked)
    for unit in search.layout.units:
        if unit.index not in labels and (unit.line.role == "heading" or bold and _is_bold_line(unit)):
            stops.add(unit.index)
    unknown = [c for c in _unknown(search, asked, labels) if c.first not in stops]
    stops |= {c.first for c in unknown} | labels
    return Found(tuple(asked), frozenset(stops), tuple(unknown), tuple(search.headings))


def _is_bold_line(unit: Unit) -> bool:
    """Where labels are bold, a short bold line of its own is printed by the form: a heading or an unknown question."""
    return unit.cell is None and unit.all_bold() and not unit.has("entry") and 0 < len(unit.text.split()) <= 20


def _repeats(candidate: Candidate) -> bool:
    """The same question printed again is no answer."""
    best = next((h for h in candidate.hits if h.group in ("label", "pair")), None)
    return best is not None and best.score >= 0.97 and candidate.structure >= 0.2


def _unknown(search: _Search, asked: list[Asked], labels: set[int]) -> list[Candidate]:
    """What has the look and the place of a question of this form, in words we do not know."""
    columns = _label_columns(search.layout, asked)
    numbers = [(bid.label.first, _number(bid.label.text)) for bid in asked]
    questions_end = sum(bid.label.text.rstrip(" *:").endswith("?") for bid in asked) >= 2
    found = []
    for candidate in search.all:
        if candidate.first in labels or candidate.last in labels:
            continue
        unit = search.layout.units[candidate.first]
        if candidate.where == "cell" and unit.cell is not None:
            beside = (unit.cell.table, unit.cell.column) in columns and _has_neighbour(search.layout, candidate)
            if beside or search.habit.cells and search.habit.fits(unit):
                found.append(candidate)
        elif unit.cell is None and (_between(numbers, candidate) or questions_end and _is_question(unit, candidate)):
            found.append(candidate)
        elif search.habit.fits(unit) and candidate.where != "cell" and len(candidate.text.split()) <= 24 and _stands_alone(unit, candidate):
            found.append(candidate)
    return found


def _is_question(unit: Unit, candidate: Candidate) -> bool:
    """Where the form asks in questions, a paragraph that is one short question is asked by the form."""
    text = candidate.text.rstrip(" *")
    return unit.line.new_paragraph and candidate.where == "line" and text.endswith("?") and len(text.split()) <= 24


def _stands_alone(unit: Unit, candidate: Candidate) -> bool:
    """A label in the form's habit is a whole line or ends where the bold print, a colon or a form field begins."""
    return candidate.where == "inline" or candidate.cut >= len(unit.line.text.rstrip()) or unit.end == candidate.cut


def _label_columns(layout: Layout, asked: list[Asked]) -> set[tuple[int, int]]:
    count: dict[tuple[int, int], int] = {}
    for bid in asked:
        cell = layout.units[bid.label.first].cell
        if cell is not None and bid.label.where == "cell" and layout.right(cell) is not None:
            count[cell.table, cell.column] = count.get((cell.table, cell.column), 0) + 1
    return {place for place, number in count.items() if number >= 1}


def _has_neighbour(layout: Layout, candidate: Candidate) -> bool:
    cell = layout.units[candidate.first].cell
    return cell is not None and layout.right(cell) is not None


def _number(text: str) -> tuple[int, ...] | None:
    match = re.match(r"\s*(\d{1,2}(?:\.\d{1,2})*)[.)]?\s", text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def _between(numbers: list[tuple[int, tuple[int, ...] | None]], candidate: Candidate) -> bool:
    """True if the line's number stands between those of the questions before and after it."""
    own = _number(candidate.text)
    if own is None:
        return False
    before = [n for index, n in numbers if index < candidate.first and n is not None]
    after = [n for index, n in numbers if index > candidate.first and n is not None]
    if not before or not after or len(own) != len(before[-1]):
        return False
    return before[-1] < own < after[0]
