"""A person's name and position given in one answer."""

import re
from functools import cache

from pipeline.folding import fold, tidy
from pipeline.languages import LANGUAGES, load_language

LONGEST_POST = 16
"""Words in the longest name of a post and its unit."""


def split_person(text: str) -> tuple[str, str | None]:
    """A name and a position given in one answer: parted by a line break, comma, dash, semicolon or bracket."""
    for pattern in (r"\n", r"\s+[–—-]\s+", r"\s*;\s*", r"\s*,\s*", r"\s*/\s*"):
        parts = re.split(pattern, text.strip(), maxsplit=1)
        if len(parts) == 2 and all(part.strip() for part in parts):
            return tidy(parts[0]), tidy(parts[1])
    match = re.fullmatch(r"([^()]+?)\s*\(([^()]+)\)\s*", text.strip())
    return (tidy(match[1]), tidy(match[2])) if match else (tidy(text), None)


def looks_like_person(text: str) -> bool:
    """True for two to seven words that begin with capitals, small particles ("de", "van") aside, and no digits."""
    words = text.split()
    capitals = [word for word in words if word.lstrip("«\"'(")[:1].isupper()]
    small = [word for word in words if word not in capitals and len(word) > 4]
    return 2 <= len(words) <= 7 and len(capitals) >= 2 and not small and not any(c.isdigit() for c in text)


def looks_like_post(text: str, language: str) -> bool:
    """True for a few words without figures, one of the first three or the last of which names a post: director.

    Not for a person with a post behind the name."""
    words = fold(split_person(text)[0]).split()
    if not words or len(text.split()) > LONGEST_POST or any(c.isdigit() or c == "@" for c in text):
        return False
    return not _posts(language).isdisjoint([*words[:3], words[-1]])


@cache
def _posts(language: str) -> frozenset[str]:
    """The folded words for posts of a language and of English; of all five where the language is unknown."""
    codes = {language, "en"} if language in LANGUAGES else set(LANGUAGES)
    return frozenset(fold(word) for code in codes for word in load_language(code).marks.posts)
