"""Words that stand in several lines as one text: paragraphs, divided words, words cut by a narrow column."""

import re
from functools import cache

from extractors.layout import Span
from pipeline.folding import fold, tidy
from pipeline.languages import LANGUAGES, load_language

_ADDRESS = re.compile(r"[^\s@]+@[\w.-]*|(?:https?://|www\.)\S+")
_ADDRESS_END = re.compile(r"[a-z0-9-]*(?:\.[a-z0-9-]+)*\.[a-z]{2,}|[a-z]{1,3}")
_END_HYPHEN = re.compile(r"[^\W\d_](?:-|\u00ad)$")


def joined(spans: tuple[Span, ...] | list[Span]) -> str:
    """Words of several spans as one text: paragraphs joined by one line break, divided words joined."""
    out = ""
    before: Span | None = None
    for span in spans:
        words = tidy(span.text)
        if not words:
            continue
        if before is None:
            out = words
        elif _new_paragraph(before, span):
            out += "\n" + words
        elif _END_HYPHEN.search(out) and words[:1].islower():
            out = (out[:-1] if out.endswith("\u00ad") else out) + words
        elif span.line is not before.line and (_is_one_word(out, words) or _is_one_address(out, words)):
            out += words
        else:
            out += " " + words
        before = span
    return out.replace("\u00ad", "")


def _is_one_word(above: str, below: str) -> bool:
    """True for ``visioconféren`` / ``ce``: a long word that a narrow column has cut without a hyphen."""
    return below[:1].islower() and fold(above.split()[-1] + below.split()[0]) in _long_words()


def _is_one_address(above: str, below: str) -> bool:
    """True for ``x@agency.go`` / ``v.mz``: an address that a narrow column has cut."""
    return bool(_ADDRESS.fullmatch(above.split()[-1]) and _ADDRESS_END.fullmatch(below))


@cache
def _long_words() -> frozenset[str]:
    """The long words for ways of working, in all languages: they stand alone in the narrowest columns."""
    texts = [text for code in LANGUAGES for texts in load_language(code).formats.values() for text in texts]
    return frozenset(word for text in texts for word in fold(text).split() if len(word) > 9)


def _new_paragraph(before: Span, span: Span) -> bool:
    if span.line is before.line:
        return False
    return span.line.new_paragraph and span.start <= 1 + len(span.line.text) - len(span.line.text.lstrip())
