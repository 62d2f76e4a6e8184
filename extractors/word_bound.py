"""Content controls bound to data: what Word would show in them comes from another part of the file, and may differ.

Forms that a program filled often hold their answers in that part only; then they are put where Word would show them.
"""

import re
from collections.abc import Iterator

from lxml import etree

from extractors.word_controls import content_of
from extractors.word_names import Element, W, switch
from extractors.word_package import Package
from pipeline.document import Trouble

_BINDING = f"{W}dataBinding"
_STEP = re.compile(r"(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+)(?:\[(?P<number>\d{1,4})\])?")
_PREFIX = re.compile(r"xmlns:([\w.-]+)\s*=\s*['\"]([^'\"]*)['\"]")
_ITEM = "{http://schemas.openxmlformats.org/officeDocument/2006/customXml}itemID"
_PLAIN = f"{W}text"
_LISTS = (f"{W}dropDownList", f"{W}comboBox")
_QUOTED, _NAMED, _MOST_STEPS = 80, 5, 30


def fill_from_data(package: Package, body: Element) -> Iterator[Trouble]:
    """Set what data say into controls that show nothing yet; where a control shows something else, both are told."""
    if b"dataBinding" not in (package.read(package.main_part) or b""):
        return
    data = dict(_data(package))
    differing = [both for control in list(body.iter(f"{W}sdt")) if (both := _settled(control, data))]
    if differing:
        told = "; ".join(
            f"shows “{shown[:_QUOTED]}”, its data “{held[:_QUOTED]}”" for shown, held in differing[:_NAMED]
        )
        yield Trouble("bound_value_differs", "warning", f"A field of the form {told}.")


def _data(package: Package) -> Iterator[tuple[str, Element]]:
    """The parts of data by the ids that controls name them by."""
    for link in package.relations(package.main_part).values():
        root = package.tree(link.target) if link.kind == "customXml" and not link.external else None
        for properties in package.relations(link.target).values() if root is not None else ():
            named = package.tree(properties.target) if properties.kind == "customXmlProps" else None
            if root is not None and named is not None:
                yield named.get(_ITEM, "").upper(), root


def _settled(control: Element, data: dict[str, Element]) -> tuple[str, str] | None:
    """Fill the control, if it shows its prompt or nothing; else what it shows and its data hold, if they differ."""
    properties, content = control.find(f"{W}sdtPr"), content_of(control)
    binding = properties.find(_BINDING) if properties is not None else None
    if properties is None or content is None or binding is None:
        return None
    held = _shown_as(properties, _held(binding, data))
    prompt = properties.find(f"{W}showingPlcHdr")
    shown = "" if switch(prompt) else "".join(part.text or "" for part in content.iter(f"{W}t"))
    if not held or "".join(held.split()) == "".join(shown.split()):
        return None
    if shown.strip():
        return " ".join(shown.split()), " ".join(held.split())
    _write(content, held)
    if prompt is not None:
        properties.remove(prompt)
    return None


def _held(binding: Element, data: dict[str, Element]) -> str:
    """The text at the place that a control names; only plain paths are followed."""
    root = data.get(binding.get(f"{W}storeItemID", "").upper())
    names = dict(_PREFIX.findall(binding.get(f"{W}prefixMappings", "")))
    steps = binding.get(f"{W}xpath", "").strip("/").split("/")
    found = [root] if root is not None and len(steps) <= _MOST_STEPS and _is_named(root, steps[0], names) else []
    for step in steps[1:]:
        inside = [part for part in found[0] if _is_named(part, step, names)] if found else []
        number = int((_STEP.fullmatch(step) or {"number": None})["number"] or 1)
        found = inside[number - 1 : number]
    return (found[0].text or "").strip() if found and not len(found[0]) else ""


def _is_named(part: Element, step: str, names: dict[str, str]) -> bool:
    asked = _STEP.fullmatch(step)
    if asked is None or not isinstance(part.tag, str):
        return False
    space = names.get(asked["prefix"], "") if asked["prefix"] else ""
    return part.tag == (f"{{{space}}}{asked['name']}" if space else asked["name"])


def _shown_as(properties: Element, held: str) -> str:
    """What Word shows for a value: in a list the words of the item; of dates, ticks and pictures nothing is said."""
    for kind in _LISTS:
        for item in properties.iterfind(f"{kind}/{W}listItem"):
            if item.get(f"{W}value") == held:
                return str(item.get(f"{W}displayText") or held)
    typed = {part.tag for part in properties}
    return held if _PLAIN in typed or typed & set(_LISTS) else ""


def _write(content: Element, text: str) -> None:
    """One run with this text, in the control's first paragraph if it holds paragraphs."""
    for run in list(content.iter(f"{W}r")):
        parent = run.getparent()
        if parent is not None:
            parent.remove(run)
    place = next(content.iter(f"{W}p"), content)
    run = etree.SubElement(place, f"{W}r")
    etree.SubElement(run, f"{W}t").text = text
