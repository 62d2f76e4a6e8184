"""Which of a question's options a printed or typed text names."""

import re

from extractors.labels import option_lexicon
from extractors.layout import DOTTED
from pipeline.languages import LANGUAGES

CLEAR = 0.6
"""Score from which a printed option is one of ours."""
_LEAD = re.compile(r"[(:;,–—]|\s-\s")


def options_of(texts: list[str], key: str, language: str) -> list[tuple[str | None, float]]:
    """The options of a whole tick list, each given once: first to the text that would lose most without it."""
    waiting = {number: _scores(text, key, language) for number, text in enumerate(texts)}
    found: list[tuple[str | None, float]] = [(None, 0.0)] * len(texts)
    while waiting := {number: scores for number, scores in waiting.items() if scores}:
        number = max(waiting, key=lambda n: _loss(waiting[n]))
        option, score = max(waiting.pop(number).items(), key=lambda entry: entry[1])
        found[number] = (option, score)
        waiting = {n: {o: s for o, s in scores.items() if o != option} for n, scores in waiting.items()}
    return found


def _loss(scores: dict[str, float]) -> tuple[float, float]:
    """How much less the second best option suits than the best; of equals the surest first."""
    best, *others = sorted(scores.values(), reverse=True)
    return (best - (others[0] if others else 0.0), best)


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
