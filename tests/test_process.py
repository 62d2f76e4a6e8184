"""The main line and its workers: every input becomes exactly one record, and one failure stops no other."""

import os
import time
from concurrent.futures import Future
from datetime import date
from pathlib import Path

import pytest

from flows.batch import Batch, process_files
from flows.process import process_bytes, record_id
from flows.sandbox import RaisedInside
from flows.workers import open_pool, outcome, work
from pipeline.records import Arrival, DocumentFacts, Record, Signature
from tests.small_stages import SMALL, TODAY, small_record

ARRIVAL = Arrival(filename="a.docx")


def test_a_file_becomes_a_record() -> None:
    record = small_record("institution_name: Ministry of Labour")
    assert record.disposition == "ready"
    assert record.fields["institution_name"].value == "Ministry of Labour"
    assert record.source.filename == "a.docx" and record.source.size == 36
    assert [flag.code for flag in record.flags] == ["seen"], "a flag that both steps give stands once"


def test_what_cannot_be_read_is_quarantined_as_the_contract_says() -> None:
    record = process_bytes(b"!", ARRIVAL, TODAY, stages=SMALL)
    assert record.disposition == "quarantined"
    assert [(flag.code, flag.severity, flag.message) for flag in record.flags] == [
        ("damaged", "blocker", "It is broken. Send it again.")
    ]
    assert record.document == DocumentFacts(form_kind="unknown", language="unknown", text_origin=None)
    assert record.signature == Signature(mark="unknown", kind="unknown", digital="none")
    assert record.theme.area == "uncertain" and not record.fields and not record.eligibility.checks


def test_a_bug_shows_as_a_bug() -> None:
    with pytest.raises(KeyError):
        process_bytes(b"?", ARRIVAL, TODAY, stages=SMALL)


def test_the_same_bytes_have_the_same_id() -> None:
    assert small_record(name="a").record_id == small_record(name="b").record_id
    assert record_id(b"a") != record_id(b"b")


def test_the_store_is_asked_for_other_requests() -> None:
    record = process_bytes(b"title: x", ARRIVAL, TODAY, lambda _extraction: ("DFGL-2579",), SMALL)
    assert record.disposition == "flagged"
    assert record.eligibility.checks[0].reason == "DFGL-2579"


@pytest.mark.parametrize(
    ("function", "argument", "code"),
    [(os._exit, 3, "crash"), (time.sleep, 60, "timeout"), (os.abort, None, "crash")],
)
def test_a_worker_that_dies_quarantines_its_file_only(function: object, argument: int | None, code: str) -> None:
    assert callable(function)
    arguments = () if argument is None else (argument,)
    with open_pool(1) as pool:
        future: Future[Record] = pool.schedule(function, args=arguments, timeout=2)
        record = outcome(future, b"x", ARRIVAL, TODAY)
        assert pool.schedule(record_id, args=(b"x",)).result() == record.record_id, "the next file is served"
    assert [flag.code for flag in record.flags] == [code]


def test_a_worker_that_wants_too_much_memory_is_refused_it() -> None:
    with open_pool(1) as pool, pytest.raises(RaisedInside, match="MemoryError"):
        pool.schedule(bytes, args=(4_000_000_000,)).result()


def test_a_bug_in_the_command_is_one_quarantined_record(capsys: pytest.CaptureFixture[str]) -> None:
    with open_pool(1) as pool:
        future: Future[Record] = pool.schedule(work, args=(b"?", ARRIVAL, TODAY, None, SMALL))
        record = outcome(future, b"?", ARRIVAL, TODAY)
    assert record.disposition == "quarantined" and record.flags[0].code == "internal_error"
    said = capsys.readouterr().err
    assert "KeyError at small_stages.py" in said and "a bug" not in said, "where, but nothing that stands on the form"


def test_records_come_in_the_order_of_the_files(tmp_path: Path) -> None:
    paths = []
    for number in range(9):
        path = tmp_path / f"{9 - number}.pdf"
        path.write_bytes(b"" if number % 2 else f"text {number}".encode())
        paths.append(path)
    records = process_files(paths, Batch(today=date(2026, 1, 1), workers=2))
    assert [record.source.filename for record in records] == [path.name for path in paths]


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real.pdf").write_bytes(b"")
    link = tmp_path / "link.pdf"
    link.symlink_to(tmp_path / "real.pdf")
    (record,) = process_files([link], Batch(today=TODAY, workers=1))
    assert record.flags[0].code == "not_a_file"
    (record,) = process_files([link], Batch(today=TODAY, workers=1, named=frozenset([link])))
    assert record.flags[0].code == "empty_file"
