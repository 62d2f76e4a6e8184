"""From the words of an answer to the value of a field, question by question kind."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from extractors.amounts import read_months
from extractors.answers import Answer
from extractors.dates import read_date
from extractors.layout import evidence_of
from pipeline.folding import tidy
from pipeline.questions import questions
from pipeline.records import FieldContent, FieldReading, Flag

_EMAIL = re.compile(r"[\w.+\-'’]+\s?@\s?[\w\-]+(?:\s?\.\s?[\w\-]+)+", re.UNICODE)
_CUT_ENDING = re.compile(r"(@[\w.\-]*\.[A-Za-z])\s([A-Za-z]{1,2})(?![\w.])")
"""A narrow cell has cut the address in its last letters: no domain ends in one letter (RFC 1034)."""
_STROKE = re.compile(r"[\w.+-]*@[\w.-]*\|[\w.|-]*|[\w.+-]*\|[\w.|+-]*@[\w.-]+")
"""OCR takes an l for a stroke, which no address holds: ``gov.|s``."""
_ACRONYM = re.compile(r"\s*[(\[]\s*([^()\[\]]{2,16}?)\s*[)\]]")
_IN_WORDS = re.compile(r"\([^()\d]*[^\W\d_]{3}[^()\d]*\)")
"""“(begin with + and the code of the country)” beside a number."""
_ITEM = re.compile(r"^\s*(?:[•▪‣·◦●○*–—-]|\(?\d{1,2}[.)]|\(?[a-zа-я][.)]|№\s*\d+|\d{1,2}\s*[–—-])\s*", re.I)
_INLINE_ITEM = re.compile(r"(?:(?<=\s)|^|(?<=;))\(?\d{1,2}[.)]\s+")


@dataclass(frozen=True)
class Context:
    """What a reading may lean on: the form's language, and the country already read (ISO code, or None)."""

    language: str
    country: str | None = None


@dataclass(frozen=True)
class Read:
    """A value with the flags it raised."""

    value: FieldContent
    flags: tuple[Flag, ...] = ()


def reading_of(
    key: str, answer: Answer, context: Context, confidence: float | None
) -> tuple[FieldReading, tuple[Flag, ...]]:
    """The field of one text-like question: state, value, words and place."""
    raw = answer.text if answer.spans else None
    if answer.state != "answered":
        return FieldReading(state=answer.state, raw=raw, evidence=evidence_of(answer.spans)), ()
    read = _READERS.get(questions()[key].kind, _text)(key, answer.text, context)
    flags = read.flags
    if read.value is None:
        flags += (
            Flag(
                code="not_normalised",
                severity="warning",
                field=key,
                message=f"“{answer.text[:80]}” is no {key} that could be read; please read it.",
            ),
        )
    return (
        FieldReading(
            state="answered",
            value=read.value,
            raw=raw,
            evidence=evidence_of(answer.spans),
            confidence=confidence if read.value is not None else None,
        ),
        flags,
    )


def _text(key: str, text: str, context: Context) -> Read:
    return Read(text)


def _line(key: str, text: str, context: Context) -> Read:
    return Read(tidy(text.replace("\n", ", " if key == "institution_address" and "," not in text else " ")))


def _email(key: str, text: str, context: Context) -> Read:
    text = _CUT_ENDING.sub(r"\1\2", text)
    flags: tuple[Flag, ...] = ()
    if strange := _STROKE.search(text):
        text = text.replace("|", "l")
        message = f"“{strange.group()}” was read with l for |; please compare the address with the original."
        flags = (Flag(code="not_normalised", severity="warning", field=key, message=message),)
    found = list(dict.fromkeys(re.sub(r"\s", "", match).lower().rstrip(".") for match in _EMAIL.findall(text)))
    return Read(found[0] if found and _is_address(found[0]) else None, _several(key, found) + flags)


def _is_address(text: str) -> bool:
    from email_validator import EmailNotValidError, validate_email

    try:
        validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True


def _phone(key: str, text: str, context: Context) -> Read:
    import phonenumbers

    text = _IN_WORDS.sub(" ", text.replace("\n", " / "))
    text = re.sub(r"^\D{0,20}?00(?=[1-9])", "+", text)
    text = re.sub(r"(\+\d{1,4})\s*\(0\)", r"\1 ", text)
    found = [
        phonenumbers.format_number(m.number, phonenumbers.PhoneNumberFormat.E164)
        for m in phonenumbers.PhoneNumberMatcher(text, context.country, leniency=phonenumbers.Leniency.POSSIBLE)
    ]
    found = list(dict.fromkeys(found)) or _whole_number(text, context.country)
    return Read(found[0] if found else None, _several(key, found))


def _whole_number(text: str, country: str | None) -> list[str]:
    import phonenumbers

    first = re.split(r"[;/]|\bext\b", text)[0]
    try:
        number = phonenumbers.parse(first, country)
    except phonenumbers.NumberParseException:
        return []
    return (
        [phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)]
        if phonenumbers.is_possible_number(number)
        else []
    )


def _several(key: str, found: list[str]) -> tuple[Flag, ...]:
    if len(found) < 2:
        return ()
    return (
        Flag(
            code="several_values",
            severity="info",
            field=key,
            message=f"{len(found)} values are given for {key}; the first is taken: {', '.join(found)}.",
        ),
    )


def _date(key: str, text: str, context: Context) -> Read:
    found = read_date(text, context.language)
    if found is None or key == "signature_date" and len(found.value) < 10:
        return Read(None)
    flags: tuple[Flag, ...] = ()
    if found.several:
        flags = (
            Flag(
                code="several_values",
                severity="info",
                field=key,
                message=f"Several dates stand in “{tidy(text)[:80]}”; the first is taken.",
            ),
        )
    return Read(found.value, flags)


def _months(key: str, text: str, context: Context) -> Read:
    return Read(read_months(text, context.language))


def _list(key: str, text: str, context: Context) -> Read:
    return Read(items(text))


_READERS: dict[str, Callable[[str, str, Context], Read]] = {
    "text": _text,
    "line": _line,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "months": _months,
    "list": _list,
}


def items(text: str) -> list[str]:
    """The items of a list: one a line, or parted by semicolons or numbers within a line; numbering is dropped."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) == 1:
        inline = _INLINE_ITEM.split(lines[0])
        lines = inline if len([part for part in inline if part.strip()]) > 1 else lines[0].split(";")
    cleaned = (_ITEM.sub("", line.strip()).strip(" ;\t") for line in lines)
    return [
        tidy(item).removesuffix(".") if item.count(".") == 1 and item.endswith(".") else tidy(item)
        for item in cleaned
        if item
    ]


def split_acronym(name: str) -> tuple[str, str | None]:
    """An institution's name without the acronym in brackets, and the acronym; other brackets stay."""
    for match in _ACRONYM.finditer(name):
        inner = match[1].strip(" «»\"'“”")
        capitals = sum(c.isupper() for c in inner)
        letters = sum(c.isalpha() for c in inner)
        if capitals >= 2 and capitals >= 0.5 * letters and len(inner.split()) <= 2 and "." not in inner.strip("."):
            return tidy(name[: match.start()] + " " + name[match.end() :]).replace(" ,", ","), inner
    return name, None
