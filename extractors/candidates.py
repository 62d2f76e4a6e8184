"""Candidates: every stretch of print that may be the label of a question, with what it may ask.

Whether a candidate is a label is decided later (``extractors.asking``), when all of them are known.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extractors.label_continuation import continuation, goes_on_bold, is_marked_below, tells_length
from extractors.label_ends import (
    DASH,
    IN_CAPITALS,
    begins_bold,
    cuts_by_look,
    first_dash,
    in_capitals,
    lead_in_capitals,
    lead_of,
    may_begin,
    runs_over_dash,
    style_of,
)
from extractors.labels import Hit, Lexicon
from extractors.layout import BULLET, DOTTED, CellBox, Layout, Unit
from extractors.numbering import NUMBER, without_number
from pipeline.document import TICKED, UNTICKED
from pipeline.folding import fold, tidy

LONGEST = 32
"""Words in the longest label."""
DASHED = 5
"""So many numbered lines with a dash show that labels end there."""
OVER_DASH = -0.25
"""What a line loses as a label that goes on behind a dash in plain print."""

ASKED_OF_IT, FEW = 0.85, 5
"""How well the words between two colons must ask for a name, a post …, and how many they are at most."""

_COLON = re.compile(r"(?<!http)(?<!https)\s*[:：](?!//)(?!\d\d\b)\s*")
_QUESTION = re.compile(r"\?[)*\s]*(?:\([^()]{1,60}\)[*:\s]*)?")
_NUMBERED_PART = re.compile(r"[^\W\d_]+(?:\s+(?:[IVX]{1,4}|[A-ZА-Я])|\s*\d{1,2})\s*[–—:.-]*")
"""``Part 2 -``: the number of a section, whose heading stands behind it."""
_FIRST_ITEM = re.compile(r"(?<=\S)\s+(?=1[.)]\s+\S)")
"""``Papers attached 1) Act No. 4``: a list begins behind its label."""
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]+)[)\]]\s*")
_LETTER = re.compile(r"\s*[(\[][^\W\d_][)\]]\s*:?\s*")
_ADDRESS = re.compile(r"\S@\S+\.\w|https?://|\bwww\.|\+\d[\d\s()-]{6,}")
"""What answers and is no part of a label, in whatever line it stands."""
_END = re.compile(r"\*\s*[:：]\s*\S")
"""``Starting from*: 15/02/2027``: a label ends at its asterisk and colon."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible label: the units [first, last] it covers, and where its answer would begin in the last unit.

    ``where``: ``cell`` (the whole cell), ``inline`` (the answer goes on behind it), ``line`` (a line of its own).
    ``structure`` is how much its form looks like that of a label, 0 to about 0.6.
    """

    text: str
    first: int
    last: int
    cut: int
    where: str
    structure: float
    hits: tuple[Hit, ...] = ()

    def read_as(self, hits: tuple[Hit, ...]) -> "Candidate":
        """The same with what it may ask."""
        return Candidate(self.text, self.first, self.last, self.cut, self.where, self.structure, hits)

    @property
    def best(self) -> float:
        """The best score of any hit."""
        return self.hits[0].score if self.hits else 0.0


def candidates(layout: Layout, lexicon: Lexicon, taken: frozenset[int]) -> list[Candidate]:
    """All candidates of a document in reading order; ``taken`` are units that are known to be something else."""
    found: list[Candidate] = []
    set_aside = (box for box in layout.cells.values() if _explains(layout, box) or _is_option(layout, box))
    over_columns = (box for table in layout.tables for box in layout.headings_of(table))
    skipped = taken | {unit.index for box in (*set_aside, *over_columns) for unit in box.units}
    whole: set[int] = set()
    for box in layout.cells.values():
        if not any(unit.index in skipped for unit in box.units):
            if _ends_in_remark(box.units, lexicon):
                whole.update(unit.index for unit in box.units)
            label = [unit for unit in box.units if unit.index not in layout.explained]
            found += _of_cell(layout, label, lexicon)
            if len(label) < len(box.units):
                found += _with_explanation(layout, box, lexicon)
    for unit in layout.units:
        if unit.index not in skipped and unit.index not in whole and unit.index not in layout.explained:
            found += _of_unit(layout, unit, lexicon, taken)
    leads = [(unit, found_lead.end()) for unit in layout.units if (found_lead := lead_in_capitals(unit)) is not None]
    for unit, end in leads if len(leads) >= IN_CAPITALS else ():
        if unit.index not in skipped:
            lead = tidy(unit.line.text[unit.start : end])
            found.append(_candidate(lead, unit, unit, end, "inline", 0.2, lexicon))
    dashes = _dashes(layout, lexicon)
    if len(dashes) >= DASHED:
        found = [c for c in found if c.where != "inline" or c.cut <= dashes.get(c.last, c.cut)]
    unique = {(c.first, c.last, c.cut, c.where): c for c in found}
    kept = sorted(_without_leads(layout, unique.values(), lexicon), key=lambda c: (c.first, c.last, c.cut))
    words = [c.text.rstrip(" :：–—-") for c in kept]
    lexicon.read_ahead(words)
    return [c.read_as(lexicon.hits(text)) for c, text in zip(kept, words, strict=True)]


def _explains(layout: Layout, box: CellBox) -> bool:
    """True for a cell in italics between a label and the place for its answer: it explains the question."""
    printed = [unit for unit in box.units if unit.text.strip()]
    if not printed or not all(unit.all_italic for unit in printed):
        return False
    row = layout.row(box.cell)
    place = row.index(box)
    if not 0 < place < len(row) - 1:
        return False
    before = [unit for each in row[:place] for unit in each.units if unit.text.strip()]
    return bool(before) and not any(unit.all_italic for unit in before)  # else labels are in italics too


def _is_option(layout: Layout, box: CellBox) -> bool:
    """True for a cell behind one that holds a box to tick and nothing else."""
    row = layout.row(box.cell)
    place = row.index(box)
    return place > 0 and row[place - 1].text in (TICKED, UNTICKED) and any(u.has("tick") for u in row[place - 1].units)


def _dashes(layout: Layout, lexicon: Lexicon) -> dict[int, int]:
    """Where the answer begins behind the dash that ends a numbered label: ``7. Participants – Forty officers``; in
    ``5) Web site – optional: www.…`` it does not."""
    ends = {unit: dash for unit in layout.units if (dash := first_dash(unit)) is not None}
    return {unit.index: dash for unit, dash in ends.items() if not _is_marked(unit.line.text[dash : unit.end], lexicon)}


def _without_leads(layout: Layout, found: Iterable[Candidate], lexicon: Lexicon) -> list[Candidate]:
    """Without beginnings that several labels share: “Experts: profile”, “Experts: languages”. Of “Name: A” and
    “Name: B” each is a label: there something else stands behind the colon."""
    kept = list(found)
    unique = {(c.first, fold(without_number(c.text))) for c in kept if c.where == "inline"}
    leads = Counter(text for _, text in unique)
    stops = [c for c in kept if c.where == "inline" or c.where == "line" and c.text.endswith(":")]
    ends = {(c.first, c.last): c.cut for c in sorted(stops, key=lambda c: c.cut)}
    return [
        c
        for c in kept
        if not _goes_on(layout, c, ends.get((c.first, c.last), 0), lexicon)
        and not _specifies(layout, c)
        and not _opens_marked(layout, c)
        and (leads[fold(without_number(c.text))] < 2 or not _is_lead(layout, c, lexicon))
    ]


def _goes_on(layout: Layout, candidate: Candidate, end: int, lexicon: Lexicon) -> bool:
    """True for “Focal point:” of “Focal point: name: Ms X”: up to the next colon stands what is asked of it."""
    if candidate.where != "inline" or end <= candidate.cut:
        return False
    more = layout.units[candidate.last].line.text[candidate.cut : end].strip()
    if len(more.split()) > FEW:
        return False
    return any(hit.group == "short" and hit.score >= ASKED_OF_IT for hit in lexicon.hits(more.rstrip(" :：*"))[:1])


def _opens_marked(layout: Layout, candidate: Candidate) -> bool:
    """True for “For whom?” of “For whom? Persons concerned *”, all in bold: the asterisk ends the label."""
    unit = layout.units[candidate.last]
    behind = unit.line.text[candidate.cut : unit.end].rstrip()
    return candidate.where == "inline" and unit.all_bold and behind.endswith("*") and any(map(str.isalpha, behind))


def _is_lead(layout: Layout, candidate: Candidate, lexicon: Lexicon) -> bool:
    """True if what stands behind a colon goes on with the label: it ends as labels do, says that it may stay empty or
    must be answered, or looks as its beginning in a line that is numbered or stands over its answer in plain print."""
    if candidate.where != "inline" or candidate.first != candidate.last:
        return False
    unit = layout.units[candidate.first]
    behind = unit.line.text[candidate.cut : unit.end].strip()
    if unit.has("entry") or unit.has("tick") or not behind:
        return False
    below = layout.units[unit.index + 1 : unit.index + 2]
    answered = bool(below) and bool(below[0].text.strip()) and not below[0].all_bold
    if behind.endswith((":", "*", "?")) or lexicon.says_optional(behind) or lexicon.says_required(behind):
        return True
    return unit.all_bold and (answered or bool(NUMBER.match(candidate.text)))


def _of_cell(layout: Layout, units: list[Unit], lexicon: Lexicon) -> Iterator[Candidate]:
    """A cell that holds nothing but a label; its instructions in italics may stand below it.

    The second half of a label that the end of a page cut in two is none: half of its answer stands before it."""
    printed = [u for u in units if u.text.strip()]
    if not printed or any(u.has("tick") or u.has("entry") for u in units):
        return
    if printed[0].line.page is not None and not printed[0].line.new_paragraph:
        return
    upright = [u for u in printed if not u.all_italic] or printed
    lead = lead_of(printed)
    if len(lead) < len(printed) and any(not u.all_italic for u in printed[len(lead) :]):
        text = tidy(" ".join(u.text for u in lead))
        if len(lead) > 1 and len(text.split()) <= LONGEST:
            yield _candidate(text, lead[0], lead[-1], lead[-1].end, "line", 0.1, lexicon)
        goes_on = _ends_in_remark(printed, lexicon) or _runs_on(layout, printed[len(lead)])
        if style_of(printed[0]) != style_of(printed[-1]) and not goes_on:
            return
    for part in {len(printed): printed, len(upright): upright}.values():
        text = tidy(" ".join(_plain(u.text) for u in part))
        behind = any(_ADDRESS.search(u.text) for u in part[1:]) or any(_is_closed(u, lexicon) for u in part[:-1])
        if 0 < len(text.split()) <= LONGEST and not behind:
            last = part[-1]
            yield _candidate(text, part[0], last, last.end, "cell", _cell_structure(layout, part), lexicon)


def _ends_in_remark(units: list[Unit], lexicon: Lexicon) -> bool:
    """True for a cell that says no more than a label does: “Post of that person – optional”, over several lines."""
    text = tidy(" ".join(unit.text for unit in units))
    dash = [] if any(unit.has("entry") or unit.has("tick") for unit in units) else list(DASH.finditer(text))
    return bool(dash) and ":" not in text and lexicon.is_remark(text[dash[-1].end() :])


def _is_closed(unit: Unit, lexicon: Lexicon) -> bool:
    """True for a line that ends a label by saying that it may or must be answered: “Initials (optional)”."""
    return lexicon.ends_in_remark(unit.text)


def _runs_on(layout: Layout, unit: Unit) -> bool:
    """True for the line of a label that goes on below its bold beginning, where the answer stands beside: “capacity
    gaps * (max. 400 words)”."""
    assert unit.cell is not None
    beside = layout.right(unit.cell)
    begins = unit.text.lstrip()[:1]
    if layout.document.origin == "word" or beside is None or beside.units[0].all_bold:
        return False  # a label of its own stands beside
    return begins.islower() or begins in "(*["


def _with_explanation(layout: Layout, box: CellBox, lexicon: Lexicon) -> Iterator[Candidate]:
    """The whole cell: “Head of the institution” and, in smaller print, “name and title”."""
    text = box.text
    if len(text.split()) <= LONGEST:
        structure = _cell_structure(layout, box.units[:1])
        yield _candidate(text, box.units[0], box.units[-1], box.units[-1].end, "cell", structure, lexicon)


def _cell_structure(layout: Layout, units: list[Unit]) -> float:
    cell = units[0].cell
    assert cell is not None
    structure = 0.1
    right = layout.right(cell)
    if cell.column == 0 and right is not None:
        structure += 0.2
    elif right is not None or layout.below(cell) is not None:
        structure += 0.1
    if all(u.all_bold for u in units):
        structure += 0.1
    return structure


def _of_unit(layout: Layout, unit: Unit, lexicon: Lexicon, taken: frozenset[int]) -> Iterator[Candidate]:
    if not unit.text.strip() or not may_begin(unit):
        return
    if unit.item:
        if begins_bold(unit):  # a bulleted "Label: value"; other bullets are answers
            yield from _cuts([unit], lexicon)
        return
    text, group = unit.printed(), [unit]
    for extra in range(3):
        if extra:
            follower = continuation(layout, group[-1], taken, lexicon)
            if follower is None:
                return
            group.append(follower)
        yield from _cuts(group, lexicon)
        text = tidy(" ".join(u.text for u in group))
        ends = group[-1]
        if len(text.split()) > LONGEST:
            return
        answered = any(u.has("tick") or u.has("entry") for u in group) or _END.search(text) or _FIRST_ITEM.search(text)
        below = continuation(layout, ends, taken, lexicon)
        goes_on = below is not None and (is_marked_below(ends, below, lexicon) or goes_on_bold(layout, ends))
        if not answered and not goes_on and not tells_length(text, lexicon.data.language):
            yield _candidate(text, unit, ends, ends.end, "line", OVER_DASH if runs_over_dash(unit) else 0.0, lexicon)


def _specifies(layout: Layout, candidate: Candidate) -> bool:
    """True for “Specialists needed:” where “field, seniority, institution” stands behind it, in bold print and small
    letters and with plain print below: that says what is to be told, and is of the label."""
    unit = layout.units[candidate.last]
    said = unit.line.text[candidate.cut : unit.end].strip()
    small = bool(said) and said == said.lower() and not any(map(str.isdigit, said))
    if not small or not unit.all_bold:
        return False
    below = next(iter(layout.units[unit.index + 1 : unit.index + 2]), None)
    plain = below is not None and below.text.strip() and not any(p.bold or p.italic for p in below.pieces)
    return bool(plain) and below is not None and below.cell == unit.cell


def _cuts(group: list[Unit], lexicon: Lexicon) -> Iterator[Candidate]:
    """Places in the last unit where a label may end and its answer begin."""
    last = group[-1]
    before = " ".join(u.text for u in group[:-1])
    pieces = last.pieces
    stop = next((p for p in pieces if p.kind in ("entry", "tick")), None)
    limit = stop.start if stop else last.end
    if any(u.has("entry") or u.has("tick") for u in group[:-1]):
        return
    text = last.line.text
    cuts: dict[int, float] = {}
    for pattern, bonus in ((_COLON, 0.2), (_QUESTION, 0.2), (DASH, 0.05), (_FIRST_ITEM, 0.1)):
        for number, match in enumerate(pattern.finditer(text, last.start, limit)):
            if number < 2 and match.end() > last.start:
                cuts.setdefault(match.end(), bonus)
    cuts = dict.fromkeys(_behind_remarks(text, last.start, limit, lexicon), 0.2) | cuts
    cuts |= cuts_by_look(last, limit, cuts)
    if stop is not None and stop.start > last.start and not _boxes_behind(last):
        cuts[stop.start] = max(cuts.pop(stop.start, 0.0), 0.3)
    if last.all_bold and "?" in text[last.start : limit]:  # two questions in one bold line are one label
        final = max(m.end() for m in _QUESTION.finditer(text, last.start, limit))
        if text[final : last.end].rstrip().endswith("."):  # "Whom do we call? Please give name and post."
            final = last.end
        cuts = {cut: bonus for cut, bonus in cuts.items() if cut >= final}
        cuts.setdefault(final, 0.2)
    ends = _END.search(text, last.start, limit)
    for cut, bonus in sorted(cuts.items()):
        behind = text[cut : last.end]
        if ends and cut <= ends.start() or last.all_bold and _says_what(behind, lexicon) or _is_marked(behind, lexicon):
            continue
        if _asks_on(behind, lexicon):
            continue
        label = tidy(f"{before} {text[last.start : cut]}")
        if 0 < len(label.split()) <= LONGEST and not _NUMBERED_PART.fullmatch(label):
            where = "inline" if text[cut : last.end].strip() or (stop and stop.start >= cut) else "line"
            yield _candidate(label, group[0], last, cut, where, bonus, lexicon)


def _boxes_behind(unit: Unit) -> bool:
    """True for options that stand each before its box: the first is no label."""
    return sum(piece.kind == "tick" for piece in unit.pieces) > 1 and unit.text.rstrip()[-1:] in (TICKED, UNTICKED)


def _behind_remarks(text: str, start: int, limit: int, lexicon: Lexicon) -> Iterator[int]:
    """Where the words behind “(optional)” begin: “Fax (optional) +27 …”."""
    for match in _BRACKET.finditer(text, start, limit):
        if lexicon.is_remark(match[1]) and match.end() < limit and text[match.end()] not in ":：*?":
            yield match.end()


def _asks_on(behind: str, lexicon: Lexicon) -> bool:
    """True for “Which one? (optional)” behind a question: it is asked with it."""
    asked, mark, more = behind.rpartition("?")
    return bool(mark) and len(asked.split()) <= FEW and (not more.strip() or _is_marked(more, lexicon))


def _is_marked(behind: str, lexicon: Lexicon) -> bool:
    """True for “(required):”, “– required:” or a lone “(M)”, perhaps in a look of its own: it belongs to the label
    before it."""
    remark = _BRACKET.match(behind)
    said = lexicon.is_remark(behind.partition(":")[0].strip(" –—-"))
    return said or _LETTER.fullmatch(behind) is not None or remark is not None and lexicon.is_remark(remark[1])


def _says_what(text: str, lexicon: Lexicon) -> bool:
    """True for ``name and exact title``: behind a colon in a label, not an answer but what is asked."""
    return any(hit.key == "name_and_position" and hit.score >= 0.6 for hit in lexicon.hits(text.strip())[:3])


def _candidate(
    text: str, first: Unit, last: Unit, cut: int, where: str, structure: float, lexicon: Lexicon
) -> Candidate:
    text = (BULLET.sub("", text) if first.item else text).strip()
    if NUMBER.match(text):
        structure += 0.12
    if "*" in text or lexicon.says_optional(text):
        structure += 0.2
    if where == "line":
        structure += 0.1 if text.endswith((":", "?", ".")) else 0.0
        structure += 0.15 if text.endswith("?") else 0.0
    if first.line.role == "heading" or first.all_bold:
        structure += 0.15
    if in_capitals(text):
        structure += 0.1
    return Candidate(text, first.index, last.index, cut, where, structure)


def _plain(text: str) -> str:
    return DOTTED.sub(" ", text)
