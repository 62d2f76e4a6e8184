"""Sections of the form: which lines are headings or titles, and in which section a candidate stands."""

import re
from bisect import bisect_left
from collections.abc import Set

from extractors.candidates import Candidate
from extractors.labels import Hit
from extractors.layout import Layout, Unit, key_of
from extractors.question_keys import ACTION_KEYS, EVENT_KEYS, NEAR_SECTIONS, SHORT_KEYS, section_of
from extractors.search import Search

STRONG, MARGIN, HEADING = 0.9, 0.06, 0.8
LARGER, MUCH_LARGER = 1.4, 3.0
"""Points by which a heading is larger than labels."""
_IN_BRACKETS = re.compile(r"\s*\([^()]*\)\s*")
"""A caption: “(signature)” below the line to sign on."""
_LISTED = re.compile(r"\s*\(?(\d{1,2})[.)]\s*[^\W\d]")


def find_headings(search: Search) -> None:
    """Note the unit and the section of each heading in ``search.headings``, in reading order."""
    for candidate in search.all:
        hit = next((h for h in candidate.hits if h.group == "section"), None)
        if hit is None or hit.score < HEADING or candidate.where == "inline" or _IN_BRACKETS.fullmatch(candidate.text):
            continue
        if candidate.where == "cell" and not _alone_in_row(search.layout, candidate):
            continue
        if hit.score >= candidate.best - 0.02 or hit.score > 0.93:
            search.headings.append((candidate.first, hit.key))
    search.headings += _heads_of_persons(search)
    search.headings.sort()


def drop_answers(search: Search) -> None:
    """Headings that are answers are none: “3. Work plan 2027” behind “2. Survey”, or “Head” in the cell beside
    “Position”."""
    search.headings = [
        heading
        for heading in search.headings
        if not goes_on_list(search, heading[0]) and not _answers_label(search, heading[0])
    ]


def goes_on_list(search: Search, index: int) -> bool:
    """True for a line that looks like no label and bears the number that follows on that of the line before it."""
    unit, own = search.layout.units[index], _LISTED.match(search.layout.units[index].text)
    before = next((u for u in reversed(search.layout.units[:index]) if u.text.strip()), None)
    if own is None or before is None or before.cell != unit.cell or search.fits(unit) or search.fits(before):
        return False
    last = _LISTED.match(before.text)
    return bool(search.habit) and last is not None and int(own[1]) == int(last[1]) + 1


def _heads_of_persons(search: Search) -> list[tuple[int, str]]:
    """``Authority representing it`` alone above ``Name`` and ``Position``: it asks nothing, it says whose they are."""
    known = {index for index, _ in search.headings}
    short = {c.first for c in search.all if any(h.group == "short" and h.score >= 0.85 for h in c.hits[:2])}
    found: dict[int, str] = {}
    for candidate in search.all:
        hits = [h for h in candidate.hits if h.group in ("label", "guess")]
        if not hits or hits[0].score < NAMED or candidate.first in known or candidate.where == "inline":
            continue
        hit, others = hits[0], [h.score for h in hits if section_of(h.key) != section_of(hits[0].key)]
        if others and others[0] > hit.score - CLEARLY:
            continue
        below = _first_below(search.layout, candidate.last)
        if below in short and section_of(hit.key) in OF_PERSONS and _stands_over(search.layout, candidate, below):
            found.setdefault(candidate.first, section_of(hit.key))
    return list(found.items())


def _first_below(layout: Layout, index: int) -> int:
    """The first unit behind one that is neither a hint in italics nor a bare number; -1 at the end."""
    behind = (unit for unit in layout.units[index + 1 :] if not unit.all_italic and any(map(str.isalpha, unit.text)))
    return next((unit.index for unit in behind), -1)


NAMED, CLEARLY = 0.6, 0.15
"""How well words must name a person to head that person's questions, and how much better than anything else."""
OF_PERSONS = ("head", "contact", "signature", "support")


def _stands_over(layout: Layout, candidate: Candidate, first_below: int) -> bool:
    """True for a row of its own above a row of label and answer, or a line of its own above such lines."""
    cell, below = layout.units[candidate.last].cell, layout.units[first_below]
    if cell is None:
        return below.cell is None and ":" in below.text
    beside = below.cell is not None and below.cell.table == cell.table and below.cell.row > cell.row
    return beside and _alone_in_row(layout, candidate) and below.cell is not None and len(layout.row(below.cell)) > 1


