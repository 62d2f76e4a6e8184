"""Activities written as blocks: "Activity 1: …", then the same labels again in each block.

What repeats from block to block is a label, whatever its words: that is how a form speaks.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise, takewhile

from extractors.activity_drafts import ActivitiesFound, Draft, column_of, kind_of, read_format
from extractors.activity_naming import Series, name_columns
from extractors.labels import Lexicon
from extractors.layout import DOTTED, Layout, Span, Unit, key_of
from extractors.numbering import NUMBER
from pipeline.document import TICKED, UNTICKED
from pipeline.folding import fold, tidy
from pipeline.languages import load_language

LONGEST_BLOCK = 40
LEAST_SHARE = 0.25
"""Share of the parts of blocks that must be labels they have in common."""
LONGER = 6
"""Parts by which the last block may be longer than the longest of the others."""
_OPENING = re.compile(
    r"\W*(?:\d{1,2}(?:\.\d{1,2})?[.)]?\s+)?(?P<before>(?:[^\W\d_]{2,}\s+|[^\W\d_]{1,2}['’]){1,3})?"
    r"(?P<word>[^\W\d_]{3,})\.?\s*(?:№|[nN][°ºo.*]+|[nN]r\.?|#)?\s*"
    r"(?P<number>\d{1,2}|[IVX]{1,3})\b\s*[:.)–—-]*\s*"
)
"""``Activity 2: …``, ``Fiche d'activité n° 2``"""
_NUMBERED_LABEL = re.compile(r"\s*(?P<number>\d{1,2})[.)]\s+(?P<word>[^\d:]{3,60}?)\s*[:：]?\s*$")
"""``2. Title of the activity``: the same label in each block, numbered."""
_COLON = re.compile(r"\s*[:：]\s*")
_PART = re.compile(r";\s+|\s+[|•]\s+|(?<=[^\W_]{2}|[^\W_][)»”])\.\s+(?=[A-ZÀ-ÖØ-ÞА-ЯЁ])")
FEWEST_PARTS = 4
"""Parts with a label each that show a paragraph to be an activity told in one line."""


@dataclass(frozen=True)
class Part:
    """A piece of a block: its unit and beginning, the label it begins with (may be empty), and its value."""

    unit: Unit
    start: int
    label: str
    value: Span


@dataclass(frozen=True)
class Anchor:
    """The line that opens a block: the unit and where the words behind its number begin."""

    index: int
    number: int
    begins: int


def by_blocks(layout: Layout, columns: Lexicon, language: str) -> ActivitiesFound | None:
    """The activities of a form that gives each of them a block of its own; None if there is no such thing."""
    chains = [*_told_in_lines(layout, columns), *_chains(layout, language)]
    return next((found for chain in chains if (found := _in_blocks(layout, chain, columns, language))), None)


def _in_blocks(layout: Layout, anchors: list[Anchor], columns: Lexicon, language: str) -> ActivitiesFound | None:
    """The activities of the blocks that begin at ``anchors``; None if they hold nothing of the kind."""
    blocks = [
        _parts(layout, anchor, following, columns)
        for anchor, following in zip(anchors, [*anchors[1:], None], strict=True)
    ]
    if len(blocks) > 1:  # it holds the same questions as the others: what comes far behind them is not its own
        blocks[-1] = blocks[-1][: max(len(block) for block in blocks[:-1]) + LONGER]
    labels = _labels(blocks, columns) - _repeated_values(layout, blocks, columns, language)
    if len(labels) < 2 or _share(blocks, labels) < LEAST_SHARE:
        return None
    blocks = [_rejoined(block, labels) for block in blocks]
    inline = {part.label for block in blocks[:-1] for part in block if part.value.text.strip()}
    blocks[-1] = _cut(layout, _within_cells(blocks), labels, inline)
    named = _named(blocks, labels, columns, language)
    drafts = [_draft(block, labels, named) for block in blocks]
    taken = {part.unit.index for block in blocks for part in block}
    return ActivitiesFound(tuple(drafts), frozenset(taken), True, _unread(blocks, labels, named))


def _unread(blocks: list[list[Part]], labels: set[str], named: dict[str, str]) -> tuple[str, ...]:
    """The labels, as printed, that name no column and have something behind them."""
    answered = {
        label for block in blocks for label, spans in _values(block, labels) if any(_says(span.text) for span in spans)
    }
    printed = {
        part.label: part.unit.line.text[part.start : part.value.start]
        for block in blocks
        for part in block
        if part.label in labels & answered - set(named) and not part.label.isdigit()
    }
    return tuple(tidy(label).rstrip(" :–—-") for label in printed.values())


def _says(text: str) -> bool:
    return any(map(str.isalpha, text))  # figures alone count the activities


