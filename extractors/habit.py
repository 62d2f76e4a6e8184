"""How the labels of one form look: numbered in a chain, bold, in capitals, of one size. Forms are consistent."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from extractors.alternation import label_lines, lines_beside, lines_over_frames
from extractors.candidates import Candidate
from extractors.label_ends import begins_bold, begins_italic, in_capitals, style_of
from extractors.layout import Layout, Unit
from extractors.numbering import NUMBER

SHORTEST_CHAIN = 8
"""Numbered questions a form must have for its numbers to mean anything."""
FEWEST_LEADS = 6
"""Cells that begin in a style of their own from which it is the labels' style."""
SURE = 0.9
"""Score from which words are a label, whatever they look like."""
LIKELY, MOSTLY = 0.7, 0.7
"""Score from which a numbered line may ask, and the share of a section's that must."""
FEWEST_COLONS = 6
"""Lines that end in a colon, at least, that show labels to do so."""
Traits = Callable[[Unit, float | None], set[str]]
_NUMBER = re.compile(r"\s*(\d{1,2})(?:[.\-](\d{1,2}))?\s?[.):]?\s?(?=[^\d\s])")
_STOPPED = re.compile(r"[.)\]:°–—-]|^\s*\(?[^\W\d]")
_LABEL_END = re.compile(r"[:?]")
_SIGN = re.compile(r"\s*[\w.\-]*?\w\s?([).:])")
DAY = re.compile(r"\d{1,2}\D{1,30}(?:19|20)\d\d\W*(?:г(?:ода|\.)?)?")
"""``15 April 2027`` begins with a number and is none."""
_LETTERED = re.compile(r"\s*([A-Za-zА-Яа-я])[.\-]?(\d{1,2})\s?[.):]?(?:\s(?=[^\d\s])|\s*$)")
"""``B2 Results``; in a narrow column ``B2`` may stand alone in its line."""

_PARTED = re.compile(r"\s*(\d{1,2})([a-zа-я])[.)]\s+(?=[^\d\s])")
"""``3b) Kind of event``"""


@dataclass(frozen=True)
class Habit:
    """How the labels of this form look where its answers do not, in running text and in tables.

    ``lead``: the style of the first words in the cells, where the words behind have another; ``turns``: the lines
    that are labels because each comes behind an answer; ``beside``: those whose answers stand beside them."""

    flow: frozenset[str] = frozenset()
    cells: frozenset[str] = frozenset()
    size: float | None = None
    chain: frozenset[int] = frozenset()
    columns: frozenset[tuple[int, int]] = frozenset()
    upright: bool = False
    turns: frozenset[int] = frozenset()
    lead: tuple[bool, bool, int] | None = None
    beside: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.flow or self.cells or self.chain or self.turns or self.lead or self.beside)

    def has(self, unit: Unit) -> bool:
        """True if the form has a habit for the part of the page the unit stands in."""
        in_flow = self.flow or self.turns or unit.index in self.beside
        return bool(self.chain or (in_flow if unit.cell is None else self.cells or self.lead))

    def fits(self, unit: Unit) -> bool:
        """True if the unit looks like a label of this form; always False on a form without a habit."""
        if self.chain:
            return unit.index in self.chain
        if unit.index in self.beside:
            return True
        if self.upright and unit.all_italic:
            return False  # "At most one page." in bold italics under a bold label
        if unit.cell is None and self.turns:
            return unit.index in self.turns
        if unit.cell is not None and self.lead:
            return _opens_as(unit, self.lead) and not unit.has("tick")
        if unit.cell is not None and not self.cells:
            return (unit.cell.table, unit.cell.column) in self.columns
        traits = self.flow if unit.cell is None else self.cells
        return bool(traits) and traits <= _traits(unit, self.size) | _ending(unit, self.size)


