"""What stands inside a paragraph of a Word file: runs, fields, controls, links, tracked changes, drawings."""

from collections.abc import Callable, Mapping

from extractors.struck import STRUCK_OUT
from extractors.word_controls import (
    Field,
    content_of,
    entry_of,
    is_picture_prompt,
    legacy_checked,
    legacy_choice,
    legacy_entry,
    legacy_hint,
)
from extractors.word_guards import hostile
from extractors.word_lines import Entry, Story
from extractors.word_marks import picture_of, text_boxes
from extractors.word_names import MC, Element, M, W, child, chosen
from extractors.word_package import Relation
from extractors.word_styles import Face, Style, Styles
from extractors.word_ticks import symbol
from pipeline.document import TICKED, UNTICKED

HEX, MAX_FIELDS = 16, 100
RUN_PROPERTIES = f"{W}rPr"


class Runs:
    """Reads paragraphs into a story. ``noticed`` collects codes of what a person should know; ``boxes`` the text boxes
    anchored in the paragraph, which are read after it."""

    def __init__(self, story: Story, styles: Styles, relations: Mapping[str, Relation], noticed: set[str]) -> None:
        self.story, self.styles, self.relations, self.noticed = story, styles, relations, noticed
        self.boxes: list[Element] = []
        self.page_broken = False
        self._fields: list[Field] = []
        self._style, self._plain, self._face = Style(), Face(), Face()

    def read(self, paragraph: Element, style: Style) -> None:
        """Write a paragraph's text into the line that the story has begun."""
        self._style, self._plain, self.page_broken = style, self.styles.face(style, None), False
        self.walk(paragraph)

    def walk(self, container: Element) -> None:
        """Read the parts of a paragraph, or of a link, change or control inside it."""
        for part in container:
            if act := IN_PARAGRAPH.get(part.tag):
                act(self, part)

    def abandon_fields(self) -> None:
        """Forget fields that were begun and never ended, so that they do not swallow the rest of the form."""
        for field in self._fields:
            if field.entered:
                self.story.leave()
        self._fields.clear()

    @property
    def _is_mute(self) -> bool:
        return self._face.hidden or any(field.is_mute for field in self._fields)

    def _run(self, run: Element) -> None:
        properties = child(run, RUN_PROPERTIES)
        self._face = self._plain if properties is None else self.styles.face(self._style, properties)
        self._parts(run)
        self._face = self._plain

    def _parts(self, run: Element) -> None:
        for part in run:
            if act := IN_RUN.get(part.tag):
                act(self, part)

    def _alternatives(self, element: Element) -> None:
        """The same thing said twice: read one of them, as part of a paragraph or of a run."""
        branch = chosen(element)
        if branch is not None:
            self.walk(branch)
            self._parts(branch)

    def _text(self, element: Element) -> None:
        text = element.text
        if not text or self._is_mute:
            return
        if self._face.struck:
            self.noticed.add(STRUCK_OUT)
            return
        if self._face.font:
            self._symbols(self._face.font, text)
        else:
            self.story.write(text, self._face)

    def _symbols(self, font: str, text: str) -> None:
        for char in text:
            shown = symbol(font, char)
            if shown in (TICKED, UNTICKED):
                self.story.tick(shown == TICKED)
                self.story.squares = self.story.squares or shown == UNTICKED
            elif shown:
                self.story.write(shown, self._face)

    def _symbol(self, element: Element) -> None:
        try:
            char = chr(int(element.get(f"{W}char", ""), HEX))
        except (ValueError, OverflowError):
            return
        if not self._is_mute:
            self._symbols(element.get(f"{W}font", ""), char)

    def _tab(self, element: Element) -> None:
        self._literal("\t")

    def _hyphen(self, element: Element) -> None:
        self._literal("-")

    def _literal(self, text: str) -> None:
        if not self._is_mute:
            self.story.write(text, self._face)

    def _break(self, element: Element) -> None:
        """A line break ends the line; a page break does so only where something stands before it."""
        if self._is_mute:
            return
        if element.get(f"{W}type") not in ("page", "column"):
            self.story.break_line()
        elif not self.story.is_blank:
            self.story.break_line()
            self.page_broken = True

    def _math(self, element: Element) -> None:
        self._literal("".join(part.text or "" for part in element.iter(f"{M}t")))

    def _ruby(self, element: Element) -> None:
        base = element.find(f"{W}rubyBase")
        if base is not None:
            self.walk(base)

    def _changed(self, element: Element) -> None:
        """What was inserted counts."""
        self.noticed.add("tracked_changes")
        self.walk(element)

    def _removed(self, element: Element) -> None:
        """What was deleted does not."""
        self.noticed.add("tracked_changes")

    def _control(self, element: Element) -> None:
        content = content_of(element)
        if content is None or is_picture_prompt(element):
            return
        self._walk_entry(entry_of(element, in_cell=True), content)

    def _simple_field(self, element: Element) -> None:
        field = Field(code=element.get(f"{W}instr", ""))
        self._walk_entry(Entry() if field.is_text_input else None, element)

    def _walk_entry(self, entry: Entry | None, content: Element) -> None:
        entered = entry is not None and not self._is_mute and self.story.enter(entry)
        self.walk(content)
        if entered:
            self.story.leave()

    def _code(self, element: Element) -> None:
        if self._fields and self._fields[-1].in_code:
            self._fields[-1].code += element.text or ""

    def _field(self, element: Element) -> None:
        """The beginning, the middle or the end of a field."""
        kind = element.get(f"{W}fldCharType")
        if len(self._fields) > MAX_FIELDS:
            raise hostile("Fields of the file are nested more deeply than any form's")
        if kind == "begin":
            self._fields.append(Field(element.find(f"{W}ffData")))
        elif kind == "separate" and self._fields:
            self._open_result(self._fields[-1])
        elif kind == "end" and self._fields:
            field = self._fields[-1]
            if field.in_code:
                self._open_result(field)
            self._fields.pop()
            if field.entered:
                self.story.leave()

    def _open_result(self, field: Field) -> None:
        """Between code and result: form fields are read from their own data, of all others the result is text."""
        field.in_code = False
        if self._is_mute:
            return
        choice = legacy_choice(field.data)
        if field.kind == "FORMCHECKBOX" or (field.data is not None and field.data.find(f"{W}checkBox") is not None):
            self.story.tick(legacy_checked(field.data), legacy_hint(field.data))
            field.silent = True
        elif choice is not None:
            if self.story.enter(Entry(legacy_hint(field.data), choice=True)):
                self.story.write(choice, self._face)
                self.story.leave()
            field.silent = True
        elif field.is_text_input:
            field.entered = self.story.enter(legacy_entry(field.data))
        elif field.kind in ("DDE", "DDEAUTO"):
            self.noticed.add("linked_content")

    def _drawing(self, element: Element) -> None:
        if self._is_mute:
            return
        self.boxes.extend(text_boxes(element))
        picture = picture_of(element)
        if picture is None:
            return
        self.story.mark(picture.kind, picture.words)
        if picture.kind == "image" and picture.large:
            self.noticed.add("large_picture")
        link = self.relations.get(picture.link or "")
        if link is not None and link.external:
            self.noticed.add("linked_content")