def _rejoined(block: list[Part], labels: set[str]) -> list[Part]:
    """The parts of a block, of which two with nothing between them may be one label that the end of a page has cut."""
    whole: list[Part] = []
    for part in block:
        begun = next((at for at in range(len(whole) - 1, 0, -1) if whole[at].label), 0)
        joined = f"{whole[begun].label} {part.label}" if begun and part.label not in labels else ""
        if joined in labels and not whole[begun].value.text.strip():
            whole[begun] = replace(whole[begun], label=joined)
            end = part.unit.end
            part = Part(part.unit, end, "", Span(part.unit.line, end, end))
        whole.append(part)
    return whole


def _share(blocks: list[list[Part]], labels: set[str]) -> float:
    """How much of the blocks' parts are labels: half where each has its value in a cell beside it, little in the
    sections of a form, which have hardly a label in common."""
    parts = [part for block in blocks for part in block if part.label]
    return sum(part.label in labels for part in parts) / max(1, len(parts))


# ------------------------------------------------------------------------------------------ where blocks begin
def _chains(layout: Layout, language: str) -> list[list[Anchor]]:
    """Lines that begin with the same word and the numbers 1, 2, 3 …: the likeliest chain, and others that begin with a
    word for an activity."""
    words = {fold(word) for word in load_language(language).activity["heading"]}
    chains: dict[str, list[Anchor]] = {}
    for unit in layout.units:
        opening = None if unit.has("tick") else _OPENING.match(unit.text) or _NUMBERED_LABEL.match(unit.text)
        if opening is None:
            continue
        strange = opening.re is _OPENING and opening["before"] and words.isdisjoint(_named_words(opening))
        chain = chains.setdefault(" ".join(_named_words(opening)) if strange else fold(opening["word"]), [])
        if _as_number(opening["number"]) == len(chain) + 1:
            begins = opening.start("word") if opening.re is _NUMBERED_LABEL else opening.end()
            chain.append(Anchor(unit.index, len(chain) + 1, unit.start + begins))
    good = [chain for word, chain in chains.items() if len(chain) >= 2 or chain and word in words]
    names = [any(word in fold(layout.units[chain[0].index].text) for word in words) for chain in good]
    order = sorted(range(len(good)), key=lambda place: (names[place], len(good[place])), reverse=True)
    return [good[place] for place in order]


def _told_in_lines(layout: Layout, columns: Lexicon) -> list[list[Anchor]]:
    """Activities told in one paragraph each (“Kind: training; When: May 2027; Where: …”): it opens with the line before
    the paragraph, which is the title."""
    told: list[tuple[int, frozenset[str]]] = []
    for unit in layout.units:
        labels = frozenset(part.label for part in _split(unit) if part.label and part.value.text.strip())
        if len(labels) >= FEWEST_PARTS and unit.index:
            told.append((unit.index, labels))
    common = [(index, own) for index, own in told if sum(len(own & other) >= FEWEST_PARTS for _, other in told) > 1]
    if not common:
        common = [(i, own) for i, own in told if sum(column_of(label, columns) is not None for label in own) > 2][:1]
    titles = [layout.units[index - 1] for index, _ in common]
    inside = {index for index, _ in common}
    if not titles or any(title.index in inside or not title.text.strip() for title in titles):
        return []
    return [[Anchor(title.index, n + 1, named_behind_number(title).start) for n, title in enumerate(titles)]]


def named_behind_number(unit: Unit) -> Span:
    """What an activity is called: the words behind “Activity 2:” or “2.”."""
    opening = _OPENING.match(unit.text) or NUMBER.match(unit.text)
    return Span(unit.line, unit.start + (opening.end() if opening else 0), unit.end)


def _named_words(opening: re.Match[str]) -> list[str]:
    return fold(f"{opening['before']} {opening['word']}").split()


def _as_number(text: str) -> int:
    return int(text) if text.isdecimal() else {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}.get(text, 0)


# ------------------------------------------------------------------------------------------ what stands in them
def _parts(layout: Layout, anchor: Anchor, following: Anchor | None, columns: Lexicon) -> list[Part]:
    opening = layout.units[anchor.index]
    end = following.index if following else anchor.index + LONGEST_BLOCK
    parts = [_part(opening, anchor.begins, opening.end)]
    for unit in layout.units[anchor.index + 1 : end]:
        if _goes_on(layout, unit, parts[1:], columns):
            before = parts[-1]
            parts[-1] = replace(before, label=fold(f"{before.label} {unit.text}"))
            parts.append(Part(unit, unit.end, "", Span(unit.line, unit.end, unit.end)))
        else:
            parts += _split(unit)
    return parts


