"""What is put right once every question has its label: strays, answers taken for labels, whose name and post is asked,
which box is to be signed, two questions in one label."""

from collections.abc import Set
from dataclasses import replace
from itertools import takewhile

from extractors.bids import SURELY_GUESSED
from extractors.candidates import Candidate
from extractors.headings import heads_as_others
from extractors.label_ends import begins_bold, lead_of
from extractors.layout import DOTTED, Layout, key_of
from extractors.looks import holds_both
from extractors.numbering import without_number
from extractors.peeking import peek, peek_lines, said_beside
from extractors.persons import looks_like_person, split_person
from extractors.question_keys import PAIRS, PERSONS, section_of
from extractors.search import Asked, Search
from pipeline.folding import fold, tidy, whole_words

ENTITY_KEYS = frozenset({"supporting_entity_contact", "supporting_entity_role"})
"""Asked only where the supporting entity itself is."""
DOUBTFUL = 0.65
"""Score below which a question is doubtful."""
NAMED = 0.5
"""How well a label fits the supporting entity's name where its contact or role is asked next."""
EXACT = 0.95
"""How well the words of a label fit that is one of the data."""


def without_stray(search: Search, awarded: list[Asked]) -> list[Asked]:
    """What was taken for a question by a weak guess is a heading where it is printed as other headings are, or where
    labels stand in boxes and it is a line between the boxes with no answer behind it."""
    units = search.layout.units
    labels = {bid.label.first for bid in awarded}
    boxed = sum(units[first].cell is not None for first in labels) >= 0.7 * len(awarded)

    def is_stray(bid: Asked) -> bool:
        if not bid.guessed or bid.score >= DOUBTFUL or search.lexicon.ends_in_remark(bid.label.text):
            return False
        unit = units[bid.label.first]
        if heads_as_others(search, unit, labels - {unit.index}):
            return True
        lone = unit.cell is not None and len(search.layout.row(unit.cell)) == 1
        outside = lone or unit.cell is None and bid.label.where == "line"
        return boxed and outside and not peek(search, bid.label)

    return [bid for bid in awarded if bid.key == "signature" or not is_stray(bid)]


def without_answers(search: Search, awarded: list[Asked]) -> list[Asked]:
    """A weak guess that does not look as this form's labels do, directly under one that does, begins that one's answer:
    “Two speakers: …”."""
    units = search.layout.units
    headings = {index for index, _ in search.headings} | search.only_headings
    known = [units[bid.label.first].cell for bid in awarded if not bid.guessed]

    def is_answer(bid: Asked) -> bool:
        above = next((u for u in reversed(units[: bid.label.first]) if u.text.strip()), None)
        if above is None or above.index in headings or not search.fits(above):
            return False
        cell = units[bid.label.first].cell
        if cell is not None and cell != above.cell and cell in known:
            return False  # a cell of questions
        plain = not search.fits(units[bid.label.first]) and "*" not in bid.label.text
        weak = bid.guessed and bid.base < SURELY_GUESSED
        return weak and plain and without_number(bid.label.text) == bid.label.text

    return [bid for bid in awarded if not is_answer(bid)]


def with_entity_name(search: Search, awarded: list[Asked]) -> list[Asked]:
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


SIGNING_BLOCK = 16
"""How many units apart the labels of one signature block stand, at most."""


def with_signature(search: Search, awarded: list[Asked], bids: list[Asked]) -> list[Asked]:
    """A heading “Signature of the applicant” over name and post is not the box to sign in, if one stands below; nor is
    “Stamp”, if another near it is."""
    held = next((bid for bid in awarded if bid.key == "signature"), None)
    if held is None:
        return awarded
    held, awarded = _beside_stamp(search, held, awarded, bids)
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


def _beside_stamp(search: Search, held: Asked, awarded: list[Asked], bids: list[Asked]) -> tuple[Asked, list[Asked]]:
    """The label for the signature, where one for the stamp was taken for it."""
    stamps = whole_words(search.lexicon.data.marks.stamp)
    taken = {unit for bid in awarded for unit in range(bid.label.first, bid.label.last + 1)}

    def signs(bid: Asked) -> bool:
        free = bid.label.first not in taken and abs(bid.label.first - held.label.first) <= SIGNING_BLOCK
        return bid.key == "signature" and bid.base >= EXACT and free and not stamps.search(f" {fold(bid.label.text)} ")

    if not stamps.search(f" {fold(held.label.text)} ") or (other := next(filter(signs, bids), None)) is None:
        return held, awarded
    others = (bid for bid in awarded if bid is not held)
    return other, sorted([*others, other], key=lambda bid: bid.label.first)


def _asks_entity(candidate: Candidate) -> bool:
    return any(hit.key == "supporting_entity_name" and hit.score >= NAMED for hit in candidate.hits)


def paired(search: Search, asked: list[Asked]) -> list[Asked]:
    given = {bid.key for bid in asked}
    return [_as_pair(search, bid, given) for bid in asked]


def _as_pair(search: Search, bid: Asked, given: set[str]) -> Asked:
    """``Who heads it, and with what title?`` answered by ``Mrs X, Director`` asks two questions at once."""
    if _asks_address(search, bid, given):
        return replace(bid, key="pair:address")
    person = PERSONS.get(bid.key)
    if person is None or {f"{bid.key.split('_')[0]}_name", f"{bid.key.split('_')[0]}_position"} <= given:
        return bid
    hint = _hint_below(search, bid)
    if not bid.key.endswith("_position") and not search.lexicon.asks_position(f"{bid.label.text} {hint}"):
        return bid
    name, post = split_person("\n".join((said_beside if hint else peek_lines)(search, bid.label)))
    if post is None or not looks_like_person(name):
        return bid
    return replace(bid, key=f"pair:{person}")


