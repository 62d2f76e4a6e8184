"""Numbers in front of questions: ``5.1``, ``B.``, ``B2``, ``No. 7``."""

import re

NUMBER = re.compile(
    r"^\s*(?!\S+@)(?:\*\s*)?\(?(?:(?:№|n[°ºo]\.?|q|question|pregunta|pergunta|вопрос)\s*)?"
    r"(?:\d{1,2}(?:[.\-]\d{1,2}){0,2}|[A-ZА-Яa-zа-я]|[IVX]{1,4}|[A-Z]\d{1,2}|\d{1,2}[a-zа-я])\s*(?:[.)\]:°](?!\d)|[–—-]\s)\s*"
    r"|^\s*(?:\*\s*)?\d{1,2}(?:\.\d{1,2}){0,2}\.?\s+"
    r"|^\s*(?:\*\s*)?(?-i:[A-ZА-Я])[.\-]?\d{1,2}(?:\.\d{1,2})?[.)]?\s+(?=\S)",
    re.I,
)


def without_number(text: str) -> str:
    """The label without its numbering: ``5.1 Background`` -> ``Background``."""
    number = NUMBER.match(text)
    return text[number.end() :] if number else text
