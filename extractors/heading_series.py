"""Headings in words we do not know: numbered in a series (I., II., III. or A., B., C.), each over a question."""

import re
from collections.abc import Iterator

from extractors.label_ends import in_capitals, style_of
from extractors.layout import Unit, key_of
from extractors.search import Search

SURE = 0.7
"""How well the words of a label must fit to be surely one."""
ASKING = {"label": SURE, "guess": 0.8}
"""How well the words must fit a question, by where that is known from, for a line over no label to ask it."""
LEAST = 14
"""Letters behind which a colon ends a label; before it, the number of a section: ``Section 1: The applicant``."""
PARTS = 3
"""Labels a form must have for each of its headings."""
FEWEST, MOST = 3, 0.6
"""Headings without numbers that make a series, and the share of them that stand over a label."""
SPARED = 5
"""In so many headings one more may stand over something else: the activities, a declaration."""
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7, "VIII": 8, "IX": 9, "X": 10}
_ENUMERATED = re.compile(
    r"\s*(?:(?P<letter>[A-ZА-Я])|(?P<roman>[IVX]{1,4})|(?P<number>\d{1,2}))\s?(?P<sign>[.):–—-])\s*[¿¡«“]?[^\W\d_]{2}"
)
_WORDED = re.compile(r"\s*(?P<word>[^\W\d_]{4,})\s+(?P<number>\d{1,2}|[IVX]{1,4})\s?[.):–—-]\s*(?=[¿¡«“]?[^\W\d_])")
"""``Part 2 – The event``, ``Раздел III. Запрос``"""
_OVER_PARTS = re.compile(r"\s*(?:[^\W\d_]{4,}\s+)?(?P<number>\d{1,2}|[A-ZА-Я])(?:\s?[.):–—-])?\s+(?=[¿¡«“]?[^\W\d_])")
"""``2 Contact point`` over ``2.1 Name``, ``Part B. The request`` over ``B1 Title``"""
_LATIN, _CYRILLIC = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "АБВГДЕЖЗИКЛМНОПРСТУФХЦЧШ"


def heading_series(search: Search) -> frozenset[int]:
    """The units of such headings: at least two in order, nearly all over a label, and few beside the labels."""
    labels = {c.first for c in search.all if c.best >= SURE}
    asking = {c.first for c in search.all if any(h.score >= ASKING.get(h.group, 2.0) for h in c.hits)}
    series: dict[str, list[int]] = {}
    last: dict[str, int] = {}
    for unit in search.layout.units:
        if unit.start == 0 and not unit.has("tick") and unit.index not in search.activities:
            for kind, value in _numbers_of(unit.text):
                if value in (last.get(kind, 0) + 1, last.get(kind, -1) + 2):  # one may head the activities
                    series.setdefault(kind, []).append(unit.index)
                    last[kind] = value
    parts = _over_parts(search)
    found = set(parts)
    for members in series.values():
        heads = [index for index in members if _stands_out(search, index)]
        over = [index for index in heads if index in parts or _is_over_label(search, index, labels)]
        few = 1 + len(members) // SPARED
        if len(over) >= max(2, len(members) - few) and len(labels - set(members)) >= PARTS * len(members):
            found.update(over, (index for index in heads if index not in asking))
    return frozenset(found or _in_capitals(search, labels))


def _over_parts(search: Search) -> list[int]:
    """Headings whose number the questions below bear as well: ``2 Contact point`` over ``2.1 Name``."""
    over = []
    for unit in search.layout.units:
        number = _OVER_PARTS.match(unit.text)
        if number is None or unit.start or unit.has("tick") or unit.index in search.activities:
            continue
        if not _stands_out(search, unit.index) or unit.text.rstrip().endswith("."):
            continue  # “3 offices take part.”
        behind = _first_printed(search, unit.index)
        first = re.compile(rf"\s*\(?{number['number']}{'[.-]' if number['number'].isdigit() else '[.-]?'}1(?!\d)")
        if behind is not None and behind.index not in search.activities and first.match(behind.text):
            over.append(unit.index)
    return over if len(over) >= FEWEST else []


def _first_printed(search: Search, index: int) -> Unit | None:
    """The first line with letters behind the unit that is neither a hint nor a notice."""
    behind = (u for u in search.layout.units[index + 1 :] if any(map(str.isalpha, u.text)))
    return next((u for u in behind if not u.all_italic and u.index not in search.notices), None)


def _in_capitals(search: Search, labels: set[int]) -> list[int]:
    """Headings without numbers: bold lines in capitals where labels are in small letters, most over a label."""
    units = search.layout.units
    lines = [u.index for u in units if u.start == 0 and u.all_bold and in_capitals(u.text) and not u.has("tick")]
    heads = [at for at in lines if _stands_out(search, at) and at not in search.titles | search.activities]
    over = [at for at in heads if _is_over_label(search, at, labels)]
    others = labels - set(heads)
    small = [at for at in others if not in_capitals(units[at].text)]
    enough = len(heads) >= FEWEST and len(over) >= MOST * len(heads) and len(small) >= PARTS * len(heads)
    return heads if enough and len(small) >= MOST * len(others) else []


def _numbers_of(text: str) -> Iterator[tuple[str, int]]:
    """What number the text may begin with, by kind: in figures, Roman figures or letters of an alphabet, with the sign
    behind it, or behind a word (which is the kind then): ``Part 2 –``."""
    if worded := _WORDED.match(text):
        number = worded["number"]
        yield worded["word"].casefold(), _ROMAN.get(number, 0) if number.isalpha() else int(number)
    elif match := _ENUMERATED.match(text):
        if match["number"]:
            yield f"figures {match['sign']}", int(match["number"])
            return
        letters = match["letter"] or match["roman"]
        yield f"Roman {match['sign']}", _ROMAN.get(letters, 0)
        if len(letters) == 1:
            yield f"Latin {match['sign']}", _LATIN.find(letters) + 1
            yield f"Cyrillic {match['sign']}", _CYRILLIC.find(letters) + 1


def _stands_out(search: Search, index: int) -> bool:
    """True for a line in bold, capitals or the labels' own look that has its row, or several rows, to itself."""
    unit = search.layout.units[index]
    if unit.has("entry") or ":" in unit.text[LEAST:] or len({piece.bold for piece in unit.pieces}) > 1:
        return False  # an answer goes on behind a label
    if not (unit.all_bold or in_capitals(unit.text) or unit.line.role == "heading" or search.fits(unit)):
        return False
    if unit.cell is None:
        return True
    own = search.layout.cells[key_of(unit.cell)]
    row = [box for box in search.layout.row(unit.cell) if box.text]
    return own.units[0].index == index and (len(row) == 1 or unit.cell.rows > 1)


def _is_over_label(search: Search, index: int, labels: set[int]) -> bool:
    """True for a line with no answer of its own: the next that is printed is a label. A line that asks is none, unless
    it looks otherwise than the label: “Section 3: Whom do we talk to?” over “3.1 Name”."""
    heading = search.layout.units[index]
    unit = _first_printed(search, index)
    if heading.text.rstrip().endswith((":", "*")):
        return False
    if heading.text.rstrip().endswith("?") and (unit is None or style_of(unit)[::2] == style_of(heading)[::2]):
        return False
    return unit is not None and unit.index not in search.activities and (unit.index in labels or search.fits(unit))
