"""The signature: which mark stands in the signature box, and what kind of mark it is."""

from typing import Literal

from extractors.layout import Layout, Unit, key_of
from extractors.search import Asked
from pipeline.document import Mark
from pipeline.records import Evidence, Signature


def read_signature(layout: Layout, label: Asked | None, region: list[Unit], begins: int) -> Signature:
    """The mark in the box beside, below, above or around the label; without a label, one on the last part of the form,
    which begins with that unit.

    A picture in Word or digital PDF is ``image``; ``digital`` only where nothing else marks the box.
    """
    marks = layout.document.marks
    drawn = [m for m in marks if m.kind in ("image", "drawing", "ink") and _belongs(layout, m, label, region, begins)]
    signed = [m for m in marks if m.kind == "digital"]
    ink = layout.document.origin == "ocr"
    if drawn:
        kind: Literal["ink", "image"] = "ink" if ink or drawn[0].kind == "ink" else "image"
        return Signature(mark="present", kind=kind, evidence=tuple(_evidence(m) for m in drawn[:2]))
    if signed:
        return Signature(mark="present", kind="digital", evidence=tuple(_evidence(m) for m in signed[:2]))
    if label is None and not layout.document.marks:
        return Signature(mark="absent", kind="none")
    if label is None:
        return Signature(mark="unknown", kind="unknown", evidence=tuple(_evidence(m) for m in marks[:2]))
    return Signature(mark="absent", kind="none")


def _evidence(mark: Mark) -> Evidence:
    return Evidence(page=mark.page, bbox=mark.box, path=mark.path, quote=mark.words)


def _belongs(layout: Layout, mark: Mark, label: Asked | None, region: list[Unit], begins: int) -> bool:
    """A mark belongs to the signature if it stands in its cell or region, or near behind its label."""
    if label is None:
        return begins >= 0 and mark.after >= layout.units[begins].number
    lines = {unit.number for unit in region}
    first, last = layout.units[label.label.first], layout.units[label.label.last]
    if mark.cell is not None:
        cells = {key_of(u.cell) for u in [*region, first, last] if u.cell is not None}
        below = layout.below(mark.cell)  # its caption: “(signature)”
        if key_of(mark.cell) in cells or below is not None and below.cell == first.cell:
            return True
    if mark.after in lines or first.number - 1 <= mark.after <= last.number:
        return True
    if mark.page is not None and first.line.page is not None:
        return _near(mark, first)
    end = max(lines, default=last.number)
    return (
        first.number <= mark.after <= end + 3
        or mark.after >= first.number
        and mark.after == len(layout.document.lines) - 1
    )


def _near(mark: Mark, label: Unit) -> bool:
    """On paper the mark stands beside or under the label, or at most a few centimetres above it."""
    if mark.page != label.line.page or mark.box is None or label.line.box is None:
        return mark.page is not None and label.line.page is not None and mark.page == label.line.page + 1
    _, top, _, bottom = mark.box
    return bottom > label.line.box[1] - 110 and top < label.line.box[3] + 200
