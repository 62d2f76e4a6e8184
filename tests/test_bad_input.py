"""Bad input is a quarantined record with its reason and remedy, and the good files beside it are as they were alone."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extractors.reading import read
from flows.cli import app
from flows.process import process_bytes
from pipeline.records import Arrival, Record
from tests.bad_input import eight, word
from tests.small_stages import SMALL, TODAY, Stages

GOOD = word(
    "REQUEST FOR TECHNICAL COOPERATION",
    "Name of the institution: Ministry of Labour",
    "Country: Kenya",
    "Postal address: P.O. Box 12, Nairobi",
    "Contact person: Jane Wanjiru",
    "E-mail: j.wanjiru@labour.example.org",
    "Title of the proposed action: Labour inspection in the tea sector",
    "Background: Inspectors lack a common method.",
    "Objectives: A common method of inspection.",
    "Expected results: All inspectors use one method.",
    "Deliverables: A manual of inspection.",
    "Working languages: English",
    "Total duration in months: 6",
)
READ_FOR_REAL = Stages(read, SMALL.extract, SMALL.assess)


@pytest.mark.parametrize("name", eight())
def test_each_bad_file_is_quarantined_with_reason_and_remedy(name: str) -> None:
    data, codes = eight()[name]
    record = process_bytes(data, Arrival(filename=name), TODAY)
    (flag,) = record.flags
    assert record.disposition == "quarantined" and flag.code in codes and flag.severity == "blocker"
    what, remedy = flag.message.split(". ", 1)
    assert what.strip() and remedy.strip()


def test_a_folder_with_all_of_them_leaves_the_good_ones_alone(tmp_path: Path) -> None:
    alone, among = tmp_path / "alone", tmp_path / "among"
    for folder in (alone, among):
        folder.mkdir()
        for name in ("a_good.docx", "z_good.docx"):
            (folder / name).write_bytes(GOOD)
    for name, (data, _) in eight().items():
        (among / name).write_bytes(data)
    before = {path.name: path.read_bytes() for path in among.iterdir()}
    status, records = process(among)
    status_alone, expected = process(alone)
    assert (status, status_alone) == (1, 0)
    assert list(records) == sorted(before), "one line each, in order"
    for name, (_, codes) in eight().items():
        assert records[name].disposition == "quarantined" and records[name].flags[0].code in codes, name
    assert {name: facts(records[name]) for name in expected} == {name: facts(expected[name]) for name in expected}
    assert {path.name: path.read_bytes() for path in among.iterdir()} == before, "files are only read"


def process(folder: Path) -> tuple[int, dict[str, Record]]:
    """The exit status and the records of a folder, by file name."""
    result = CliRunner().invoke(app, ["process", str(folder), "--no-store", "--today", "2026-03-02"])
    records = [Record.model_validate(json.loads(line)) for line in result.stdout.splitlines()]
    assert len({record.source.filename for record in records}) == len(records)
    return result.exit_code, {record.source.filename: record for record in records}


def facts(record: Record) -> str:
    """The record without the time at which its file came in."""
    return record.model_dump_json(exclude={"source"})
