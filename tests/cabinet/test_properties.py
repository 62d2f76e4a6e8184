"""Whatever stands in a box, its reading is a value of the right kind or none, and nothing breaks (D23)."""

import math
import re
from datetime import date

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.amounts import read_months
from extractors.answers import Answer
from extractors.dates import read_date
from extractors.layout import Span
from extractors.readings import Context, items, reading_of, split_acronym
from pipeline.country_naming import name_country
from pipeline.document import Line
from pipeline.folding import fold
from pipeline.records import FieldReading, Flag
from pipeline.references import new_reference, read_reference

LANGUAGES = ("en", "fr", "es", "pt", "ru", "unknown")
ANY = st.text(max_size=120)
DATED = st.text(alphabet="0123456789./-– ,'aefijlmnrtuvяфмг٣²½Ⅷ", max_size=30)
QUICK = settings(max_examples=120, deadline=None, derandomize=True)


@QUICK
@given(st.one_of(ANY, DATED), st.sampled_from(LANGUAGES))
def test_a_date_is_a_day_or_a_month_of_the_calendar_or_nothing(text: str, language: str) -> None:
    found = read_date(text, language)
    if found is not None and found.value is not None:
        assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", found.value)
        date.fromisoformat(found.value if len(found.value) == 10 else f"{found.value}-01")


@QUICK
@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)), st.sampled_from(LANGUAGES[:5]))
def test_a_date_is_read_day_first_and_iso_as_iso(day: date, language: str) -> None:
    for text in (day.strftime("%d/%m/%Y"), day.strftime("%d.%m.%Y"), day.isoformat()):
        found = read_date(text, language)
        assert found is not None and found.value == day.isoformat(), text


@pytest.mark.parametrize("text", ["31.02.2026", "29.02.2027", "00/00/2026", "32.13.2026", "2026-02-30"])
def test_a_day_that_does_not_exist_is_no_value(text: str) -> None:
    found = read_date(text, "en")
    assert found is None or found.value is None or len(found.value) == 7


@QUICK
@given(st.one_of(ANY, st.from_regex(r"[-−]?\d{1,9}([.,]\d{1,9})?(e\d{1,4})? ?(months?|mois|weeks?|)", fullmatch=True)))
def test_a_length_of_time_is_a_number_or_nothing(text: str) -> None:
    for language in LANGUAGES:
        found = read_months(text, language)
        assert found is None or (math.isfinite(found) and found >= 0)


MONTHS = {"en": "{} months", "fr": "{} mois", "es": "{} meses", "pt": "{} meses", "ru": "{} месяцев"}


@QUICK
@given(st.integers(1, 60), st.booleans(), st.sampled_from(LANGUAGES[:5]))
def test_a_number_of_months_is_read_as_it_stands(number: int, half: bool, language: str) -> None:
    for mark in ",.":
        told = f"{number}{mark}5" if half else str(number)
        assert read_months(MONTHS[language].format(told), language) == number + half / 2, told


def read(key: str, text: str, country: str | None = None) -> tuple[FieldReading, tuple[Flag, ...]]:
    """What comes of a text in the box of a question."""
    line = Line(text, path="p[1]")
    return reading_of(key, Answer("answered", (Span(line, 0, len(text)),), ()), Context("en", country), 0.9)


PHONED = st.text(alphabet="+0123456789 ()-./;xe№", min_size=1, max_size=40)
COUNTRIES = st.sampled_from(["GH", "KZ", "UA", "BR", "MX", "CI", "TN", "GE"])


@QUICK
@given(st.one_of(ANY.filter(str.strip), PHONED), st.one_of(st.none(), COUNTRIES))
def test_a_telephone_number_is_e_164_or_nothing(text: str, country: str | None) -> None:
    reading, flags = read("contact_phone", text, country)
    assert reading.raw is not None and reading.state == "answered"
    if reading.value is None:
        assert [flag.code for flag in flags] == ["not_normalised"]
    else:
        assert re.fullmatch(r"\+[1-9]\d{4,14}", str(reading.value)), reading.value


@QUICK
@given(COUNTRIES, st.sampled_from(["INTERNATIONAL", "NATIONAL", "E164", "RFC3966"]))
def test_a_number_is_the_same_in_whatever_way_it_is_written(country: str, way: str) -> None:
    number = phonenumbers.example_number(country)
    told = phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, way))
    wanted = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for text in (told, f"Tel.: {told}", f"{told} (office)"):
        assert read("contact_phone", text, country)[0].value == wanted, text


ADDRESSES = st.from_regex(
    r"[a-zA-Z][a-zA-Z0-9_+-]{0,12}(\.[a-zA-Z0-9]{1,8})?@[a-zA-Z][a-z0-9]{1,10}(\.[a-z]{2,5}){1,2}", fullmatch=True
)
MAILED = st.text(alphabet="ab.@-_ ,;<>()\"'\n№é", min_size=1, max_size=40)


@QUICK
@given(st.one_of(ANY.filter(str.strip), MAILED))
def test_an_address_is_one_in_small_letters_or_nothing(text: str) -> None:
    reading, flags = read("contact_email", text)
    if reading.value is None:
        assert "not_normalised" in [flag.code for flag in flags]
    else:
        assert (
            re.fullmatch(r"[^\s@]+@[^\s@]+\.[^\s@]+", str(reading.value))
            and reading.value == str(reading.value).lower()
        )


@QUICK
@given(ADDRESSES, ADDRESSES)
def test_an_address_is_found_in_what_stands_round_it_and_the_first_counts(first: str, second: str) -> None:
    for text in (first, f"E-mail: {first}", f"<{first}>", f"{first}; {second}", f"{first}\n{second}", f"({first})"):
        assert read("contact_email", text)[0].value == first.lower(), text


@QUICK
@given(ANY)
def test_a_country_is_a_code_or_nothing(text: str) -> None:
    code = name_country(text).code
    assert code is None or re.fullmatch("[A-Z]{2}", code)


@QUICK
@given(ANY)
def test_folding_twice_is_folding_once_and_lists_lose_no_word(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert all(item.strip() for item in items(text))
    name, _ = split_acronym(text)
    assert len(name) <= len(text)


@QUICK
@given(st.integers(0, 7), st.sampled_from("2579DFGLNQRVW"))
def test_a_reference_with_one_wrong_letter_is_none(place: int, letter: str) -> None:
    reference = new_reference()
    plain = reference.replace("-", "")
    wrong = plain[:place] + letter + plain[place + 1 :]
    assert read_reference(wrong) == (reference if wrong == plain else None)
