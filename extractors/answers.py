"""The answer to a question: which words of the page belong to it, and whether they are an answer at all."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import dropwhile, pairwise

from extractors.answer_model import weight_of
from extractors.answer_places import AnswerPlaces
from extractors.form_speech import PUNCTUATION, FormSpeech, is_apart, is_bold, is_italic
from extractors.hint_lines import hint_lines
from extractors.joining import joined
from extractors.layout import ILLEGIBLE, Layout, Span, Unit, spans_of
from extractors.looks import CHOICES
from extractors.page_crossing import smaller_at_page_end
from extractors.search import Asked, Found
from pipeline.folding import tidy
from pipeline.languages import LanguageData
from pipeline.questions import questions
from pipeline.records import State


@dataclass(frozen=True)
class Answer:
    """The words that belong to a question: ``spans`` is what counts, ``region`` all units that were looked at."""

    state: State
    spans: tuple[Span, ...]
    region: tuple[Unit, ...]

    @property
    def text(self) -> str:
        """The words: spaces folded, paragraphs joined by one line break, divided words joined."""
        return joined(self.spans)


SUITS = 0.8
"""How well a text must suit a question to be its answer, be it printed as hints are (``answer_model.weight_of``)."""
_LEAD = re.compile(r"[\s*:：]*\((?=[^()]*[^\W\d_]{2})[^()]{3,90}\)\s+(?=\S)")
"""A bracket of words that opens what stands behind a label."""


class Answers:
    """Finds the answer to each question of one form."""

    def __init__(self, layout: Layout, found: Found, data: LanguageData, skeleton: frozenset[str]) -> None:
        self.layout, self.found, self._language = layout, found, data.language
        self._speech = FormSpeech(data, skeleton, layout.units)
        self._places = AnswerPlaces(layout, found, self._speech, data.language)
        self._speech.italic_answers = self._answers_in_italics()
        self._places.forget()  # where answers are in italics, italics end none
        self._hints = hint_lines(self._speech, self._all_spans(), layout.document.origin == "ocr")
        leads = sum(bool(_LEAD.match(rest.text)) for bid in found.asked if (rest := self._behind(bid)))
        self._leads = leads + sum(unit.text.startswith("(") and is_apart(unit) for unit in layout.units)
        self.maybe_hints: dict[str, str] = {}
        """Key -> a line above its answer that may be the form's hint."""
        self.maybe_heads: dict[str, str] = {}
        """Key -> a line within its answer that may be the page's running head or foot."""

    def answer(self, bid: Asked) -> Answer:
        """The answer to one question, with its state."""
        region, rest = self.region(bid)
        if _is_empty_field(region):
            return Answer("blank", (), tuple(region))
        spans = [*([rest] if rest is not None else []), *spans_of(region)]
        if self._behind(bid) is not None:
            spans[0] = self._without_lead(bid, spans[0])
        answer = self._judged(bid, spans, region)
        if answer.state == "answered" and (head := smaller_at_page_end(answer.spans)):
            self.maybe_heads[bid.key] = head
        if answer.state != "answered" and (bracket := self._places.bracket_behind(bid)):
            self.maybe_hints[bid.key] = bracket
        return answer

    def _behind(self, bid: Asked) -> Span | None:
        """What stands behind a label in its own line, be it behind a tab."""
        region, rest = self.region(bid)
        line = self.layout.units[bid.label.last].line
        return rest or next((Span(unit.line, unit.start, unit.end) for unit in region[:1] if unit.line is line), None)

    def _without_lead(self, bid: Asked, rest: Span) -> Span:
        """What stands behind a label without the form's hint in brackets, if the form has several: “Address*:
        (street, town) 32 Mercedes Street”. A single one is shown."""
        lead = _LEAD.match(rest.text)
        if lead is None or bid.key in (*CHOICES, "contact_phone"):
            return rest
        if self._leads < 2:
            self.maybe_hints[bid.key] = lead[0].strip()
            return rest
        return Span(rest.line, rest.start + lead.end(), rest.end)

    def is_instruction(self, span: Span) -> bool:
        """True if the form itself speaks in these words."""
        return self._speech.is_instruction(span)

    def region(self, bid: Asked) -> tuple[list[Unit], Span | None]:
        """The units that may hold the answer, and what stands behind the label in its own line."""
        return self._places.region(bid)

    def signs_beside(self, unit: Unit) -> bool:
        """True for the words of a person who signs beside the head of the institution."""
        return self._places.signs_beside(unit)

    # ------------------------------------------------------------------------------------------ what counts
    def _judged(self, bid: Asked, spans: list[Span], region: list[Unit]) -> Answer:
        kept: list[Span] = []
        left = False
        own = list(dropwhile(self._is_printed, spans))
        hints = own[: self._hints_above(bid.key, own)]
        prompts = self._prompts_over_lines(spans)
        for span in spans:
            if span in hints:
                continue
            if span in prompts:
                left = True
                continue
            clean = self._speech.without_fill(span)
            if clean is None:
                left = left or bool(span.text.strip())
            elif not kept and self._speech.is_instruction(clean):
                left = left or not self._speech.is_hint(clean)
            else:
                kept.append(clean)
        if not any(span.text.strip() for span in kept):
            self._show_answer_apart(bid.key, spans)
        while kept and self._speech.is_remark_behind(kept[-1]):
            kept.pop()
        self._show_bold_lead(bid.key, kept)
        if kept and _is_unreadable(kept):
            return Answer("unreadable", tuple(kept), tuple(region))
        if any(s.text.strip() for s in kept):
            return Answer("answered", tuple(s for s in kept if s.text.strip()), tuple(region))
        return Answer("placeholder" if left else "blank", tuple(s for s in spans if s.text.strip()), tuple(region))

    def _show_answer_apart(self, key: str, spans: list[Span]) -> None:
        """Show what was taken for the form's hint by its look, where nothing else stands there and its words suit."""
        for span in spans:
            if is_apart(span) and weight_of(key, span.text, self._language) >= SUITS:
                self.maybe_hints[key] = tidy(span.text)

    def _show_bold_lead(self, key: str, kept: list[Span]) -> None:
        """Show the first line of an answer if it alone is in bold, as labels are: it may be the label's end."""
        first, rest = kept[:1], kept[1:]
        if rest and is_bold(first[0]) and not any(map(is_bold, rest)) and self.layout.document.origin != "ocr":
            self.maybe_hints[key] = tidy(first[0].text)

    def _prompts_over_lines(self, spans: list[Span]) -> list[Span]:
        """The spans of paragraphs of several lines that are a prompt: “Click or tap here / to enter text.”"""
        found: list[Span] = []
        starts = [at for at, span in enumerate(spans) if not at or span.line.new_paragraph]
        for start, end in pairwise([*starts, len(spans)]):
            lines = spans[start:end]
            if len(lines) > 1 and self._speech.is_prompt(tidy(" ".join(span.text for span in lines))):
                found += lines
        return spans if len(spans) > 1 and self._speech.is_remark(tidy(" ".join(s.text for s in spans))) else found

    def _is_printed(self, span: Span) -> bool:
        return self._speech.without_fill(span) is None or self._speech.is_instruction(span)

    def _hints_above(self, key: str, spans: list[Span]) -> int:
        """How many spans at the beginning of an answer in words are a hint."""
        if key not in questions() or questions()[key].kind not in ("text", "list"):
            return 0
        count, maybe = self._hints.above(spans)
        self.maybe_hints |= {key: maybe} if maybe else {}
        return count

    def _all_spans(self) -> Iterator[list[Span]]:
        """What stands behind each label."""
        for bid in self.found.asked:
            region, rest = self.region(bid)
            yield ([rest] if rest else []) + spans_of(region)

    def _answers_in_italics(self) -> bool:
        """True if the applicant typed in italics, or the labels are printed so: then italics tell nothing."""
        labels = [self.layout.units[bid.label.first].all_italic for bid in self.found.asked]
        if 2 * sum(labels) > len(labels):
            return True
        italic = upright = 0
        for spans in self._all_spans():
            for span in spans:
                count = len(span.text.split())
                if is_italic(span):
                    italic += count
                else:
                    upright += count
        return italic > 2 * upright


def _is_empty_field(region: list[Unit]) -> bool:
    """A form field of a PDF stands there and is empty: what is printed around it is the form's, not an answer."""
    fields = [piece for unit in region if unit.line.page is not None for piece in unit.pieces if piece.kind == "entry"]
    return bool(fields) and all(piece.end == piece.start for piece in fields)


LEAST_SURE = 0.4
"""Mean confidence of OCR below which an answer counts as unreadable."""


def _is_unreadable(spans: list[Span]) -> bool:
    """Something is there that OCR could not read: nothing but illegible signs, or words it is not sure of."""
    text = "".join(span.text for span in spans)
    if ILLEGIBLE in text and not text.replace(ILLEGIBLE, "").strip(PUNCTUATION):
        return True
    sure = [
        p.confidence
        for span in spans
        for p in span.line.pieces
        if p.confidence is not None and p.kind != "tick" and span.start <= p.start and p.end <= span.end
    ]
    return bool(sure) and sum(sure) / len(sure) < LEAST_SURE
