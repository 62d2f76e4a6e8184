"""Which of a question's options a printed or typed text names."""

import re

from extractors.labels import option_lexicon
from extractors.layout import DOTTED
from pipeline.languages import LANGUAGES

CLEAR = 0.6
"""Score from which a printed option is one of ours."""
_LEAD = re.compile(r"[(:;,–—]|\s-\s")


def option_of(text: str, key: str, language: str) -> tuple[str | None, float]:
    """The option a printed or typed text names, with its score (0 to 1); None below ``CLEAR``."""
    best: tuple[str | None, float] = (None, 0.0)
    for code in dict.fromkeys([language, "en", *LANGUAGES]):
        if code not in LANGUAGES:
            continue
        lexicon = option_lexicon(code, key)
        variants = [text, _LEAD.split(text)[0]]
        for order, variant in enumerate(dict.fromkeys(v for v in variants if v.strip())):
            hits = lexicon.hits(DOTTED.sub(" ", variant))
            score = hits[0].score - 0.02 * order if hits else 0.0
            if score > best[1]:
                best = (hits[0].key, score)
        if best[1] >= CLEAR:
            return best
    return (best[0] if best[1] >= CLEAR else None, best[1])
