"""Which of a question's options a printed or typed text names."""

import re

from extractors.labels import option_lexicon
from extractors.layout import DOTTED
from pipeline.languages import LANGUAGES

CLEAR = 0.6
"""Score from which a printed option is one of ours."""
_LEAD = re.compile(r"[(:;,–—]|\s-\s")


def options_of(texts: list[str], key: str, language: str) -> list[tuple[str | None, float]]:
    """The options of a whole tick list, each given once: sure ones first, then the best of what is left."""
    scores = [_scores(text, key, language) for text in texts]
    pairs = sorted(((s, i, option) for i, row in enumerate(scores) for option, s in row.items()), reverse=True)
    found: list[tuple[str | None, float]] = [(None, 0.0)] * len(texts)
    taken: set[str] = set()
    for score, i, option in pairs:
        if found[i][0] is None and option not in taken:
            found[i] = (option, score)
            taken.add(option)
    return found


def _scores(text: str, key: str, language: str) -> dict[str, float]:
    best: dict[str, float] = {}
    for code in dict.fromkeys([language, "en"]):
        if code in LANGUAGES:
            for order, variant in enumerate(dict.fromkeys([text, _LEAD.split(text)[0]])):
                for hit in option_lexicon(code, key).hits(DOTTED.sub(" ", variant)):
                    best[hit.key] = max(best.get(hit.key, 0.0), hit.score - 0.02 * order)
        if best and max(best.values()) >= CLEAR:
            break
    return best


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
