"""Where an answer must end: headings, repeated questions, and what looks like a question in words we do not know."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from statistics import median

from extractors.alternation import lines_in_doubt
from extractors.candidates import Candidate
from extractors.habit import DAY
from extractors.headings import LARGER, goes_on_list, heads_as_others, is_larger
from extractors.label_continuation import MARKS
from extractors.label_ends import begins_bold, in_capitals
from extractors.labels import Hit
from extractors.layout import Layout, Unit, key_of
from extractors.looks import CHOICES, POSTS, look_bonus
from extractors.notices import declarations_of
from extractors.numbering import NUMBER
from extractors.options import is_option
from extractors.peeking import peek
from extractors.persons import looks_like_post
from extractors.search import UNKEPT, Asked, Found, Search
from extractors.signing_sentence import signing_sentence
from extractors.telling import keys_of, tells_unasked

_NUMBER = re.compile(r"\s*(?:\*\s*)?(\d{1,2}(?:\.\d{1,2})*)[.)]?\s")
SURELY, LONGEST_LABEL = 0.85, 12
"""How well a line must fit a question to be a label within an answer, and how many words it has at most."""
BEHIND = 1000
"""Added to the place of a letter in the alphabet: letters and numbers are no one order."""
ALIKE = 6
"""Labels with a number of one shape that show what opens with such a number to be a label."""
_PART_NUMBER, _SHAPED = re.compile(r"\s*\(?(?:\d{1,2}|[A-ZА-Я])\.\d{1,2}[.)]?(?=\s)"), re.compile(r"\d+|[A-ZА-Я]")
ASKING = 0.75
"""Score from which words in capitals ask something rather than answer."""
SURE_ANSWER = 0.1
"""How well words must suit the question above them to be its answer, though they look like a label."""


def with_stops(search: Search, asked: list[Asked]) -> Found:
    """The questions with every unit at which an answer must end, and the labels in words we do not know."""
    labels = _units_of(asked)
    repeated = _repeated(search, asked, labels)
    stops = {index for index, _ in search.headings} | search.series | {candidate.first for candidate in repeated}
    heads = set(_prominent(search, asked, labels))
    notices = search.notices | declarations_of(search.layout, asked, search.lexicon.data, stops | heads)
    keys = {key for bid in asked for key in keys_of(bid)}
    signed = signing_sentence(search.layout, search.lexicon.data.language, keys)
    stops |= notices | heads | signed.units
    unkept = tuple(_unkept(search, labels))
    beyond = _units_of(unkept)
    unlike = [label for label in unknown_labels(search, asked) if label.first not in beyond]
    open_ends = {bid.label.last for bid in asked if not peek(search, bid.label)}
    telling = frozenset(c.first for c in unlike if tells_unasked(search, asked, c) or _is_below(search, c, open_ends))
    unknown = [c for c in unlike if c.first not in stops or c.first in telling]
    words = {bid.label.text: bid.key for bid in asked}
    again = {hit.key for candidate in repeated if (hit := _surest(candidate)) is not None}
    again |= {words[each.text] for each in search.all if each.text in words and each.first not in labels}
    in_doubt = (*lines_in_doubt(search.layout, search.habit.turns), *_asking(search, keys, labels | stops))
    return Found(
        asked=tuple(asked),
        stops=frozenset(stops | {c.first for c in unknown} | labels | beyond | search.activities),
        unknown=tuple(unknown),
        headings=tuple(search.headings),
        over=labels_stand_over(search.layout, asked),
        again=frozenset(again),
        telling=telling,
        in_doubt=tuple(unit.text for unit in in_doubt),
        notices=notices,
        unkept=unkept,
        needless=frozenset(c.first for c in unknown if search.lexicon.says_optional(c.text) and not peek(search, c)),
        answered=frozenset(c.first for c in unknown if c.where != "line" and peek(search, c)),
        signed=signed,
    )


def _units_of(bids: Iterable[Asked]) -> set[int]:
    return {unit for bid in bids for unit in range(bid.label.first, bid.label.last + 1)}


def _repeated(search: Search, asked: list[Asked], labels: Collection[int]) -> list[Candidate]:
    """The questions that are printed again: no answers."""
    return [
        candidate
        for candidate in search.all
        if candidate.first not in labels
        and _repeats(candidate)
        and not _is_own_answer(search, candidate, asked)
        and not goes_on_list(search, candidate.first)
    ]


def _asking(search: Search, given: Collection[str], known: Collection[int]) -> Iterator[Unit]:
    """Lines in an answer that end as labels do and surely ask what no label of the form asks."""
    for unit in search.layout.units[min(known, default=0) :]:
        text = unit.text.strip()
        shaped = text[:1].isupper() and text.endswith((":", "?", "*")) and len(text.split()) <= LONGEST_LABEL
        if not shaped or unit.index in known or unit.index in search.activities or unit.all_italic:
            continue
        first = next(iter(search.lexicon.hits(text.rstrip(" :*"))), None)
        if (
            first is not None
            and first.group in ("label", "guess")
            and first.score >= SURELY
            and first.key not in {*given, "signature"}
        ):
            yield unit


def _is_below(search: Search, candidate: Candidate, ends: Collection[int]) -> bool:
    """True for words right behind a question without an answer: “Our link in your institution” under “Whom do we talk
    to?”, which only heads it; on paper, where looks are unsure, perhaps the answer itself."""
    before = next((u for u in reversed(search.layout.units[: candidate.first]) if u.text.strip()), None)
    behind = before is not None and before.index in ends
    return behind and (search.layout.document.origin == "ocr" or bool(peek(search, candidate)))


def _unkept(search: Search, labels: Collection[int]) -> Iterator[Asked]:
    """The questions that the record has no place for, where they stand and look as labels do."""
    seen = {*labels, *search.activities}
    for candidate in search.all:
        unit = search.layout.units[candidate.first]
        asks = search.fits(unit) or candidate.text.rstrip(" *").endswith((":", "?"))
        if candidate.first not in seen and asks and search.lexicon.is_not_kept(candidate.text):
            seen.add(candidate.first)
            yield Asked(UNKEPT, candidate, candidate.best, 0.0)


def _prominent(search: Search, asked: list[Asked], labels: set[int]) -> Iterator[int]:
    """Units that stand out as headings do and are no label: in larger print, over a section, bold where labels are."""
    ends = {bid.label.last: bid for bid in asked}
    in_bold = begins_bold if search.layout.document.origin != "ocr" else (lambda unit: unit.all_bold)  # often misread
    bold = sum(in_bold(search.layout.units[bid.label.first]) for bid in asked) >= 0.7 * len(asked)
    sizes = [size for bid in asked if (size := search.layout.units[bid.label.first].line.size)]
    usual = median(sizes) if sizes else None
    for unit in search.layout.units:
        if unit.index in labels or search.habit.upright and unit.all_italic or _answers_above(search, unit, ends):
            continue
        over_labels = usual is not None and (unit.line.size or 0.0) >= usual + LARGER
        large = unit.all_bold and unit.cell is None and (is_larger(search, unit.index) or over_labels)
        section = _opens_section(unit, asked) or _parts_questions(search, unit, labels)
        if unit.line.role == "heading" or large or section or bold and _is_bold_line(unit):
            yield unit.index


def _answers_above(search: Search, unit: Unit, ends: Mapping[int, Asked]) -> bool:
    """True on paper, where bold print is often misread, for words directly under a label that are surely its answer:
    “French”. In a digital form what looks like a label is one."""
    if search.layout.document.origin != "ocr":
        return False
    above = ends.get(unit.index - 1) or _in_cell_above(search.layout, unit, ends)
    if above is None or unit.text.rstrip().endswith((":", "?", "*")) or NUMBER.match(unit.text):
        return False
    return look_bonus(above.key, unit.text, search.lexicon.data.language) >= SURE_ANSWER


def _in_cell_above(layout: Layout, unit: Unit, ends: Mapping[int, Asked]) -> Asked | None:
    box = layout.at(unit.cell.table, unit.cell.row - 1, unit.cell.column) if unit.cell is not None else None
    return ends.get(box.units[-1].index) if box is not None else None


def _opens_section(unit: Unit, asked: list[Asked]) -> bool:
    """``3. The signature``, bold or in capitals, in a line of its own before question 3.1."""
    own = _number(unit.text)
    following = next((bid for bid in asked if bid.label.first > unit.index), None)
    if own is None or len(own) != 1 or following is None or len(unit.text.split()) > 12:
        return False
    stands_out = unit.all_bold or in_capitals(unit.text)
    return stands_out and unit.line.new_paragraph and unit.start == 0 and _number(following.label.text) == (*own, 1)


def _parts_questions(search: Search, unit: Unit, labels: set[int]) -> bool:
    """A bold line of its own between an answer in plain print and the next question is a heading."""
    alone = unit.cell is None or _fills_table(search.layout, unit)
    if not alone or not unit.line.new_paragraph or not _is_in_bold(unit):
        return False
    before = next((u for u in reversed(search.layout.units[: unit.index]) if u.text.strip()), None)
    behind = [u for u in search.layout.units[unit.index + 1 : unit.index + 6] if u.text.strip()]
    if before is None or not behind or before.index in labels or before.all_bold:
        return False
    told = behind[0].all_italic and not search.fits(behind[0])  # under a heading the form may say what to do
    return any(u.index in labels or u.index in search.activities for u in behind[: 1 + told])


def _is_bold_line(unit: Unit) -> bool:
    """Where labels are bold, a short bold line of its own is printed by the form: a heading or an unknown question;
    so is a bulleted line that begins in bold and has a colon."""
    if unit.item and ":" in unit.text[:60]:
        return begins_bold(unit)
    return unit.cell is None and _is_in_bold(unit)


def _is_in_bold(unit: Unit) -> bool:
    worded = any(c.isalpha() for c in unit.text)
    return unit.all_bold and worded and not unit.has("entry") and len(unit.text.split()) <= 20


def _fills_table(layout: Layout, unit: Unit) -> bool:
    """True for a line that is all there is in its table: a bar across the page."""
    return unit.cell is not None and [u for box in layout.tables[unit.cell.table] for u in box.units] == [unit]


def _is_own_answer(search: Search, candidate: Candidate, asked: list[Asked]) -> bool:
    """An answer may begin with the words of its question: "Direct beneficiaries: …" under "Beneficiaries"; and "Chief
    Executive", which asks for the head of an institution elsewhere, is a post behind the question for one."""
    unit = search.layout.units[candidate.first]
    over = _in_cell_above(search.layout, unit, {bid.label.last: bid for bid in asked})
    before = [bid for bid in asked if bid.label.last < candidate.first]
    for above in ([over] if over is not None else []) + before[-1:]:
        if above.key in POSTS and looks_like_post(candidate.text, search.lexicon.data.language):
            return True
        if any(hit.key == above.key and hit.score >= 0.9 for hit in candidate.hits):
            return True
    return False


