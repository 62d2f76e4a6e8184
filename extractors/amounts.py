"""Numbers and lengths of time as people write them: "6", "six months", "18 weeks", "une année"."""

import re
from functools import cache

from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language

WEEKS_A_MONTH = 52 / 12


@cache
def _names(language: str, table: str) -> dict[str, str]:
    """Folded word -> entry of the languages' ``values`` table ("numbers", "units"), the form's own language first."""
    words: dict[str, str] = {}
    for code in dict.fromkeys([language, *LANGUAGES]):
        if code in LANGUAGES:
            for entry, names in load_language(code).values.get(table, {}).items():
                for name in names:
                    words.setdefault(fold(name), entry)
    return words


_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_PARTS = {"½": 0.5, "¼": 0.25, "¾": 0.75}


def read_months(text: str, language: str) -> float | None:
    """The length of time in months; None where the text names none, or more than one (a span of 6 to 8 months)."""
    lengths = _lengths(text, language)
    if len(lengths) == 1 or len(set(lengths)) == 1:
        return lengths[0]
    return None


def _lengths(raw: str, language: str) -> list[float]:
    numerals, units = _names(language, "numbers"), _names(language, "units")
    tokens = re.findall(r"\d+(?:\.\d+)?|[½¼¾]|[^\W\d_]+", _with_decimals(raw))
    tokens = [token if token[0].isdecimal() or token in _PARTS else fold(token) for token in tokens]
    numbers: list[float] = []
    lengths: list[float] = []
    unit = ""
    for token in tokens:
        part = 0.5 if units.get(token) == "half" else _PARTS.get(token)
        if part is not None and numbers:  # five and a half months
            numbers[-1] += part
        elif part is not None and lengths:  # a month and a half
            lengths[-1] += _in_months(part, unit)
        elif part is not None:
            numbers.append(part)
        elif _NUMBER.fullmatch(token):
            numbers.append(float(token))
        elif token in numerals and not (int(numerals[token]) == 1 and numbers):
            numbers.append(float(numerals[token]))
        elif token in units and numbers:
            unit = units[token]
            lengths += [_in_months(number, unit) for number in dict.fromkeys(numbers)]
            numbers = []
        elif units.get(token) == "half_year":
            lengths.append(6.0)
    if not lengths and len(set(numbers)) == 1 and len(numbers) == len(tokens):
        lengths = numbers[:1]
    return [round(length, 2) for length in lengths]


def _with_decimals(raw: str) -> str:
    return re.sub(r"(\d),(\d)", r"\1.\2", raw)


def _in_months(number: float, unit: str) -> float:
    if unit == "year":
        return number * 12
    if unit == "half_year":
        return number * 6
    if unit == "week":
        return number / WEEKS_A_MONTH
    return number / 30.4 if unit == "day" else number
