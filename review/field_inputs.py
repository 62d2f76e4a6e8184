"""What a person types for an answer, made into the value a record holds, by the question's kind."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import get_args

import phonenumbers
from babel import Locale
from email_validator import EmailNotValidError, validate_email
from starlette.datastructures import FormData

from pipeline.country_naming import name_country
from pipeline.folding import tidy
from pipeline.languages import InstitutionType
from pipeline.questions import Question
from pipeline.records import Activity, FieldContent, Record
from review.search_words import country_choices

CHOICES: dict[str, tuple[str, ...]] = {
    "institution_type": get_args(InstitutionType),
    "declared_theme": ("social_protection", "labour_employment"),
    "event_type": ("conference", "roundtable", "workshop", "awareness_raising", "other"),
}
"""The values a choice can have, by question."""
ACTIVITY_COLUMNS = tuple(Activity.model_fields)
FORMATS = ("on_site", "remote", "hybrid")
_DATE = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_MOST_ROWS = 60


class InputTrouble(ValueError):
    """What was typed cannot be the answer; the message says what would be."""


def value_typed(key: str, question: Question, form: FormData, record: Record) -> FieldContent:
    """The value of the form's fields for one question. Raises ``InputTrouble``."""
    return _READ[question.kind](_Typed(key, form, record))


class _Typed:
    """The fields of the form for one question."""

    def __init__(self, key: str, form: FormData, record: Record) -> None:
        self.key, self.form, self.record = key, form, record

    def text(self, name: str = "value") -> str:
        value = self.form.get(name)
        return value.replace("\r\n", "\n").replace("\x00", "").strip() if isinstance(value, str) else ""

    def needed(self) -> str:
        text = self.text()
        if not text:
            raise InputTrouble("Type the answer, or mark the question as left blank.")
        return text

    def all(self) -> list[str]:
        return [value for value in self.form.getlist("value") if isinstance(value, str) and value]


def _text(typed: _Typed) -> FieldContent:
    return "\n".join(line for line in (tidy(line) for line in typed.needed().split("\n")) if line)


def _line(typed: _Typed) -> FieldContent:
    return tidy(typed.needed())


def _choice(typed: _Typed) -> FieldContent:
    return _known(typed, typed.needed())


def _choices(typed: _Typed) -> FieldContent:
    found = [_known(typed, value) for value in typed.all()]
    if not found:
        raise InputTrouble("Tick at least one, or mark the question as left blank.")
    return found


def _known(typed: _Typed, value: str) -> str:
    if value not in CHOICES[typed.key]:
        raise InputTrouble("Choose one of the values listed.")
    return value


def _country(typed: _Typed) -> FieldContent:
    """A code, an entry of the list, or a name in any of the five languages."""
    text = typed.needed()
    code = text[:2].upper()
    codes = {choice for choice, _ in country_choices()}
    if code in codes and (len(text) == 2 or not text[2].isalpha()):
        return code
    found = name_country(text)
    if found.code is None:
        raise InputTrouble("This names no single country; choose one from the list.")
    return found.code


def _email(typed: _Typed) -> FieldContent:
    try:
        return validate_email(typed.needed(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as fault:
        raise InputTrouble("This is not an e-mail address such as name@ministry.gov.") from fault


def _phone(typed: _Typed) -> FieldContent:
    country = typed.record.fields.get("institution_country")
    region = country.value if country and isinstance(country.value, str) else None
    try:
        number = phonenumbers.parse(typed.needed(), region)
    except phonenumbers.NumberParseException as fault:
        raise InputTrouble("This is not a telephone number; write it with its country, as +233 30 296 8811.") from fault
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _date(typed: _Typed) -> FieldContent:
    text = typed.needed()
    found = _DATE.fullmatch(text)
    try:
        date(int(found[1]), int(found[2]), int(found[3] or 1) if found else 1) if found else None
    except ValueError:
        found = None
    if found is None:
        raise InputTrouble("Write the day as 2027-03-15, or the month as 2027-03.")
    return text


def _months(typed: _Typed) -> FieldContent:
    try:
        months = float(typed.needed().replace(",", "."))
    except ValueError:
        months = -1.0
    if not 0 < months <= 240:
        raise InputTrouble("Write the number of months, such as 6 or 1.5.")
    return months


def _languages(typed: _Typed) -> FieldContent:
    codes = [*typed.all(), *re.split(r"[,;\s]+", typed.text("other").lower())]
    codes = list(dict.fromkeys(code for code in codes if code))
    known = Locale.parse("en").languages
    if not codes or any(len(code) != 2 or code not in known for code in codes):
        raise InputTrouble("Tick the languages; add others by their two-letter codes, such as ar or sw.")
    return codes


def _list(typed: _Typed) -> FieldContent:
    return [tidy(line) for line in typed.needed().split("\n") if line.strip()]


def _activities(typed: _Typed) -> FieldContent:
    rows = [_activity(typed, number) for number in range(_MOST_ROWS)]
    found = [row for row in rows if row.model_dump(exclude_none=True)]
    if not found:
        raise InputTrouble("Fill in at least one activity, or mark the question as left blank.")
    return found


def _activity(typed: _Typed, number: int) -> Activity:
    cells = {name: tidy(typed.text(f"row-{number}-{name}")) or None for name in ACTIVITY_COLUMNS}
    if cells["format"] not in (None, *FORMATS):
        raise InputTrouble("The format of an activity is one of those listed.")
    return Activity.model_validate(cells)


_READ: dict[str, Callable[[_Typed], FieldContent]] = {
    "text": _text,
    "line": _line,
    "choice": _choice,
    "choices": _choices,
    "country": _country,
    "email": _email,
    "phone": _phone,
    "date": _date,
    "months": _months,
    "languages": _languages,
    "activities": _activities,
    "list": _list,
}
"""One line per kind of question (``pipeline/form.toml``)."""


def answer_json(state: str, value: FieldContent) -> str:
    """An answer as a decision keeps it; the same words as ``current.content_of``."""
    plain = (
        [part.model_dump() if isinstance(part, Activity) else part for part in value]
        if isinstance(value, list)
        else value
    )
    return json.dumps({"state": state, "value": plain}, ensure_ascii=False, separators=(",", ":"))
