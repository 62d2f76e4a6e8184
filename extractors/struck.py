"""Words struck through: the form says "strike out what does not apply", or somebody crossed out what they wrote."""

from extractors.page_sheet import Rule, Sheet, Word
from pipeline.document import Trouble
from pipeline.folding import tidy

STRUCK_OUT = "struck_out"
_UPPER, _LOWER = 0.3, 0.78
"""Between which parts of a word's height a line runs through it: an underline lies lower, a ruled line higher."""
_COVERED = 0.8
"""Share of a word's width that the line must cover."""
_OVERHANG = 9.0
"""Points by which the line may reach beyond its first and last word: a ruled line of a table reaches farther."""


def take_struck(sheets: list[Sheet]) -> list[Trouble]:
    """Take the words that a level line runs through off the pages; gives what a person should know of it."""
    gone: list[str] = []
    for sheet in sheets:
        level = [rule for rule in sheet.rules if not rule.upright]
        for rule in level:
            struck = [word for word in sheet.words if word.kind == "text" and _crosses(rule, word)]
            if struck and _fits(rule, struck):
                gone += [word.text for word in struck]
                kept = {id(word) for word in struck}
                sheet.words = [word for word in sheet.words if id(word) not in kept]
    return [trouble_of(" ".join(gone))] if gone else []


def trouble_of(words: str) -> Trouble:
    """What a person should know of words that were left out."""
    message = f"Words that are struck through were left out: “{tidy(words)[:100]}”."
    return Trouble(STRUCK_OUT, "info", message)


def _crosses(rule: Rule, word: Word) -> bool:
    high = word.bottom - word.top
    shared = min(rule.end, word.x1) - max(rule.start, word.x0)
    return word.top + _UPPER * high < rule.at < word.top + _LOWER * high and shared >= _COVERED * (word.x1 - word.x0)


def _fits(rule: Rule, struck: list[Word]) -> bool:
    return rule.start > min(w.x0 for w in struck) - _OVERHANG and rule.end < max(w.x1 for w in struck) + _OVERHANG
