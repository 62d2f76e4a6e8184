"""Every drawer of the cabinet is opened: each file becomes one record with a named end, and the right one."""

import re
from datetime import date
from pathlib import Path

import pytest

from flows.process import process_bytes
from pipeline.flag_list import flag_notes
from pipeline.records import Arrival, Record
from tests.cabinet.case import Case
from tests.cabinet.control_faults import CONTROLS
from tests.cabinet.paged_faults import PAGED
from tests.cabinet.several_faults import SEVERAL
from tests.cabinet.shown_faults import SHOWN
from tests.cabinet.word_faults import WRITTEN

TODAY = date(2026, 11, 22)
DRAWERS = {"pdf": PAGED, "word": WRITTEN, "controls": CONTROLS, "shown": SHOWN, "several": SEVERAL}
CABINET = {f"{drawer}: {name}": case for drawer, cases in DRAWERS.items() for name, case in cases.items()}
ELSEWHERE = {"D22": "test_doors.py", "D23": "test_doors.py", "D25": "test_again.py", "D26": "test_sandbox.py"}
"""Lines of the list whose faults are not of one file alone, and the tests that open them."""


@pytest.mark.parametrize("name", CABINET)
def test_a_bad_document_ends_as_the_list_of_faults_says(name: str) -> None:
    case = CABINET[name]
    record = process_bytes(case.make(), Arrival(filename=f"{name}.pdf"), TODAY)
    codes = {flag.code for flag in record.flags}
    assert record.disposition in case.ends, codes
    assert not case.codes or codes & case.codes, codes
    assert not codes & case.without, codes
    assert codes <= set(flag_notes()), "every code is documented"
    assert {key: record.fields[key].value for key in case.says} == dict(case.says)
    assert {key: record.fields[key].state for key in case.stands} == dict(case.stands)
    messages = " ".join(flag.message for flag in record.flags)
    assert not [words for words in case.told if words not in messages], messages
    assert is_told(record, case)


def is_told(record: Record, case: Case) -> bool:
    """A record that is not ready says why in words, and one without any answer is never ready."""
    empty = not any(reading.state == "answered" for reading in record.fields.values())
    return all(flag.message.strip() for flag in record.flags) and not (empty and record.disposition == "ready")


def test_every_line_of_the_list_has_a_drawer_or_a_test_of_its_own() -> None:
    here = Path(__file__).parent
    assert {case.line for case in CABINET.values()} | set(ELSEWHERE) == {f"D{number}" for number in range(1, 27)}
    for line, name in ELSEWHERE.items():
        assert re.search(rf"\b{line}\b", (here / name).read_text("utf-8")), f"{name} speaks of {line}"
