"""Every drawer of the cabinet is opened: each file becomes one record with a named end, and the right one."""

from datetime import date

import pytest

from flows.process import process_bytes
from pipeline.records import Arrival, Record
from tests.cabinet.case import Case
from tests.cabinet.paged_faults import PAGED
from tests.cabinet.word_faults import WRITTEN

TODAY = date(2026, 11, 22)
CABINET = {f"pdf: {name}": case for name, case in PAGED.items()} | {
    f"word: {name}": case for name, case in WRITTEN.items()
}


@pytest.mark.parametrize("name", CABINET)
def test_a_bad_document_ends_as_the_list_of_faults_says(name: str) -> None:
    case = CABINET[name]
    record = process_bytes(case.make(), Arrival(filename=f"{name}.pdf"), TODAY)
    codes = {flag.code for flag in record.flags}
    assert record.disposition in case.ends, codes
    assert not case.codes or codes & case.codes, codes
    assert not codes & case.without
    assert is_told(record, case)


def is_told(record: Record, case: Case) -> bool:
    """A record that is not ready says why in words, and one without any answer is never ready."""
    empty = not any(reading.state == "answered" for reading in record.fields.values())
    return all(flag.message.strip() for flag in record.flags) and not (empty and record.disposition == "ready")
