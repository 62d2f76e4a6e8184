"""The form fields of Word: content controls and the legacy fields, and what the applicant entered in them."""

from dataclasses import dataclass
from itertools import islice

from extractors.word_lines import Entry
from extractors.word_names import W14, W15, Element, W, number, switch, value
from extractors.word_ticks import SHAPES

TYPED = frozenset({f"{W}text", f"{W}date", f"{W}dropDownList", f"{W}comboBox"})
WRAPPERS = frozenset(
    {f"{W}{name}" for name in ("docPartObj", "docPartList", "group", "picture", "equation", "citation", "bibliography")}
    | {f"{W15}repeatingSection", f"{W15}repeatingSectionItem"}
)
"""Controls that hold a part of the form, not an answer."""
INNER_FIELDS = frozenset({f"{W}sdt", f"{W}tbl", f"{W}tr", f"{W}ffData"})
MAX_PARAGRAPHS, MAX_CELL_PARAGRAPHS, MAX_LOOK = 12, 40, 5_000


def content_of(control: Element) -> Element | None:
    """What a content control holds."""
    return control.find(f"{W}sdtContent")


def is_picture_prompt(control: Element) -> bool:
    """True for a picture control that still shows its prompt: the picture in it is Word's, not the applicant's."""
    properties = control.find(f"{W}sdtPr")
    if properties is None or properties.find(f"{W}picture") is None:
        return False
    return bool(switch(properties.find(f"{W}showingPlcHdr")))


def entry_of(control: Element, in_cell: bool) -> Entry | None:
    """The form field a content control is, or None where it only wraps a part of the form."""
    properties, content = control.find(f"{W}sdtPr"), content_of(control)
    if properties is None or content is None:
        return None
    parts = {part.tag: part for part in properties if isinstance(part.tag, str)}
    hint = value(parts.get(f"{W}alias")) or value(parts.get(f"{W}tag")) or None
    for box in (f"{W14}checkbox", f"{W15}checkbox"):
        if box in parts:
            return Entry(hint, checked=_is_checked(parts[box]))
    if WRAPPERS & parts.keys() or value(parts.get(f"{W}lock")) in ("contentLocked", "sdtContentLocked"):
        return None
    if not _is_answer(content, in_cell, bool(TYPED & parts.keys())):
        return None
    picked = parts.get(f"{W}dropDownList", parts.get(f"{W}comboBox"))
    prompt = bool(switch(parts.get(f"{W}showingPlcHdr")))
    return Entry(hint, prompt, picked is not None, _prompt_item(picked))


def _is_checked(box: Element) -> bool:
    state = next((part for part in box if part.tag in (f"{W14}checked", f"{W15}checked")), None)
    said = "" if state is None else next(iter(state.attrib.values()), "1")
    return str(said).lower() in ("1", "true", "on")


def _prompt_item(picked: Element | None) -> str | None:
    """The item of a drop-down that stands for "nothing chosen yet": the one without a value."""
    for item in picked if picked is not None else ():
        if item.get(f"{W}displayText") and item.get(f"{W}value") == "":
            return item.get(f"{W}displayText")
    return None


def _is_answer(content: Element, in_cell: bool, typed: bool) -> bool:
    """A control is one field if it holds no other fields, no tables and no tick boxes, and is not a whole section."""
    inside = list(islice(content.iterdescendants(), MAX_LOOK))
    if any(part.tag in INNER_FIELDS for part in inside):
        return False
    if typed:
        return True
    if len(inside) == MAX_LOOK or sum(part.tag == f"{W}tc" for part in inside) > 1:
        return False
    in_cell = in_cell or any(part.tag == f"{W}tc" for part in inside)
    if sum(part.tag == f"{W}p" for part in inside) > (MAX_CELL_PARAGRAPHS if in_cell else MAX_PARAGRAPHS):
        return False
    return not SHAPES.search("".join(part.text or "" for part in inside if part.tag == f"{W}t"))


@dataclass
class Field:
    """A field being read: a code that is not text, then a result that is. ``entered``: it is an open form field;
    ``silent``: its result is not read because the field's own data said it better."""

    data: Element | None = None
    code: str = ""
    in_code: bool = True
    silent: bool = False
    entered: bool = False

    @property
    def is_mute(self) -> bool:
        """True while text inside the field is not text of the document."""
        return self.in_code or self.silent

    @property
    def kind(self) -> str:
        """What the code asks for, such as FORMTEXT or HYPERLINK."""
        return self.code.split()[0].upper() if self.code.split() else ""

    @property
    def is_text_input(self) -> bool:
        """True for a legacy text field."""
        return self.kind == "FORMTEXT" or (self.data is not None and self.data.find(f"{W}textInput") is not None)


def legacy_checked(data: Element | None) -> bool:
    """Whether a legacy check box is on; its own state comes before its default."""
    box = data.find(f"{W}checkBox") if data is not None else None
    if box is None:
        return False
    state = switch(box.find(f"{W}checked"))
    return bool(switch(box.find(f"{W}default")) if state is None else state)


def legacy_hint(data: Element | None) -> str | None:
    """The help or status text of a legacy field; its bookmark name says nothing to a reader."""
    if data is None:
        return None
    return value(data.find(f"{W}statusText")) or value(data.find(f"{W}helpText")) or None


def legacy_entry(data: Element | None) -> Entry:
    """The form field of a legacy text field."""
    default = value(data.find(f"{W}textInput/{W}default")) if data is not None else ""
    return Entry(legacy_hint(data), default=default or None)


def legacy_choice(data: Element | None) -> str | None:
    """The chosen item of a legacy drop-down ("" for a line of dashes or dots); None where the field is no drop-down."""
    listed = data.find(f"{W}ddList") if data is not None else None
    if listed is None:
        return None
    items = [value(item) for item in listed.findall(f"{W}listEntry")]
    at = number(listed.find(f"{W}result"), number(listed.find(f"{W}default"), 0))
    item = items[at] if 0 <= at < len(items) else ""
    return item if any(char.isalnum() for char in item) else ""