def _repeats(candidate: Candidate) -> bool:
    """The same question printed again is no answer."""
    best = _surest(candidate)
    return best is not None and best.score >= 0.97 and candidate.structure >= 0.2


def _surest(candidate: Candidate) -> Hit | None:
    return next((hit for hit in candidate.hits if hit.group in ("label", "pair")), None)


def unknown_labels(search: Search, asked: list[Asked]) -> list[Candidate]:
    """What has the look and the place of a question of this form, in words we do not know."""
    labels = _units_of(asked)
    columns = _label_columns(search.layout, asked, labels_stand_over(search.layout, asked))
    ends = {bid.label.last: bid for bid in asked}
    numbers = [(bid.label.first, _place_in_order(bid.label.text)) for bid in asked]
    openings = [_PART_NUMBER.match(bid.label.text) for bid in asked]
    numbered = [_SHAPED.sub("#", opening[0]) for opening in openings if opening]
    italic = sum(search.layout.units[bid.label.first].all_italic for bid in asked) > 0.2 * len(asked)
    questions_end = sum(bid.label.text.rstrip(" *:").endswith("?") for bid in asked) >= 2
    found = []
    for candidate in search.all:
        if candidate.first in labels or candidate.last in labels or candidate.first in search.series:
            continue
        unit = search.layout.units[candidate.first]
        headed = unit.all_bold and is_larger(search, unit.index) or heads_as_others(search, unit, labels)
        answer = _answers_above(search, unit, ends) or _stands_as_answer(search, candidate, columns, labels)
        answer = answer or _is_option_of(search, candidate, asked) or _stands_below_labels(search, unit, labels)
        if headed or unit.all_italic and not italic or answer or _heads_activities(search, candidate):
            continue  # a heading or a hint
        if search.lexicon.is_remark(candidate.text.strip(MARKS)):
            continue  # “(compulsory)”, which the end of a page has cut off a label
        marked = candidate.where != "inline" and search.lexicon.ends_in_remark(candidate.text)
        if marked or _numbered_alike(numbered, candidate):
            found.append(candidate)
        elif candidate.where == "cell" and unit.cell is not None:
            beside = (unit.cell.table, unit.cell.column) in columns and _has_neighbour(search.layout, candidate)
            if beside or search.habit.cells and search.fits(unit):
                found.append(candidate)
        elif (
            unit.cell is None
            and (_between(numbers, candidate) or questions_end and _is_question(unit, candidate))
            or search.fits(unit)
            and candidate.where != "cell"
            and len(candidate.text.split()) <= 24
            and _stands_alone(unit, candidate)
        ):
            found.append(candidate)
    return found