Act = Callable[[Runs, Element], None]

IN_PARAGRAPH: dict[str, Act] = {
    f"{W}r": Runs._run,
    f"{W}hyperlink": Runs.walk,
    f"{W}smartTag": Runs.walk,
    f"{W}customXml": Runs.walk,
    f"{W}dir": Runs.walk,
    f"{W}bdo": Runs.walk,
    f"{W}ins": Runs._changed,
    f"{W}moveTo": Runs._changed,
    f"{W}del": Runs._removed,
    f"{W}moveFrom": Runs._removed,
    f"{W}sdt": Runs._control,
    f"{W}fldSimple": Runs._simple_field,
    f"{M}oMath": Runs._math,
    f"{M}oMathPara": Runs._math,
    f"{MC}AlternateContent": Runs._alternatives,
}
"""What may stand in a paragraph; everything else there (bookmarks, proof marks, comment anchors) is not text."""

IN_RUN: dict[str, Act] = {
    f"{W}t": Runs._text,
    f"{W}tab": Runs._tab,
    f"{W}ptab": Runs._tab,
    f"{W}br": Runs._break,
    f"{W}cr": Runs._break,
    f"{W}noBreakHyphen": Runs._hyphen,
    f"{W}sym": Runs._symbol,
    f"{W}fldChar": Runs._field,
    f"{W}instrText": Runs._code,
    f"{W}drawing": Runs._drawing,
    f"{W}pict": Runs._drawing,
    f"{W}object": Runs._drawing,
    f"{W}ruby": Runs._ruby,
    f"{MC}AlternateContent": Runs._alternatives,
}
"""What may stand in a run; soft hyphens, note numbers and rendered page breaks are not text."""
