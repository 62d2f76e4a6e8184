"""The numbers and bullets Word writes before a paragraph; they stand in no text run, so they are counted here."""

from collections.abc import Callable
from dataclasses import dataclass, field

from extractors.word_names import Element, Said, W, child, number, switch, value
from extractors.word_styles import Style
from extractors.word_ticks import symbol
from pipeline.document import TICKED, UNTICKED

LISTED = f"{W}numPr"
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
LATIN, RUSSIAN = "abcdefghijklmnopqrstuvwxyz", "абвгдежзиклмнопрстуфхцчшщэюя"
UNTICKED_BOXES, TICKED_BOXES = "☐□❏❐❑❒\uf0a8\uf06f\uf071\uf072", "☒☑🗹🗷\uf0fe\uf0fd"
CHECK_MARKS = "\uf0fc\uf0fbüû"
"""Check marks without a box in Wingdings."""


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its first number, its format and its pattern such as ``%1.%2``."""

    start: int
    shape: str
    pattern: str
    suffix: str
    font: str
    legal: bool
    restarts: bool
    style: str


@dataclass
class Numbering:
    """The lists of one file and how far each has been counted."""

    patterns: dict[str, dict[int, Level]] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    own_levels: dict[str, dict[int, Level]] = field(default_factory=dict)
    fresh_starts: dict[str, dict[int, int]] = field(default_factory=dict)
    counted: dict[str, dict[int, int]] = field(default_factory=dict)

    def prefix(self, said: Said, style: Style, style_id: str) -> str:
        """What stands before the paragraph, such as ``1.2 ``, ``a) `` or ``• ``; counts the paragraph."""
        list_id, level = self._place(said, style, style_id)
        if not list_id:
            return ""
        pattern = self.lists.get(list_id, "")
        levels = {**self.patterns.get(pattern, {}), **self.own_levels.get(list_id, {})}
        if level not in levels:
            return ""
        if levels[level].shape == "bullet":
            return _bullet(levels[level])
        counts = self._count(list_id, pattern, level, levels)
        return _rendered(levels, level, counts)

    def _place(self, said: Said, style: Style, style_id: str) -> tuple[str, int]:
        """The list and the level of a paragraph, by its own word or its style's."""
        own = said.get(LISTED)
        own_id, level = value(child(own, f"{W}numId")), child(own, f"{W}ilvl")
        list_id = own_id or style.list_id or ""
        if level is not None:
            return list_id, number(level, 0)
        levels = self.patterns.get(self.lists.get(list_id, ""), {}) if style_id else {}
        tied = [at for at, known in levels.items() if known.style == style_id]
        return list_id, tied[0] if tied else style.list_level or 0

    def _count(self, list_id: str, pattern: str, level: int, levels: dict[int, Level]) -> dict[int, int]:
        """Count one paragraph; deeper levels begin anew, levels never seen above stand at their start."""
        counts = self.counted.setdefault(pattern, {})
        for at, start in self.fresh_starts.pop(list_id, {}).items():
            counts[at] = start - 1
        for above in range(level):
            counts.setdefault(above, levels[above].start if above in levels else 1)
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for below in [n for n in counts if n > level and (n not in levels or levels[n].restarts)]:
            del counts[below]
        return counts


def read_numbering(root: Element | None) -> Numbering:
    """The lists of a file from its ``numbering.xml``; a file without one has none."""
    numbering = Numbering()
    if root is None:
        return numbering
    linked: dict[str, str] = {}
    for kind in root.findall(f"{W}abstractNum"):
        name = kind.get(f"{W}abstractNumId", "")
        numbering.patterns[name] = _levels(kind)
        if (home := value(kind.find(f"{W}styleLink"))) and numbering.patterns[name]:
            linked[home] = name
    for kind in root.findall(f"{W}abstractNum"):
        if away := linked.get(value(kind.find(f"{W}numStyleLink"))):
            numbering.patterns[kind.get(f"{W}abstractNumId", "")] = numbering.patterns[away]
    for used in root.findall(f"{W}num"):
        _add_list(numbering, used)
    return numbering


def _add_list(numbering: Numbering, used: Element) -> None:
    """Enter one list, with the levels and the starts it sets for itself."""
    name = used.get(f"{W}numId", "")
    numbering.lists[name] = value(used.find(f"{W}abstractNumId"))
    for change in used.findall(f"{W}lvlOverride"):
        numbering.own_levels.setdefault(name, {}).update(_levels(change))
        start = change.find(f"{W}startOverride")
        if start is not None:
            numbering.fresh_starts.setdefault(name, {})[_whole(change.get(f"{W}ilvl"))] = number(start, 1)


def _levels(kind: Element) -> dict[int, Level]:
    return {_whole(level.get(f"{W}ilvl")): _level(level) for level in kind.findall(f"{W}lvl")}


def _level(element: Element) -> Level:
    fonts = element.find(f"{W}rPr/{W}rFonts")
    font = "" if fonts is None else fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or ""
    return Level(
        number(element.find(f"{W}start"), 1),
        value(element.find(f"{W}numFmt"), "decimal"),
        value(element.find(f"{W}lvlText")),
        "" if value(element.find(f"{W}suff")) == "nothing" else " ",
        font,
        bool(switch(element.find(f"{W}isLgl"))),
        value(element.find(f"{W}lvlRestart"), "1") != "0",
        value(element.find(f"{W}pStyle")),
    )


def _whole(text: str | None) -> int:
    return min(int(text), 8) if text and text.isdecimal() and len(text) < 9 else 0


def _bullet(level: Level) -> str:
    """A bullet; a list whose bullets are boxes is a list of tick boxes, a check mark without a box is ornament."""
    shown = symbol(level.font, level.pattern[:1])
    if not shown.strip():
        return "• " if level.pattern.strip() else ""
    if shown in UNTICKED_BOXES:
        return f"{UNTICKED} "
    boxed = level.pattern[:1] not in CHECK_MARKS and shown in TICKED_BOXES
    return f"{TICKED} " if boxed else "• "


def _rendered(levels: dict[int, Level], level: int, counts: dict[int, int]) -> str:
    """The number as Word shows it."""
    here, text = levels[level], levels[level].pattern
    for at in range(9):
        mark = f"%{at + 1}"
        if mark in text:
            shape = "decimal" if here.legal else levels[at].shape if at in levels else "decimal"
            text = text.replace(mark, shaped(counts.get(at, 1), shape))
    return f"{text}{here.suffix}" if text.strip() else ""


def shaped(count: int, shape: str) -> str:
    """A count in one of Word's number formats; formats that are not known here are shown as figures."""
    return SHAPES.get(shape, str)(count)


def _roman(count: int) -> str:
    text = ""
    for worth, sign in ROMAN:
        while 0 < worth <= count < 4000:
            text, count = text + sign, count - worth
    return text or str(count)


def _lettered(alphabet: str) -> Callable[[int], str]:
    def letters(count: int) -> str:
        turns, place = divmod(max(count, 1) - 1, len(alphabet))
        return alphabet[place] * min(turns + 1, 50)  # Word goes on with aa, bb, cc

    return letters


SHAPES: dict[str, Callable[[int], str]] = {
    "none": lambda count: "",
    "decimalZero": lambda count: f"{count:02d}",
    "lowerRoman": _roman,
    "upperRoman": lambda count: _roman(count).upper(),
    "lowerLetter": _lettered(LATIN),
    "upperLetter": _lettered(LATIN.upper()),
    "russianLower": _lettered(RUSSIAN),
    "russianUpper": _lettered(RUSSIAN.upper()),
}
