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


def read_months(text: str, language: str) -> float | None:
    """The length of time in months; None where the text names none, or more than one (a span of 6 to 8 months)."""
    lengths = _lengths(text, language)
    if len(lengths) == 1 or len(set(lengths)) == 1:
        return lengths[0]
    return None


def _lengths(raw: str, language: str) -> list[float]:
    numerals, units = _names(language, "numbers"), _names(language, "units")
    tokens = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", _with_decimals(raw))
    tokens = [fold(token) if not token[0].isdecimal() else token for token in tokens]
    numbers: list[float] = []
    lengths: list[float] = []
    for token in tokens:
        if _NUMBER.fullmatch(token):  # a folded ¼ is "1 4", and no number
            numbers.append(float(token))
        elif token in numerals and not (int(numerals[token]) == 1 and numbers):
            numbers.append(float(numerals[token]))
        elif token in units and numbers:
            lengths += [_in_months(number, units[token]) for number in dict.fromkeys(numbers)]
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