def _alone_in_row(layout: Layout, candidate: Candidate) -> bool:
    cell = layout.units[candidate.first].cell
    return cell is not None and len([box for box in layout.row(cell) if box.text]) == 1


def _answers_label(search: Search, index: int) -> bool:
    """True for a cell that looks like no label, among others in its row, behind or below one that does; and for plain
    print in a cell that begins in bold."""
    layout, unit = search.layout, search.layout.units[index]
    if unit.cell is None or not search.habit or search.fits(unit):
        return False
    own = next(each for each in layout.cells[key_of(unit.cell)].units if each.text.strip())
    if own.all_bold and not unit.all_bold:
        return True
    mates = [box for box in layout.row(unit.cell) if box.text]
    above = layout.at(unit.cell.table, unit.cell.row - 1, unit.cell.column)
    before = [box for box in mates if box.cell.column < unit.cell.column][-1:]
    if before and before[0].units[0].all_bold and not unit.all_bold:
        return True
    over = [above] if above is not None and len(mates) > 1 else []
    return any(search.fits(box.units[0]) for box in before + over)


def only_headings(search: Search) -> frozenset[int]:
    """Headings that ask nothing themselves: behind them comes a question of their own section, not an answer."""
    first: dict[int, list[Candidate]] = {}
    for candidate in search.all:
        fits = search.fits(search.layout.units[candidate.first])
        if candidate.best >= (0.5 if fits else 0.7) and (fits or candidate.structure >= 0.1):
            first.setdefault(candidate.first, []).append(candidate)
    return frozenset(
        index
        for index, name in search.headings
        if is_larger(search, index)
        or _is_followed_by_question(search, index, name, first)
        and not _has_answer_beside(search, search.layout.units[index])
    )


def _has_answer_beside(search: Search, unit: Unit) -> bool:
    """True for a cell with words to its right that do not look like a label."""
    beside = search.layout.right(unit.cell) if unit.cell is not None and search.fits(unit) else None
    return beside is not None and bool(beside.text) and not any(search.fits(each) for each in beside.units)


def is_larger(search: Search, index: int) -> bool:
    """Headings are printed larger than labels, and much larger where they share their row of a table."""
    unit, usual = search.layout.units[index], search.habit.size
    beside = unit.cell is not None and search.layout.right(unit.cell) is not None
    return bool(unit.line.size and usual and unit.line.size >= usual + (MUCH_LARGER if beside else LARGER))


def heads_as_others(search: Search, unit: Unit, labels: Set[int]) -> bool:
    """True for a line in the print of other headings, which is bold and larger than that of any label."""
    size = unit.line.size
    if not unit.all_bold or not size or unit.cell is not None:
        return False
    sizes = [search.layout.units[index].line.size or 0.0 for index in labels]
    alike = [u for u in search.layout.units if u.cell is None and u.all_bold and u.line.size == size]
    return len(alike) >= HEADINGS and max(sizes, default=size) < size and not labels & {u.index for u in alike}


HEADINGS = 3
"""From so many lines in one print on they are the form's headings."""


def first_sure(search: Search) -> int:
    """The first unit that surely asks for the institution, its head or the event, or the first of several that ask
    something word for word: above it stand title and notice."""
    early = [
        c.first
        for c in search.all
        if c.first >= search.begins
        and any(h.group == "label" and h.score >= 0.72 and _opens_form(h.key) for h in c.hits)
    ]
    exact = [c.first for c in search.all if c.first >= search.begins and _asks_exactly(c)]
    early += [at for at, third in zip(exact, exact[2:], strict=False) if third <= at + NEAR_BY][:1]
    fitting = [unit.index for unit in search.layout.units if search.habit.chain and unit.index in search.habit.chain]
    return min(early + fitting, default=0)


NEAR_BY = 15
"""Units within which three questions stand, where a form has begun."""


def _asks_exactly(candidate: Candidate) -> bool:
    first = next(iter(candidate.hits), None)
    return first is not None and first.group == "label" and first.score >= 0.95 and candidate.structure >= 0.25


def _opens_form(key: str) -> bool:
    return section_of(key) in ("institution", "head") or key in EVENT_KEYS


def beginning_of(search: Search) -> int:
    """The unit at which the form begins: its title, behind a cover letter; 0 where no title is known."""
    units = search.layout.units
    titles = [
        c.first
        for c in search.all
        if c.first < len(units) // 2
        and any(h.group == "title" and h.score >= 0.72 for h in c.hits)
        and c.where != "inline"
    ]
    prominent = [
        i for i in titles if units[i].all_bold or units[i].line.role == "heading" or (units[i].line.size or 0) > 12
    ]
    return min(prominent, default=0)


