"""Which questions a form marks as those that must be answered, or as those that need not."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from extractors.form_speech import LAST_BRACKET, OFTEN
from extractors.labels import Lexicon
from extractors.question_keys import PAIRS
from extractors.search import Asked
from pipeline.folding import fold

SYSTEM = 2
"""Questions marked as optional from which those without the mark count as required; and marked as required."""


class RequiredMarks:
    """The marks of the questions of one form."""

    def __init__(self, lexicon: Lexicon, asked: Sequence[Asked]) -> None:
        self._lexicon, self._asked = lexicon, asked

    @cached_property
    def _says_required(self) -> bool:
        """True if labels carry the mark of a required question: several, for one is no system of marks."""
        return sum(self._lexicon.says_required(bid.label.text) for bid in self._asked) >= SYSTEM

    def is_required(self, bid: Asked) -> bool:
        """True if the label carries the mark of a required question, or no mark where the others say "optional"."""
        if self._says_required:
            return self._lexicon.says_required(bid.label.text)
        return not self._lexicon.says_optional(bid.label.text)

    def keys(self) -> frozenset[str] | None:
        """The keys the form marks as required; None where it marks nothing."""
        optional = sum(self._lexicon.says_optional(bid.label.text) for bid in self._asked)
        if not self._says_required and optional < SYSTEM:
            return None  # one "if any" is no system of marks
        return frozenset(key for bid in self._asked if self.is_required(bid) for key in PAIRS.get(bid.key, (bid.key,)))

    def unknown(self) -> str | None:
        """Words in brackets at the end of several labels that may be such a mark, in words we do not know, where the
        form has no mark that we know."""
        if self._says_required:
            return None
        said = Counter(fold(end[1]) for bid in self._asked if (end := LAST_BRACKET.search(bid.label.text)))
        marks = (mark for mark, count in said.most_common() if count >= OFTEN)
        return next((mark for mark in marks if not self._lexicon.says_optional(f"({mark})")), None)
