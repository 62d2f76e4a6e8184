"""Whatever stands in a box, its reading is a value of the right kind or none, and nothing breaks (D23)."""

import math
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.amounts import read_months
from extractors.dates import read_date
from extractors.readings import items, split_acronym
from pipeline.country_naming import name_country
from pipeline.folding import fold
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
