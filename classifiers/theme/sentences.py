"""The sentences of a text, and the clauses of a sentence."""

import re
from collections.abc import Iterator

SENTENCE = re.compile(r"[^\n.!?;…]+(?:[.!?;…]+(?!\s|$)[^\n.!?;…]+)*[.!?;…]*")
CLAUSE = re.compile(
    r"""(?<=[:;,()/«»"“”?!—–])|(?=\s-\s)|\b(?=(?:and|plus|with|et|ainsi|avec|y|con|e|com|и|с)\b)""", re.IGNORECASE
)
"""Where one matter may end and the next begin: at stops, dashes and brackets, and before "and" or "with"."""


def sentences_of(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence without the blanks around it, with the place of its first character."""
    for found in SENTENCE.finditer(text):
        quote = found.group().strip()
        if quote:
            yield found.start() + found.group().index(quote), quote


def clauses_of(sentence: str) -> list[str]:
    """The clauses of a sentence, which put together are the sentence."""
    return [clause for clause in CLAUSE.split(sentence) if clause.strip()]