def _goes_on(layout: Layout, unit: Unit, before: list[Part], columns: Lexicon) -> bool:
    """True for the second line of a label in a narrow cell, which has its value in the cell beside it."""
    if not before or unit.cell is None or unit.line.new_paragraph or not before[-1].label:
        return False
    bold = unit.all_bold and before[-1].unit.all_bold
    of_label = bold or layout.stands_before_others(unit.cell)
    if unit.cell.column and not of_label and column_of(f"{before[-1].label} {unit.text}", columns) is None:
        return False  # the second line of a value
    above = before[-1].unit.cell
    same = above is not None and key_of(above) == key_of(unit.cell)
    return same and not before[-1].value.text.strip() and layout.right(unit.cell) is not None


def _split(unit: Unit) -> list[Part]:
    """``mode: on site; month: March`` is two parts; every other unit is one."""
    text = unit.line.text
    cuts = [m.end() for m in _PART.finditer(text, unit.start, unit.end) if ":" in text[m.end() : m.end() + 40]]
    if not cuts or unit.has("entry") and len([p for p in unit.pieces if p.kind == "entry"]) < 2:
        return [_part(unit, unit.start, unit.end)]
    starts = [unit.start, *cuts]
    told = len(starts) >= FEWEST_PARTS
    return [_part(unit, start, end, told) for start, end in zip(starts, [*cuts, unit.end], strict=True)]


def _part(unit: Unit, start: int, end: int, told: bool = False) -> Part:
    """``told``: of a paragraph that tells several, parted by stops, and ends in one."""
    text = unit.line.text
    entry = next((p.start for p in unit.pieces if p.kind == "entry" and start <= p.start <= end), None)
    colon = _COLON.search(text, start, min(end, start + 70))
    cut = colon.end() if colon and (entry is None or colon.end() <= entry) else entry
    if cut is None or cut == start:
        return Part(
            unit,
            start,
            "" if cut == start else fold(text[start:end]),
            Span(unit.line, end if cut is None else start, end),
        )
    stop = end - (len(text[start:end]) - len(text[start:end].rstrip(" .;" if told else "; ")))
    return Part(unit, start, fold(text[start:cut]), Span(unit.line, cut, max(cut, stop)))


def _labels(blocks: list[list[Part]], columns: Lexicon) -> set[str]:
    """Labels that stand in two blocks or more; in a single block, those whose words we know."""
    if len(blocks) == 1:
        known = {part.label for part in blocks[0] if len(part.label.split()) <= 6 and column_of(part.label, columns)}
        return known - {""}
    said = [{p.label for p in block if p.label and not _is_wrapped(p) and not _is_box(p)} for block in blocks]
    count = Counter(label for labels in said for label in labels)
    common = {label for label, number in count.items() if number >= 2 and len(label.split()) <= 12}
    values = Counter(fold(p.value.text) for block in blocks for p in block if p.label in common)
    return {label for label in common if values[label] < 2 and not label.isdigit()}


def _is_box(part: Part) -> bool:
    """True for a box to tick with its option."""
    return part.unit.line.text[part.start : part.start + 1] in (TICKED, UNTICKED)


def _is_wrapped(part: Part) -> bool:
    """True for words that begin a wrapped line of running text: the end of the value before them."""
    line = part.unit.line
    begins = part.start == part.unit.start and not line.new_paragraph and part.unit.cell is None
    return begins and line.page is not None and not part.value.text.strip()


def _repeated_values(layout: Layout, blocks: list[list[Part]], columns: Lexicon, language: str) -> set[str]:
    """Values that happen to stand in several blocks ("2 weeks"): left of them is a cell with a label of every block."""
    if len(blocks) < 2:
        return set()
    everywhere = set.intersection(*({part.label for part in block} for block in blocks)) - {""}
    beside: set[str] = set()
    alone: dict[str, bool] = {}
    for part in (part for block in blocks for part in block):
        boxes = layout.row(part.unit.cell) if part.unit.cell is not None else []
        place = next((n for n, box in enumerate(boxes) if part.unit in box.units), 0)
        is_beside = bool(place) and fold(boxes[place - 1].text) in everywhere
        alone[part.label] = alone.get(part.label, True) and is_beside and len(boxes) == 2
        if is_beside:
            beside.add(part.label)
    kinds = ("duration", "start")
    columns_named = {label for label in everywhere if column_of(label, columns) and not kind_of([label], language)}
    sure = {label for label in beside - columns_named if label not in everywhere or alone[label]}
    likely = {label for label in beside if kind_of([label], language) in kinds or _is_one_way(label, language)}
    return sure | likely | _under_labels(blocks, everywhere, language)