def habit_of(layout: Layout, strong: list[Candidate], every: list[Candidate]) -> Habit:
    """The chain of numbers, or else the traits that most sure labels have and most of the other words have not."""
    chain = _chain(layout)
    columns, beside = _label_columns(layout, strong), lines_beside(layout, every)
    asking = {c.first for c in every if c.best >= 0.55}
    sure = {c.first for c in strong}
    chain += _begun_anew(layout, chain, {c.first for c in every if c.best >= LIKELY})
    of_sections = len(sure - set(chain)) > 2 * len(sure & set(chain))  # which labels without numbers follow
    if len(chain) >= SHORTEST_CHAIN and len(asking & set(chain)) >= 0.6 * len(chain) and not of_sections:
        return Habit(chain=frozenset(chain), columns=columns, beside=beside)
    labels = {unit for c in strong for unit in range(c.first, c.last + 1)}
    flow = [c for c in strong if layout.units[c.first].cell is None and c.first not in beside]
    cells = [c for c in strong if layout.units[c.first].cell is not None]
    sizes = [round(2 * (layout.units[c.first].line.size or 0)) / 2 for c in strong]
    size = max(set(sizes), key=sizes.count) if sizes else None
    others = [u for u in layout.units if u.index not in labels and u.text.strip() and not u.has("tick")]
    turns = label_lines(layout, every)
    of_flow = _flow_traits(layout, flow, others, size)
    if of_flow == {"bold"} and turns and not any(begins_bold(layout.units[line]) for line in turns):
        of_flow = frozenset()  # the headings alone are bold
    of_cells = _cell_traits(layout, cells, others, size)
    likely = strong or [c for c in every if c.best >= SURE]
    slanted = sum(begins_italic(layout.units[c.first]) for c in likely)
    return Habit(
        of_flow,
        of_cells,
        size,
        columns=columns,
        upright=5 * slanted <= len(likely),
        turns=frozenset() if of_flow else lines_over_frames(layout, every) or turns,
        lead=None if of_cells else _lead_style(layout),
        beside=beside,
    )


def _flow_traits(layout: Layout, flow: list[Candidate], others: list[Unit], size: float | None) -> frozenset[str]:
    """What sets labels off outside of tables: what the sure ones have, or bold print, or the colon at their end."""
    rest = [u for u in others if _is_in_flow(u) or _is_framed(layout, u)]
    if traits := _common(layout, flow, rest, size):
        return traits
    lines = {c.first for c in flow}
    plain = sum(not begins_bold(layout.units[line]) for line in lines)
    headings_alone = plain > 1 and 2 * plain >= len(lines)  # are bold
    if not headings_alone and _bold_tells([u for u in layout.units if _is_in_flow(u) or _is_framed(layout, u)]):
        return frozenset({"bold"})
    return _common(layout, flow, rest, size, _ending) or frozenset({"colon"} if _colon_tells(layout, flow) else ())


def _cell_traits(layout: Layout, cells: list[Candidate], others: list[Unit], size: float | None) -> frozenset[str]:
    """What sets labels off in tables: what the sure ones have, or bold print if two sure ones are bold, or the
    colon at their end."""
    if traits := _common(layout, cells, [u for u in others if u.cell is not None], size):
        return traits
    known = {c.first for c in cells if begins_bold(layout.units[c.first])}
    if len(known) > 1 and _bold_tells([u for u in layout.units if not _is_in_flow(u)]):
        return frozenset({"bold"})
    return _common(layout, cells, [u for u in others if u.cell is not None], size, _ending)


def _opens_as(unit: Unit, lead: tuple[bool, bool, int]) -> bool:
    """True if the unit begins in the style; its answer may go on behind it in another."""
    bold, capitals, size = lead
    label = _LABEL_END.split(unit.text, maxsplit=1)[0]
    return (begins_bold(unit), in_capitals(label), round(2 * (unit.line.size or 0))) == (bold, capitals, size)


