"""What the form itself says inside an answer's region: fill-in lines, prompts, remarks and instructions."""

import re
from collections import Counter
from collections.abc import Iterable

from extractors.layout import DOTTED, Span, Unit
from pipeline.document import Piece
from pipeline.folding import fold, tidy, whole_words
from pipeline.languages import LanguageData

PUNCTUATION = " \t.:;,*_–—-|…()[]!?'\"~=\\/"
OFTEN = 3
"""Lines that end in the same words in brackets, from which these are the form's: “(may be left out)”."""
LAST_BRACKET = re.compile(r"[(\[]([^()\[\]\d]{2,40})[)\]][\s:?*.]*$")
_IN_BRACKETS = re.compile(r"\[[^\[\]@\d]{3,}\]|<[^<>@\d]{3,}>|\{[^{}@\d]{3,}\}")
"""Words wholly in such brackets, without a figure among them, are what the form prints where an answer should stand."""
_LEAD = re.compile(r"\s*[–—:-]\s+")


class FormSpeech:
    """Tells the form's own words from the applicant's; ``skeleton`` holds the folded lines the edition prints.

    Words in brackets that end many of ``units`` are a remark of the form. ``italic_answers`` is to be set for a form
    whose answers are typed in italics: there italics tell nothing.
    """

    def __init__(self, data: LanguageData, skeleton: frozenset[str], units: Iterable[Unit] = ()) -> None:
        self.skeleton, self.italic_answers = skeleton, False
        self._prompts = tuple(fold(text) for text in data.marks.placeholder)
        parts = [(prompt, prompt + " ") for prompt in self._prompts if " " in prompt]
        self._clicks = tuple(stem for prompt, stem in parts if any(p.startswith(stem) for p in self._prompts))
        """How prompts begin that others go on with: “click here …”."""
        self._starts = tuple(fold(text) for text in data.instructions["starts"])
        self._openings = tuple(start + " " for start in self._starts)
        self._hints = tuple(fold(text) for text in data.marks.hint)
        said = {word for text in self._starts for word in text.split()}
        self._field_words = {word for text in self._prompts for word in text.split() if len(word) > 3} - said
        self._lone = {fold(text) for text in (*data.marks.optional, *data.marks.required)}
        ends = Counter(fold(end[1]) for unit in units if (end := LAST_BRACKET.search(unit.text)))
        self._lone |= {text for text, count in ends.items() if count >= OFTEN}
        self._remarks = whole_words([*self._hints, *data.marks.optional, *data.marks.required])

    def without_fill(self, span: Span) -> Span | None:
        """The span without dotted lines at its ends; None if it holds nothing but fill or a prompt."""
        text = span.text
        if self._only_prompts(span) or fold(text) in self._prompts or self.is_prompt(text) or self._is_remark(text):
            return None
        start, end = _without_dots(span)
        if text.strip() and not span.line.text[start:end].strip(" .:_…|*"):
            return None
        return Span(span.line, start, end)

    @staticmethod
    def _only_prompts(span: Span) -> bool:
        """True if form fields that still show their prompts are all there is."""
        prompts = [p for p in span.line.pieces if p.placeholder]
        if not any(p.start >= span.start and p.end <= span.end and p.end > p.start for p in prompts):
            return False
        others = span.text
        for prompt in prompts:
            others = others.replace(span.line.text[prompt.start : prompt.end], " ")
        return not others.strip(PUNCTUATION)

    def is_instruction(self, span: Span) -> bool:
        """The form speaks: its printed skeleton, or a sentence in italics that tells what to do."""
        text = tidy(span.text)
        if not text:
            return False
        if any(p.kind == "entry" and p.start >= span.start and p.end <= span.end for p in span.line.pieces):
            return False
        folded = fold(text)
        if folded in self.skeleton or folded in self._lone:
            return True
        if is_apart(span):
            return True
        italic = is_italic(span)
        if italic and not self.italic_answers:
            return True
        return folded.startswith(self._openings) and (italic or text.startswith("(") and text.endswith(")"))

    def is_hint(self, span: Span) -> bool:
        """True for a hint that belongs to the label and leaves the answer blank rather than untouched."""
        return span.text.strip("() ").lower().startswith(self._hints) or self._is_remark(span.text)

    def opens_as_instruction(self, text: str) -> bool:
        """True for words that begin as instructions do, whoever says them."""
        return fold(text).startswith((*self._openings, *(hint + " " for hint in self._hints)))

    def is_limit(self, text: str) -> bool:
        """True for how long an answer may be, or how it is to be given: “Maximum 300 words”."""
        words = f" {fold(text)} "
        few = 2 <= len(words.split()) <= 7 and any(sign.isdigit() for sign in words)
        return few and sum(f" {hint} " in words for hint in self._hints) > 1

    def is_remark_behind(self, span: Span) -> bool:
        """True for the form's words in italics that follow an answer."""
        return self.is_instruction(span) and is_italic(span)

    def is_remark(self, text: str) -> bool:
        """True for a remark behind a label and no more: “(optional)”."""
        return fold(text) in self._lone

    def is_prompt(self, text: str) -> bool:
        """True for words that a field shows until something is typed."""
        folded = fold(text.strip(" []<>{}()"))
        bracketed = text.strip()[:1] in "[<{«" and text.strip()[-1:] in "]>}»"
        told = len(folded.split()) <= 10 and folded.startswith(self._openings)
        if len(folded.split()) <= 12 and folded.startswith(self._clicks):
            return True
        field = told and any(word in folded.split() for word in self._field_words)
        if _IN_BRACKETS.fullmatch(text.strip()) and len(folded.split()) <= 12:
            return True
        return folded in self._prompts or bracketed and folded.startswith(self._prompts + self._starts) or field

    def _is_remark(self, text: str) -> bool:
        """A remark that belongs to the label: (optional), (max. 300 words); “if any” also without brackets."""
        text = text.strip(" *:")
        if fold(text) in self._lone:
            return True
        if not (text.startswith("(") and text.endswith(")")) or len(text.split()) > 8:
            return False
        return self._remarks.search(f" {fold(text)} ") is not None


def _without_dots(span: Span) -> tuple[int, int]:
    """Start and end of the span without a leading dash and without dotted lines at its ends."""
    line, start, end = span.line.text, span.start, span.end
    lead = _LEAD.match(line, start, end) if start > 0 else None
    start = lead.end() if lead else start
    changed = True
    while changed and start < end:
        changed = False
        for fill in DOTTED.finditer(line, start, end):
            if not line[start : fill.start()].strip(PUNCTUATION):
                start, changed = fill.end(), True
            elif not line[fill.end() : end].strip(PUNCTUATION):
                end, changed = fill.start(), True
            if changed:
                break
    return start, end


def is_italic(span: Span) -> bool:
    """True if every printed word of the span is in italics."""
    words = _words_of(span)
    return bool(words) and all(p.italic for p in words)


def is_bold(span: Span) -> bool:
    """True if every printed word of the span is in bold."""
    words = _words_of(span)
    return bool(words) and all(p.bold for p in words)


def is_apart(span: Span | Unit) -> bool:
    """True if every printed word is set apart from labels and answers."""
    words = _words_of(span)
    return bool(words) and all(p.apart for p in words)


def _words_of(span: Span | Unit) -> list[Piece]:
    text = span.line.text
    pieces = (p for p in span.line.pieces if p.kind == "text" and p.start >= span.start and p.end <= span.end)
    return [p for p in pieces if text[p.start : p.end].strip()]
