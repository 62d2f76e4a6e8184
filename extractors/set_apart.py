"""Hints that a form sets apart from its labels and answers by their look: in brackets, in smaller print, in grey.

One alone tells nothing. Where paragraphs of one look stand under several labels, in other words each, and something in
another look follows, the look is the form's for its hints; what has it is marked as words in italics are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from extractors.numbering import NUMBER
from extractors.side_by_side import Numbered
from pipeline.document import Line
from pipeline.folding import fold

FEWEST = 3
"""Paragraphs of one look, each under a label and over something in another look, that show it to be that of hints."""
LONGEST, SHORTEST = 30, 2
"""Words in the longest hint, and in the shortest."""
OFTEN = 3
"""What is printed so many times is a mark or a prompt, and told by its words."""
SMALLER = 1.0
"""Points by which hints are smaller than most print."""
_BRACKETED = re.compile(r"[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]][\s.]*")
_ASKS = re.compile(r".*[:：?*]\s*|.*[:：?*]\s*[(\[][^()\[\]]{2,60}[)\]][\s:*]*")

_WORDED = re.compile(r"[^\W\d_]{2}|\d{3}|[☐☒]")
"""A line of a number alone stands before its label, or between two questions: it tells nothing."""

_ANSWERED = re.compile(r"[:：?]|@|www\.|https?:|\d{4}")
"""What a question has, with or without its answer, and a hint seldom."""

Look = tuple[str, float]


@dataclass(frozen=True)
class _Paragraph:
    """Lines that stand together: ``at``: where, ``text``: their words, ``looks``: what sets them apart."""

    at: range
    text: str
    bold: bool
    size: float | None
    looks: frozenset[Look]
    has_field: bool

    @property
    def asks(self) -> bool:
        """True for what looks as a label does."""
        return self.bold or bool(_ASKS.fullmatch(self.text)) or bool(NUMBER.match(self.text))


def set_apart(lines: Sequence[Numbered], on_paper: bool) -> list[Numbered]:
    """The lines, with the pieces of hints marked; ``on_paper``: sizes and colours were read from ink, they tell
    nothing."""
    paragraphs = list(_paragraphs([line for _, line in lines], on_paper))
    said = Counter(fold(paragraph.text) for paragraph in paragraphs)
    hints = [p for p in paragraphs if _may_be_hint(p) and said[fold(p.text)] < OFTEN]
    places = {id(p): place for place, p in enumerate(paragraphs)}
    looks = {look for p in hints for look in p.looks}
    shown = {look for look in looks if _is_of_hints(look, hints, places, paragraphs)}
    found = {at for p in hints if p.looks & shown for at in p.at}
    return [(n, _marked(line) if at in found else line) for at, (n, line) in enumerate(lines)]


def _is_of_hints(
    look: Look, hints: Iterable[_Paragraph], places: dict[int, int], paragraphs: Sequence[_Paragraph]
) -> bool:
    """True if paragraphs of this look stand between labels and what fills them, most of them."""
    within = without = 0
    for hint in hints:
        place = places[id(hint)]
        if look not in hint.looks or place == 0:
            continue
        before = paragraphs[place - 1]
        behind = paragraphs[place + 1] if place + 1 < len(paragraphs) else None
        if look in before.looks or not before.asks:
            without += 1
        elif behind is not None and look not in behind.looks and (behind.has_field or not _alike(before, behind)):
            within += 1
        elif look[0] != "brackets":
            without += 1
    return within >= FEWEST and within > 2 * without


def _alike(label: _Paragraph, behind: _Paragraph) -> bool:
    """True if the next label follows at once: then what stands between is as well the answer."""
    return behind.asks and (label.bold, label.size) == (behind.bold, behind.size)


def _may_be_hint(paragraph: _Paragraph) -> bool:
    words = len(paragraph.text.split())
    tells = not paragraph.has_field and not paragraph.bold and not _ANSWERED.search(paragraph.text)
    return bool(paragraph.looks) and SHORTEST <= words <= LONGEST and tells


def _paragraphs(lines: Sequence[Line], on_paper: bool) -> Iterator[_Paragraph]:
    """Lines that say something, joined where one goes on in the next in its print."""
    usual = None if on_paper else _usual_size(lines)
    said = [at for at, line in enumerate(lines) if _WORDED.search(line.text) or line.pieces and not line.text.strip()]
    if not said:
        return
    begins = [i for i, (a, b) in enumerate(pairwise(said), 1) if lines[b].new_paragraph or not _goes_on(lines, a, b)]
    for start, end in pairwise([0, *begins, len(said)]):
        at = range(said[start], said[end - 1] + 1)
        own = [lines[each] for each in said[start:end]]
        text = " ".join(line.text.strip() for line in own)
        looks: set[Look] = set()
        if _BRACKETED.fullmatch(text) and "@" not in text:
            looks.add(("brackets", 0))
        if not on_paper and all(_is_grey(line) for line in own):
            looks.add(("grey", 0))
        size = own[0].size
        if usual and size and size <= usual - SMALLER and all(line.size == size for line in own):
            looks.add(("small", size))
        field = any(piece.kind != "text" for line in own for piece in line.pieces)
        yield _Paragraph(at, text, all(line.bold for line in own), size, frozenset(looks), field)


def _goes_on(lines: Sequence[Line], first: int, second: int) -> bool:
    a, b = lines[first], lines[second]
    return a.cell == b.cell and (a.bold, a.size, _is_grey(a)) == (b.bold, b.size, _is_grey(b))


def _usual_size(lines: Iterable[Line]) -> float | None:
    """The size of most words that are not bold, in points."""
    sizes: Counter[float] = Counter()
    for line in lines:
        if line.size and not line.bold:
            sizes[line.size] += len(line.text.split())
    return sizes.most_common(1)[0][0] if sizes else None


def _is_grey(line: Line) -> bool:
    words = [p for p in line.pieces if p.kind == "text" and line.text[p.start : p.end].strip()]
    return bool(words) and all(p.grey for p in words)


def _marked(line: Line) -> Line:
    return replace(line, pieces=tuple(replace(p, apart=True) if p.kind == "text" else p for p in line.pieces))