def _lead_style(layout: Layout) -> tuple[bool, bool, int] | None:
    """The style that opens most cells of several lines and that the lines behind do not have."""
    leads: Counter[tuple[bool, bool, int]] = Counter()
    cells = 0
    for box in layout.cells.values():
        printed = [unit for unit in box.units if unit.text.strip() and not unit.has("tick")]
        styles = [style_of(unit) for at, unit in enumerate(printed) if not (at and unit.all_italic)]  # no hints
        if len(styles) > 1:
            cells += 1
            leads[styles[0]] += styles[0] != styles[-1]
    style, often = leads.most_common(1)[0] if leads else (None, 0)
    return style if often >= FEWEST_LEADS and often >= 0.7 * cells else None


def _label_columns(layout: Layout, strong: list[Candidate]) -> frozenset[tuple[int, int]]:
    """Columns of tables in which at least two sure labels stand beside their answers."""
    count: dict[tuple[int, int], int] = {}
    for candidate in strong:
        cell = layout.units[candidate.first].cell
        if cell is not None and candidate.where == "cell" and layout.right(cell) is not None:
            count[cell.table, cell.column] = count.get((cell.table, cell.column), 0) + 1
    return frozenset(place for place, number in count.items() if number >= 2)


def _colon_tells(layout: Layout, strong: list[Candidate]) -> bool:
    """True where short lines that end in a colon, sure labels among them, stand among much text that does not."""
    flow = [unit for unit in layout.units if unit.cell is None and unit.text.strip()]
    short = [u for u in flow if "colon" in _ending(u, None) and u.line.new_paragraph and len(u.text.split()) <= 14]
    colons = {u.index for u in short} | {c.first for c in strong if c.text.rstrip(" *").endswith((":", "："))}
    known = {c.first for c in strong} - colons
    sure = {c.first for c in strong} & colons
    share = sum(len(u.text) for u in short) / max(1, sum(len(u.text) for u in flow))
    return len(short) >= FEWEST_COLONS and len(sure) > max(1, 4 * len(known)) and share <= 0.45


def _is_in_flow(unit: Unit) -> bool:
    """True outside of tables; the frame of a form field is no table."""
    return unit.cell is None or unit.has("entry")


def _is_framed(layout: Layout, unit: Unit) -> bool:
    """True for words in a frame of one cell: the place for an answer below its label."""
    return unit.cell is not None and len(layout.tables[unit.cell.table]) == 1


def _bold_tells(units: list[Unit]) -> bool:
    """True where short bold lines stand among much text that is not bold: these are what the form prints."""
    bold = [u for u in units if begins_bold(u) and len(u.text.split()) <= 30]
    return len(bold) >= 5 and sum(len(u.text) for u in bold if u.all_bold) <= 0.45 * sum(len(u.text) for u in units)


def _common(
    layout: Layout, strong: list[Candidate], others: list[Unit], size: float | None, traits_of: Traits | None = None
) -> frozenset[str]:
    """The traits of at least four in five sure labels that less than half of the other words have."""
    lines = {c.first for c in strong}
    if len(strong) < 4 or len(lines) < 2:
        return frozenset()
    traits = traits_of or _traits
    having: Counter[str] = Counter()
    for line in lines:
        having.update(traits(layout.units[line], size))
    words = sum(len(u.text) for u in others) or 1
    usual = [trait for trait, number in having.items() if number >= 0.8 * len(lines)]
    told = [(len(u.text), traits(u, size)) for u in others] if usual else []
    return frozenset(trait for trait in usual if sum(n for n, own in told if trait in own) / words <= 0.45)


def _traits(unit: Unit, size: float | None) -> set[str]:
    traits = set()
    text = unit.printed().strip()
    if begins_bold(unit):
        traits.add("bold")
    if begins_italic(unit):
        traits.add("italic")
    if in_capitals(_LABEL_END.split(text, maxsplit=1)[0]):
        traits.add("capitals")
    if number := NUMBER.match(text):
        traits.add(_numbering(number.group()))
    if size and unit.line.size and abs(unit.line.size - size) < 0.3:
        traits.add("size")
    return traits