def _is_followed_by_question(search: Search, index: int, name: str, first: dict[int, list[Candidate]]) -> bool:
    headed = search.layout.units[index].cell
    for unit in search.layout.units[index + 1 : index + 12]:
        if unit.index in search.activities:
            return name == "activities"
        if not unit.text.strip() or unit.all_italic:
            continue
        if search.habit.chain and not search.fits(unit):
            return False  # where questions are numbered, what has no number is an answer
        if unit.index in first:
            keys = [key_of_hit(hit, name, c, search) for c in first[unit.index] for hit in c.hits[:3]]
            return any(
                key is not None and (section_of(key) == name or name in NEAR_SECTIONS.get(section_of(key), ()))
                for key in keys
            )
        if headed is None or unit.cell is None or key_of(unit.cell) != key_of(headed):
            return False
        if search.habit.cells and not search.fits(unit):
            return False  # words in plain print under a label in its own cell: its answer
    return False


def form_titles(search: Search) -> frozenset[int]:
    """Lines at the top that are the form's own title."""
    found = set()
    for candidate in search.all:
        if candidate.first < 8 and any(
            h.group == "title" and h.score >= 0.62 and h.score >= candidate.best - 0.1 for h in candidate.hits
        ):
            found.add(candidate.first)
    return frozenset(found)


def asks_for_action(strong: list[Candidate]) -> bool:
    """True for a full form: it asks for results, policies or partners, and for the event at most in passing."""
    keys = {label_hit(c).key for c in strong}
    return len(keys & ACTION_KEYS) >= 3 and not keys & {"event_type"} and len(keys & EVENT_KEYS) <= 1


def asks_for_event(strong: list[Candidate]) -> bool:
    """True for a simplified form: it asks of what kind the event is, or when and where it takes place."""
    return len({label_hit(c).key for c in strong} & EVENT_KEYS) >= 2


def places_of(search: Search) -> dict[int, float]:
    """How far down the form each candidate stands, 0 to 1, counted in what looks like labels."""
    marks = sorted(
        {
            c.first
            for c in search.all
            if search.fits(search.layout.units[c.first]) or not search.habit and c.structure >= 0.2
        }
    )
    whole = max(1, len(marks) - 1)
    return {c.first: bisect_left(marks, c.first) / whole for c in search.all}


def label_hit(candidate: Candidate) -> Hit:
    """The best of the candidate's hits among the questions' labels; it must have one."""
    return next(h for h in candidate.hits if h.group == "label")


def is_strong(candidate: Candidate) -> bool:
    """True if the words are clearly a label, of one question only, and stand like one."""
    labels = [h for h in candidate.hits if h.group == "label"]
    if not labels or labels[0].score < STRONG or candidate.structure < 0.1:
        return False
    return len(labels) < 2 or labels[0].score - labels[1].score >= MARGIN


LATE = 0.85
"""Where on the form the signature block begins, at the earliest."""


def context_of(search: Search, candidate: Candidate) -> str | None:
    """The section the candidate stands in: that of the last heading or sure label before it."""
    before = bisect_left(search.context, (candidate.first, ""))
    return search.context[before - 1][1] if before else None


def context_after(search: Search, candidate: Candidate) -> str | None:
    """The section of the next sure label: "Name" and "Post" may stand before what tells whose they are."""
    behind = bisect_left(search.context, (candidate.last + 1, ""))
    index, name = search.context[behind] if behind < len(search.context) else (candidate.last + 9, "")
    return name if index <= candidate.last + 8 else None


def key_of_hit(hit: Hit, context: str | None, candidate: Candidate, search: Search) -> str | None:
    """The question a hit asks in its section; None where it asks none (titles, sections)."""
    if hit.group in ("label", "guess", "pair"):
        key = f"pair:{hit.key}" if hit.group == "pair" else hit.key  # a guess may be a pair too
        of_event = key == "pair:place_date" and search.simple and search.places.get(candidate.first, 0.0) < LATE
        return "pair:event" if of_event else key
    if hit.group == "short":
        late = candidate.first > 0.8 * len(search.layout.units)
        return SHORT_KEYS[hit.key].get(context or ("signature" if late else ""))
    return None
