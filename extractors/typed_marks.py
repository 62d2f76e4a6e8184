"""Places for a mark that are typed: ``___ union``, ``_X_ employers``, ``[ ] others``."""

import re

from pipeline.document import UNTICKED

AMONG = re.compile(
    r"(?<!\S)(?:(?P<mark>_*[xXхХ×✓✔✗✘√]_+|_+[xXхХ×✓✔✗✘√]|\[\s*[xXхХ×✓✔✗✘√vV]\s*\]|\(\s*[xXхХ×✓✔✗✘√]\s*\))"
    r"|_{2,}|\[\s*\]|\(\s*\))(?!\S)"
)
"""A mark or an empty place for one among options that follow each other in a line: ``___ union _X_ employers``."""


def with_boxes(text: str) -> str:
    """The text of a list with boxes for its typed places for marks; any other text as it stands."""
    return AMONG.sub(UNTICKED, text) if len(AMONG.findall(text)) > 1 else text
