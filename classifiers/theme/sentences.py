"""The sentences of a text and where they stand in it."""

import re
from collections.abc import Iterator

SENTENCE = re.compile(r"[^\n.!?;…]+(?:[.!?;…]+(?!\s|$)[^\n.!?;…]+)*[.!?;…]*")


def sentences_of(text: str) -> Iterator[tuple[int, str]]:
    """Each sentence without the blanks around it, with the place of its first character."""
    for found in SENTENCE.finditer(text):
        quote = found.group().strip()
        if quote:
            yield found.start() + found.group().index(quote), quote
