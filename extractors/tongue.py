"""The language of a form: that of its printed labels, with neighbours told apart."""

import re
from collections.abc import Iterable
from functools import cache

from extractors.label_words import rows_of
from extractors.layout import Layout
from extractors.numbering import without_number
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language
from pipeline.records import Language

CLEAR = 8
"""Labels of one language that must be found word for word before nobody else is asked."""
LOOKED_AT = 80
"""Letters of each line or paragraph from which the language is told: labels count as much as long answers."""


def language_of(layout: Layout) -> Language:
    """The language whose labels stand on the form; ``unknown`` for a form in a sixth language."""
    votes = label_votes(_texts(layout))
    ranked = sorted(votes.items(), key=lambda item: -item[1])
    (first, most), (_, second) = ranked[0], ranked[1]
    if most >= CLEAR and most >= 2 * second:
        return _named(first)
    return _by_text(layout, votes)


def label_votes(texts: Iterable[str]) -> dict[str, int]:
    """How many of the texts are, word for word, labels of each language."""
    unique = {text for text in texts if text}
    folded = [tuple(fold(without_number(text)).split()) for text in unique]
    return {code: sum(words in _printed(code) for words in folded) for code in LANGUAGES}


@cache
def _printed(code: str) -> frozenset[tuple[str, ...]]:
    """The words of every label of a language: of four languages in five no more is needed for a form."""
    return frozenset(words for _, _, words in rows_of(load_language(code)))


def _texts(layout: Layout) -> Iterable[str]:
    for unit in layout.units:
        text = unit.printed()
        if len(text) < 220:
            yield _label_like(text)
            if ":" in text:
                yield _label_like(text.split(":", 1)[0])
    for box in layout.cells.values():
        if len(box.text) < 160:
            yield _label_like(box.text)


def _label_like(text: str) -> str:
    return re.sub(r"\([^)]*\)|\*", " ", text).strip()


def _by_text(layout: Layout, votes: dict[str, int]) -> Language:
    """Few or mixed labels: the whole text decides among all languages the identifier knows, neighbours included."""
    import py3langid

    text = " ".join(unit.text[:LOOKED_AT] for unit in layout.units)
    if len(re.findall(r"[^\W\d_]", text)) < 40:
        return "unknown"
    code, _ = py3langid.classify(text)
    best = max(votes, key=lambda name: votes[name])
    if code in LANGUAGES and (votes[best] < 3 or votes[code] >= 0.5 * votes[best]):
        return _named(code)
    return _named(best) if votes[best] >= 3 else "unknown"


def _named(code: str) -> Language:
    names: dict[str, Language] = {"en": "en", "fr": "fr", "es": "es", "pt": "pt", "ru": "ru"}
    return names.get(code, "unknown")