def _hint_below(search: Search, bid: Asked) -> str:
    """What stands in italics below a label in its own cell: “name and title”."""
    last = search.layout.units[bid.label.last]
    cell = search.layout.cells[key_of(last.cell)].units if last.cell is not None else []
    behind = [unit for unit in cell if unit.index > last.index and unit.text.strip()]
    return " ".join(unit.text for unit in behind) if all(unit.all_italic for unit in behind) else ""


def _asks_address(search: Search, bid: Asked, given: set[str]) -> bool:
    """``E-mail and telephone``: one label of the two is asked, and both stand behind it."""
    keys = PAIRS["pair:address"]
    look = peek(search, bid.label)
    named = all(any(hit.key == key for hit in bid.label.hits) for key in keys)
    return bid.key in keys and not set(keys) <= given and named and holds_both(look)


def to_their_ends(layout: Layout, asked: list[Asked]) -> list[Asked]:
    """Labels of several lines beside their answer, of which the first was enough to know them, with all their lines:
    “Other partners’ work / on the same subject (compulsory)”."""
    labels = {bid.label.first for bid in asked}
    whole = [_to_its_end(layout, _to_its_bold_end(layout, bid, labels), labels) for bid in asked]
    return [_over_its_page(layout, _to_its_dots(layout, bid)) for bid in whole]


def _over_its_page(layout: Layout, bid: Asked) -> Asked:
    """A label that the end of a page cuts, with its words on the next page, which may say “(optional)”. Its answer
    still stands beside where it began."""
    cell = layout.units[bid.label.last].cell
    following = layout.next_table(cell.table) if cell is not None else None
    if cell is None or following is None or cell.row != layout.tables[cell.table][-1].cell.row:
        return bid
    row, below = layout.row(cell), layout.row(layout.tables[following][0].cell)
    at = [key_of(box.cell) for box in row].index(key_of(cell))
    rest = below[at] if len(below) == len(row) > 1 else None
    if rest is None or not rest.text or rest.units[0].line.new_paragraph:
        return bid
    return replace(bid, label=replace(bid.label, text=tidy(f"{bid.label.text} {rest.text}")))


def _to_its_bold_end(layout: Layout, bid: Asked, labels: Set[int]) -> Asked:
    """A paragraph in bold print on a page is a label to its last line, though its first was enough to know it."""
    first, last = layout.units[bid.label.first], layout.units[bid.label.last]
    if first.line.page is None or first.cell is not None or bid.label.cut < last.end or not first.all_bold:
        return bid
    behind = layout.units[last.index + 1 :]
    more = list(takewhile(lambda u: u.all_bold and not u.line.new_paragraph and u.cell is None and not u.start, behind))
    if not more or layout.document.origin == "ocr" or labels & {unit.index for unit in more}:
        return bid
    text = tidy(" ".join([bid.label.text, *(unit.text for unit in more)]))
    return replace(bid, label=replace(bid.label, text=text, last=more[-1].index, cut=more[-1].end))


def _to_its_dots(layout: Layout, bid: Asked) -> Asked:
    """“Body that supports your / request …………”: the words before the dots in the next line are the label's last."""
    last, behind = layout.units[bid.label.last], layout.units[bid.label.last + 1 :][:1]
    if not behind or behind[0].cell != last.cell or bid.label.cut < last.end or last.text.rstrip()[-1:] in ":?.*":
        return bid
    unit, dots = behind[0], DOTTED.search(behind[0].text)
    if (
        not unit.text[:1].islower()
        or dots is None
        or unit.text[dots.end() :].strip()
        or not unit.text[: dots.start()].strip()
    ):
        return bid
    text = tidy(f"{bid.label.text} {unit.text[: dots.start()]}")
    cut = unit.start + dots.start()
    return replace(bid, label=replace(bid.label, text=text, last=unit.index, cut=cut, where="inline"))


def _to_its_end(layout: Layout, bid: Asked, labels: Set[int]) -> Asked:
    first, last = layout.units[bid.label.first], layout.units[bid.label.last]
    beside = layout.right(first.cell) if first.cell is not None and bid.label.cut >= last.end else None
    if first.cell is None or beside is None:
        return bid
    printed = [unit for unit in layout.cells[key_of(first.cell)].units if unit.text.strip() and not unit.all_italic]
    if not beside.text and (first.line.page is None or not all(begins_bold(unit) for unit in printed)):
        return bid
    lead = lead_of(printed) if printed else []
    if lead and first.line.page is not None:
        lead += takewhile(lambda unit: not unit.line.new_paragraph and unit.text[:1].islower(), printed[len(lead) :])
    whole = lead and lead[0] is first and lead[-1].index > last.index
    more = [unit for unit in lead if unit.index > last.index]
    ends = lead[-1].text.rstrip().endswith((")", "]", ":", "?", "*")) if lead else False
    if not whole or not ends or labels & {unit.index for unit in more}:
        return bid
    text = tidy(" ".join(unit.text for unit in lead))
    return replace(bid, label=replace(bid.label, text=text, last=lead[-1].index, cut=lead[-1].end))
