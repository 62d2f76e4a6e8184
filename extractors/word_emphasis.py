"""What a Word form sets its labels off with in place of bold print: underlined words, small capitals, capitals.

Underlined words are often an answer over its line; so they count only where they open most paragraphs they stand in.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from extractors.word_names import Element, W, value

UNDERLINED, SMALL_CAPITALS, CAPITALS = f"{W}u", f"{W}smallCaps", f"{W}caps"
FEWEST, FOR_ONE_BEHIND = 5, 3
"""Paragraphs that begin so, at least, and how many of them for each in which such words stand further behind."""
_OFF = ("none", "0", "false", "off")


def emphasis_of(body: Element) -> tuple[str, ...]:
    """The tags of run properties (``w:u``, ``w:smallCaps``, ``w:caps``) that set off the labels of this form."""
    tags = [tag for tag in (UNDERLINED, SMALL_CAPITALS, CAPITALS) if next(body.iter(tag), None) is not None]
    if not tags:
        return ()
    opening: Counter[str] = Counter()
    behind: Counter[str] = Counter()
    for paragraph in body.iter(f"{W}p"):
        runs = list(_runs(paragraph))
        for tag in tags:
            marked = [(said := run.find(f"{W}rPr")) is not None and is_set_off(said, (tag,)) for run in runs]
            opening[tag] += marked[:1] == [True]
            behind[tag] += marked[:1] == [False] and any(marked)
    return tuple(tag for tag in tags if opening[tag] >= FEWEST and opening[tag] > FOR_ONE_BEHIND * behind[tag])


def is_set_off(properties: Element, tags: Iterable[str]) -> bool:
    """True if a ``w:rPr`` says one of these."""
    return any((said := properties.find(tag)) is not None and value(said) not in _OFF for tag in tags)


def _runs(paragraph: Element) -> Iterator[Element]:
    """The runs of a paragraph that hold words; those of a link are left out, which are underlined in any form."""
    for run in paragraph.findall(f"{W}r"):
        if any((text.text or "").strip() for text in run.findall(f"{W}t")):
            yield run
