"""Places for a mark among options: typed ones (``___ union``, ``_X_ employers``, ``[ ] others``) and what is marked."""

import re

from pipeline.document import TICKED, UNTICKED
from pipeline.folding import tidy

AMONG = re.compile(
    r"(?<!\S)(?:(?P<mark>_*[xXхХ×✓✔✗✘√]_+|_+[xXхХ×✓✔✗✘√]|\[\s*[xXхХ×✓✔✗✘√vV]\s*\]|\(\s*[xXхХ×✓✔✗✘√]\s*\))"
    r"|_{2,}|\[\s*\]|\(\s*\))(?!\S)"
)
"""A mark or an empty place for one among options that follow each other in a line: ``___ union _X_ employers``."""


def with_boxes(text: str) -> str:
    """The text of a list with boxes for its typed places for marks; any other text as it stands."""
    return AMONG.sub(UNTICKED, text) if len(AMONG.findall(text)) > 1 else text


_BOX = re.compile(f"([{TICKED}{UNTICKED}])")


def marked_of(text: str) -> str:
    """The options that are marked, where ``text`` holds options with boxes before or behind them; else the text."""
    typed = len(AMONG.findall(text)) > 1
    boxed = AMONG.sub(lambda place: TICKED if place["mark"] else UNTICKED, text) if typed else text
    first, *parts = _BOX.split(boxed)
    if not parts:
        return text
    boxes, words = parts[0::2], parts[1::2]
    behind = first.strip() and not words[-1].strip()
    options = [first, *words[:-1]] if behind else words
    return ", ".join(tidy(option).strip(" ,;/") for box, option in zip(boxes, options, strict=True) if box == TICKED)