def _heads_activities(search: Search, candidate: Candidate) -> bool:
    """True for a line in bold directly above the activities."""
    units = search.layout.units
    behind = next((u.index for u in units[candidate.last + 1 :] if u.text.strip() and not u.all_italic), None)
    return behind in search.activities and units[candidate.first].all_bold and units[candidate.first].cell is None


def _is_option_of(search: Search, candidate: Candidate, asked: list[Asked]) -> bool:
    """True for a line behind a question to be ticked that names one of its options, beside a place for a mark."""
    above = next((bid for bid in reversed(asked) if bid.label.last < candidate.first), None)
    cell = search.layout.units[candidate.first].cell
    beside = search.layout.right(cell) if cell is not None else None
    if above is None or above.key not in CHOICES or beside is None or len(beside.text) > 1:
        return False
    return is_option(candidate.text, above.key, search.lexicon.data.language)


def _stands_as_answer(
    search: Search, candidate: Candidate, columns: set[tuple[int, int]], labels: Collection[int]
) -> bool:
    """True for words in capitals in the place of an answer beside a question, where labels are in capitals too."""
    unit = search.layout.units[candidate.first]
    cell = unit.cell
    if (
        cell is None
        or candidate.best >= ASKING
        or unit.all_bold
        or not in_capitals(unit.text)
        or (cell.table, cell.column) in columns
    ):
        return False
    left = search.layout.at(cell.table, cell.row, cell.column - 1)
    return left is not None and (cell.table, left.cell.column) in columns and left.units[0].index in labels


