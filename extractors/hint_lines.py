"""Hints that a form prints above the place for an answer: the same under several questions, in smaller print than the
answers, or in words that only a form says. What may as well be the applicant's is left to a person."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.form_speech import FormSpeech, is_italic
from extractors.layout import Span
from pipeline.folding import fold, tidy

LONGEST, FEWEST = 20, 3
"""Words in the longest hint; words a line must have, at least, to be known as one by standing in several places."""
SMALLER = 1.0
"""Points by which hints are smaller than answers."""


@dataclass(frozen=True, slots=True)
class HintLines:
    """What is known of the hints of one form: ``repeated``: folded lines that open several answers; ``size``: of the
    print most answers are in, in points, None if it tells nothing."""

    speech: FormSpeech
    repeated: frozenset[str]
    size: float | None

    def above(self, spans: Sequence[Span]) -> tuple[int, str | None]:
        """How many spans at the beginning are a hint; and a line that may be one, or was taken for one by its print
        alone, for a person to see."""
        first, rest = _parted(spans)
        text = tidy(" ".join(span.text for span in first))
        if not 0 < len(text.split()) <= LONGEST:
            return 0, None
        if fold(text) in self.repeated:
            return len(first), None
        follows = any(span.text.strip() for span in rest)
        told, limit = self.speech.opens_as_instruction(text), self.speech.is_limit(text)
        if limit or told and self._is_small(first):
            return len(first), None
        if follows and (self._is_small(first) and not self._is_small(rest) or _is_slanted(first, rest)):
            return len(first), text
        return 0, text if follows and told and text.endswith((".", ")")) else None

    def _is_small(self, spans: Iterable[Span]) -> bool:
        sizes = [span.line.size for span in spans if span.text.strip()]
        return bool(self.size and sizes) and all(size and size <= (self.size or 0) - SMALLER for size in sizes)


def _is_slanted(first: Iterable[Span], rest: Iterable[Span]) -> bool:
    """True for a line in italics over words that are not."""
    said = [span for span in rest if span.text.strip()]
    return all(is_italic(span) for span in first if span.text.strip()) and not any(is_italic(span) for span in said)


def hint_lines(speech: FormSpeech, answers: Iterable[Sequence[Span]], printed: bool) -> HintLines:
    """The hints of a form with these answers; ``printed``: its sizes were read from ink and tell nothing."""
    opening: Counter[str] = Counter()
    sizes: Counter[float] = Counter()
    for spans in answers:
        first, rest = _parted(spans)
        text = tidy(" ".join(span.text for span in first))
        if any(span.text.strip() for span in rest) and FEWEST <= len(text.split()) <= LONGEST:
            opening[fold(text)] += 1
        for span in spans:
            if span.line.size:
                sizes[span.line.size] += len(span.text.split())
    repeated = frozenset(text for text, count in opening.items() if count > 1)
    usual = sizes.most_common(1)[0][0] if sizes and not printed else None
    return HintLines(speech, repeated, usual)


def _parted(spans: Sequence[Span]) -> tuple[Sequence[Span], Sequence[Span]]:
    """The first paragraph that says something, and what stands below it."""
    said = next((at for at, span in enumerate(spans) if span.text.strip()), len(spans))
    end = next((at for at in range(said + 1, len(spans)) if spans[at].line.new_paragraph), len(spans))
    return spans[:end], spans[end:]
