"""Pictures, drawings and signature lines of a Word file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from extractors.word_names import OFFICE, W14, WP, A, Element, R, V, W, drawn
from pipeline.document import MarkKind

EMU_PER_CM, POINTS_PER_CM = 360_000, 28.35
LARGE_CM2 = 80.0
"""From about a quarter of a page's width and height on, a picture can hold a page's text."""
RULES = frozenset({"line", "rect", "straightConnector1", "lineInv", "bracketPair"})
"""Shapes that are part of the form's print: rules and frames."""
SHAPES = frozenset({f"{V}shape", f"{V}oval", f"{V}curve", f"{V}polyline", f"{V}arc"})
LENGTH = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*(\d+(?:\.\d+)?)(pt|in|cm|mm)")
CM_PER = {"pt": 1 / POINTS_PER_CM, "in": 2.54, "cm": 1.0, "mm": 0.1}


@dataclass(frozen=True, slots=True)
class Picture:
    """Something drawn: what kind of mark it is, its caption for the blind, whether it is large, its link to a file."""

    kind: MarkKind
    words: str = ""
    large: bool = False
    link: str | None = None


def picture_of(drawing: Element) -> Picture | None:
    """The mark that a ``w:drawing``, ``w:pict`` or ``w:object`` is; None for text boxes, rules and frames."""
    parts: dict[str, Element] = {}
    for part in drawn(drawing):
        parts.setdefault(part.tag, part)
    signing = parts.get(f"{OFFICE}signatureline")
    if signing is not None:
        return Picture("digital_field", signing.get(f"{OFFICE}suggestedsigner", ""))
    blip, data = parts.get(f"{A}blip"), parts.get(f"{V}imagedata")
    words, large = _caption(parts.get(f"{WP}docPr")), _is_large(parts)
    if blip is not None:
        return Picture("image", words, large, blip.get(f"{R}embed") or blip.get(f"{R}link"))
    if data is not None:
        return Picture("image", data.get(f"{OFFICE}title", ""), large, data.get(f"{R}id") or data.get(f"{R}href"))
    if f"{W}txbxContent" in parts or not _is_drawn(drawing, parts):
        return None
    return Picture("drawing", words, large)


def text_boxes(drawing: Element) -> Iterator[Element]:
    """The insides of the text boxes in a drawing, each once."""
    return (part for part in drawn(drawing) if part.tag == f"{W}txbxContent")


def _caption(properties: Element | None) -> str:
    return "" if properties is None else properties.get("descr") or properties.get("title") or ""


def _is_drawn(drawing: Element, parts: dict[str, Element]) -> bool:
    """True where there is more than a rule or a frame."""
    if drawing.tag == f"{W}drawing":
        preset = parts.get(f"{A}prstGeom")
        ink = f"{W14}contentPart" in parts
        return ink or preset is None or preset.get("prst", "") not in RULES
    shapes = [part for tag, part in parts.items() if tag in SHAPES]
    return drawing.tag == f"{W}object" or any(shape.get(f"{OFFICE}hr") is None for shape in shapes)


def _is_large(parts: dict[str, Element]) -> bool:
    """True for a picture that could hold a page's text; one of unknown size could."""
    extent = parts.get(f"{WP}extent")
    if extent is not None:
        try:
            return int(extent.get("cx", "0")) * int(extent.get("cy", "0")) > LARGE_CM2 * EMU_PER_CM**2
        except ValueError:
            return True
    style = next((part.get("style", "") for tag, part in parts.items() if tag in SHAPES), "")
    sides = {side: float(size) * CM_PER[unit] for side, size, unit in LENGTH.findall(style)}
    return sides.get("width", 99) * sides.get("height", 99) > LARGE_CM2
