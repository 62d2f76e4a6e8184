"""Ticked, chosen or typed options: institution type, theme, kind of event, working languages."""

from dataclasses import dataclass

from extractors.answers import Answer
from extractors.layout import Span
from extractors.options import TYPED, option_of, options_of
from extractors.printed_boxes import Box
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language

DOUBTFUL = 0.52
"""Score below which a ticked option is shown to a person."""
MANY = {"declared_theme": 2}
"""So many different options (else three), a line each, are the printed list and no answer."""


@dataclass(frozen=True)
class Choice:
    """What was chosen: option keys in the order of the form; ``unknown``: ticked options in words we do not know."""

    values: tuple[str, ...]
    spans: tuple[Span, ...]
    boxes: tuple[Box, ...]
    unknown: tuple[str, ...] = ()

    @property
    def has_boxes(self) -> bool:
        """True if the question has boxes to tick."""
        return bool(self.boxes)


def ticked(boxes: list[Box], key: str, language: str) -> Choice:
    """The options that are ticked; the whole list is read together, so that each option is found once."""
    values: list[str] = []
    unknown: list[str] = []
    spans: list[Span] = []
    for box, (option, score) in zip(boxes, options_of([b.text for b in boxes], key, language), strict=True):
        if not box.checked:
            continue
        spans.append(box.span)
        if option is None or score < DOUBTFUL and key != "working_languages":
            unknown.append(box.text)
        if option is not None and option not in values:
            values.append(option)
    return Choice(tuple(values), tuple(spans), tuple(boxes), tuple(unknown))


def typed(answer: Answer, key: str, language: str) -> Choice:
    """The option nearest to what is typed where there is nothing to tick."""
    text = answer.text
    option, score = option_of(text, key, language)
    if option is not None and (option != "other" or score > 0.9):
        return Choice((option,), answer.spans, (), () if score >= TYPED else (text,))
    if len({option_of(line, key, language)[0] for line in text.splitlines()} - {None, "other"}) >= MANY.get(key, 3):
        # The printed list stands there as it was, or what is struck out cannot be seen.
        return Choice((), answer.spans, (), (text,))
    named = _contained(text, key, language)
    return Choice(tuple(named), answer.spans, (), () if named else (text,))


def _contained(text: str, key: str, language: str) -> list[str]:
    """Options whose words all stand in the text; the longest wording first, no part of a longer one again."""
    folded = f" {fold(text)} "
    found: list[tuple[int, int, str]] = []
    for code in dict.fromkeys([language, "en"]):
        if code not in LANGUAGES:
            continue
        for option, names in load_language(code).options.get(key, {}).items():
            for name in names:
                place = folded.find(f" {fold(name)} ")
                if place >= 0 and option != "other":
                    found.append((place, place + len(fold(name)), option))
        if found:
            break
    found.sort(key=lambda f: -(f[1] - f[0]))
    kept: list[tuple[int, int, str]] = []
    for place, end, option in found:
        if not any(p < end and place < e for p, e, _ in kept):
            kept.append((place, end, option))
    kept.sort()
    options = list(dict.fromkeys(option for _, _, option in kept))
    return options[:1] if key == "institution_type" else options
