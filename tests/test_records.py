"""A record survives the round trip unchanged, and its schema says what is in it."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from pipeline.records import Activity, Arrival, FieldContent, FieldReading, MadeWith, Record, Source, schema
from tests.small_stages import small_record

VALUES: dict[str, FieldContent] = {
    "title": "Appui à la «réforme»\nдве строки",
    "duration_months": 6.0,
    "working_languages": ["fr", "pt"],
    "activities": [Activity(title="Mission", format="on_site"), Activity()],
    "head_name": None,
}


@pytest.mark.parametrize("key", VALUES)
def test_round_trip_is_exact(key: str) -> None:
    reading = FieldReading(state="answered", value=VALUES[key], raw="x", confidence=0.93)
    record = small_record().model_copy(update={"fields": {key: reading}})
    assert Record.model_validate_json(record.model_dump_json()) == record


@given(st.text(st.characters(exclude_categories=["Cs"])), st.floats(0, 1))
def test_round_trip_of_any_text(text: str, confidence: float) -> None:
    reading = FieldReading(state="answered", value=text, raw=text, confidence=confidence)
    assert FieldReading.model_validate_json(reading.model_dump_json()) == reading


def test_a_record_is_frozen_and_refuses_unknown_keys() -> None:
    record = small_record()
    with pytest.raises(ValidationError):
        record.reference = "x"  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Record.model_validate({**record.model_dump(), "colour": "red"})


def test_the_schema_names_every_part_of_the_contract() -> None:
    parts = schema()["properties"]
    assert isinstance(parts, dict)
    contract = "schema_version record_id reference made_with source document fields signature theme eligibility rubric"
    assert set(parts) == {*contract.split(), "flags", "disposition"}


def test_a_record_is_one_line_of_json() -> None:
    line = small_record().model_dump_json()
    assert "\n" not in line and json.loads(line)["schema_version"] == "1"


def test_arrivals_are_part_of_the_source() -> None:
    arrival = Arrival(filename="a.docx", received_at=date(2026, 1, 2).isoformat())
    source = Source(filename="a.docx", sha256="0" * 64, media_type="x", size=1, arrivals=(arrival, arrival))
    assert Source.model_validate_json(source.model_dump_json()) == source
    assert MadeWith(software="s", rules="r").models == {}
