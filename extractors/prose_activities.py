"""Activities written as running text or a list: one activity a paragraph or item, its first words the title."""

import re

from extractors.activity_drafts import read_format
from extractors.readings import items
from pipeline.records import Activity

_TITLE_END = re.compile(r"\s+[–—-]\s+|[;:(]|,\s|\.\s")


def activities_in_prose(text: str, language: str) -> list[Activity]:
    """One activity for each item; what follows its title is looked through for the format only."""
    return [_activity(item, language) for item in items(text)]


def _activity(item: str, language: str) -> Activity:
    parts = _TITLE_END.split(item, maxsplit=1)
    return Activity(title=parts[0].strip() or item, format=read_format(item, language))