def _numbering(number: str) -> str:
    """How a label is numbered: “22 officers” begins no label of a form that writes “22.” or “a)”."""
    if not any(c.isdigit() for c in number):
        return "lettered"
    return "numbered" if _STOPPED.search(number) else "bare"


def _ending(unit: Unit, size: float | None) -> set[str]:
    return {"colon"} if unit.text.rstrip(" *").endswith((":", "：")) else set()


def _chain(layout: Layout) -> list[int]:
    """The longest run of consecutive numbers at the beginning of units: 1, 2, 3 … or 1.1, 1.2, 2.1 …, all of one size
    and with the same sign behind them: sections “1.” in larger print may hold questions “1)” or “1.”."""
    best: dict[tuple[str, int], dict[tuple[int, int], list[int]]] = {}
    on_paper = layout.document.origin == "ocr"  # where sizes waver
    for unit in layout.units:
        number = _number_of(unit.text)
        if number is None or unit.start > 0 and unit.cell is None:
            continue
        signed = _SIGN.match(unit.text)
        size = 0 if on_paper else round(unit.line.size or 0)
        runs = best.setdefault((signed[1] if signed else "", size), {})
        before = [runs[p] for p in _predecessors(number) if p in runs]
        longest = max(before, key=len, default=[])
        run = [*longest, unit.index]
        begins = number[0] <= 1 and number[1] <= 1
        if (begins or longest) and len(run) > len(runs.get(number, [])):
            runs[number] = run
    return max((run for runs in best.values() for run in runs.values()), key=len, default=[])


def _begun_anew(layout: Layout, chain: list[int], asking: set[int]) -> list[int]:
    """The questions of the other sections, where each section counts its own: runs that look as the chain does, and
    of which most ask something; the lists in answers do not."""
    looks = {_numbered_look(layout.units[at]) for at in chain}
    run: list[int] = []
    found: list[int] = []
    numbered = [u for u in layout.units if chain and u.index not in chain and _number_of(u.text) is not None]
    for unit in [u for u in numbered if _numbered_look(u) in looks and not (u.start > 0 and u.cell is None)]:
        number, last = _number_of(unit.text), _number_of(layout.units[run[-1]].text) if run else None
        if number == (1, 0):
            found += _if_asking(run, asking)
            run = [unit.index]
        elif last is not None and number in ((last[0] + 1, 0), (last[0] + 2, 0)):
            run.append(unit.index)
    return found + _if_asking(run, asking)


def _if_asking(run: list[int], asking: set[int]) -> list[int]:
    return run if len(asking.intersection(run)) >= MOSTLY * len(run) else []


def _numbered_look(unit: Unit) -> tuple[bool, str, int]:
    """What numbered labels of one form share: bold print, the sign behind the number, the size."""
    signed = _SIGN.match(unit.text)
    return begins_bold(unit), signed[1] if signed else "", round(unit.line.size or 0)


def _number_of(text: str) -> tuple[int, int] | None:
    """``3.2`` is (3, 2), ``7`` is (7, 0), ``B2`` is (2, 2), ``3b)`` is (3, 2)."""
    lettered = _LETTERED.match(text)
    if lettered is not None:
        letter = lettered[1].upper()
        return ord(letter) - ord("A" if letter.isascii() else "А") + 1, int(lettered[2])
    parted = _PARTED.match(text)
    if parted is not None:
        return int(parted[1]), ord(parted[2]) - ord("a" if parted[2].isascii() else "а") + 1
    match = None if DAY.fullmatch(text.strip()) else _NUMBER.match(text)
    return (int(match[1]), int(match[2] or 0)) if match else None


def _predecessors(number: tuple[int, int]) -> list[tuple[int, int]]:
    major, minor = number
    if minor == 0:
        return [(major - 1, 0), (major - 2, 0)]
    if minor > 1:
        return [(major, minor - 1), (major, minor - 2)]
    return [(major - 1, k) for k in range(1, 25)] + [(major - 2, k) for k in range(1, 25)]
