"""How long an activity lasts and how many people are named, as the cells of a form say it."""

import re
from functools import cache

from classifiers.cues import cue_pattern, cue_spans, spoken
from pipeline.folding import fold
from pipeline.languages import LANGUAGES, load_language

DAYS = {"day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0, "half_year": 182.0, "hour": 0.125, "fortnight": 14.0}
WORKING_WEEK = 7 / 5
"""Five working days are a week."""

_TOKEN = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|[-–—]")
_FIGURE = re.compile(r"[0-9]{1,6}(?:[.,][0-9]{1,6})?")
_TIMES = re.compile(r"(?<!\w)(?:\d+ ?|[^\W\d_]+ )[x×х*](?= ?\d| [^\W\d_])", re.IGNORECASE)
_DASHES = ("-", "–", "—")


@cache
def numerals(language: str) -> dict[str, int]:
    """Numerals in words, of a language first and of the others behind it, by folded word."""
    found: dict[str, int] = {}
    for code in dict.fromkeys((language, *LANGUAGES)):
        for number, names in load_language(code).values.get("numbers", {}).items():
            for name in names:
                found.setdefault(fold(name), int(number))
    return found


@cache
def _units(language: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for code in dict.fromkeys((language, *LANGUAGES)):
        data = load_language(code)
        extra = data.rules.get("length", {})
        named = dict(data.values.get("units", {}))
        named |= {"hour": extra.get("hour", ()), "fortnight": extra.get("fortnight", ())}
        named["day"] = (*named.get("day", ()), *extra.get("extra_day", ()))
        named["week"] = (*named.get("week", ()), *extra.get("extra_week", ()))
        for unit, names in named.items():
            for name in names:
                if code == language or len(fold(name)) > 1:
                    found.setdefault(fold(name), unit)
    return found


def days_of(text: str, form_language: str) -> float | None:
    """The longest stretch named in a duration, in days ("1-2 weeks": 14; "2 x 1 week": 7; "10 working days": 14).

    A bare number up to three is taken as weeks, as the form asks; None where no length can be read."""
    language = spoken(text, form_language)
    plain = _TIMES.sub(" ", re.sub(r"(?<=\d) ?½", ".5", text.casefold()).replace("½", "0.5"))
    tokens = [token if token[0].isdecimal() else fold(token) or token for token in _TOKEN.findall(plain)]
    stretches = _stretches(tokens, language)
    if stretches:
        return max(stretches)
    numbers = [value for token in tokens if (value := _number(token, language)) is not None]
    if len(numbers) == len([t for t in tokens if t]) == 1 and 0 < numbers[0] <= 3:
        return numbers[0] * DAYS["week"]
    return None


def _stretches(tokens: list[str], language: str) -> list[float]:
    units, found = _units(language), list[float]()
    pending: list[float] = []
    for place, token in enumerate(tokens):
        number = _number(token, language)
        if number is not None:
            spanned = place > 0 and (tokens[place - 1] in _DASHES or _is(tokens[place - 1], language, "to"))
            pending = [*pending, number] if spanned else [number]
        elif _is(token, language, "a") and not pending:
            pending.append(1.0)
        elif units.get(token) == "half":
            pending, found = _and_a_half(pending, found, _article(tokens, place, language))
        elif token in units and (pending or units[token] == "fortnight"):
            found.append((max(pending) if pending else 1.0) * DAYS[units[token]] * _stretching(tokens, place, language))
            pending = []
    return found


def _and_a_half(pending: list[float], found: list[float], article: bool) -> tuple[list[float], list[float]]:
    """ "Two and a half weeks", "deux semaines et demie", "half a day"."""
    if pending and not article or len(pending) > 1:
        return [*pending[:-1], pending[-1] + 0.5], found
    if found and not pending:
        unit = max(DAYS[name] for name in ("hour", "day", "week", "month") if DAYS[name] <= found[-1])
        return pending, [*found[:-1], found[-1] + unit / 2]
    return ([pending[-1] + 0.5] if pending and pending[-1] > 1 else [0.5]), found


def _article(tokens: list[str], place: int, language: str) -> bool:
    return place > 0 and _is(tokens[place - 1], language, "a")


def _stretching(tokens: list[str], place: int, language: str) -> float:
    near = tokens[max(0, place - 1) : place + 2]
    working = any(_is(token, language, "working") for token in near)
    return WORKING_WEEK if working and _units(language).get(tokens[place]) == "day" else 1.0


def _is(token: str, language: str, name: str) -> bool:
    return cue_pattern(language, "length", name).fullmatch(token) is not None


def _number(token: str, language: str) -> float | None:
    if _FIGURE.fullmatch(token):
        return float(token.replace(",", "."))
    number = numerals(language).get(token)
    return None if number is None else float(number)


def people_of(text: str, form_language: str) -> int | None:
    """How many people a cell names: "4 officials and 3 unionists" is 7, "6 (4 officials, 2 unionists)" and
    "6, two of whom are women" are 6; None where no number stands."""
    language = spoken(text, form_language)
    plain = " ".join(fold(token) for token in re.findall(r"\d+|[^\W\d_]+", text))
    cut = [
        span.start
        for span in cue_spans(plain, language, "visit", "including")
        if _counted(plain[: span.start], language)
    ]
    numbers = _counted(plain[: min(cut)] if cut else plain, language)
    if not numbers:
        return None
    first, rest = numbers[0], numbers[1:]
    if rest and first == sum(rest):
        return first
    if len(numbers) == 2 and re.search(r"\d ?[-–—/] ?\d", text):
        return max(numbers)
    return sum(numbers)


def _counted(plain: str, language: str) -> list[int]:
    words = plain.split()
    known = numerals(language)
    return [
        int(word) if _FIGURE.fullmatch(word) else known[word]
        for word in words
        if _FIGURE.fullmatch(word) or word in known
    ]