def _is_one_way(text: str, language: str) -> bool:
    """True for “on site”; “on site / remote” asks which."""
    return read_format(text, language) in ("on_site", "remote")


def _under_labels(blocks: list[list[Part]], everywhere: set[str], language: str) -> set[str]:
    """Values of several blocks that stand under a label in its own cell, where that label has none of its own."""
    kinds = ("duration", "start", "format")
    found: set[str] = set()
    for above, part in (pair for block in blocks for pair in pairwise(block)):
        cells = above.unit.cell, part.unit.cell
        same = cells[0] is not None and cells[1] is not None and key_of(cells[0]) == key_of(cells[1])
        under = same and above.label in everywhere and not above.value.text.strip()
        if under and (part.label not in everywhere or kind_of([part.label], language) in kinds):
            found.add(part.label)
    return found


def _within_cells(blocks: list[list[Part]]) -> list[Part]:
    """The last block without what stands outside the boxes, where all blocks begin in boxes."""
    if any(block[0].unit.cell is None for block in blocks):
        return blocks[-1]
    return list(takewhile(lambda part: part.unit.cell is not None, blocks[-1]))


def _cut(layout: Layout, block: list[Part], labels: set[str], inline: set[str]) -> list[Part]:
    """The last block ends behind the value of its last label: nothing tells where the form goes on. ``inline``: labels
    whose values stand behind them in their own line in the other blocks."""
    seen: set[str] = set()
    last = 0
    for position, part in enumerate(block):
        if part.label in labels:
            if part.label in seen and part.value.text.strip():
                break
            seen.add(part.label)
            last = position
    end = last + 1
    wraps = any(not part.unit.line.new_paragraph for part in block[end : end + 1])
    told = block[last].label in inline and not wraps
    if not block[last].value.text.strip() and not _has_entry(block[last]) and not told:
        end = _behind(layout, block, last)
    return block[:end]


def _behind(layout: Layout, block: list[Part], last: int) -> int:
    unit = block[last].unit
    if unit.cell is None:
        return min(len(block), last + 2)
    right = layout.right(unit.cell)
    cells = {key_of(unit.cell)} | ({key_of(right.cell)} if right else set())
    end = last + 1
    while end < len(block) and (cell := block[end].unit.cell) is not None and key_of(cell) in cells:
        end += 1
    return end


def _has_entry(part: Part) -> bool:
    return any(p.kind == "entry" and p.start >= part.value.start for p in part.unit.pieces)


# ------------------------------------------------------------------------------------------ reading them
def _values(block: list[Part], labels: set[str]) -> list[tuple[str, list[Span]]]:
    """Each label of a block with the spans of its value; what stands before the first label belongs to the title."""
    found: list[tuple[str, list[Span]]] = [("", [])]
    for part, behind in zip(block, [*block[1:], None], strict=True):
        if part.label in labels:
            found.append((part.label, [part.value]))
            continue
        end = behind.start if behind is not None and behind.unit is part.unit else part.unit.end
        text = part.unit.line.text[part.start : end]
        found[-1][1].append(Span(part.unit.line, part.start, part.start + len(text.rstrip("; "))))
    return found


def _named(blocks: list[list[Part]], labels: set[str], columns: Lexicon, language: str) -> dict[str, str]:
    """The column of each label: by its words and by what stands behind it in all blocks."""
    cells: dict[str, list[str]] = {label: [] for label in labels}
    for block in blocks:
        for label, spans in _values(block, labels):
            text = DOTTED.sub(" ", " ".join(span.text for span in spans)).strip()
            if label and text:
                cells[label].append(text)
    order = sorted(labels)
    openings = (_values(block, labels)[0][1] for block in blocks)
    titled = all(any(sign.isalpha() for span in spans for sign in span.text) for spans in openings)
    named = name_columns([Series(label, tuple(cells[label])) for label in order], columns, language, titled)
    by_label = {order[place]: key for place, key in named.items() if key != "number"}
    if titled:  # “Stage 1. Diagnosis”, then “What will be done: analysis of files”
        as_kind = "type" not in by_label.values()
        kinds = {label: "type" for label, key in by_label.items() if key == "title" and as_kind}
        by_label = {label: key for label, key in by_label.items() if key != "title"} | kinds
    opening = {block[0].label for block in blocks} & labels - set(by_label)
    if "title" not in by_label.values() and opening:
        by_label[opening.pop()] = "title"
    return by_label


def _draft(block: list[Part], labels: set[str], named: dict[str, str]) -> Draft:
    draft = Draft()
    for label, spans in _values(block, labels):
        column = "title" if not label else named.get(label)
        if column == "title" and label and draft.text("title") is None:
            draft.cells.pop("title", None)
        if column is not None:
            draft.add(column, spans)
    return draft
