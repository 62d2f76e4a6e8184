"""A person's name and position given in one answer."""

import re

from pipeline.folding import tidy


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
