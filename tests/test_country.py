"""Which country a country field names: the list of cases, the whole list of the guide in five languages, the traps."""

import json
import re
from pathlib import Path

import pytest

from classifiers.country import CountryHints, judge_country
from pipeline import build_country_names
from pipeline.countries import NAMES_FILE, Place, country_list, country_names

CASES = Path(__file__).with_name("data") / "countries.tsv"


def _cases() -> list[tuple[str, str, str, CountryHints | None]]:
    rows = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    return [(row[0], row[1], row[2], _hints(row[3]) if len(row) > 3 else None) for row in rows]


def _hints(written: str) -> CountryHints:
    return CountryHints.model_validate(dict(part.split("=", 1) for part in written.split(";")))


@pytest.mark.parametrize(("text", "code", "outcome", "hints"), _cases())
def test_the_case_is_judged_as_listed(text: str, code: str, outcome: str, hints: CountryHints | None) -> None:
    verdict = judge_country(text, hints)
    assert (verdict.code or "-", verdict.outcome) == (code, outcome), verdict.reason


def test_the_guide_lists_153_places_in_183_entries() -> None:
    places = country_list()
    assert len(places.place) == 153
    assert sum(len(place.lists) for place in places.place) == 183
    assert len({place.code for place in places.place}) == 151
    assert set(places.formerly_active.places).isdisjoint(place.code for place in places.place)


@pytest.mark.parametrize("listed", country_list().place, ids=lambda place: str(place.name))
def test_every_place_is_found_by_its_names_in_the_guide(listed: Place) -> None:
    for name in (listed.name, *listed.guide_names):
        verdict = judge_country(name)
        if name == "Congo":
            assert (verdict.code, verdict.outcome) == (None, "cannot_tell")
        else:
            assert (verdict.code, verdict.outcome) == (listed.code, "met"), name
            assert set(listed.lists) <= set(verdict.lists)


@pytest.mark.parametrize("locale", ["en", "fr", "es", "pt", "pt_PT", "ru"])
def test_every_listed_country_is_found_by_its_cldr_name(locale: str) -> None:
    from babel import Locale

    names = Locale.parse(locale).territories
    for code in sorted({place.code for place in country_list().place}):
        verdict = judge_country(names[code])
        assert verdict.code == code or re.fullmatch("congo", names[code].casefold()), (names[code], verdict)


def test_the_committed_names_are_those_the_build_makes() -> None:
    assert json.loads(NAMES_FILE.read_text(encoding="utf-8")) == json.loads(json.dumps(build_country_names.built()))


def test_an_ambiguous_name_has_a_calling_code_for_every_candidate() -> None:
    names = country_names()
    assert not {code for doubt in names.doubtful for code in doubt.candidates} - set(names.calling_codes)


def test_the_reason_names_both_sources_of_a_formerly_active_country() -> None:
    reason = judge_country("Uruguay").reason
    assert "2024-08-15" in reason and "seeds/003" in reason


def test_kosovo_keeps_its_footnote() -> None:
    assert "UNSCR 1244/1999" in judge_country("Kosovo").reason


def test_a_clue_that_decides_is_named() -> None:
    assert "+242" in judge_country("Congo", CountryHints(phone="+242 06 555 0101")).reason


def test_a_clue_never_overrules_a_clear_name() -> None:
    assert judge_country("Zambia", CountryHints(phone="+263 4 555", address="Harare")).code == "ZM"


@pytest.mark.parametrize("text", ["Guinea-\nBissau", "Guinea\nBissau", "Guinea\u00adBissau"])
def test_a_name_over_two_lines_is_one_name(text: str) -> None:
    assert judge_country(text).code == "GW"


def test_the_quote_is_what_stands_on_the_form() -> None:
    assert judge_country("г. Ташкент, Республика Узбекистан").quote == "Узбекистан"