def _stands_below_labels(search: Search, unit: Unit, labels: Collection[int]) -> bool:
    """True for plain print below a label in bold, in a row of such labels: its answer, though labels stand in its
    column further down."""
    above = search.layout.at(unit.cell.table, unit.cell.row - 1, unit.cell.column) if unit.cell is not None else None
    if above is None or unit.all_bold:
        return False
    row = [box.units[0] for box in search.layout.row(above.cell)]
    return len(row) > 1 and all(each.index in labels and each.all_bold for each in row)


def _numbered_alike(numbered: list[str], candidate: Candidate) -> bool:
    """True for a line that opens with a number of two parts (3.4) of the shape that most labels open with."""
    own = _PART_NUMBER.match(candidate.text)
    return own is not None and numbered.count(_SHAPED.sub("#", own[0])) >= ALIKE


def _is_question(unit: Unit, candidate: Candidate) -> bool:
    """Where the form asks in questions, a paragraph that is one short question is asked by the form."""
    text = re.sub(r"\s*\([^()]*\)\s*$", "", candidate.text.rstrip(" *"))
    return unit.line.new_paragraph and candidate.where == "line" and text.endswith("?") and len(text.split()) <= 24


def _stands_alone(unit: Unit, candidate: Candidate) -> bool:
    """A label in the form's habit is a whole line or ends where the bold print, a colon or a form field begins."""
    return candidate.where == "inline" or candidate.cut >= len(unit.line.text.rstrip()) or unit.end == candidate.cut


def _label_columns(layout: Layout, asked: list[Asked], over: bool) -> set[tuple[int, int]]:
    """Columns in which a label stands beside its answer, and not beside the next label of a row of labels."""
    if over:
        return set()
    return {place for place, beside, _ in _neighbours(layout, asked) if beside}


def labels_stand_over(layout: Layout, asked: list[Asked]) -> bool:
    """True for a form whose tables have each answer below its label, also where two labels stand side by side."""
    places = list(_neighbours(layout, asked))
    over = sum(below and not beside for _, beside, below in places)
    return over >= 4 and over > 3 * sum(beside and not below for _, beside, below in places)


def _neighbours(layout: Layout, asked: list[Asked]) -> Iterator[tuple[tuple[int, int], bool, bool]]:
    """For each label that fills a cell its table and column, and whether what is no label stands beside and below."""
    cells = {key_of(cell) for bid in asked if (cell := layout.units[bid.label.first].cell) is not None}
    for bid in asked:
        cell = layout.units[bid.label.first].cell
        if cell is not None and bid.label.where == "cell":
            beside, below = layout.right(cell), layout.below(cell)
            yield (
                (cell.table, cell.column),
                beside is not None and key_of(beside.cell) not in cells,
                below is not None and key_of(below.cell) not in cells,
            )


def _has_neighbour(layout: Layout, candidate: Candidate) -> bool:
    cell = layout.units[candidate.first].cell
    return cell is not None and layout.right(cell) is not None


def _number(text: str) -> tuple[int, ...] | None:
    match = None if DAY.fullmatch(text.strip()) else _NUMBER.match(text)
    return tuple(int(part) for part in match[1].split(".")) if match else None


def _place_in_order(text: str) -> tuple[int, ...] | None:
    """The number of a label, or its letter, which stands behind all numbers."""
    letter = re.match(r"\s*\(?([^\W\d_])[.)]\s", text)
    return (BEHIND + ord(letter[1].casefold()),) if letter else _number(text)


def _between(numbers: list[tuple[int, tuple[int, ...] | None]], candidate: Candidate) -> bool:
    """True if the line's number stands between those of the questions before and after it."""
    own = _place_in_order(candidate.text)
    if own is None:
        return False
    before = [n for index, n in numbers if index < candidate.first and n is not None]
    after = [n for index, n in numbers if index > candidate.first and n is not None]
    if not before or not after or len(own) != len(before[-1]):
        return False
    return before[-1] < own < after[0]
