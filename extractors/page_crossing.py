"""Answers that go over the end of a page: what stands there in smaller print may be the page's and no part of them."""

from itertools import pairwise
from statistics import median

from extractors.layout import Span
from pipeline.folding import tidy

SMALLER = 0.9
"""Size of a running head's or foot's print as a share of the answer's, at most."""


def smaller_at_page_end(spans: tuple[Span, ...]) -> str | None:
    """The first line of an answer that is its last on one page or its first on the next and printed smaller than the
    rest: a running head that comes once."""
    sizes = [span.line.size for span in spans if span.line.size]
    usual = median(sizes) if sizes else 0.0
    for before, behind in pairwise(spans):
        if before.line.page == behind.line.page:
            continue
        for span in (before, behind):
            if span.line.size and span.line.size <= SMALLER * usual:
                return tidy(span.text)
    return None
